"""The activity, its chain and the failures in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from attrs import evolve, frozen

from exshare_core.events import Event, Kind
from exshare_core.failures import Failure
from exshare_core.ports import ChainState, Recorded, Sought, Spot, Tallied
from exshare_core.sealing import Head, Link, Row, sealed
from exshare_core.testing.fakes.state import State
from exshare_core.values import LinkId, SiteId


@frozen
class MemoryActivity:
    """An ActivityLog over a `State`."""

    state: State

    async def append(self, events: Sequence[Event]) -> None:
        """Store events in their order."""
        self.state.record(events)

    async def of_link(self, site: SiteId, link: LinkId, limit: int = 100) -> tuple[Event, ...]:
        """The latest events of a link, newest first."""
        return tuple(one.event for one in await self.find(site, Sought(link=link), limit=limit))

    async def find(
        self, site: SiteId, sought: Sought, *, after: Spot | None = None, limit: int = 50
    ) -> tuple[Recorded, ...]:
        """Events that fit, newest first."""
        numbers = {row: number for (_, number), row in self.state.sealed.items()}
        found = [Recorded(event, Spot(event.at, row), numbers.get(row)) for row, event in self._fitting(site, sought)]
        found.sort(key=lambda one: (one.spot.at, one.spot.row), reverse=True)
        if after is not None:
            found = [one for one in found if (one.spot.at, one.spot.row) < (after.at, after.row)]
        return tuple(found[:limit])

    async def days(self, site: SiteId, sought: Sought) -> tuple[tuple[date, Kind, int], ...]:
        """Events by day."""
        counted = Counter((event.at.date(), event.kind) for _, event in self._fitting(site, sought))
        rows = sorted(counted.items(), key=lambda one: (one[0][0], one[0][1].value))
        return tuple((day, kind, count) for (day, kind), count in rows)

    async def busiest(self, site: SiteId, sought: Sought, limit: int = 10) -> tuple[tuple[LinkId, Kind, int], ...]:
        """Events by link."""
        events = [(event.link, event.kind) for _, event in self._fitting(site, sought) if event.link is not None]
        whole, parts = Counter(link for link, _ in events), Counter(events)
        most = sorted(whole, key=lambda link: (-whole[link], link))[:limit]
        rows = sorted(parts.items(), key=lambda one: one[0][1].value)
        return tuple((link, kind, count) for link in most for (of, kind), count in rows if of == link)

    async def details(self, site: SiteId, link: LinkId, kind: Kind) -> Mapping[str, Tallied]:
        """Events by their detail."""
        found: dict[str, Tallied] = {}
        for _, event in self._fitting(site, Sought(link=link, kinds=frozenset({kind}))):
            before = found.get(event.detail, Tallied(0, event.at))
            found[event.detail] = Tallied(before.count + 1, max(before.last, event.at))
        return {detail: one for detail, one in found.items() if detail}

    def _fitting(self, site: SiteId, sought: Sought) -> Iterator[tuple[int, Event]]:
        plain = ("link", "space", "page", "actor", "member", "network", "account")
        asked = {name: value for name in plain if (value := getattr(sought, name)) is not None}
        for row in self.state.events:
            event = self.state.event(row)
            in_time = sought.since <= event.at < sought.before
            of_kind = not sought.kinds or event.kind in sought.kinds
            digest = None if event.mailbox is None else event.mailbox.digest
            of_mailbox = sought.mailbox in (None, digest)
            fits = in_time and of_kind and of_mailbox
            if event.site == site and fits and asked == {name: getattr(event, name) for name in asked}:
                yield row, event


@frozen
class MemoryChain:
    """An ActivityChain over a `State`."""

    state: State

    async def waiting(self) -> tuple[SiteId, ...]:
        """The sites with rows that are not sealed."""
        return tuple(sorted(set(self.state.waiting.values())))

    async def seal(self, site: SiteId, limit: int = 500) -> int:
        """Seal the rows that wait."""
        rows = [row for row, of in sorted(self.state.waiting.items()) if of == site][:limit]
        seals = sealed(site, self._head(site), [(self._row(row), self.state.personal.get(row)) for row in rows])
        for row, seal in zip(rows, seals, strict=True):
            self.state.seals[site, seal.number], self.state.sealed[site, seal.number] = seal, row
            del self.state.waiting[row]
        return len(rows)

    async def stands(self, site: SiteId) -> ChainState:
        """Where the chain stands."""
        times = [self.state.events[row].at for row, of in self.state.waiting.items() if of == site]
        return ChainState(self.state.anchors.get(site), self._head(site), len(times), min(times, default=None))

    async def links(self, site: SiteId, after: int, limit: int = 500) -> tuple[Link, ...]:
        """Seals with their rows."""
        numbers = [number for number in self._numbers(site) if number > after][:limit]
        return tuple(self._link(site, number) for number in numbers)

    async def strays(self, site: SiteId, after: Spot | None = None, limit: int = 5000) -> tuple[int, Spot | None]:
        """Rows that have no seal and do not wait for one."""
        spots = sorted((event.at, row) for row, event in self.state.events.items() if event.site == site)
        left = [one for one in spots if after is None or one > (after.at, after.row)][:limit]
        known = {*self.state.sealed.values(), *self.state.waiting}
        return sum(row not in known for _, row in left), Spot(*left[-1]) if len(left) == limit else None

    async def forget(self, site: SiteId, until: datetime, limit: int = 1000) -> int:
        """Remove old rows."""
        old = sorted((event.at, row) for row, event in self.state.events.items() if event.site == site)
        gone = [row for at, row in old if at <= until][:limit]
        for row in gone:
            del self.state.events[row]
            self.state.personal.pop(row, None)
            self.state.waiting.pop(row, None)
        for number in self._numbers(site):
            seal = self.state.seals[site, number]
            if self.state.sealed[site, number] in self.state.events or seal.at > until:
                break
            self.state.anchors[site] = seal.head
            del self.state.seals[site, number], self.state.sealed[site, number]
        return len(gone)

    def _numbers(self, site: SiteId) -> list[int]:
        return sorted(number for of, number in self.state.seals if of == site)

    def _head(self, site: SiteId) -> Head | None:
        numbers = self._numbers(site)
        return self.state.seals[site, numbers[-1]].head if numbers else self.state.anchors.get(site)

    def _link(self, site: SiteId, number: int) -> Link:
        row = self.state.sealed[site, number]
        there = row in self.state.events
        return Link(self.state.seals[site, number], self._row(row) if there else None, self.state.personal.get(row))

    def _row(self, row: int) -> Row:
        one = self.state.events[row]
        return Row(
            one.site, one.at, one.kind.value, one.actor.value, one.link, one.space, one.member, one.page, one.detail
        )


@frozen
class MemoryFailures:
    """A FailureLog over a `State`."""

    state: State

    async def note(self, failures: Sequence[Failure]) -> None:
        """Add the counts."""
        for one in failures:
            key = (one.site, one.minute, one.port, one.operation, one.outcome)
            known = self.state.failures.get(key)
            self.state.failures[key] = one if known is None else evolve(known, count=known.count + one.count)

    async def list(self, site: SiteId, limit: int = 100) -> tuple[Failure, ...]:
        """The latest of a site."""
        found = [one for one in self.state.failures.values() if one.site == site]
        found.sort(key=lambda one: (one.port, one.operation, one.outcome))
        return tuple(sorted(found, key=lambda one: one.minute, reverse=True)[:limit])

    async def prune(self, site: SiteId, until: datetime, most: int) -> None:
        """Forget old ones."""
        kept = {one for one in (await self.list(site, most)) if one.minute > until}
        self.state.failures = {key: one for key, one in self.state.failures.items() if key[0] != site or one in kept}
