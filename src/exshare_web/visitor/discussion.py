"""The comments on a page of a share (spec V6)."""

from __future__ import annotations

from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response

from exshare_core.decisions import Answer
from exshare_core.discussion import CommentId
from exshare_core.visiting import Discussion, From
from exshare_web.headers import CONTENT_POLICY
from exshare_web.visitor.beside import Asked, beside

_log = structlog.get_logger()

LONGEST_ID = 20
"""Characters that no id of a comment has."""


async def show(request: Request) -> Response:
    """``GET /s/{segment}/p/{page}/comments?from=``: a part of what was said about the page, as a page of its own.

    Each comment is asked of Confluence by itself; who only reads the page waits for none of them.
    """
    return await beside(request, "page_comments.html", _look, _values, CONTENT_POLICY)


async def _look(asked: Asked) -> Discussion | Answer:
    start = asked.request.query_params.get("from", "")
    thread, _, answer = start.partition(".")
    place = From(_named(thread), _named(answer))
    return await asked.visiting.discussion(asked.admission, asked.page, asked.addresses, place, shown=asked.shown)


def _values(asked: Asked, found: Discussion) -> dict[str, Any]:
    for remark in (one for thread in found.threads for one in (thread.remark, *thread.answers)):
        if remark.html is None:
            _log.warning("comment not shown", comment=remark.id)
    following = "" if found.next is None else ".".join(filter(None, (found.next.thread, found.next.answer)))
    return {
        "title": found.title,
        "threads": found.threads,
        "next": following,
        "part": "from" in asked.request.query_params,
    }


def _named(text: str) -> CommentId | None:
    """The id of a comment as an address has it; None for anything else."""
    return CommentId(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_ID else None
