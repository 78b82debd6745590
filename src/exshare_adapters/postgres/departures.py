"""Browsers that left to sign in elsewhere, in PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from exshare_adapters.postgres.database import Database
from exshare_adapters.rows import departure_of, departure_params
from exshare_core.ports import PendingDeparture


class PostgresDepartures:
    """The DepartureRepository of one PostgreSQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, departure: PendingDeparture) -> None:
        """See `DepartureRepository.add`."""
        await self._database.run("departures.add", departure_params(departure))

    async def take(self, digest: bytes, browser: bytes, at: datetime) -> PendingDeparture | None:
        """See `DepartureRepository.take`."""
        row = await self._database.write(lambda db: db.one("departures.take", digest=digest, browser=browser, at=at))
        return None if row is None else departure_of(row)
