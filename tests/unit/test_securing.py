"""Members look after their own sign-in: who they are is shown again first, and no browser outlives it (ASVS 6.2, 7.4, 7.5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from exshare_core.accounts import Member, Way
from exshare_core.errors import InvalidValues, NotFound, Refused, Unconfirmed
from exshare_core.events import Actor, Kind
from exshare_core.factors import Demand
from exshare_core.membership.securing import Secured
from exshare_core.membership.signing_in import SignedIn
from exshare_core.values import MemberId
from tests.unit.office import ACME, BOB_ACCOUNT, PASSWORD, Office, run
from tests.unit.seats import HOME, Browser, signed_in, stored, with_app

NEW = "a paper boat at noon"


@pytest.fixture
def office() -> Office:
    """A site with Ada, Bob and an admin."""
    return Office()


def _sessions(office: Office, *browsers: Browser) -> list[bool]:
    return [run(office.membership.session(one.session)) is not None for one in browsers]


# --- showing again who one is ----------------------------------------------------------------------------------------


def test_a_sign_in_is_good_for_ten_minutes(office: Office) -> None:
    """ASVS 7.5.1: then a second factor can be neither set up nor changed without showing again who one is."""
    ada = signed_in(office)
    office.clock.forward(minutes=10, microseconds=-1)
    assert run(office.membership.factor_proposal(ada.present)) is not None
    office.clock.forward(microseconds=1)

    with pytest.raises(Unconfirmed):
        run(office.membership.factor_proposal(ada.present))
    with pytest.raises(Unconfirmed):
        run(office.membership.set_factor(ada.present, "ticket", "000000", end_others=False))
    with pytest.raises(Unconfirmed):
        run(office.membership.remove_factor(ada.present))
    with pytest.raises(Unconfirmed):
        run(office.membership.new_recovery_codes(ada.present))


def _confirm(office: Office, browser: Browser, typed: str) -> Secured:
    done = run(office.membership.confirm(browser.present, typed))
    browser.session = done.session or browser.session
    return done


@pytest.mark.parametrize("by", ["password", "code", "recovery"])
def test_a_password_or_a_code_shows_who_one_is(office: Office, by: str) -> None:
    """It is good for another ten minutes; the session has a new id, and the old one is nobody's."""
    ada = with_app(office)
    office.clock.forward(minutes=20)
    old = ada.session
    done = _confirm(office, ada, {"password": PASSWORD, "code": ada.code, "recovery": ada.recovery[0]}[by])

    assert done.session not in (None, old)
    assert run(office.membership.session(old)) is None
    assert run(office.membership.factor_proposal(ada.present)) is not None
    office.clock.forward(minutes=10)
    with pytest.raises(Unconfirmed):
        run(office.membership.factor_proposal(ada.present))


@pytest.mark.parametrize("typed", ["", "a wrong pass phrase", "000000", "\ud800", "aaaa-aaaa-aaaa-aaaa"])
def test_anything_else_does_not(office: Office, typed: str) -> None:
    """The session stays as it was; what happened is noted with the member."""
    ada = with_app(office)
    office.clock.forward(minutes=20)
    session = ada.session

    assert Secured() == _confirm(office, ada, typed)
    event = office.events()[-1]
    assert (Kind.SIGN_IN_FAILED, "confirmation", office.ada.id) == (event.kind, event.detail, event.member)
    assert run(office.membership.session(session)) is not None
    with pytest.raises(Unconfirmed):
        run(office.membership.remove_factor(ada.present))


def test_a_code_that_signed_in_does_not_show_it_again(office: Office) -> None:
    """ASVS 6.5.1: each code once, whatever it is used for."""
    ada = with_app(office)
    code = ada.code
    browser = Browser(office)
    assert browser.bring(browser.sign_in().step, code).session is not None

    assert Secured() == _confirm(office, ada, code)
    assert _confirm(office, ada, ada.next_code()).session is not None


