"""Lists of Data Center: cut by start and limit, judged after they are cut, with a next link below the context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from starlette.responses import Response

from exshare_demo.answers import BAD_REQUEST, Json, Obj, dc_error, give
from exshare_demo.datacenter_calls import Call

T = TypeVar("T")

BODY_CAP = 25
"""The longest list that carries bodies, whatever limit is asked for."""


def window(call: Call, default: int, cap: int | None = None) -> tuple[int, int] | Response:
    """The start and the limit asked for, or the answer to nonsense."""
    texts = call.query("start", "0"), call.query("limit", str(default))
    try:
        start, limit = (int(text) for text in texts)
    except ValueError:
        return Response(status_code=404)
    if start < 0 or limit < 1:
        return dc_error(400, f"{BAD_REQUEST}: start and limit must not be negative", "Bad Request")
    caps = [call.site.switches.page_cap, cap or limit, BODY_CAP if "body" in call.expand() else limit]
    return start, min(limit, *caps)


def listed(
    call: Call,
    rows: Sequence[T],
    show: Callable[[T], Json],
    keep: Callable[[T], bool] | None = None,
    default: int = 25,
    cap: int | None = None,
) -> Response:
    """A list as an answer. Rows are cut first and judged afterwards: a page may be short and still go on."""
    made = page_of(call, rows, show, keep, default, cap)
    return made if isinstance(made, Response) else give(made)


def page_of(
    call: Call,
    rows: Sequence[T],
    show: Callable[[T], Json],
    keep: Callable[[T], bool] | None = None,
    default: int = 25,
    cap: int | None = None,
) -> Obj | Response:
    """The same as a value; the `limit` it tells is the one in force, which may be lower than the one asked for."""
    cut = window(call, default, cap)
    if isinstance(cut, Response):
        return cut
    start, limit = cut
    results = [show(row) for row in rows[start : start + limit] if keep is None or keep(row)]
    path = call.request.url.path.removeprefix(call.centre.context)
    links: Obj = {"self": call.url(path), "base": call.centre.base, "context": call.centre.context}
    others = [(k, v) for k, v in call.request.query_params.multi_items() if k not in ("start", "limit")]
    if start + limit < len(rows):
        links["next"] = f"{path}?{urlencode([*others, ('limit', limit), ('start', start + limit)])}"
    if start > 0:
        links["prev"] = f"{path}?{urlencode([*others, ('limit', limit), ('start', max(0, start - limit))])}"
    return {"results": results, "start": start, "limit": limit, "size": len(results), "_links": links}


def embedded(call: Call, results: list[Json], path: str, limit: int = 25) -> Obj:
    """A list inside another answer: its first entries, and where the rest is."""
    links: Obj = {"self": call.url(path)}
    if len(results) > limit:
        links["next"] = f"{path}?limit={limit}&start={limit}"
    return {"results": results[:limit], "start": 0, "limit": limit, "size": len(results[:limit]), "_links": links}
