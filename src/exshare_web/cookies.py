"""Cookies: random ids and little else, with the strictest flags that the base address allows (spec G10)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from exshare_core.values import Token

VISITOR = "exshare-visitor"
MEMBER = "exshare-member"

FRAME = "exshare-frame"
"""A frame's session at one link: each link has a cookie of its own, so that several of them fit on one page."""

ENTRY = "exshare-entry"
"""A member's browser before there is a session: what its forms are told by, and the step it has reached."""

KNOWN = "exshare-known"
"""A browser in which a member has signed in; opens nothing."""

KNOWN_VISITOR = "exshare-known-visitor"
"""The same of a visitor who has signed in with an account."""

AWAY = "exshare-away"
"""A browser that has left to sign in elsewhere: no other browser can come back in its place."""

PREVIEW = "exshare-preview"
"""A member's browser that sees a link as its visitors do."""

LANGUAGE = "exshare-language"
"""The language that somebody picked at the foot of a page."""

COLUMNS = "exshare-columns"
"""The columns that a member chose for lists of links."""

A_YEAR = 365 * 24 * 3600

LONGEST_KEPT = 200
LONGEST_PREVIEW = 3500
"""Characters; a preview may hold a whole mail address and settings that are not saved, sealed."""


def name(kind: str, *, secure: bool) -> str:
    """The cookie's name: with the ``__Host-`` prefix wherever https lets browsers enforce it."""
    return f"__Host-{kind}" if secure else kind


def read(request: Request, kind: str, *, secure: bool) -> str | None:
    """The session id in a request, or None when there is none or it is malformed."""
    value = request.cookies.get(name(kind, secure=secure))
    if value is None or len(value) != 43 or Token.parse(value) is None:
        return None
    return value


def kept(request: Request, kind: str, *, secure: bool, longest: int = LONGEST_KEPT) -> str | None:
    """What a browser was given to keep that is no session id, or None; whether it is good is not judged here."""
    value = request.cookies.get(name(kind, secure=secure), "")
    return value if 0 < len(value) <= longest else None


def write(response: Response, kind: str, value: str, *, secure: bool, seconds: int | None = None) -> None:
    """Give the browser a value that lives until it is closed, or for some seconds."""
    response.set_cookie(
        name(kind, secure=secure), value, seconds, path="/", secure=secure, httponly=True, samesite="lax"
    )


def clear(response: Response, kind: str, *, secure: bool) -> None:
    """Take the value away."""
    response.delete_cookie(name(kind, secure=secure), path="/", secure=secure, httponly=True, samesite="lax")


def write_framed(response: Response, kind: str, value: str, *, secure: bool) -> None:
    """Give a frame a value that lives until the browser is closed, in a jar of the page around it (spec G10).

    Browsers keep such a cookie only if it came by https; over http it is an ordinary one, and a frame in a page of
    another site gets none. Written by hand, since the standard library knows ``Partitioned`` from Python 3.14 on.
    """
    place = "SameSite=None; Secure; Partitioned" if secure else "SameSite=lax"
    response.headers.append("set-cookie", f"{name(kind, secure=secure)}={value}; HttpOnly; Path=/; {place}")
