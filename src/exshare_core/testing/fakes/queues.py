"""Outbox and the counter of wrong proofs in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import evolve, frozen

from exshare_core.events import Event
from exshare_core.guessing import FORGOTTEN_AFTER, Tally
from exshare_core.letters import SealedLetter
from exshare_core.testing.fakes.state import State


@frozen
class MemoryOutbox:
    """An Outbox over a `State`."""

    state: State

    async def put(self, letters: Sequence[SealedLetter], events: Sequence[Event]) -> None:
        """Store letters with their events."""
        with self.state.transaction():
            self.state.record(events, letters)

    async def claim(self, now: datetime, lease: float, limit: int) -> tuple[SealedLetter, ...]:
        """Take letters that are due."""
        free = [
            letter
            for letter in self.state.letters.values()
            if letter.due <= now < letter.expires and self.state.leases.get(letter.id, now) <= now
        ]
        until = now + timedelta(seconds=lease)
        urgent = sorted(free, key=lambda letter: (letter.priority, letter.due))[:limit]
        return tuple(self.state.claimed(letter, until) for letter in urgent)

    async def settle(self, id: str) -> None:
        """Erase a letter."""
        self.state.letters.pop(id, None)
        self.state.leases.pop(id, None)

    async def put_off(self, id: str, due: datetime) -> None:
        """Make a letter due later."""
        if id in self.state.letters:
            self.state.letters[id] = evolve(self.state.letters[id], due=due)
            self.state.leases.pop(id, None)

    async def purge(self, now: datetime) -> int:
        """Erase expired letters."""
        expired = [letter.id for letter in self.state.letters.values() if letter.expires <= now]
        for id in expired:
            await self.settle(id)
        return len(expired)


@frozen
class MemoryGuesses:
    """A GuessCounter over a `State`."""

    state: State

    async def tally(self, keys: Sequence[bytes], now: datetime) -> tuple[Tally, ...]:
        """The tallies of the keys in their order."""
        return tuple(self._now(key, now) for key in keys)

    async def wrong(self, keys: Sequence[bytes], now: datetime) -> tuple[int, ...]:
        """Count one more for each key."""
        for key in keys:
            self.state.tallies[key] = Tally(self._now(key, now).failures + 1, now)
        return tuple(self.state.tallies[key].failures for key in keys)

    async def right(self, keys: Sequence[bytes]) -> None:
        """Start the keys again."""
        for key in keys:
            self.state.tallies.pop(key, None)

    def _now(self, key: bytes, now: datetime) -> Tally:
        tally = self.state.tallies.get(key, Tally())
        if tally.last_at is not None and now - tally.last_at >= FORGOTTEN_AFTER:
            return Tally()
        return tally
