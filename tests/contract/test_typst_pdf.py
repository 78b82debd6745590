"""Documents by Typst keep the promises of a printer, and the process that sets them its bounds."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, nullcontext
from html import escape
from typing import Any

import pytest
from attrs import evolve
from pypdf import PdfReader

from exshare_adapters.typst_pdf import TypstPrinter
from exshare_adapters.typst_pdf.pictures import drawing
from exshare_adapters.typst_pdf.printer import _give_way
from exshare_adapters.typst_pdf.typesetting import typeset
from exshare_core.branding import Colour
from exshare_core.errors import Broken
from exshare_core.ports import Booklet, Sheet
from exshare_core.testing.printing import (
    FILES,
    PAGES,
    PICTURE,
    PdfPrinterContract,
    PrintedFacts,
    PrinterSetting,
    a_sheet,
    png,
)
from exshare_core.values import PageId
from tests import corpora
from tests.requirements import need


def facts(pdf: bytes) -> PrintedFacts:
    """What a reader of PDF finds in it."""
    reader = PdfReader(io.BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    return PrintedFacts(
        text="\n".join(page.extract_text() for page in reader.pages),
        title=str(reader.metadata.title if reader.metadata else ""),
        language=str(root.get("/Lang", "")),
        bookmarks=tuple(_bookmarks(reader.outline)),
        links=tuple(_links(reader)),
        pictures=sum(len(page.images) for page in reader.pages),
    )


def _bookmarks(outline: Any) -> Iterator[str]:
    for one in outline:
        if isinstance(one, list):
            yield from _bookmarks(one)
        else:
            yield str(one.title)


def _links(reader: PdfReader) -> Iterator[str]:
    """Those of the pages; the lines of a table of contents lead within as well."""
    for page in reader.pages:
        for one in page.get("/Annots", ()):
            note = one.get_object()
            yield str(note["/A"]["/URI"]) if "/URI" in note.get("/A", {}) else ""


class TestTypst(PdfPrinterContract):
    """Set in a process of its own."""

    def open(self) -> AbstractAsyncContextManager[PrinterSetting]:
        """A fresh one."""
        return nullcontext(PrinterSetting(TypstPrinter(), TypstPrinter(most_bytes=10), facts))


def test_a_document_is_tagged() -> None:
    """Headings, lists, tables and pictures are marked as what they are, for those who hear the document."""
    html = (
        f'<h2>Part</h2><ul><li>one</li></ul><img src="{FILES}{PICTURE}" alt="a lamp"><table><tr><td>x</td></tr></table>'
    )
    booklet = Booklet("Handbook", "en", (a_sheet(html),), PAGES, FILES, {PICTURE: png()})
    pdf = asyncio.run(TypstPrinter().print(booklet))
    root: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    kinds = set(_kinds(root["/StructTreeRoot"].get_object()))

    assert root["/MarkInfo"]["/Marked"]
    assert {"/H2", "/L", "/LI", "/Table", "/TD", "/Figure"} <= kinds | {"/H2" if "/H3" in kinds else ""}


def printed(html: str, **more: Any) -> bytes:
    """The document of a page in a handbook."""
    return asyncio.run(TypstPrinter().print(Booklet("Handbook", "en", (a_sheet(html),), PAGES, FILES, **more)))


EVERYTHING = (
    '<h1>From the first</h1><h4>to the fourth</h4><p>words<br>and <a href="https://a.example/">a link</a></p>'
    "<ul class='ex-tasks'><li class='ex-task ex-done'><span class='ex-sr'>Done: </span>it</li></ul>"
    "<div class='ex-columns'><div class='ex-column'>left</div><div class='ex-column ex-side'>right</div></div>"
    "<div class='ex-box ex-info'><p>box</p></div><pre>code</pre><blockquote>said</blockquote><hr>"
    "<table><tr><th>a</th><td class='ex-tinted' style='--ex-ground:#fffae6'>b</td></tr></table>"
    f'<span style="--ex-ink:rgb(255,153,31)">amber</span><img src="{FILES}{PICTURE}" alt="">'
)


def test_a_document_says_that_it_keeps_the_rules_for_all_readers() -> None:
    """PDF/UA-1 holds for everything that a page can have, levels of headings that Confluence left out included."""
    plain, lacking = (
        PdfReader(io.BytesIO(printed(html, pictures={PICTURE: png()}))) for html in (EVERYTHING, NO_SHAPE)
    )

    assert b"pdfuaid:part" in _metadata(plain)
    assert b"pdfuaid:part" not in _metadata(lacking)


NO_SHAPE = "<p>a letter \U0010fffd of nobody</p>"


def _metadata(reader: PdfReader) -> bytes:
    root: Any = reader.trailer["/Root"]
    data: bytes = root["/Metadata"].get_object().get_data()
    return data


def test_letters_without_a_shape_are_told() -> None:
    """At the end of a document in which there is one, and in no other."""
    said = [facts(printed(html, missing="There are boxes.")).text for html in (NO_SHAPE, "<p>Größe λόγος слово</p>")]

    assert [True, False] == ["There are boxes." in one for one in said]


def test_the_fonts_of_the_machine_are_used() -> None:
    """What our own fonts do not have is set with those that the operator has installed."""
    need("cjk-font")
    found = facts(printed("<p>灯台守</p>", missing="There are boxes."))

    assert "灯台守" in found.text
    assert "There are boxes." not in found.text


def test_words_from_the_right_begin_at_the_right() -> None:
    """A paragraph stands where its first letter says."""
    left, right = _lefts(printed("<p>abc</p>"), "abc"), _lefts(printed("<p>\u0645\u0631\u062d</p>"), "\u0645")

    assert max(left) < 100
    assert 450 < min(right)


def test_nothing_stands_beside_the_paper() -> None:
    """Words without an end are broken into lines, in text, code and the narrow cells of a table."""
    cells = "".join(f"<td>{'y' * 90}</td>" for _ in range(10))
    pdf = printed(f"<p>{'x' * 700}</p><pre>{'x' * 700}</pre><table><tr>{cells}</tr></table>")
    lines = [line for line in facts(pdf).text.splitlines() if "x" in line]

    assert 1400 == sum(line.count("x") for line in lines)
    assert max(map(len, lines)) < 130
    assert max(_lefts(pdf, "y")) < 560


def _lefts(pdf: bytes, letter: str) -> list[float]:
    """How far from the left edge the texts with a letter begin, in points."""
    lefts: list[float] = []

    def visit(text: str, matrix: Any, *_: Any) -> None:
        if letter in text:
            lefts.append(float(matrix[4]))

    for page in PdfReader(io.BytesIO(pdf)).pages:
        page.extract_text(visitor_text=visit)
    return lefts


def test_a_picture_of_too_many_points_is_its_words() -> None:
    """Few bytes that stand for much are not unfolded; the document is made all the same."""
    bomb = png()[:16] + (20_000).to_bytes(4) * 2 + png()[24:]

    assert drawing(b64encode(bomb).decode()) is None
    assert (
        "[too large]" in facts(printed(f'<img src="{FILES}{PICTURE}" alt="too large">', pictures={PICTURE: bomb})).text
    )


def test_nothing_steers_what_reads_a_document() -> None:
    """Neither letters of control nor such as turn the direction of what follows come out; joiners and soft hyphens stay."""
    html = "<p>a\x07b \u202egnp.exe \u2067x\u2069 co\u00adop \U0001f469\u200d\U0001f467</p>"
    source = typeset(
        {
            **dict.fromkeys(("title", "header", "footer", "number", "contents", "missing"), "\u202et\x00"),
            "language": "en",
            "accent": "",
            "logo": "",
            "pages": PAGES,
            "files": FILES,
            "pictures": {},
            "sheets": [("1", "\u202et", html, 0, "\u202e")],
        }
    )

    assert set() == set("\x00\x07\u202e\u2067\u2069") & set(source)
    assert "co\u00adop \U0001f469\u200d\U0001f467" in source


def _kinds(element: Any) -> Iterator[str]:
    if isinstance(element, list):
        for one in element:
            yield from _kinds(one.get_object())
    elif isinstance(element, dict):
        if "/S" in element:
            yield str(element["/S"])
        yield from _kinds(element["/K"].get_object() if "/K" in element else [])


PLAIN_WEBP = b64decode("UklGRh4AAABXRUJQVlA4TBEAAAAvHcAEAAfQj+pVtP+BiOh/AAA=")
WEBPS = {
    "lossless": PLAIN_WEBP,
    "lossy": b64decode("UklGRjwAAABXRUJQVlA4IDAAAADQAgCdASoeABQAP83i624/tzEqKAgD8DmJZQAAPaOgAP7Xlf4Mttio87HtlTBAAAA="),
    "extended": b"RIFF\x30\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1d\0\0\x13\0\0" + PLAIN_WEBP[12:],
}
"""Pictures of 30 by 20, written in each of the three ways that the format knows."""


@pytest.mark.parametrize("way", WEBPS)
def test_a_logo_in_webp_is_shown(way: str) -> None:
    """All kinds of picture that a site may have are measured and drawn, this one with its right size."""
    found = drawing(b64encode(WEBPS[way]).decode())

    assert found is not None
    assert (30, 20) == (found.width, found.height)
    assert 1 == _pictures(asyncio.run(TypstPrinter().print(dressed(WEBPS[way]))))


def dressed(logo: bytes = b"") -> Booklet:
    """A page of a site that has a colour."""
    return Booklet("H", "en", (a_sheet("<h2>Part</h2>"),), PAGES, FILES, accent=Colour.parse("#7a1fa2"), logo=logo)


def _pictures(pdf: bytes) -> int:
    return sum(len(page.images) for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_colour_of_a_site_is_the_colour_of_headings() -> None:
    """It is set where headings and the rule at the head are drawn, and nowhere without one."""
    with_it, without = (
        PdfReader(io.BytesIO(asyncio.run(TypstPrinter().print(one)))).pages[0].get_contents()
        for one in (dressed(), evolve(dressed(), accent=None))
    )
    purple = re.compile(rb"0\.478\d* 0\.121\d* 0\.635\d* (?:sc|scn|rg|SC|SCN|RG)\b")

    assert with_it is not None
    assert without is not None
    assert 3 <= len(purple.findall(with_it.get_data()))
    assert [] == purple.findall(without.get_data())


def test_the_process_is_bounded_before_it_reads() -> None:
    """It gives way to all others, can write no file, and has limits of memory and time that it cannot raise."""
    program = (
        "import json, os, resource as r; from exshare_adapters.typst_pdf import worker; worker._bounded(); "
        "print(json.dumps([os.nice(0), r.getrlimit(r.RLIMIT_AS), r.getrlimit(r.RLIMIT_CPU), r.getrlimit(r.RLIMIT_FSIZE)]))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ended = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)

    assert [19, [2147483648, 2147483648], [60, 60], [0, 0]] == json.loads(ended.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="the rule is one of Linux")
def test_the_process_runs_only_while_nobody_else_wants_to() -> None:
    """From its first moment, before it has read or even begun anything."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        _give_way(process.pid)
        kept = os.sched_getscheduler(process.pid)
        process.communicate(b"\n")

    assert os.SCHED_IDLE == kept


