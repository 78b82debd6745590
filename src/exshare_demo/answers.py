"""The bodies and headers of answers that both flavours share, and the error bodies of each interface."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias
from urllib.parse import quote

from starlette.responses import Response

from exshare_demo.canaries import COOKIE_VALUE

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"
Obj: TypeAlias = dict[str, Json]

NOT_FOUND = "com.atlassian.confluence.api.service.exceptions.api.NotFoundException"
BAD_REQUEST = "com.atlassian.confluence.api.service.exceptions.api.BadRequestException"


def when(at: datetime) -> str:
    """A time as the API writes it, with milliseconds and Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def traced(headers: Mapping[str, str] | None = None) -> dict[str, str]:
    """Headers of every answer: an id to log, and a cookie nobody should pass on."""
    trace = uuid.uuid4()
    return {
        "atl-request-id": str(trace),
        "atl-traceid": trace.hex,
        "cache-control": "no-cache, no-store, must-revalidate",
        "set-cookie": f"atlassian.xsrf.token={COOKIE_VALUE}; Path=/; HttpOnly",
        "x-content-type-options": "nosniff",
        **(headers or {}),
    }


def give(value: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Response(body, status, traced({"content-type": "application/json;charset=UTF-8", **(headers or {})}))


def html(text: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """A page for people, where a program expected JSON."""
    return Response(text.encode(), status, traced({"content-type": "text/html;charset=utf-8", **(headers or {})}))


def v2_error(status: int, code: str, title: str, as_text: bool = False) -> Response:
    """An error of the v2 interface; its status is a number or a string, as in life."""
    error: Obj = {"status": str(status) if as_text else status, "code": code, "title": title, "detail": None}
    return give({"errors": [error]}, status)


def v2_missing(title: str) -> Response:
    """Missing or forbidden."""
    return v2_error(404, "NOT_FOUND", title)


def v1_missing(sentence: str, authorized: bool = False) -> Response:
    """Missing or forbidden, in v1; some routes claim that all is well in `data`."""
    errors: list[Json] = [] if authorized else [{"message": {"translation": sentence, "args": []}}]
    data: Obj = {"authorized": authorized, "valid": authorized, "errors": errors, "successful": authorized}
    return give({"statusCode": 404, "data": data, "message": f"{NOT_FOUND}: {sentence}"}, 404)


def v1_bad(sentence: str, status: int = 400) -> Response:
    """A request v1 refuses."""
    data: Obj = {"authorized": True, "valid": True, "errors": [], "successful": True}
    return give({"statusCode": status, "data": data, "message": f"{BAD_REQUEST}: {sentence}"}, status)


def tomcat(site_base: str, reason: str = "Client must be authenticated to access this resource.") -> Response:
    """The 401 of the server below the application."""
    text = (
        '<!doctype html><html lang="en"><head><title>HTTP Status 401 – Unauthorized</title></head>'
        f'<body><h1>HTTP Status 401 – Unauthorized</h1><hr class="line" /><p><b>Message</b> {reason}</p></body></html>'
    )
    return html(text, 401, {"www-authenticate": f'OAuth realm="{quote(site_base, safe="")}"'})


def dc_error(status: int, message: str, reason: str) -> Response:
    """An error of Data Center."""
    data: Obj = {"authorized": False, "valid": True, "errors": [], "successful": False}
    return give({"statusCode": status, "data": data, "message": message, "reason": reason}, status)


def dc_missing(content_id: str) -> Response:
    """Missing or not permitted."""
    sentence = f"No content found with id: ContentId{{id={content_id}}}"
    return dc_error(404, f"{NOT_FOUND}: {sentence}", "Not Found")
