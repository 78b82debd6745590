"""Previews of members on the visitors' routes: the page that begins one, and the banner on everything that it shows.

Hostile content is shown where visitors see it and nowhere else. A preview is begun by a form on a page of ours, so that
nothing that fetches an address by itself uses it up.
"""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.decisions import Answer
from exshare_core.previews import PREVIEW_LIFE, Grant, Preview
from exshare_core.visiting import Caller
from exshare_web import cookies
from exshare_web.visitor.request import caller, link_path, shell

GRANT = "preview"
"""The parameter of an address by which a member brings the right to a preview."""


@frozen
class Banner:
    """What stands on every page of a preview."""

    visitor: str
    """As whom; empty for somebody whom nobody knows."""
    until: datetime
    unsaved: bool = False
    """Whether it shows settings that are not saved, which no visitor meets yet."""


def banner(preview: Preview | None) -> Banner | None:
    """The banner of a preview; None for every visitor."""
    return None if preview is None else _banner(preview.grant)


async def show(request: Request) -> Response | None:
    """``GET /s/{segment}?preview=…``: what visitors would meet, and the form that begins the preview. Uses nothing up.

    None where there is no preview to begin: then the address is what it is without one.
    """
    it = shell(request)
    offered = await it.services.visiting.offered(*_brought(request))
    if offered is None:
        return None
    return it.pages.answer(
        "preview_begin.html",
        banner=_banner(offered.grant),
        asks=[one.answer.value for one in offered.asked],
        further=offered.answer is Answer.ALLOW,
        waits=offered.answer.value if offered.answer.asks else "",
        here=link_path(request),
    )


async def begin(request: Request) -> Response | None:
    """``POST /s/{segment}?preview=…``: begin the preview in this browser; once, and in no other. None as for `show`."""
    it = shell(request)
    kept = await it.services.visiting.begin_preview(*_brought(request))
    if kept is None:
        return None
    response = RedirectResponse(link_path(request), 303)
    seconds = int(PREVIEW_LIFE.total_seconds())
    cookies.write(response, cookies.PREVIEW, kept, secure=it.services.secure, seconds=seconds)
    return response


def _brought(request: Request) -> tuple[str, Caller, str]:
    return request.path_params["segment"], caller(request), request.query_params[GRANT][: cookies.LONGEST_PREVIEW]


def _banner(grant: Grant) -> Banner:
    return Banner("" if grant.visitor is None else str(grant.visitor), grant.until, bool(grant.planned))
