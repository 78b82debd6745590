"""Local members: added by the operator, set up by a one-time link, signed in without telling who exists (M1, G7)."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from attrs import define, evolve, field

from exshare_core.accounts import Member
from exshare_core.errors import InvalidValue, InvalidValues, NotFound, Taken
from exshare_core.events import Actor, Kind
from exshare_core.membership.signing_in import SignedIn
from exshare_core.testing import CheapHasher
from exshare_core.values import EVERYWHERE, AccountId, MemberId, SiteId
from tests.unit.office import ACME, BETA, PASSWORD, Office, run

HOME = ip_address("192.0.2.7")
SETUP_PASSWORD = "three unrelated words"


@pytest.fixture
def office() -> Office:
    """A site with Ada, Bob and an admin."""
    return Office()


def _sign_in(office: Office, name: str = "Ada", password: str = PASSWORD, **more: Any) -> SignedIn:
    more.setdefault("network", HOME)
    return run(office.membership.sign_in(more.pop("site", ACME), name, password, **more))


def _invited(office: Office, name: str = "Eve") -> tuple[Member, str]:
    member, setup = run(office.membership.add(name, site=ACME))
    assert setup is not None
    return member, setup


# --- adding ----------------------------------------------------------------------------------------------------


def test_a_member_is_added_with_a_one_time_link_or_a_password(office: Office) -> None:
    """M1: nobody has a default password; only digest and hash are kept."""
    member, setup = _invited(office)

    assert (None, True) == (member.password_hash, member.setup_digest is not None)
    assert setup not in repr(office.storage.state)
    assert office.ada.password_hash is not None
    assert PASSWORD not in office.ada.password_hash
    event = office.events()[-1]
    assert (Kind.MEMBER_ADDED, Actor.OPERATOR, ACME, member.id) == (event.kind, event.actor, event.site, event.member)


REFUSED = [
    ({"name": ""}, "name"),
    ({"name": "   "}, "name"),
    ({"name": "x" * 101}, "name"),
    ({"name": "a\nb"}, "name"),
    ({"name": "=?utf-8?q?x?="}, "name"),
    ({"site": None}, "site"),
    ({"identity": " "}, "identity"),
    ({"identity": "x" * 129}, "identity"),
    ({"identity": "two words"}, "identity"),
    ({"password": "fourteen chars"}, "password"),
    ({"password": "passwordpassword"}, "password"),
]


@pytest.mark.parametrize(("form", "named"), REFUSED)
def test_a_bad_member_is_refused_by_name_and_not_stored(office: Office, form: dict[str, Any], named: str) -> None:
    """M1: names are fit for a mail header, passwords are long, and nothing is stored of what is refused."""
    before = dict(office.storage.state.members)

    with pytest.raises(InvalidValue) as caught:
        run(office.membership.add(**{"name": "Eve", "site": ACME, **form}))

    assert (named, before) == (caught.value.field, office.storage.state.members)


def test_a_name_means_one_member(office: Office) -> None:
    """M1: without case, on the site and among those of all sites; free on another site."""
    for name in ("Ada", "ADA", " ada "):
        with pytest.raises(Taken):
            run(office.membership.add(name, site=ACME))
    with pytest.raises(Taken):
        run(office.membership.add("ada", site=None, admin=True))

    elsewhere, _ = run(office.membership.add("Ada", site=BETA))
    assert BETA == elsewhere.site


def test_an_admin_of_all_sites_is_named_as_such(office: Office) -> None:
    """R6: without a site, an admin of every site; logged under no single site."""
    chief, _ = run(office.membership.add("Chief", site=None, admin=True))

    assert (True, True) == (chief.belongs_to(ACME), chief.belongs_to(BETA))
    assert EVERYWHERE == office.events()[-1].site


def test_an_identity_is_kept_without_the_space_around_it(office: Office) -> None:
    """R5: a pasted account id matches the one that Confluence knows."""
    member, _ = run(office.membership.add("Eve", site=ACME, identity=AccountId(" 557058:eve\n")))

    assert "557058:eve" == member.identity


def test_an_owner_is_named_by_name_or_id(office: Office) -> None:
    """Command line: either names the member; somebody of another site, or nobody, is not found."""
    zoe = office.member("Zoe", site=BETA)

    assert [office.ada] * 3 == [run(office.membership.named(text, ACME)) for text in ("ada", " Ada ", office.ada.id)]
    for text in ("Zoe", zoe.id, "nobody", ""):
        with pytest.raises(NotFound):
            run(office.membership.named(text, ACME))


# --- the set-up link -------------------------------------------------------------------------------------------


def test_looking_at_a_set_up_link_uses_nothing_up(office: Office) -> None:
    """M1, B73: a mail scanner that opens it takes nothing from its owner."""
    member, setup = _invited(office)

    assert [member.id] * 3 == [getattr(run(office.membership.invited(setup)), "id", None) for _ in range(3)]
    assert member == run(office.storage.members.get(member.id))


def test_a_set_up_link_works_once(office: Office) -> None:
    """M1: it sets the password, and is gone."""
    member, setup = _invited(office)
    run(office.membership.set_up(setup, SETUP_PASSWORD))

    assert run(office.membership.invited(setup)) is None
    with pytest.raises(NotFound):
        run(office.membership.set_up(setup, "another three words"))
    assert member.id == getattr(_sign_in(office, "Eve", SETUP_PASSWORD).member, "id", None)
    kinds = [(event.kind, event.actor, event.member) for event in office.events()]
    assert (Kind.PASSWORD_SET, Actor.MEMBER, member.id) in kinds


def test_a_refused_password_leaves_the_link_good(office: Office) -> None:
    """G1: every broken rule is named, and the member may try again."""
    _, setup = _invited(office)

    with pytest.raises(InvalidValues) as caught:
        run(office.membership.set_up(setup, "passw0rd"))

    assert ["at least 15 characters", "commonly used; choose one that is hard to guess"] == [
        failure.rule for failure in caught.value.failures
    ]
    assert run(office.membership.invited(setup)) is not None


def test_a_set_up_link_ends_after_72_hours(office: Office) -> None:
    """M1: good until then, and not at that very instant."""
    _, setup = _invited(office)
    office.clock.forward(hours=72, microseconds=-1)

    assert run(office.membership.invited(setup)) is not None
    office.clock.forward(microseconds=1)
    assert run(office.membership.invited(setup)) is None
    with pytest.raises(NotFound):
        run(office.membership.set_up(setup, SETUP_PASSWORD))


@pytest.mark.parametrize("text", ["", "short", "N" * 43, "x" * 300, "ä" * 43])
def test_what_is_no_set_up_link_invites_nobody(office: Office, text: str) -> None:
    """M1: unknown and malformed ones are the same."""
    _invited(office)

    assert run(office.membership.invited(text)) is None


def test_two_who_use_one_link_at_once_set_one_password(office: Office) -> None:
    """M1: the second finds the link used up, even if both had seen it good."""
    member, setup = _invited(office)

    @define
    class Overtaken(CheapHasher):
        done: bool = field(default=False)
        _rounds: int = 2
        _count: int = 0

        async def hash(self, password: str) -> str:
            if not self.done:
                self.done = True
                await office.membership.set_up(setup, "the quicker of the two")
            return await office.hasher.hash(password)

    slower = evolve(office.membership, hasher=Overtaken())

    with pytest.raises(NotFound):
        run(slower.set_up(setup, "the slower of the two"))
    assert member.id == getattr(_sign_in(office, "Eve", "the quicker of the two").member, "id", None)


def test_a_new_invitation_replaces_the_old_link_and_keeps_the_password(office: Office) -> None:
    """M1: for a lost password or a link that ran out; until it is used, nothing changes for the member."""
    _, first = run(office.membership.invite(office.ada.id))
    _, second = run(office.membership.invite(office.ada.id))

    assert run(office.membership.invited(first)) is None
    assert run(office.membership.invited(second)) is not None
    assert _sign_in(office).session is not None
    assert Kind.MEMBER_INVITED in {event.kind for event in office.events()}


def test_a_new_password_signs_the_member_out_everywhere(office: Office) -> None:
    """Security reference 1.5: what somebody may have opened with the old password ends with it; others' stay."""
    sessions = [_sign_in(office).session, _sign_in(office).session]
    bobs = _sign_in(office, "Bob").session
    _, setup = run(office.membership.invite(office.ada.id))
    run(office.membership.set_up(setup, SETUP_PASSWORD))

    assert [None, None] == [run(office.membership.session(one)) for one in sessions]
    assert office.bob.id == getattr(run(office.membership.session(bobs)), "id", None)
    assert SignedIn() == _sign_in(office)


