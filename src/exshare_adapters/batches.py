"""What is asked one by one, done in batches: whatever comes while some are under way is done with the next.

Databases know it as group commit. Nobody waits for others to come: an item that finds nothing under way begins at once
and alone. No item is part of a batch that began before it was asked, so that an answer is never older than the
question.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from exshare_core.errors import Broken

A = TypeVar("A")
R = TypeVar("R")

MOST = 64
"""Items that are done at once at most."""


class Batches(Generic[A, R]):
    """Gathers items for `work`, which takes some of them and gives as many results in their order.

    `work` must do all of a batch or raise, having done nothing of it. What it raises is raised to all who waited for
    the batch; only Broken, which may lie in a single item, is not: then each is done by itself.
    """

    def __init__(self, work: Callable[[Sequence[A]], Awaitable[Sequence[R]]], *, at_once: int = 1) -> None:
        """Do up to `at_once` batches at the same time."""
        self._work = work
        self._at_once = at_once
        self._under_way = 0
        self._waiting: deque[tuple[A, asyncio.Future[R]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, item: A) -> R:
        """The result for `item`. Whoever is cancelled ends what was begun for them alone, and no batch of several."""
        if self._under_way < self._at_once:
            self._under_way += 1
            try:
                (result,) = await self._work((item,))
            finally:
                self._ended()
            return result
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        return await future

    def _ended(self) -> None:
        """Let those who wait begin where one batch has ended."""
        self._under_way -= 1
        batch: list[tuple[A, asyncio.Future[R]]] = []
        while self._waiting and len(batch) < MOST:
            item, future = self._waiting.popleft()
            if not future.done():
                batch.append((item, future))
        if batch:
            self._under_way += 1
            task = asyncio.get_running_loop().create_task(self._done(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _done(self, batch: Sequence[tuple[A, asyncio.Future[R]]]) -> None:
        try:
            await self._together(batch)
        finally:
            self._ended()

    async def _together(self, batch: Sequence[tuple[A, asyncio.Future[R]]]) -> None:
        try:
            results = await self._work([item for item, _ in batch])
        except Broken as error:
            if len(batch) == 1:
                _fail(batch, error)
            else:
                for one in batch:
                    await self._together([one])
        except Exception as error:
            _fail(batch, error)
        else:
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)


def _fail(batch: Sequence[tuple[A, asyncio.Future[R]]], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
