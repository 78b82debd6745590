"""Runs the service: one process, or several that share one listening socket.

Adapters are opened inside the process and the event loop that use them, so that the application is made when the server
starts up and not before.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.supervisors import Multiprocess

from exshare_core.errors import ExshareError, InvalidValue
from exshare_web import logs
from exshare_web.app import create_app
from exshare_web.background import background
from exshare_web.container import Opened, load_settings, opened
from exshare_web.settings import Settings

GRACE = 10
"""Seconds that answers which are under way get when the service is asked to stop."""

_log = structlog.get_logger()


class Server(uvicorn.Server):
    """A server that says when it listens, and that ends with a plain return when it is asked to stop."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See `uvicorn.Server`."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """See `uvicorn.Server`, which would raise the signal once more after everything is closed."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


class Worker:
    """The ASGI application of one worker process: opens its adapters at start-up and closes them at shut-down."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or live through one life of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            assert self._app is not None
            await self._app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        message: Message = {"type": "lifespan.shutdown.complete"}
        try:
            async with running(self._settings) as deployment:
                self._app = create_app(deployment.services)
                settled()
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except ExshareError as error:
            kind = "lifespan.startup.failed" if self._app is None else "lifespan.shutdown.failed"
            message = {"type": kind, "message": logs.masked(str(error))}
        await send(message)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Opened]:
    """A deployment with its adapters open and its loops at work."""
    async with (
        opened(settings) as deployment,
        background(deployment.dispatching, deployment.upkeep, archive=deployment.archive),
    ):
        yield deployment


def settled() -> None:
    """Tell the garbage collector that what has been made until now stays, so that it never walks over it again."""
    gc.collect()
    gc.freeze()


def listening(host: str, port: int) -> socket.socket:
    """A socket bound to `host` and `port`; raises InvalidValue in one clear line when that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(2048)
    except (OSError, OverflowError) as error:
        bound.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidValue("port", f"{port} of {host} cannot be used: {reason}; choose another with --port") from None
    bound.set_inheritable(True)
    return bound


def options(settings: Settings) -> dict[str, Any]:
    """What every server of ours is told: no own logging, no banner, forwarded headers only from configured proxies."""
    return {
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": list(settings.trusted_proxies) or None,
        "timeout_graceful_shutdown": GRACE,
        "ws": "none",
    }


def run(service: Coroutine[Any, Any, None]) -> None:
    """Run a service to its end, on the fastest event loop that is installed: what several workers run on."""
    with asyncio.Runner(loop_factory=uvicorn.Config("", loop="auto").get_loop_factory()) as runner:
        runner.run(service)


async def serve_here(
    settings: Settings,
    bound: socket.socket,
    on_open: Callable[[Opened], Awaitable[Callable[[], None]]],
) -> None:
    """Serve in this process until it is asked to stop.

    `on_open` is called once the adapters are open; what it gives is called once the service listens.
    """
    async with running(settings) as deployment:
        on_ready = await on_open(deployment)
        settled()
        config = uvicorn.Config(create_app(deployment.services), lifespan="off", **options(settings))
        await Server(config, on_ready).serve(sockets=[bound])


def serve(file: Path, host: str, port: int, workers: int) -> None:
    """Serve what `file` configures with `workers` processes until asked to stop.

    The schema is brought up to date and every adapter opened once before the first worker starts, so that a fault
    ends the command and not a worker.
    """
    settings = load_settings(file)
    logs.configure(settings.log_level, settings.log_form)
    with listening(host, port) as bound:
        if workers == 1:
            run(serve_here(settings, bound, lambda _: _announced(host, port, 1)))
            return
        asyncio.run(_tried(settings))
        os.environ["EXSHARE_CONFIG"] = str(file.absolute())
        config = uvicorn.Config(
            "exshare_web.serving:worker", factory=True, workers=workers, lifespan="on", **options(settings)
        )
        _log.info("serving", host=host, port=port, workers=workers)
        Multiprocess(config, sockets=[bound]).run()


def worker() -> ASGIApp:
    """The application of one worker process, from the configuration that the parent process named."""
    settings = load_settings(Path(os.environ["EXSHARE_CONFIG"]))
    logs.configure(settings.log_level, settings.log_form)
    return Worker(settings)


async def _tried(settings: Settings) -> None:
    async with opened(settings):
        pass


async def _announced(host: str, port: int, workers: int) -> Callable[[], None]:
    return lambda: _log.info("serving", host=host, port=port, workers=workers)
