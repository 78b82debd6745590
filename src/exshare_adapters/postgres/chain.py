"""The chain over the activity in PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from exshare_adapters.activity_rows import (
    LAST_ROW,
    chain_link_of,
    head_of,
    head_params,
    seal_params,
    stored_personal,
    stored_row,
    stray_params,
    strays_of,
)
from exshare_adapters.columns import maybe_moment
from exshare_adapters.postgres.connection import Statements
from exshare_adapters.postgres.database import Database
from exshare_core.ports import ChainState, Spot
from exshare_core.sealing import Head, Link, sealed
from exshare_core.values import SiteId


class PostgresChain:
    """The ActivityChain of one PostgreSQL database. An advisory lock for each site lets one seal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self) -> tuple[SiteId, ...]:
        """See `ActivityChain.waiting`."""
        rows = await self._database.read(lambda db: db.all("sealing.waiting"))
        return tuple(SiteId(row["site"]) for row in rows)

    async def seal(self, site: SiteId, limit: int = 500) -> int:
        """See `ActivityChain.seal`."""

        async def work(db: Statements) -> int:
            lock = await db.one("sealing.lock", site=site)
            if lock is None or not lock["alone"]:
                return 0
            rows = await db.all("sealing.unsealed", site=site, limit=limit)
            seals = sealed(site, await _head(db, site), [(stored_row(row), stored_personal(row)) for row in rows])
            pairs = zip(seals, rows, strict=True)
            await db.run_each("sealing.seal", [seal_params(one, row["seq"]) for one, row in pairs])
            await db.run_each("sealing.sealed", [{"seq": row["seq"]} for row in rows])
            return len(rows)

        return await self._database.write(work)

    async def stands(self, site: SiteId) -> ChainState:
        """See `ActivityChain.stands`."""

        async def work(db: Statements) -> ChainState:
            head, anchor = await _head(db, site), head_of(await db.one("sealing.anchor", site=site))
            backlog = await db.one("sealing.backlog", site=site)
            if backlog is None:
                return ChainState(anchor, head, 0, None)
            return ChainState(anchor, head, backlog["waiting"], maybe_moment(backlog["since"]))

        return await self._database.read(work)

    async def links(self, site: SiteId, after: int, limit: int = 500) -> tuple[Link, ...]:
        """See `ActivityChain.links`."""
        rows = await self._database.read(lambda db: db.all("sealing.links", site=site, after=after, limit=limit))
        return tuple(map(chain_link_of, rows))

    async def strays(self, site: SiteId, after: Spot | None = None, limit: int = 5000) -> tuple[int, Spot | None]:
        """See `ActivityChain.strays`."""
        params = stray_params(site, after, limit)
        return strays_of(await self._database.read(lambda db: db.all("sealing.strays", **params)), limit)

    async def forget(self, site: SiteId, until: datetime, limit: int = 1000) -> int:
        """See `ActivityChain.forget`."""

        async def work(db: Statements) -> int:
            counted = await db.one("sealing.forget", site=site, until=until, limit=limit)
            await _anchor(db, site, until)
            return 0 if counted is None else int(counted["removed"])

        return await self._database.write(work)


async def _head(db: Statements, site: SiteId) -> Head | None:
    """The last seal, or the anchor where none is left."""
    return head_of(await db.one("sealing.head", site=site) or await db.one("sealing.anchor", site=site))


async def _anchor(db: Statements, site: SiteId, until: datetime) -> None:
    """Let go of the seals before the first that must stay, and remember the last of them."""
    kept = await db.one("sealing.first_kept", site=site, until=until)
    first = LAST_ROW if kept is None else kept["number"]
    gone = head_of(await db.one("sealing.last_gone", site=site, first=first))
    if gone is not None:
        await db.run("sealing.set_anchor", head_params(gone))
        await db.run("sealing.drop_seals", {"site": site, "number": gone.number})
