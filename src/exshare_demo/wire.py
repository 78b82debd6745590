"""Between the server and the application: writes every request down and carries out the faults in force."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections import deque
from collections.abc import Mapping

from attrs import Factory, define, field, frozen
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exshare_demo.faults import Faults, Trouble

SEEN_HEADERS = ("authorization", "cookie", "range", "accept", "user-agent", "x-atlassian-token", "host", "if-range")


@frozen
class Seen:
    """A request as it arrived; `headers` holds only those in SEEN_HEADERS, names in lower case."""

    host: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str] = field(repr=False)

    @property
    def with_credential(self) -> bool:
        """Whether an Authorization header or a cookie came along."""
        return "authorization" in self.headers or "cookie" in self.headers


@define
class Log:
    """The last requests of all hosts of one site, oldest first."""

    entries: deque[Seen] = Factory(lambda: deque(maxlen=2000))

    def of(self, host: str | None = None, pattern: str = "") -> list[Seen]:
        """Those of one host (all for None) whose path matches the regular expression."""
        return [s for s in self.entries if host in (None, s.host) and re.search(pattern, s.path)]

    def clear(self) -> None:
        """Forget them."""
        self.entries.clear()


class Wire:
    """ASGI middleware: one per host."""

    def __init__(self, app: ASGIApp, host: str, faults: Faults, log: Log) -> None:
        self.app, self.host, self.faults, self.log = app, host, faults, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        query = scope["query_string"].decode("latin-1")
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        seen = {k: v for k, v in headers.items() if k in SEEN_HEADERS}
        self.log.entries.append(Seen(self.host, scope["method"], scope["path"], query, seen))
        target = scope["path"] + ("?" + query if query else "")
        trouble = self.faults.take(self.host, scope["method"], target)
        if trouble is None:
            return await self.app(scope, receive, send)
        await self.trouble(trouble, scope, receive, send)

    async def trouble(self, trouble: Trouble, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one out."""
        match trouble.act:
            case "answer":
                await answer(send, trouble.status, dict(trouble.headers), trouble.body)
            case "gzip-bomb":
                headers = {"content-type": "application/json", "content-encoding": "gzip"}
                await answer(send, 200, headers, gzip.compress(b" " * (trouble.count << 20), 6))
            case "flood":
                await flood(send, trouble.count)
            case "other-page":
                path = re.sub(r"(?<=/)\d{4,}(?=/|$)", str(trouble.count), scope["path"], count=1)
                await self.app({**scope, "path": path, "raw_path": path.encode()}, receive, send)
            case "slow-headers":
                await asyncio.sleep(trouble.seconds)
                await self.app(scope, receive, send)
            case _:
                await self.app(scope, receive, Spoiled(trouble, send))


class Spoiled:
    """A `send` that gathers the true answer and passes a spoiled one on."""

    def __init__(self, trouble: Trouble, send: Send) -> None:
        self.trouble, self.send = trouble, send
        self.start: Message = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.body += message.get("body", b"")
        if not message.get("more_body"):
            await self.finish()

    async def finish(self) -> None:
        """Everything is here: spoil it."""
        trouble, body = self.trouble, self.body
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in self.start["headers"]}
        match trouble.act:
            case "truncate":
                headers["content-length"] = str(len(body))
                body = body[: trouble.count]
            case "wrong-length":
                headers["content-length"] = str(trouble.count)
            case "lengthen":
                headers.pop("content-length", None)
                body += trouble.body
            case "retype":
                headers["content-type"] = trouble.text
            case "slow-bytes":
                return await slow(self.send, self.start["status"], headers, body, trouble)
        await answer(self.send, self.start["status"], headers, body, length=False)


def raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers in the form ASGI wants."""
    return [(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()]


async def answer(send: Send, status: int, headers: dict[str, str], body: bytes, *, length: bool = True) -> None:
    """One whole response."""
    if length:
        headers.setdefault("content-length", str(len(body)))
    await send({"type": "http.response.start", "status": status, "headers": raw(headers)})
    await send({"type": "http.response.body", "body": body})


async def slow(send: Send, status: int, headers: dict[str, str], body: bytes, trouble: Trouble) -> None:
    """The body in crumbs."""
    await send({"type": "http.response.start", "status": status, "headers": raw(headers)})
    for at in range(0, len(body), trouble.count):
        await send({"type": "http.response.body", "body": body[at : at + trouble.count], "more_body": True})
        await asyncio.sleep(trouble.seconds)
    await send({"type": "http.response.body", "body": b""})


async def flood(send: Send, megabytes: int) -> None:
    """A long answer without a declared length."""
    await send({"type": "http.response.start", "status": 200, "headers": raw({"content-type": "application/json"})})
    for _ in range(megabytes * 16):
        await send({"type": "http.response.body", "body": b" " * 65536, "more_body": True})
    await send({"type": "http.response.body", "body": b"{}"})
