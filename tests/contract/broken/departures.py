"""Repositories of departures, and of members who sign in elsewhere, that break a promise."""

from __future__ import annotations

import asyncio
from typing import Any

from attrs import evolve

from exshare_core.testing.fakes.departures import MemoryDepartures
from exshare_core.testing.fakes.members import MemoryMembers
from exshare_core.testing.samples import NOW
from tests.contract.broken.rows import stored


class KeepsDepartures(MemoryDepartures):
    """An answer may be brought again."""

    async def take(self, digest: bytes, browser: bytes, at: Any) -> Any:
        found = await super().take(digest, browser, at)
        if found is not None:
            self.state.departures[digest] = found
        return found


class TakesAnyBrowser(MemoryDepartures):
    """Whoever has the state is let in."""

    async def take(self, digest: bytes, browser: bytes, at: Any) -> Any:
        found = self.state.departures.get(digest)
        return await super().take(digest, browser if found is None else found.browser, at)


class LooksForTheBrowser(MemoryDepartures):
    """Any departure of the browser will do."""

    async def take(self, digest: bytes, browser: bytes, at: Any) -> Any:
        known = next((key for key, one in self.state.departures.items() if one.browser == browser), digest)
        return await super().take(digest if digest in self.state.departures else known, browser, at)


class TakesExpiredOnes(MemoryDepartures):
    """Nobody looks at the clock."""

    async def take(self, digest: bytes, browser: bytes, at: Any) -> Any:
        return await super().take(digest, browser, NOW)


class LooksThenTakes(MemoryDepartures):
    """Between looking and erasing others may come in."""

    async def take(self, digest: bytes, browser: bytes, at: Any) -> Any:
        found = self.state.departures.get(digest)
        await asyncio.sleep(0)
        taken = await super().take(digest, browser, at)
        return taken or (found if found is not None and found.browser == browser and at < found.expires_at else None)


class KeepsTheLastOfABrowser(MemoryDepartures):
    """A browser that leaves again has not left before."""

    async def add(self, departure: Any) -> None:
        rest = {key: one for key, one in self.state.departures.items() if one.browser != departure.browser}
        self.state.departures = rest
        await super().add(departure)


class OverwritesDigests(MemoryDepartures):
    """The last one has the digest."""

    async def add(self, departure: Any) -> None:
        self.state.departures[departure.digest] = departure


class FoldsSubjects(MemoryMembers):
    """What a provider calls people is compared as names are."""

    async def by_subject(self, subject: Any, site: Any) -> Any:
        for member in self.state.members.values():
            name = "" if member.subject is None else member.subject.name
            if member.site in (None, site) and name.lower() == subject.name.lower():
                return member
        return None


class MeetsNobodyFromElsewhere(MemoryMembers):
    """Members of all sites are not asked for."""

    async def by_subject(self, subject: Any, site: Any) -> Any:
        found = await super().by_subject(subject, site)
        return found if found is None or found.site == site else None


class TakesEverySubject(MemoryMembers):
    """Two members may be one person elsewhere."""

    async def add(self, member: Any, events: Any) -> None:
        await super().add(evolve(member, subject=None), events)
        self.state.members[member.id] = member


class FindsWhoSignsInElsewhere(MemoryMembers):
    """An identity leads to whoever has it."""

    async def by_identity(self, identity: Any, site: Any) -> Any:
        return next((one for one in self.state.members.values() if one.identity == identity), None)


ROWS = [
    stored("departures", KeepsDepartures, "a_departure_is_taken_once"),
    stored("departures", TakesAnyBrowser, "a_departure_is_of_one_browser"),
    stored("departures", LooksForTheBrowser, "an_unknown_departure_is_none"),
    stored("departures", TakesExpiredOnes, "a_departure_that_expired_is_none"),
    stored("departures", LooksThenTakes, "of_arrivals_at_once_one_is_let_in"),
    stored("departures", KeepsTheLastOfABrowser, "a_browser_may_leave_several_times"),
    stored("departures", OverwritesDigests, "a_digest_is_used_once"),
    stored("members", FoldsSubjects, "a_subject_is_of_one_provider_and_site"),
    stored("members", MeetsNobodyFromElsewhere, "a_member_of_all_sites_is_met_everywhere"),
    stored("members", TakesEverySubject, "a_subject_in_use_is_taken"),
    stored("members", FindsWhoSignsInElsewhere, "an_identity_leads_to_who_signs_in_nowhere_else"),
]
