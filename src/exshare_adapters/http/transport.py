"""The way to the network, over aiohttp: judged addresses only, bytes as they come.

aiohttp reads HTTP in C and keeps connections; where one breaks it sends a GET once more at once, since a kept connection
may have ended unseen. Nothing of what else it can do is in use: no redirects, cookies, decompression or proxies.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from attrs import field, frozen
from yarl import URL

from exshare_adapters.http.network import is_public, resolved
from exshare_core.errors import AdapterFailed, Broken, Busy

KEPT_FOR = 30.0
"""Seconds for which an idle connection is kept."""
LONGEST_HEADER = 64 * 1024
BUFFER = 256 * 1024
"""Bytes that are read ahead of a slow reader, at most twice as many."""
_OURS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Headers that aiohttp would add by itself."""


@frozen
class Outgoing:
    """A request, complete with the headers that describe its body."""

    method: str
    url: str = field(repr=False)
    """Absolute, in printable ASCII."""
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


class Incoming(Protocol):
    """An answer whose body is still on its way, compressed where it came so."""

    @property
    def status(self) -> int:
        """Its status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers with lower-case names."""

    def pieces(self) -> AsyncIterator[bytes]:
        """The body in whatever pieces it comes; raises Lost."""

    def close(self) -> None:
        """Give the connection back when all was read, else break it off."""


class Transport(Protocol):
    """Where requests go: the network, or what stands for it in tests. It is used inside its own context only."""

    async def __aenter__(self) -> Self:
        """Ready to be used in the loop that runs."""

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""

    async def send(self, request: Outgoing) -> Incoming:
        """The beginning of the answer; raises Lost when there is none."""


class Lost(Exception):
    """No whole answer came."""

    def __init__(self, meaning: AdapterFailed, *, again: bool) -> None:
        super().__init__()
        self.meaning = meaning
        """What it means to whoever asked. Texts of libraries are left out: they may quote what was sent."""
        self.again = again
        """Whether the same request may come through a moment later."""


class NotPublic(OSError):
    """A name leads to an address, or is one, that connections may not go to."""


class JudgedTransport:
    """Connects to public addresses only, unless it is `insecure`; at most `most` connections at once.

    `connect` and `silence` are the longest waits in seconds for a connection and for the next bytes.
    """

    def __init__(self, *, insecure: bool, trust: ssl.SSLContext, most: int, connect: float, silence: float) -> None:
        self._insecure = insecure
        self._trust = trust
        self._most = most
        self._timeout = aiohttp.ClientTimeout(connect=connect, sock_read=silence)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Ready to be used in the loop that runs."""
        connector = aiohttp.TCPConnector(
            limit=self._most,
            ssl=self._trust,
            keepalive_timeout=KEPT_FOR,
            use_dns_cache=False,
            resolver=_JudgingResolver(self._insecure),
            socket_factory=self._socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=_OURS,
            trust_env=False,
            read_bufsize=BUFFER,
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
            timeout=self._timeout,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    async def send(self, request: Outgoing) -> Incoming:
        """See `Transport.send`."""
        assert self._session is not None
        url = URL(request.url, encoded=True)
        try:
            answer = await self._session.request(
                request.method, url, headers=request.headers, data=request.body, allow_redirects=False
            )
        except _FAILURES as error:
            raise _lost(error) from None
        return _Coming(answer)

    def _socket(self, found: tuple[Any, ...]) -> socket.socket:
        """The wall: whatever was asked for, this is the address that the connection is about to go to."""
        family, kind, protocol, _, address = found
        if not self._insecure and not is_public(address[0]):
            raise NotPublic
        return socket.socket(family, kind, protocol)


class _JudgingResolver(AbstractResolver):
    """Resolves a name once for each connection, and refuses it unless every address that it leads to is allowed."""

    def __init__(self, insecure: bool) -> None:
        self._insecure = insecure

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """See `AbstractResolver`."""
        addresses = await resolved(host, port)
        if not self._insecure and not all(is_public(address) for address in addresses):
            raise NotPublic
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing is kept."""


class _Coming:
    """An answer of aiohttp."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer
        self.status = answer.status
        self.headers = {name.lower(): value for name, value in answer.headers.items()}

    async def pieces(self) -> AsyncIterator[bytes]:
        """See `Incoming.pieces`."""
        try:
            while piece := await self._answer.content.readany():
                yield piece
        except _FAILURES as error:
            raise _lost(error) from None

    def close(self) -> None:
        """See `Incoming.close`."""
        self._answer.close()


_FAILURES = (aiohttp.ClientError, TimeoutError, ValueError)


def _lost(error: BaseException) -> Lost:
    """What a failure of aiohttp means. A request that got no answer in time may have done its work: not again."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            meaning = Broken("the certificate of the host is not trusted, has expired or names another host")
            return Lost(meaning, again=False)
        case aiohttp.ClientConnectorError() if isinstance(error.__cause__, NotPublic):
            return Lost(Broken("the host leads to an address that is not public"), again=False)
        case TimeoutError():
            return Lost(Busy("no answer in time"), again=isinstance(error, aiohttp.ConnectionTimeoutError))
        case aiohttp.ClientOSError():
            return Lost(Busy("the host cannot be reached"), again=True)
    return Lost(Broken("the answer broke the rules of HTTP"), again=True)
