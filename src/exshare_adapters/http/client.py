"""Sends requests and repeats those that may be repeated, within bounds of time, size and number.

Of httpx only requests, answers and transports are in use, and not its client: so redirects are never followed,
cookies never kept and the environment's proxies not read. A client that carries credentials is bound to one origin and
sends nothing anywhere else. All times are in seconds, all sizes in bytes.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import orjson
from attrs import field, frozen

from exshare_adapters.http.answers import Answer, Limits, origin_of, retry_after
from exshare_adapters.http.asking import Asked, Params, addressed
from exshare_adapters.http.network import trusted
from exshare_adapters.http.places import Places
from exshare_adapters.http.transport import JudgedTransport
from exshare_core.errors import AdapterFailed, Broken, Busy

Transport = httpx.AsyncBaseTransport
"""What replaces the network in tests."""

FormFields = Mapping[str, str | Sequence[str]]
FileParts = Sequence[tuple[str, tuple[str, bytes, str]]]
"""Parts of a multipart form: field name, then file name, content and media type."""

CHUNK = 256 * 1024


@frozen
class Arriving:
    """An answer whose body is still on its way, uncompressed."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    _response: httpx.Response = field(repr=False)
    _limits: Limits = field(repr=False)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes as they come, at most 256 KiB at a time; raises Busy or Broken when they stop coming.

        A sender that trickles is given up as well: only the time spent waiting for it counts, so that a slow
        reader ends nothing.
        """
        pieces = _pieces(self._response)
        patience = self._limits.total
        while True:
            began = anyio.current_time()
            try:
                with anyio.fail_after(patience):
                    raw = await anext(pieces, None)
            except TimeoutError:
                raise Busy("a file comes too slowly") from None
            except httpx.TransportError as error:
                raise _translated(error) from None
            if raw is None:
                return
            patience += len(raw) / self._limits.slowest - (anyio.current_time() - began)
            for start in range(0, len(raw), CHUNK):
                yield raw[start : start + CHUNK]


class Client:
    """Sends requests to the origin of `base`, or with `base` None and no credentials to whatever host its user has
    judged.
    """

    def __init__(
        self,
        network: Transport,
        *,
        base: str | None,
        headers: Mapping[str, str],
        insecure: bool,
        limits: Limits,
    ) -> None:
        self._network = network
        self._origin = None if base is None else origin_of(base)
        self._headers = {"user-agent": "exshare", **({} if base is None else headers)}
        self._host = None if base is None else httpx.URL(base).netloc.decode("ascii")
        self._insecure = insecure
        self._home = None if base is None or not (insecure or base.startswith("https://")) else base.rstrip("/") + "/"
        """What every address below `base` begins with, which so needs no further judgement."""
        self._limits = limits
        timeout = httpx.Timeout(limits.silence, connect=limits.connect, pool=limits.queue)
        self._extensions = {"timeout": timeout.as_dict()}
        bounds: Mapping[str, Any] = {"line": limits.waiting, "patience": limits.queue}
        self._places = Places(limits.at_once, what="requests", **bounds)
        self._streams = Places(limits.streams, what="files", **bounds)

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        json: object | None = None,
        data: FormFields | None = None,
        files: FileParts | None = None,
        timeout: float | None = None,
        safe: bool = False,
    ) -> Answer:
        """The answer, whatever its status; repeated by the rules of api.md 3.3 inside `timeout` seconds.

        429 is repeated for every method, 502, 503, 504, other failures of the server that name a time to come
        back, and network errors for GET and for what is `safe`: a question that is asked by POST and changes
        nothing. Raises Busy when no answer came in time and Broken when it cannot be used or the address is not
        allowed.
        """
        self._judge(url)
        sent = {"accept": "application/json", "accept-encoding": "gzip", **self._headers, **(headers or {})}
        given: dict[str, Any] = {"data": data, "files": files}
        if json is not None:
            given["content"] = orjson.dumps(json)
            sent["content-type"] = "application/json"
        deadline = asyncio.get_running_loop().time() + (self._limits.total if timeout is None else timeout)
        try:
            async with asyncio.timeout_at(deadline), self._places:
                for turn in range(self._limits.retries + 1):
                    request = self._asking(method, url, params, sent, given)
                    last = turn == self._limits.retries
                    pause = await self._attempt(request, turn, deadline, last=last, safe=safe or method == "GET")
                    if isinstance(pause, Answer):
                        return pause
                    await asyncio.sleep(pause)
        except TimeoutError:
            pass
        raise Busy("no answer in time")

    @asynccontextmanager
    async def stream(self, url: str, *, headers: Mapping[str, str] | None = None) -> AsyncIterator[Arriving]:
        """GET an answer whose body is read piece by piece; its connection is released when the context ends.

        Asks for no compression and raises Broken when it comes nevertheless, since lengths would not be
        honest.
        """
        self._judge(url)
        sent = {"accept": "*/*", "accept-encoding": "identity", **self._headers, **(headers or {})}
        async with self._streams:
            response = await self._begun(url, sent)
            try:
                if response.headers.get("content-encoding", "identity").strip().lower() not in (
                    "",
                    "identity",
                ):
                    raise Broken("a file came compressed though it was asked for as it is")
                yield Arriving(response.status_code, _plain(response.headers), response, self._limits)
            finally:
                await _released(response)

    async def _begun(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        """The beginning of an answer to GET, repeated like any other request as long as nothing of it was
        used.
        """
        deadline = anyio.current_time() + self._limits.total
        with anyio.CancelScope(deadline=deadline):
            for turn in range(self._limits.retries + 1):
                last = turn == self._limits.retries
                request = httpx.Request("GET", url, headers=headers, extensions=self._extensions)
                try:
                    response = await self._network.handle_async_request(request)
                except httpx.TransportError as error:
                    await anyio.sleep(self._pause_after(error, turn, deadline, last=last, safe=True))
                    continue
                pause = self._pause_for(response.status_code, response.headers, turn, deadline, last=last, safe=True)
                if pause is None:
                    return response
                await _released(response)
                await anyio.sleep(pause)
        raise Busy("no answer in time")

    def _judge(self, url: str) -> None:
        if self._home is not None and url.startswith(self._home):
            return
        origin = origin_of(url)
        if self._origin is not None and origin != self._origin:
            raise Broken("a request would have left the configured host")
        if origin[0] != "https" and not self._insecure:
            raise Broken("an address is not https")

    async def _attempt(
        self, request: httpx.Request, turn: int, deadline: float, *, last: bool, safe: bool
    ) -> Answer | float:
        """One try: the answer, or the seconds to wait before the next."""
        try:
            answer = await self._exchange(request)
        except httpx.TransportError as error:
            return self._pause_after(error, turn, deadline, last=last, safe=safe)
        pause = self._pause_for(answer.status, answer.headers, turn, deadline, last=last, safe=safe)
        return answer if pause is None else pause

    def _pause_after(self, error: httpx.TransportError, turn: int, deadline: float, *, last: bool, safe: bool) -> float:
        """The seconds to wait after a failure of the network; raises what it means if there is no next
        try.
        """
        wait = self._jittered(turn)
        again = safe and not isinstance(error, (httpx.ReadTimeout, httpx.UnsupportedProtocol))
        if last or not again or _about_trust(error) or anyio.current_time() + wait >= deadline:
            raise _translated(error) from None
        return wait

    def _pause_for(
        self, status: int, headers: Mapping[str, str], turn: int, deadline: float, *, last: bool, safe: bool
    ) -> float | None:
        """The seconds to wait after an answer that asks for a repetition; None when it is to be taken."""
        if status < 400:
            return None
        asked = retry_after(headers.get("retry-after"))
        failed = status in (502, 503, 504) or (status >= 500 and asked is not None)
        again = status == 429 or (safe and failed)
        wait = self._jittered(turn) if asked is None else max(self._jittered(turn), asked * random.uniform(1.0, 1.3))
        too_long = asked is not None and asked > self._limits.longest_pause
        if last or not again or too_long or anyio.current_time() + wait >= deadline:
            return None
        return wait

    def _jittered(self, turn: int) -> float:
        return self._limits.pause * (1 << turn) * random.uniform(0.7, 1.3)

    async def _exchange(self, request: httpx.Request) -> Answer:
        response = await self._network.handle_async_request(request)
        headers = _plain(response.headers)
        try:
            body = await _bounded(response, headers, self._limits.body)
            await _stream(response).aclose()
        except BaseException:
            await _released(response)
            raise
        return Answer(response.status_code, headers, body)

    def _asking(
        self, method: str, url: str, params: Params | None, headers: Mapping[str, str], given: Mapping[str, Any]
    ) -> httpx.Request:
        address = None if self._host is None else addressed(url, params)
        if address is None:
            return httpx.Request(
                method, url, params=_query(params), headers=headers, extensions=self._extensions, **given
            )
        named = {"host": self._host, **headers}
        return Asked(method, address, headers=named, extensions=self._extensions, **given)


@asynccontextmanager
async def open_client(
    *,
    base: str | None = None,
    headers: Mapping[str, str] | None = None,
    insecure: bool = False,
    ca_file: Path | None = None,
    limits: Limits | None = None,
    transport: Transport | None = None,
) -> AsyncIterator[Client]:
    """A kept client. With `base` it carries `headers` (credentials) and talks to the origin of `base` only.

    Without `base` it carries nothing of its own, and its user judges hosts. `insecure` allows http and
    addresses that are not global; certificates are verified all the same, against the usual authorities and
    those in the PEM file `ca_file`. `transport` replaces the network, for tests. Raises InvalidValue for a file
    that holds no certificate.
    """
    if headers and base is None:
        raise ValueError("headers go with a base only")
    bounds = limits or Limits()
    for name in ("httpx", "aiohttp"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    inner = transport or JudgedTransport(
        insecure=insecure, trust=trusted(ca_file), most=bounds.at_once + bounds.streams
    )
    async with inner as network:
        yield Client(network, base=base, headers=headers or {}, insecure=insecure, limits=bounds)


def _stream(response: httpx.Response) -> httpx.AsyncByteStream:
    assert isinstance(response.stream, httpx.AsyncByteStream)
    return response.stream


def _pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body as it comes, compressed where it is."""
    return aiter(_stream(response))


