"""Link repositories that count, prove or list wrongly."""

from __future__ import annotations

import asyncio
from typing import Any

from attrs import evolve, field, frozen

from exshare_core.links import LinkState
from exshare_core.testing.fakes.links import MemoryLinks
from exshare_core.values import LinkId
from tests.contract.broken.rows import stored


class AdmitsWithoutProofs(MemoryLinks):
    """The proofs of a visit are lost."""

    async def admit(
        self, visit: Any, proofs: Any, most: Any, events: Any, renews: Any = None, instead_of: Any = None
    ) -> bool:
        return await super().admit(visit, [], most, events, renews, instead_of)


class AdmitsWithoutEvents(MemoryLinks):
    """An open leaves no trace in the activity."""

    async def admit(
        self, visit: Any, proofs: Any, most: Any, events: Any, renews: Any = None, instead_of: Any = None
    ) -> bool:
        return await super().admit(visit, proofs, most, [], renews, instead_of)


class CountsLimitedOpensOnly(MemoryLinks):
    """Opens are counted only where there is a limit."""

    async def admit(
        self, visit: Any, proofs: Any, most: Any, events: Any, renews: Any = None, instead_of: Any = None
    ) -> bool:
        admitted = await super().admit(visit, proofs, most, events, renews, instead_of)
        self.state.opens[visit.site, visit.link] -= int(most is None)
        return admitted


class AdmitsOneTooMany(MemoryLinks):
    """The limit is compared with the wrong sign."""

    async def admit(
        self, visit: Any, proofs: Any, most: Any, events: Any, renews: Any = None, instead_of: Any = None
    ) -> bool:
        return await super().admit(visit, proofs, None if most is None else most + 1, events, renews, instead_of)


class IgnoresTheSecurityVersion(MemoryLinks):
    """A visit that began with old proofs is admitted."""

    async def admit(self, visit: Any, *given: Any, **more: Any) -> bool:
        link = self.state.links.get((visit.site, visit.link))
        current = visit if link is None else evolve(visit, security_version=link.security_version)
        return await super().admit(current, *given, **more)


class AdmitsAnywhere(MemoryLinks):
    """Who opens a link that is not there is admitted."""

    async def admit(self, visit: Any, *given: Any, **more: Any) -> bool:
        return (visit.site, visit.link) not in self.state.links or await super().admit(visit, *given, **more)


class CountsThenWrites(MemoryLinks):
    """Between counting and writing, others may come in."""

    async def admit(
        self, visit: Any, proofs: Any, most: Any, events: Any, renews: Any = None, instead_of: Any = None
    ) -> bool:
        if most is not None and self.state.opens[visit.site, visit.link] >= most:
            return False
        await asyncio.sleep(0)
        return await super().admit(visit, proofs, None, events, renews, instead_of)


class LooksAtTheVisitFirst(MemoryLinks):
    """Between looking which visit there is and beginning one, others may come in."""

    async def admit(self, visit: Any, *given: Any, instead_of: Any = None) -> bool:
        had = self.state.visits.get(((visit.site, visit.link), visit.session))
        if instead_of is not None and instead_of != ("" if had is None else had.id):
            return False
        await asyncio.sleep(0)
        return await super().admit(visit, *given)


class BeginsEveryTime(MemoryLinks):
    """Who presses twice has opened twice."""

    async def admit(self, *given: Any, instead_of: Any = None) -> bool:
        return await super().admit(*given)


class KeepsTheFirstVisit(MemoryLinks):
    """A session's later visit is not stored."""

    async def admit(self, visit: Any, *given: Any, **more: Any) -> bool:
        key = (visit.site, visit.link), visit.session
        first = self.state.visits.get(key)
        admitted = await super().admit(visit, *given, **more)
        if first is not None:
            self.state.visits[key] = first
        return admitted


class SharesProofs(MemoryLinks):
    """The proofs of all sessions are given to each."""

    async def find(self, digest: bytes, session: Any) -> Any:
        found = await super().find(digest, session)
        proofs = tuple(one for (key, _, _), one in self.state.proofs.items() if found and key[1] == found.link.id)
        return found and evolve(found, proofs=proofs)


class JudgesProofs(MemoryLinks):
    """Proofs of an earlier security version are left out."""

    async def find(self, *given: Any) -> Any:
        found = await super().find(*given)
        return found and evolve(
            found,
            proofs=tuple(one for one in found.proofs if one.security_version == found.link.security_version),
        )


class GivesBackTheCountOnly(MemoryLinks):
    """The visit goes on though its open was given back."""

    async def give_back(self, visit: Any, events: Any) -> None:
        self.state.opens[visit.site, visit.link] -= 1
        self.state.record(events)


