"""A member's links: list, create, show, change, switch, rotate, delete, send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.content import Node
from exshare_core.decisions import Answer
from exshare_core.errors import AdapterFailed, Busy, ExshareError, InvalidValue, NotFound, Refused, StaleLink
from exshare_core.sharing import Shown
from exshare_core.values import LinkId, PageId, page_id
from exshare_web.manager import forms
from exshare_web.manager.forms import Filled
from exshare_web.manager.session import Desk
from exshare_web.visitor.request import shell

_log = structlog.get_logger()

PER_PAGE = 50


async def show_list(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/links``: the member's links, or all of the site for an admin."""
    after = request.query_params.get("after", "")[:60]
    shown = await desk.sharing.list(desk.member, after=LinkId(after) if after else None, limit=PER_PAGE + 1)
    links = shown[:PER_PAGE]
    titles = await _titles(desk, [one.link.scope.root for one in links])
    more = links[-1].link.id if len(shown) > PER_PAGE else None
    return _page(request, desk, "links.html", links=links, titles=titles, more=more)


async def find_page(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/new``: find the page to share, then fill in the form."""
    words = request.query_params.get("q", "").strip()[:500]
    page = request.query_params.get("page", "").strip()
    if page:
        return await _new_form(request, desk, page, forms.empty())
    found: Sequence[Node] = ()
    problem = ""
    if words:
        try:
            found = await desk.sharing.pages(desk.member, words)
        except (AdapterFailed, Refused) as error:
            problem = _said(error)
    return _page(request, desk, "new_find.html", q=words, found=found, problem=problem)


async def create(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/new``: make the link, or show the form again with what was wrong."""
    page = desk.fields.get("page", "")
    try:
        form = forms.read(desk.fields)
        made, _ = await desk.sharing.create(desk.member, desk.member, page, form)
    except InvalidValue as error:
        return await _new_form(request, desk, page, Filled(desk.fields, forms.errors_of(error)), 400)
    except (Refused, AdapterFailed) as error:
        return await _new_form(request, desk, page, Filled(desk.fields, {"": _said(error)}), _status(error))
    return RedirectResponse(request.url_for("manage-link", site=desk.site, link=made.link.id).path, 303)


async def _new_form(request: Request, desk: Desk, page: str, filled: Filled, status: int = 200) -> Response:
    try:
        titles = await _titles(desk, [page_id(page)])
        title = titles.get(page_id(page), page)
    except InvalidValue:
        return _page(request, desk, "new_find.html", 400, q=page[:500], found=(), problem="Find the page to share.")
    return _page(
        request, desk, "new_form.html", status, page=page, title=title, filled=filled, choices=forms.choices()
    )


async def show_link(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/links/{link}``: one link with its address, state, settings and activity."""
    try:
        shown = await desk.sharing.show(desk.member, _link(request))
    except NotFound:
        return shell(request).answers.stranger(Answer.UNKNOWN)
    return await _link_page(request, desk, shown, forms.of_link(shown.link))


async def change(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/links/{link}``: change the settings; a stale form shows the fresh version beside it."""
    link = _link(request)
    version = desk.fields.get("version", "")
    try:
        form = forms.read(desk.fields)
        await desk.sharing.change(desk.member, link, int(version) if version.isdigit() else 0, form)
    except NotFound:
        return shell(request).answers.stranger(Answer.UNKNOWN)
    except StaleLink as error:
        shown = await desk.sharing.show(desk.member, link)
        filled = Filled({**desk.fields, "version": str(error.current)}, {"": STALE})
        return await _link_page(request, desk, shown, filled, 412)
    except InvalidValue as error:
        shown = await desk.sharing.show(desk.member, link)
        return await _link_page(request, desk, shown, Filled(desk.fields, forms.errors_of(error)), 400)
    except (Refused, AdapterFailed) as error:
        shown = await desk.sharing.show(desk.member, link)
        return await _link_page(request, desk, shown, Filled(desk.fields, {"": _said(error)}), _status(error))
    return _to_link(request, desk, link, "saved")


STALE = (
    "Somebody changed this link while you were editing. Your entries are kept below and not saved yet: "
    "compare them with the link as it is now, then save again."
)


async def act(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/links/{link}/{act}``: disable, enable, rotate, delete or send."""
    link, name = _link(request), request.path_params["act"]
    try:
        if name == "rotate":
            await desk.sharing.rotate(desk.member, link)
        elif name == "send":
            people = forms.recipients(desk.fields.get("recipients", ""))
            await desk.sharing.send(desk.member, link, people, desk.fields.get("note", ""))
        elif name in ("disable", "enable", "delete"):
            await getattr(desk.sharing, name)(desk.member, link)
        else:
            return shell(request).answers.stranger(Answer.UNKNOWN)
    except NotFound:
        return shell(request).answers.stranger(Answer.UNKNOWN)
    except (Refused, InvalidValue, AdapterFailed, StaleLink) as error:
        shown = await desk.sharing.show(desk.member, link)
        filled = Filled(forms.of_link(shown.link).fields, {"": _said(error)})
        return await _link_page(request, desk, shown, filled, _status(error), sending=desk.fields)
    return _to_link(request, desk, link, name)


DONE: Mapping[str, str] = {
    "saved": "The settings are saved.",
    "disable": "The link is off. Its address answers as if it did not exist.",
    "enable": "The link is on again.",
    "rotate": "The link has a new address. The old one no longer works.",
    "delete": "The link is deleted.",
    "send": "The letters are on their way.",
}


async def _link_page(
    request: Request,
    desk: Desk,
    shown: Shown,
    filled: Filled,
    status: int = 200,
    sending: Mapping[str, str] | None = None,
) -> Response:
    link = shown.link
    address, hidden = None, ""
    try:
        address = await desk.sharing.reveal(desk.member, link.id)
    except (Refused, AdapterFailed, InvalidValue) as error:
        hidden = _said(error)
    titles = await _titles(desk, [link.scope.root])
    events = await desk.sharing.activity(desk.member, link.id)
    return _page(
        request,
        desk,
        "link.html",
        status,
        shown=shown,
        title=titles.get(link.scope.root, link.scope.root),
        address=address,
        hidden=hidden,
        events=events,
        filled=filled,
        choices=forms.choices(),
        done=DONE.get(request.query_params.get("done", ""), ""),
        sending=sending or {},
    )


async def _titles(desk: Desk, pages: Sequence[PageId]) -> Mapping[PageId, str]:
    """Live titles; where they cannot be had, the ids must do (spec L18)."""
    try:
        return await desk.sharing.titles(desk.member, sorted(set(pages)))
    except (AdapterFailed, Refused) as error:
        _log.warning("titles not fetched", failure=type(error).__name__, site=desk.site)
        return {}


def _page(request: Request, desk: Desk, template: str, status: int = 200, **values: object) -> Response:
    root = request.url_for("links", site=desk.site).path
    base = root.removesuffix("/links")
    return shell(request).pages.answer(
        template, status, member=desk.member, site=desk.site, csrf=desk.csrf, base=base, **values
    )


def _to_link(request: Request, desk: Desk, link: LinkId, done: str) -> Response:
    path = request.url_for("manage-link", site=desk.site, link=link).path
    return RedirectResponse(f"{path}?done={done}", 303)


def _link(request: Request) -> LinkId:
    return LinkId(str(request.path_params["link"])[:60])


def _said(error: ExshareError) -> str:
    if isinstance(error, AdapterFailed):
        return "Confluence cannot be asked right now. Nothing was changed; please try again in a moment."
    text = str(error)
    return text[:1].upper() + text[1:] + "."


def _status(error: ExshareError) -> int:
    if isinstance(error, AdapterFailed):
        return 503 if isinstance(error, Busy) else 502
    if isinstance(error, StaleLink):
        return 412
    return 400 if isinstance(error, InvalidValue) else 403
