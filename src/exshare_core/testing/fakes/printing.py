"""A printer that makes no real PDF, but keeps the promises: what it made can be read by `printed_facts`."""

from __future__ import annotations

import html
import json
import re

from attrs import frozen

from exshare_core.errors import Broken
from exshare_core.ports import Booklet, Sheet
from exshare_core.testing.printing import PrintedFacts

_HEAD = b"%PDF-1.7\n% of words alone\n"
_LINK = re.compile(r'<a [^>]*?href="([^"]*)"')
_PICTURE = re.compile(r'<img [^>]*?src="([^"]*)"')


@frozen
class MemoryPrinter:
    """A PdfPrinter for tests that do not look at paper."""

    most: int = 1_000_000
    """Characters of HTML that it sets."""

    async def print(self, booklet: Booklet) -> bytes:
        """What the document says, as JSON behind the first bytes of a PDF."""
        if sum(len(sheet.html) for sheet in booklet.sheets) > self.most:
            raise Broken("the document is too large")
        lines = [booklet.header, booklet.title, *([booklet.contents] if len(booklet.sheets) > 1 else [])]
        for sheet in booklet.sheets:
            lines += [sheet.title, sheet.about, html.unescape(re.sub(r"<[^>]+>", " ", sheet.html))]
        found = {
            "text": "\n".join([*lines, booklet.footer, booklet.number.replace("{}", "1", 2)]),
            "title": booklet.title,
            "language": booklet.language,
            "bookmarks": [sheet.title for sheet in booklet.sheets],
            "links": [one for sheet in booklet.sheets for one in _links(booklet, sheet)],
            "pictures": _is_picture(booklet.logo)
            + sum(_shown(booklet, src) for sheet in booklet.sheets for src in _PICTURE.findall(sheet.html)),
        }
        return _HEAD + json.dumps(found).encode()


def _links(booklet: Booklet, sheet: Sheet) -> list[str]:
    inside = {f"{booklet.pages}{one.page}" for one in booklet.sheets}
    found = []
    for href in map(html.unescape, _LINK.findall(sheet.html)):
        if href.startswith(("http://", "https://", "mailto:")):
            found.append(href)
        elif href.partition("#")[0] in inside:
            found.append("")
    return found


def _is_picture(data: bytes) -> bool:
    return data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF"))


def _shown(booklet: Booklet, src: str) -> bool:
    return src.removeprefix(booklet.files) in booklet.pictures


def printed_facts(pdf: bytes) -> PrintedFacts:
    """What a document of `MemoryPrinter` says."""
    found = json.loads(pdf.removeprefix(_HEAD))
    return PrintedFacts(
        text=found["text"],
        title=found["title"],
        language=found["language"],
        bookmarks=tuple(found["bookmarks"]),
        links=tuple(found["links"]),
        pictures=found["pictures"],
    )
