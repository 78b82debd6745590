"""Printers that break a promise."""

from __future__ import annotations

import json
from typing import Any

from attrs import evolve

from exshare_core.ports import Booklet
from exshare_core.testing.fakes.printing import _HEAD, MemoryPrinter, printed_facts
from exshare_core.testing.printing import PdfPrinterContract, PrinterSetting
from tests.contract.broken.rows import Row, row


class _Prints(MemoryPrinter):
    def given(self, booklet: Booklet) -> Booklet:
        return booklet

    def made(self, found: dict[str, Any], booklet: Booklet) -> dict[str, Any]:
        return found

    async def print(self, booklet: Booklet) -> bytes:
        pdf = await super().print(self.given(booklet))
        return _HEAD + json.dumps(self.made(json.loads(pdf.removeprefix(_HEAD)), booklet)).encode()


class SetsTheLastPageFirst(_Prints):
    """Pages come in another order."""

    def given(self, booklet: Booklet) -> Booklet:
        return evolve(booklet, sheets=booklet.sheets[::-1])


class ForgetsItsLanguage(_Prints):
    """Every document is English."""

    def given(self, booklet: Booklet) -> Booklet:
        return evolve(booklet, language="en")


class NumbersNothing(_Prints):
    """Sheets of paper have no number."""

    def given(self, booklet: Booklet) -> Booklet:
        return evolve(booklet, number="")


class CutsItsFoot(_Prints):
    """Only so much of the foot stands on a page as fits in one line."""

    def given(self, booklet: Booklet) -> Booklet:
        return evolve(booklet, footer=booklet.footer[:120])


class ForgetsTheLogo(_Prints):
    """The head is of words alone."""

    def given(self, booklet: Booklet) -> Booklet:
        return evolve(booklet, logo=b"")


class HasOneBookmark(_Prints):
    """Only the first page has a bookmark."""

    def made(self, found: dict[str, Any], booklet: Booklet) -> dict[str, Any]:
        return found | {"bookmarks": found["bookmarks"][:1]}


class LeavesContentsOut(_Prints):
    """There never is a table of contents."""

    def given(self, booklet: Booklet) -> Booklet:
        return evolve(booklet, contents="")


class LinksNothing(_Prints):
    """All links are words."""

    def made(self, found: dict[str, Any], booklet: Booklet) -> dict[str, Any]:
        return found | {"links": []}


class LinksEverything(_Prints):
    """Links are taken over as they stand."""

    def made(self, found: dict[str, Any], booklet: Booklet) -> dict[str, Any]:
        return found | {"links": [*found["links"], f"{booklet.pages}99"]}


class ShowsNoPicture(_Prints):
    """Pictures are left out."""

    def made(self, found: dict[str, Any], booklet: Booklet) -> dict[str, Any]:
        return found | {"pictures": 0}


class StopsAtABadPicture(_Prints):
    """What is no picture spoils the page."""

    def made(self, found: dict[str, Any], booklet: Booklet) -> dict[str, Any]:
        bad = any(not data.startswith(b"\x89PNG") for data in booklet.pictures.values())
        return found | {"text": ""} if bad else found


class ObeysItsPages(_Prints):
    """What looks like an order is none of the words."""

    def made(self, found: dict[str, Any], booklet: Booklet) -> dict[str, Any]:
        return found | {"text": found["text"].replace("#", "")}


class GivesUpInTheDeep(_Prints):
    """A page with deep nesting has no words."""

    def made(self, found: dict[str, Any], booklet: Booklet) -> dict[str, Any]:
        return found | {"text": ""} if any(sheet.html.count("<div>") > 100 for sheet in booklet.sheets) else found


class TakesItsTime(_Prints):
    """However large it is, it is set."""

    def given(self, booklet: Booklet) -> Booklet:
        return evolve(booklet, sheets=tuple(evolve(one, html="") for one in booklet.sheets))


def using(broken: Any, *tests: str) -> Row:
    """A row for one printer."""

    def opened() -> PrinterSetting:
        return PrinterSetting(broken(), broken(most=0), printed_facts)

    opened.__name__ = broken.__name__
    return row(PdfPrinterContract, opened, *tests)


ROWS = [
    using(SetsTheLastPageFirst, "all_words_are_there_in_their_order"),
    using(ForgetsItsLanguage, "a_document_says_what_it_is"),
    using(NumbersNothing, "every_sheet_of_paper_is_numbered", "hostile_words_are_words"),
    using(CutsItsFoot, "what_a_site_says_of_itself_is_whole"),
    using(ForgetsTheLogo, "a_logo_is_at_the_head"),
    using(HasOneBookmark, "every_page_has_a_bookmark"),
    using(LeavesContentsOut, "several_pages_have_a_table_of_contents"),
    using(LinksNothing, "links_lead_within_and_to_other_web_sites"),
    using(LinksEverything, "no_address_of_ours_is_named"),
    using(ShowsNoPicture, "pictures_come_from_the_bytes_that_are_given"),
    using(StopsAtABadPicture, "what_is_no_picture_spoils_nothing"),
    using(ObeysItsPages, "hostile_words_are_words"),
    using(GivesUpInTheDeep, "crooked_html_is_set_as_far_as_it_goes"),
    using(TakesItsTime, "too_much_is_broken"),
]
