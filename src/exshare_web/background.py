"""What runs beside the answers in every process: letters leave the outbox, what happened is sealed, and what is over is
forgotten.

Several processes may run these loops at once: letters are leased, one seals at a time, and forgetting twice is forgetting
once. A loop
outlives every failure of the world behind its ports, logs it by kind, and tries again later.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from attrs import define, field, frozen

from exshare_core.dispatching import Dispatching, Fate
from exshare_core.errors import ExshareError
from exshare_core.governing.auditing import Keeping
from exshare_core.sealing import Head
from exshare_core.values import SiteId

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
    sealing: float = 1.0
    """Between looks for rows of the activity without a seal."""
    ageing: float = 60.0
    """Between two rounds that take old rows out of the activity."""
    noting: float = 5.0
    """Between two times of writing down what failed."""
    heads: float = 600.0
    """Between two times of saying where the chains stand."""


@asynccontextmanager
async def background(
    dispatching: Dispatching,
    upkeep: Callable[[], Awaitable[None]],
    pauses: Pauses | None = None,
    archive: Archive | None = None,
) -> AsyncIterator[None]:
    """Run the loops until the context ends; what they were doing then is left to the leases.

    Plain tasks rather than a group of them: what the body raises must reach the caller as it is.
    """
    rests = Pauses() if pauses is None else pauses
    turns: list[tuple[str, Callable[[], Awaitable[bool]], float]] = [
        ("mail", lambda: _mail(dispatching), rests.mail),
        ("upkeep", lambda: _upkeep(upkeep), rests.upkeep),
    ]
    if archive is not None:
        turns += [
            ("sealing", archive.seal, rests.sealing),
            ("ageing", archive.forget, rests.ageing),
            ("noting", archive.note, rests.noting),
            ("heads", archive.say_heads, rests.heads),
        ]
    loops = [asyncio.create_task(_for_ever(name, turn, every, rests.failure)) for name, turn, every in turns]
    try:
        yield
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


@define
class Archive:
    """The turns that keep the activity: seals, goodbyes, failures written down, heads said where they outlive us."""

    keeping: Keeping
    write_failures: Callable[[], Awaitable[None]]
    heads_file: Path | None = None
    unsaid: dict[SiteId, Head] = field(factory=dict, init=False)
    """The last head of each site that was sealed here and not said yet."""
    begun: bool = field(default=False, init=False)
    """Whether the heads that were found at the beginning are known."""

    async def seal(self) -> bool:
        """Seal a batch of each site; whether there may be more."""
        sites = await self.keeping.seal()
        if sites:
            self.unsaid |= {head.site: head for head in await self.keeping.heads(sites)}
        return bool(sites)

    async def forget(self) -> bool:
        """Take out what has grown old."""
        if removed := await self.keeping.forget():
            _log.info("old activity removed", rows=removed)
        return False

    async def note(self) -> bool:
        """Write down what failed."""
        await self.write_failures()
        return False

    async def say_heads(self) -> bool:
        """Say each head that has moved: one line in the log, and one in the file where one is configured.

        Of several processes the one that sealed says it. Who has just begun says all that there are, since whoever
        sealed them may have ended before they said so. A head holds no personal data; whoever keeps it where the
        database's masters cannot reach can prove later that nothing before it was changed or cut off.
        """
        if not self.begun:
            self.unsaid = {head.site: head for head in await self.keeping.heads()} | self.unsaid
            self.begun = True
        moved = tuple(self.unsaid.values())
        for head in moved:
            at = head.at.isoformat(timespec="microseconds")
            _log.info("activity head", site=head.site, number=head.number, at=at, hash=head.hash.hex())
        if moved and self.heads_file is not None:
            await asyncio.to_thread(_append, self.heads_file, "".join(f"{head}\n" for head in moved))
        self.unsaid = {site: head for site, head in self.unsaid.items() if head not in moved}
        return False


def _append(file: Path, lines: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640), "a", encoding="ascii") as target:
        target.write(lines)


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
