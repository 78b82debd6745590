"""What happened and what failed: the activity with its chain, and the failures of the world behind the ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Protocol, runtime_checkable

from attrs import field, frozen

from exshare_core.events import Actor, Event, Kind, Mailbox
from exshare_core.failures import Failure
from exshare_core.sealing import Head, Link
from exshare_core.values import ExternalAccountId, LinkId, MemberId, SiteId, SpaceKey

FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, tzinfo=UTC)


@frozen(slots=True, kw_only=True)
class Sought:
    """Which events of a site somebody looks for; what is None, or empty, is not asked for."""

    link: LinkId | None = None
    space: SpaceKey | None = None
    """In upper case."""
    page: str | None = None
    """The id of a page or a file."""
    kinds: frozenset[Kind] = frozenset()
    actor: Actor | None = None
    member: MemberId | None = None
    network: str | None = None
    """An address of the network, as it was written down."""
    mailbox: bytes | None = field(default=None, repr=False)
    """The digest of a mailbox, which `mailboxes.digest_of` gives: one whole address, whatever its spelling."""
    account: ExternalAccountId | None = None
    since: datetime = FIRST
    """The first instant that counts."""
    before: datetime = LAST
    """The first instant that does not count any more."""


@frozen(slots=True)
class Spot:
    """Where in a list of events a page ended."""

    at: datetime
    row: int


@frozen(slots=True)
class Recorded:
    """An event as it rests."""

    event: Event
    spot: Spot
    number: int | None
    """In the chain of its site; None while it is not sealed."""


@frozen(slots=True)
class Tallied:
    """How many events of one sort there are, and when the last of them happened."""

    count: int
    last: datetime


@frozen(slots=True)
class ChainState:
    """Where the chain of a site begins and ends."""

    anchor: Head | None
    """The last row that has gone with all before it."""
    head: Head | None
    """The last that was sealed; None where nothing ever was."""
    unsealed: int
    unsealed_since: datetime | None
    """When the oldest row that waits for a seal happened."""


@frozen(slots=True)
class ClearMailbox:
    """A mailbox that an older version wrote down in clear beside an event."""

    row: int
    site: SiteId
    link: LinkId | None
    address: str = field(repr=False)


class ActivityLog(Protocol):
    """The activity: append and read."""

    async def append(self, events: Sequence[Event]) -> None:
        """Store events that go with no other change. Must keep their order."""

    async def of_link(self, site: SiteId, link: LinkId, limit: int = 100) -> tuple[Event, ...]:
        """The latest events of a link, newest first; must hold none of another site."""

    async def find(
        self, site: SiteId, sought: Sought, *, after: Spot | None = None, limit: int = 50
    ) -> tuple[Recorded, ...]:
        """The events that `sought` describes, newest first, those of one instant the later stored first.

        Must hold every event that all of `sought` fits, and no other, and none of another site; must be complete over
        pages though events are stored meanwhile, where `after` is the spot of the last one of the page before.
        """

    async def days(self, site: SiteId, sought: Sought) -> tuple[tuple[date, Kind, int], ...]:
        """How many of the events that `sought` describes by link, space, kinds and time fell on each day in UTC, by day.

        Must name only days and kinds with events.
        """

    async def busiest(self, site: SiteId, sought: Sought, limit: int = 10) -> tuple[tuple[LinkId, Kind, int], ...]:
        """The links with the most of the events that `sought` describes by link, space, kinds and time, with how many of
        each kind; must give the links in the order of all their events, the most first, then by id.
        """

    async def details(self, site: SiteId, link: LinkId, kind: Kind) -> Mapping[str, Tallied]:
        """The events of a link that are of this kind and have a detail, counted by it; must count no other."""


@runtime_checkable
class HeldInClear(Protocol):
    """A port that an activity may implement beside its own: what it holds since mailboxes were not sealed yet."""

    async def clear_mailboxes(self, limit: int = 500) -> tuple[ClearMailbox, ...]:
        """Must be up to `limit` mailboxes that rest in clear; must be empty once none does."""

    async def seal_mailboxes(self, sealed: Mapping[int, Mailbox]) -> None:
        """Must put each where the clear one of its row was, and erase that one, together. A row that has gone meanwhile, or
        has lost its personal fields, must get nothing; one that has a sealed mailbox must keep it, since the chain may
        cover it already.
        """


class ActivityChain(Protocol):
    """What keeps the activity from being changed unnoticed, and what takes it out when it has grown old."""

    async def waiting(self) -> tuple[SiteId, ...]:
        """Must be the sites with rows that are committed and not sealed."""

    async def seal(self, site: SiteId, limit: int = 500) -> int:
        """Give up to `limit` waiting rows of a site their seals, by `sealing.sealed`; how many.

        Must seal what is stored, in the order in which it was stored as far as that is known; must number rows without
        gaps, each once, though several seal at once; must be 0 when another is sealing this site.
        """

    async def stands(self, site: SiteId) -> ChainState:
        """Where the chain stands now."""

    async def links(self, site: SiteId, after: int, limit: int = 500) -> tuple[Link, ...]:
        """The seals with numbers above `after`, by number, each with its row as far as it is there; must judge nothing."""

    async def strays(self, site: SiteId, after: Spot | None = None, limit: int = 5000) -> tuple[int, Spot | None]:
        """Of the next `limit` rows in the order of time, how many have no seal and do not wait for one; and where they
        end, None after the last.
        """

    async def forget(self, site: SiteId, until: datetime, limit: int = 1000) -> int:
        """Remove up to `limit` rows that happened at `until` or before, personal fields included; how many.

        Must keep the seals of removed rows while a row before them is there, or one was removed that happened later than
        `until`; must remember the last that went otherwise as the anchor.
        """


class FailureLog(Protocol):
    """Failures of the world behind the ports."""

    async def note(self, failures: Sequence[Failure]) -> None:
        """Must add the counts to those that are stored of the same minute, port, operation and outcome."""

    async def list(self, site: SiteId, limit: int = 100) -> tuple[Failure, ...]:
        """Must be the latest of a site, the newest minute first, then by port, operation and outcome."""

    async def prune(self, site: SiteId, until: datetime, most: int) -> None:
        """Must forget those of minutes at `until` or before, and the oldest beyond `most`; nothing of another site."""
