"""Ports under watch: every failure of what Confluence or a mail system was asked is noted by port, operation and kind.

What is asked and what is answered passes untouched and is never looked at. Noting costs an entry in memory; it is written
down by a loop beside the answers, so that no answer waits for it and an outage fills no table (spec M9).
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar, cast

import attrs
from attrs import define, field

from exshare_core.errors import AdapterFailed, ExshareError
from exshare_core.failures import Failure, failure, together
from exshare_core.ports import Clock, Content, FailureLog, Mailer
from exshare_core.values import SiteId

P = TypeVar("P")

MOST_WAITING = 1000
"""Kinds of failure that wait to be written down; what comes beyond is lost, and not the service."""


@define
class Notebook:
    """Failures that have not been written down yet."""

    clock: Clock
    waiting: tuple[Failure, ...] = field(default=(), init=False)

    def note(self, site: SiteId, port: str, operation: str, error: BaseException) -> None:
        """Remember a failure, and tell the error where it happened."""
        if isinstance(error, AdapterFailed) and not error.port:
            error.port = f"{port}.{operation}"
        one = failure(site, self.clock.now(), port, operation, error)
        self.waiting = together((*self.waiting, one))[:MOST_WAITING]

    async def write(self, log: FailureLog) -> None:
        """Write down what waits; kept for the next time where that fails."""
        taken, self.waiting = self.waiting, ()
        if not taken:
            return
        try:
            await log.note(taken)
        except AdapterFailed:
            self.waiting = together((*taken, *self.waiting))[:MOST_WAITING]
            raise


_PLAIN = (str, bytes, int, tuple, frozenset, type(None))


def watched_content(content: Content, site: SiteId, notebook: Notebook) -> Content:
    """The content of a site with every port of it under watch."""
    values = {one.name: getattr(content, one.name) for one in attrs.fields(Content)}
    # What is no port, such as a list of names, asks nobody
    ports: dict[str, Any] = {
        name: watched(value, site, name, notebook) for name, value in values.items() if not isinstance(value, _PLAIN)
    }
    return attrs.evolve(content, **ports)


def watched_mailer(mailer: Mailer, site: SiteId, notebook: Notebook) -> Mailer:
    """The mailer of a site under watch."""
    return watched(mailer, site, "mail", notebook)


def watched(port: P, site: SiteId, name: str, notebook: Notebook) -> P:
    """The same port; its failures are noted under `name`."""
    return cast(P, _Watched(port, site, name, notebook))


class _Watched:
    """Whatever the port has, by the same names."""

    def __init__(self, port: object, site: SiteId, name: str, notebook: Notebook) -> None:
        self._port, self._site, self._name, self._notebook = port, site, name, notebook

    def _noted(self, operation: str, error: BaseException) -> None:
        self._notebook.note(self._site, self._name, operation, error)

    def __getattr__(self, operation: str) -> Any:
        value = getattr(self._port, operation)
        if inspect.iscoroutinefunction(value):
            value = self._asked(operation, value)
        elif operation == "stream":
            value = self._streamed(operation, value)
        # The next look-up finds it at once
        self.__dict__[operation] = value
        return value

    def _asked(self, operation: str, method: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def asked(*given: Any, **more: Any) -> object:
            try:
                return await method(*given, **more)
            except Exception as error:
                # What the caller asked wrongly is no failure of the other side
                if isinstance(error, AdapterFailed) or not isinstance(error, ExshareError):
                    self._noted(operation, error)
                raise

        return asked

    def _streamed(
        self, operation: str, method: Callable[..., AbstractAsyncContextManager[Any]]
    ) -> Callable[..., AbstractAsyncContextManager[Any]]:
        @asynccontextmanager
        async def streamed(*given: Any, **more: Any) -> AsyncIterator[Any]:
            try:
                async with method(*given, **more) as flow:
                    yield flow
            except AdapterFailed as error:
                self._noted(operation, error)
                raise

        return streamed
