"""What runs beside the answers in every process: letters leave the outbox, and what is over is forgotten.

Several processes may run these loops at once: letters are leased, and forgetting twice is forgetting once. A loop
outlives every failure of the world behind its ports, logs it by kind, and tries again later.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from attrs import frozen

from exshare_core.dispatching import Dispatching, Fate
from exshare_core.errors import ExshareError

_log = structlog.get_logger()


@frozen
class Pauses:
    """How long the loops rest, in seconds."""

    mail: float = 1.0
    """Between looks into an empty outbox."""
    upkeep: float = 600.0
    """Between two rounds of forgetting."""
    failure: float = 5.0
    """Until the next try after something failed."""


@asynccontextmanager
async def background(
    dispatching: Dispatching, upkeep: Callable[[], Awaitable[None]], pauses: Pauses | None = None
) -> AsyncIterator[None]:
    """Run the loops until the context ends; what they were doing then is left to the leases.

    Plain tasks rather than a group of them: what the body raises must reach the caller as it is.
    """
    rests = Pauses() if pauses is None else pauses
    loops = [
        asyncio.create_task(_for_ever("mail", lambda: _mail(dispatching), rests.mail, rests.failure)),
        asyncio.create_task(_for_ever("upkeep", lambda: _upkeep(upkeep), rests.upkeep, rests.failure)),
    ]
    try:
        yield
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


async def _for_ever(name: str, turn: Callable[[], Awaitable[bool]], every: float, after_failure: float) -> None:
    """Take turns: at once again while a turn says that there is more, else after `every` seconds."""
    while True:
        try:
            pause = 0.0 if await turn() else every
        except ExshareError as error:
            _log.warning("background work failed", work=name, failure=type(error).__name__)
            pause = after_failure
        except Exception as error:
            _log.error("background work broke", work=name, failure=type(error).__name__)
            pause = after_failure
        await asyncio.sleep(pause)


async def _mail(dispatching: Dispatching) -> bool:
    """Send one batch; whether there may be more. Why a letter was not sent is told in the mail adapter's own words."""
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