# --- locking out -----------------------------------------------------------------------------------------------


def test_a_disabled_member_is_out_at_once(office: Office) -> None:
    """ASVS 7.4.2: no session, no sign-in, no set-up link; enabling gives the password back, but no session."""
    session = _sign_in(office).session
    _, setup = run(office.membership.invite(office.ada.id))
    run(office.membership.disable(office.ada.id))

    assert run(office.membership.session(session)) is None
    assert run(office.membership.invited(setup)) is None
    assert SignedIn() == _sign_in(office)
    run(office.membership.enable(office.ada.id))
    assert run(office.membership.session(session)) is None
    assert _sign_in(office).session is not None
    kinds = [event.kind for event in office.events()]
    assert kinds.index(Kind.MEMBER_DISABLED) < kinds.index(Kind.MEMBER_ENABLED)


def test_only_known_members_are_changed(office: Office) -> None:
    """Command line: an unknown id is not found."""
    for change in (office.membership.invite, office.membership.disable, office.membership.enable):
        with pytest.raises(NotFound):
            run(change(MemberId("nobody")))


# --- signing in ------------------------------------------------------------------------------------------------


def test_a_right_password_opens_a_session(office: Office) -> None:
    """M1: the name without case or space around it; the session's id is new each time and stored as a digest."""
    first, second = _sign_in(office, " aDA "), _sign_in(office)

    assert (office.ada.id, office.ada.id) == (getattr(first.member, "id", None), getattr(second.member, "id", None))
    assert first.session is not None
    assert first.session != second.session
    assert first.session not in repr(office.storage.state)
    event = office.events()[-1]
    assert (Kind.SIGNED_IN, office.ada.id, str(HOME)) == (event.kind, event.member, event.network)


