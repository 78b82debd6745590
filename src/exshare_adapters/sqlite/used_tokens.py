"""Tokens that were good once, in SQLite."""

from __future__ import annotations

from datetime import datetime

from exshare_adapters.sqlite.database import Database
from exshare_core.values import SiteId


class SqliteUsedTokens:
    """The UsedTokens of one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def used(self, site: SiteId, digest: bytes) -> bool:
        """See `UsedTokens.used`."""
        row = await self._database.read(lambda db: db.one("used_tokens.used", site=site, digest=digest))
        return row is not None

    async def use(self, site: SiteId, digest: bytes, until: datetime) -> bool:
        """See `UsedTokens.use`."""
        return await self._database.run("used_tokens.use", {"site": site, "digest": digest, "until": until}) > 0
