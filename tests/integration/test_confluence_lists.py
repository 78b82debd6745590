"""Which page a list of child pages is about, as both kinds of Confluence store it, and what visitors see of it (L17)."""

from __future__ import annotations

import asyncio

import pytest

from exshare_core.content import MacroUse, Node, NodeKind, Reading, redact
from exshare_core.ports import View
from exshare_core.values import PageId
from exshare_demo import pages
from exshare_demo.boxes import panel
from exshare_demo.forms import Part, raw
from exshare_demo.readers import children, include, page_tree
from exshare_demo.site import demo_site
from exshare_demo.writing import p
from tests.integration.sites import READERS, opened

PLAN, STEP, SHORE = 41000001, 41000002, 41000003
LINK = f'<a href="/s/T/p/{SHORE}" rel="noopener noreferrer nofollow">Along the shore</a>'


def macros(kind: str, *parts: Part) -> list[tuple[str, PageId | None]]:
    """The lists of a page of these parts that lies below the handbooks, and the page that each is about."""
    site = demo_site()
    site.add_page(pages.CARE, "Foghorn plan", *parts, page_id=PLAN)
    site.add_page(PLAN, "First step", p("x"), children(), page_id=STEP)

    async def work() -> list[tuple[str, PageId | None]]:
        async with opened(kind, site) as content:
            reading = await content.pages.read(PageId(str(PLAN)), READERS[kind])
        assert isinstance(reading, Reading)
        return [(macro.name, macro.lists) for macro in reading.draft.macros]

    with asyncio.Runner() as runner:
        return runner.run(work())


def _id(page: int) -> PageId:
    return PageId(str(page))


def _list(name: str, parameter: str, value: str) -> Part:
    given = f'<ac:parameter ac:name="{parameter}">{value}</ac:parameter>'
    stored = f'<ac:structured-macro ac:name="{name}" ac:macro-id="m-1">{given}</ac:structured-macro>'
    return raw(f'<ul class="childpages-macro" data-macro-name="{name}" data-macro-id="m-1"></ul>', stored)


ROWS: list[tuple[str, Part, list[tuple[str, PageId | None]]]] = [
    ("its own", children(), [("children", _id(PLAN))]),
    ("another page", children(pages.CATALOGUE), [("children", _id(pages.CATALOGUE))]),
    ("a page of another space", children(pages.TEAM_HOME), [("children", _id(pages.TEAM_HOME))]),
    ("a tree of a page", page_tree(pages.START), [("pagetree", _id(pages.START))]),
    ("the home", _list("pagetree", "root", "@home"), [("pagetree", _id(pages.HOME))]),
    ("the parent", _list("children", "page", "@parent"), [("children", _id(pages.CARE))]),
    ("no page of that title", _list("children", "page", "Nowhere"), [("children", None)]),
    ("what is unreadable", _list("children", "page", "<ri:space/>"), [("children", None)]),
    ("no root at all", _list("pagetree", "root", "@none"), [("pagetree", None)]),
    ("an included page's own", include(STEP), [("include", None), ("children", None)]),
]


@pytest.mark.parametrize("kind", ["cloud", "data-center"])
@pytest.mark.parametrize(("part", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_list_says_which_page_it_is_about(kind: str, part: Part, expected: list[tuple[str, PageId | None]]) -> None:
    """Its own page, the one that it names, or nobody knows which."""
    assert expected == macros(kind, part)


def drawn(kind: str, *parts: Part) -> str:
    """A page of these parts, rendered with one entry for every list in it."""
    site = demo_site()
    site.add_page(pages.CARE, "Foghorn plan", *parts, page_id=PLAN)
    site.add_page(PLAN, "Confluence's own title", p("x"), page_id=STEP)
    entries = (Node(_id(SHORE), "Along the shore", NodeKind.PAGE),)

    async def work() -> str:
        async with opened(kind, site) as content:
            reading = await content.pages.read(_id(PLAN), READERS[kind])
            assert isinstance(reading, Reading)
            draft = reading.draft
            lists: dict[MacroUse, tuple[Node, ...]] = {macro: entries for macro in draft.macros if macro.lists}
            our = {_id(SHORE): f"/s/T/p/{SHORE}"}
            return (await content.renderer.render(draft, redact(draft, {}), our, View("/s/T/a/"), lists)).html

    with asyncio.Runner() as runner:
        return runner.run(work())


@pytest.mark.parametrize("kind", ["cloud", "data-center"])
def test_our_list_takes_the_place_of_confluences(kind: str) -> None:
    """Where the list was, in the page and in an excluded part: there it is gone with all that is around it."""
    html = drawn(
        kind, p("before"), children(), p("between"), panel(p("secret"), children(), title="exshare-exclude"), p("after")
    )

    assert f"""<p>before</p><ul class="ex-children"><li>{LINK}</li></ul><p>between</p><p>after</p>""" == html


@pytest.mark.parametrize("kind", ["cloud", "data-center"])
def test_a_tree_becomes_a_list(kind: str) -> None:
    """A page tree is filled by a script in Confluence, and by us at once."""
    html = drawn(kind, p("before"), page_tree(pages.START), p("after"))

    assert f"""<p>before</p><ul class="ex-children"><li>{LINK}</li></ul><p>after</p>""" == html


@pytest.mark.parametrize("kind", ["cloud", "data-center"])
def test_everything_below_is_found_at_any_depth(kind: str) -> None:
    """A question reaches ten levels of a Cloud site: what is deeper is asked for from there."""
    site = demo_site()
    chain = [site.add_page(pages.CARE, "Level 0", page_id=PLAN)]
    for level in range(1, 25):
        chain.append(site.add_page(chain[-1].id, f"Level {level}", page_id=PLAN + level))
    site.trash(chain[-1].id)
    expected = frozenset(_id(node.id) for node in chain[1:-1])

    async def work() -> tuple[frozenset[PageId] | None, frozenset[PageId] | None]:
        async with opened(kind, site) as content:
            below = content.pages.below
            return await below(_id(PLAN), len(expected)), await below(_id(PLAN), len(expected) - 1)

    with asyncio.Runner() as runner:
        assert (expected, None) == runner.run(work())
