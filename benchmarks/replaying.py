"""A Confluence that answers at once: what the stand-in said to a question is remembered, and said again to the next.

The stand-in renders pages and counts requests as a site does, which takes longer than the service that is to be
measured. Behind this it is asked once for each question, before the measuring begins; after that the machine belongs to
the service.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

_END = b"\r\n\r\n"


class _Replay(asyncio.Protocol):
    """One connection of the service; requests come one after another, with a length where they have a body."""

    def __init__(self, said: dict[bytes, bytes], host: str, port: int) -> None:
        self._said, self._host, self._port = said, host, port
        self._coming = b""
        self._asking: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        assert isinstance(transport, asyncio.Transport)
        self._out = transport

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._coming += data
        head, end, rest = self._coming.partition(_END)
        if not end or len(rest) < _length(head):
            return
        whole, self._coming = self._coming, b""
        key = head.partition(b"\r\n")[0] + rest
        if (known := self._said.get(key)) is not None:
            self._out.write(known)
        else:
            task = asyncio.get_running_loop().create_task(self._ask(key, whole))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _ask(self, key: bytes, request: bytes) -> None:
        """Pass a new question on, and remember the answer."""
        reader, writer = await asyncio.open_connection(self._host, self._port, limit=1 << 26)
        writer.write(request)
        head = await reader.readuntil(_END)
        answer = head + await reader.readexactly(_length(head))
        writer.close()
        self._said[key] = answer
        self._out.write(answer)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _serve(host: str, port: int, ready: Connection) -> None:
    said: dict[bytes, bytes] = {}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Replay(said, host, port), "127.0.0.1", 0)
    ready.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _run(host: str, port: int, ready: Connection) -> None:
    asyncio.run(_serve(host, port, ready))


@contextmanager
def replaying(base: str) -> Iterator[str]:
    """Another base address for the site at `base`, answered by a process of its own until the block ends."""
    parts = urlsplit(base)
    assert parts.hostname is not None
    assert parts.port is not None
    near, far = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_run, args=(parts.hostname, parts.port, far), daemon=True
    )
    process.start()
    try:
        yield f"http://127.0.0.1:{near.recv()}{parts.path}"
    finally:
        process.terminate()
        process.join()
