"""The promises of PdfPrinter."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Sequence

import pytest
from attrs import evolve, field, frozen

from exshare_core.errors import Broken
from exshare_core.ports import Booklet, PdfPrinter, Sheet
from exshare_core.testing.contract import Contract, promise
from exshare_core.values import AttachmentId, PageId

PAGES, FILES = "/s/TOKEN/p/", "/s/TOKEN/a/"
PICTURE, MISSING = AttachmentId("att5"), AttachmentId("att6")


@frozen
class PrintedFacts:
    """What a document says, however it is laid out."""

    text: str = field(repr=False)
    """All words in their order, by whatever spaces they are parted."""
    title: str
    language: str
    bookmarks: tuple[str, ...]
    """Those of all levels, in their order."""
    links: tuple[str, ...]
    """Where its links lead: an address, or an empty text for a place in the document."""
    pictures: int


@frozen
class PrinterSetting:
    """A printer, one of the same kind within bounds that every document exceeds, and how what they made is read."""

    printer: PdfPrinter
    hurried: PdfPrinter
    read: Callable[[bytes], PrintedFacts]

    async def printed(self, *sheets: Sheet, **more: object) -> PrintedFacts:
        """What the document of these sheets says."""
        given = {"title": "Handbook", "language": "de", "pages": PAGES, "files": FILES, **more}
        pdf = await self.printer.print(Booklet(sheets=sheets, **given))  # type: ignore[arg-type]

        assert pdf.startswith(b"%PDF-")

        return self.read(pdf)


def png(width: int = 4, height: int = 3) -> bytes:
    """A small picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = b"".join(b"\x00" + b"\x80\x20\x40" * width for _ in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def a_sheet(html: str, page: str = "11", title: str = "Signals", depth: int = 0) -> Sheet:
    """A page of a document."""
    return Sheet(PageId(page), title, html, depth)


def _plain(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def _in_order(words: Sequence[str], text: str) -> bool:
    """Whether the words stand in the text one after the other. Line breaks may part them anywhere."""
    at, among = 0, _plain(text)
    for word in words:
        at = among.find(_plain(word), at)
        if at < 0:
            return False
    return True


HOSTILE = (
    '"); panic("x',
    '\\"#panic()',
    '#read("/etc/passwd")',
    '#import "@preview/example:1.0.0": *',
    "@label $ x $ `#panic()` #while true [x]",
    "]} #set page(width: 1pt)",
    "$sum_(i=0)^n$ <label> @ref // gone /* gone */",
    "<b>not bold</b>",
    "%PDF \\u{41} \\n `raw` ```",
)
"""What an engine might take for orders of its own."""


class PdfPrinterContract(Contract[PrinterSetting]):
    """A booklet becomes a document that says what its pages say, and asks nobody for anything."""

    @promise
    async def test_all_words_are_there_in_their_order(self, it: PrinterSetting) -> None:
        """Headings, paragraphs, lists, tables and code of every page come in order, in whatever script we know."""
        html = (
            "<h2>Zażółć</h2><p>Größe <b>λόγος</b></p><ul><li><p>слово</p></li></ul>"
            "<table><tbody><tr><th>Range</th></tr><tr><td>9 km</td></tr></tbody></table><pre>code  here</pre>"
        )
        found = await it.printed(a_sheet(html), a_sheet("<p>the end</p>", "12", "Second"), header="Acme", footer="Foot")

        assert _in_order(
            ["Signals", "Zażółć", "Größe λόγος", "слово", "Range", "9 km", "code here", "Second", "the end"], found.text
        )
        assert all(_plain(word) in _plain(found.text) for word in ("Acme", "Foot"))

    @promise
    async def test_a_document_says_what_it_is(self, it: PrinterSetting) -> None:
        """It has its title and its language, for readers and for those who hear it."""
        found = await it.printed(a_sheet("<p>x</p>"))

        assert ("Handbook", "de") == (found.title, found.language)

    @promise
    async def test_every_sheet_of_paper_is_numbered(self, it: PrinterSetting) -> None:
        """Which it is, and of how many, in the words that are given."""
        found = await it.printed(a_sheet("<p>x</p>"), number="Seite {} von {}")

        assert "Seite1von1" in _plain(found.text)

    @promise
    async def test_what_a_site_says_of_itself_is_whole(self, it: PrinterSetting) -> None:
        """The longest names and feet come out, however many lines they take, and leave the page its words."""
        header, footer = "W" * 75, " · ".join(["MWMWMWMWM"] * 60)
        found = await it.printed(a_sheet("<p>between</p>", title="T" * 300), header=header, footer=footer)

        assert all(_plain(words) in _plain(found.text) for words in (header, "T" * 300, "between", footer))

    @promise
    async def test_a_logo_is_at_the_head(self, it: PrinterSetting) -> None:
        """A picture is shown, and what is none spoils nothing."""
        found = await it.printed(a_sheet("<p>words</p>"), logo=png())

        assert 1 == found.pictures
        for data in (b"<svg/>", png()[:40], b"RIFF\x00\x00\x00\x00WEBPVP8L", b"%PDF-1.7"):
            assert "words" in (await it.printed(a_sheet("<p>words</p>"), logo=data)).text

    @promise
    async def test_every_page_has_a_bookmark(self, it: PrinterSetting) -> None:
        """The titles of all pages are among the bookmarks, in their order."""
        found = await it.printed(*(a_sheet("<p>x</p>", str(n), f"Page {n}", n - 11) for n in (11, 12, 13)))
        titles = [one for one in found.bookmarks if one.startswith("Page")]

        assert ["Page 11", "Page 12", "Page 13"] == titles

    @promise
    async def test_several_pages_have_a_table_of_contents(self, it: PrinterSetting) -> None:
        """Its heading stands in a document of several pages, and not in one of a single page."""
        many = await it.printed(a_sheet("<p>x</p>"), a_sheet("<p>y</p>", "12", "Second"), contents="What is in it")
        one = await it.printed(a_sheet("<p>x</p>"), contents="What is in it")

        assert "Whatisinit" in _plain(many.text)
        assert "Whatisinit" not in _plain(one.text)

    @promise
    async def test_links_lead_within_and_to_other_web_sites(self, it: PrinterSetting) -> None:
        """A page of the document and addresses elsewhere are linked."""
        html = (
            f'<p><a href="{PAGES}12#part">there</a> <a href="https://other.example/?a=1&amp;b=2">out</a> '
            '<a href="mailto:a@b.example">write</a></p>'
        )
        found = await it.printed(a_sheet(html), a_sheet('<h2 id="part">Part</h2>', "12", "Second"))

        assert {"", "https://other.example/?a=1&b=2", "mailto:a@b.example"} == set(found.links)

    @promise
    async def test_no_address_of_ours_is_named(self, it: PrinterSetting) -> None:
        """Pages that are not in the document, and files, are words; nothing of the link's address is in it."""
        html = (
            f'<p><a href="{PAGES}99">elsewhere</a> <a href="{FILES}att5">file</a> <a href="/s/TOKEN/to/7">on</a> '
            f'<a href="javascript:x()">run</a> <img src="{FILES}{MISSING}" alt="drawing"></p>'
        )
        pdf = await it.printer.print(Booklet("Handbook", "en", (a_sheet(html),), PAGES, FILES))
        found = it.read(pdf)

        assert () == found.links
        assert "TOKEN" not in found.text
        assert b"TOKEN" not in pdf
        assert b"javascript" not in pdf

    @promise
    async def test_pictures_come_from_the_bytes_that_are_given(self, it: PrinterSetting) -> None:
        """A picture whose bytes are there is shown, one whose bytes are not is left out."""
        html = f'<p><img src="{FILES}{PICTURE}" alt="one"></p><p><img src="{FILES}{MISSING}" alt="two"></p>'
        found = await it.printed(a_sheet(html), pictures={PICTURE: png()})

        assert 1 == found.pictures

    @promise
    async def test_what_is_no_picture_spoils_nothing(self, it: PrinterSetting) -> None:
        """Where bytes are no picture, the words are there all the same."""
        html = f'<p>before <img src="{FILES}{PICTURE}" alt="one"> after</p>'
        for data in (b"", b"GIF89a", png()[:40], b"<svg/>", b"\xff\xd8\xff\xc0\x00\x11\x08"):
            found = await it.printed(a_sheet(html), pictures={PICTURE: data})

            assert _in_order(["before", "after"], found.text)

    @promise
    async def test_hostile_words_are_words(self, it: PrinterSetting) -> None:
        """Whatever an engine would obey comes out as it went in: in text, titles, code, links and our own lines."""
        for words in HOSTILE:
            escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            html = f"<p>{escaped}</p><pre>{escaped}</pre><p title='{escaped}' id='{escaped}'>after</p>"
            found = await it.printed(evolve(a_sheet(html), title=words, about=words), header=words, footer=words)
            lines = await it.printed(a_sheet("<p>x</p>"), number=f"{words} {{}} / {{}}", contents=words, missing=words)

            assert _in_order([words, words, words, words, "after"], found.text)
            assert _plain(f"{words} 1 / 1") in _plain(lines.text)

    @promise
    async def test_crooked_html_is_set_as_far_as_it_goes(self, it: PrinterSetting) -> None:
        """Tables without rows, spans beyond them, deep nesting, nothing at all: the words are there."""
        deep = "<div>" * 300 + "deep" + "</div>" * 300
        crooked = (
            "<table></table><table><tr><td colspan='0' rowspan='99'>a</td><td colspan='9999'>b</td></tr></table>"
            "<ul></ul><ol start='x'><li></li></ol><li>stray</li><h2></h2><p></p><dl><dd>d</dd></dl></b></table>end"
        )
        found = await it.printed(a_sheet(deep + crooked), a_sheet("", "12", "Empty"))

        assert _in_order(["deep", "stray", "end", "Empty"], found.text)

    @promise
    async def test_too_much_is_broken(self, it: PrinterSetting) -> None:
        """What cannot be set in bounded time and memory raises Broken."""
        with pytest.raises(Broken):
            await it.hurried.print(Booklet("Handbook", "en", (a_sheet("<p>x</p>"),), PAGES, FILES))
