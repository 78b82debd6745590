"""Who may look back at what, what they see of whom, and for how long anything is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import pytest
from attrs import define, evolve, field

from exshare_core.accounts import Member
from exshare_core.errors import Broken, InvalidValue, NotFound, Refused
from exshare_core.events import Actor, Event, Kind, Mailbox, Topic
from exshare_core.failures import Failure, failure
from exshare_core.governance import PolicyChange, SitePolicy, assign
from exshare_core.governing.auditing import Auditing, Bar, Keeping, Sight
from exshare_core.links import ShareLink
from exshare_core.mailboxes import check_sealed, kept, seal_all
from exshare_core.ports import ClearMailbox, Sought
from exshare_core.schemes import EVERYONE, Granted, Grantees, Scheme
from exshare_core.sealing import Fault
from exshare_core.testing import FakeClock, FakeVault, MemorySite, MemoryStorage
from exshare_core.testing.fakes.activity import MemoryActivity
from exshare_core.testing.samples import a_link, a_member, an_account, an_address, an_event
from exshare_core.values import Address, ExternalAccountId, LinkId, Sealed, SiteId, SpaceKey

T = TypeVar("T")

ACME = SiteId("acme")
TEAM = SpaceKey("TEAM")
DAYS_60 = timedelta(days=60)
VAULT = FakeVault()
NETWORK, MAILBOX, ACCOUNT = "192.0.2.7", "ada@example.com", ExternalAccountId("a1")


def run(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives."""
    return asyncio.run(work)


@define
class Archive:
    """A site with one link that somebody has opened, and who may look at that."""

    storage: MemoryStorage = field(factory=MemoryStorage)
    clock: FakeClock = field(factory=FakeClock)
    auditing: Auditing = field(init=False)
    owner: Member = field(init=False)
    other: Member = field(init=False)
    of_space: Member = field(init=False)
    admin: Member = field(init=False)
    link: ShareLink = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.auditing = Auditing(ACME, self.storage, MemorySite().content(), self.clock, VAULT)
        self.owner, self.other, self.of_space = a_member(ACME), a_member(ACME), a_member(ACME)
        self.admin = a_member(ACME, admin=True)
        run(self.storage.policies.ensure_site(ACME))
        policy = SitePolicy(ACME, version=2)
        rules = evolve(policy.rules(TEAM), admins=Grantees(members=frozenset({self.of_space.id})))
        change = PolicyChange(ACME, 2, self.now, Actor.OPERATOR, None, ())
        run(self.storage.policies.replace(assign(policy, TEAM, rules), [], change))
        self.link = a_link(ACME, owner=self.owner.id)
        run(self.storage.links.add(self.link, an_address(self.link), []))
        mailbox = run(kept(VAULT, Address.parse(MAILBOX), ACME, self.link.id))
        self.happened(Kind.OPENED, network=NETWORK, mailbox=mailbox, account=ACCOUNT)

    @property
    def now(self) -> datetime:
        """What the clock says."""
        return self.clock.now()

    def happened(self, kind: Kind, ago: timedelta = timedelta(), **more: Any) -> Event:
        """Something that happened to the link some time ago."""
        event = an_event(
            self.link, kind, at=self.now - ago, actor=Actor.VISITOR, **{"space": TEAM, "member": None, **more}
        )
        run(self.storage.activity.append([event]))
        return event

    def looked(self, member: Member | None, **sought: Any) -> list[Event]:
        """What a member sees of what is sought."""
        return [one.event for one in run(self.auditing.look(member, Sought(**sought))).events]

    def seal(self) -> None:
        """Seal everything that waits."""
        while run(Keeping(self.storage, self.clock, {ACME: DAYS_60}).seal()):
            pass


# --- who may see what ------------------------------------------------------------------------------------------------

