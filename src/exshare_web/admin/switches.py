"""The kill switches: a page that says what will happen, and then the switch itself (spec P7)."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.errors import InvalidValues
from exshare_core.impact import Consequence
from exshare_core.values import SpaceKey
from exshare_web.admin.spaces import space_of
from exshare_web.manager.forms import Filled, Reading, errors_of
from exshare_web.manager.pages import base, framed
from exshare_web.manager.session import Desk


async def show(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/policy/switch``: how it stands, and how many links would stop or go on."""
    return await _page(request, desk, 200, Filled({}))


async def turn(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/policy/switch``: stop at once, or go on as before."""
    space, path = _space(request), f"{base(request, desk)}/policy"
    reading = Reading(desk.fields)
    reading.refuse_unknown(frozenset({"csrf", "turn_choice"}))
    chosen = reading.chosen("turn", ("on", "off"))
    if reading.failures:
        return await _page(request, desk, 400, Filled({}, errors_of(InvalidValues(tuple(reading.failures)))))
    await desk.governing.switch(desk.member, space, chosen == "on")
    back = path if space is None else f"{path}/space?{urlencode({'key': space})}"
    word = "resumed" if chosen == "on" else "stopped"
    return RedirectResponse(f"{back}{'?' if space is None else '&'}done={word}", 303)


async def _page(request: Request, desk: Desk, status: int, filled: Filled) -> Response:
    space = _space(request)
    switches = await desk.governing.switches(desk.member, space)
    on = switches.site_on if space is None else switches.space_on
    found = await desk.governing.dry_run_switch(desk.member, space, not on)
    return await framed(
        request,
        desk,
        "admin_switch.html",
        status,
        space=space,
        on=on,
        site_on=space is None or switches.site_on,
        number=found.count(Consequence.SUSPENDED if on else Consequence.RESTORED),
        filled=filled,
        query="" if space is None else f"?{urlencode({'key': space})}",
    )


def _space(request: Request) -> SpaceKey | None:
    return space_of(request) if "key" in request.query_params else None
