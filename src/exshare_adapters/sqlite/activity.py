"""The activity in SQLite."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

from exshare_adapters.activity_rows import (
    clear_mailbox_of,
    counting,
    day_of,
    kinds_counted,
    recorded,
    sealed_params,
    searches,
    tallied,
)
from exshare_adapters.batches import Batches
from exshare_adapters.columns import Row, word
from exshare_adapters.sqlite.along import put_along
from exshare_adapters.sqlite.connection import Statements
from exshare_adapters.sqlite.database import Database
from exshare_core.events import Event, Kind, Mailbox
from exshare_core.ports import ClearMailbox, Recorded, Sought, Spot, Tallied
from exshare_core.values import LinkId, SiteId


class SqliteActivity:
    """The ActivityLog of one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._appended = Batches(self._append)

    async def append(self, events: Sequence[Event]) -> None:
        """See `ActivityLog.append`; what many visitors did at one moment is one transaction."""
        await self._appended.ask(events)

    async def _append(self, batch: Sequence[Sequence[Event]]) -> Sequence[None]:
        await self._database.write(lambda db: put_along(db, [event for one in batch for event in one]))
        return [None] * len(batch)

    async def of_link(self, site: SiteId, link: LinkId, limit: int = 100) -> tuple[Event, ...]:
        """See `ActivityLog.of_link`."""
        return tuple(one.event for one in await self.find(site, Sought(link=link), limit=limit))

    async def find(
        self, site: SiteId, sought: Sought, *, after: Spot | None = None, limit: int = 50
    ) -> tuple[Recorded, ...]:
        """See `ActivityLog.find`."""
        statements = searches(site, sought, after, limit)

        def work(db: Statements) -> list[Row]:
            return [row for name, params in statements for row in db.all(name, **params)]

        return recorded(await self._database.read(work), limit)

    async def days(self, site: SiteId, sought: Sought) -> tuple[tuple[date, Kind, int], ...]:
        """See `ActivityLog.days`."""
        scope, params = counting(site, sought)
        kinds = json.dumps(kinds_counted(sought))
        rows = await self._database.read(lambda db: db.all(f"charts.days_of_{scope}", kinds=kinds, **params))
        return tuple(map(day_of, rows))

    async def busiest(self, site: SiteId, sought: Sought, limit: int = 10) -> tuple[tuple[LinkId, Kind, int], ...]:
        """See `ActivityLog.busiest`."""
        scope, params = counting(site, sought)
        kinds = json.dumps(kinds_counted(sought))
        span = {name: params[name] for name in ("site", "since", "before")}

        def work(db: Statements) -> tuple[tuple[LinkId, Kind, int], ...]:
            rows = db.all(f"charts.busiest_of_{scope}", kinds=kinds, limit=limit, **params)
            return tuple(
                [
                    (LinkId(link["link"]), word(Kind, row["kind"]), row["events"])
                    for link in rows
                    for row in db.all("charts.of_busy", one=link["link"], kinds=kinds, **span)
                ]
            )

        return await self._database.read(work)

    async def details(self, site: SiteId, link: LinkId, kind: Kind) -> Mapping[str, Tallied]:
        """See `ActivityLog.details`."""
        rows = await self._database.read(lambda db: db.all("charts.details", site=site, link=link, kind=kind.value))
        return dict(map(tallied, rows))

    async def clear_mailboxes(self, limit: int = 500) -> tuple[ClearMailbox, ...]:
        """See `HeldInClear.clear_mailboxes`."""
        rows = await self._database.read(lambda db: db.all("activity.in_clear", limit=limit))
        return tuple(map(clear_mailbox_of, rows))

    async def seal_mailboxes(self, sealed: Mapping[int, Mailbox]) -> None:
        """See `HeldInClear.seal_mailboxes`; what was in clear leaves the log beside the file as well."""
        params = sealed_params(sealed)

        def work(db: Statements) -> None:
            db.run_each("activity.put_sealed", params)
            db.run_each("activity.drop_clear", [{"seq": one["seq"]} for one in params])

        await self._database.write(work)
        await self._database.on_writer(lambda connection: connection.execute("pragma wal_checkpoint(truncate)").close())