WHO_SEES = [
    # who, of the link, of its space, of the site: how much of the persons behind it; None is refused
    ("owner", Sight.PEOPLE, None, None),
    ("other", None, None, None),
    ("of_space", Sight.PLACES, Sight.PLACES, None),
    ("admin", Sight.PLACES, Sight.PLACES, Sight.PLACES),
    (None, Sight.PLACES, Sight.PLACES, Sight.PLACES),
]


@pytest.mark.parametrize(("who", "of_link", "of_space", "of_site"), WHO_SEES)
def test_who_may_see_what_happened(
    who: str | None, of_link: Sight | None, of_space: Sight | None, of_site: Sight | None
) -> None:
    """Of a link whoever may view it, of a space its admins, of the site its own; persons by the same table."""
    archive = Archive()
    member = None if who is None else getattr(archive, who)
    scopes = ((Sought(link=archive.link.id), of_link), (Sought(space=TEAM), of_space), (Sought(), of_site))
    for sought, expected in scopes:
        if expected is None:
            with pytest.raises((NotFound, Refused)):
                run(archive.auditing.look(member, sought))
            with pytest.raises((NotFound, Refused)):
                run(archive.auditing.charts(member, sought, first=archive.now.date(), last=archive.now.date()))
            continue
        trail = run(archive.auditing.look(member, sought))
        ((event, address),) = [(one.event, one.address) for one in trail.events]
        seen = (NETWORK if expected is Sight.PLACES else None, MAILBOX, ACCOUNT)

        assert (expected, seen) == (trail.sight, (event.network, address, event.account))
        assert event.mailbox is None


def test_who_may_only_view_a_link_sees_no_person() -> None:
    """A scheme that grants looking, and not editing, shows what happened and not to whom."""
    archive = Archive()

    policy = run(archive.storage.policies.policy(ACME))
    assert policy is not None
    after = evolve(policy, version=3, scheme=Scheme({Granted.VIEW_PAGE: EVERYONE}))
    run(archive.storage.policies.replace(after, [], PolicyChange(ACME, 3, archive.now, Actor.OPERATOR, None, ())))
    (one,) = run(archive.auditing.look(archive.other, Sought(link=archive.link.id))).events

    assert (Kind.OPENED, None, None, None) == (one.event.kind, one.event.network, one.address, one.event.account)
    assert (None, False) == (one.event.mailbox, one.unreadable)


def test_nobody_learns_by_asking_what_they_may_not_see() -> None:
    """Who is not shown networks or mailboxes cannot look for one; who is finds it."""
    archive = Archive()
    with pytest.raises(Refused, match="network"):
        archive.looked(archive.owner, link=archive.link.id, network=NETWORK)
    digest = run(archive.auditing.mailbox(Address.parse("Ada@Example.COM")))
    found = (
        len(archive.looked(archive.owner, link=archive.link.id, mailbox=digest)),
        len(archive.looked(archive.of_space, space=TEAM, network=NETWORK)),
    )
    policy = run(archive.storage.policies.policy(ACME))
    assert policy is not None
    after = evolve(policy, version=3, scheme=Scheme({Granted.VIEW_PAGE: EVERYONE}))
    run(archive.storage.policies.replace(after, [], PolicyChange(ACME, 3, archive.now, Actor.OPERATOR, None, ())))
    with pytest.raises(Refused, match="mailbox"):
        archive.looked(archive.other, link=archive.link.id, mailbox=digest)

    assert (1, 1) == found


def test_a_link_of_another_member_is_not_there() -> None:
    """One sentence for a link that is not there and for one that this member may not see."""
    archive = Archive()
    for link in (archive.link.id, LinkId("none")):
        with pytest.raises(NotFound, match="there is no such link on this site"):
            archive.looked(archive.other, link=link)


def test_members_of_other_sites_see_nothing() -> None:
    """An admin of another site is a stranger here."""
    archive = Archive()
    for sought in (Sought(), Sought(link=archive.link.id), Sought(space=TEAM)):
        with pytest.raises((Refused, NotFound)):
            run(archive.auditing.look(a_member(SiteId("beta"), admin=True), sought))


