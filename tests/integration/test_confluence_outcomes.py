"""Lists that Confluence makes by a search: which pages they are of, and what of them is shown instead (spec L17)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection

import pytest

from exshare_core.content import Draft, Node, NodeKind, Reading, redact
from exshare_core.ports import View
from exshare_core.values import PageId
from exshare_demo import pages
from exshare_demo.boxes import panel, properties
from exshare_demo.forms import Part, raw
from exshare_demo.pictures import file_link
from exshare_demo.readers import (
    attachments_table,
    blog_posts,
    content_by_label,
    include,
    properties_report,
    recently_updated,
)
from exshare_demo.site import Site, demo_site
from exshare_demo.writing import p
from tests.integration.rendering import FILES, HIDDEN
from tests.integration.sites import READERS, opened

PLAN, EXTRA = 41000001, 41000002
KINDS = ("cloud", "data-center")


def _id(page: int) -> PageId:
    return PageId(str(page))


def a_site(*parts: Part) -> Site:
    """The stand-in with one more page."""
    site = demo_site()
    site.add_page(pages.CARE, "Foghorn plan", *parts, page_id=PLAN)
    return site


def read(kind: str, site: Site, reached: Collection[int] = ()) -> tuple[Draft, str]:
    """The page's draft, and what a visitor sees of it who reaches these pages; the Heron's page is linked alone."""

    async def work() -> tuple[Draft, str]:
        async with opened(kind, site) as content:
            reading = await content.pages.read(_id(PLAN), READERS[kind])
            assert isinstance(reading, Reading)
            draft = reading.draft
            lists = {
                macro: tuple(
                    Node(page, site.nodes[int(page)].title, NodeKind.PAGE)
                    for page in macro.entries
                    if int(page) in reached
                )
                for macro in draft.macros
                if macro.entries is not None
            }
            sources = {macro.source: int(macro.source) in reached for macro in draft.macros if macro.source is not None}
            ours = {_id(pages.HERON): f"/s/T/p/{pages.HERON}"}
            without = redact(draft, sources)
            return draft, (await content.renderer.render(draft, without, ours, View(FILES), lists)).html

    with asyncio.Runner() as runner:
        return runner.run(work())


# (what the page holds, the pages that it lists)
ROWS: list[tuple[str, Part, list[int] | None]] = [
    ("by label", content_by_label("lamp"), [pages.HERON, pages.KESTREL]),
    ("by label, of another space", content_by_label("internal", pages.TEAM), [pages.PAYROLL]),
    ("by a label of nothing", content_by_label("nowhere"), []),
    ("changed of late", recently_updated(pages.TEAM), [
        pages.MOVED_PAGE, pages.SHIPPING, pages.PAYROLL, pages.TEAM_HOME
    ]),
    ("a report", properties_report("lamp", pages.GUIDE, "Owner"), [pages.HERON, pages.KESTREL]),
    ("filled by a script", raw(
        '<div class="recently-updated" data-macro-name="recently-updated" data-macro-id="m-1"><a href="#">More</a></div>',
        '<ac:structured-macro ac:name="recently-updated" ac:macro-id="m-1"></ac:structured-macro>',
    ), None),
    ("in no known place", raw(
        "<p>words</p>", '<ac:structured-macro ac:name="contentbylabel" ac:macro-id="m-1"></ac:structured-macro>'
    ), None),
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("part", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_list_says_which_pages_it_is_of(kind: str, part: Part, expected: list[int] | None) -> None:
    """In its order, whoever may see them; where that cannot be told, nothing is said."""
    draft, _ = read(kind, a_site(part))

    assert [None if expected is None else tuple(map(_id, expected))] == [macro.entries for macro in draft.macros]


@pytest.mark.parametrize("kind", KINDS)
def test_posts_are_listed_by_their_headings(kind: str) -> None:
    """One entry for each, on Cloud; Data Center names posts by date and title, which stay untold."""
    draft, _ = read(kind, a_site(blog_posts(pages.GUIDE)))

    assert [(_id(pages.BLOG_POST),) if kind == "cloud" else ()] == [macro.entries for macro in draft.macros]


@pytest.mark.parametrize("kind", KINDS)
def test_pages_in_reach_are_listed_anew(kind: str) -> None:
    """By title, linked where they are in the share; nothing else of Confluence's list is left."""
    _, html = read(kind, a_site(p("a"), content_by_label("lamp"), p("b")), (pages.HERON, pages.KESTREL))
    link = f'<a href="/s/T/p/{pages.HERON}" rel="noopener noreferrer nofollow">Heron 9 lamp</a>'

    assert f'<p>a</p><ul class="ex-children"><li>{link}</li><li>Kestrel 12 lamp</li></ul><p>b</p>' == html


