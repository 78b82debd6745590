"""Repositories of links whose narrowed and ordered lists have one thing wrong each."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from exshare_core.ports import Stretch
from exshare_core.testing.fakes.links import MemoryLinks
from tests.contract.broken.rows import stored


class SearchesOtherSites(MemoryLinks):
    """Links of every site are found."""

    async def search(self, site: Any, *given: Any, **more: Any) -> Stretch:
        sites = {home for home, _ in self.state.links}
        pieces = [await super(SearchesOtherSites, self).search(one, *given, **more) for one in sorted(sites)]
        return Stretch(tuple(record for piece in pieces for record in piece.records), None)


class SearchesNamesAnywhere(MemoryLinks):
    """A name is found by any part of its words."""

    async def search(self, site: Any, wanted: Any, *given: Any, **more: Any) -> Stretch:
        found = await super().search(site, evolve(wanted, name=""), *given, **more)
        hits = tuple(one for one in found.records if wanted.name in one.link.name.casefold())
        return Stretch(hits, found.after)


class OrdersOneWay(MemoryLinks):
    """A rising order is as good as a falling one."""

    async def search(self, site: Any, wanted: Any, order: Any, **more: Any) -> Stretch:
        return await super().search(site, wanted, evolve(order, falling=True), **more)


class CountsItsWay(MemoryLinks):
    """A list goes on after as many links as were given, wherever they are by then."""

    async def search(self, site: Any, wanted: Any, order: Any, **more: Any) -> Stretch:
        after, limit = more.pop("after", None), more.pop("limit", 50)
        skipped = 0 if after is None else int(after.value)
        found = await super().search(site, wanted, order, limit=skipped + limit, **more)
        place = None if found.after is None else evolve(found.after, value=skipped + limit)
        return Stretch(found.records[skipped:], place)


class NeedsTheLastLink(MemoryLinks):
    """Where the link of a place is gone, so is the rest of the list."""

    async def search(self, site: Any, *given: Any, **more: Any) -> Stretch:
        after = more.get("after")
        if after is not None and (site, after.link) not in self.state.links:
            return Stretch((), None)
        return await super().search(site, *given, **more)


class SearchesWhatWas(MemoryLinks):
    """Links are found by what they were at first."""

    async def replace(self, link: Any, *given: Any, **more: Any) -> None:
        old = self.state.links.get((link.site, link.id))
        await super().replace(link, *given, **more)
        if old is not None:
            self.state.links[link.site, link.id] = evolve(link, name=old.name)


class KeepsTheLastOpen(MemoryLinks):
    """A link was opened, though the open was given back."""

    async def give_back(self, visit: Any, events: Any) -> None:
        key = visit.site, visit.link
        last = self.state.last_opened.get(key)
        await super().give_back(visit, events)
        if last is not None:
            self.state.last_opened[key] = last


class SearchesLeanly(MemoryLinks):
    """Addresses are left out of what is found."""

    async def search(self, *given: Any, **more: Any) -> Stretch:
        found = await super().search(*given, **more)
        return evolve(found, records=tuple(evolve(one, addresses=()) for one in found.records))


ROWS = [
    stored("links", SearchesOtherSites, "a_search_finds_what_fits"),
    stored("links", SearchesNamesAnywhere, "a_search_finds_what_fits"),
    stored("links", OrdersOneWay, "a_search_is_in_its_order"),
    stored("links", CountsItsWay, "a_search_is_complete_while_links_are_added"),
    stored("links", NeedsTheLastLink, "a_search_goes_on_from_a_place_of_no_link"),
    stored("links", SearchesWhatWas, "a_change_moves_a_link_between_lists"),
    stored("links", KeepsTheLastOpen, "the_last_open_is_known_while_one_is_counted"),
    stored("links", SearchesLeanly, "a_search_carries_whole_records"),
]
