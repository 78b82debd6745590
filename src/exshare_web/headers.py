"""The headers of every answer: nothing is stored or referred, no script runs, and only a link's own frames show it.

A small ASGI middleware, so that no answer can forget them, not even an error's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""For gate pages, managers' pages and everything without foreign content."""

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self'; media-src 'self'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
"""For shared pages: the style attributes that the sanitiser lets through are harmless and needed for tables."""

FORM_POLICY = CONTENT_POLICY.replace("form-action 'none'", "form-action 'self'")
"""For shared pages with a form of ours beside them; what the page itself has was drawn anew without forms."""

FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
"""Browsers do not show a PDF in a sandbox; the viewer runs no script of the page's origin (spec V5)."""

_NO_FRAME = "frame-ancestors 'none'"
_UNFRAMED = _NO_FRAME.encode("ascii")

INDEXABLE = "all"
"""For pages of links that search engines may find; everything else says ``noindex`` (spec V1)."""

_ALWAYS: Mapping[str, str] = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "content-security-policy": PAGE_POLICY,
}

_HSTS = "max-age=31536000; includeSubDomains"


def framed(response: Response, origins: Collection[str]) -> Response:
    """The answer as pages of these origins, and no others, may show it in a frame (spec G10)."""
    if origins:
        policy = response.headers.get("content-security-policy", PAGE_POLICY)
        ancestors = f"frame-ancestors {' '.join(sorted(origins))}"
        response.headers["content-security-policy"] = policy.replace(_NO_FRAME, ancestors)
    return response


class SecurityHeaders:
    """Adds the headers that every answer carries; an endpoint's own value is kept.

    The older header against frames knows no list of origins: it goes with the answers that nobody may frame.
    """

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        always = {**_ALWAYS, "strict-transport-security": _HSTS} if secure else _ALWAYS
        self.always = [(name.encode("ascii"), value.encode("ascii")) for name, value in always.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer's headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._complete(message["headers"])
            await send(message)

        await self.app(scope, receive, completed)

    def _complete(self, own: Sequence[tuple[bytes, bytes]]) -> Sequence[tuple[bytes, bytes]]:
        named = {name for name, _ in own}
        headers = [*own, *[pair for pair in self.always if pair[0] not in named]]
        if b"x-frame-options" not in named and _UNFRAMED in dict(headers)[b"content-security-policy"]:
            headers.append((b"x-frame-options", b"DENY"))
        return headers
