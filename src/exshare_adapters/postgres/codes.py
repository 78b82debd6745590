"""Pending one-time codes in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from exshare_adapters.postgres.along import put_along
from exshare_adapters.postgres.connection import Statements
from exshare_adapters.postgres.database import Database
from exshare_adapters.rows import code_of, code_params
from exshare_core.events import Event
from exshare_core.letters import SealedLetter
from exshare_core.ports import PendingCode
from exshare_core.values import LinkId, SiteId


class PostgresCodes:
    """The CodeRepository of one PostgreSQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(
        self, code: PendingCode, at: datetime, events: Sequence[Event], letters: Sequence[SealedLetter]
    ) -> int:
        """See `CodeRepository.ask`."""

        async def work(db: Statements) -> int:
            (row,) = await db.all("codes.ask", **code_params(code), at=at)
            await put_along(db, events, letters)
            tries: int = row["tries"]
            return tries

        return await self._database.write(work)

    async def attempt(
        self, site: SiteId, link: LinkId, session: bytes, code_digest: bytes, most: int, at: datetime
    ) -> PendingCode | None:
        """See `CodeRepository.attempt`."""

        async def work(db: Statements) -> PendingCode | None:
            await db.one("codes.hold", site=site, link=link, session=session)
            row = await db.one(
                "codes.take", site=site, link=link, session=session, code_digest=code_digest, most=most, at=at
            )
            if row is None:
                await db.run("codes.count_wrong", {"site": site, "link": link, "session": session})
                return None
            return code_of(row)

        return await self._database.write(work)
