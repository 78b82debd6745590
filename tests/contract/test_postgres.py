"""PostgreSQL keeps every promise of Storage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from exshare_adapters.postgres import PostgresSettings, open_postgres
from exshare_core.ports import Storage
from exshare_core.testing.storage import StorageContract


class TestPostgres(StorageContract):
    """The contract over a database of its own for every test."""

    dsn: str

    @pytest.fixture(autouse=True)
    def _database(self, postgres_dsn: str) -> None:
        self.dsn = postgres_dsn

    def open(self) -> AbstractAsyncContextManager[Storage]:
        """The storage in this test's database."""
        return asynccontextmanager(open_postgres)(PostgresSettings(self.dsn))

    @asynccontextmanager
    async def open_unreachable(self) -> AsyncIterator[Storage]:
        """A storage whose connections were closed under it."""
        async with asynccontextmanager(open_postgres)(PostgresSettings(self.dsn)) as storage:
            pass
        yield storage
