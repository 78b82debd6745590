"""Puts the stand-in on loopback ports: in a thread of its own, or inside a loop that already runs."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager

import uvicorn
from attrs import frozen
from starlette.types import ASGIApp

from exshare_demo.calls import Hosting
from exshare_demo.cloud import gateway_app, media_app, site_app
from exshare_demo.datacenter import datacenter_app
from exshare_demo.site import Site

LOOPBACK = "127.0.0.1"
GRACE = 1
"""Seconds that requests under way are given when the stand-in stops."""


@frozen
class Ports:
    """A port for each host; 0 takes any free one."""

    site: int = 0
    gateway: int = 0
    media: int = 0
    datacenter: int = 0


ANY = Ports()
"""Free ports."""


@frozen
class Addresses:
    """Where everything stands."""

    site: str
    """Base on the site host, ending in `/wiki`; also the base of links for people."""
    gateway: str
    """Base on the gateway, ending in `/wiki`."""
    media: str
    """Origin of the media host."""
    datacenter: str
    """Base of Data Center, ending in its context path."""


class _Server(uvicorn.Server):
    """A server that leaves the signals of the process to others, and stops when it is told rather than soon after."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.ended = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing is captured."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Wait for the end."""
        await self.ended.wait()


@frozen
class _Stand:
    """Bound sockets with the application that each of them is for."""

    addresses: Addresses
    apps: tuple[tuple[socket.socket, ASGIApp], ...]


def _origin(listener: socket.socket) -> str:
    return f"http://{LOOPBACK}:{listener.getsockname()[1]}"


def _bound(stack: ExitStack, site: Site, ports: Ports, context: str) -> _Stand:
    """Every socket bound, so that each application can name the addresses of the others."""

    def bind(port: int) -> socket.socket:
        return stack.enter_context(closing(socket.create_server((LOOPBACK, port))))

    numbers = (ports.site, ports.gateway, ports.media, ports.datacenter)
    front, gateway, media, centre = (bind(port) for port in numbers)
    origin, files = _origin(front), _origin(media)
    addresses = Addresses(
        f"{origin}/wiki",
        f"{_origin(gateway)}/ex/confluence/{site.cloud_id}/wiki",
        files,
        _origin(centre) + context,
    )
    apps = (
        (front, site_app(site, Hosting("site", origin, files))),
        (gateway, gateway_app(site, Hosting("gateway", origin, files))),
        (media, media_app(site)),
        (centre, datacenter_app(site, _origin(centre), context)),
    )
    return _Stand(addresses, apps)


def _server(app: ASGIApp) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
    )


@asynccontextmanager
async def _served(stand: _Stand) -> AsyncIterator[None]:
    """Every application answers in the running loop, from the first moment on; all stop together."""
    servers = [_server(app) for _, app in stand.apps]
    async with asyncio.TaskGroup() as group:
        for server, (listener, _) in zip(servers, stand.apps, strict=True):
            group.create_task(server.serve(sockets=[listener]))
        try:
            for server in servers:
                await server.ready.wait()
            yield
        finally:
            for server in servers:
                server.ended.set()


@asynccontextmanager
async def serving(site: Site, ports: Ports = ANY, context: str = "") -> AsyncIterator[Addresses]:
    """The site on loopback, answered by the loop that runs.

    `context` is the context path of Data Center, empty or beginning with a slash. Raises `OSError` for a port
    that is taken.
    """
    with ExitStack() as sockets:
        stand = _bound(sockets, site, ports, context)
        async with _served(stand):
            yield stand.addresses


@contextmanager
def standing(site: Site, ports: Ports = ANY, context: str = "") -> Iterator[Addresses]:
    """The site on loopback, answered by one thread that ends with the block; otherwise like `serving`."""
    with ExitStack() as sockets:
        stand = _bound(sockets, site, ports, context)
        ready: Future[Callable[[], None]] = Future()
        thread = threading.Thread(target=_answer, args=(stand, ready), name="confluence-stand-in", daemon=True)
        thread.start()
        try:
            stop = ready.result()
            try:
                yield stand.addresses
            finally:
                stop()
        finally:
            thread.join()


def _answer(stand: _Stand, ready: Future[Callable[[], None]]) -> None:
    """What the thread does: answer until the function that it hands over is called."""

    async def go() -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        async with _served(stand):

            def stop() -> None:
                loop.call_soon_threadsafe(ended.set)

            ready.set_result(stop)
            await ended.wait()

    try:
        asyncio.run(go())
    except BaseException as error:
        if ready.done():
            raise
        ready.set_exception(error)