def test_guesses_at_an_open_browser_wait_there_alone(office: Office) -> None:
    """Five free; the owner elsewhere neither waits to sign in nor to show who they are."""
    ada, other = signed_in(office), signed_in(office)
    for _ in range(5):
        assert Secured() == _confirm(office, ada, "a wrong pass phrase")

    assert timedelta(minutes=1) == _confirm(office, ada, PASSWORD).wait
    assert _confirm(office, other, PASSWORD).session is not None
    assert signed_in(office).session is not None
    office.clock.forward(minutes=1)
    assert _confirm(office, ada, PASSWORD).session is not None


def test_a_session_that_ended_is_not_brought_back(office: Office) -> None:
    """Who was signed out between two clicks stays so."""
    ada = signed_in(office)
    present = ada.present
    run(office.membership.end_all_sessions(office.ada.id))

    assert Secured() == run(office.membership.confirm(present, PASSWORD))
    assert {} == office.storage.state.sessions


# --- passwords -------------------------------------------------------------------------------------------------------


def _change(office: Office, browser: Browser, new: str = NEW, old: str = PASSWORD, **more: Any) -> Secured:
    more.setdefault("end_others", False)
    done = run(office.membership.change_password(browser.present, old, new, **more))
    browser.session = done.session or browser.session
    return done


def test_a_member_changes_their_password(office: Office) -> None:
    """ASVS 6.2.2: the new one is good, the old one is not, and the session has a new id."""
    ada = signed_in(office)
    old = ada.session
    done = _change(office, ada)

    assert done.session not in (None, old)
    assert [False, True] == _sessions(office, Browser(office, session=old), ada)
    assert SignedIn() == Browser(office).sign_in()
    assert Browser(office).sign_in(NEW).session is not None
    kinds = [(event.kind, event.actor, event.member) for event in office.events()]
    assert (Kind.PASSWORD_SET, Actor.MEMBER, office.ada.id) in kinds


def test_the_old_password_is_demanded_however_lately_it_was_given(office: Office) -> None:
    """ASVS 6.2.3: a fresh session is not enough, nor is a code; both fields are judged at once."""
    ada = with_app(office)
    for old in ("", "a wrong pass phrase", ada.code):
        with pytest.raises(InvalidValues) as caught:
            _change(office, ada, "short", old)
        assert [("old", "that is not your password"), ("new", "at least 15 characters")] == [
            (one.field, one.rule) for one in caught.value.failures
        ]

    assert Browser(office).sign_in().step is not None


REFUSED = [
    ("short", ["at least 15 characters"]),
    ("passwordpassword", ["commonly used; choose one that is hard to guess"]),
    ("x" * 257, ["at most 256 characters", "commonly used; choose one that is hard to guess"]),
    (PASSWORD, ["that is the password you have"]),
]


@pytest.mark.parametrize(("new", "rules"), REFUSED)
def test_every_rule_that_a_new_password_breaks_is_named(office: Office, new: str, rules: list[str]) -> None:
    """G1: nothing is changed then; sessions stay."""
    ada, other = signed_in(office), signed_in(office)
    with pytest.raises(InvalidValues) as caught:
        _change(office, ada, new, end_others=True)

    assert [("new", rule) for rule in rules] == [(one.field, one.rule) for one in caught.value.failures]
    assert [True, True] == _sessions(office, ada, other)


def test_a_password_made_of_what_others_know_is_refused(office: Office) -> None:
    """ASVS 6.1.2, 6.2.11: the member's name and the site's count for nothing in it, here and at a set-up link."""
    office.member("Rosalinde")
    rosalinde = signed_in(office, "Rosalinde")
    with pytest.raises(InvalidValues) as caught:
        _change(office, rosalinde, "rosalinde-acme-1")
    _, setup = run(office.membership.invite(rosalinde.present.member.id))
    with pytest.raises(InvalidValues):
        run(office.membership.set_up(setup, "rosalinde-acme-1"))

    assert "which others know" in str(caught.value)


