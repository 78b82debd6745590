"""Repositories of members, activity and letters, and whole storages, that break a promise."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from attrs import evolve

from exshare_core.errors import Busy, NotFound
from exshare_core.testing.fakes.activity import MemoryActivity
from exshare_core.testing.fakes.members import MemoryMembers
from exshare_core.testing.fakes.queues import MemoryOutbox
from exshare_core.testing.fakes.storage import MemoryStorage
from exshare_core.testing.samples import NOW
from exshare_core.testing.storage import StorageContract
from tests.contract.broken.rows import row, stored


class LosesTheIdentity(MemoryMembers):
    """One column is missing."""

    async def add(self, member: Any, events: Any) -> None:
        await super().add(evolve(member, identity=None, created_at=None), events)


class FindsAnybody(MemoryMembers):
    """An unknown set-up digest finds somebody without one."""

    async def by_setup(self, digest: bytes) -> Any:
        return await super().by_setup(digest) or next(iter(self.state.members.values()))


class ComparesNamesWithCase(MemoryMembers):
    """Names are compared as they are written."""

    async def by_name(self, name: str, site: Any) -> Any:
        found = await super().by_name(name, site)
        return found if found is None or found.name == name else None


class FoldsAsciiOnly(MemoryMembers):
    """Names are compared without case in ASCII only."""

    async def by_name(self, name: str, site: Any) -> Any:
        found = await super().by_name(name, site)
        return found if found is None or found.name.encode().lower() == name.encode().lower() else None


class TakesEveryName(MemoryMembers):
    """Names need not be free."""

    async def add(self, member: Any, events: Any) -> None:
        self.state.members[member.id] = member


class ComparesWithinASite(MemoryMembers):
    """Members of all sites are not asked for their names."""

    async def add(self, member: Any, events: Any) -> None:
        others = dict(self.state.members)
        self.state.members = {id: one for id, one in others.items() if one.site == member.site}
        await super().add(member, events)
        self.state.members.update(others)


class MixesMembers(MemoryMembers):
    """A name is found on every site."""

    async def by_name(self, name: str, site: Any) -> Any:
        return next((one for one in self.state.members.values() if one.name == name), None)


class ReplacesThePasswordOnly(MemoryMembers):
    """A used set-up link stays good."""

    async def replace(self, member: Any, events: Any) -> None:
        old = self.state.members[member.id]
        await super().replace(evolve(old, password_hash=member.password_hash, version=member.version), events)


class LetsTheLastMemberWin(MemoryMembers):
    """Versions are not compared."""

    async def replace(self, member: Any, events: Any) -> None:
        self.state.members[member.id] = member


class ListsWithoutMembersOfAllSites(MemoryMembers):
    """Members of all sites are not listed."""

    async def list(self, site: Any) -> Any:
        return tuple(one for one in await super().list(site) if one.site == site)


class ListsInStoredOrder(MemoryMembers):
    """Members come in the order they were added in."""

    async def list(self, site: Any) -> Any:
        return tuple(one for one in self.state.members.values() if site is None or one.site in (None, site))


class JudgesSessions(MemoryMembers):
    """Old sessions are not found."""

    async def session(self, digest: bytes) -> Any:
        found = await super().session(digest)
        return found if found and found.seen_at - found.began_at < timedelta(hours=12) else None


class LosesTheWay(MemoryMembers):
    """One column is missing."""

    async def open_session(self, session: Any, events: Any) -> None:
        await super().open_session(evolve(session, confirmed_at=None), events)


class ListsEverybodysSessions(MemoryMembers):
    """The member is not asked."""

    async def sessions(self, member: Any) -> Any:
        return tuple(self.state.sessions.values())


class ListsSessionsAsTheyBegan(MemoryMembers):
    """Sessions come in the order they were opened in."""

    async def sessions(self, member: Any) -> Any:
        return tuple(one for one in self.state.sessions.values() if one.member == member)


class RenewsBeside(MemoryMembers):
    """The former id stays good."""

    async def renew_session(self, former: bytes, session: Any, events: Any) -> bool:
        old = self.state.sessions.get(former)
        renewed = await super().renew_session(former, session, events)
        if old is not None:
            self.state.sessions[former] = old
        return renewed


class RenewsWhatEnded(MemoryMembers):
    """A session that ended comes to life again."""

    async def renew_session(self, former: bytes, session: Any, events: Any) -> bool:
        self.state.sessions.setdefault(former, session)
        return await super().renew_session(former, session, events)


class LooksThenRenews(MemoryMembers):
    """Between looking and renewing, others may come in."""

    async def renew_session(self, former: bytes, session: Any, events: Any) -> bool:
        if former not in self.state.sessions:
            return False
        await asyncio.sleep(0)
        self.state.sessions.setdefault(former, session)
        return await super().renew_session(former, session, events)


class ForgetsToCloseSteps(MemoryMembers):
    """Who owed a second factor can still bring it."""

    async def close_sessions(self, *given: Any, **more: Any) -> int:
        steps = dict(self.state.steps)
        closed = await super().close_sessions(*given, **more)
        self.state.steps = steps
        return closed


class ClosesNamesakes(MemoryMembers):
    """A session is closed by its name, whoever's it is."""

    async def close_sessions(self, member: Any, events: Any = (), **more: Any) -> int:
        name = more.get("name")
        self.state.sessions = {key: one for key, one in self.state.sessions.items() if name in (None, one.name)}
        return await super().close_sessions(member, events, **more)


