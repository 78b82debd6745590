"""A member's links: list, find a page, create, show, change, switch, rotate, delete, send."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.errors import AdapterFailed, ExshareError, InvalidValue, NotFound, Refused, StaleLink
from exshare_core.sharing import Shown
from exshare_core.values import LinkId, MemberId, PageId, SpaceKey, space_key
from exshare_web.manager import forms, words
from exshare_web.manager.forms import Filled
from exshare_web.manager.offers import offer
from exshare_web.manager.pages import errors_by_field, framed, said, status_of
from exshare_web.manager.session import Desk
from exshare_web.visitor.request import shell

_log = structlog.get_logger()

PER_PAGE = 50

DONE: Mapping[str, str] = {
    "created": "The link is ready. Copy its address, or send it by mail.",
    "saved": "The settings are saved, and hold from now on.",
    "disable": "The link is off. Its address answers as if it did not exist.",
    "enable": "The link is on again, under the address it had. Has that leaked? Then make a new one.",
    "rotate": "The link has a new address. The old one no longer works.",
    "delete": "The link is deleted. Its address will never work again.",
    "send": "The letters are on their way.",
    "confirm": "The settings are confirmed: what was held back is in force from now on.",
    "renew": "The link is renewed: its longest life counts from now.",
}
"""What has just been done, by the word that stands in the address afterwards."""

STALE = (
    "Somebody changed this link while you were editing. Your entries are kept below and not saved yet: "
    "compare them with the link as it is now, then save again."
)


async def show_list(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/links``: the member's links, all of the site for an admin, or all of the space that is named."""
    try:
        space = _space(request)
        shown = await _listed(request, desk, space)
    except (InvalidValue, Refused, AdapterFailed) as error:
        typed = request.query_params.get("space", "")[:255]
        return await _list_page(request, desk, typed, status=status_of(error), problem=said(error))
    return await _list_page(request, desk, space or "", shown)


async def _listed(request: Request, desk: Desk, space: SpaceKey | None) -> tuple[Shown, ...]:
    """One page of the list, and one link more if there is one."""
    after = LinkId(request.query_params.get("after", "")[:60]) or None
    return await desk.sharing.list(desk.member, space=space, after=after, limit=PER_PAGE + 1)


async def _list_page(
    request: Request,
    desk: Desk,
    space: str,
    shown: tuple[Shown, ...] = (),
    *,
    status: int = 200,
    problem: str = "",
) -> Response:
    links = shown[:PER_PAGE]
    return await framed(
        request,
        desk,
        "links.html",
        status,
        links=[(one, words.protection(one)) for one in links],
        titles=await _titles(desk, [one.link.scope.root for one in links]),
        guessed_at=await desk.sharing.guessed_at([one.link.id for one in links]),
        owners=await desk.sharing.names(desk.member, {one.link.owner for one in links}),
        more=links[-1].link.id if len(shown) > PER_PAGE else None,
        first=not request.query_params.get("after"),
        space=space,
        lists_spaces=await desk.sharing.lists_spaces(desk.member),
        problem=problem,
    )


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
    try:
        form = forms.read(desk.fields)
        made, _ = await desk.sharing.create(desk.member, desk.member, page, form)
    except (InvalidValue, Refused, AdapterFailed) as error:
        return await _new_form(request, desk, page, Filled(desk.fields, errors_by_field(error)), status_of(error))
    return _to_link(request, desk, made.link.id, "created")


async def _new_form(request: Request, desk: Desk, page: str, filled: Filled | None, status: int = 200) -> Response:
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
    return await framed(
        request,
        desk,
        "new_form.html",
        status,
        page=page if beginning is None else beginning.page,
        title=f"page {page}" if beginning is None else beginning.title,
        beginning=beginning,
        filled=filled,
        offer=offer(None if beginning is None else beginning.policy),
    )


async def _find_again(request: Request, desk: Desk, q: str, error: ExshareError) -> Response:
    return await framed(request, desk, "new_find.html", status_of(error), q=q, found=(), problem=said(error))


