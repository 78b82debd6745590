"""The second step of a sign-in: no session before it, each code once, and no way round it (M1; ASVS 6.4.3, 6.5, 6.6)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from attrs import evolve

from exshare_core.accounts import Member, Way
from exshare_core.events import Actor, Event, Kind
from exshare_core.factors import Demand
from exshare_core.membership.signing_in import SignedIn
from exshare_core.testing.fakes.members import MemoryMembers
from exshare_core.values import SiteId
from tests.unit.office import ACME, BETA, PASSWORD, Office, run
from tests.unit.seats import HOME, Browser, signed_in, stored, with_app

CAFE = ip_address("198.51.100.9")


@pytest.fixture
def office() -> Office:
    """A site with Ada, Bob and an admin."""
    return Office()


# --- the step --------------------------------------------------------------------------------------------------------


def test_a_password_alone_opens_no_session(office: Office) -> None:
    """With a second factor the right password gives a step, which is no session."""
    with_app(office)
    before = dict(office.storage.state.sessions)
    outcome = Browser(office).sign_in()

    assert (None, None, office.ada.id) == (outcome.session, outcome.browser, getattr(outcome.member, "id", None))
    assert before == office.storage.state.sessions
    assert run(office.membership.session(outcome.step)) is None
    assert Kind.SIGNED_IN != office.events()[-1].kind


def test_a_code_of_the_app_opens_the_session(office: Office) -> None:
    """The second step ends the sign-in, with a new id; the step is used up."""
    ada = with_app(office)
    browser = Browser(office)
    step = browser.sign_in().step
    outcome = browser.bring(step, ada.code)

    assert (office.ada.id, ACME) == (getattr(outcome.member, "id", None), outcome.site)
    assert outcome.session not in (None, step, ada.session)
    assert office.ada.id == browser.present.member.id
    assert Kind.SIGNED_IN == office.events()[-1].kind
    assert {} == office.storage.state.steps
    assert SignedIn(over=True) == Browser(office).bring(step, ada.next_code())


def test_only_digests_of_steps_are_stored(office: Office) -> None:
    """Whoever reads the database cannot go on with a sign-in."""
    with_app(office)
    step = Browser(office).sign_in().step

    assert step is not None
    assert step not in repr(office.storage.state)


def test_a_code_is_good_once(office: Office) -> None:
    """The same code does not open a second session, nor does one from before it."""
    ada = with_app(office)
    code = ada.code
    first, second = Browser(office), Browser(office)
    steps = first.sign_in().step, second.sign_in().step

    assert first.bring(steps[0], code).session is not None
    assert SignedIn() == second.bring(steps[1], code)
    assert second.bring(steps[1], ada.next_code()).session is not None


def test_of_one_code_at_two_browsers_at_once_one_is_right(office: Office) -> None:
    """Two who have seen it good are told apart when it is stored: one comes in."""
    ada = with_app(office)
    first, second = Browser(office), Browser(office)
    steps = first.sign_in().step, second.sign_in().step
    code = ada.code

    class Overtaken(MemoryMembers):
        async def replace(self, member: Member, events: Any) -> None:
            office.storage.members = MemoryMembers(office.storage.state)
            first.took(await office.membership.bring_code(steps[0], code, HOME))
            await super().replace(member, events)

    office.storage.members = Overtaken(office.storage.state)

    assert SignedIn() == second.bring(steps[1], code)
    assert first.present.member.id == office.ada.id
    assert second.session is None


def test_a_recovery_code_is_good_once(office: Office) -> None:
    """Each of the ten stands in for the app one time, however it is typed, and is gone then."""
    ada = with_app(office)
    code = ada.recovery[3]
    browser = Browser(office)
    step = browser.sign_in().step

    assert browser.bring(step, f" {code.upper().replace('-', ' ')} ").session is not None
    kinds = [event.kind for event in office.events()[-2:]]
    assert [Kind.RECOVERY_CODE_USED, Kind.SIGNED_IN] == kinds
    factor = stored(office, office.ada).factor
    assert factor is not None
    assert 9 == len(factor.recovery)
    again = Browser(office)
    step = again.sign_in().step
    assert SignedIn() == again.bring(step, code)
    assert again.bring(step, ada.recovery[4]).session is not None


def test_a_recovery_code_of_somebody_else_is_none(office: Office) -> None:
    """Codes belong to their member."""
    with_app(office)
    bob = with_app(office, "Bob")
    browser = Browser(office)

    assert SignedIn() == browser.bring(browser.sign_in().step, bob.recovery[0])


@pytest.mark.parametrize("typed", ["", "000000", "abcdef", "12345", "\ud800", "x" * 5000, "aaaa-aaaa-aaaa-aaaa"])
def test_what_is_no_code_is_wrong(office: Office, typed: str) -> None:
    """It is no error, opens nothing and is noted with the member and the network."""
    with_app(office)
    browser = Browser(office)

    assert SignedIn() == browser.bring(browser.sign_in().step, typed)
    event = office.events()[-1]
    assert (Kind.WRONG_SECOND_FACTOR, Actor.VISITOR, office.ada.id, str(HOME)) == (
        event.kind, event.actor, event.member, event.network,
    )  # fmt: skip


def test_a_step_ends_after_five_minutes(office: Office) -> None:
    """Good until then and not at that very instant."""
    ada = with_app(office)
    browser = Browser(office)
    step = browser.sign_in().step
    office.clock.forward(minutes=5, microseconds=-1)

    assert run(office.membership.owed(step)) is not None
    office.clock.forward(microseconds=1)
    assert run(office.membership.owed(step)) is None
    assert SignedIn(over=True) == browser.bring(step, ada.code)


def test_a_step_ends_after_five_wrong_codes(office: Office) -> None:
    """Then the password is asked for again, also from whoever has the right code by now."""
    ada = with_app(office)
    browser = Browser(office)
    step = browser.sign_in().step
    outcomes = [browser.bring(step, "000000") for _ in range(5)]

    assert [SignedIn()] * 4 + [SignedIn(over=True)] == outcomes
    assert SignedIn(over=True) == browser.bring(step, ada.code)


def test_wrong_codes_of_an_account_wait_whatever_the_step(office: Office) -> None:
    """Whoever knows the password cannot go on guessing by beginning again, nor from elsewhere; passwords do not wait."""
    with_app(office)
    for _ in range(5):
        browser = Browser(office)
        assert SignedIn() == browser.bring(browser.sign_in().step, "000000")
    elsewhere = Browser(office)
    step = elsewhere.sign_in(network=CAFE).step

    assert step is not None
    assert timedelta(minutes=1) == elsewhere.bring(step, "000000", network=CAFE).wait


def test_a_browser_that_is_known_does_not_wait_for_others_codes(office: Office) -> None:
    """Who has stolen the password cannot keep its owner from their own browser."""
    ada = with_app(office)
    for _ in range(30):
        thief = Browser(office)
        thief.bring(thief.sign_in(network=CAFE).step, "000000", network=CAFE)

    assert ada.bring(ada.sign_in(network=CAFE).step, ada.code, network=CAFE).session is not None


@pytest.mark.parametrize("step", [None, "", "short", "N" * 43, "ä" * 43])
def test_what_is_no_step_leads_nowhere(office: Office, step: str | None) -> None:
    """Unknown and malformed ones are over, as are those of sessions."""
    ada = with_app(office)

    assert SignedIn(over=True) == Browser(office).bring(step, ada.code)
    assert SignedIn(over=True) == Browser(office).bring(ada.session, ada.code)
    assert run(office.membership.owed(step)) is None
    assert run(office.membership.proposal(step)) is None
    run(office.membership.give_up(step))


def test_a_step_that_was_given_up_is_over(office: Office) -> None:
    """Who goes back to the beginning leaves nothing behind."""
    ada = with_app(office)
    browser = Browser(office)
    step = browser.sign_in().step
    run(office.membership.give_up(step))

    assert SignedIn(over=True) == browser.bring(step, ada.code)


def test_a_locked_out_member_gets_no_further(office: Office) -> None:
    """ASVS 7.4.2: also who was let out between the two steps."""
    ada = with_app(office)
    step = Browser(office).sign_in().step
    run(office.membership.disable(office.ada.id))

    assert SignedIn(over=True) == Browser(office).bring(step, ada.code)
    run(office.membership.enable(office.ada.id))
    assert SignedIn(over=True) == Browser(office).bring(step, ada.code)


# --- no way round it -------------------------------------------------------------------------------------------------


def test_a_new_password_does_not_take_the_second_factor_away(office: Office) -> None:
    """ASVS 6.4.3: after a set-up link the code is asked for as before, and steps from before it are over."""
    ada = with_app(office)
    step = Browser(office).sign_in().step
    _, setup = run(office.membership.invite(office.ada.id))
    run(office.membership.set_up(setup, "three unrelated words"))
    outcome = Browser(office).sign_in("three unrelated words")

    assert (None, True) == (outcome.session, outcome.step is not None)
    assert SignedIn(over=True) == Browser(office).bring(step, ada.code)
    assert Browser(office).bring(outcome.step, ada.code).session is not None


def test_a_member_whose_password_is_rehashed_keeps_the_second_factor(office: Office) -> None:
    """G1: a stronger hash changes nothing else."""
    with_app(office)
    before = stored(office, office.ada).factor
    stronger = evolve(office.membership, hasher=type(office.hasher)(3))
    step = run(stronger.sign_in(ACME, "Ada", PASSWORD, HOME)).step

    assert step is not None
    assert str(stored(office, office.ada).password_hash).startswith("$cheap$3$")
    assert before == stored(office, office.ada).factor


def test_the_operator_takes_a_lost_factor_away(office: Office) -> None:
    """Sessions and steps end with it; then the password is enough again, and the activity tells who did it."""
    ada = with_app(office)
    step = Browser(office).sign_in().step
    run(office.membership.reset_factor(office.ada.id))
    event = office.events()[-1]

    assert (Kind.FACTOR_REMOVED, Actor.OPERATOR, office.ada.id) == (event.kind, event.actor, event.member)
    assert run(office.membership.session(ada.session)) is None
    assert SignedIn(over=True) == Browser(office).bring(step, ada.code)
    assert Browser(office).sign_in().session is not None


# --- changes at the same moment --------------------------------------------------------------------------------------


def _overtaken(office: Office, change: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Let `change` happen after a sign-in has checked everything and before anything of it is stored."""

    class Overtaken(MemoryMembers):
        async def open_session(self, session: Any, events: Any) -> None:
            await _overtake()
            await super().open_session(session, events)

        async def open_step(self, step: Any) -> None:
            await _overtake()
            await super().open_step(step)

    async def _overtake() -> None:
        office.storage.members = MemoryMembers(office.storage.state)
        await change()

    office.storage.members = Overtaken(office.storage.state)


