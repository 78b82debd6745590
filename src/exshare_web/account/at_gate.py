"""From the gate of a link to an account: to sign in, to make one, or straight through as who is signed in already.

The forms stand on the gate's page and go to the link itself, so that the page says nothing of its address; the link is
asked first, as for every other form at a gate.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from exshare_core.values import SiteId
from exshare_core.visiting import Opening
from exshare_web.account import join, sign_in
from exshare_web.account.place import place_of
from exshare_web.visitor.request import in_frame, shell


async def chosen(request: Request, opening: Opening, way: str) -> Response | None:
    """The answer to the form of a way at a gate that `opening` found; None where the gate asks for no account, and in a
    frame, which has no account's session: the forms open a window of their own there.
    """
    ask, segment = opening.ask, request.path_params["segment"]
    if in_frame(request) or ask is None or not shell(request).services.ways_of(ask.site).past(opening.answer).accounts:
        return None
    if way == "go-on":
        return await _gone_on(request, ask.site, segment)
    place, kept = place_of(request, ask.site, {"at": segment})
    return kept(join.form(request, place) if way == "join" else sign_in.form(request, place))


async def _gone_on(request: Request, site: SiteId, segment: str) -> Response:
    """As who is signed in; who is not any more, is asked to."""
    place, kept = place_of(request, site, {"at": segment})
    here = await shell(request).services.joining.recognised(site, place.caller)
    if here is None:
        return kept(sign_in.form(request, place))
    return await sign_in.go_on(request, place, here)


async def signed_in_as(request: Request, site: SiteId) -> str:
    """The mail address of who is signed in at the link's site in this browser; empty for nobody."""
    if in_frame(request):
        return ""
    place, _ = place_of(request, site, {})
    here = await shell(request).services.joining.recognised(site, place.caller)
    return "" if here is None else str(here.address)
