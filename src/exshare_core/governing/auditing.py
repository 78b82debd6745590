"""Use cases of whoever looks back: what happened, whether it is what was written down, and what failed lately.

Who may see which events is judged here, once: of a link whoever may view it, of a space its admins, of the site its own.
From where something was done is for admins of the space and the site; which mailbox or account proved itself also for who
may edit the link. What is not shown cannot be asked for either. Nothing is shown that is older than the site keeps it,
whether or not it is out of the database yet.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from enum import IntEnum

from attrs import evolve, frozen

from exshare_core.accounts import Member
from exshare_core.errors import Busy, CannotUnseal, InvalidValue, NotFound, Refused, printable
from exshare_core.events import Event, Kind
from exshare_core.failures import KEPT_FOR, MOST_KEPT, Failure
from exshare_core.groups import mandate_of
from exshare_core.mailboxes import as_it_was, digest_of, opened
from exshare_core.permissions import Mandate, Right, check_admin, check_membership, sees_all
from exshare_core.ports import ChainState, Clock, Content, Recorded, Sought, Spot, Storage, Vault
from exshare_core.sealing import Head, Verdict, begun, ended, step
from exshare_core.values import Address, LinkId, MemberId, SiteId, SpaceKey

RETENTION = timedelta(days=60)
"""How long what happened is kept, where a deployment does not say otherwise (spec M4)."""

LONGEST_CHART = timedelta(days=366)
BATCH = 500
"""Rows that are read at once by walks over all of them."""
LOOKED_AT = 10 * BATCH
"""Rows whose links are gathered at most."""

COUNTED = frozenset({Kind.OPENED, Kind.OPEN_RETURNED, Kind.VIEWED})
_MOMENT = timedelta(microseconds=1)


class Sight(IntEnum):
    """How much of the persons behind events somebody sees."""

    NOBODY = 0
    PEOPLE = 1
    """Mailboxes and accounts."""
    PLACES = 2
    """And from which address of the network."""


@frozen(slots=True)
class Told:
    """An event as somebody is told of it: nothing in it of persons that they may not see."""

    event: Event
    """Without its mailbox as it rests."""
    address: str | None
    """The mailbox that was proved, in clear."""
    spot: Spot
    number: int | None
    """In the chain of its site; None while it is not sealed."""
    unreadable: bool = False
    """Whether there is a mailbox that does not open: it was changed, or sealed under another key."""


@frozen(slots=True)
class Trail:
    """A page of what happened, newest first."""

    events: tuple[Told, ...]
    sight: Sight
    more: Spot | None
    """Where the next page begins; None at the end."""


@frozen(slots=True)
class Bar:
    """A day or a link in a chart."""

    opens: int
    """Visits that began behind a gate, without those that were given back."""
    views: int
    """Pages that were shown, one by one."""


@frozen(slots=True)
class Charts:
    """How much was opened, by day and by link."""

    first: date
    last: date
    days: tuple[tuple[date, Bar], ...]
    """Every day of the span, those without anything as well."""
    links: tuple[tuple[LinkId, Bar], ...]
    """The busiest links, the busiest first."""


@frozen
class Auditing:
    """What happened on one site, for who may know. `member` None is the operator (spec glossary)."""

    site: SiteId
    storage: Storage
    content: Content
    clock: Clock
    vault: Vault
    retention: timedelta = RETENTION

    # --- what happened -------------------------------------------------------------------------------------------

    async def look(self, member: Member | None, sought: Sought, *, after: Spot | None = None, limit: int = 50) -> Trail:
        """A page of the events that are sought.

        Raises NotFound for a link that is not there for this member; Refused for a space or a site that they do not
        govern, and for seeking by what they may not see; Busy when their groups could not be found out.
        """
        sight = await self._sight(member, sought)
        found = await self.storage.activity.find(self.site, self._kept(sought), after=after, limit=limit + 1)
        shown = tuple([await self._told(one, sight) for one in found[:limit]])
        return Trail(shown, sight, shown[-1].spot if len(found) > limit else None)

    async def every(self, member: Member | None, sought: Sought) -> AsyncIterator[Told]:
        """All of them, read in batches; raises as `look` does when the first is asked for."""
        after: Spot | None = None
        while True:
            trail = await self.look(member, sought, after=after, limit=BATCH)
            for one in trail.events:
                yield one
            if trail.more is None:
                return
            after = trail.more

    async def links(self, member: Member | None, sought: Sought, most: int = 200) -> tuple[tuple[LinkId, ...], bool]:
        """The links of the latest events that are sought, and whether these are all of them; raises as `look` does.

        At most `most`, of the latest `LOOKED_AT` events.
        """
        found: dict[LinkId, None] = {}
        after: Spot | None = None
        for _ in range(LOOKED_AT // BATCH):
            trail = await self.look(member, sought, after=after, limit=BATCH)
            found |= {one.event.link: None for one in trail.events if one.event.link is not None}
            after = trail.more
            if after is None or len(found) > most:
                break
        return tuple(found)[:most], after is None and len(found) <= most

    async def named(self, member: Member | None, text: str) -> MemberId:
        """The member of the site with this name or id; raises InvalidValue where there is none."""
        check_membership(member, self.site)
        wanted = text.strip()
        for one in await self.storage.members.list(self.site):
            if one.id == wanted or one.name.casefold() == wanted.casefold():
                return one.id
        raise InvalidValue("member", f"there is no member `{printable(wanted[:60])}` on this site")

    async def mailbox(self, address: Address) -> bytes:
        """What `Sought.mailbox` is for this mailbox on the site."""
        return await digest_of(self.vault, address, self.site)

    async def names(self, member: Member | None) -> Mapping[MemberId, str]:
        """The names of all who are members of the site, for a list that is read in pieces."""
        check_membership(member, self.site)
        return {one.id: one.name for one in await self.storage.members.list(self.site)}

    async def charts(
        self, member: Member | None, sought: Sought, *, first: date, last: date, links: int = 10
    ) -> Charts:
        """Opens by day from `first` to `last` and by link, of the link, the space or the site that is sought.

        Raises as `look` does, and InvalidValue for a span that ends before it begins or is longer than a year.
        """
        if last < first:
            raise InvalidValue("to", "must not be before the first day")
        if last - first > LONGEST_CHART:
            raise InvalidValue("from", f"a chart shows at most {LONGEST_CHART.days} days")
        await self._sight(member, sought)
        begin = datetime.combine(first, datetime.min.time(), tzinfo=self.clock.now().tzinfo)
        end = begin + timedelta(days=(last - first).days + 1)
        wanted = self._kept(Sought(link=sought.link, space=sought.space, kinds=COUNTED, since=begin, before=end))
        by_day: dict[date, dict[Kind, int]] = {}
        for day, kind, count in await self.storage.activity.days(self.site, wanted):
            by_day.setdefault(day, {})[kind] = count
        by_link: dict[LinkId, dict[Kind, int]] = {}
        for link, kind, count in await self.storage.activity.busiest(self.site, wanted, links):
            by_link.setdefault(link, {})[kind] = count
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return Charts(
            first,
            last,
            tuple((day, _bar(by_day.get(day, {}))) for day in days),
            tuple((link, _bar(counts)) for link, counts in by_link.items()),
        )

    # --- whether it is what was written down ---------------------------------------------------------------------

    async def stands(self, member: Member | None) -> ChainState:
        """Where the chain of the site stands; for its admins."""
        check_admin(member, self.site)
        return await self.storage.chain.stands(self.site)

    async def verify(
        self, member: Member | None, kept: Head | None = None, told: Callable[[int], object] = lambda _: None
    ) -> Verdict:
        """Walk along the whole chain, and hold it against a head that was kept elsewhere; for admins of the site.

        `told` is called with the number that has been reached, batch by batch. Raises InvalidValue for the head of
        another site.
        """
        check_admin(member, self.site)
        if kept is not None and kept.site != self.site:
            raise InvalidValue("head", f"is of the site `{kept.site}`")
        verdict = await self._walked(kept, told)
        if verdict.broken is not None:
            return verdict
        strays, spot = await self.storage.chain.strays(self.site)
        while spot is not None:
            more, spot = await self.storage.chain.strays(self.site, spot)
            strays += more
        return evolve(verdict, strays=strays)

    async def _walked(self, kept: Head | None, told: Callable[[int], object]) -> Verdict:
        """Along the chain from its anchor. Where rows grow old meanwhile and the anchor moves on, it begins again."""
        while True:
            stands = await self.storage.chain.stands(self.site)
            gone_until = self.clock.now() - self.retention
            verdict = begun(self.site, stands.anchor, stands.unsealed, stands.unsealed_since)
            while verdict.broken is None:
                number = 0 if verdict.last is None else verdict.last.number
                links = await self.storage.chain.links(self.site, number, BATCH)
                if not links:
                    break
                links = tuple([await as_it_was(self.vault, one) for one in links])
                verdict = step(verdict, links, max(gone_until, self.clock.now() - self.retention), kept)
                told(0 if verdict.last is None else verdict.last.number)
            verdict = ended(verdict, self.clock.now() - self.retention, kept)
            if verdict.broken is None or (await self.storage.chain.stands(self.site)).anchor == stands.anchor:
                return verdict

    # --- what failed ---------------------------------------------------------------------------------------------

    async def failures(self, member: Member | None, limit: int = 100) -> tuple[Failure, ...]:
        """What failed towards Confluence or mail lately, newest first; for admins of the site (spec M9)."""
        check_admin(member, self.site)
        kept_since = self.clock.now() - KEPT_FOR
        found = await self.storage.failures.list(self.site, min(limit, MOST_KEPT))
        return tuple(one for one in found if one.minute > kept_since)

    # --- the steps -----------------------------------------------------------------------------------------------

    def _kept(self, sought: Sought) -> Sought:
        """No more than is kept, to the microsecond."""
        return evolve(sought, since=max(sought.since, self.clock.now() - self.retention + _MOMENT))

    async def _told(self, one: Recorded, sight: Sight) -> Told:
        """The event as somebody with this sight sees it."""
        event, mailbox, address = one.event, one.event.mailbox, None
        bare = evolve(event, mailbox=None, network=event.network if sight >= Sight.PLACES else None)
        if sight < Sight.PEOPLE:
            return Told(evolve(bare, account=None), None, one.spot, one.number)
        if mailbox is not None:
            with suppress(CannotUnseal):
                address = await opened(self.vault, mailbox, self.site, event.link)
        return Told(bare, address, one.spot, one.number, unreadable=mailbox is not None and address is None)

    async def _sight(self, member: Member | None, sought: Sought) -> Sight:
        check_membership(member, self.site)
        sight = await self._of_scope(member, sought)
        hidden = (("network", Sight.PLACES), ("mailbox", Sight.PEOPLE), ("account", Sight.PEOPLE))
        for name, needed in hidden:
            if getattr(sought, name) is not None and sight < needed:
                raise Refused(f"you may not look for the {name} of visitors here")
        return sight

    async def _of_scope(self, member: Member | None, sought: Sought) -> Sight:
        if sought.link is not None:
            return await self._of_link(member, sought.link)
        if sees_all(member, self.site):
            return Sight.PLACES
        if sought.space is None:
            check_admin(member, self.site)
        else:
            mandate = await self._mandate(member, sought.space)
            if not mandate.is_space_admin:
                if mandate.groups is None and mandate.permissions.space_admins.asks_groups:
                    raise Busy("your groups could not be found out")
                raise Refused("only admins of the space or the site may see what happened in it")
        return Sight.PLACES

    async def _of_link(self, member: Member | None, link: LinkId) -> Sight:
        record = await self.storage.links.get(self.site, link)
        if record is None:
            raise NotFound("there is no such link on this site")
        mandate = await self._mandate(member, record.link.scope.space)
        if not mandate.may(Right.VIEW, record.link.owner):
            raise NotFound("there is no such link on this site")
        if mandate.is_space_admin:
            return Sight.PLACES
        return Sight.PEOPLE if mandate.may(Right.EDIT, record.link.owner) else Sight.NOBODY

    async def _mandate(self, member: Member | None, space: SpaceKey) -> Mandate:
        return await mandate_of(member, self.site, space, self.storage.policies, self.content.directory)


def _bar(counts: dict[Kind, int]) -> Bar:
    opens = counts.get(Kind.OPENED, 0) - counts.get(Kind.OPEN_RETURNED, 0)
    return Bar(max(opens, 0), counts.get(Kind.VIEWED, 0))


@frozen
class Keeping:
    """What is done for the activity by itself: seals within a second, and goodbyes at the very instant."""

    storage: Storage
    clock: Clock
    retentions: Mapping[SiteId, timedelta]
    """How long each site keeps what happened; `EVERYWHERE` stands for what concerns no single one."""

    async def seal(self) -> Collection[SiteId]:
        """Seal what waits, a batch of each site; the sites of which something was sealed here."""
        return [site for site in await self.storage.chain.waiting() if await self.storage.chain.seal(site)]

    async def forget(self) -> int:
        """Remove what has grown old from the activity and from the failures; how many rows of the activity."""
        now, removed = self.clock.now(), 0
        for site, retention in self.retentions.items():
            while gone := await self.storage.chain.forget(site, now - retention):
                removed += gone
            await self.storage.failures.prune(site, now - KEPT_FOR, MOST_KEPT)
        return removed

    async def heads(self, sites: Collection[SiteId] | None = None) -> tuple[Head, ...]:
        """The head of every chain that has begun, or of those of `sites`."""
        wanted = self.retentions if sites is None else sites
        found = [(await self.storage.chain.stands(site)).head for site in wanted]
        return tuple(one for one in found if one is not None)