@pytest.mark.parametrize("end_others", [True, False])
def test_other_sessions_are_ended_with_the_password_if_wished(office: Office, end_others: bool) -> None:
    """ASVS 7.4.3: it is offered; this browser stays signed in, and other members do."""
    ada, other, bob = signed_in(office), signed_in(office), signed_in(office, "Bob")
    _change(office, ada, end_others=end_others)

    assert [True, not end_others, True] == _sessions(office, ada, other, bob)


def test_sign_ins_that_owe_a_code_end_with_the_password(office: Office) -> None:
    """Who began with the old password does not go on with it, also where other sessions may stay."""
    bob = with_app(office, "Bob")
    step = Browser(office, "Bob").sign_in().step
    _change(office, bob)

    assert SignedIn(over=True) == Browser(office, "Bob").bring(step, bob.next_code())


def test_a_set_up_link_that_waits_ends_with_the_change(office: Office) -> None:
    """Who has changed the password does not want another to."""
    ada = signed_in(office)
    _, setup = run(office.membership.invite(office.ada.id))
    _change(office, ada)

    assert run(office.membership.invited(setup)) is None


def test_a_second_factor_stays_when_the_password_changes(office: Office) -> None:
    """ASVS 6.4.3: each is changed by itself."""
    ada = with_app(office)
    before = stored(office, office.ada).factor
    _change(office, ada)

    assert before == stored(office, office.ada).factor


def test_guesses_at_the_old_password_wait(office: Office) -> None:
    """An open browser is no way to guess: five free, together with those at showing who one is."""
    ada = signed_in(office)
    for number in range(5):
        if number % 2:
            _confirm(office, ada, "a wrong pass phrase")
        else:
            with pytest.raises(InvalidValues):
                _change(office, ada, old="a wrong pass phrase")

    assert timedelta(minutes=1) == _change(office, ada).wait


def test_who_comes_from_the_organisation_has_no_password_to_change(office: Office) -> None:
    """M1: and is told so."""
    member = Member(MemberId("sso"), "Sam", ACME, identity=BOB_ACCOUNT)
    run(office.storage.members.add(member, []))
    sam = Browser(office, "Sam", run(office.membership.welcome(member, ACME, HOME)).session)

    with pytest.raises(Refused, match="your organisation"):
        _change(office, sam)
    assert Secured() == _confirm(office, sam, "")
    assert run(office.membership.factor_proposal(sam.present)) is not None


# --- second factors --------------------------------------------------------------------------------------------------


def test_a_member_sets_up_an_app(office: Office) -> None:
    """The secret is stored sealed and the recovery codes as digests; the session has a new id."""
    ada = signed_in(office)
    old, proposal = ada.session, run(office.membership.factor_proposal(ada.present))
    assert proposal is not None
    done = run(office.membership.set_factor(ada.present, proposal.ticket, ada.scan(proposal), end_others=False))
    kept = repr(office.storage.state)

    assert ("Ada", "exshare") == (getattr(ada.app, "account", None), getattr(ada.app, "issuer", None))
    assert 10 == len(set(done.recovery))
    assert done.session not in (None, old)
    assert run(office.membership.session(old)) is None
    assert proposal.key not in kept
    assert [] == [code for code in done.recovery if code in kept or code.replace("-", "") in kept]
    factor = stored(office, office.ada).factor
    assert factor is not None
    assert office.clock.now() == factor.since
    assert -1 == bytes(factor.secret).find(ada.app.secret)  # type: ignore[union-attr]


def test_nothing_is_set_up_before_the_first_code(office: Office) -> None:
    """Who looked at the picture and went away signs in as before; a wrong code changes nothing."""
    ada = signed_in(office)
    proposal = run(office.membership.factor_proposal(ada.present))
    assert proposal is not None

    assert Secured() == run(office.membership.set_factor(ada.present, proposal.ticket, "000000", end_others=True))
    assert proposal == run(office.membership.factor_proposal(ada.present, proposal.ticket))
    assert office.ada == stored(office, office.ada)
    assert Browser(office).sign_in().session is not None


