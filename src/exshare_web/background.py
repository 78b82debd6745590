"""What runs beside the answers in every process: letters leave the outbox, and what is over is forgotten.

Several processes may run these loops at once: letters are leased, and forgetting twice is forgetting once. A loop
outlives every failure of the world behind its ports, logs it by kind, and tries again later.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
import structlog

from exshare_core.dispatching import Dispatching, Fate
from exshare_core.errors import ExshareError

MAIL_EVERY = 1.0
"""Seconds between looks into an empty outbox."""

UPKEEP_EVERY = 600.0
"""Seconds between two rounds of forgetting."""

AFTER_FAILURE = 5.0
"""Seconds until the next try after the storage failed."""

_log = structlog.get_logger()


@asynccontextmanager
async def background(dispatching: Dispatching, upkeep: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Run the loops until the context ends; what they were doing then is left to the leases."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_for_ever, "mail", lambda: _mail(dispatching), MAIL_EVERY)
        tasks.start_soon(_for_ever, "upkeep", lambda: _upkeep(upkeep), UPKEEP_EVERY)
        try:
            yield
        finally:
            tasks.cancel_scope.cancel()


async def _for_ever(name: str, turn: Callable[[], Awaitable[bool]], every: float) -> None:
    """Take turns: at once again while a turn says that there is more, else after `every` seconds."""
    while True:
        try:
            pause = 0.0 if await turn() else every
        except ExshareError as error:
            _log.warning("background work failed", work=name, failure=type(error).__name__)
            pause = AFTER_FAILURE
        except Exception as error:
            _log.error("background work broke", work=name, failure=type(error).__name__)
            pause = AFTER_FAILURE
        await anyio.sleep(pause)


async def _mail(dispatching: Dispatching) -> bool:
    batch = await dispatching.batch()
    for one in batch:
        if one.fate is Fate.SENT:
            _log.info("letter sent", site=one.site, letter=one.letter)
        elif one.fate is not Fate.DROPPED:
            _log.warning("letter not sent", site=one.site, letter=one.letter, fate=one.fate.value, reason=one.reason)
    return bool(batch)


async def _upkeep(upkeep: Callable[[], Awaitable[None]]) -> bool:
    await upkeep()
    return False
