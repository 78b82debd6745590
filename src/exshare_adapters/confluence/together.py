"""Several upstream requests at once; the first failure ends the others and comes out as itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

import anyio
from anyio.abc import TaskGroup
from attrs import define, field, frozen

from exshare_adapters.confluence.failures import Missing, UnexpectedAnswer
from exshare_core.errors import AdapterFailed, Broken, Busy, CredentialRejected

T = TypeVar("T")

READING = 20.0
"""The longest time in seconds that one question of a visitor may take, all requests together."""


@define(eq=False)
class Result(Generic[T]):
    """The value of a request, once its group has ended."""

    _value: list[T] = field(factory=list, repr=False)

    @property
    def value(self) -> T:
        """The value; read it after the group has ended."""
        return self._value[0]


@frozen
class Group:
    """Requests that run at once."""

    _tasks: TaskGroup

    def start(self, call: Callable[[], Awaitable[T]]) -> Result[T]:
        """Begin a request."""
        result: Result[T] = Result()

        async def run() -> None:
            result._value.append(await call())  # noqa: SLF001 - the one place that fills what it has handed out

        self._tasks.start_soon(run)
        return result


@asynccontextmanager
async def together() -> AsyncIterator[Group]:
    """Run everything started inside at once and wait for all of it.

    When something fails the rest is cancelled, and the gravest failure is raised by itself.
    """
    try:
        async with anyio.create_task_group() as tasks:
            yield Group(tasks)
    except BaseExceptionGroup as failures:
        raise _gravest(failures) from None


@asynccontextmanager
async def within(seconds: float = READING) -> AsyncIterator[None]:
    """Raises Busy when what is inside takes longer, and Broken when something is missing that must be there.

    Every method of a port runs inside, so that `Missing` never leaves the adapter.
    """
    try:
        with anyio.fail_after(seconds):
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