class ClosesThatOneToo(MemoryMembers):
    """No session is spared."""

    async def close_sessions(self, member: Any, events: Any = (), **more: Any) -> int:
        return await super().close_sessions(member, events, name=more.get("name"))


class JudgesSteps(MemoryMembers):
    """Old steps are not found."""

    async def step(self, digest: bytes) -> Any:
        found = await super().step(digest)
        return found if found and found.began_at > NOW - timedelta(days=1) else None


class ClosesStepsTwice(MemoryMembers):
    """Everybody who closes a step is told that it was them."""

    async def close_step(self, digest: bytes) -> bool:
        await super().close_step(digest)
        return True


class ClosesEverybodysSteps(MemoryMembers):
    """The member is not asked."""

    async def close_steps(self, member: Any) -> None:
        self.state.steps = {}


class TouchesSessionsBackwards(MemoryMembers):
    """The last call wins, not the latest moment."""

    async def touch_session(self, session: Any) -> None:
        self.state.sessions[session.digest] = session


class NeverCloses(MemoryMembers):
    """Signing out forgets nothing."""

    async def close_session(self, digest: bytes, events: Any) -> None:
        self.state.record(events)


class ClosesEverybodysSessions(MemoryMembers):
    """All sessions of all members are forgotten."""

    async def close_sessions(self, member: Any, events: Any = (), **more: Any) -> int:
        closed = await super().close_sessions(member, events, **more)
        self.state.sessions = {}
        return closed


class LosesTheNetwork(MemoryActivity):
    """One column is missing."""

    async def append(self, events: Any) -> None:
        await super().append([evolve(one, network=None) for one in events])


class SortsByInstant(MemoryActivity):
    """Events of one instant come in any order."""

    async def of_link(self, *given: Any, **more: Any) -> Any:
        return tuple(sorted(await super().of_link(*given, **more), key=lambda one: (one.at, one.page), reverse=False))


class KeepsTheOldestEvents(MemoryActivity):
    """The limit cuts the new ones off."""

    async def of_link(self, site: Any, link: Any, limit: int = 100) -> Any:
        return (await super().of_link(site, link))[-limit:]


class MixesActivities(MemoryActivity):
    """The site is not asked."""

    async def of_link(self, site: Any, link: Any, limit: int = 100) -> Any:
        return tuple(reversed([one for one in self.state.events.values() if one.link == link]))[:limit]


class RefusesEmptyBatches(MemoryActivity):
    """An empty batch is an error."""

    async def append(self, events: Any) -> None:
        if not events:
            raise Busy("there is nothing to store")
        await super().append(events)


class StoresLettersAsText(MemoryOutbox):
    """Sealed bytes that are no text are spoilt."""

    async def put(self, letters: Any, events: Any) -> None:
        spoilt = [evolve(one, sealed=one.sealed.decode("ascii", "ignore").encode()) for one in letters]
        await super().put(spoilt, events)


class PutsWithoutEvents(MemoryOutbox):
    """Letters leave no trace in the activity."""

    async def put(self, letters: Any, events: Any) -> None:
        await super().put(letters, [])


class PutsOneByOne(MemoryOutbox):
    """When one letter fails, those before it are there already."""

    async def put(self, letters: Any, events: Any) -> None:
        for letter in letters:
            await super().put([letter], [])
        self.state.record(events)


