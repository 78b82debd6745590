"""Pending one-time codes in SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from exshare_adapters.rows import code_of, code_params
from exshare_adapters.sqlite.along import put_along
from exshare_adapters.sqlite.connection import Statements
from exshare_adapters.sqlite.database import Database
from exshare_core.events import Event
from exshare_core.letters import SealedLetter
from exshare_core.ports import PendingCode
from exshare_core.values import LinkId, SiteId


class SqliteCodes:
    """The CodeRepository of one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(
        self, code: PendingCode, at: datetime, events: Sequence[Event], letters: Sequence[SealedLetter]
    ) -> int:
        """See `CodeRepository.ask`."""

        def work(db: Statements) -> int:
            (row,) = db.all("codes.ask", **code_params(code), at=at)
            put_along(db, events, letters)
            tries: int = row["tries"]
            return tries

        return await self._database.write(work)

    async def attempt(
        self, site: SiteId, link: LinkId, session: bytes, code_digest: bytes, most: int, at: datetime
    ) -> PendingCode | None:
        """See `CodeRepository.attempt`."""

        def work(db: Statements) -> PendingCode | None:
            row = db.one("codes.take", site=site, link=link, session=session, code_digest=code_digest, most=most, at=at)
            if row is None:
                db.run("codes.count_wrong", {"site": site, "link": link, "session": session})
                return None
            return code_of(row)

        return await self._database.write(work)
