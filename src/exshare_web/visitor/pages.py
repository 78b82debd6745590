"""A page of a share: the article goes out first, then what lies around it.

The tree and the list of files cost further questions to Confluence; a visitor who reads need not wait for them, with
or without JavaScript, so that they follow in the same document (performance reference 2).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import structlog
from attrs import frozen
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from exshare_core.content import NodeKind
from exshare_core.decisions import Answer
from exshare_core.errors import AdapterFailed, InvalidValue
from exshare_core.values import page_id
from exshare_core.visiting import Addresses, Admission, Opening, PageView
from exshare_core.visiting.printing import prints
from exshare_core.visiting.searching import searchable
from exshare_web import languages
from exshare_web.headers import CONTENT_POLICY, FORM_POLICY, INDEXABLE, framed
from exshare_web.visitor.file_signs import sign_of
from exshare_web.visitor.previews import banner
from exshare_web.visitor.request import GATES, Shell, link_path, opened, shell

_log = structlog.get_logger()


async def show(request: Request) -> Response:
    """``GET /s/{segment}/p/{page}``: one page of the share. Before the last gate every page leads to the gate."""
    opening = await opened(request)
    if opening.admission is not None:
        return await show_page(request, opening.admission, request.path_params["page"])
    return led_to_the_gate(request, opening)


def led_to_the_gate(request: Request, opening: Opening) -> Response:
    """What an address inside a link answers that is not open: the way to its gate, or what a stranger is told."""
    if opening.answer in GATES:
        return RedirectResponse(link_path(request), 303)
    return shell(request).answers.closed(opening)


def not_given(request: Request, answer: Answer) -> Response:
    """What an address inside an open link answers that gives nothing, with the way back to the link's start."""
    return shell(request).answers.inside(answer, link_path(request))


def addresses_of(request: Request) -> Addresses:
    """The addresses within the link that a request is about."""
    path = link_path(request)
    return Addresses(f"{path}/p/", f"{path}/a/", f"{path}/to/", f"{path}/find", languages.current().code)


async def lead(request: Request) -> Response:
    """``GET /s/{segment}/to/{page}``: on to a page outside the share, for who may enter a share that has it (spec L10).

    Where there is none, the answer is that of a page that is not in the share.
    """
    opening = await opened(request)
    if opening.admission is None:
        return led_to_the_gate(request, opening)
    return framed(await _onward(request, opening.admission), opening.admission.frames)


async def _onward(request: Request, admission: Admission) -> Response:
    it = shell(request)
    try:
        onward = await it.services.visiting.lead(admission, page_id(request.path_params["page"]))
    except InvalidValue:
        return not_given(request, Answer.ABSENT)
    except AdapterFailed as error:
        _log.warning("way on not found", failure=type(error).__name__, link=admission.link.id)
        return it.answers.failure(error)
    if isinstance(onward, Answer):
        return not_given(request, onward)
    return RedirectResponse(f"{link_path(request, onward.segment)}/p/{onward.page}", 303)


async def show_page(request: Request, admission: Admission, page: str | None) -> Response:
    """The page behind an admission; the root when `page` is None. What can be said of it fits the link's frames too."""
    return framed(await _page(request, admission, page), admission.frames)


async def _page(request: Request, admission: Admission, page: str | None) -> Response:
    it = shell(request)
    addresses = addresses_of(request)
    shown = request.method != "HEAD"
    try:
        wanted = None if page is None else page_id(page)
    except InvalidValue:
        return not_given(request, Answer.ABSENT)
    try:
        view = await it.services.visiting.page(admission, wanted, addresses, shown=shown)
    except AdapterFailed as error:
        _log.warning("page not fetched", failure=type(error).__name__, link=admission.link.id)
        return it.answers.failure(error)
    if isinstance(view, Answer):
        at_start = wanted in (None, admission.link.scope.root)
        return it.answers.stranger(view) if at_start else not_given(request, view)
    document = _Document(it, admission, view, addresses, _start(request))
    headers = {"content-security-policy": FORM_POLICY if searchable(admission) else CONTENT_POLICY}
    if admission.findable:
        headers["x-robots-tag"] = INDEXABLE
    if document.alone:
        return HTMLResponse(b"".join([part async for part in document.parts()]), headers=headers)
    return StreamingResponse(document.parts() if shown else (), media_type="text/html", headers=headers)


def _start(request: Request) -> int:
    """The place in a long level from which the tree is listed."""
    offset = request.query_params.get("from", "0")
    return int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 7 else 0


@frozen
class _Document:
    """A page on its way out, part by part."""

    shell: Shell
    admission: Admission
    view: PageView
    addresses: Addresses
    start: int

    @property
    def alone(self) -> bool:
        """Whether nothing lies around the article, so that nothing is waited for and all of it can go out at once."""
        return not (self.admission.link.scope.children or self.view.with_attachments)

    async def parts(self) -> AsyncIterator[bytes]:
        around = self.admission.link.scope.children
        preview = banner(self.admission.preview)
        yield self._part(
            "page_begin.html",
            view=self.view,
            around=around,
            findable=self.admission.findable,
            preview=preview,
            empty=_is_empty(self.view.html),
            pages=self.addresses.pages,
            home=f"{self.addresses.pages}{self.view.page}",
            prints=prints(self.admission) and self.shell.services.printer is not None,
        )
        folder = self.view.kind is NodeKind.FOLDER
        if self.view.with_attachments and not folder:
            yield self._part("page_files.html", **await self._files())
        yield self._part("page_end.html", around=around, folder=folder, **await self._sidebar())

    def _part(self, template: str, **values: Any) -> bytes:
        return self.shell.pages.encoded(template, **values)

    async def _files(self) -> Mapping[str, Any]:
        try:
            files = await self.shell.services.visiting.files(self.admission, self.view.page)
        except AdapterFailed as error:
            _log.warning("files not listed", failure=type(error).__name__, link=self.admission.link.id)
            files = Answer.BUSY
        listed = () if isinstance(files, Answer) else tuple((file, sign_of(file)) for file in files)
        return {"files": listed, "failed": files is Answer.BUSY, "prefix": self.addresses.files}

    async def _sidebar(self) -> Mapping[str, Any]:
        sidebar = None
        if self.admission.link.scope.children:
            try:
                sidebar = await self.shell.services.visiting.sidebar(self.admission, self.view.page, self.start)
            except AdapterFailed as error:
                _log.warning("tree not listed", failure=type(error).__name__, link=self.admission.link.id)
        return {
            "sidebar": sidebar,
            "prefix": self.addresses.pages,
            "here": self.view.page,
            "search": self.addresses.search if searchable(self.admission) else "",
        }


def _is_empty(html: str) -> bool:
    """Whether there is nothing in a body but paragraphs without words; long ones are not looked into."""
    return len(html) < _SHORT and not _MARKUP.sub("", html).strip()


_SHORT = 200
_MARKUP = re.compile(r"</?(?!img|video|hr)[a-z][^>]*>|&nbsp;")
