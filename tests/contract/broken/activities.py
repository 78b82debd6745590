"""Activities, chains and logs of failures that break a promise."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from attrs import evolve

from exshare_core.events import Kind
from exshare_core.ports import ClearMailbox, Sought
from exshare_core.testing.fakes.accounts import MemoryAccounts
from exshare_core.testing.fakes.activity import MemoryActivity, MemoryChain, MemoryFailures
from tests.contract.broken.rows import stored


class KeepsWhereAccountsCameFrom(MemoryAccounts):
    """The personal fields of a deleted account are forgotten by nobody."""

    async def delete(self, *given: Any, **more: Any) -> None:
        before = dict(self.state.personal)
        await super().delete(*given, **more)
        self.state.personal = {**before, **self.state.personal}


class IsDeafWhileItWrites(MemoryActivity):
    """What is appended while something is on its way to the store is lost."""

    writing: ClassVar[list[Any]] = []

    async def append(self, events: Any) -> None:
        if not self.writing:
            self.writing.append(events)
            await asyncio.sleep(0)
            await super().append(events)
            self.writing.clear()


class FindsMailboxesByTheirSeal(MemoryActivity):
    """Who asks for a mailbox is given what was sealed like the first event of it."""

    async def find(self, site: Any, sought: Any, **more: Any) -> Any:
        found = await super().find(site, sought, **more)
        alike = [one for one in found if one.event.mailbox and one.event.mailbox.sealed == b"\x00mailbox\xff"]
        return found if sought.mailbox is None else tuple(alike)


class HoldsMailboxesInClear(MemoryActivity):
    """Beside what is sealed it is written down as it was."""

    async def clear_mailboxes(self, limit: int = 500) -> Any:
        return tuple(
            ClearMailbox(row, event.site, event.link, "ada@example.com") for row, event in self.state.events.items()
        )[:limit]

    async def seal_mailboxes(self, sealed: Any) -> None: ...


class SealsMailboxesAgain(MemoryActivity):
    """What is sealed already is sealed anew."""

    async def clear_mailboxes(self, limit: int = 500) -> Any:
        return ()

    async def seal_mailboxes(self, sealed: Any) -> None:
        there = self.state.personal
        self.state.personal |= {row: evolve(there[row], mailbox=one) for row, one in sealed.items() if row in there}


class CoversNoMailbox(MemoryChain):
    """Mailboxes are left out of the seal."""

    async def seal(self, site: Any, limit: int = 500) -> int:
        personal = self.state.personal
        self.state.personal = {row: evolve(one, mailbox=None) for row, one in personal.items()}
        try:
            return await super().seal(site, limit)
        finally:
            self.state.personal = personal


class LooksAtOneThingOnly(MemoryActivity):
    """Who asks for a link is given everything of it."""

    async def find(self, site: Any, sought: Any, **more: Any) -> Any:
        only = Sought(link=sought.link, since=sought.since, before=sought.before) if sought.link else sought
        return await super().find(site, only, **more)


class TakesTheLastInstantIn(MemoryActivity):
    """A span ends after its last instant."""

    async def find(self, site: Any, sought: Any, **more: Any) -> Any:
        found = await super().find(site, evolve(sought, before=Sought().before), **more)
        return tuple(one for one in found if one.event.at <= sought.before)


class CountsPagesFromTheTop(MemoryActivity):
    """A page of events begins below the instant of the last one, whatever else happened then."""

    async def find(self, site: Any, sought: Any, *, after: Any = None, limit: int = 50) -> Any:
        found = await super().find(site, sought, limit=1000)
        return tuple(one for one in found if after is None or one.spot.at < after.at)[:limit]


class CountsEveryKind(MemoryActivity):
    """Charts count whatever happened."""

    async def days(self, site: Any, sought: Any) -> Any:
        return await super().days(site, evolve(sought, kinds=frozenset()))


class PutsTheQuietestFirst(MemoryActivity):
    """The order is turned round."""

    async def busiest(self, *given: Any, **more: Any) -> Any:
        return tuple(reversed(await super().busiest(*given, **more)))


class CountsEveryDetail(MemoryActivity):
    """Events of whatever kind are counted."""

    async def details(self, site: Any, link: Any, kind: Any) -> Any:
        counted = [await super(CountsEveryDetail, self).details(site, link, one) for one in (kind, Kind.VIEWED)]
        return {**counted[0], **counted[1]}


class NeverWaits(MemoryChain):
    """No site is named."""

    async def waiting(self) -> Any:
        return ()


class SealsWithoutCommitments(MemoryChain):
    """Personal fields are left out of the seal."""

    async def seal(self, site: Any, limit: int = 500) -> int:
        personal, self.state.personal = self.state.personal, {}
        try:
            return await super().seal(site, limit)
        finally:
            self.state.personal = personal


class SaltsAllAlike(MemoryChain):
    """One salt is used for every row."""

    async def seal(self, site: Any, limit: int = 500) -> int:
        self.state.personal = {row: evolve(one, salt=bytes(32)) for row, one in self.state.personal.items()}
        return await super().seal(site, limit)


class SealsAgain(MemoryChain):
    """Rows go on waiting after they were sealed."""

    async def seal(self, site: Any, limit: int = 500) -> int:
        waiting = dict(self.state.waiting)
        try:
            return await super().seal(site, limit)
        finally:
            self.state.waiting = waiting


class ChainsAllSitesTogether(MemoryChain):
    """Numbers run on from site to site."""

    async def seal(self, site: Any, limit: int = 500) -> int:
        number = max((number for _, number in self.state.seals), default=0)
        done = await super().seal(site, limit)
        mine = [key for key in self.state.seals if key[0] == site]
        for key in mine:
            seal = self.state.seals.pop(key)
            self.state.seals[site, seal.number + number] = evolve(seal, number=seal.number + number)
            self.state.sealed[site, seal.number + number] = self.state.sealed.pop(key)
        return done


class KeepsTheBoundary(MemoryChain):
    """What happened at the very instant stays."""

    async def forget(self, site: Any, until: Any, limit: int = 1000) -> int:
        return await super().forget(site, until.replace(microsecond=until.microsecond - 1), limit)


class ForgetsTheAnchor(MemoryChain):
    """A chain without rows begins anew."""

    async def forget(self, *given: Any, **more: Any) -> int:
        removed = await super().forget(*given, **more)
        self.state.anchors = {}
        return removed


class ForgetsAllAtOnce(MemoryChain):
    """The limit is not kept."""

    async def forget(self, site: Any, until: Any, limit: int = 1000) -> int:
        return await super().forget(site, until)


class DropsSealsWithTheirRows(MemoryChain):
    """A seal goes with its row, wherever it stands."""

    async def forget(self, *given: Any, **more: Any) -> int:
        removed = await super().forget(*given, **more)
        self.state.seals = {
            key: one for key, one in self.state.seals.items() if self.state.sealed[key] in self.state.events
        }
        return removed


class TakesWaitingRowsForStrays(MemoryChain):
    """Whatever has no seal is a stray."""

    async def strays(self, *given: Any, **more: Any) -> Any:
        waiting, self.state.waiting = self.state.waiting, {}
        try:
            return await super().strays(*given, **more)
        finally:
            self.state.waiting = waiting


class LosesRowsWithTheirPersonalFields(MemoryChain):
    """A row whose personal fields are gone looks as if it were gone, too."""

    async def links(self, *given: Any, **more: Any) -> Any:
        found = await super().links(*given, **more)
        return tuple(evolve(one, row=None) if one.seal.commitment and one.personal is None else one for one in found)


class CountsOneByOne(MemoryFailures):
    """A later count takes the place of the earlier."""

    async def note(self, failures: Any) -> None:
        self.state.failures |= {(one.site, one.minute, one.port, one.operation, one.outcome): one for one in failures}


class ListsFailuresOfAllSites(MemoryFailures):
    """The site is not asked."""

    async def list(self, site: Any, limit: int = 100) -> Any:
        found = sorted(self.state.failures.values(), key=lambda one: one.minute, reverse=True)
        return tuple(found)[:limit]


class KeepsEveryFailure(MemoryFailures):
    """Nothing is forgotten."""

    async def prune(self, *given: Any) -> None: ...


ROWS = [
    stored("accounts", KeepsWhereAccountsCameFrom, "a_deleted_account_leaves_no_personal_fields"),
    stored("activity", LooksAtOneThingOnly, "events_are_found_by_everything_that_is_asked"),
    stored("activity", FindsMailboxesByTheirSeal, "a_mailbox_is_found_by_its_digest_alone"),
    stored("activity", HoldsMailboxesInClear, "nothing_that_is_appended_rests_in_clear"),
    stored("activity", SealsMailboxesAgain, "nothing_that_is_appended_rests_in_clear"),
    stored("activity", TakesTheLastInstantIn, "a_span_holds_its_first_instant_and_not_its_last"),
    stored("activity", CountsPagesFromTheTop, "pages_of_events_are_complete"),
    stored("activity", CountsEveryKind, "days_are_counted_in_utc"),
    stored("activity", IsDeafWhileItWrites, "what_many_do_at_one_moment_is_all_kept"),
    stored("activity", PutsTheQuietestFirst, "the_busiest_links_come_first"),
    stored("activity", CountsEveryDetail, "details_are_counted_apart"),
    stored("chain", NeverWaits, "what_waits_for_a_seal_is_known"),
    stored("chain", SealsWithoutCommitments, "seals_cover_what_is_stored"),
    stored("chain", CoversNoMailbox, "a_mailbox_is_covered_as_it_rests"),
    stored("chain", SaltsAllAlike, "salts_are_of_their_own"),
    stored("chain", SealsAgain, "sealing_goes_on_in_batches"),
    stored("chain", ChainsAllSitesTogether, "chains_of_sites_stand_apart"),
    stored("chain", KeepsTheBoundary, "rows_go_at_their_very_instant"),
    stored("chain", ForgetsTheAnchor, "the_anchor_is_the_last_that_went"),
    stored("chain", ForgetsAllAtOnce, "forgetting_goes_on_in_batches"),
    stored("chain", DropsSealsWithTheirRows, "seals_outlive_rows_that_went_out_of_turn"),
    stored("chain", TakesWaitingRowsForStrays, "nothing_that_was_stored_is_a_stray"),
    stored("chain", LosesRowsWithTheirPersonalFields, "personal_fields_can_go_alone"),
    stored("failures", CountsOneByOne, "equal_failures_of_a_minute_are_one_row"),
    stored("failures", ListsFailuresOfAllSites, "failures_of_sites_stand_apart"),
    stored("failures", KeepsEveryFailure, "failures_are_forgotten"),
]
