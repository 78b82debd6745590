"""The way down a Cloud site's tree to an entry, and the view restrictions along it (api.md 2.3, 2.6, 5.4).

Lists of ancestors lag behind moves, while each entry names its own parent at once (api.md 5.12): where the two
disagree the entries have the last word, so that a page that was moved out of a share is gone with the next request.
"""

from __future__ import annotations

from functools import partial

from attrs import frozen

from exshare_adapters.confluence.cloud import Cloud
from exshare_adapters.confluence.cloud_entries import Entry
from exshare_adapters.confluence.together import together
from exshare_core.content import NodeKind
from exshare_core.errors import Busy
from exshare_core.values import PageId

ROUNDS = 3
"""How often a way is corrected before the tree is said to be on the move."""

Way = tuple[tuple[PageId, NodeKind | None], ...]
"""Ancestors with their kinds, the top of the tree first; None for a kind that is new to us."""


@frozen
class Place:
    """Where an entry stands."""

    way: Way
    restricted: frozenset[PageId]
    """Those of the entry and its ancestors that carry view restrictions of their own."""

    @property
    def ancestors(self) -> tuple[PageId, ...]:
        """The ids of the way."""
        return tuple(page for page, _ in self.way)


async def placed(cloud: Cloud, entry: Entry, way: Way) -> Place:
    """The place of `entry`, whose list of ancestors says `way`. Raises Busy while the tree does not settle."""
    for _ in range(ROUNDS):
        async with together() as requests:
            restricted = requests.start(partial(_restricted, cloud, entry, way))
            settled = requests.start(partial(_settled, cloud, entry, way))
        if settled.value == way:
            return Place(way, restricted.value)
        way = settled.value
    raise Busy("the tree is being changed", retry_after=1)


async def _restricted(cloud: Cloud, entry: Entry, way: Way) -> frozenset[PageId]:
    """v1 reports only an entry's own restrictions: one request for each."""
    async with together() as requests:
        results = {
            page: requests.start(partial(cloud.restricted, page, kind)) for page, kind in ((entry.id, entry.kind), *way)
        }
    return frozenset(page for page, result in results.items() if result.value)


async def _settled(cloud: Cloud, entry: Entry, way: Way) -> Way:
    """`way` corrected at the lowest entry that names another parent: one request for all pages along it."""
    pages = [page for page, kind in way if kind in (None, NodeKind.PAGE)]
    known = {**(await cloud.listed(pages) if pages else {}), entry.id: entry}
    steps = [*(page for page, _ in way), entry.id]
    for place in reversed(range(len(steps))):
        told = known.get(steps[place])
        above = steps[place - 1] if place else None
        if told is None or told.parent == above:
            continue
        if told.parent is None:
            return way[place:]
        kind = told.parent_kind or NodeKind.PAGE
        return (*await cloud.ancestors(told.parent, kind), (told.parent, kind), *way[place:])
    return way
