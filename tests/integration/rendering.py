"""Renders bodies for the tests: a small site, one page, and what the link allows."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence

from exshare_adapters.confluence.body import ConfluenceRenderer
from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_core.content import Draft, MacroUse, Node, Rendered
from exshare_core.ports import NO_LISTS, NO_TITLES, View
from exshare_core.values import AttachmentId, PageId

PAGE = PageId("100")
NEAR = PageId("200")
NEAR_ADDRESS = "/s/T/p/200"
FILES = "/s/T/a/"
HOST = "acme.atlassian.net"
CLOUD = SiteAddresses.of(Flavour.CLOUD, f"https://{HOST}/wiki", "https://api.atlassian.com/ex/confluence/1/wiki")
DATA_CENTER = SiteAddresses.of(Flavour.DATA_CENTER, "https://wiki.example.com")
HIDDEN = "This part of the page cannot be shown here."
WHOLE = '<p class="ex-placeholder">This page cannot be shown here.</p>'
LARGE = '<p class="ex-placeholder">This page is too large to be shown here.</p>'


def render(
    body: str,
    *,
    macros: tuple[MacroUse, ...] = (),
    without: Collection[MacroUse] = (),
    view: View | None = None,
    site: SiteAddresses = CLOUD,
    files: Mapping[tuple[PageId, str], AttachmentId] | None = None,
    shown_files: Collection[str] = (),
    lists: Mapping[MacroUse, Sequence[Node]] = NO_LISTS,
    titles: Mapping[PageId, str] = NO_TITLES,
) -> Rendered:
    """The body as a visitor gets it."""
    draft = Draft(PAGE, "Page", body, macros, files=dict(files or {}), shown_files=frozenset(shown_files))
    renderer = ConfluenceRenderer(site)
    with asyncio.Runner() as runner:
        return runner.run(renderer.render(draft, without, {NEAR: NEAR_ADDRESS}, view or View(FILES), lists, titles))
