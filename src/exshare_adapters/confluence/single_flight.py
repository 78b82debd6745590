"""One upstream request for many callers that ask the same within a second, kept in memory only (spec L16)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from attrs import define, field

T = TypeVar("T")

FRESH = 1.0
"""How many seconds after it was sent a request's answer may be shared."""


@define(eq=False)
class _Age:
    began: float
    """When a request was begun, or the oldest answer that its own is made of, in seconds of the loop's clock."""


@define(eq=False)
class _Flight:
    age: _Age
    task: asyncio.Task[Any]
    waiting: int = 0


_AROUND: ContextVar[_Age | None] = ContextVar("_AROUND", default=None)
"""The age of the flight that whoever asks is a part of.

Its task keeps this for as long as it is kept itself; if it were the flight, each would keep the other, with the answer,
until somebody collects garbage.
"""


@define(eq=False)
class SingleFlight:
    """Shares the answer of a request with everybody who asks the same within `fresh` seconds of its
    beginning.

    The age counts from the beginning, not from the end: an answer can be no older than that. What is made of several
    answers may be shared like one; it is as old as the oldest of them. A failure is shared with those who wait for it
    and then forgotten. A request that nobody waits for any more is cancelled.
    """

    fresh: float = FRESH
    _flights: dict[Hashable, _Flight] = field(factory=dict, init=False)

    async def share(self, key: Hashable, fetch: Callable[[], Awaitable[T]]) -> T:
        """The answer of `fetch`, or of the same request sent a moment ago."""
        loop = asyncio.get_running_loop()
        flight = self._flights.get(key)
        if flight is None or loop.time() - flight.age.began > self.fresh or flight.task.cancelled():
            age = _Age(loop.time())
            flight = _Flight(age, loop.create_task(_run(fetch, age)))
            self._flights[key] = flight
            flight.task.add_done_callback(lambda task: self._landed(key, task))
            loop.call_later(self.fresh, self._forget, key, flight)
        flight.waiting += 1
        try:
            done = flight.task.done()
            answer = cast(T, flight.task.result() if done else await asyncio.shield(flight.task))
            if (around := _AROUND.get()) is not None:
                around.began = min(around.began, flight.age.began)
            return answer
        finally:
            flight.waiting -= 1
            if flight.waiting == 0 and not flight.task.done():
                self._forget(key, flight)
                flight.task.cancel()

    async def close(self) -> None:
        """End what is still under way and forget every answer."""
        flights = list(self._flights.values())
        self._flights.clear()
        for flight in flights:
            flight.task.cancel()
        await asyncio.gather(*(flight.task for flight in flights), return_exceptions=True)

    def _landed(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        if task.cancelled() or task.exception() is not None:
            flight = self._flights.get(key)
            if flight is not None and flight.task is task:
                del self._flights[key]

    def _forget(self, key: Hashable, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]


async def _run(fetch: Callable[[], Awaitable[T]], age: _Age) -> T:
    _AROUND.set(age)
    return await fetch()