@define
class Counted(CheapHasher):
    """A hasher that counts what it is asked for."""

    verified: int = 0
    _rounds: int = 2
    _count: int = 0

    async def verify(self, stored: str, password: str) -> bool:
        """Count and verify."""
        self.verified += 1
        return await super().verify(stored, password)

    async def verify_dummy(self, password: str) -> None:
        """Count and do the same work."""
        self.verified += 1
        await super().verify_dummy(password)


WRONG = [
    ("a wrong password", "Ada", ACME),
    ("a name that nobody has", "Nobody", ACME),
    ("no name at all", "", ACME),
    ("a broken name", "\ud800", ACME),
    ("a member who has no password yet", "Eve", ACME),
    ("a member of another site", "Zoe", ACME),
    ("a member who is disabled", "Bob", ACME),
]


@pytest.mark.parametrize(("row", "name", "site"), WRONG)
def test_every_refusal_is_the_same_after_the_same_work(row: str, name: str, site: SiteId) -> None:
    """M1, G7: one slow verification, the same counters, the same event, the same answer, whoever is asked for."""
    hasher = Counted()
    office = Office(hasher=hasher)
    _invited(office)
    office.member("Zoe", site=BETA)
    run(office.membership.disable(office.bob.id))
    outcome = _sign_in(office, name, "a wrong pass phrase", site=site)
    event = office.events()[-1]

    assert (SignedIn(), 1, 4) == (outcome, hasher.verified, len(office.storage.state.tallies)), row
    assert (Kind.SIGN_IN_FAILED, None, str(HOME)) == (event.kind, event.member, event.network)
    assert "a wrong pass phrase" not in repr(event)


