"""Works out what of other pages one page of a share may show: the output of its macros, its lists and its links.

Which pages those are is asked live, and only within the bounds below, so that no page costs more than a few questions.
Whether the link reaches them is not judged here: it is asked of `Reached`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from attrs import frozen

from exshare_core.content import Draft, MacroUse, Node, PageFacts, Reading, redact
from exshare_core.errors import AdapterFailed
from exshare_core.ports import PageSource
from exshare_core.values import PageId

LEVEL = 50
"""Entries of the sidebar per request, and of a list in a page (spec V4, L17)."""
MOST_LISTS = 5
"""Pages whose child pages are listed within one page; further lists are placeholders."""
MOST_TARGETS = 60
"""Linked pages of one page whose reach is found out; links beyond stay text."""
MOST_OWNERS = 20
"""Other pages whose files one page shows; files of others are words."""


class Reached(Protocol):
    """Finds out which pages a link reaches now."""

    async def __call__(self, pages: Collection[PageId], *, elsewhere: bool = False) -> Mapping[PageId, PageFacts]:
        """Those of `pages` that are reached, with what is known of them; what cannot be found out must not be among
        them. With `elsewhere` the scope is not asked, everything else is (spec L17).

        Raises AdapterFailed when Confluence fails.
        """


@frozen(slots=True)
class Gathered:
    """What one page may show of others."""

    without: frozenset[MacroUse]
    """The macros whose output must not leave (spec L8, L17)."""
    linked: Mapping[PageId, PageFacts]
    """Those pages that it links to, lists or shows files of that are in the share (spec V3, V5)."""
    lists: Mapping[MacroUse, Sequence[Node]]
    """The entries of its lists whose titles may be told, in Confluence's order (spec L17)."""


@frozen(slots=True)
class Gathering:
    """Gathers for the pages of one link."""

    pages: PageSource
    reached: Reached
    below: bool
    """Whether the link shares more than its root."""
    includes: bool
    """Whether it has the capability `includes`."""

    async def gather(self, reading: Reading, root: PageFacts | None) -> Gathered:
        """What a reached page may show of others; `root` is what is known of the link's root when the page is another.

        Raises AdapterFailed when Confluence fails, except for a list alone.
        """
        draft = reading.draft
        without = redact(draft, await self._sources(draft))
        levels = await self._levels(draft)
        entries = {*_found(draft), *levels, *(node.id for level in levels.values() for node in level)}
        linked = await self._linked(reading, root, entries)
        named = await self._named(entries, linked)
        return Gathered(without, linked, {**_children(draft, levels, named), **_outcomes(draft, named)})

    async def _sources(self, draft: Draft) -> Mapping[PageId, bool]:
        """The pages that macros of this draft read and that are reached (spec L17)."""
        wanted = {macro.source for macro in draft.macros if macro.source is not None and not macro.excluded}
        return dict.fromkeys(await self.reached(wanted, elsewhere=self.includes), True)

    async def _levels(self, draft: Draft) -> Mapping[PageId, Sequence[Node]]:
        """What can be opened below the pages that lists in this draft are about, where that can be found out.

        A list is no reason to keep the page back: where Confluence fails for it, it stays a placeholder.
        """
        if not self.below and not self.includes:
            return {}
        wanted = dict.fromkeys(macro.lists for macro in draft.macros if macro.lists is not None and not macro.excluded)
        levels = {}
        for page in list(wanted)[:MOST_LISTS]:
            try:
                nodes, _ = await self.pages.level(page, LEVEL)
            except AdapterFailed:
                continue
            levels[page] = tuple(node for node in nodes if node.opens)
        return levels

    async def _linked(
        self, reading: Reading, root: PageFacts | None, entries: Collection[PageId]
    ) -> Mapping[PageId, PageFacts]:
        """Those pages that the page links to, lists or shows files of that are in the share (spec V3, V5)."""
        known = {facts.page: facts for facts in (root, reading.facts) if facts is not None}
        if not self.below:
            return known
        owners = sorted(reading.draft.owners)[:MOST_OWNERS]
        listed = {*entries, *owners} - known.keys()
        others = sorted(reading.draft.links - known.keys() - listed)[:MOST_TARGETS]
        return {**known, **await self.reached({*listed, *others})}

    async def _named(
        self, entries: Collection[PageId], linked: Mapping[PageId, PageFacts]
    ) -> Mapping[PageId, PageFacts]:
        """Those of the pages that lists in the page are about whose titles may be told (L17): they are in the share,
        or the link has the capability `includes` and all but the scope admits them.
        """
        if not self.includes:
            return linked
        return {**await self.reached(set(entries) - linked.keys(), elsewhere=True), **linked}


def _found(draft: Draft) -> tuple[PageId, ...]:
    """The pages that lists in a draft are of, where Confluence searched for them: of so many lists and entries only."""
    outcomes = [macro.entries for macro in draft.macros if macro.entries and not macro.excluded][:MOST_LISTS]
    return tuple(dict.fromkeys(page for entries in outcomes for page in entries[:LEVEL]))


def _children(
    draft: Draft, levels: Mapping[PageId, Sequence[Node]], named: Collection[PageId]
) -> Mapping[MacroUse, Sequence[Node]]:
    """Entries for the lists in a draft that are about pages that may be named: those that may be themselves (L17)."""
    return {
        macro: tuple(node for node in levels[macro.lists] if node.id in named)
        for macro in draft.macros
        if macro.lists is not None and macro.lists in levels and macro.lists in named and not macro.excluded
    }


def _outcomes(draft: Draft, named: Mapping[PageId, PageFacts]) -> Mapping[MacroUse, Sequence[Node]]:
    """Entries for lists that Confluence made by a search: those whose titles may be told, in its order (spec L17)."""
    return {
        macro: tuple(Node(page, named[page].title, named[page].kind) for page in macro.entries if page in named)
        for macro in draft.macros
        if macro.entries is not None and not macro.excluded
    }