def test_a_proposal_belongs_to_one_session_and_one_state(office: Office) -> None:
    """A ticket from another session, of another member, or from before a change is none."""
    ada, other, bob = signed_in(office), signed_in(office), signed_in(office, "Bob")
    proposal = run(office.membership.factor_proposal(ada.present))
    assert proposal is not None
    code, present = ada.scan(proposal), ada.present

    for browser in (other, bob):
        done = run(office.membership.set_factor(browser.present, proposal.ticket, code, end_others=False))
        assert Secured() == done
    run(office.storage.members.replace(evolve(office.ada, version=2), []))
    changed = evolve(present, member=stored(office, office.ada))
    assert Secured() == run(office.membership.set_factor(changed, proposal.ticket, code, end_others=False))


def test_another_app_takes_the_place_of_the_first(office: Office) -> None:
    """The old app and its recovery codes are good until then, and worth nothing afterwards."""
    ada = with_app(office)
    old, recovery = ada.app, ada.recovery
    proposal = run(office.membership.factor_proposal(ada.present))
    assert proposal is not None
    code = ada.scan(proposal)
    done = run(office.membership.set_factor(ada.present, proposal.ticket, code, end_others=True))
    office.clock.forward(seconds=30)
    browser = Browser(office)
    step = browser.sign_in().step

    assert done.session is not None
    assert old is not None
    assert SignedIn() == browser.bring(step, old.code(office.clock.now()))
    assert SignedIn() == browser.bring(step, recovery[0])
    assert browser.bring(step, ada.code).session is not None


def test_the_code_that_set_an_app_up_is_used_up(office: Office) -> None:
    """ASVS 6.5.1: it does not sign in as well."""
    ada = signed_in(office)
    proposal = run(office.membership.factor_proposal(ada.present))
    assert proposal is not None
    code = ada.scan(proposal)
    run(office.membership.set_factor(ada.present, proposal.ticket, code, end_others=False))
    browser = Browser(office)

    assert SignedIn() == browser.bring(browser.sign_in().step, code)


def test_new_recovery_codes_take_the_place_of_all_earlier_ones(office: Office) -> None:
    """The app stays; the codes of before are worth nothing."""
    ada = with_app(office)
    done = run(office.membership.new_recovery_codes(ada.present))
    browser = Browser(office)
    step = browser.sign_in().step

    assert (10, 0) == (len(done.recovery), len({*done.recovery} & {*ada.recovery}))
    assert SignedIn() == browser.bring(step, ada.recovery[0])
    assert browser.bring(step, done.recovery[0]).session is not None
    assert Kind.RECOVERY_CODES_MADE in {event.kind for event in office.events()}
    with pytest.raises(NotFound):
        run(office.membership.new_recovery_codes(signed_in(office, "Bob").present))


def test_a_second_factor_is_removed(office: Office) -> None:
    """By its member, who then signs in with the password alone; removing none is fine."""
    ada = with_app(office)
    ada.session = run(office.membership.remove_factor(ada.present)).session

    assert stored(office, office.ada).factor is None
    assert Browser(office).sign_in().session is not None
    assert (Kind.FACTOR_REMOVED, Actor.MEMBER) in {(event.kind, event.actor) for event in office.events()}
    assert run(office.membership.remove_factor(ada.present)).session is not None


def test_a_second_factor_that_is_demanded_is_not_removed(office: Office) -> None:
    """M1: it can be replaced, but not gone without."""
    boss = with_app(office, "Boss")
    strict = evolve(office.membership, demand=Demand.ADMINS)

    with pytest.raises(Refused, match="demanded"):
        run(strict.remove_factor(boss.present))
    assert stored(office, office.boss).factor is not None


@pytest.mark.parametrize("act", ["password", "factor", "codes", "remove"])
def test_of_two_changes_at_once_one_is_made(office: Office, act: str) -> None:
    """What somebody else changed first is not overwritten, and nobody is told that it was."""
    ada = with_app(office)
    present = ada.present
    proposal = run(office.membership.factor_proposal(present))
    assert proposal is not None
    code = ada.scan(proposal)
    run(office.storage.members.replace(evolve(present.member, admin=True, version=present.member.version + 1), []))
    before = stored(office, office.ada)
    acts = {
        "password": office.membership.change_password(present, PASSWORD, NEW, end_others=True),
        "factor": office.membership.set_factor(present, proposal.ticket, code, end_others=True),
        "codes": office.membership.new_recovery_codes(present),
        "remove": office.membership.remove_factor(present),
    }
    made = run(acts.pop(act))
    for unused in acts.values():
        unused.close()

    assert Secured() == made
    assert before == stored(office, office.ada)
    assert [True] == _sessions(office, ada)