def test_what_takes_too_long_is_ended() -> None:
    """The process is ended with the time that it has, and the next document is set."""
    printer = TypstPrinter(seconds=1.0)
    endless = a_sheet("<table>" + "<tr><td>x</td><td>y</td></tr>" * 60_000 + "</table>")

    async def twice() -> bytes:
        with pytest.raises(Broken):
            await printer.print(Booklet("Handbook", "en", (endless,), PAGES, FILES))
        printer.seconds = 60.0
        return await printer.print(Booklet("Handbook", "en", (a_sheet("<p>x</p>"),), PAGES, FILES))

    assert asyncio.run(twice()).startswith(b"%PDF-")


HOSTILE_COLLECTIONS = ("mxss-sonarsource", "xss-html5sec", "naughty-strings")


def test_hostile_collections_leave_nothing_that_acts() -> None:
    """As titles, bodies, attributes and lines of ours: a document without actions but links to plain addresses."""
    texts = [text for name in HOSTILE_COLLECTIONS for text in corpora.inputs(name)][:400]
    sheets = tuple(_hostile(number, text) for number, text in enumerate(texts, 1))
    booklet = Booklet(texts[0], "en", sheets, PAGES, FILES, header=texts[1][:75], footer=" · ".join(texts)[:600])
    reader = PdfReader(io.BytesIO(asyncio.run(TypstPrinter().print(booklet))))
    trailer: Any = reader.trailer
    objects = [reader.get_object(number) for number in range(1, trailer["/Size"])]
    actions = [one for one in _dictionaries(objects) if one.get("/S") in ACTIONS]

    assert 300 < len(texts)
    assert set() == {name for one in _dictionaries(objects) for name in one} & ACTIVE
    assert all(str(one.get("/URI")).startswith(("http://", "https://", "mailto:")) for one in actions)


ACTIVE = {"/JS", "/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/AA", "/OpenAction", "/AcroForm"}
ACTIONS = {"/URI", "/JavaScript", "/Launch", "/GoToR", "/SubmitForm", "/ImportData"}


def _hostile(number: int, text: str) -> Sheet:
    quoted = escape(text)
    html = f'<p>{quoted}</p><pre>{quoted}</pre><p><a href="{quoted}" id="{quoted}" title="{quoted}">on</a></p>'
    return Sheet(PageId(str(number)), text[:1000], html, 0 if number == 1 else 1, text[:200])


def _dictionaries(some: Any) -> Iterator[dict[str, Any]]:
    """All dictionaries in some objects, however deep; what they refer to is an object of its own."""
    for one in some.values() if isinstance(some, dict) else some:
        if isinstance(one, dict):
            yield one
        if isinstance(one, (dict, list)):
            yield from _dictionaries(one)