@pytest.mark.parametrize("change", ["set up", "lock out", "reset"])
@pytest.mark.parametrize("step", ["password", "code"])
def test_a_sign_in_that_is_overtaken_comes_to_nothing(office: Office, change: str, step: str) -> None:
    """What was right when it was checked and is so no more opens nothing: the change has ended all sessions already."""
    ada = with_app(office)
    browser = Browser(office)
    owed = browser.sign_in().step if step == "code" else None
    _, setup = run(office.membership.invite(office.ada.id))
    changes: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
        "set up": lambda: office.membership.set_up(setup, "three unrelated words"),
        "lock out": lambda: office.membership.disable(office.ada.id),
        "reset": lambda: office.membership.reset_factor(office.ada.id),
    }
    _overtaken(office, changes[change])
    outcome = browser.bring(owed, ada.code) if step == "code" else browser.sign_in()

    assert SignedIn() == outcome
    assert ({}, {}) == (office.storage.state.sessions, office.storage.state.steps)


@pytest.mark.parametrize("other", ["a stronger hash", "another password"])
def test_a_hash_that_is_renewed_at_the_same_moment_is_no_other_password(office: Office, other: str) -> None:
    """Two sign-ins that both find the hash too weak both come in; one with a password that is no more does not."""
    stronger = type(office.hasher)(3)
    password = PASSWORD if other == "a stronger hash" else "three unrelated words"

    class Overtaken(MemoryMembers):
        async def replace(self, member: Member, events: Any) -> None:
            office.storage.members = MemoryMembers(office.storage.state)
            renewed = evolve(office.ada, password_hash=await stronger.hash(password), version=2)
            await office.storage.members.replace(renewed, [])
            await super().replace(member, events)

    office.storage.members = Overtaken(office.storage.state)
    outcome = run(evolve(office.membership, hasher=stronger).sign_in(ACME, "Ada", PASSWORD, HOME))

    assert (other == "a stronger hash") == (outcome.session is not None)
    assert (other == "a stronger hash") == bool(office.storage.state.sessions)