class SendsTheOldestFirst(MemoryOutbox):
    """Urgent letters wait behind notices."""

    async def claim(self, now: Any, lease: float, limit: int) -> Any:
        letters = dict(self.state.letters)
        self.state.letters = {id: evolve(one, priority=0) for id, one in letters.items()}
        return await super().claim(now, lease, limit)


class ClaimsEverything(MemoryOutbox):
    """The limit is not kept."""

    async def claim(self, now: Any, lease: float, limit: int) -> Any:
        return await super().claim(now, lease, 10_000)


class SendsTooEarly(MemoryOutbox):
    """Letters are handed out a second before they are due."""

    async def claim(self, now: Any, lease: float, limit: int) -> Any:
        return await super().claim(now + timedelta(seconds=1), lease, limit)


class SendsExpiredLetters(MemoryOutbox):
    """Letters are handed out at the instant of their expiry."""

    async def claim(self, now: Any, lease: float, limit: int) -> Any:
        letters = self.state.letters
        self.state.letters = {
            id: evolve(one, expires=one.expires + timedelta(seconds=1)) for id, one in letters.items()
        }
        return await super().claim(now, lease, limit)


class HandsOutTwice(MemoryOutbox):
    """A claim gives no lease."""

    async def claim(self, now: Any, lease: float, limit: int) -> Any:
        return await super().claim(now, 0.0, limit)


class LooksThenClaims(MemoryOutbox):
    """Between choosing letters and marking them, others may come in."""

    async def claim(self, now: Any, lease: float, limit: int) -> Any:
        leases = dict(self.state.leases)
        await asyncio.sleep(0)
        self.state.leases = leases
        return await super().claim(now, lease, limit)


class CountsNoTry(MemoryOutbox):
    """Tries are not counted."""

    async def claim(self, *given: Any) -> Any:
        claimed = tuple(evolve(one, tries=1) for one in await super().claim(*given))
        self.state.letters.update({one.id: one for one in claimed})
        return claimed


class NeverErases(MemoryOutbox):
    """A letter that was sent is marked and kept."""

    async def settle(self, id: str) -> None:
        if id in self.state.letters:
            self.state.letters[id] = evolve(self.state.letters[id], due=self.state.letters[id].expires)


class RefusesUnknownLetters(MemoryOutbox):
    """Settling twice is an error."""

    async def settle(self, id: str) -> None:
        if id not in self.state.letters:
            raise NotFound("there is no such letter")
        await super().settle(id)


class PutsOffWithinTheLease(MemoryOutbox):
    """A letter that is put off stays with its claimer."""

    async def put_off(self, id: str, due: Any) -> None:
        self.state.letters[id] = evolve(self.state.letters[id], due=due)


class PurgesNothing(MemoryOutbox):
    """Expired letters stay."""

    async def purge(self, now: Any) -> int:
        return 0


class IsNeverThere(MemoryStorage):
    """`ping` fails though all is well."""

    async def ping(self) -> None:
        raise Busy("the storage does not answer")


class IsAlwaysThere(MemoryStorage):
    """`ping` is fine whatever has happened."""

    async def ping(self) -> None:
        return None


class PrunesNothing(MemoryStorage):
    """Old visits, proofs and sessions stay."""

    async def prune(self, now: Any) -> None:
        return None


class PrunesTooMuch(MemoryStorage):
    """What counts for another hour is forgotten."""

    async def prune(self, now: Any) -> None:
        await super().prune(now + timedelta(hours=1))


class PrunesOpens(MemoryStorage):
    """With a visit its open is forgotten."""

    async def prune(self, now: Any) -> None:
        await super().prune(now)
        self.state.opens = dict.fromkeys(self.state.opens, 0)


