"""httpx's way to the network, over aiohttp: judged addresses only, bytes as they come.

aiohttp reads HTTP in C, where httpx's own transport does it in Python at several
times the cost. Nothing of what else aiohttp can do is in use: no redirects, cookies, decompression or proxies.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, Self

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from exshare_adapters.http.asking import address_of
from exshare_adapters.http.network import is_public, resolved
from exshare_core.errors import Broken

KEPT_FOR = 30.0
"""Seconds for which an idle connection is kept."""
LONGEST_HEADER = 64 * 1024
BUFFER = 256 * 1024
"""Bytes that are read ahead of a slow reader, at most twice as many."""
_OURS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Headers that aiohttp would add where httpx sends none."""


class NotPublic(OSError):
    """A name leads to an address, or is one, that connections may not go to."""


class JudgedTransport(httpx.AsyncBaseTransport):
    """Connects to public addresses only, unless it is `insecure`; at most `most` connections at once."""

    def __init__(self, *, insecure: bool, trust: ssl.SSLContext, most: int) -> None:
        self._insecure = insecure
        self._trust = trust
        self._most = most
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
        )
        return self

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport`."""
        assert self._session is not None
        limits = request.extensions.get("timeout", {})
        with _translated():
            answer = await self._session.request(
                request.method,
                URL(address_of(request), encoded=True),
                headers=request.headers.multi_items(),
                data=await request.aread() or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(connect=limits.get("connect"), sock_read=limits.get("read")),
            )
        return httpx.Response(answer.status, headers=list(answer.raw_headers), stream=_Body(answer))

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


class _Body(httpx.AsyncByteStream):
    """The body of an answer, in whatever pieces it comes."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            while piece := await self._answer.content.readany():
                yield piece

    async def aclose(self) -> None:
        """Give the connection back when all was read, else break it off."""
        self._answer.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Failures of aiohttp as httpx names them, the cause kept."""
    try:
        yield
    except aiohttp.ConnectionTimeoutError as error:
        raise httpx.ConnectTimeout("no connection in time") from error
    except TimeoutError as error:
        raise httpx.ReadTimeout("no answer in time") from error
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.__cause__, NotPublic):
            raise Broken("the host leads to an address that is not public") from None
        raise httpx.ConnectError("no connection") from error
    except aiohttp.ClientOSError as error:
        raise httpx.ReadError("the connection broke") from error
    except (aiohttp.ClientError, ValueError) as error:
        raise httpx.RemoteProtocolError("the answer broke the rules of HTTP") from error