# --- a second factor that is demanded --------------------------------------------------------------------------------


def _owing(demand: Demand) -> tuple[Office, Browser, str]:
    office = Office(demand=demand)
    boss = Browser(office, "Boss")
    step = boss.sign_in().step
    assert step is not None
    return office, boss, step


@pytest.mark.parametrize(
    ("demand", "admin", "member"),
    [(Demand.OPTIONAL, False, False), (Demand.ADMINS, True, False), (Demand.ALL, True, True)],
)
def test_who_owes_a_second_factor_gets_no_session_without(demand: Demand, admin: bool, member: bool) -> None:
    """M1: by configuration, of nobody, of admins, or of all."""
    office = Office(demand=demand)
    boss, ada = Browser(office, "Boss").sign_in(), Browser(office).sign_in()

    assert (admin, member) == (boss.session is None, ada.session is None)
    assert (admin, member) == (boss.step is not None, ada.step is not None)


def test_a_second_factor_that_is_owed_is_set_up_on_the_way(office: Office) -> None:
    """Nothing is reached before; the first code ends the sign-in, and recovery codes are shown."""
    office, boss, step = _owing(Demand.ADMINS)
    owed = run(office.membership.owed(step))
    proposal = run(office.membership.proposal(step))
    outcome = boss.took(run(office.membership.enrol(step, proposal.ticket, boss.scan(proposal), HOME)))  # type: ignore[union-attr]

    assert (True, ACME) == (getattr(owed, "enrols", None), getattr(owed, "site", None))
    assert 10 == len(set(outcome.recovery))
    assert office.boss.id == boss.present.member.id
    kinds = [event.kind for event in office.events()[-2:]]
    assert [Kind.FACTOR_SET, Kind.SIGNED_IN] == kinds
    factor = stored(office, office.boss).factor
    assert factor is not None
    assert not [code for code in outcome.recovery if code in repr(office.storage.state)]
    assert SignedIn(over=True) == run(office.membership.enrol(step, proposal.ticket, boss.next_code(), HOME))  # type: ignore[union-attr]
    assert Browser(office, "Boss").sign_in().session is None


