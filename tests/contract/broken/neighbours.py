"""Storages that do one thing right and reach too far with it, or forget what goes with it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from attrs import evolve

from exshare_core.accounts import SESSION_IDLE, SESSION_LIFE
from exshare_core.attempts import VISIT_IDLE, VISIT_LIFE
from exshare_core.errors import InvalidValue
from exshare_core.testing.fakes.codes import MemoryCodes
from exshare_core.testing.fakes.links import MemoryLinks
from exshare_core.testing.fakes.members import MemoryMembers
from exshare_core.testing.fakes.queues import MemoryGuesses, MemoryOutbox
from exshare_core.testing.fakes.storage import MemoryStorage
from exshare_core.testing.storage import StorageContract
from tests.contract.broken.rows import row, stored


class GivesBackBySession(MemoryLinks):
    """The visit that a browser has now is ended, whichever was meant."""

    async def give_back(self, visit: Any, events: Any) -> None:
        current = self.state.visits.get(((visit.site, visit.link), visit.session), visit)
        await super().give_back(current, events)


class GivesBackAloud(MemoryLinks):
    """That an open was returned is recorded each time, though nothing was."""

    async def give_back(self, visit: Any, events: Any) -> None:
        await super().give_back(visit, [])
        self.state.record(events)


class CountsForTheWholeSite(MemoryLinks):
    """An open counts at every link of its site."""

    async def admit(self, visit: Any, *given: Any, **more: Any) -> bool:
        admitted = await super().admit(visit, *given, **more)
        for site, id in self.state.opens:
            if admitted and site == visit.site and id != visit.link:
                self.state.opens[site, id] += 1
        return admitted


class GivesBackForTheWholeSite(MemoryLinks):
    """An open is given back at every link of its site."""

    async def give_back(self, visit: Any, events: Any) -> None:
        before = self.state.opens[visit.site, visit.link]
        await super().give_back(visit, events)
        returned = before - self.state.opens[visit.site, visit.link]
        for site, id in self.state.opens:
            if site == visit.site and id != visit.link:
                self.state.opens[site, id] -= returned


class TouchesBySession(MemoryLinks):
    """The visit that a browser has now is moved, whichever was seen."""

    async def touch(self, visit: Any) -> None:
        current = self.state.visits.get(((visit.site, visit.link), visit.session), visit)
        await super().touch(evolve(visit, id=current.id))


class FiltersAfterTheLimit(MemoryLinks):
    """A page is read, and then what does not belong is left out of it."""

    async def list(self, site: Any, *, after: Any = None, limit: int = 50, **narrowed: Any) -> Any:
        records = await super().list(site, after=after, limit=limit)
        fitting = {one.link.id for one in await super().list(site, limit=10_000, **narrowed)}
        return tuple(one for one in records if one.link.id in fitting)


class RevokesAddressesOnly(MemoryLinks):
    """Of a changed address only its revocation is stored."""

    async def replace(self, link: Any, events: Any, letters: Any = (), addresses: Any = ()) -> None:
        known = self.state.addresses
        kept = [evolve(known.get(one.digest, one), revoked_at=one.revoked_at) for one in addresses]
        await super().replace(link, events, letters, kept)


class ReplacesWithoutTransaction(MemoryLinks):
    """When the letters fail, the link is changed already."""

    async def replace(self, link: Any, events: Any, letters: Any = (), addresses: Any = ()) -> None:
        await super().replace(link, events, (), addresses)
        self.state.record([], letters)


class KeepsOneCodeForALink(MemoryCodes):
    """Whoever asks takes the place of whoever has asked at the same link."""

    async def ask(self, code: Any, *given: Any) -> int:
        for key in [key for key in self.state.codes if key[0] == (code.site, code.link) and key[1] != code.session]:
            del self.state.codes[key]
        return await super().ask(code, *given)


class KeepsOneCodeForABrowser(MemoryCodes):
    """A browser that asks at another link loses its first code."""

    async def ask(self, code: Any, *given: Any) -> int:
        for key in [key for key in self.state.codes if key[1] == code.session and key[0] != (code.site, code.link)]:
            del self.state.codes[key]
        return await super().ask(code, *given)


class StopsCounting(MemoryCodes):
    """Tries beyond the last are not counted any more."""

    async def attempt(self, site: Any, link: Any, session: Any, digest: Any, most: int, at: Any) -> Any:
        code = self.state.codes.get(((site, link), session))
        if code is not None and code.tries >= most:
            return None
        return await super().attempt(site, link, session, digest, most, at)


class AddsMembersInSilence(MemoryMembers):
    """A new member leaves no trace in the activity."""

    async def add(self, member: Any, events: Any) -> None:
        await super().add(member, [])


class ChangesMembersInSilence(MemoryMembers):
    """Nor does a changed one."""

    async def replace(self, member: Any, events: Any) -> None:
        await super().replace(member, [])


class SignsInInSilence(MemoryMembers):
    """Nor does a session that begins."""

    async def open_session(self, session: Any, events: Any) -> None:
        await super().open_session(session, [])


class SignsOutInSilence(MemoryMembers):
    """Nor does one that ends."""

    async def close_session(self, digest: Any, events: Any) -> None:
        await super().close_session(digest, [])


class RecordsRefusedMembers(MemoryMembers):
    """Events are written first, in a transaction of their own."""

    async def add(self, member: Any, events: Any) -> None:
        self.state.record(events)
        await super().add(member, [])

    async def replace(self, member: Any, events: Any) -> None:
        self.state.record(events)
        await super().replace(member, [])


class LooksThenAdds(MemoryMembers):
    """Between looking for a name and taking it, others may come in."""

    async def add(self, member: Any, events: Any) -> None:
        taken = await self.by_name(member.name, member.site)
        await asyncio.sleep(0)
        if taken is not None:
            await super().add(member, events)
        self.state.members[member.id] = member


class ComparesVersionsThenWrites(MemoryMembers):
    """Between reading a version and writing the next, others may come in."""

    async def replace(self, member: Any, events: Any) -> None:
        before = self.state.members.get(member.id)
        await asyncio.sleep(0)
        if before is not None:
            self.state.members[member.id] = before
        await super().replace(member, events)


class RenamesFreely(MemoryMembers):
    """A changed name is not looked for among the others."""

    async def replace(self, member: Any, events: Any) -> None:
        others = {id: one for id, one in self.state.members.items() if id != member.id}
        for id in others:
            del self.state.members[id]
        try:
            await super().replace(member, events)
        finally:
            self.state.members.update(others)


class PutsEverythingOff(MemoryOutbox):
    """All letters wait when one of them must."""

    async def put_off(self, id: str, due: Any) -> None:
        for one in list(self.state.letters):
            await super().put_off(one, due)


class MissesLettersThatArePutOff(MemoryOutbox):
    """A letter that another worker has settled cannot be put off."""

    async def put_off(self, id: str, due: Any) -> None:
        if id not in self.state.letters:
            raise InvalidValue("id", "a letter that is there")
        await super().put_off(id, due)


class NeedsKeys(MemoryGuesses):
    """Asking for nothing makes no statement that a database takes."""

    async def tally(self, keys: Any, now: Any) -> Any:
        if not keys:
            raise InvalidValue("keys", "at least one")
        return await super().tally(keys, now)


class PrunesNoCodes(MemoryStorage):
    """Codes are kept for ever."""

    async def prune(self, now: Any) -> None:
        codes = self.state.codes
        await super().prune(now)
        self.state.codes = codes


class PrunesVisitsEarly(MemoryStorage):
    """A visit is forgotten after a quarter of an hour."""

    async def prune(self, now: Any) -> None:
        await super().prune(now)
        visits = self.state.visits.items()
        self.state.visits = {key: one for key, one in visits if now < one.seen_at + timedelta(minutes=15)}


class PrunesSessionsEarly(MemoryStorage):
    """A member who rests for a quarter of an hour is signed out."""

    async def prune(self, now: Any) -> None:
        await super().prune(now)
        sessions = self.state.sessions.items()
        self.state.sessions = {key: one for key, one in sessions if now < one.seen_at + timedelta(minutes=15)}


class PrunesProofsEarly(MemoryStorage):
    """A proof is forgotten after an hour."""

    async def prune(self, now: Any) -> None:
        await super().prune(now)
        proofs = self.state.proofs.items()
        self.state.proofs = {key: one for key, one in proofs if now < one.proved_at + timedelta(hours=1)}


class PrunesTalliesEarly(MemoryStorage):
    """Wrong proofs are forgiven after an hour."""

    async def prune(self, now: Any) -> None:
        await super().prune(now)
        tallies = self.state.tallies.items()
        self.state.tallies = {
            key: one for key, one in tallies if one.last_at is not None and now < one.last_at + timedelta(hours=1)
        }


class PrunesWhatRestsOnly(MemoryStorage):
    """Visits and sessions that are used all the time last for ever."""

    async def prune(self, now: Any) -> None:
        visits, sessions = self.state.visits, self.state.sessions
        await super().prune(now)
        self.state.visits = {key: one for key, one in visits.items() if now < one.seen_at + VISIT_IDLE}
        self.state.sessions = {key: one for key, one in sessions.items() if now < one.seen_at + SESSION_IDLE}


class PrunesWhatLastsOnly(MemoryStorage):
    """Visits and sessions stay for their whole life, however long they rest."""

    async def prune(self, now: Any) -> None:
        visits, sessions = self.state.visits, self.state.sessions
        await super().prune(now)
        self.state.visits = {key: one for key, one in visits.items() if now < one.began_at + VISIT_LIFE}
        self.state.sessions = {key: one for key, one in sessions.items() if now < one.began_at + SESSION_LIFE}


class PrunesTheActivity(MemoryStorage):
    """What happened is forgotten with the visits."""

    async def prune(self, now: Any) -> None:
        await super().prune(now)
        self.state.events.clear()


class PrunesLetters(MemoryStorage):
    """Letters that were not sent yet are forgotten."""

    async def prune(self, now: Any) -> None:
        await super().prune(now)
        self.state.letters.clear()


ROWS = [
    stored("links", GivesBackBySession, "an_earlier_visit_touches_no_later_one"),
    stored("links", GivesBackAloud, "an_open_is_given_back_once"),
    stored("links", CountsForTheWholeSite, "opens_are_counted_link_by_link"),
    stored("links", GivesBackForTheWholeSite, "opens_are_counted_link_by_link"),
    stored("links", TouchesBySession, "an_earlier_visit_touches_no_later_one"),
    stored("links", FiltersAfterTheLimit, "a_list_can_be_of_one_owner_or_page", "a_list_can_be_of_one_space"),
    stored("links", RevokesAddressesOnly, "replace_stores_every_field_of_an_address"),
    stored("links", ReplacesWithoutTransaction, "replace_that_fails_half_way_stores_nothing"),
    stored("codes", KeepsOneCodeForALink, "every_session_and_link_has_a_code_of_its_own"),
    stored("codes", KeepsOneCodeForABrowser, "every_session_and_link_has_a_code_of_its_own"),
    stored("codes", StopsCounting, "every_wrong_try_counts"),
    stored("members", AddsMembersInSilence, "writes_of_members_store_their_events"),
    stored("members", ChangesMembersInSilence, "writes_of_members_store_their_events"),
    stored("members", SignsInInSilence, "writes_of_sessions_store_their_events"),
    stored("members", SignsOutInSilence, "writes_of_sessions_store_their_events"),
    stored("members", RecordsRefusedMembers, "a_refused_write_of_a_member_stores_nothing"),
    stored("members", LooksThenAdds, "of_members_with_one_name_at_once_one_is_added"),
    stored("members", ComparesVersionsThenWrites, "of_two_changes_of_a_member_at_once_one_wins"),
    stored("members", RenamesFreely, "a_member_cannot_take_a_name_in_use"),
    stored("outbox", PutsEverythingOff, "a_letter_that_is_put_off_is_due_again_then"),
    stored("outbox", MissesLettersThatArePutOff, "putting_off_an_unknown_letter_is_fine"),
    stored("guesses", NeedsKeys, "tallies_come_in_the_order_of_their_keys"),
    row(StorageContract, PrunesNoCodes, "prune_forgets_what_cannot_count_any_more"),
    row(StorageContract, PrunesWhatRestsOnly, "prune_forgets_what_cannot_count_any_more"),
    row(StorageContract, PrunesWhatLastsOnly, "prune_forgets_what_cannot_count_any_more"),
    row(StorageContract, PrunesVisitsEarly, "prune_leaves_what_still_counts"),
    row(StorageContract, PrunesSessionsEarly, "prune_leaves_what_still_counts"),
    row(StorageContract, PrunesProofsEarly, "prune_leaves_what_still_counts"),
    row(StorageContract, PrunesTalliesEarly, "prune_leaves_what_still_counts"),
    row(StorageContract, PrunesTheActivity, "prune_leaves_what_still_counts"),
    row(StorageContract, PrunesLetters, "prune_leaves_what_still_counts"),
]
