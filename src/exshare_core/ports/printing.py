"""Turning pages that a visitor may see into one document for paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from attrs import field, frozen

from exshare_core.branding import Colour
from exshare_core.values import AttachmentId, PageId


@frozen(slots=True)
class Sheet:
    """One page as a visitor sees it: rendered, cut, with our addresses only."""

    page: PageId
    title: str = field(repr=False)
    html: str = field(repr=False)
    depth: int = 0
    """How far below the first page of the document it is."""
    about: str = ""
    """A line below the title, such as when it was changed."""


@frozen(slots=True)
class Booklet:
    """Everything that a document is made of. Who makes it needs nothing else, and asks nobody for anything."""

    title: str = field(repr=False)
    language: str
    """Of our words in it, as in ``en``."""
    sheets: tuple[Sheet, ...]
    pages: str
    """The prefix of the addresses of pages, and `files` that of files, in the sheets' HTML."""
    files: str
    pictures: Mapping[AttachmentId, bytes] = field(factory=dict, repr=False)
    """The bytes of those pictures in the sheets that may be in it."""
    header: str = ""
    """A line at the top of every page."""
    footer: str = ""
    """A line at the foot, beside the number of the page."""
    number: str = "Page {} of {}"
    """How a sheet of paper is numbered: which it is stands for the first ``{}``, how many there are for the second."""
    accent: Colour | None = None
    """The colour of headings and rules; it can be read on white."""
    logo: bytes = field(default=b"", repr=False)
    """A picture for the head of every sheet of paper; empty for none."""
    contents: str = "Contents"
    """The heading of the table of contents."""
    missing: str = "Some letters have no shape here and stand as boxes."
    """What is said at the end of a document with letters that its fonts do not have."""


class PdfPrinter(Protocol):
    """Makes PDF documents."""

    async def print(self, booklet: Booklet) -> bytes:
        """The booklet as a PDF.

        Must have the words of every sheet in their order, each sheet's title as a bookmark, and with more than one
        sheet a table of contents. Must say its title and language. Must number every sheet of paper, and have the
        header, the footer and the logo on it, the footer whole. Must link to sheets of the booklet by its own
        places and to http, https and mailto addresses, and must name no address of ours. Must show pictures by the
        bytes in `pictures` and `logo` only, leave out what is no picture that it can draw, and fetch, read and write nothing. Must treat all HTML and
        every line of ours as words and shapes, however hostile. Must take bounded time and memory; raises Broken where a document cannot be made within them.
        """
