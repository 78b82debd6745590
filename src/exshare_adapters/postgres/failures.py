"""Failures of the world behind the ports, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from exshare_adapters.activity_rows import failure_of, failure_params
from exshare_adapters.postgres.connection import Statements
from exshare_adapters.postgres.database import Database
from exshare_core.failures import Failure
from exshare_core.values import SiteId


class PostgresFailures:
    """The FailureLog of one PostgreSQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, failures: Sequence[Failure]) -> None:
        """See `FailureLog.note`."""
        rows = list(map(failure_params, failures))
        await self._database.write(lambda db: db.run_each("failures.note", rows))

    async def list(self, site: SiteId, limit: int = 100) -> tuple[Failure, ...]:
        """See `FailureLog.list`."""
        rows = await self._database.read(lambda db: db.all("failures.list", site=site, limit=limit))
        return tuple(map(failure_of, rows))

    async def prune(self, site: SiteId, until: datetime, most: int) -> None:
        """See `FailureLog.prune`."""

        async def work(db: Statements) -> None:
            await db.run("failures.prune_old", {"site": site, "until": until})
            await db.run("failures.prune_many", {"site": site, "most": most})

        await self._database.write(work)
