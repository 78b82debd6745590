"""Taking pages away as a PDF (spec V7): what is in a document, what never is, and what the pages around it do."""

from __future__ import annotations

import asyncio
import re
from base64 import b64decode
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest
from attrs import evolve, frozen

from exshare_core.branding import Branding, Colour, Picture
from exshare_core.capabilities import Capabilities
from exshare_core.content import Attachment, Draft, MacroUse
from exshare_core.errors import Broken, Busy
from exshare_core.links import LinkState, ShareLink
from exshare_core.ports import Booklet
from exshare_core.testing import MemoryPage, MemoryPrinter, PrintedFacts
from exshare_core.testing.fakes.printing import printed_facts
from exshare_core.testing.printing import png
from exshare_core.values import AttachmentId, PageId, SiteId
from exshare_core.visiting import Addresses, Caller, Cut, PageView, Printed, Step
from exshare_core.visiting.printing import MOST_SHEETS
from exshare_web.app import create_app
from tests.integration.shell import (
    BOARD,
    CHILD,
    ELSEWHERE,
    FOLDER,
    INSIDE,
    OWNER,
    PASSWORD,
    ROOT,
    SECRET,
    SITE,
    Made,
    Shell,
    run,
)

PDF = Capabilities.parse(["pdf"])
NAMED = Capabilities.parse(["pdf", "names"])
SUPPLIER = PageId("40")
LAMP, SECRET_LAMP = AttachmentId("att700"), AttachmentId("att701")


def a_shell() -> Shell:
    """The handbook with pictures, an excluded part, and links to pages in the share and outside it."""
    shell = Shell()
    shell.content.pages[ROOT] = evolve(
        shell.content.pages[ROOT],
        body=f'<p>How we work: <a href="https://confluence.example/pages/{CHILD}">begin</a> '
        f'<a href="https://confluence.example/pages/{ELSEWHERE}">leave</a></p>'
        f'<img src="https://confluence.example/files/{LAMP}">',
        draft=Draft(ROOT, "", "", links=frozenset({CHILD, ELSEWHERE}), shown_files=frozenset({"lamp.png"})),
    )
    excluded = MacroUse("excerpt", "m1", 0, excluded=True)
    draft = Draft(
        SUPPLIER,
        "",
        '<p>Ropes.</p><div data-macro-id="m1">the margin is 41 percent</div>'
        f'<img src="https://confluence.example/files/{SECRET_LAMP}">',
        macros=(excluded,),
        hidden_files=frozenset({"hidden.png"}),
    )
    shell.content.add(MemoryPage(SUPPLIER, "Suppliers", "", CHILD, draft=draft))
    for file, page, name in ((LAMP, ROOT, "lamp.png"), (SECRET_LAMP, SUPPLIER, "hidden.png")):
        shell.content.attach(Attachment(file, page, name, "image/png", len(png())), png())
    return shell


def asked(shell: Shell, made: Made, page: PageId = ROOT, **fields: str) -> Any:
    """The answer to the form at a page."""
    return shell.client().post(f"{made.page(page)}/pdf", data={"what": "page", **fields})


def of_tree(answer: Any) -> PrintedFacts:
    """The document at the end of the page that grew."""
    found = re.search(r'download="([^"]+)" href="data:application/pdf;base64,([^"]+)"', answer.text)
    assert found is not None, answer.text
    return printed_facts(b64decode(found[2]))


