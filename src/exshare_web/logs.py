"""Structured logs without secrets: one line of JSON for each thing that happened, tokens and credentials masked.

Addresses of shares never appear: requests are logged by the template of their route. Whatever a library says through
the standard logging passes the same masks. Nothing is configured at import; a program calls `configure` once.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from time import perf_counter
from typing import Any, TextIO

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MASK = "***"

_SECRET_KEYS = re.compile(
    r"(?:^|_)(?:authorization|bearer|cookie|password|secret|token|code|dsn|api_key|session|segment|setup)(?:$|_)", re.I
)
_SECRETS = (
    re.compile(r"(?<=/s/)[^/\s\"'?]+"),
    re.compile(r"(?<=/setup/)[^/\s\"'?]+"),
    re.compile(r"(?<![A-Za-z0-9_-])(?:[A-Za-z0-9_-]{0,119}-)?[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"),
    re.compile(r"(?i)(?<=bearer )[\w.~+/-]+=*"),
    re.compile(r"(?i)(?<=basic )[A-Za-z0-9+/]+=*"),
    re.compile(r"eyJ[\w-]+\.[\w.-]+"),
    re.compile(r"(?<=://)[^/@\s:]*:[^/@\s]+(?=@)"),
)
"""What a secret looks like in running text: tokens of shares and of members, credentials, passwords in addresses."""

_log = structlog.get_logger()


def masked(text: str) -> str:
    """The text with everything in it that looks like a secret replaced."""
    for pattern in _SECRETS:
        text = pattern.sub(MASK, text)
    return text


def mask_event(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor: mask values by the name of their key, and every text by what it looks like."""
    for key, value in event.items():
        if _SECRET_KEYS.search(key):
            event[key] = MASK
        elif isinstance(value, str):
            event[key] = masked(value)
        elif not isinstance(value, (int, float, bool, type(None))):
            event[key] = masked(str(value))
    return event


def configure(level: str, form: str, stream: TextIO | None = None) -> None:
    """Send all logs of this process, ours and those of libraries, to `stream` (standard error if None)."""
    numeric = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask_event,
    ]
    renderer: structlog.types.Processor = structlog.processors.JSONRenderer(sort_keys=True)
    if form == "text":
        renderer = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    target = sys.stderr if stream is None else stream
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.WriteLoggerFactory(target),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[_plain, renderer]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(numeric, logging.INFO))
    for name in ("httpx", "httpcore", "python_multipart", "aiosmtplib", "asyncio", "psycopg.pool"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True


def _plain(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in event.items() if not key.startswith("_")}


class RequestLog:
    """Logs each request by its route's template, status and duration; never by its address, query or headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and log how it ended."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0

        async def noticed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = perf_counter()
        try:
            await self.app(scope, receive, noticed)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            took = round((perf_counter() - began) * 1000, 1)
            _log.info("request", method=scope["method"], route=route, status=status, milliseconds=took)