class GivesBackTwice(MemoryLinks):
    """Every call gives an open back."""

    async def give_back(self, visit: Any, events: Any) -> None:
        self.state.opens[visit.site, visit.link] -= 1
        self.state.visits.pop(((visit.site, visit.link), visit.session), None)
        self.state.record(events)


class GivesBackWhatWasUsed(MemoryLinks):
    """Who saw the visit before anything was given undoes it all the same."""

    async def give_back(self, visit: Any, events: Any) -> None:
        stored = self.state.visits.get(((visit.site, visit.link), visit.session))
        if stored is not None and stored.id == visit.id:
            self.state.visits[(visit.site, visit.link), visit.session] = evolve(stored, seen_at=stored.began_at)
        await super().give_back(visit, events)


class ProvesWithoutEvents(MemoryLinks):
    """A proof leaves no trace in the activity."""

    async def prove(self, proofs: Any, events: Any, renews: Any = None) -> None:
        await super().prove(proofs, [], renews)


class KeepsTheFirstProof(MemoryLinks):
    """A later proof of a kind is not stored."""

    async def prove(self, proofs: Any, events: Any, renews: Any = None) -> None:
        known = {(one.kind, one.session) for one in self.state.proofs.values()}
        await super().prove([one for one in proofs if (one.kind, one.session) not in known], events, renews)


class RenewsNothing(MemoryLinks):
    """What the former session had stays with it."""

    async def prove(self, proofs: Any, events: Any, renews: Any = None) -> None:
        await super().prove(proofs, events)


class RenewsNothingWhenAdmitting(MemoryLinks):
    """What the former session had stays with it when a visit begins."""

    async def admit(
        self, visit: Any, proofs: Any, most: Any, events: Any, renews: Any = None, instead_of: Any = None
    ) -> bool:
        return await super().admit(visit, proofs, most, events, None, instead_of)


class RenewsOneLinkOnly(MemoryLinks):
    """What the former session had at other links is left behind."""

    async def prove(self, proofs: Any, events: Any, renews: Any = None) -> None:
        here = {(one.site, one.link) for one in proofs}
        others = {key: one for key, one in self.state.proofs.items() if key[0] not in here}
        await super().prove(proofs, events, renews)
        if renews is not None:
            self.state.proofs.update(others)


class RenewsRefused(MemoryLinks):
    """Who is not admitted has a new session all the same."""

    async def admit(
        self, visit: Any, proofs: Any, most: Any, events: Any, renews: Any = None, instead_of: Any = None
    ) -> bool:
        self.state.renew(renews, visit.session)
        return await super().admit(visit, proofs, most, events, None, instead_of)


class ForgetsWhoSignedIn(MemoryLinks):
    """What a proof says beside its kind is not stored."""

    async def prove(self, proofs: Any, events: Any, renews: Any = None) -> None:
        await super().prove([evolve(one, detail="", account=None) for one in proofs], events, renews)


class TouchesBackwards(MemoryLinks):
    """The last call wins, not the latest moment."""

    async def touch(self, visit: Any) -> None:
        self.state.visits[(visit.site, visit.link), visit.session] = visit


class ListsOldestFirst(MemoryLinks):
    """The order is turned round."""

    async def list(self, *given: Any, **more: Any) -> Any:
        return (await super().list(*given, **more))[::-1]


@frozen
class CountsPages(MemoryLinks):
    """Pages are cut by how many links were shown, so that additions move them."""

    shown: dict[LinkId, int] = field(factory=dict)

    async def list(self, site: Any, *, after: Any = None, limit: int = 50, **more: Any) -> Any:
        offset = 0 if after is None else self.shown[after]
        page = (await MemoryLinks.list(self, site, limit=10_000, **more))[offset : offset + limit]
        if page:
            self.shown[page[-1].link.id] = offset + len(page)
        return page


class SkipsTies(MemoryLinks):
    """Links of one instant fall between two pages."""

    async def list(self, site: Any, *, after: Any = None, limit: int = 50, **more: Any) -> Any:
        whole = await super().list(site, limit=10_000, **more)
        last = self.state.links.get((site, after))
        return tuple(one for one in whole if last is None or one.link.created_at < last.created_at)[:limit]


class IgnoresTheLimit(MemoryLinks):
    """All links come at once."""

    async def list(self, *given: Any, limit: int = 50, **more: Any) -> Any:
        return await super().list(*given, limit=10_000, **more)


class ListsTheLivingOnly(MemoryLinks):
    """Deleted links are not listed."""

    async def list(self, *given: Any, **more: Any) -> Any:
        records = await super().list(*given, **more)
        return tuple(one for one in records if one.link.state is not LinkState.DELETED)