def test_one_page_is_a_document_of_its_own() -> None:
    """It comes as a file named like the page, with what the visitor sees and nothing of the link's address."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=PDF)
    answer = asked(shell, made)
    found = printed_facts(answer.content)

    assert (200, "application/pdf") == (answer.status_code, answer.headers["content-type"])
    assert (
        "attachment; filename=\"Handbook.pdf\"; filename*=UTF-8''Handbook.pdf" == answer.headers["content-disposition"]
    )
    assert "no-store" == answer.headers["cache-control"]
    assert (("Handbook",), "Handbook", "en", 1) == (found.bookmarks, found.title, found.language, found.pictures)
    assert "begin" in found.text
    assert () == found.links
    assert made.token.encode() not in answer.content


def test_a_tree_is_a_document_in_the_order_of_the_tree() -> None:
    """Every page that is in reach now, folders in their place; no restricted page, no board, no excluded part or file."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=PDF)
    answer = asked(shell, made, what="below")
    found = of_tree(answer)

    assert ("Handbook", "First steps", "Suppliers", "Chapters", "Chapter one") == found.bookmarks
    assert "Ropes." in found.text
    assert "margin" not in found.text
    assert ("", 1) == (found.links[0], found.pictures)
    assert ["1 page is", "2 pages are", "3 pages are", "4 pages are", "5 pages are"] == re.findall(
        r"<p>(\d pages? (?:is|are)) ready", answer.text
    )


def test_a_part_of_a_tree_begins_where_it_was_asked_for() -> None:
    """Below a page in the share, only what is below it."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=PDF)

    assert ("First steps", "Suppliers") == of_tree(asked(shell, made, CHILD, what="below")).bookmarks


def test_a_document_speaks_the_language_of_whoever_asks() -> None:
    """Its heading of contents, its own lines and the language that it says it has."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=PDF)
    client = shell.client(headers={"accept-language": "de"})
    found = of_tree(client.post(f"{made.path}/p/{ROOT}/pdf", data={"what": "below"}))

    assert "de" == found.language
    assert "Inhalt" in found.text


@frozen
class Keeping:
    """A printer that keeps what it was given."""

    kept: list[Booklet]

    async def print(self, booklet: Booklet) -> bytes:
        self.kept.append(booklet)
        return await MemoryPrinter().print(booklet)


def given(shell: Shell, language: str = "en") -> Booklet:
    """What a printer is given for the handbook, as the site is dressed."""
    kept: list[Booklet] = []
    shell.services = evolve(shell.services, printer=Keeping(kept))
    shell.app = create_app(shell.services)
    client = shell.client(headers={"accept-language": language})
    client.post(f"{shell.make_link(allow=PDF).page(ROOT)}/pdf", data={"what": "page"})
    return kept[0]


LARGE = b"%PDF-1.7\n" + bytes(range(256)) * 2000
"""A document that goes out in many pieces, the last of which is a short one."""


@frozen
class Large:
    """A printer of one document."""

    async def print(self, booklet: Booklet) -> bytes:
        return LARGE


def test_a_large_document_arrives_as_it_is() -> None:
    """However many pieces it goes out in, alone and at the end of the page that grew."""
    shell = a_shell()
    shell.services = evolve(shell.services, printer=Large())
    shell.app = create_app(shell.services)
    made = shell.make_link(children=True, allow=PDF)
    alone, many = asked(shell, made), asked(shell, made, what="below")
    found = re.search(r'href="data:application/pdf;base64,([^"]+)">Save the document</a>', many.text)

    assert found is not None
    assert (str(len(LARGE)), LARGE) == (alone.headers["content-length"], alone.content)
    assert b64decode(found[1], validate=True) == LARGE


DRESS = Branding(
    SITE,
    1,
    name="Acme </b>#panic()",
    footer="Acme Ltd\n\n#set page(width: 1pt)",
    accent=Colour.parse("#7a1fa2"),
    logo=Picture(png(), "image/png"),
)


@pytest.mark.parametrize("alone", [True, False])
def test_a_document_is_dressed_as_its_site(alone: bool) -> None:
    """V9: name, day, footer, colour and logo, in the words of whoever asks; with other sites beside it as well."""
    shell = a_shell()
    run(shell.storage.brandings.replace(DRESS, []))
    if not alone:
        mine = shell.services.presenting[SITE]
        beside = {SITE: mine, SiteId("rival"): evolve(mine, site=SiteId("rival"))}
        shell.services = evolve(shell.services, presenting=beside)
    found = given(shell, "de")

    assert "Acme </b>#panic() · 15. Mai 2026" == found.header
    assert "Mit Ihnen per Link geteilt. · Acme Ltd · #set page(width: 1pt)" == found.footer
    assert ("Seite {} von {}", Colour(0x7A, 0x1F, 0xA2), png()) == (found.number, found.accent, found.logo)


