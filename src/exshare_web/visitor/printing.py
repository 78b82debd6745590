"""Taking pages away as a PDF: a page that asks what to take, the document of one page, and a page that tells how far many are.

Where many pages go into a document, the answer is one page that grows: how far it is, and at its end the document itself,
as an address of data in a link. So no script is needed, nothing is kept once the answer is sent, and it matters to
nobody which of many processes made it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from datetime import datetime

import structlog
from attrs import evolve, frozen
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from exshare_core.branding import Branding, on_paper
from exshare_core.decisions import Answer
from exshare_core.errors import AdapterFailed, InvalidValue
from exshare_core.ports import Booklet, PdfPrinter
from exshare_core.values import PageId, SiteId, page_id
from exshare_core.visiting import Addresses, Admission, PageView, Printable, Printed, Step
from exshare_core.visiting.printing import MOST_SHEETS
from exshare_web import languages
from exshare_web.answers import FORGED
from exshare_web.brand import brand_of
from exshare_web.fields import text_fields
from exshare_web.headers import framed
from exshare_web.languages import Language, msg
from exshare_web.origins import same_origin
from exshare_web.visitor.files import file_name, named
from exshare_web.visitor.pages import addresses_of, led_to_the_gate, not_given
from exshare_web.visitor.previews import banner
from exshare_web.visitor.reading_ahead import reading_ahead
from exshare_web.visitor.request import Shell, link_path, opened, shell

_log = structlog.get_logger()

MOST_FIELDS = 5
LONGEST = 20
PIECE = 3 * 32 * 1024
"""Bytes of a document that are sent at once."""
CHANGED = msg("Last changed {}")
CHANGED_BY = msg("Last changed {} by {}")
SHARED = msg("Shared with you by link.")
NOT_ALL = msg("These are the first {} pages; there are more.")
CONTENTS = msg("Contents")
NUMBER = msg("Page {} of {}")
MISSING = msg("Some letters have no shape in the fonts of this document and stand as boxes.")
WHOLE = "below"
"""What the form says for a page with those below it."""


@frozen
class _Order:
    """What somebody wants to take away, past the gates."""

    shell: Shell
    segment: str
    admission: Admission
    page: PageId
    start: str
    addresses: Addresses
    printer: PdfPrinter
    language: Language
    branding: Branding

    def refused(self, answer: Answer) -> Response:
        """What is answered when there is nothing to take away here."""
        return self.shell.answers.inside(answer, self.start)

    async def steps(self, *, below: bool) -> AsyncGenerator[Step | Printed | Answer, None]:
        """How far it is, and then the document or the answer in its place, as soon as it is this one's turn."""
        visiting, said = self.shell.services.visiting, Said(self.language, self.branding)
        async with self.shell.prints.one(), reading_ahead(self.shell.pace) as ahead:
            steps = visiting.printed(
                self.segment, self.admission, self.page, self.addresses, self.printer, said, below=below, ahead=ahead
            )
            async with aclosing(steps):
                async for step in steps:
                    yield step


@frozen
class Said:
    """Our own words in a document, in one language, and what the site says of itself."""

    language: Language
    branding: Branding

    def about(self, view: PageView) -> str:
        """When it was changed, and by whom where that may be told."""
        if view.changed_at is None:
            return ""
        day = self.language.day(view.changed_at)
        if view.author is None:
            return self.language.say(CHANGED).format(day)
        return self.language.say(CHANGED_BY).format(day, view.author)

    def booklet(self, booklet: Booklet, at: datetime, *, whole: bool) -> Booklet:
        """With the site and the day at the top, and at the foot what it is, whether all of it, and the site's lines."""
        say, look = self.language.say, brand_of(self.branding)
        return evolve(
            booklet,
            language=self.language.code,
            header=" · ".join(filter(None, (look.name, self.language.day(at)))),
            footer=" · ".join((say(SHARED) if whole else say(NOT_ALL).format(len(booklet.sheets)), *look.footer)),
            number=say(NUMBER),
            accent=on_paper(self.branding.accent),
            logo=b"" if self.branding.logo is None else self.branding.logo.data,
            contents=say(CONTENTS),
            missing=say(MISSING),
        )


async def ask(request: Request) -> Response:
    """``GET /s/{segment}/p/{page}/pdf``: what can be taken away here."""
    order = await _ordered(request)
    if isinstance(order, Response):
        return order
    return framed(await _form(request, order), order.admission.frames)


