"""Reads which pages the lists in a rendering are of, where Confluence searched for them (spec L17).

Such a list was made with the connector's eyes. It is never shown: what it is of is judged page by page, and a list of
ours takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve
from selectolax.lexbor import LexborNode

from exshare_adapters.confluence.links import PageLink, SiteAddresses, parse
from exshare_adapters.confluence.macros import OUTCOMES
from exshare_adapters.confluence.rendering.caps import TooMuch
from exshare_adapters.confluence.rendering.tree import Tree, attribute
from exshare_core.content import MacroUse
from exshare_core.values import PageId

MOST_ENTRIES = 100
"""The most entries of one list that are looked at."""
_ITEMS = (".blogHeading", "li", "tr")
"""What holds one entry: the first of these that a list has at all."""


def with_entries(macros: Sequence[MacroUse], body: str, site: SiteAddresses) -> tuple[MacroUse, ...]:
    """The macros, those among them that list the outcome of a search with the pages that their output in `body` lists.

    What cannot be told for certain stays untold: a macro whose output is not found, or one in a broken body.
    """
    wanted = [macro for macro in macros if macro.name in OUTCOMES and not macro.excluded]
    if not wanted:
        return tuple(macros)
    try:
        tree = Tree(body)
    except TooMuch:
        return tuple(macros)
    found = {macro: _entries(node, site) for macro in wanted if (node := _output(tree, macro, wanted)) is not None}
    return tuple(evolve(macro, entries=found.get(macro)) for macro in macros)


def _output(tree: Tree, macro: MacroUse, among: Sequence[MacroUse]) -> LexborNode | None:
    """The one element that is the output of a macro: by its id, else by its name where there is one of the name."""
    nodes = tree.find("[data-macro-id]") if macro.id else []
    mine = [node for node in nodes if attribute(node, "data-macro-id") == macro.id]
    if not mine and sum(other.name == macro.name for other in among) == 1:
        named = tree.find("[data-macro-name]")
        mine = [node for node in named if attribute(node, "data-macro-name").strip().lower() == macro.name]
    return mine[0] if len(mine) == 1 else None


def _entries(output: LexborNode, site: SiteAddresses) -> tuple[PageId, ...] | None:
    items = next((found for one in _ITEMS if (found := output.css(one))), [])
    if not items:
        return None if output.css_first("a[href]") is not None else ()
    pages = (_entry(item, site) for item in items[:MOST_ENTRIES])
    return tuple(dict.fromkeys(page for page in pages if page is not None))


def _entry(item: LexborNode, site: SiteAddresses) -> PageId | None:
    """The page that an entry is of: the first that it links to, for people and pictures may come before."""
    if item.tag == "tr":
        return page_of_row(item, site)
    return next((page for link in item.css("a[href]") if (page := _page(link, site)) is not None), None)


def page_of_row(row: LexborNode, site: SiteAddresses) -> PageId | None:
    """The page that a row is of: that of the first link in its first cell, and no other, for what else stands in the row
    belongs to that page.
    """
    cell = next((child for child in row.iter() if child.tag in ("td", "th")), None)
    link = None if cell is None else cell.css_first("a[href]")
    return None if link is None else _page(link, site)


def _page(link: LexborNode, site: SiteAddresses) -> PageId | None:
    target = parse(attribute(link, "href"), site)
    return target.id if isinstance(target, PageLink) else None
