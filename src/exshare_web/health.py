"""Does it run, does the storage answer: for operators' probes, without a word about anything inside (spec O4)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from exshare_core.errors import AdapterFailed
from exshare_web.visitor.request import shell


async def live(request: Request) -> Response:
    """``GET /healthz``: 200 as long as the process answers."""
    return PlainTextResponse("ok\n")


async def ready(request: Request) -> Response:
    """``GET /readyz``: 200 when the storage answers, else 503."""
    try:
        await shell(request).services.ready()
    except AdapterFailed:
        return PlainTextResponse("storage does not answer\n", 503)
    return PlainTextResponse("ok\n")


async def robots(request: Request) -> Response:
    """``GET /robots.txt``: names no share; pages carry their own ``noindex`` as well, so they may be asked for it."""
    return PlainTextResponse("User-agent: *\nAllow: /s/\nDisallow: /manage\n")