@pytest.mark.parametrize("act", ["stands", "verify", "failures"])
def test_only_admins_of_the_site_verify(act: str) -> None:
    """The chain and what failed are for admins of the site and the operator."""
    archive = Archive()
    for member in (archive.owner, archive.of_space):
        with pytest.raises(Refused):
            run(getattr(archive.auditing, act)(member))
    for allowed in (archive.admin, None):
        run(getattr(archive.auditing, act)(allowed))


# --- for how long ----------------------------------------------------------------------------------------------------


def test_nothing_is_shown_past_its_time() -> None:
    """What happened exactly sixty days ago is gone for everybody, though no round has removed it; a microsecond less is
    shown.
    """
    archive = Archive()
    archive.happened(Kind.VIEWED, DAYS_60)
    young = archive.happened(Kind.DENIED, DAYS_60 - timedelta(microseconds=1))
    kinds = [one.kind for one in archive.looked(None, since=archive.now - 2 * DAYS_60)]

    assert [Kind.OPENED, young.kind] == kinds


def test_what_is_old_goes_at_its_very_instant() -> None:
    """At sixty days less a second and less a microsecond a row is there, at sixty days it is gone, and the chain is
    whole before and afterwards.
    """
    archive = Archive()
    archive.clock.forward(seconds=1)
    archive.happened(Kind.VIEWED)
    archive.seal()
    keeping = Keeping(archive.storage, archive.clock, {ACME: DAYS_60})
    archive.clock.forward(days=60, seconds=-2)
    early = run(keeping.forget())
    archive.clock.forward(microseconds=999_999)
    nearly = run(keeping.forget())
    archive.clock.forward(microseconds=1)
    then = run(keeping.forget())
    verdict = run(archive.auditing.verify(None))

    assert (0, 0, 1) == (early, nearly, then)
    assert [Kind.VIEWED] == [one.kind for one in archive.storage.state.events.values()]
    assert verdict.whole
    assert (1, 1) == (verdict.rows, verdict.anchor and verdict.anchor.number)


def test_sites_keep_what_happened_for_as_long_as_they_say() -> None:
    """Each site has a retention of its own; the activity of one that is not named stays."""
    archive = Archive()
    other = an_event(a_link(SiteId("beta")), Kind.VIEWED, at=archive.now)
    run(archive.storage.activity.append([other]))
    archive.clock.forward(days=7)

    assert 1 == run(Keeping(archive.storage, archive.clock, {ACME: timedelta(days=7)}).forget())
    assert [other] == [*archive.storage.state.events.values()]


# --- charts ----------------------------------------------------------------------------------------------------------


def test_charts_count_opens_by_day_and_by_link() -> None:
    """Each day of the span has a bar, empty days too; opens that were given back count for nothing; views stand apart."""
    archive = Archive()
    day = timedelta(days=1)
    for kind, ago in ((Kind.OPENED, day), (Kind.OPENED, day), (Kind.OPEN_RETURNED, day), (Kind.VIEWED, 3 * day)):
        archive.happened(kind, ago)
    archive.happened(Kind.DENIED, day)
    today = archive.now.date()
    found = run(archive.auditing.charts(archive.owner, Sought(link=archive.link.id), first=today - 3 * day, last=today))

    assert [Bar(0, 1), Bar(0, 0), Bar(1, 0), Bar(1, 0)] == [bar for _, bar in found.days]
    assert today - 3 * day == found.days[0][0]
    assert ((archive.link.id, Bar(2, 1)),) == found.links


@pytest.mark.parametrize(
    ("first", "last", "field_name"),
    [(date(2026, 5, 2), date(2026, 5, 1), "to"), (date(2025, 1, 1), date(2026, 5, 1), "from")],
)
def test_a_chart_has_a_span_that_makes_sense(first: date, last: date, field_name: str) -> None:
    """A span that ends before it begins, or is longer than a year, is refused by name."""
    with pytest.raises(InvalidValue) as refused:
        run(Archive().auditing.charts(None, Sought(), first=first, last=last))

    assert field_name == refused.value.field


