"""Pages of whether the activity is what was written down, and of what failed lately."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from exshare_core.errors import InvalidValue
from exshare_core.failures import MOST_KEPT, Failure
from exshare_core.sealing import Head, Verdict
from exshare_web.manager.pages import framed
from exshare_web.manager.session import Desk

MOST_HERE = 200_000
"""Rows that are verified while somebody waits for a page; more are for the command line."""

FAILURES_SHOWN = 200


async def show(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/activity/chain``: where the chain stands."""
    return await _page(request, desk)


async def verify(request: Request, desk: Desk) -> Response:
    """``POST`` to it: walk along the chain now, and hold it against a head that was kept elsewhere, if one is given."""
    typed = desk.fields.get("head", "").strip()
    stands = await desk.auditing.stands(desk.member)
    begins, ends = (0 if one is None else one.number for one in (stands.anchor, stands.head))
    if ends - begins > MOST_HERE:
        return await _page(request, desk, 400, typed=typed, error=f"{ends - begins:,} rows are too many for a page")
    try:
        verdict = await desk.auditing.verify(desk.member, Head.parse(typed) if typed else None)
    except InvalidValue as error:
        return await _page(request, desk, 400, typed=typed, error=error.rule)
    return await _page(request, desk, verdict=verdict, typed=typed)


async def _page(
    request: Request, desk: Desk, status: int = 200, *, verdict: Verdict | None = None, typed: str = "", error: str = ""
) -> Response:
    stands = await desk.auditing.stands(desk.member)
    return await framed(
        request,
        desk,
        "activity_chain.html",
        status,
        stands=stands,
        rows=0 if stands.head is None else stands.head.number - (0 if stands.anchor is None else stands.anchor.number),
        verdict=verdict,
        typed=typed,
        error=error,
        kept_days=desk.auditing.retention.days,
        late=stands.unsealed_since is not None
        and (desk.auditing.clock.now() - stands.unsealed_since).total_seconds() > LATE,
        most=MOST_HERE,
    )


LATE = 60
"""Seconds after which a row without a seal says that nobody seals."""


async def show_failures(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/failures``: what failed towards Confluence or mail lately (spec M9)."""
    found = await desk.auditing.failures(desk.member, min(FAILURES_SHOWN, MOST_KEPT))
    return await framed(
        request,
        desk,
        "failures.html",
        failures=found,
        asked=asked_for,
        came_of=came_of,
        whole=len(found) < FAILURES_SHOWN,
    )


def asked_for(one: Failure) -> str:
    """What was asked for when it failed, in words where there are words."""
    return _ASKED.get((one.port, one.operation)) or _PORTS.get(one.port, one.port)


def came_of(one: Failure) -> str:
    """How it failed, in words: what cannot be reached is kept as busy, since both may answer in a moment."""
    return _OUTCOMES.get(one.outcome, one.outcome)


_OUTCOMES = {"busy": "busy, or cannot be reached", "broken": "answered what makes no sense"}
_PORTS = {
    "pages": "Confluence: a page",
    "finder": "Confluence: finding pages",
    "files": "Confluence: a file",
    "access": "Confluence: somebody's rights",
    "directory": "Confluence: groups",
    "renderer": "Showing a page",
    "search": "Confluence: a search",
    "discussions": "Confluence: comments",
    "histories": "Confluence: versions of a page",
    "mail": "The mail system",
}
_ASKED = {
    ("pages", "level"): "Confluence: the pages below a page",
    ("pages", "below"): "Confluence: the pages below a page",
    ("pages", "facts"): "Confluence: facts of pages",
    ("finder", "titles"): "Confluence: titles of pages",
    ("mail", "send"): "The mail system: a letter",
}
