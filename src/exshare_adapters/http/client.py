"""Sends requests and repeats those that may be repeated, within bounds of time, size and number.

Redirects are never followed, cookies never kept and the environment's proxies not read. A client that carries
credentials is bound to one origin and sends nothing anywhere else. All times are in seconds, all sizes in bytes.
"""

from __future__ import annotations

import asyncio
import logging
import random
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
from attrs import field, frozen

from exshare_adapters.http.answers import Answer, Limits, origin_of, retry_after
from exshare_adapters.http.forms import FileParts, FormFields, Params, address, form
from exshare_adapters.http.network import trusted
from exshare_adapters.http.transport import Incoming, JudgedTransport, Lost, Outgoing, Transport
from exshare_core.errors import Broken, Busy

CHUNK = 256 * 1024


@frozen
class Arriving:
    """An answer whose body is still on its way, uncompressed."""

    _coming: Incoming = field(repr=False)
    _limits: Limits = field(repr=False)

    @property
    def status(self) -> int:
        """Its status."""
        return self._coming.status

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers with lower-case names."""
        return self._coming.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes as they come, at most 256 KiB at a time; raises Busy or Broken when they stop coming.

        A sender that trickles is given up as well: only the time spent waiting for it counts, so that a slow
        reader ends nothing.
        """
        pieces = self._coming.pieces()
        patience = self._limits.total
        while True:
            began = _now()
            try:
                async with asyncio.timeout(patience):
                    raw = await anext(pieces, None)
            except TimeoutError:
                raise Busy("a file comes too slowly") from None
            except Lost as lost:
                raise lost.meaning from None
            if raw is None:
                return
            patience += len(raw) / self._limits.slowest - (_now() - began)
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
        self._insecure = insecure
        self._home = None if base is None or not (insecure or base.startswith("https://")) else base.rstrip("/") + "/"
        """What every address below `base` begins with, which so needs no further judgement."""
        self._limits = limits
        self._places = asyncio.Semaphore(limits.at_once)
        self._streams = asyncio.Semaphore(limits.streams)
        self._waiting = 0

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
        body = None
        if json is not None:
            body, sent["content-type"] = orjson.dumps(json), "application/json"
        elif data is not None or files is not None:
            body, sent["content-type"] = form(data or {}, files or ())
        outgoing = Outgoing(method, address(url, params), sent, body)
        deadline = _now() + (self._limits.total if timeout is None else timeout)
        try:
            async with asyncio.timeout_at(deadline):
                return await self._placed(outgoing, deadline, safe=safe or method == "GET")
        except TimeoutError:
            raise Busy("no answer in time") from None

    async def _placed(self, outgoing: Outgoing, deadline: float, *, safe: bool) -> Answer:
        """The answer to one request, repeated where it may be, in one of the places for requests under way."""
        await self._place()
        try:
            turn = 0
            while not isinstance(found := await self._attempt(outgoing, turn, deadline, safe=safe), Answer):
                await asyncio.sleep(found)
                turn += 1
            return found
        finally:
            self._places.release()

    @asynccontextmanager
    async def stream(self, url: str, *, headers: Mapping[str, str] | None = None) -> AsyncIterator[Arriving]:
        """GET an answer whose body is read piece by piece; its connection is released when the context ends.

        Asks for no compression and raises Broken when it comes nevertheless, since lengths would not be
        honest.
        """
        self._judge(url)
        sent = {"accept": "*/*", "accept-encoding": "identity", **self._headers, **(headers or {})}
        async with self._stream_place():
            coming = await self._begun(Outgoing("GET", address(url), sent))
            try:
                if coming.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
                    raise Broken("a file came compressed though it was asked for as it is")
                yield Arriving(coming, self._limits)
            finally:
                coming.close()

    async def _begun(self, outgoing: Outgoing) -> Incoming:
        """The beginning of an answer to GET, repeated like any other request as long as nothing of it was used."""
        deadline = _now() + self._limits.total
        try:
            async with asyncio.timeout_at(deadline):
                turn = 0
                while True:
                    try:
                        coming = await self._network.send(outgoing)
                    except Lost as lost:
                        pause = self._pause_after(lost, turn, deadline, safe=True)
                    else:
                        wished = self._pause_for(coming.status, coming.headers, turn, deadline, safe=True)
                        if wished is None:
                            return coming
                        coming.close()
                        pause = wished
                    await asyncio.sleep(pause)
                    turn += 1
        except TimeoutError:
            raise Busy("no answer in time") from None

    def _judge(self, url: str) -> None:
        if self._home is not None and url.startswith(self._home):
            return
        origin = origin_of(url)
        if self._origin is not None and origin != self._origin:
            raise Broken("a request would have left the configured host")
        if origin[0] != "https" and not self._insecure:
            raise Broken("an address is not https")

    async def _attempt(self, outgoing: Outgoing, turn: int, deadline: float, *, safe: bool) -> Answer | float:
        """One try: the answer, or the seconds to wait before the next."""
        try:
            answer = await self._exchange(outgoing)
        except Lost as lost:
            return self._pause_after(lost, turn, deadline, safe=safe)
        pause = self._pause_for(answer.status, answer.headers, turn, deadline, safe=safe)
        return answer if pause is None else pause

    def _pause_after(self, lost: Lost, turn: int, deadline: float, *, safe: bool) -> float:
        """The seconds to wait after a failure of the network; raises what it means if there is no next try."""
        wait = self._jittered(turn)
        if not (safe and lost.again) or turn == self._limits.retries or _now() + wait >= deadline:
            raise lost.meaning from None
        return wait

    def _pause_for(
        self, status: int, headers: Mapping[str, str], turn: int, deadline: float, *, safe: bool
    ) -> float | None:
        """The seconds to wait after an answer that asks for a repetition; None when it is to be taken."""
        if status < 429:
            return None
        asked = retry_after(headers.get("retry-after"))
        failed = status in (502, 503, 504) or (status >= 500 and asked is not None)
        again = status == 429 or (safe and failed)
        wait = self._jittered(turn) if asked is None else max(self._jittered(turn), asked * random.uniform(1.0, 1.3))
        too_long = asked is not None and asked > self._limits.longest_pause
        if not again or turn == self._limits.retries or too_long or _now() + wait >= deadline:
            return None
        return wait

    def _jittered(self, turn: int) -> float:
        return self._limits.pause * (1 << turn) * random.uniform(0.7, 1.3)

    async def _exchange(self, outgoing: Outgoing) -> Answer:
        coming = await self._network.send(outgoing)
        try:
            return Answer(coming.status, coming.headers, await _bounded(coming, self._limits.body))
        finally:
            coming.close()

    async def _place(self) -> None:
        """Take one of the places for requests under way; raises Busy when too many wait or the wait is too long."""
        if not self._places.locked():
            await self._places.acquire()
            return
        if self._waiting >= self._limits.waiting:
            raise Busy("too many requests wait already", retry_after=5)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._limits.queue):
                await self._places.acquire()
        except TimeoutError:
            raise Busy("too many requests at once", retry_after=5) from None
        finally:
            self._waiting -= 1

    @asynccontextmanager
    async def _stream_place(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._limits.queue):
                await self._streams.acquire()
        except TimeoutError:
            raise Busy("too many files are on their way at once", retry_after=5) from None
        try:
            yield
        finally:
            self._streams.release()


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
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL + 1)
    inner: Transport = transport or JudgedTransport(
        insecure=insecure,
        trust=trusted(ca_file),
        most=bounds.at_once + bounds.streams,
        connect=bounds.connect,
        silence=bounds.silence,
    )
    async with inner as network:
        yield Client(network, base=base, headers=headers or {}, insecure=insecure, limits=bounds)


async def _bounded(coming: Incoming, most: int) -> bytes:
    """The body, decompressed by us so that never more than `most` bytes are held; raises Broken beyond them."""
    encoding = coming.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise Broken("an answer came in a compression that was not asked for")
    inflater = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body = bytearray()
    async for raw in coming.pieces():
        try:
            body += raw if inflater is None else inflater.decompress(raw, most + 1 - len(body))
        except zlib.error:
            raise Broken("an answer is not well-formed gzip") from None
        if len(body) > most:
            raise Broken("an answer is larger than allowed")
    if inflater is not None and not inflater.eof and (body or inflater.unconsumed_tail):
        raise Broken("an answer was cut off")
    return bytes(body)


def _now() -> float:
    """Seconds on the clock by which the loop ends waits."""
    return asyncio.get_running_loop().time()