# --- whether it is what was written down -----------------------------------------------------------------------------


def test_verifying_says_what_is_sealed_and_what_waits() -> None:
    """A whole chain is whole; rows that wait are counted, and since when; the walk tells how far it is."""
    archive = Archive()
    archive.seal()
    waiting = archive.happened(Kind.VIEWED)
    reached: list[int] = []
    verdict = run(archive.auditing.verify(archive.admin, told=reached.append))

    assert verdict.whole
    assert (1, 1, waiting.at, [1]) == (verdict.rows, verdict.unsealed, verdict.unsealed_since, reached)


def test_verifying_finds_a_changed_row_and_a_stray() -> None:
    """A row that was changed under its seal is named; a row that was put in past the ports is counted."""
    archive = Archive()
    archive.seal()
    state = archive.storage.state
    state.rows += 1
    state.events[state.rows] = evolve(next(iter(state.events.values())), kind=Kind.DENIED)
    strays = run(archive.auditing.verify(None)).strays
    (first, *_) = state.events
    state.events[first] = evolve(state.events[first], kind=Kind.VIEWED)
    broken = run(archive.auditing.verify(None)).broken

    assert 1 == strays
    assert (1, Fault.CHANGED) == (broken and broken.number, broken and broken.fault)


def test_a_head_of_another_site_is_refused() -> None:
    """A head is held against the chain that it is of."""
    archive = Archive()
    archive.seal()
    (head,) = run(Keeping(archive.storage, archive.clock, {ACME: DAYS_60, SiteId("beta"): DAYS_60}).heads())
    run(archive.auditing.verify(None, head))
    with pytest.raises(InvalidValue, match="of the site `beta`"):
        run(archive.auditing.verify(None, evolve(head, site=SiteId("beta"))))


def test_deleting_an_account_leaves_the_chain_whole() -> None:
    """The personal fields of what was done with it go; every seal still holds, and it is said of how many rows."""
    archive = Archive()
    account = an_account(ACME, id=ACCOUNT)
    run(archive.storage.accounts.add(account, []))
    archive.seal()
    run(archive.storage.accounts.delete(ACME, ACCOUNT, []))
    verdict = run(archive.auditing.verify(None))

    assert verdict.whole
    assert (1, 1) == (verdict.rows, verdict.without_personal)
    assert [(None, None, None)] == [(one.network, one.mailbox, one.account) for one in archive.looked(None)]


# --- mailboxes -------------------------------------------------------------------------------------------------------


def test_a_mailbox_that_does_not_open_is_said_to_be_there() -> None:
    """One that was changed, was sealed for another link or under another key, or is found as another, is shown as
    unreadable and never as nobody's; everything else of the event is.
    """
    archive = Archive()
    good = run(kept(VAULT, Address.parse(MAILBOX), ACME, archive.link.id))
    bad = [
        evolve(good, sealed=Sealed(good.sealed[:-1] + bytes([good.sealed[-1] ^ 1]))),
        run(kept(VAULT, Address.parse(MAILBOX), ACME, LinkId("another"))),
        run(kept(FakeVault(b"another key"), Address.parse(MAILBOX), ACME, archive.link.id)),
        evolve(good, digest=bytes(32)),
    ]
    for mailbox in bad:
        archive.happened(Kind.PROVED, mailbox=mailbox)
    told = run(archive.auditing.look(None, Sought(kinds=frozenset({Kind.PROVED})))).events

    assert [(None, True, Kind.PROVED)] * 4 == [(one.address, one.unreadable, one.event.kind) for one in told]


def test_a_mailbox_is_found_in_any_spelling() -> None:
    """A mailbox is asked for by its whole address, whatever the case; part of one is not asked for, and finds nothing."""
    archive = Archive()
    found = {
        text: len(archive.looked(None, mailbox=run(archive.auditing.mailbox(Address.parse(text)))))
        for text in ("ada@example.com", "ADA@EXAMPLE.COM", "ad@example.com", "ada@example.co")
    }

    assert {"ada@example.com": 1, "ADA@EXAMPLE.COM": 1, "ad@example.com": 0, "ada@example.co": 0} == found


