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

_TELLING = (
    "authorization|bearer|cookies?|set[_-]cookie|passw(?:or)?d|passphrase|secrets?|tokens?|dsn|api[_-]?key|session|"
    "segment|setup|otp"
)
_SECRET_KEY = re.compile(rf"(?:\A|[_-])(?:{_TELLING})\Z|\A(?:code|key|visitor)\Z", re.IGNORECASE)
"""Names of values that are masked whatever they look like."""

_PLAIN = r"(?!(?:auth|authentication|authorization|challenge|credentials?|realm|scheme|tokens?)\b)"
"""Words that may follow `basic` and `bearer` in a sentence."""

_SECRETS = (
    re.compile(r"(?i)(?<=cookie:)[^\n]+|(?<=authorization:)[^\n]+"),
    re.compile(rf"(?i)(?<=basic ){_PLAIN}[\w.~+/=-]+|(?<=bearer ){_PLAIN}[\w.~+/=-]+"),
    re.compile(r"""(?<=://)[^\s/:@"'<>]{0,200}:[^\s"'<>]{0,200}(?=@)|(?<=://)[^\s/"'<>@]{1,200}(?=@)"""),
    re.compile(r"(?<=/s/)(?!\{)[^/\s\"'?#<>]+|(?<=/setup/)(?!\{)[^/\s\"'?#<>]+"),
    re.compile(r"(?i)(?<=%2Fs%2F)[\w.~-]+|(?<=%2Fsetup%2F)[\w.~-]+"),
    re.compile(r"(?<![\w-])eyJ[\w-]+\.[\w.-]+"),
    re.compile(r"(?i)\bkey-[0-9a-f]{32}\b|\b[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}\b"),
    re.compile(r"\$argon2[^\s\"']+"),
)
"""What a secret looks like in running text: cookies, credentials in headers, users and passwords in addresses, the
secret part of our own addresses, signed tokens, keys of Mailgun, hashes of passwords. None takes more than linear time,
since what is logged may be long and hostile."""

_ASSIGNED = re.compile(
    rf"""(?ix) (?P<name> (?:{_TELLING}|visitor) (?P<quote>["'])? \s*[=:]\s* )
    (?: "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | (?(quote)|(?!(?<=:\ )[a-z'-]+[\ ,][a-z\ ])) [^\s,;&"'(){{}}\[\]]+ )"""
)
"""``password=…``, ``'token': '…'``, ``api_key="…"``; but ``token: must be…`` is a sentence, and stays."""

_LEAST_RUN = 43
_LONG = re.compile(rf"[A-Za-z0-9_-]{{{_LEAST_RUN},}}")
_HARMLESS = re.compile(r"[0-9a-f-]+\Z|[a-z_-]+\Z")
"""Long runs that are no secrets: ids and digests in hexadecimal digits, and names made of words."""

_MAILBOX = re.compile(r"(?<![\w.+*-])[\w.+*-]+@(?=[\w-]+\.[\w.-]+)")

_log = structlog.get_logger()


def masked(text: str) -> str:
    """The text with everything in it that looks like a secret, or like the name of a mailbox, replaced."""
    if text.isalpha() and len(text) < _LEAST_RUN:
        return text  # one plain word is none of it
    for pattern in _SECRETS:
        text = pattern.sub(MASK, text)
    text = _ASSIGNED.sub(lambda found: found["name"] + MASK, text)
    text = _LONG.sub(lambda found: found[0] if _HARMLESS.match(found[0]) else MASK, text)
    return _MAILBOX.sub(f"{MASK}@", text)


def mask_event(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor: mask values by the name of their key, and every text by what it looks like, however deep it lies."""
    for key, value in event.items():
        if not key.startswith("_"):
            event[key] = _masked_value(key, value)
    return event


def _masked_value(key: str, value: object) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if _SECRET_KEY.search(key):
        return MASK
    if isinstance(value, Mapping):
        return {masked(str(name)): _masked_value(str(name), one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked_value("", one) for one in value]
    return masked(str(value))


def configure(level: str, form: str, stream: TextIO | None = None) -> None:
    """Send all logs of this process, ours and those of libraries, to `stream` (standard error if None)."""
    numeric = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.types.Processor] = [
        structlog.processors.format_exc_info,
        mask_event,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.types.Processor = structlog.processors.JSONRenderer(sort_keys=True)
    if form == "text":
        renderer = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
        shared.append(_printable)
    target = sys.stderr if stream is None else stream
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.WriteLoggerFactory(target),
        cache_logger_on_first_use=False,
    )
    handler = _Handler(target)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[_own, renderer]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(numeric, logging.INFO))
    for name in ("httpx", "aiohttp", "python_multipart", "aiosmtplib", "asyncio", "psycopg.pool"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True


class _Handler(logging.StreamHandler[TextIO]):
    """Never prints a record that cannot be formatted as Python would: with its arguments, past every mask."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Say where the record came from, and nothing that it holds."""
        kind = getattr(sys.exc_info()[0], "__name__", "unknown")
        _log.error("a log record could not be written", logger=record.name, failure=kind)


def _own(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in event.items() if not key.startswith("_")}


def _printable(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Nothing that a terminal would obey; line breaks are for tracebacks only."""
    for key, value in event.items():
        if isinstance(value, str):
            kept = "\n\t" if key == "exception" else ""
            event[key] = "".join(char if char.isprintable() or char in kept else "?" for char in value)
    return event


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