class ListsAllSites(MemoryLinks):
    """The site is not asked."""

    async def list(self, site: Any, **more: Any) -> Any:
        homes = {home for home, _ in self.state.links}
        return tuple([one for home in homes for one in await MemoryLinks.list(self, home)])


class IgnoresTheOwner(MemoryLinks):
    """A list of one owner has the links of all."""

    async def list(self, *given: Any, owner: Any = None, **more: Any) -> Any:
        return await super().list(*given, **more)


class IgnoresTheSpace(MemoryLinks):
    """A list of one space has the links of all."""

    async def list(self, *given: Any, space: Any = None, **more: Any) -> Any:
        return await super().list(*given, **more)


class TakesSpacesAsWritten(MemoryLinks):
    """Who writes the key of a space in another case finds another space."""

    async def list(self, *given: Any, space: Any = None, limit: int = 50, **more: Any) -> Any:
        records = await super().list(*given, limit=10_000, **more)
        return tuple(one for one in records if space in (None, one.link.scope.space))[:limit]


class ForgetsTheSpaceBesideOthers(MemoryLinks):
    """The space counts only where neither owner nor page is named."""

    async def list(self, *given: Any, owner: Any = None, page: Any = None, space: Any = None, **more: Any) -> Any:
        alone = space if owner is None and page is None else None
        return await super().list(*given, owner=owner, page=page, space=alone, **more)


class ListsWithoutOpens(MemoryLinks):
    """What a list gives is not the whole record."""

    async def list(self, *given: Any, **more: Any) -> Any:
        return tuple(evolve(one, opens=0) for one in await super().list(*given, **more))


ROWS = [
    stored("links", AdmitsWithoutProofs, "admit_stores_all_of_it"),
    stored("links", AdmitsWithoutEvents, "admit_stores_all_of_it"),
    stored("links", CountsLimitedOpensOnly, "admit_without_a_limit_counts_all_the_same"),
    stored("links", AdmitsOneTooMany, "admit_refuses_when_all_opens_are_used", "admit_is_exact_under_concurrency"),
    stored("links", IgnoresTheSecurityVersion, "admit_refuses_another_security_version"),
    stored("links", AdmitsAnywhere, "admit_refuses_an_unknown_link"),
    stored("links", CountsThenWrites, "admit_is_exact_under_concurrency"),
    stored("links", LooksAtTheVisitFirst, "of_presses_at_the_same_moment_one_begins_a_visit"),
    stored("links", BeginsEveryTime, "of_presses_at_the_same_moment_one_begins_a_visit"),
    stored("links", KeepsTheFirstVisit, "a_later_visit_of_a_session_takes_the_place_of_the_earlier"),
    stored("links", SharesProofs, "visit_and_proofs_are_of_this_session_and_link_only"),
    stored("links", JudgesProofs, "stored_proofs_and_visits_are_not_judged"),
    stored("links", GivesBackTheCountOnly, "give_back_ends_the_visit_and_lowers_the_opens"),
    stored("links", GivesBackTwice, "an_open_is_given_back_once", "links_behave_like_the_model"),
    stored("links", GivesBackWhatWasUsed, "an_open_that_gave_something_is_not_given_back"),
    stored("links", ProvesWithoutEvents, "prove_stores_proofs_and_events"),
    stored("links", KeepsTheFirstProof, "a_later_proof_replaces_the_earlier"),
    stored("links", RenewsNothing, "prove_renews_a_session"),
    stored("links", RenewsOneLinkOnly, "prove_renews_a_session"),
    stored("links", RenewsNothingWhenAdmitting, "admit_renews_a_session"),
    stored("links", RenewsRefused, "admit_renews_a_session"),
    stored("links", ForgetsWhoSignedIn, "proofs_come_back_whole"),
    stored("links", TouchesBackwards, "touch_moves_a_visit_forward_only", "touch_revives_no_visit"),
    stored("links", ListsOldestFirst, "a_list_is_newest_first"),
    stored("links", CountsPages, "a_list_is_complete_while_links_are_added"),
    stored("links", SkipsTies, "the_order_of_a_list_is_total", "a_list_is_complete_while_links_are_added"),
    stored("links", IgnoresTheLimit, "a_list_has_no_more_than_its_limit"),
    stored("links", ListsTheLivingOnly, "a_list_has_dead_links_too"),
    stored("links", ListsAllSites, "a_list_is_of_one_site"),
    stored("links", IgnoresTheOwner, "a_list_can_be_of_one_owner_or_page"),
    stored("links", IgnoresTheSpace, "a_list_can_be_of_one_space"),
    stored("links", TakesSpacesAsWritten, "a_list_can_be_of_one_space"),
    stored("links", ForgetsTheSpaceBesideOthers, "a_list_can_be_of_one_space"),
    stored("links", ListsWithoutOpens, "a_list_carries_whole_records"),
]
