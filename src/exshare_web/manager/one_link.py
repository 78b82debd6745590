"""The page of one link: what it is, what members do to it, and its settings as a form that loses nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from attrs import frozen
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.errors import AdapterFailed, ExshareError, InvalidValue, InvalidValues, NotFound, Refused, StaleLink
from exshare_core.governing.auditing import Sight
from exshare_core.ports import Sought
from exshare_core.sharing import Personal, Shown
from exshare_core.values import Address, LinkId
from exshare_web import member_names
from exshare_web.admin.words import TITLES
from exshare_web.manager import forms, words
from exshare_web.manager.forms import Filled
from exshare_web.manager.links import MOST_BESIDE, titles, to_link
from exshare_web.manager.offers import offer
from exshare_web.manager.pages import base, errors_by_field, framed, said, status_of
from exshare_web.manager.parts import Difference, compared
from exshare_web.manager.session import Desk
from exshare_web.manager.typed_passwords import keeping, recalled
from exshare_web.visitor.request import shell

DONE: Mapping[str, str] = {
    "created": "The link is ready. Copy its address, or send it by mail.",
    "saved": "The settings are saved, and hold from now on.",
    "disable": "The link is off. Its address answers as if it did not exist.",
    "enable": "The link is on again, under the address it had. Has that leaked? Then make a new one.",
    "anew": "The link is on again, under a new address. The old one stays dead.",
    "rotate": "The link has a new address. The old one no longer works.",
    "grace": "The link has a new address. The old one goes on for the time that you gave it.",
    "delete": "The link is deleted. Its address will never work again.",
    "send": "The letters are on their way.",
    "confirm": "The settings are confirmed: what was held back is in force from now on.",
    "addresses": "Everybody has an address of their own now.",
    "revoke": "The address is withdrawn. The others go on.",
    "transfer": "The link belongs to somebody else now, whose access in Confluence bounds it.",
    "renew": "The link is renewed: its longest life counts from now.",
}
"""What has just been done, by the word that stands in the address afterwards."""

STALE = (
    "Somebody changed this link while you were editing. Your entries are kept below and not saved yet: "
    "compare them with the link as it is now, then save again."
)

GRACES: Mapping[str, str] = {
    "0": "at once",
    "3600": "in an hour",
    "86400": "in a day",
    "604800": "in a week",
    "2592000": "in 30 days",
}
"""When old addresses end, by seconds."""


async def show_link(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/links/{link}``: one link with its address, state, settings and activity."""
    return await _link_page(request, desk, _link(request))