async def show_link(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/links/{link}``: one link with its address, state, settings and activity."""
    return await _link_page(request, desk, _link(request))


async def change(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/links/{link}``: change the settings; a stale form shows the link as it is beside it."""
    link = _link(request)
    old = (await desk.sharing.show(desk.member, link)).link
    try:
        await desk.sharing.change(desk.member, link, forms.version(desk.fields), forms.read(desk.fields, old))
    except StaleLink as error:
        filled = Filled({**desk.fields, "version": str(error.current)}, {"": STALE})
        return await _link_page(request, desk, link, 412, filled=filled)
    except InvalidValue as error:
        return await _link_page(request, desk, link, 400, filled=Filled(desk.fields, errors_by_field(error)))
    except (Refused, AdapterFailed) as error:
        filled = Filled(desk.fields)
        return await _link_page(request, desk, link, status_of(error), filled=filled, problem=said(error))
    return _to_link(request, desk, link, "saved")


async def act(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/links/{link}/{act}``: disable, enable, rotate, delete, send, confirm or renew."""
    link, name = _link(request), request.path_params["act"]
    doing = ACTS.get(name)
    if doing is None:
        raise NotFound("there is no such act")
    try:
        await doing(desk, link)
    except InvalidValue as error:
        return await _link_page(request, desk, link, 400, letter=Filled(desk.fields, errors_by_field(error)))
    except (Refused, AdapterFailed, StaleLink) as error:
        letter = Filled(desk.fields)
        return await _link_page(request, desk, link, status_of(error), letter=letter, problem=said(error))
    return _to_link(request, desk, link, name)


async def _disable(desk: Desk, link: LinkId) -> None:
    await desk.sharing.disable(desk.member, link)


async def _enable(desk: Desk, link: LinkId) -> None:
    await desk.sharing.enable(desk.member, link)


async def _rotate(desk: Desk, link: LinkId) -> None:
    await desk.sharing.rotate(desk.member, link)


async def _delete(desk: Desk, link: LinkId) -> None:
    await desk.sharing.delete(desk.member, link)


async def _send(desk: Desk, link: LinkId) -> None:
    people = forms.recipients(desk.fields.get("recipients", ""))
    await desk.sharing.send(desk.member, link, people, desk.fields.get("note", ""))


async def _confirm(desk: Desk, link: LinkId) -> None:
    await desk.sharing.confirm(desk.member, link)


async def _renew(desk: Desk, link: LinkId) -> None:
    await desk.sharing.renew(desk.member, link)


ACTS: Mapping[str, Callable[[Desk, LinkId], Awaitable[None]]] = {
    "disable": _disable,
    "enable": _enable,
    "rotate": _rotate,
    "delete": _delete,
    "send": _send,
    "confirm": _confirm,
    "renew": _renew,
}
"""What can be done to a link by one button, by the last part of the address."""


async def _link_page(
    request: Request,
    desk: Desk,
    link_id: LinkId,
    status: int = 200,
    *,
    filled: Filled | None = None,
    letter: Filled | None = None,
    problem: str = "",
) -> Response:
    """One link as it is now; `filled` and `letter` hold what was typed and not accepted."""
    shown = await desk.sharing.look(desk.member, link_id)
    link = shown.link
    address, hidden = await _address(desk, shown)
    events = await desk.sharing.activity(desk.member, link.id)
    names = await _names(desk, [link.owner, *(event.member for event in events)])
    titles = await _titles(desk, [link.scope.root])
    return await framed(
        request,
        desk,
        "link.html",
        status,
        shown=shown,
        rows=words.rows(shown, names),
        title=titles.get(link.scope.root, f"Page {link.scope.root}"),
        address=address,
        hidden=hidden,
        events=events,
        guessed_at=(await desk.sharing.guessed_at([link.id])).get(link.id),
        names=names,
        filled=filled or forms.of_link(link, shown.record.slug),
        letter=letter or Filled({}),
        offer=offer(shown.above, link),
        renewable=words.renewable(shown),
        warnings=words.warnings(shown, shell(request).services.ways_of(desk.site).methods),
        detail=words.detail,
        done="" if filled or letter else DONE.get(request.query_params.get("done", ""), ""),
        problem=problem,
    )


async def _address(desk: Desk, shown: Shown) -> tuple[str | None, str]:
    """The link's address, or why it is not shown to this member now (spec L18)."""
    try:
        return await desk.sharing.reveal(desk.member, shown.link.id), ""
    except (Refused, AdapterFailed, InvalidValue) as error:
        return None, said(error)


async def _names(desk: Desk, ids: Iterable[MemberId | None]) -> Mapping[MemberId, str]:
    return await desk.sharing.names(desk.member, set(ids))


async def _titles(desk: Desk, pages: Iterable[PageId]) -> Mapping[PageId, str]:
    """Live titles; where they cannot be had, the ids must do (spec L18)."""
    try:
        return await desk.sharing.titles(desk.member, sorted(set(pages)))
    except (AdapterFailed, Refused) as error:
        _log.warning("titles not fetched", failure=type(error).__name__, site=desk.site)
        return {}


def _to_link(request: Request, desk: Desk, link: LinkId, done: str) -> Response:
    path = request.url_for("manage-link", site=desk.site, link=link).path
    return RedirectResponse(f"{path}?done={done}", 303)


def _space(request: Request) -> SpaceKey | None:
    """The space that the list is of, where one is named; raises InvalidValue for what cannot be its key."""
    text = request.query_params.get("space", "")
    return space_key(text) if text.strip() else None


def _link(request: Request) -> LinkId:
    return LinkId(str(request.path_params["link"])[:60])
