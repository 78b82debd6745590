"""Several upstream requests at once; the first failure ends the others and comes out as itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from attrs import frozen

from exshare_adapters.confluence.failures import Missing, UnexpectedAnswer
from exshare_core.errors import AdapterFailed, Broken, Busy, CredentialRejected

T = TypeVar("T")

READING = 20.0
"""The longest time in seconds that one question of a visitor may take, all requests together."""


@frozen
class Result(Generic[T]):
    """The value of a request, once its group has ended."""

    _task: asyncio.Task[T]

    @property
    def value(self) -> T:
        """The value; read it after the group has ended."""
        return self._task.result()


class Group:
    """Requests that run at once."""

    def __init__(self) -> None:
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        """Requests may be started."""
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """All have ended."""
        try:
            await self._tasks.__aexit__(kind, error, trace)
        except BaseExceptionGroup as failures:
            raise _gravest(failures) from None

    def start(self, call: Callable[[], Coroutine[Any, Any, T]]) -> Result[T]:
        """Begin a request."""
        return Result(self._tasks.create_task(call()))


def together() -> Group:
    """Run everything started inside at once and wait for all of it.

    When something fails the rest is cancelled, and the gravest failure is raised by itself.
    """
    return Group()


@asynccontextmanager
async def within(seconds: float = READING) -> AsyncIterator[None]:
    """Raises Busy when what is inside takes longer, and Broken when something is missing that must be there.

    Every method of a port runs inside, so that `Missing` never leaves the adapter.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except Missing:
        raise UnexpectedAnswer("the site does not find what it has just named") from None
    except TimeoutError:
        raise Busy("the site did not answer in time") from None


def _gravest(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    flat = list(_leaves(failures))
    for kind in (CredentialRejected, Broken, Busy, AdapterFailed, Missing):
        for failure in flat:
            if isinstance(failure, kind):
                others = [one for one in flat if not isinstance(one, (AdapterFailed, Missing))]
                return others[0] if others else failure
    return flat[0]


def _leaves(failures: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    flat: list[BaseException] = []
    for one in failures.exceptions:
        flat.extend(_leaves(one) if isinstance(one, BaseExceptionGroup) else [one])
    return flat
