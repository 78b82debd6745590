"""Lets admins in: who may do what is judged by the use cases, and a refusal is a page that says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from exshare_core.errors import AdapterFailed, InvalidValue, Refused, StalePolicy
from exshare_web.manager.pages import framed, said, status_of
from exshare_web.manager.session import Desk, Endpoint, signed_in


def governed(endpoint: Endpoint, *, largest_file: int = 0) -> Callable[[Request], Awaitable[Response]]:
    """As `signed_in`; what the member may not do, or what cannot be found out now, answers with a page of its own."""

    async def guarded(request: Request, desk: Desk) -> Response:
        try:
            return await endpoint(request, desk)
        except (Refused, AdapterFailed, InvalidValue, StalePolicy) as error:
            return await framed(request, desk, "admin_refused.html", status_of(error), problem=said(error))

    return signed_in(guarded, largest_file=largest_file)