async def change(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/links/{link}``: change the settings; a stale form is shown beside the link as it is."""
    link = _link(request)
    shown = await desk.sharing.show(desk.member, link)
    desk = await recalled(desk, link)
    try:
        form = forms.read(desk.fields, shown.link)
        await desk.sharing.change(desk.member, link, forms.version(desk.fields), form)
    except (InvalidValue, Refused, AdapterFailed, StaleLink) as error:
        return await _not_saved(request, desk, shown, error)
    return to_link(request, desk, link, "saved")


async def check(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/links/{link}/check``: what it reaches now and would after saving; changes nothing."""
    shown = await desk.sharing.show(desk.member, _link(request))
    desk = await recalled(desk, shown.link.id)
    version = forms.version(desk.fields)
    try:
        form = forms.read(desk.fields, shown.link)
        before, after = await desk.sharing.check_change(desk.member, shown.link.id, version, form)
    except (InvalidValue, Refused, AdapterFailed, StaleLink) as error:
        return await _not_saved(request, desk, shown, error)
    counted = words.reached(before), words.reached(after)
    return await _link_page(request, desk, shown.link.id, filled=Filled(desk.fields, checked=True), counted=counted)


async def preview_unsaved(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/links/{link}/preview-unsaved``: on to a preview of the settings as they are typed."""
    shown = await desk.sharing.show(desk.member, _link(request))
    desk = await recalled(desk, shown.link.id)
    try:
        form = forms.read(desk.fields, shown.link)
        version, visitor = forms.version(desk.fields), forms.previewed_as(desk.fields)
        url = await desk.sharing.preview_change(desk.member, shown.link.id, version, form, visitor)
    except (InvalidValue, Refused, AdapterFailed, StaleLink) as error:
        return await _not_saved(request, desk, shown, error)
    return await framed(request, desk, "preview_leave.html", url=url, link=shown.link.id)


async def _not_saved(request: Request, desk: Desk, shown: Shown, error: ExshareError) -> Response:
    """The form as it was filled in, with what is in the way; nothing of it is lost (spec L12)."""
    link, status = shown.link.id, status_of(error)
    if isinstance(error, StaleLink):
        filled = Filled({**desk.fields, "version": str(error.current)}, {"": STALE})
        theirs = forms.of_link(shown.link, shown.record.slug).fields
        return await _link_page(request, desk, link, status, filled=filled, differing=compared(theirs, desk.fields))
    if isinstance(error, InvalidValue):
        return await _link_page(request, desk, link, status, filled=Filled(desk.fields, errors_by_field(error)))
    return await _link_page(request, desk, link, status, filled=Filled(desk.fields), problem=said(error))


# --- acts ------------------------------------------------------------------------------------------------------------


async def act(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/links/{link}/{act}``: one of `ACTS`."""
    link, name = _link(request), request.path_params["act"]
    doing = ACTS.get(name)
    if doing is None:
        raise NotFound("there is no such act")
    try:
        done = await doing(request, desk, link)
    except InvalidValue as error:
        typed = Filled(desk.fields, errors_by_field(error))
        return await _link_page(request, desk, link, 400, typed=Typed.of(name, typed))
    except (Refused, AdapterFailed, StaleLink) as error:
        typed = Filled(desk.fields)
        status, words_of_it = status_of(error), said(error)
        return await _link_page(request, desk, link, status, typed=Typed.of(name, typed), problem=words_of_it)
    return done if isinstance(done, Response) else to_link(request, desk, link, done)


async def revoke_address(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/links/{link}/addresses/{address}/revoke``: withdraw one personal address."""
    link = _link(request)
    try:
        await desk.sharing.revoke_personal(desk.member, link, request.path_params["address"])
    except (Refused, AdapterFailed, StaleLink) as error:
        return await _link_page(request, desk, link, status_of(error), typed=Typed(), problem=said(error))
    return to_link(request, desk, link, "revoke")


async def _disable(request: Request, desk: Desk, link: LinkId) -> str:
    await desk.sharing.disable(desk.member, link)
    return "disable"


async def _enable(request: Request, desk: Desk, link: LinkId) -> str:
    if desk.fields.get("address") == "new":
        await desk.sharing.enable_anew(desk.member, link)
        return "anew"
    await desk.sharing.enable(desk.member, link)
    return "enable"


async def _rotate(request: Request, desk: Desk, link: LinkId) -> str:
    grace = desk.fields.get("grace", "0")
    if grace not in GRACES:
        raise InvalidValue("grace", "choose one of the times")
    await desk.sharing.rotate(desk.member, link, timedelta(seconds=int(grace)))
    return "rotate" if grace == "0" else "grace"


async def _delete(request: Request, desk: Desk, link: LinkId) -> str:
    await desk.sharing.delete(desk.member, link)
    return "delete"


async def _send(request: Request, desk: Desk, link: LinkId) -> str:
    people, note = forms.recipients(desk.fields.get("recipients", "")), desk.fields.get("note", "")
    if desk.fields.get("personal") == "on":
        await desk.sharing.send_personal(desk.member, link, people, note)
    else:
        await desk.sharing.send(desk.member, link, people, note)
    return "send"


async def _confirm(request: Request, desk: Desk, link: LinkId) -> str:
    await desk.sharing.confirm(desk.member, link)
    return "confirm"


async def _renew(request: Request, desk: Desk, link: LinkId) -> str:
    await desk.sharing.renew(desk.member, link)
    return "renew"


async def _transfer(request: Request, desk: Desk, link: LinkId) -> str | Response:
    """To another member; who may not see it any more then, is brought to their list."""
    try:
        heir = await desk.sharing.member_named(desk.member, desk.fields.get("owner", ""))
    except InvalidValue as error:
        raise Refused(error.rule) from None
    await desk.sharing.transfer(desk.member, link, heir)
    try:
        await desk.sharing.show(desk.member, link)
    except NotFound:
        return RedirectResponse(f"{base(request, desk)}/links?done=transfer", 303)
    return "transfer"


async def _add_addresses(request: Request, desk: Desk, link: LinkId) -> str:
    people = forms.recipients(desk.fields.get("recipients", ""))
    reading = forms.Reading(desk.fields)
    until = reading.moment("valid_until", None)
    if reading.failures:
        raise InvalidValues(tuple(reading.failures))
    await desk.sharing.add_personal(desk.member, link, people, until)
    return "addresses"


async def _preview(request: Request, desk: Desk, link: LinkId) -> Response:
    """On to the visitors' address, where the preview begins: foreign content is shown there and nowhere else."""
    visitor, typed = None, desk.fields.get("visitor", "")
    if desk.fields.get("as") == "named":
        try:
            visitor = Address.parse(typed)
        except InvalidValue as error:
            raise InvalidValue("visitor", error.rule) from None
    url = await desk.sharing.preview(desk.member, link, visitor)
    return await framed(request, desk, "preview_leave.html", url=url, link=link)


ACTS: Mapping[str, Callable[[Request, Desk, LinkId], Awaitable[str | Response]]] = {
    "disable": _disable,
    "enable": _enable,
    "rotate": _rotate,
    "delete": _delete,
    "send": _send,
    "confirm": _confirm,
    "renew": _renew,
    "transfer": _transfer,
    "addresses": _add_addresses,
    "preview": _preview,
}
"""What can be done to a link by one button, by the last part of the address: gives what it did, or where to go on."""


@frozen
class Typed:
    """What was typed beside the settings and not accepted, in the form that it belongs to."""

    letter: Filled = Filled({})
    own: Filled = Filled({})
    """For personal addresses."""
    seen_as: Filled = Filled({})
    """For a preview."""

    @classmethod
    def of(cls, act: str, filled: Filled) -> Typed:
        """What was typed for one of `ACTS`."""
        if act == "addresses":
            return cls(own=filled)
        return cls(seen_as=filled) if act == "preview" else cls(letter=filled)


# --- the page --------------------------------------------------------------------------------------------------------


async def _link_page(
    request: Request,
    desk: Desk,
    link_id: LinkId,
    status: int = 200,
    *,
    filled: Filled | None = None,
    typed: Typed | None = None,
    differing: Sequence[Difference] = (),
    counted: tuple[words.Reached, words.Reached | None] | None = None,
    problem: str = "",
) -> Response:
    """One link as it is now; `filled` and `typed` hold what was typed and not accepted."""
    shown = await desk.sharing.look(desk.member, link_id)
    link = shown.link
    address, hidden = await _address(desk, shown)
    trail = await desk.auditing.look(desk.member, Sought(link=link.id), limit=20)
    events = [one.event for one in trail.events]
    names = await desk.auditing.names(desk.member)
    called = await titles(desk, [link.scope.root])
    beside = await desk.sharing.list(desk.member, page=link.scope.root, limit=MOST_BESIDE + 1)
    fresh = filled is None and typed is None
    typed = typed or Typed()
    if fresh and "reach" in request.query_params:
        counted, problem = await _counted(desk, link.id)
    return await framed(
        request,
        desk,
        "link.html",
        status,
        shown=shown,
        rows=words.rows(shown, names),
        title=called.get(link.scope.root, f"Page {link.scope.root}"),
        address=address,
        hidden=hidden,
        events=events,
        sees_places=trail.sight >= Sight.PLACES,
        guessed_at=(await desk.sharing.guessed_at([link.id])).get(link.id),
        names=names,
        filled=forms.of_link(link, shown.record.slug) if filled is None else await keeping(desk, filled, link.id),
        letter=typed.letter,
        own=typed.own,
        seen_as=typed.seen_as,
        personal=await desk.sharing.personal(desk.member, link.id),
        revealed=await _revealed(request, desk, shown) if fresh else None,
        differing=differing,
        counted=counted,
        graces=GRACES,
        origins=() if shown.policy is None else words.origins(shown.policy),
        restrictions=TITLES,
        beside=[one for one in beside if one.link.id != link.id],
        offer=offer(shown.above, link),
        renewable=words.renewable(shown),
        ends_soon=words.ends_soon(shown, desk.sharing.clock.now()),
        warnings=words.warnings(shown, shell(request).services.ways_of(desk.site).methods),
        detail=lambda event: member_names.with_names(names, words.detail(event)),
        done=DONE.get(request.query_params.get("done", ""), "") if fresh else "",
        problem=problem,
    )


async def _counted(desk: Desk, link: LinkId) -> tuple[tuple[words.Reached, None] | None, str]:
    """What the link reaches now, or why that is not known."""
    try:
        return (words.reached(await desk.sharing.reach(desk.member, link)), None), ""
    except (Refused, AdapterFailed, InvalidValue) as error:
        return None, f"What it reaches could not be counted: {said(error)}"


async def _revealed(request: Request, desk: Desk, shown: Shown) -> tuple[Personal, str] | None:
    """The personal address that was asked for, with its full address, where this member may see it now (spec L18)."""
    wanted = request.query_params.get("address", "")[:60]
    if not wanted:
        return None
    try:
        return await desk.sharing.reveal_personal(desk.member, shown.link.id, wanted)
    except (Refused, AdapterFailed, InvalidValue, NotFound):
        return None


async def _address(desk: Desk, shown: Shown) -> tuple[str | None, str]:
    """The link's address, or why it is not shown to this member now (spec L18)."""
    try:
        return await desk.sharing.reveal(desk.member, shown.link.id), ""
    except (Refused, AdapterFailed, InvalidValue) as error:
        return None, said(error)


def _link(request: Request) -> LinkId:
    return LinkId(str(request.path_params["link"])[:60])
