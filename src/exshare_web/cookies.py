"""Cookies: a random session id and nothing else, with the strictest flags that the base address allows (spec G10)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from exshare_core.values import Token

VISITOR = "exshare-visitor"
MEMBER = "exshare-member"


def name(kind: str, *, secure: bool) -> str:
    """The cookie's name: with the ``__Host-`` prefix wherever https lets browsers enforce it."""
    return f"__Host-{kind}" if secure else kind


def read(request: Request, kind: str, *, secure: bool) -> str | None:
    """The session id in a request, or None when there is none or it is malformed."""
    value = request.cookies.get(name(kind, secure=secure))
    if value is None or len(value) != 43 or Token.parse(value) is None:
        return None
    return value


def write(response: Response, kind: str, value: str, *, secure: bool) -> None:
    """Give the browser a session id that lives until it is closed."""
    response.set_cookie(name(kind, secure=secure), value, path="/", secure=secure, httponly=True, samesite="lax")


def clear(response: Response, kind: str, *, secure: bool) -> None:
    """Take the session id away."""
    response.delete_cookie(name(kind, secure=secure), path="/", secure=secure, httponly=True, samesite="lax")
