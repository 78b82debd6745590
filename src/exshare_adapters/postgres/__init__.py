"""Storage in a PostgreSQL database: for many processes on many machines."""

from __future__ import annotations

from collections.abc import AsyncIterator

from attrs import field, frozen, validators

from exshare_core.ports import Storage


@frozen(slots=True)
class PostgresSettings:
    """Where the database is, as any address of libpq, and how many connections one process may hold."""

    dsn: str = field(repr=False)
    pool_size: int = field(default=10, validator=validators.ge(1))
    migrate: bool = True
    """Whether opening brings the tables up to date; else they are opened as they stand (see `Migrated`)."""


async def open_postgres(settings: PostgresSettings, /) -> AsyncIterator[Storage]:
    """Connect, bring the tables up to date where that is wanted, yield the storage, close every connection.

    Raises InvalidValue for an address that cannot be read, Busy when the database does not answer, and Broken
    when it cannot be used.
    """
    from exshare_adapters.postgres.storage import opened

    async with opened(settings.dsn, settings.pool_size, bring_up=settings.migrate) as storage:
        yield storage
