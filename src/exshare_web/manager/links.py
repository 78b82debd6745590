"""A new link: find the page to share, count what it would reach, and make it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.errors import AdapterFailed, ExshareError, InvalidValue, Refused
from exshare_core.values import LinkId, PageId
from exshare_web.admin.words import TITLES
from exshare_web.manager import forms, words
from exshare_web.manager.forms import Filled
from exshare_web.manager.offers import offer
from exshare_web.manager.pages import errors_by_field, framed, said, status_of
from exshare_web.manager.session import Desk
from exshare_web.manager.typed_passwords import keeping, recalled

_log = structlog.get_logger()

MOST_BESIDE = 20
"""Other links of the same page that are named."""


async def find_page(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/new``: find the page to share, then fill in the form."""
    words_or_address = request.query_params.get("q", "").strip()[:500]
    page = request.query_params.get("page", "").strip()[:500]
    if page:
        return await _new_form(request, desk, page, None)
    if not words_or_address:
        return await framed(request, desk, "new_find.html", q="", found=(), problem="")
    try:
        found = await desk.sharing.pages(desk.member, words_or_address)
    except (AdapterFailed, Refused) as error:
        return await _find_again(request, desk, words_or_address, error)
    return await framed(request, desk, "new_find.html", q=words_or_address, found=found, problem="")


async def create(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/new``: make the link, or show the form again with what was wrong."""
    page = desk.fields.get("page", "").strip()[:500]
    desk = await recalled(desk, page)
    try:
        form = forms.read(desk.fields)
        made, _ = await desk.sharing.create(desk.member, desk.member, page, form)
    except (InvalidValue, Refused, AdapterFailed) as error:
        return await _new_form(request, desk, page, Filled(desk.fields, errors_by_field(error)), status_of(error))
    return to_link(request, desk, made.link.id, "created")


async def check(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/new/check``: what the link would reach, and everything that would be refused; makes nothing."""
    page = desk.fields.get("page", "").strip()[:500]
    desk = await recalled(desk, page)
    try:
        counted = await desk.sharing.check_new(desk.member, desk.member, page, forms.read(desk.fields))
    except (InvalidValue, Refused, AdapterFailed) as error:
        return await _new_form(request, desk, page, Filled(desk.fields, errors_by_field(error)), status_of(error))
    return await _new_form(request, desk, page, Filled(desk.fields, checked=True), counted=words.reached(counted))


async def _new_form(
    request: Request,
    desk: Desk,
    page: str,
    filled: Filled | None,
    status: int = 200,
    *,
    counted: words.Reached | None = None,
) -> Response:
    """The form for a page that can be shared, at first with what the space's configuration fills in (spec L9).

    What was typed already is kept, even if Confluence is busy by now.
    """
    try:
        beginning = await desk.sharing.begin(desk.member, page)
    except (InvalidValue, Refused, AdapterFailed) as error:
        if filled is None or not isinstance(error, AdapterFailed):
            return await _find_again(request, desk, page, error)
        beginning = None
    if filled is None:
        filled = forms.empty() if beginning is None else forms.prefilled(beginning.form)
    page = page if beginning is None else beginning.page
    return await framed(
        request,
        desk,
        "new_form.html",
        status,
        page=page,
        title=f"page {page}" if beginning is None else beginning.title,
        beginning=beginning,
        filled=await keeping(desk, filled, page),
        offer=offer(None if beginning is None else beginning.policy),
        counted=counted,
        origins=() if beginning is None else words.origins(beginning.policy),
        restrictions=TITLES,
        beside=()
        if beginning is None
        else await desk.sharing.list(desk.member, page=beginning.page, limit=MOST_BESIDE),
    )


async def _find_again(request: Request, desk: Desk, q: str, error: ExshareError) -> Response:
    return await framed(request, desk, "new_find.html", status_of(error), q=q, found=(), problem=said(error))


async def titles(desk: Desk, pages: Iterable[PageId]) -> Mapping[PageId, str]:
    """Live titles; where they cannot be had, the ids must do (spec L18)."""
    try:
        return await desk.sharing.titles(desk.member, sorted(set(pages)))
    except (AdapterFailed, Refused) as error:
        _log.warning("titles not fetched", failure=type(error).__name__, site=desk.site)
        return {}


def to_link(request: Request, desk: Desk, link: LinkId, done: str) -> Response:
    """Back to the page of a link, which says what was done."""
    path = request.url_for("manage-link", site=desk.site, link=link).path
    return RedirectResponse(f"{path}?done={done}", 303)
