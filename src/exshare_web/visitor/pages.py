"""A page of a share: the article goes out first, then what lies around it.

The tree and the list of files cost further questions to Confluence; a visitor who reads need not wait for them, with
or without JavaScript, so that they follow in the same document (performance reference 2).
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from exshare_core.decisions import Answer
from exshare_core.errors import AdapterFailed, InvalidValue
from exshare_core.values import page_id
from exshare_core.visiting import Addresses, Admission, PageView
from exshare_web.headers import CONTENT_POLICY
from exshare_web.visitor.request import Shell, caller, shell

_log = structlog.get_logger()


async def show(request: Request) -> Response:
    """``GET /s/{segment}/p/{page}``: one page of the share."""
    it = shell(request)
    opening = await it.services.visiting.open(request.path_params["segment"], caller(request))
    if opening.admission is None:
        return closed(request, opening.answer)
    return await show_page(request, opening.admission, request.path_params["page"])


def closed(request: Request, answer: Answer) -> Response:
    """A content address of a link whose gates are not passed: no oracle, the same 404 as for no link (spec B05)."""
    asks = answer in (Answer.ASK_ADDRESS, Answer.ASK_PASSWORD, Answer.ASK_OPEN)
    return shell(request).answers.stranger(Answer.UNKNOWN if asks else answer)


async def show_page(request: Request, admission: Admission, page: str | None) -> Response:
    """The page behind an admission; the root when `page` is None."""
    it = shell(request)
    addresses = _addresses(request)
    try:
        wanted = None if page is None else page_id(page)
    except InvalidValue:
        return it.answers.stranger(Answer.ABSENT)
    try:
        view = await it.services.visiting.page(admission, wanted, addresses)
    except AdapterFailed as error:
        _log.warning("page not fetched", failure=type(error).__name__, link=admission.link.id)
        return it.answers.failure(error)
    if isinstance(view, Answer):
        return it.answers.stranger(view)
    offset = request.query_params.get("from", "0")
    start = int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 7 else 0
    return StreamingResponse(
        _parts(it, request, admission, view, addresses, start),
        media_type="text/html",
        headers={"content-security-policy": CONTENT_POLICY},
    )


def _addresses(request: Request) -> Addresses:
    root = request.url_for("link", segment=request.path_params["segment"]).path
    return Addresses(f"{root}/p/", f"{root}/a/")


async def _parts(
    it: Shell, request: Request, admission: Admission, view: PageView, addresses: Addresses, start: int
) -> AsyncIterator[bytes]:
    around = admission.link.scope.children
    yield it.pages.text("page_begin.html", view=view, around=around).encode()
    if view.with_attachments and view.html:
        yield (await _files(it, admission, view, addresses)).encode()
    yield it.pages.text("page_middle.html").encode()
    if around:
        yield (await _sidebar(it, admission, view, addresses, start)).encode()
    yield it.pages.text("page_end.html").encode()


async def _files(it: Shell, admission: Admission, view: PageView, addresses: Addresses) -> str:
    try:
        files = await it.services.visiting.files(admission, view.page)
    except AdapterFailed as error:
        _log.warning("files not listed", failure=type(error).__name__, link=admission.link.id)
        files = Answer.BUSY
    listed = () if isinstance(files, Answer) else files
    return it.pages.text(
        "page_files.html", files=listed, failed=files is Answer.BUSY, prefix=addresses.files
    )


async def _sidebar(
    it: Shell, admission: Admission, view: PageView, addresses: Addresses, start: int
) -> str:
    try:
        sidebar = await it.services.visiting.sidebar(admission, view.page, start)
    except AdapterFailed as error:
        _log.warning("tree not listed", failure=type(error).__name__, link=admission.link.id)
        return it.pages.text("page_tree.html", sidebar=None, prefix=addresses.pages, here=view.page)
    return it.pages.text("page_tree.html", sidebar=sidebar, prefix=addresses.pages, here=view.page)