@define
class OldActivity(MemoryActivity):
    """An activity with mailboxes that an older version wrote down in clear."""

    clear: dict[int, str] = field(factory=dict)

    async def clear_mailboxes(self, limit: int = 500) -> tuple[ClearMailbox, ...]:
        """Those that are left."""
        found = [(row, self.state.events[row], address) for row, address in self.clear.items()]
        return tuple(ClearMailbox(row, event.site, event.link, address) for row, event, address in found)[:limit]

    async def seal_mailboxes(self, sealed: Mapping[int, Mailbox]) -> None:
        """Put them in place."""
        for row, mailbox in sealed.items():
            del self.clear[row]
            self.state.personal[row] = evolve(self.state.personal[row], mailbox=mailbox, address=None)


@pytest.mark.parametrize("address", [MAILBOX, "Ada.B@example.com", "not an address of today"])
def test_what_was_written_in_clear_is_sealed_and_its_seal_holds(address: str) -> None:
    """Every mailbox that an older version left in clear is sealed; it is shown as it was written, found, and the chain that
    was made over it in clear is whole; another one in its place is found out.
    """
    archive = Archive()
    state = archive.storage.state
    ((row, personal),) = state.personal.items()
    state.personal[row] = evolve(personal, mailbox=None, address=address)
    archive.seal()
    old = OldActivity(state, {row: address})
    with pytest.raises(Broken, match="exshare migrate"):
        run(check_sealed(old))
    counts = (run(seal_all(old, VAULT)), run(seal_all(old, VAULT)))
    run(check_sealed(old))
    (shown,) = run(archive.auditing.look(None, Sought())).events
    whole = run(archive.auditing.verify(None))
    other = run(kept(VAULT, Address.parse("eve@example.com"), ACME, archive.link.id))
    state.personal[row] = evolve(state.personal[row], mailbox=other)
    broken = run(archive.auditing.verify(None)).broken

    assert (1, 0) == counts
    assert (address, {}) == (shown.address, old.clear)
    assert whole.whole
    assert (1, Fault.PERSONAL) == (broken and broken.number, broken and broken.fault)


def test_a_mailbox_cannot_take_the_place_of_another_unnoticed() -> None:
    """Under the seal, the mailbox of another event, or its digest, is a changed personal field."""
    archive = Archive()
    archive.seal()
    state = archive.storage.state
    ((row, personal),) = state.personal.items()
    assert personal.mailbox is not None
    again = run(kept(VAULT, Address.parse(MAILBOX), ACME, archive.link.id))
    faults = []
    for mailbox in (again, evolve(personal.mailbox, digest=bytes(32)), None):
        state.personal[row] = evolve(personal, mailbox=mailbox)
        broken = run(archive.auditing.verify(None)).broken
        faults.append(broken and broken.fault)

    assert [Fault.PERSONAL] * 3 == faults


# --- kinds and failures ----------------------------------------------------------------------------------------------


def test_every_kind_has_one_topic() -> None:
    """The topics share out all kinds, none twice."""
    named = [kind for topic in Topic for kind in topic.kinds]

    assert sorted(kind.value for kind in Kind) == sorted(kind.value for kind in named)


def test_failures_are_shown_for_a_week() -> None:
    """What failed is shown newest first, and not past its time, though no round has removed it."""
    archive = Archive()
    old = failure(ACME, archive.now - timedelta(days=7, minutes=1), "pages", "read", TimeoutError())
    new = failure(ACME, archive.now, "mail", "send", OSError("the host `secret.example` said no"))
    run(archive.storage.failures.note([old, new]))
    minute = datetime(*archive.now.timetuple()[:5], tzinfo=UTC)

    assert (Failure(ACME, minute, "mail", "send", "OSError"),) == run(archive.auditing.failures(archive.admin))