def test_a_wrong_first_code_sets_nothing_up() -> None:
    """The same picture is shown again, and the right code is still right."""
    office, boss, step = _owing(Demand.ALL)
    proposal = run(office.membership.proposal(step))
    assert proposal is not None
    code = boss.scan(proposal)

    assert SignedIn() == run(office.membership.enrol(step, proposal.ticket, "000000", HOME))
    assert stored(office, office.boss).factor is None
    assert proposal == run(office.membership.proposal(step, proposal.ticket))
    assert run(office.membership.enrol(step, proposal.ticket, code, HOME)).session is not None


def test_a_proposal_is_good_in_its_own_browser_only() -> None:
    """Nobody has another confirm a secret that they have seen."""
    office, boss, step = _owing(Demand.ALL)
    mallory = Browser(office, "Bob").sign_in().step
    proposal = run(office.membership.proposal(mallory))
    assert proposal is not None
    code = boss.scan(proposal)

    assert SignedIn() == run(office.membership.enrol(step, proposal.ticket, code, HOME))
    assert run(office.membership.proposal(step, proposal.ticket)) is None
    for broken in ("", "x", "ä", "====", proposal.ticket[:-8]):
        assert SignedIn() == run(office.membership.enrol(step, broken, code, HOME))


def test_there_are_fifteen_minutes_to_find_an_app() -> None:
    """A second factor that is owed may take longer than a code; it is over then."""
    office, boss, step = _owing(Demand.ALL)
    office.clock.forward(minutes=15, microseconds=-1)
    proposal = run(office.membership.proposal(step))
    assert proposal is not None
    office.clock.forward(microseconds=1)

    assert SignedIn(over=True) == run(office.membership.enrol(step, proposal.ticket, boss.scan(proposal), HOME))
    assert run(office.membership.owed(step)) is None


