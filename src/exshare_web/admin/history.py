"""Who changed what of a site's policy, when, from what to what (spec M7)."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from exshare_web import member_names
from exshare_web.admin import words
from exshare_web.manager.pages import framed
from exshare_web.manager.session import Desk

PER_PAGE = 20


async def show(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/policy/history``: newest first; ``?before`` goes on from a version."""
    asked = request.query_params.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    changes = await desk.governing.history(desk.member, before=before, limit=PER_PAGE + 1)
    shown = changes[:PER_PAGE]
    names = await desk.auditing.names(desk.member)
    return await framed(
        request,
        desk,
        "admin_history.html",
        changes=shown,
        called=partial(member_names.called, names),
        named=partial(member_names.with_names, names),
        more=shown[-1].version if len(changes) > PER_PAGE else None,
        first=before is None,
        what=words.what,
    )