def test_a_colour_that_cannot_be_read_is_not_used() -> None:
    """V9: on paper as on a screen; whatever rests of an older rule, a document is readable."""
    shell = a_shell()
    run(shell.storage.brandings.replace(evolve(DRESS, accent=Colour.parse("#ffd000")), []))

    assert given(shell).accent is None


def test_a_site_that_says_nothing_has_plain_documents() -> None:
    """Neither logo nor colour nor any name at the head but the day."""
    found = given(a_shell())

    assert ("15 May 2026", b"", None) == (found.header, found.logo, found.accent)
    assert ("Shared with you by link.", "Page {} of {}") == (found.footer, found.number)


@pytest.mark.parametrize("page", [SECRET, ELSEWHERE, BOARD, PageId("999")])
def test_what_is_not_in_reach_is_no_document(page: PageId) -> None:
    """Neither the form nor the document of a page that is restricted, outside, no page, or not there."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=PDF)
    absent = shell.client().get(made.page(page))

    assert 404 == absent.status_code
    for answer in (
        shell.client().get(f"{made.page(page)}/pdf"),
        asked(shell, made, page),
        asked(shell, made, page, what="below"),
    ):
        assert (404, absent.content) == (answer.status_code, answer.content)


def test_a_document_needs_its_capability() -> None:
    """Without it there is neither a form nor a document, and no page leads to one."""
    shell = a_shell()
    made = shell.make_link(children=True)

    assert [404, 404] == [shell.client().get(f"{made.page(ROOT)}/pdf").status_code, asked(shell, made).status_code]
    assert "/pdf" not in shell.client().get(made.path).text
    assert "/pdf" in shell.client().get(shell.make_link(allow=PDF).path).text


def test_a_document_is_closed_with_its_link() -> None:
    """Gates come first, a suspended root answers as the link does, and other pages cannot send the form."""
    shell = a_shell()
    made, gated = shell.make_link(allow=PDF), shell.make_link(allow=PDF, password=PASSWORD)

    assert (303, gated.path) == (asked(shell, gated).status_code, asked(shell, gated).headers["location"])
    forged = shell.client().post(
        f"{made.page(ROOT)}/pdf", data={"what": "page"}, headers={"origin": "https://evil.example"}
    )
    assert 403 == forged.status_code
    shell.content.accounts.discard(OWNER)
    assert 403 == asked(shell, made).status_code


@frozen
class Slowly:
    """A printer that takes its time, in which something happens."""

    meanwhile: Callable[[], Awaitable[None]]

    async def print(self, booklet: Booklet) -> bytes:
        await self.meanwhile()
        return await MemoryPrinter().print(booklet)


class Silent:
    """No words of ours."""

    def about(self, view: PageView) -> str:
        return ""

    def booklet(self, booklet: Booklet, at: datetime, *, whole: bool) -> Booklet:
        return booklet


@pytest.mark.parametrize(("after", "expected"), [(2, 2), (None, 5)], ids=["between pages", "while it is set"])
def test_a_document_is_cut_with_its_link(after: int | None, expected: int) -> None:
    """Once the link is closed nothing more is read, and nothing of the document comes out."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=PDF)

    async def close() -> None:
        old = await _stored(shell, made)
        await shell.storage.links.replace(evolve(old, version=old.version + 1, state=LinkState.DISABLED), [])
        shell.clock.forward(seconds=1)

    async def taken() -> list[Any]:
        visiting, got = shell.services.visiting, []
        opening = await visiting.open(made.token, Caller(None))
        assert opening.admission is not None
        steps = visiting.printed(
            made.token, opening.admission, ROOT, Addresses("/p/", "/a/"), Slowly(close), Silent(), below=True
        )
        with pytest.raises(Cut):
            async for step in steps:
                got.append(step)
                if len(got) == after:
                    await close()
        return got

    assert [Step(number) for number in range(1, expected + 1)] == run(taken())