def cells(html: str) -> list[list[str]]:
    """The words in the cells of a table, row by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    return [[re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[hd]>(.*?)</t[hd]>", row)] for row in rows]


REPORT = properties_report("lamp", pages.GUIDE, "Owner")


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_keeps_the_rows_of_pages_in_reach(kind: str) -> None:
    """With what those pages say of themselves; of the others no word is left."""
    both = read(kind, a_site(REPORT), (pages.HERON, pages.KESTREL))[1]
    one = read(kind, a_site(REPORT), (pages.KESTREL,))[1]
    head = ["Title", "Owner"]

    assert [head, ["Heron 9 lamp", "Mira Demo"], ["Kestrel 12 lamp", "Tove Demo"]] == cells(both)
    assert [head, ["Kestrel 12 lamp", "Tove Demo"]] == cells(one)
    assert f'href="/s/T/p/{pages.HERON}"' in both
    assert "" == read(kind, a_site(REPORT))[1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "part",
    [
        panel(properties(("Margin", ("41",))), title="exshare-exclude"),
        properties(("Margin", (include(pages.UNPACK),))),
        panel(p(file_link(pages.MANUAL_PDF, "x")), title="exshare-exclude"),
    ],
    ids=["an excluded part", "a reading macro", "an excluded file"],
)
def test_a_report_tells_nothing_of_a_page_that_holds_more_than_words(kind: str, part: Part) -> None:
    """What stands in its row may come from there: the title alone stays (spec L8)."""
    site = a_site(REPORT)
    site.edit(pages.HERON, properties(("Owner", ("Mira Demo",))), part)
    draft, html = read(kind, site, (pages.HERON, pages.KESTREL))

    assert [frozenset({_id(pages.KESTREL)})] == [macro.told for macro in draft.macros]
    assert [["Title", "Owner"], ["Heron 9 lamp", ""], ["Kestrel 12 lamp", "Tove Demo"]] == cells(html)


def a_report(table: str) -> Part:
    """A report drawn as given, which finds the Heron's and the Kestrel's pages."""
    rows = table.replace("HERON", f'<td><a href="/pages/viewpage.action?pageId={pages.HERON}">x</a></td>').replace(
        "KESTREL", f'<td><a href="/pages/viewpage.action?pageId={pages.KESTREL}">y</a></td>'
    )
    stored = '<ac:structured-macro ac:name="detailssummary" ac:macro-id="m-1"></ac:structured-macro>'
    mark = 'data-macro-name="detailssummary" data-macro-id="m-1"'
    return raw(f'<div class="conf-macro" {mark}><table class="metadata-summary-macro">{rows}</table></div>', stored)


PLAIN = "<thead><tr><th>Title</th><th>Price</th><th>Range</th></tr></thead>"


def test_a_column_that_only_other_pages_fill_goes() -> None:
    """Its heading is a word of theirs."""
    body = "<tbody><tr>HERON<td>4100</td><td></td></tr><tr>KESTREL<td></td><td>12 km</td></tr></tbody>"
    _, html = read("data-center", a_site(a_report(PLAIN + body)), (pages.KESTREL,))

    assert [["Title", "Range"], ["Kestrel 12 lamp", "12 km"]] == cells(html)
    assert "Price" not in html


@pytest.mark.parametrize(
    "table",
    [
        f"{PLAIN}<tr>KESTREL<td colspan='2'>12 km</td></tr>",
        f"{PLAIN}<tr>KESTREL<td>12 km</td></tr>",
        "<tr>KESTREL<td>12 km</td></tr>",
        f"{PLAIN}<tr>HERON<td rowspan='2'>4100</td><td></td></tr><tr>KESTREL<td>12 km</td></tr>",
    ],
    ids=["a wide cell", "too few cells", "no heads", "a tall cell"],
)
def test_a_report_that_is_no_plain_table_becomes_a_list(table: str) -> None:
    """What stands in which column is not certain."""
    _, html = read("data-center", a_site(a_report(table)), (pages.KESTREL,))

    assert '<ul class="ex-children"><li>Kestrel 12 lamp</li></ul>' == html


@pytest.mark.parametrize("other", ['<a href="/display/GUIDE/Nowhere">x</a>', "x", '<a href="/people/x">x</a>'])
def test_a_row_is_of_the_page_in_its_first_cell_and_of_no_other(other: str) -> None:
    """What a page that nobody knows says of itself is not taken for the words of one that it links to."""
    table = f"{PLAIN}<tr><td>{other}</td>KESTREL<td>secret</td></tr><tr>KESTREL<td></td><td>12 km</td></tr>"
    draft, html = read("data-center", a_site(a_report(table)), (pages.KESTREL,))

    assert [(_id(pages.KESTREL),)] == [macro.entries for macro in draft.macros]
    assert [["Title", "Range"], ["Kestrel 12 lamp", "12 km"]] == cells(html)
    assert "secret" not in html


@pytest.mark.parametrize("kind", KINDS)
def test_files_of_another_page_are_listed_where_none_of_them_is_excluded(kind: str) -> None:
    """That page is the source, and reached or not; a page that hides a file is nobody's source."""
    catalogue, supplier = attachments_table(pages.CATALOGUE), attachments_table(pages.EXCLUDED_PAGE)
    reached, seen = read(kind, a_site(catalogue), (pages.CATALOGUE,))
    hidden = read(kind, a_site(supplier), (pages.EXCLUDED_PAGE,))

    assert [_id(pages.CATALOGUE)] == [macro.source for macro in reached.macros]
    assert "catalogue-print.bin" in seen
    assert "catalogue-print.bin" not in read(kind, a_site(catalogue))[1]
    assert ([None], True) == ([macro.source for macro in hidden[0].macros], HIDDEN in hidden[1])
    assert "supplier-quote" not in hidden[1]