@pytest.mark.parametrize("name", ["Ada", "Nobody"])
def test_guesses_wait_whether_the_name_exists_or_not(office: Office, name: str) -> None:
    """G7: five free tries per name and network, then a wait, also for the right password; others are not kept out."""
    for _ in range(5):
        assert SignedIn() == _sign_in(office, name, "a wrong pass phrase")

    assert timedelta(minutes=1) == _sign_in(office, name).wait
    assert not _sign_in(office, name, network=ip_address("198.51.100.9")).wait
    assert _sign_in(office, "Bob").session is not None


def test_waiting_counts_nothing_and_ends(office: Office) -> None:
    """G7: who tries again too early waits no longer for it; then the right password is right."""
    for _ in range(6):
        _sign_in(office, password="a wrong pass phrase")
    for _ in range(10):
        assert _sign_in(office).wait
    office.clock.forward(minutes=1)

    assert _sign_in(office).session is not None


def test_a_right_password_starts_the_count_again(office: Office) -> None:
    """G7: who mistypes now and then in a browser of their own is never made to wait."""
    browser = _sign_in(office).browser
    for _ in range(4):
        for _ in range(4):
            assert SignedIn() == _sign_in(office, password="a wrong pass phrase", browser=browser)
        signed_in = _sign_in(office, browser=browser)
        browser = signed_in.browser
        assert signed_in.session is not None


def test_one_password_is_not_tried_on_everyone(office: Office) -> None:
    """G7: ten wrong names from one network make it wait, at most 30 seconds, so that an office is never shut out."""
    for number in range(10):
        assert SignedIn() == _sign_in(office, f"guess {number}", "a wrong pass phrase")

    assert timedelta(seconds=30) == _sign_in(office).wait
    assert not _sign_in(office, network=ip_address("198.51.100.9")).wait
    office.clock.forward(seconds=30)
    assert _sign_in(office).session is not None


def test_stronger_parameters_reach_old_passwords_at_the_next_sign_in(office: Office) -> None:
    """G1: the hash is renewed when the parameters have risen, and the password stays the same."""
    stronger = evolve(office.membership, hasher=CheapHasher(3))
    run(stronger.sign_in(ACME, "Ada", PASSWORD, HOME))
    stored = run(office.storage.members.get(office.ada.id))

    assert stored is not None
    assert str(stored.password_hash).startswith("$cheap$3$")
    assert run(stronger.sign_in(ACME, "Ada", PASSWORD, HOME)).session is not None


# --- sessions --------------------------------------------------------------------------------------------------


def test_a_session_ends_after_30_idle_minutes(office: Office) -> None:
    """G10: use keeps it alive; half an hour without any ends it."""
    session = _sign_in(office).session
    for _ in range(3):
        office.clock.forward(minutes=29)
        assert run(office.membership.session(session)) is not None
    office.clock.forward(minutes=30)

    assert run(office.membership.session(session)) is None


def test_a_session_ends_after_12_hours_however_busy(office: Office) -> None:
    """G10: the absolute limit counts from the sign-in."""
    session = _sign_in(office).session
    for _ in range(12 * 6 - 1):
        office.clock.forward(minutes=10)
        assert run(office.membership.session(session)) is not None
    office.clock.forward(minutes=10)

    assert run(office.membership.session(session)) is None


def test_signing_out_ends_this_session_only(office: Office) -> None:
    """M1: once, with an event of the member's own; a second time nothing happens."""
    here, there = _sign_in(office).session, _sign_in(office).session
    assert here is not None
    run(office.membership.sign_out(here))
    event, count = office.events()[-1], len(office.events())
    run(office.membership.sign_out(here))
    run(office.membership.sign_out("nonsense"))

    assert (Kind.SIGNED_OUT, office.ada.id, ACME, count) == (event.kind, event.member, event.site, len(office.events()))
    assert run(office.membership.session(here)) is None
    assert run(office.membership.session(there)) is not None


@pytest.mark.parametrize("text", [None, "", "short", "N" * 43, "ä" * 43])
def test_what_is_no_session_is_nobody(office: Office, text: str | None) -> None:
    """G10: a made-up or malformed id signs nobody in."""
    assert run(office.membership.session(text)) is None
