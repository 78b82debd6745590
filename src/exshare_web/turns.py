"""Turns at what costs much: so many at once, a few more that wait, and an answer at once for whoever would wait longer;
and a pace for what nobody is in a hurry for.

What one visitor may have done in a moment must never make all others wait.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from attrs import define, field

from exshare_core.errors import Busy

RETRY_AFTER = 5.0
"""Seconds after which to come again."""


@define
class Turns:
    """One kind of costly work in this process."""

    at_once: int
    waiting: int
    """How many may wait for a turn."""
    _free: asyncio.Semaphore = field(init=False)
    _queue: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.at_once)

    @property
    def full(self) -> bool:
        """Whether whoever comes now would not even wait."""
        return self._free.locked() and self._queue >= self.waiting

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A turn, once there is one; raises Busy when too many wait already."""
        if self.full:
            raise Busy("too many wait for their turn", RETRY_AFTER)
        self._queue += 1
        try:
            await self._free.acquire()
        finally:
            self._queue -= 1
        try:
            yield
        finally:
            self._free.release()


@define
class Pace:
    """Steps that are taken one after another, whoever takes them, so that there is room for others between them."""

    every: float
    """Seconds from one step to the next."""
    _next: float = field(default=-math.inf, init=False)

    async def step(self) -> None:
        """Wait until the next step may be taken; who asked first takes it first."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        at = max(now, self._next)
        self._next = at + self.every
        await asyncio.sleep(at - now)