@frozen
class Early:
    """Everything is read as soon as it is known of."""

    most: int = 3

    def begin(self, work: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
        task = asyncio.ensure_future(work())
        return lambda: task


@pytest.mark.parametrize(("seconds", "expected"), [(0, 5), (1, 4)], ids=["just read", "read a second ago"])
def test_what_was_read_ahead_is_judged_anew(seconds: int, expected: int) -> None:
    """A page that was restricted after it was read is left out, unless it was read within this second."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=PDF)

    async def taken() -> list[Any]:
        visiting, got = shell.services.visiting, []
        opening = await visiting.open(made.token, Caller(None))
        assert opening.admission is not None
        async for step in visiting.printed(
            made.token,
            opening.admission,
            ROOT,
            Addresses("/p/", "/a/"),
            MemoryPrinter(),
            Silent(),
            below=True,
            ahead=Early(),
        ):
            got.append(step)
            if len(got) == 2:
                await asyncio.sleep(0.01)
                shell.content.pages[SUPPLIER] = evolve(shell.content.pages[SUPPLIER], readers=frozenset())
                shell.clock.forward(seconds=seconds)
        return got

    *_, document = run(taken())

    assert isinstance(document, Printed)
    found = printed_facts(document.pdf)
    assert (expected, expected == 5) == (len(found.bookmarks), "Suppliers" in found.bookmarks)


async def _stored(shell: Shell, made: Made) -> ShareLink:
    record = await shell.storage.links.get(shell.site, made.id)
    assert record is not None
    return record.link


def test_what_went_into_a_document_is_written_down() -> None:
    """The activity names every page of it, once it is made."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=PDF)
    asked(shell, made, CHILD, what="below")

    assert [("viewed", CHILD), ("viewed", SUPPLIER)] == [(one.kind.value, one.page) for one in shell.events(made)]


@pytest.mark.parametrize(("failure", "status"), [(Busy("later"), 503), (Broken("what"), 502)])
def test_a_document_that_cannot_be_made_is_busy_or_broken(failure: Busy | Broken, status: int) -> None:
    """What Confluence cannot answer is told as for a view, of one page and of many."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=PDF)
    shell.content.failure = failure

    assert [status, status] == [asked(shell, made).status_code, asked(shell, made, what="below").status_code]


def test_a_printer_that_fails_is_told() -> None:
    """One page answers 502; of many the page that grew ends by saying so, without a document."""
    shell = a_shell()
    shell.services = evolve(shell.services, printer=MemoryPrinter(most=0))
    shell.app = create_app(shell.services)
    made = shell.make_link(children=True, allow=PDF)
    many = asked(shell, made, what="below")

    assert 502 == asked(shell, made).status_code
    assert "The document could not be made." in many.text
    assert "data:application/pdf" not in many.text


def test_a_folder_is_a_heading() -> None:
    """A folder can be taken away with what is in it."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=PDF)

    assert ("Chapters", "Chapter one") == of_tree(asked(shell, made, FOLDER, what="below")).bookmarks
    assert ("Chapter one",) == printed_facts(asked(shell, made, INSIDE).content).bookmarks


@pytest.mark.parametrize(("pages", "expected"), [(MOST_SHEETS - 1, False), (MOST_SHEETS, True)])
def test_a_document_that_leaves_pages_out_says_so(pages: int, expected: bool) -> None:
    """There are so many pages in one, the root among them; at the foot stands whether there are more."""
    shell = Shell()
    shell.content.pages = {one: shell.content.pages[one] for one in (PageId("1"), ROOT)}
    shell.content.add(
        *(MemoryPage(PageId(str(number)), f"Page {number}", parent=ROOT) for number in range(100, 100 + pages))
    )
    shell.app.state.shell.pace.every = 0.0
    found = of_tree(asked(shell, shell.make_link(children=True, allow=PDF), what="below"))

    assert min(pages + 1, MOST_SHEETS) == len(found.bookmarks)
    assert expected == ("These are the first 200 pages; there are more." in found.text)
