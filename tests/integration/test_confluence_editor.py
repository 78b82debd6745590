"""What the newer editor keeps in its own form: includes pass the same check, pictures come from our files (L17, V2)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection

import pytest

from exshare_core.content import Draft, Reading, redact
from exshare_core.ports import View
from exshare_core.values import PageId
from exshare_demo import pages
from exshare_demo.apps import drawio
from exshare_demo.boxes import panel
from exshare_demo.editor import kept_include, media_image, pasted
from exshare_demo.forms import Part, raw
from exshare_demo.pictures import card, cdn_image, file_link, image, office_preview
from exshare_demo.readers import attachments_table, include
from exshare_demo.site import Site, demo_site
from exshare_demo.writing import p
from tests.integration.rendering import FILES, HIDDEN, WHOLE
from tests.integration.sites import READERS, opened

PLAN = 41000001
FIGURE, SKETCH, LETTER, DIAGRAM = 41000011, 41000012, 41000013, 41000014
KINDS = ("cloud", "data-center")


def _id(page: int) -> PageId:
    return PageId(str(page))


def a_site(*parts: Part) -> Site:
    """The stand-in with one more page, which has two pictures and a letter."""
    site = demo_site()
    site.add_page(pages.CARE, "Foghorn plan", *parts, page_id=PLAN)
    site.add_file(PLAN, "figure.png", "image/png", 10, FIGURE)
    site.add_file(PLAN, "sketch.png", "image/png", 10, SKETCH)
    site.add_file(PLAN, "letter.pdf", "application/pdf", 10, LETTER)
    return site


def read(
    kind: str, site: Site, *, reached: bool = True, attachments: bool = False, shared: Collection[int] = ()
) -> tuple[Draft, str]:
    """The page's draft, and what a visitor sees of it through a link that reaches every source, or none, and of other
    pages those that are `shared`.
    """

    async def work() -> tuple[Draft, str]:
        async with opened(kind, site) as content:
            reading = await content.pages.read(_id(PLAN), READERS[kind])
            assert isinstance(reading, Reading)
            draft = reading.draft
            sources = {macro.source: reached for macro in draft.macros if macro.source is not None}
            view = View(FILES, attachments=attachments)
            ours = {_id(page): f"/s/T/p/{page}" for page in shared}
            return draft, (await content.renderer.render(draft, redact(draft, sources), ours, view)).html

    with asyncio.Runner() as runner:
        return runner.run(work())


KEPT = kept_include(pages.UNPACK, p("kept words"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_kept_include_names_its_source(kind: str) -> None:
    """The page that it names is its source, as of any include."""
    draft, html = read(kind, a_site(p("before"), KEPT))

    assert [("include", _id(pages.UNPACK))] == [(macro.name, macro.source) for macro in draft.macros]
    assert "<p>before</p><p>kept words</p>" == html


@pytest.mark.parametrize("kind", KINDS)
def test_a_kept_include_that_is_not_reached_shows_nothing(kind: str) -> None:
    """Nothing in the rendering says where the kept words are: the whole page gives way."""
    _, html = read(kind, a_site(p("before"), KEPT), reached=False)

    assert WHOLE == html


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("page", [pages.SHIPPING, pages.PAYROLL])
def test_a_kept_include_of_another_space_names_it(kind: str, page: int) -> None:
    """By key and title."""
    draft, _ = read(kind, a_site(kept_include(page, p("kept words"))))

    assert [_id(page)] == [macro.source for macro in draft.macros]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kept_include_of_nobody_knows_what_shows_nothing(kind: str) -> None:
    """An unknown source is never reached (spec L17)."""
    stored = (
        '<ac:adf-extension><ac:adf-node type="extension"><ac:adf-attribute key="extension-key">include'
        "</ac:adf-attribute></ac:adf-node><ac:adf-fallback><p>kept words</p></ac:adf-fallback></ac:adf-extension>"
    )
    _, html = read(kind, a_site(raw("<p>kept words</p>", stored)))

    assert WHOLE == html


@pytest.mark.parametrize("kind", KINDS)
def test_a_macro_in_the_fallback_is_told_by_its_id(kind: str) -> None:
    """Then it alone gives way, and the rest of the page stays."""
    inner = (
        '<ac:structured-macro ac:name="include" ac:macro-id="m-1"><ac:parameter ac:name="">'
        '<ac:link><ri:page ri:content-title="Unpacking a lamp" /></ac:link></ac:parameter></ac:structured-macro>'
    )
    stored = (
        '<ac:adf-extension><ac:adf-node type="extension"><ac:adf-attribute key="extension-key">include'
        f"</ac:adf-attribute></ac:adf-node><ac:adf-fallback>{inner}</ac:adf-fallback></ac:adf-extension>"
    )
    shown = '<div data-macro-name="include" data-macro-id="m-1"><p>live words</p></div>'
    site = a_site(p("before"), raw(shown, stored), p("after"))

    assert f'<p>before</p><p class="ex-placeholder">{HIDDEN}</p><p>after</p>' == read(kind, site, reached=False)[1]
    assert "live words" in read(kind, site)[1]


# (what the page holds, the pictures that a visitor sees)
PICTURES: list[tuple[str, Part, list[int]]] = [
    ("a token in its address", cdn_image(FIGURE), [FIGURE]),
    ("pasted", pasted(FIGURE), [FIGURE]),
    ("the media host's id", media_image(FIGURE, "A figure"), [FIGURE]),
    ("two", p(media_image(SKETCH, "A sketch"), pasted(FIGURE)), [SKETCH, FIGURE]),
    ("an id of nothing", raw('<img data-media-id="11111111-2222-4333-8444-555555555555">', "<p/>"), []),
    ("an old id, by its name", raw(
        '<img src="https://api.media.atlassian.com/file/11111111-2222-4333-8444-555555555555/image?name=figure.png">',
        "<p/>",
    ), [FIGURE]),
]  # fmt: skip


@pytest.mark.parametrize(("part", "expected"), [row[1:] for row in PICTURES], ids=[row[0] for row in PICTURES])
def test_pictures_of_the_media_host_come_from_our_files(part: Part, expected: list[int]) -> None:
    """However Cloud names them: through our proxy, without an address or a token of its own."""
    _, html = read("cloud", a_site(part))

    assert [f"{FILES}att{file}" for file in expected] == re.findall(r'<img src="([^"]*)"', html)
    assert not re.search(r"atlassian|token|blob|eyJ", html)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [pasted(FIGURE), media_image(FIGURE, "")])
def test_a_picture_is_a_part_of_its_page(kind: str, part: Part) -> None:
    """Its name is among the files that the page shows, so that it is served where no other files are."""
    draft, _ = read(kind, a_site(part))

    assert frozenset({"figure.png"}) == draft.shown_files


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [pasted(FIGURE), media_image(FIGURE, "")])
def test_a_picture_in_an_excluded_part_is_hidden(kind: str, part: Part) -> None:
    """It is never served (spec L8), unless it stands elsewhere in the page too."""
    excluded = panel(part, title="exshare-exclude")
    draft, html = read(kind, a_site(p("before"), excluded))
    again, _ = read(kind, a_site(excluded, part))

    assert (frozenset(), frozenset({"figure.png"}), "<p>before</p>") == (draft.shown_files, draft.hidden_files, html)
    assert (frozenset({"figure.png"}), frozenset()) == (again.shown_files, again.hidden_files)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [image(pages.LIGHTHOUSE_PNG, "dusk"), pasted(pages.LIGHTHOUSE_PNG)])
def test_a_picture_of_another_page_is_shown_where_that_page_is_in_the_share(kind: str, part: Part) -> None:
    """Elsewhere it could not be fetched: its words stand there, and nothing that leads to it."""
    shared = read(kind, a_site(part), shared=(pages.GALLERY,))
    alone = read(kind, a_site(part))

    assert frozenset({_id(pages.GALLERY)}) == shared[0].owners
    assert [f"{FILES}att{pages.LIGHTHOUSE_PNG}"] == re.findall(r'<img src="([^"]*)"', shared[1])
    assert ([], True) == (re.findall(r"<img|att[0-9]", alone[1]), "ex-placeholder" in alone[1])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "part", [file_link(pages.MANUAL_PDF, "the manual"), card(pages.MANUAL_PDF), attachments_table(pages.START)]
)
def test_a_file_of_another_page_is_linked_where_that_page_is_in_the_share(kind: str, part: Part) -> None:
    """Elsewhere its name is a word like any other."""
    shared = read(kind, a_site(part), attachments=True, shared=(pages.START,))[1]
    alone = read(kind, a_site(part), attachments=True)[1]

    assert [f"{FILES}att{pages.MANUAL_PDF}"] == re.findall(r'href="([^"]*)"', shared)
    assert ([], True) == (re.findall(r"href|att[0-9]", alone), "anual" in alone)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("around", [(), (include(pages.UNPACK),)], ids=["alone", "with a macro to find"])
def test_a_diagram_shows_the_picture_beside_its_source(kind: str, around: tuple[Part, ...]) -> None:
    """Whichever form of the page is read (spec V2); it is a part of the page like any picture."""
    site = a_site(drawio("flow", DIAGRAM), *around)
    site.add_file(PLAN, "flow.png", "image/png", 10, DIAGRAM)
    draft, html = read(kind, site)

    assert [f"{FILES}att{DIAGRAM}"] == re.findall(r'<img src="([^"]*)"', html)
    assert "flow.png" in draft.shown_files


def test_a_preview_of_a_document_is_a_link_to_it() -> None:
    """A document is no picture: its name stands there, linked where files are shared."""
    part = office_preview(LETTER)
    closed, shared = read("cloud", a_site(part))[1], read("cloud", a_site(part), attachments=True)[1]

    assert [] == re.findall(r"<img|href", closed)
    assert f'href="{FILES}att{LETTER}"' in shared
    assert ["letter.pdf"] * 2 == [re.sub(r"<[^>]*>", "", html) for html in (closed, shared)]