def test_who_owes_a_second_factor_cannot_bring_a_code() -> None:
    """And who has one cannot set up another on the way: each step is for one thing."""
    _, boss, step = _owing(Demand.ALL)
    plain = Office()
    ada = with_app(plain)
    other = Browser(plain).sign_in().step

    assert SignedIn(over=True) == boss.bring(step, "000000")
    assert run(plain.membership.proposal(other)) is None
    assert SignedIn(over=True) == run(plain.membership.enrol(other, "ticket", ada.code, HOME))


def test_sessions_without_a_second_factor_end_when_one_is_demanded() -> None:
    """A stricter configuration reaches who is signed in already; those who came through their organisation stay."""
    office = Office()
    boss, ada, appy = signed_in(office, "Boss"), signed_in(office), with_app(office, "Bob")
    sso = run(office.membership.welcome(office.boss, ACME, HOME)).session
    strict = evolve(office.membership, demand=Demand.ADMINS)

    assert run(strict.session(boss.session)) is None
    assert [True] * 3 == [run(strict.session(one)) is not None for one in (ada.session, appy.session, sso)]


# --- known browsers, and signing in elsewhere ------------------------------------------------------------------------


def test_a_browser_that_is_known_does_not_wait_for_others_passwords(office: Office) -> None:
    """G7: whoever guesses at a name, from whatever network, does not keep its owner from their own browser."""
    ada = signed_in(office)
    for number in range(200):
        Browser(office).sign_in("a wrong pass phrase", network=ip_address(f"192.0.2.{number % 20}"))

    assert Browser(office).sign_in(network=CAFE).wait
    assert ada.sign_in(network=ip_address("192.0.2.7")).session is not None


def test_what_a_browser_keeps_is_given_after_the_last_step_only(office: Office) -> None:
    """Who has guessed a password alone does not become known."""
    ada = with_app(office)
    browser = Browser(office)
    step = browser.sign_in().step

    assert browser.kept is None
    assert browser.bring(step, ada.code).browser is not None


def test_who_comes_from_the_organisation_is_signed_in(office: Office) -> None:
    """M1: with no password and no code of ours; logged as such, and only on sites that the member belongs to."""
    outcome = run(office.membership.welcome(office.ada, ACME, HOME))
    event: Event = office.events()[-1]
    present = run(office.membership.present(outcome.session))

    assert present is not None
    assert (office.ada.id, Way.SSO) == (present.member.id, present.session.way)
    assert (Kind.SIGNED_IN, "sso", office.ada.id) == (event.kind, event.detail, event.member)
    assert SignedIn() == run(office.membership.welcome(office.ada, BETA, HOME))
    assert SignedIn() == run(office.membership.welcome(evolve(office.ada, disabled=True), ACME, HOME))


def test_the_site_that_was_chosen_is_kept_to_the_end(office: Office) -> None:
    """R6: an admin of all sites comes out where they went in."""
    office.member("Chief", site=None, admin=True)
    chief = with_app(office, "Chief")
    first = run(office.membership.sign_in(SiteId("beta"), "Chief", PASSWORD, HOME))

    assert BETA == run(office.membership.bring_code(first.step, chief.code, HOME)).site
