"""What is read for a document before its turn has come: a few pieces of work at once, at a pace, all ended with the document.

No piece of it may keep other visitors waiting, so each begins only when `Pace` says so, however fast Confluence is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from attrs import define, field

from exshare_web.turns import Pace

MOST = 3
"""Pieces of work that are under way before the result of the first is wanted."""
T = TypeVar("T")


@define
class ReadingAhead:
    """Implements `exshare_core.visiting.Ahead` by tasks."""

    pace: Pace
    most: int = MOST
    _tasks: set[asyncio.Task[Any]] = field(factory=set, init=False)

    def begin(self, work: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
        """See `exshare_core.visiting.Ahead`."""
        task = asyncio.create_task(self._paced(work))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return lambda: task

    async def _paced(self, work: Callable[[], Awaitable[T]]) -> T:
        await self.pace.step()
        return await work()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        """Nothing is kept of it here; a failure that nobody has asked for concerns nobody."""
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

    async def end(self) -> None:
        """End what is under way. Nothing of it goes on afterwards."""
        left = list(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


@asynccontextmanager
async def reading_ahead(pace: Pace) -> AsyncIterator[ReadingAhead]:
    """What reads ahead until the block is left."""
    ahead = ReadingAhead(pace)
    try:
        yield ahead
    finally:
        await ahead.end()
