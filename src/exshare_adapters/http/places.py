"""The places for what is under way at once, and the line before them."""

from __future__ import annotations

import asyncio
from types import TracebackType

from exshare_core.errors import Busy


class Places:
    """So many may be under way at once; others wait in line. Raises Busy where too many wait, or too long."""

    def __init__(self, number: int, *, line: int, patience: float, what: str) -> None:
        self._free = asyncio.Semaphore(number)
        self._line = line
        self._patience = patience
        self._what = what
        self._waiting = 0

    async def __aenter__(self) -> None:
        """A place is taken."""
        if self._free.locked():
            await self._wait()
        else:
            await self._free.acquire()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The place is free again."""
        self._free.release()

    async def _wait(self) -> None:
        if self._waiting >= self._line:
            raise Busy(f"too many {self._what} wait already", retry_after=5)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            raise Busy(f"too many {self._what} at once", retry_after=5) from None
        finally:
            self._waiting -= 1