async def take(request: Request) -> Response:
    """``POST /s/{segment}/p/{page}/pdf``: the document, or the page that grows to it. No other page may send it."""
    it = shell(request)
    if not same_origin(request, it.services.base_url):
        return it.answers.neutral(FORGED)
    order = await _ordered(request)
    if isinstance(order, Response):
        return order
    fields = dict(await text_fields(request, most=MOST_FIELDS, longest=LONGEST))
    whole = fields.get("what") == WHOLE
    response = await (_many(request, order) if whole else _one(order))
    return framed(response, order.admission.frames)


async def _ordered(request: Request) -> _Order | Response:
    it = shell(request)
    opening = await opened(request)
    if opening.admission is None:
        return led_to_the_gate(request, opening)
    try:
        page = page_id(request.path_params["page"])
    except InvalidValue:
        return not_given(request, Answer.ABSENT)
    if it.services.printer is None:
        return not_given(request, Answer.ABSENT)
    return _Order(
        it,
        request.path_params["segment"],
        opening.admission,
        page,
        link_path(request),
        addresses_of(request),
        it.services.printer,
        languages.current(),
        await _branding(it, opening.admission.link.site),
    )


async def _branding(it: Shell, site: SiteId) -> Branding:
    """What the site says of itself now, its logo's very bytes included."""
    presenting = it.services.presenting.get(site)
    return Branding(site) if presenting is None else await presenting.shown()


async def _printable(order: _Order) -> Printable | Response:
    try:
        found = await order.shell.services.visiting.printable(order.admission, order.page)
    except AdapterFailed as error:
        _log.warning("page not fetched", failure=type(error).__name__, link=order.admission.link.id)
        return order.shell.answers.failure(error)
    return order.refused(found) if isinstance(found, Answer) else found


async def _form(request: Request, order: _Order) -> Response:
    found = await _printable(order)
    if isinstance(found, Response):
        return found
    return order.shell.pages.answer(
        "print.html",
        printable=found,
        most=MOST_SHEETS,
        home=f"{link_path(request)}/p/{order.page}",
        preview=banner(order.admission.preview),
    )


async def _one(order: _Order) -> Response:
    """One page goes out as the document that it is."""
    try:
        async with aclosing(order.steps(below=False)) as steps:
            last = [step async for step in steps][-1]
    except AdapterFailed as error:
        _log.warning("document not made", failure=type(error).__name__, link=order.admission.link.id)
        return order.shell.answers.failure(error)
    if isinstance(last, Printed):
        headers = {
            "content-disposition": named(f"{last.title}.pdf", inline=False),
            "content-length": str(len(last.pdf)),
        }
        return StreamingResponse(_pieces(last.pdf), media_type="application/pdf", headers=headers)
    return order.refused(last if isinstance(last, Answer) else Answer.ABSENT)


async def _many(request: Request, order: _Order) -> Response:
    """What can be refused is refused before the page begins to grow."""
    found = await _printable(order)
    if isinstance(found, Response):
        return found
    if order.shell.prints.full:
        return order.shell.answers.stranger(Answer.BUSY)
    parts = _growing(order, found, f"{link_path(request)}/p/{order.page}")
    return StreamingResponse(parts, media_type="text/html")


async def _growing(order: _Order, found: Printable, home: str) -> AsyncIterator[bytes]:
    """The page that says how far it is, one line for each page that is ready, and ends with the document.

    The document stands in the middle of a link, whose two halves are templates of their own.
    """
    pages, made = order.shell.pages, None
    yield pages.encoded("print_begin.html", printable=found, preview=banner(order.admission.preview))
    try:
        async with aclosing(order.steps(below=True)) as steps:
            async for step in steps:
                if isinstance(step, Step):
                    yield pages.encoded("print_step.html", ready=step.ready)
                elif isinstance(step, Printed):
                    made = step
    except AdapterFailed as error:
        _log.warning("document not made", failure=type(error).__name__, link=order.admission.link.id)
    if made is not None:
        yield pages.encoded("print_ready.html", name=file_name(f"{made.title}.pdf"))
        for piece in _pieces(made.pdf):
            yield b64encode(piece)
    yield pages.encoded("print_end.html", size=0 if made is None else len(made.pdf), home=home)


def _pieces(data: bytes) -> Iterator[bytes]:
    """Some bytes, little by little: one piece takes no time worth speaking of, and each but the last goes by threes."""
    for at in range(0, len(data), PIECE):
        yield data[at : at + PIECE]
