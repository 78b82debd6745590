"""What went wrong → problem details: one table from errors to statuses, in the form of RFC 9457 (spec A1).

Whoever holds a key is a member and may know the rule and its layer; what a key may not see is not there for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from attrs import frozen
from starlette.responses import Response

from exshare_core.errors import (
    AdapterFailed,
    Busy,
    ExshareError,
    InvalidValue,
    InvalidValues,
    NotFound,
    Refused,
    Stale,
    Taken,
)
from exshare_web.api import bodies
from exshare_web.api.models import Fault, Problem

MEDIA = "application/problem+json"


@frozen
class Kind:
    """One kind of problem: its name, its status and what it is called."""

    name: str
    status: int
    title: str


INVALID = Kind("invalid", 422, "What was sent breaks a rule")
UNAUTHENTICATED = Kind("unauthenticated", 401, "A good API key is needed")
REFUSED = Kind("refused", 403, "This is not allowed")
NOT_FOUND = Kind("not-found", 404, "There is nothing of this kind here")
METHOD = Kind("method", 405, "This cannot be done here")
TAKEN = Kind("taken", 409, "It is in use already")
STALE = Kind("stale", 412, "It has changed meanwhile")
TOO_LARGE = Kind("too-large", 413, "What was sent is too large")
MEDIA_TYPE = Kind("media-type", 415, "This form of content is not read here")
UNCONDITIONAL = Kind("unconditional", 428, "Say which version you have seen")
TOO_MANY = Kind("too-many", 429, "Too many requests")
FAILED = Kind("failed", 500, "Something went wrong on our side")
BROKEN = Kind("broken", 502, "Confluence gave an answer that could not be read")
BUSY = Kind("busy", 503, "Confluence or the database is busy")

KINDS: tuple[Kind, ...] = (
    INVALID, UNAUTHENTICATED, REFUSED, NOT_FOUND, METHOD, TAKEN, STALE, TOO_LARGE, MEDIA_TYPE, UNCONDITIONAL, TOO_MANY,
    FAILED, BROKEN, BUSY,
)  # fmt: skip


def answer(kind: Kind, detail: str = "", headers: Mapping[str, str] | None = None, **more: object) -> Response:
    """The answer of one kind of problem."""
    problem = Problem(
        type=f"/api/v1/problems/{kind.name}",
        title=kind.title,
        status=kind.status,
        detail=detail,
        **more,  # type: ignore[arg-type]
    )
    return Response(bodies.written(problem), kind.status, dict(headers or {}), media_type=MEDIA)


def of_error(error: ExshareError) -> Response:
    """The answer to an error of ours."""
    if isinstance(error, InvalidValue):
        failures = error.failures if isinstance(error, InvalidValues) else (error,)
        faults = [Fault(field=one.field, rule=one.rule, layer=one.layer) for one in failures]
        return answer(INVALID, str(error), errors=faults)
    if isinstance(error, Refused):
        return answer(REFUSED, error.rule, layer=error.layer)
    if isinstance(error, NotFound):
        return answer(NOT_FOUND, str(error))
    if isinstance(error, Stale):
        return answer(STALE, str(error), current=error.current)
    if isinstance(error, Taken):
        return answer(TAKEN, str(error))
    if isinstance(error, Busy):
        return answer(BUSY, str(error), {"retry-after": str(ceil(min(error.retry_after or 5.0, 60)))})
    if isinstance(error, AdapterFailed):
        return answer(BROKEN, str(error))
    return answer(FAILED)


def of_status(status: int) -> Response:
    """The answer where there is no operation, or none of this method, or the body is too large."""
    by_status = {one.status: one for one in KINDS}
    return answer(by_status.get(status, INVALID))
