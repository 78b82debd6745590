"""The badge that a page in Confluence can show in a frame: whether it is shared, and by how many links (spec M10).

No browser says in a frame who is looking, so the address lets in: it is of one page and one member, and ends. Whatever is
wrong with it is answered as an address where nothing is. Only pages of the site's own Confluence may show the frame.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from exshare_core.decisions import Answer
from exshare_core.errors import AdapterFailed, NotFound, Refused
from exshare_core.values import SiteId
from exshare_web import languages
from exshare_web.headers import framed
from exshare_web.visitor.request import shell

LONGEST = 1000
"""Characters of the part of an address that lets in; ours have a third of them."""


def badge_routes() -> list[BaseRoute]:
    """What is shown in frames of Confluence."""
    return [Route("/badge/{site}/{badge}", show, methods=["GET"], name="badge")]


async def show(request: Request) -> Response:
    """``GET /badge/{site}/{badge}``: a line of text with a way to the links, without any script."""
    it, site, badge = shell(request), SiteId(request.path_params["site"]), request.path_params["badge"]
    sharing = it.services.sharing.get(site)
    if sharing is None or len(badge) > LONGEST:
        return it.answers.stranger(Answer.UNKNOWN)
    try:
        told = await sharing.told_by(badge)
    except (NotFound, Refused):
        return it.answers.stranger(Answer.UNKNOWN)
    except AdapterFailed as error:
        return framed(it.answers.failure(error), sharing.content.origins)
    languages.settle(languages.ENGLISH)
    page = it.pages.answer("badge.html", told=told, site=site)
    return framed(page, sharing.content.origins)
