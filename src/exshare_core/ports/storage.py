"""Everything that rests: links with their visits and proofs, policy, activity, letters, counts, and all of it together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from exshare_core.attempts import Visit
from exshare_core.events import Event
from exshare_core.governance import Permissions, PolicyChange, SitePolicy
from exshare_core.guessing import Tally
from exshare_core.letters import SealedLetter
from exshare_core.links import LinkAddress, ShareLink, Switches
from exshare_core.listings import Order, Place, Wanted
from exshare_core.policy import Layer
from exshare_core.ports.activity import ActivityChain, ActivityLog, FailureLog
from exshare_core.ports.people import AccountRepository, ApiKeyRepository, MemberRepository
from exshare_core.ports.presenting import BrandingRepository
from exshare_core.ports.records import Found, LinkRecord, PendingCode, PendingDeparture, StoredProof, Stretch, Swept
from exshare_core.values import (
    LinkId,
    MemberId,
    PageId,
    SiteId,
    SpaceKey,
)


class LinkRepository(Protocol):
    """Share links with their addresses, visits and proofs."""

    async def find(self, digest: bytes, session: bytes | None) -> Found | None:
        """The link behind a token's digest, dead or alive, with all that judges it, in one round trip.

        Must match the digest byte for byte; must return deleted, disabled, expired and rotated-out ones like any
        other; must return None for a digest that was never stored; must return the proofs and the visit of this
        session and no other.
        """

    async def get(self, site: SiteId, link: LinkId) -> LinkRecord | None:
        """The link with this id on this site; must be None for a link of another site."""

    async def get_by_digest(self, digest: bytes) -> LinkRecord | None:
        """The same by the digest of one of its addresses."""

    async def add(
        self,
        link: ShareLink,
        address: LinkAddress,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
    ) -> None:
        """Must store link, address, events and letters together or not at all.

        Must raise Taken for an id in use on the site and for a digest in use on any, leaving the first holder as it was.
        """

    async def replace(
        self,
        link: ShareLink,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
        addresses: Sequence[LinkAddress] = (),
    ) -> None:
        """Store a changed link: every field of it, and the new or changed `addresses` by digest.

        Must raise StaleLink, with the version in force, unless the stored version is `link.version - 1`; must then
        change nothing. Must raise NotFound for a link that is not stored, and Taken, changing nothing, for a digest
        of another link. Must leave opens, visits and proofs alone.
        """

    async def admit(
        self,
        visit: Visit,
        proofs: Sequence[StoredProof],
        most: int | None,
        events: Sequence[Event],
        renews: bytes | None = None,
        instead_of: str | None = None,
    ) -> bool:
        """Begin a visit in one conditional transaction: count an open, store visit, proofs and events.

        Must be True and store all of it while fewer than `most` opens are counted (or `most` is None) and the stored
        security version is the visit's; must otherwise be False and store nothing. Exact under concurrency (L14).
        With `renews`, must first move what that session had to the session of the visit, as `prove` does.

        With `instead_of`, the id of the visit that the session was seen to have at this link, or "" for none, must be
        False and store nothing when it has another by now: of two presses at the same moment one begins a visit.

        The link's `last_opened_at` must become `visit.began_at`.
        """

    async def give_back(self, visit: Visit, events: Sequence[Event]) -> None:
        """Undo the open that `visit` counted, once: the visit must end and the number of opens fall by one.

        With the last counted open must go `last_opened_at`; with an earlier one it stays.

        Must change nothing and store no event when the visit has ended, when another has taken its place, or when it has
        been touched since it began, whatever `visit` says: something was given then. Exact under concurrency.
        """

    async def prove(self, proofs: Sequence[StoredProof], events: Sequence[Event], renews: bytes | None = None) -> None:
        """Store proofs; a later proof of the same kind, link and session must replace the earlier one.

        With `renews`, every proof, visit and pending code of that session, at whatever link of whatever site, and every
        account's session and step of that browser must become one of the session of `proofs`, which is a fresh one, in
        the same transaction: the former session must have nothing any more (spec G10).
        """

    async def touch(self, visit: Visit) -> None:
        """Must store `visit.seen_at`, never moving it backwards, and touch no other visit of the session."""

    async def list(
        self,
        site: SiteId,
        *,
        owner: MemberId | None = None,
        page: PageId | None = None,
        space: SpaceKey | None = None,
        after: LinkId | None = None,
        limit: int = 50,
    ) -> tuple[LinkRecord, ...]:
        """Links of a site, newest first, deleted ones included; must be complete over pages though links are added.

        `owner`, `page` and `space` narrow it together; the key of a space must be taken in any case. `after` is the id of the last link of the page before; the order must be total.
        """

    async def search(
        self, site: SiteId, wanted: Wanted, order: Order, *, at: datetime, after: Place | None = None, limit: int = 50
    ) -> Stretch:
        """Links of a site that `listings.fits` finds in `wanted` at the instant `at`, in the order, from `after` on.

        Must hold at most `limit` of them, and nothing of another site. Must do a bounded amount of work whatever the
        site holds, and so may hold fewer though more follow; must then say where it stopped, and be complete over its
        stretches though links are added. `after` must be good though its link is gone.
        """

    async def sweep(self, site: SiteId, *, after: LinkId | None = None, limit: int = 1000) -> tuple[Swept, ...]:
        """All links of a site that are not deleted, in the order of their ids: lean, for walks over every one of them.

        Must be complete over pages though links are added and deleted, and must hold no link of another site; `after`
        is the id of the last link of the page before, and need not be there any more.
        """


class CodeRepository(Protocol):
    """Pending one-time codes."""

    async def ask(
        self, code: PendingCode, at: datetime, events: Sequence[Event], letters: Sequence[SealedLetter]
    ) -> int:
        """Store a code for (link, session), replacing an earlier one, with its letter and events together.

        Must keep the count of wrong tries of the earlier code if that has not expired at `at`, and must return it.
        """

    async def attempt(
        self, site: SiteId, link: LinkId, session: bytes, code_digest: bytes, most: int, at: datetime
    ) -> PendingCode | None:
        """Try a code once: must be the pending code, erased, when the digest fits, it is unexpired at `at` and fewer
        than `most` tries were wrong; must otherwise count a wrong try and be None. Exact under concurrency.
        """


class DepartureRepository(Protocol):
    """Browsers that left to sign in elsewhere."""

    async def add(self, departure: PendingDeparture) -> None:
        """Must store it; must raise Taken for a digest in use, leaving the first as it was."""

    async def take(self, digest: bytes, browser: bytes, at: datetime) -> PendingDeparture | None:
        """Must be the departure with this digest, erased, when it is this browser's and unexpired at `at`; must
        otherwise be None and change nothing. Exact under concurrency: of those who take it at once, one gets it.
        """


class UsedTokens(Protocol):
    """Tokens that were good once."""

    async def used(self, site: SiteId, digest: bytes) -> bool:
        """Must be True from the moment when `use` was, until the token is forgotten."""

    async def use(self, site: SiteId, digest: bytes, until: datetime) -> bool:
        """Remember a token, at least until `until`; must be True for the first call only, of all calls at all times."""


class PolicyRepository(Protocol):
    """What admins have set on each site, its history, and the switches."""

    async def ensure_site(self, site: SiteId) -> None:
        """Must make the site with nothing set, at version 1, unless it is there already."""

    async def policy(self, site: SiteId) -> SitePolicy | None:
        """The whole of what is set, as it was stored last and read at one instant; None for a site that was never made.

        Absent must stay apart from empty.
        """

    async def replace(self, policy: SitePolicy, events: Sequence[Event], change: PolicyChange) -> None:
        """Store the whole of what is set, with its events and with `change`, which is of this site and version.

        `policy` has passed `governance.check_policy`. Must raise StalePolicy, with the version in force, unless the
        stored version is `policy.version - 1`; must then change nothing. Must raise NotFound for a site that was never
        made. Must leave the switches alone. Exact under concurrency; seen by the next read.
        """

    async def history(self, site: SiteId, *, before: int | None = None, limit: int = 50) -> tuple[PolicyChange, ...]:
        """The changes of a site, newest first; with `before`, those that made earlier versions than this one."""

    async def layers(self, site: SiteId, space: SpaceKey) -> tuple[Layer, ...]:
        """Must be what `SitePolicy.layers` says of this space; empty for a site that was never made."""

    async def permissions(self, site: SiteId, space: SpaceKey) -> Permissions:
        """Must be what `SitePolicy.permissions` says of this space, in one round trip.

        Must be `governance.NO_PERMISSIONS` for a site that was never made.
        """

    async def switches(self, site: SiteId, space: SpaceKey) -> Switches:
        """The kill switches above a link of this space; nothing of its owner."""

    async def stopped(self, site: SiteId) -> frozenset[SpaceKey | None]:
        """Must be every space of the site whose own switch is off, by key in upper case; None is the site itself."""

    async def switch(self, site: SiteId, space: SpaceKey | None, on: bool, events: Sequence[Event]) -> None:
        """Must turn the site, or one space of it, off or on, and store the events with it; seen by the next read."""


class Outbox(Protocol):
    """Letters waiting to be sent."""

    async def put(self, letters: Sequence[SealedLetter], events: Sequence[Event]) -> None:
        """Must store letters that go with no other change, and their events, together or not at all."""

    async def claim(self, now: datetime, lease: float, limit: int) -> tuple[SealedLetter, ...]:
        """Take up to `limit` letters that are due and not expired, most urgent first, for `lease` seconds.

        Must never hand one letter to two claimers within its lease. Must count the try: `tries` of what it gives
        includes this one.
        """

    async def settle(self, id: str) -> None:
        """Sent, or given up: must erase the letter; settling an unknown one is fine."""

    async def put_off(self, id: str, due: datetime) -> None:
        """Must make the letter due again at `due`; putting off one that is not there any more is fine."""

    async def purge(self, now: datetime) -> int:
        """Must erase letters that have expired; the number of them."""


class GuessCounter(Protocol):
    """Counts wrong proofs, exactly, across processes (spec G7)."""

    async def tally(self, keys: Sequence[bytes], now: datetime) -> tuple[Tally, ...]:
        """The tallies of `keys` in their order; must be an empty Tally for a key that is unknown or forgotten."""

    async def wrong(self, keys: Sequence[bytes], now: datetime) -> tuple[int, ...]:
        """Count one more wrong proof for each of these different keys; the number of each, this one included.

        Must count all parallel calls, and must give no number of a key twice, so that of those who come at once only
        so many are among the first.
        """

    async def right(self, keys: Sequence[bytes]) -> None:
        """Must start the keys again at nothing."""


class Storage(Protocol):
    """All storage ports of one database, so that a write and its events and letters share one transaction."""

    @property
    def links(self) -> LinkRepository: ...

    @property
    def codes(self) -> CodeRepository: ...

    @property
    def departures(self) -> DepartureRepository: ...

    @property
    def used_tokens(self) -> UsedTokens: ...

    @property
    def policies(self) -> PolicyRepository: ...

    @property
    def brandings(self) -> BrandingRepository: ...

    @property
    def members(self) -> MemberRepository: ...

    @property
    def accounts(self) -> AccountRepository: ...

    @property
    def api_keys(self) -> ApiKeyRepository: ...

    @property
    def activity(self) -> ActivityLog: ...

    @property
    def chain(self) -> ActivityChain: ...

    @property
    def failures(self) -> FailureLog: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def guesses(self) -> GuessCounter: ...

    async def ping(self) -> None:
        """Must return when the database answers and raise Busy when it does not."""

    async def prune(self, now: datetime) -> None:
        """Must forget visits, proofs, codes, departures, sessions, steps, kept shares and tallies that can no longer
        count for anything at `now`, and nothing else.
        """
