"""Equal renderings that are asked for within a second are done once; nothing that differs is ever shared."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Coroutine
from typing import Any

import attrs
import pytest

from exshare_adapters.confluence.body import ConfluenceRenderer
from exshare_adapters.confluence.rendering.job import Job
from exshare_core.content import Draft, MacroUse, Node, NodeKind, Rendered
from exshare_core.ports import View
from exshare_core.values import AttachmentId, PageId
from tests.integration.clockwork import Clockwork
from tests.integration.rendering import CLOUD, DATA_CENTER, FILES, NEAR, NEAR_ADDRESS, PAGE

BODY = '<p>The lamp and <a href="/wiki/spaces/TEAM/pages/200/Near">the page beside it</a></p>'
TOC = MacroUse("children", "1", 0, excluded=False, source=None, page=PAGE)


async def rendered(renderer: ConfluenceRenderer, body: str = BODY, view: View | None = None) -> Rendered:
    """A body as one visitor gets it."""
    draft = Draft(PAGE, "Page", body, ())
    return await renderer.render(draft, (), {NEAR: NEAR_ADDRESS}, view or View(FILES))


def run(work: Coroutine[Any, Any, None]) -> None:
    """On a loop whose time can be moved on."""
    with asyncio.Runner(loop_factory=Clockwork) as runner:
        runner.run(work)


def test_visitors_who_ask_at_once_share_a_rendering() -> None:
    """What several visitors of one link ask for at once is rendered once, and each gets it."""

    async def work() -> None:
        renderer = ConfluenceRenderer(CLOUD)
        first, second = await asyncio.gather(rendered(renderer), rendered(renderer))

        assert first is second
        assert NEAR_ADDRESS in first.html

    run(work())


def test_a_rendering_is_kept_for_a_second_at_most() -> None:
    """A second after it was begun a rendering is shared no more, and nothing of it is held."""

    async def work() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Clockwork)
        renderer = ConfluenceRenderer(CLOUD)
        first = await rendered(renderer)
        loop.skipped += 0.9
        shared = await rendered(renderer) is first
        held = weakref.ref(first)
        del first
        loop.skipped += 0.2
        for _ in range(2):
            await asyncio.sleep(0)
        gc.collect()

        assert (True, None) == (shared, held())

    run(work())


def test_a_changed_page_is_rendered_anew_at_once() -> None:
    """Another body of the same page is another rendering, however short the time between them."""

    async def work() -> None:
        renderer = ConfluenceRenderer(CLOUD)
        await rendered(renderer)

        assert "<p>Gone</p>" == (await rendered(renderer, "<p>Gone</p>")).html

    run(work())


def test_links_do_not_share_what_holds_their_addresses() -> None:
    """Two links to one page get renderings of their own, each with its own addresses."""

    async def work() -> None:
        renderer, draft = ConfluenceRenderer(CLOUD), Draft(PAGE, "Page", BODY, ())
        one, other = await asyncio.gather(
            renderer.render(draft, (), {NEAR: "/s/one/p/200"}, View("/s/one/a/")),
            renderer.render(draft, (), {NEAR: "/s/other/p/200"}, View("/s/other/a/")),
        )

        assert ("/s/one/" in one.html, "/s/other/" in one.html) == (True, False)
        assert ("/s/one/" in other.html, "/s/other/" in other.html) == (False, True)

    run(work())


_JOB = Job(PAGE, "Page", BODY, (), frozenset(), {}, {NEAR: NEAR_ADDRESS}, View(FILES), CLOUD)
_OTHERS: dict[str, Any] = {
    "page": NEAR,
    "title": "Other",
    "body": "<p>Other</p>",
    "macros": (TOC,),
    "without": frozenset({TOC}),
    "files": {(PAGE, "lamp.png"): AttachmentId("att1")},
    "pages": {NEAR: "/s/other/p/200"},
    "view": View(FILES, names=True),
    "site": DATA_CENTER,
    "titles": {NEAR: "Near"},
    "lists": {TOC: [Node(PageId("300"), "Below", NodeKind.PAGE, PAGE)]},
    "shown_files": frozenset({"lamp.png"}),
}
"""Another value for every field."""


@pytest.mark.parametrize("name", [field.name for field in attrs.fields(Job)])
def test_whatever_decides_how_a_body_is_shown_decides_what_is_shared(name: str) -> None:
    """Jobs that differ in any one field have different keys; equal jobs made apart have equal ones."""
    other = attrs.evolve(_JOB, **{name: _OTHERS[name]})

    assert _JOB.key != other.key
    assert other.key == attrs.evolve(other).key
