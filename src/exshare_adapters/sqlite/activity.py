"""The activity in SQLite."""

from __future__ import annotations

from collections.abc import Sequence

from exshare_adapters.rows import event_of
from exshare_adapters.sqlite.along import put_along
from exshare_adapters.sqlite.database import Database
from exshare_core.events import Event
from exshare_core.values import LinkId, SiteId


class SqliteActivity:
    """The ActivityLog of one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, events: Sequence[Event]) -> None:
        """See `ActivityLog.append`."""
        await self._database.write(lambda db: put_along(db, events))

    async def of_link(self, site: SiteId, link: LinkId, limit: int = 100) -> tuple[Event, ...]:
        """See `ActivityLog.of_link`."""
        rows = await self._database.read(lambda db: db.all("activity.of_link", site=site, link=link, limit=limit))
        return tuple(map(event_of, rows))
