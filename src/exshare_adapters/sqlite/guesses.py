"""Counts of wrong proofs in SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from exshare_adapters.columns import Params
from exshare_adapters.rows import tally_of
from exshare_adapters.sqlite.connection import Statements
from exshare_adapters.sqlite.database import Database
from exshare_core.guessing import FORGOTTEN_AFTER, Tally


class SqliteGuesses:
    """The GuessCounter of one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tally(self, keys: Sequence[bytes], now: datetime) -> tuple[Tally, ...]:
        """See `GuessCounter.tally`."""

        def work(db: Statements) -> tuple[Tally, ...]:
            return tuple(tally_of(db.one("guesses.tally", key=key), now) for key in keys)

        return await self._database.read(work)

    async def wrong(self, keys: Sequence[bytes], now: datetime) -> tuple[int, ...]:
        """See `GuessCounter.wrong`."""
        forgotten = now - FORGOTTEN_AFTER

        def work(db: Statements) -> tuple[int, ...]:
            rows = [row for key in keys for row in db.all("guesses.wrong", key=key, now=now, forgotten=forgotten)]
            return tuple(row["failures"] for row in rows)

        return await self._database.write(work)

    async def right(self, keys: Sequence[bytes]) -> None:
        """See `GuessCounter.right`."""
        rows: list[Params] = [{"key": key} for key in keys]
        await self._database.write(lambda db: db.run_each("guesses.right", rows))