# --- sessions --------------------------------------------------------------------------------------------------------


def test_a_member_sees_their_sessions(office: Office) -> None:
    """ASVS 7.5.2: when each began, when and from where it was used last; this one first, none that is over or another's."""
    gone = signed_in(office)
    office.clock.forward(minutes=30)
    first = signed_in(office)
    office.clock.forward(minutes=5)
    second = signed_in(office)
    signed_in(office, "Bob")
    office.clock.forward(minutes=2)
    run(office.membership.present(second.session, None))
    office.clock.forward(minutes=3)
    now = office.clock.now()
    listed = run(office.membership.sessions(first.present))

    assert [first.present.session.name, second.present.session.name] == [one.name for one in listed]
    assert [now, now - timedelta(minutes=3)] == [one.seen_at for one in listed]
    assert [now - timedelta(minutes=10), now - timedelta(minutes=5)] == [one.began_at for one in listed]
    assert [str(HOME)] * 2 == [one.network for one in listed]
    assert [Way.PASSWORD] * 2 == [one.way for one in listed]
    assert run(office.membership.session(gone.session)) is None


def test_the_network_of_the_last_use_is_written_down(office: Office) -> None:
    """With the instant, once a minute: reading pages is no reason to write all the time."""
    ada, elsewhere = signed_in(office), type(HOME)("203.0.113.9")
    office.clock.forward(seconds=59)
    run(office.membership.present(ada.session, elsewhere))
    assert str(HOME) == ada.present.session.network
    office.clock.forward(seconds=1)
    run(office.membership.present(ada.session, elsewhere))

    assert "203.0.113.9" == ada.present.session.network


def test_a_member_ends_one_session(office: Office) -> None:
    """ASVS 7.5.2: at once, and no other; the names of others' sessions lead nowhere."""
    ada, other, bob = signed_in(office), signed_in(office), signed_in(office, "Bob")
    run(office.membership.end_session(ada.present, other.present.session.name))
    for name in (bob.present.session.name, "", "nonsense"):
        run(office.membership.end_session(ada.present, name))

    assert [True, False, True] == _sessions(office, ada, other, bob)
    assert Kind.SESSIONS_ENDED in {event.kind for event in office.events()}


def test_a_member_ends_all_other_sessions(office: Office) -> None:
    """This browser stays, and other members do; sign-ins that owe a code are over as well."""
    bob, boss = with_app(office, "Bob"), signed_in(office, "Boss")
    others = [Browser(office, "Bob"), Browser(office, "Bob")]
    assert others[0].bring(others[0].sign_in().step, bob.code).session is not None
    step = others[1].sign_in().step

    assert 1 == run(office.membership.end_other_sessions(bob.present))
    assert [True, False, True] == _sessions(office, bob, others[0], boss)
    assert SignedIn(over=True) == others[1].bring(step, bob.next_code())


def test_a_member_signs_out_everywhere(office: Office) -> None:
    """Here as well; the operator can do the same for a member who is known, and is logged as such."""
    ada, other, bob = signed_in(office), signed_in(office), signed_in(office, "Bob")

    assert 2 == run(office.membership.end_all_sessions(office.ada.id))
    assert [False, False, True] == _sessions(office, ada, other, bob)
    assert 1 == run(office.membership.end_all_sessions(office.bob.id, Actor.OPERATOR))
    assert (Kind.SESSIONS_ENDED, Actor.OPERATOR) == (office.events()[-1].kind, office.events()[-1].actor)
    with pytest.raises(NotFound):
        run(office.membership.end_all_sessions(MemberId("nobody")))