ROWS = [
    stored("members", LosesTheIdentity, "every_field_of_a_member_survives"),
    stored("members", FindsAnybody, "unknown_members_are_none"),
    stored("members", ComparesNamesWithCase, "names_compare_without_case"),
    stored("members", FoldsAsciiOnly, "names_compare_without_case"),
    stored(
        "members",
        TakesEveryName,
        "a_name_is_taken_without_case",
        "a_name_of_all_sites_is_taken_on_every_site",
    ),
    stored("members", ComparesWithinASite, "a_name_of_all_sites_is_taken_on_every_site"),
    stored("members", ComparesWithinASite, "a_name_on_some_site_is_taken_for_all_sites"),
    stored("members", MixesMembers, "a_name_may_be_used_on_two_sites"),
    stored("members", ReplacesThePasswordOnly, "replace_stores_every_field_of_a_member"),
    stored("members", LetsTheLastMemberWin, "a_stale_member_is_refused"),
    stored("members", ListsWithoutMembersOfAllSites, "a_list_of_members_is_of_a_site_and_of_all_sites"),
    stored("members", ListsInStoredOrder, "a_list_of_members_is_of_a_site_and_of_all_sites"),
    stored("members", JudgesSessions, "a_session_is_found_by_its_digest"),
    stored("members", LosesTheWay, "every_field_of_a_session_survives"),
    stored("members", ListsEverybodysSessions, "sessions_are_of_one_member_and_the_last_used_comes_first"),
    stored("members", ListsSessionsAsTheyBegan, "sessions_are_of_one_member_and_the_last_used_comes_first"),
    stored("members", RenewsBeside, "a_renewed_session_has_another_id"),
    stored("members", RenewsWhatEnded, "a_session_that_ended_is_not_renewed"),
    stored("members", LooksThenRenews, "of_renewals_at_once_one_wins"),
    stored("members", ForgetsToCloseSteps, "closing_all_sessions_is_of_one_member"),
    stored("members", ClosesNamesakes, "one_session_is_closed_by_its_name"),
    stored("members", ClosesThatOneToo, "all_sessions_but_one_are_closed"),
    stored("members", JudgesSteps, "a_step_is_found_by_its_digest"),
    stored("members", ClosesStepsTwice, "a_step_is_closed_once"),
    stored("members", ClosesEverybodysSteps, "closing_all_steps_is_of_one_member"),
    stored("members", TouchesSessionsBackwards, "touching_a_session_moves_it_forward_only"),
    stored("members", NeverCloses, "a_closed_session_is_forgotten"),
    stored("members", ClosesEverybodysSessions, "closing_all_sessions_is_of_one_member"),
    stored("activity", LosesTheNetwork, "every_field_of_an_event_survives"),
    stored("activity", SortsByInstant, "events_keep_their_order"),
    stored("activity", KeepsTheOldestEvents, "the_latest_events_are_given"),
    stored("activity", MixesActivities, "the_activity_of_a_link_holds_no_other"),
    stored("activity", RefusesEmptyBatches, "appending_nothing_is_fine"),
    stored("outbox", StoresLettersAsText, "every_field_of_a_letter_survives"),
    stored("outbox", PutsWithoutEvents, "put_stores_letters_and_events_together"),
    stored("outbox", PutsOneByOne, "put_that_fails_half_way_stores_nothing"),
    stored("outbox", SendsTheOldestFirst, "the_most_urgent_letters_come_first"),
    stored("outbox", ClaimsEverything, "no_more_than_limit_are_claimed"),
    stored("outbox", SendsTooEarly, "letters_wait_until_they_are_due"),
    stored("outbox", SendsExpiredLetters, "expired_letters_are_not_handed_out"),
    stored("outbox", HandsOutTwice, "a_letter_is_never_handed_out_twice_within_its_lease"),
    stored("outbox", LooksThenClaims, "claims_at_once_share_no_letter"),
    stored("outbox", CountsNoTry, "every_try_is_counted"),
    stored("outbox", NeverErases, "a_settled_letter_is_erased"),
    stored("outbox", RefusesUnknownLetters, "settling_an_unknown_letter_is_fine"),
    stored("outbox", PutsOffWithinTheLease, "a_letter_that_is_put_off_is_due_again_then"),
    stored("outbox", PurgesNothing, "purge_erases_expired_letters_and_counts_them"),
    row(StorageContract, IsNeverThere, "ping_returns_when_the_database_answers"),
    row(
        StorageContract,
        IsAlwaysThere,
        "ping_is_busy_when_the_database_does_not_answer",
        open_unreachable=lambda self: self.open(),
    ),
    row(StorageContract, PrunesNothing, "prune_forgets_what_cannot_count_any_more"),
    row(StorageContract, PrunesTooMuch, "prune_leaves_what_still_counts"),
    row(StorageContract, PrunesOpens, "prune_forgets_what_cannot_count_any_more"),
]
