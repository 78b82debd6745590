"""Letters waiting to be sent, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from exshare_adapters.postgres.along import put_along
from exshare_adapters.postgres.database import Database
from exshare_adapters.rows import claimed
from exshare_core.events import Event
from exshare_core.letters import SealedLetter


class PostgresOutbox:
    """The Outbox of one PostgreSQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, letters: Sequence[SealedLetter], events: Sequence[Event]) -> None:
        """See `Outbox.put`."""
        await self._database.write(lambda db: put_along(db, events, letters))

    async def claim(self, now: datetime, lease: float, limit: int) -> tuple[SealedLetter, ...]:
        """See `Outbox.claim`."""
        until = now + timedelta(seconds=lease)
        rows = await self._database.write(lambda db: db.all("outbox.claim", now=now, until=until, limit=limit))
        return claimed(rows)

    async def settle(self, id: str) -> None:
        """See `Outbox.settle`."""
        await self._database.run("outbox.settle", {"id": id})

    async def put_off(self, id: str, due: datetime) -> None:
        """See `Outbox.put_off`."""
        await self._database.run("outbox.put_off", {"id": id, "due": due})

    async def purge(self, now: datetime) -> int:
        """See `Outbox.purge`."""
        return await self._database.run("outbox.purge", {"now": now})
