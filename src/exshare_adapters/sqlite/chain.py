"""The chain over the activity in SQLite."""

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
from exshare_adapters.sqlite.connection import Statements
from exshare_adapters.sqlite.database import Database
from exshare_core.ports import ChainState, Spot
from exshare_core.sealing import Head, Link, sealed
from exshare_core.values import SiteId


class SqliteChain:
    """The ActivityChain of one SQLite file. Its write lock lets one seal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self) -> tuple[SiteId, ...]:
        """See `ActivityChain.waiting`."""
        rows = await self._database.read(lambda db: db.all("sealing.waiting"))
        return tuple(SiteId(row["site"]) for row in rows)

    async def seal(self, site: SiteId, limit: int = 500) -> int:
        """See `ActivityChain.seal`."""

        def work(db: Statements) -> int:
            rows = db.all("sealing.unsealed", site=site, limit=limit)
            seals = sealed(site, _head(db, site), [(stored_row(row), stored_personal(row)) for row in rows])
            db.run_each("sealing.seal", [seal_params(one, row["seq"]) for one, row in zip(seals, rows, strict=True)])
            db.run_each("sealing.sealed", [{"seq": row["seq"]} for row in rows])
            return len(rows)

        return await self._database.write(work)

    async def stands(self, site: SiteId) -> ChainState:
        """See `ActivityChain.stands`."""

        def work(db: Statements) -> ChainState:
            head, anchor = _head(db, site), head_of(db.one("sealing.anchor", site=site))
            backlog = db.one("sealing.backlog", site=site)
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

        def work(db: Statements) -> int:
            rows = [{"seq": row["seq"]} for row in db.all("sealing.old", site=site, until=until, limit=limit)]
            for name in ("sealing.forget", "sealing.forget_personal", "sealing.forget_waiting"):
                db.run_each(name, rows)
            _anchor(db, site, until)
            return len(rows)

        return await self._database.write(work)


def _head(db: Statements, site: SiteId) -> Head | None:
    """The last seal, or the anchor where none is left."""
    return head_of(db.one("sealing.head", site=site) or db.one("sealing.anchor", site=site))


def _anchor(db: Statements, site: SiteId, until: datetime) -> None:
    """Let go of the seals before the first that must stay, and remember the last of them."""
    kept = db.one("sealing.first_kept", site=site, until=until)
    first = LAST_ROW if kept is None else kept["number"]
    gone = head_of(db.one("sealing.last_gone", site=site, first=first))
    if gone is not None:
        db.run("sealing.set_anchor", head_params(gone))
        db.run("sealing.drop_seals", {"site": site, "number": gone.number})
