"""API keys in SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from exshare_adapters.api_key_rows import key_of, key_params
from exshare_adapters.codec import Codec
from exshare_adapters.columns import Params, blob
from exshare_adapters.sqlite.along import put_along
from exshare_adapters.sqlite.connection import Statements
from exshare_adapters.sqlite.database import Database
from exshare_core.api_keys import ApiKey
from exshare_core.events import Event
from exshare_core.values import ApiKeyId, MemberId, SiteId


class SqliteApiKeys:
    """The ApiKeyRepository of one SQLite file."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec

    async def add(self, key: ApiKey, events: Sequence[Event]) -> None:
        """See `ApiKeyRepository.add`."""

        def work(db: Statements) -> None:
            db.run("api_keys.add", key_params(self._codec, key))
            put_along(db, events)

        await self._database.write(work)

    async def get(self, site: SiteId, key: ApiKeyId) -> ApiKey | None:
        """See `ApiKeyRepository.get`."""
        row = await self._database.read(lambda db: db.one("api_keys.get", site=site, id=key))
        return None if row is None else key_of(self._codec, row)

    async def by_digest(self, digest: bytes) -> ApiKey | None:
        """See `ApiKeyRepository.by_digest`."""
        row = await self._database.read(lambda db: db.one("api_keys.by_digest", digest=digest))
        return None if row is None else key_of(self._codec, row)

    async def list(self, site: SiteId, member: MemberId) -> tuple[ApiKey, ...]:
        """See `ApiKeyRepository.list`."""
        rows = await self._database.read(lambda db: db.all("api_keys.list", site=site, member=member))
        return tuple(key_of(self._codec, row) for row in rows)

    async def revoke(self, site: SiteId, key: ApiKeyId, at: datetime, events: Sequence[Event]) -> None:
        """See `ApiKeyRepository.revoke`."""

        def work(db: Statements) -> None:
            if db.run("api_keys.revoke", {"site": site, "id": key, "at": at}):
                put_along(db, events)

        await self._database.write(work)

    async def use(self, site: SiteId, key: ApiKeyId, at: datetime, since: datetime) -> int:
        """See `ApiKeyRepository.use`."""
        row = await self._database.write(lambda db: db.one("api_keys.use", site=site, id=key, at=at, since=since))
        return 0 if row is None else int(row["counted"])

    async def first(
        self, site: SiteId, key: ApiKeyId, request: bytes, fingerprint: bytes, at: datetime, until: datetime
    ) -> bytes:
        """See `ApiKeyRepository.first`."""
        given: Params = {
            "site": site, "key": key, "request": request, "fingerprint": fingerprint, "at": at, "until": until,
        }  # fmt: skip
        row = await self._database.write(lambda db: db.one("api_keys.first", **given))
        assert row is not None
        return blob(row["fingerprint"])
