"""The front page of a site that has a host of its own: what the site says there, and nothing of any link (spec V9)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from exshare_core.decisions import Answer
from exshare_web.brand import own_site
from exshare_web.visitor.request import shell


async def show(request: Request) -> Response:
    """``GET /``: the front page of the site whose host is asked; on every other host nothing is there."""
    it = shell(request)
    if own_site(request.scope) is None:
        return it.answers.stranger(Answer.UNKNOWN)
    return it.pages.answer("home.html")
