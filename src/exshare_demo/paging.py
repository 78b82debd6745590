"""Cutting lists into pages: by opaque cursor in Cloud's v2, by start and limit in the older interfaces."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from starlette.responses import Response

from exshare_demo.answers import Json, Obj, give, v2_error
from exshare_demo.calls import Call

T = TypeVar("T")


def cursor(offset: int, salt: str) -> str:
    """An opaque place in one list."""
    return base64.urlsafe_b64encode(json.dumps({"at": offset, "of": salt}).encode()).decode()


def offset_of(text: str, salt: str) -> int | None:
    """The offset of a cursor made for the same list; nothing for any other text."""
    try:
        value = json.loads(base64.urlsafe_b64decode(text.encode()))
        return int(value["at"]) if value["of"] == salt else None
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None


def listed(
    call: Call, rows: Sequence[T], show: Callable[[T], Json], keep: Callable[[T], bool] | None = None, default: int = 25
) -> Response:
    """A v2 list: rows are cut first and judged afterwards, so a page may hold fewer than `limit` and still go on."""
    text = call.query("limit", str(default))
    limit = int(text) if text.isdigit() else 0
    if not 1 <= limit <= 250:
        return v2_error(
            400, "INVALID_REQUEST_PARAMETER", f"Provided value {{{text}}} for 'limit' must be from 1 to 250"
        )
    limit = min(limit, call.site.switches.page_cap)
    at = offset_of(call.query("cursor"), call.suffix) if call.query("cursor") else 0
    if at is None:
        return v2_error(400, "INVALID_REQUEST_PARAMETER", "Invalid cursor")
    results = [show(row) for row in rows[at : at + limit] if keep is None or keep(row)]
    links: Obj = {"base": call.hosting.base}
    headers = {}
    if at + limit < len(rows):
        others = [(k, v) for k, v in call.request.query_params.multi_items() if k not in ("cursor", "limit")]
        query = urlencode([*others, ("limit", limit), ("cursor", cursor(at + limit, call.suffix))])
        following = f"/wiki{call.suffix}?{query}"
        links["next"] = following
        headers["link"] = f'<{following}>; rel="next", <{call.hosting.base}>; rel="base"'
    return give({"results": results, "_links": links}, 200, headers)


def numbered(
    call: Call,
    rows: Sequence[T],
    show: Callable[[T], Json],
    default: int = 25,
    cap: int | None = None,
    **more: Json,
) -> Response:
    """A v1 list: by `start` and `limit`; its `next` is relative to the context, which it does not name."""
    window: list[int] = []
    for name, usual in (("start", 0), ("limit", default)):
        text = call.query(name, str(usual))
        try:
            window.append(int(text))
        except ValueError:
            words = f'nested exception is java.lang.NumberFormatException: For input string: "{text}"'
            failed = "Failed to convert value of type 'java.lang.String' to required type 'int'"
            kind = "org.springframework.web.method.annotation.MethodArgumentTypeMismatchException"
            return give({"statusCode": 400, "message": f"{kind}: {failed}; {words}"}, 400)
        if window[-1] < 0:
            words = f"java.lang.IllegalArgumentException: {name} cannot be less than zero"
            return give({"statusCode": 400, "message": words}, 400)
    start, limit = window[0], window[1] if cap is None else min(window[1], cap)
    results = [show(row) for row in rows[start : start + limit]]
    made: Obj = {"results": results, "start": start, "limit": limit, "size": len(results)}
    following = start + len(results) if start + len(results) < len(rows) else None
    return give(made | more | {"_links": v1_links(call, start, limit, following)})


def v1_links(call: Call, start: int, limit: int, following: int | None) -> Obj:
    """The links of a v1 list."""
    kept = [(k, v) for k, v in call.request.query_params.multi_items() if k not in ("start", "limit", "next", "prev")]

    def link(at: int, word: str) -> str:
        return f"{call.suffix}?{urlencode([(word, 'true'), *kept, ('limit', limit), ('start', at)])}"

    links: Obj = {"base": call.hosting.base, "context": "/wiki", "self": call.hosting.base + call.suffix}
    if following is not None:
        links["next"] = link(following, "next")
    if start:
        links["prev"] = link(max(0, start - limit), "prev")
    return links


def embedded(call: Call, results: list[Json], path: str) -> Obj:
    """A list inside another answer, cut at 50."""
    more = len(results) > 50
    meta: Obj = {"hasMore": more}
    if more:
        meta["cursor"] = cursor(50, path)
    return {"results": results[:50], "meta": meta, "_links": {"self": f"/wiki{path}"}}
