"""Counts of wrong proofs in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from exshare_adapters.columns import Params
from exshare_adapters.postgres.database import Database
from exshare_adapters.rows import tally_of
from exshare_core.guessing import FORGOTTEN_AFTER, Tally


class PostgresGuesses:
    """The GuessCounter of one PostgreSQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tally(self, keys: Sequence[bytes], now: datetime) -> tuple[Tally, ...]:
        """See `GuessCounter.tally`."""
        rows = await self._database.read(lambda db: db.all("guesses.tally", keys=list(keys)))
        by_key = {bytes(row["key"]): row for row in rows}
        return tuple(tally_of(by_key.get(key), now) for key in keys)

    async def wrong(self, keys: Sequence[bytes], now: datetime) -> tuple[int, ...]:
        """See `GuessCounter.wrong`; in the order of the keys, so that parallel calls cannot deadlock."""
        given: Params = {"keys": sorted(keys), "now": now, "forgotten": now - FORGOTTEN_AFTER}
        rows = await self._database.write(lambda db: db.all("guesses.wrong", **given))
        by_key = {bytes(row["key"]): row["failures"] for row in rows}
        return tuple(by_key[key] for key in keys)

    async def right(self, keys: Sequence[bytes]) -> None:
        """See `GuessCounter.right`."""
        await self._database.run("guesses.right", {"keys": list(keys)})
