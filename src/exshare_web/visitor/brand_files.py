"""What sites show of themselves: colours, pictures and style sheets, each under an address that names its very bytes.

They lead to nothing of a link and to no site: who knows the address of a picture has seen the picture.
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from exshare_core.branding import Colour
from exshare_core.decisions import Answer
from exshare_web import brand
from exshare_web.visitor.request import shell

KEPT = "public, max-age=31536000, immutable"
"""The bytes behind such an address never change."""

_COLOUR = re.compile(r"([0-9a-f]{6})\.css\Z")
_SHEET = re.compile(r"([0-9a-f]{64})\.css\Z")
_PICTURE = re.compile(r"[0-9a-f]{64}\Z")


async def fetch(request: Request) -> Response:
    """``GET /brand/{file}``: one of them; what no site shows is answered as an address where nothing is."""
    file = request.path_params["file"]
    if found := _COLOUR.match(file):
        return _answer(request, brand.colours(Colour.parse(found[1])), "text/css")
    presenting = next(iter(shell(request).services.presenting.values()), None)
    if presenting is None:
        return _answer(request, None, "")
    if found := _SHEET.match(file):
        return _answer(request, await presenting.sheet(found[1]), "text/css")
    picture = await presenting.picture(file) if _PICTURE.match(file) else None
    return _answer(request, None if picture is None else picture.data, "" if picture is None else picture.media_type)


def _answer(request: Request, content: bytes | str | None, media_type: str) -> Response:
    if content is None:
        return shell(request).answers.stranger(Answer.UNKNOWN)
    return Response(content, media_type=media_type, headers={"cache-control": KEPT})
