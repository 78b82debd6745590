"""Did this form come from our own page? The defence of every state-changing request (security reference 1.5).

Browsers of our time send ``Sec-Fetch-Site``; older ones send ``Origin``. A request with neither is no browser's and
carries no ambient credential worth forging.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.requests import Request


def same_origin(request: Request, base_url: str) -> bool:
    """Whether an unsafe request comes from a page of ours, or from no page at all."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    asked = f"{request.scope['scheme']}://{request.headers.get('host', '')}"
    return origin.lower() in {_origin(base_url), asked.lower()}


def comes_from(request: Request, origins: Collection[str]) -> bool:
    """Whether the page that a request comes from has one of these origins, as far as the browser says where that is."""
    page = request.headers.get("referer")
    try:
        return page is None or _origin(page) in origins
    except ValueError:
        return False


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()