async def _released(response: httpx.Response) -> None:
    """Give the connection back even when the task is being cancelled."""
    with anyio.CancelScope(shield=True), anyio.move_on_after(1):
        await _stream(response).aclose()


async def _bounded(response: httpx.Response, headers: Mapping[str, str], most: int) -> bytes:
    """The body, decompressed by us so that never more than `most` bytes are held; raises Broken beyond
    them.
    """
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise Broken("an answer came in a compression that was not asked for")
    inflater = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body = bytearray()
    async for raw in _stream(response):
        try:
            body += raw if inflater is None else inflater.decompress(raw, most + 1 - len(body))
        except zlib.error:
            raise Broken("an answer is not well-formed gzip") from None
        if len(body) > most:
            raise Broken("an answer is larger than allowed")
    if inflater is not None and not inflater.eof and (body or inflater.unconsumed_tail):
        raise Broken("an answer was cut off")
    return bytes(body)


def _query(params: Params | None) -> httpx.QueryParams | None:
    if params is None:
        return None
    pairs: list[tuple[str, str | int | float | bool | None]] = []
    for name, value in params.items():
        values = [str(value)] if isinstance(value, (str, int)) else list(value)
        pairs.extend((name, one) for one in values)
    return httpx.QueryParams(pairs)


def _plain(headers: httpx.Headers) -> Mapping[str, str]:
    """The headers by names in lower case; values of one name are joined by a comma."""
    plain: dict[str, str] = {}
    for raw, value in headers.raw:
        name, text = raw.decode("ascii", "replace").lower(), value.decode("utf-8", "replace")
        plain[name] = f"{plain[name]}, {text}" if name in plain else text
    return plain


def _translated(error: httpx.HTTPError) -> AdapterFailed:
    """What a failure of the network means. Texts of the library are left out: they may quote what was
    sent.
    """
    if _about_trust(error):
        return Broken("the certificate of the host is not trusted, has expired or names another host")
    if isinstance(error, httpx.TimeoutException):
        return Busy("no answer in time")
    if isinstance(error, httpx.NetworkError):
        return Busy("the host cannot be reached")
    return Broken("the answer broke the rules of HTTP")


def _about_trust(error: BaseException | None) -> bool:
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False
