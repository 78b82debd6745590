"""SQLite keeps every promise of Storage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from exshare_adapters.sqlite import SqliteSettings, open_sqlite
from exshare_core.ports import Storage
from exshare_core.testing.storage import StorageContract


class TestSqlite(StorageContract):
    """The contract over one file, opened anew by every test."""

    path: Path

    @pytest.fixture(autouse=True)
    def _file(self, tmp_path: Path) -> None:
        self.path = tmp_path / "data" / "exshare.db"

    def open(self) -> AbstractAsyncContextManager[Storage]:
        """The storage in this test's file."""
        return asynccontextmanager(open_sqlite)(SqliteSettings(self.path))

    @asynccontextmanager
    async def open_unreachable(self) -> AsyncIterator[Storage]:
        """A storage whose file was closed under it."""
        async with asynccontextmanager(open_sqlite)(SqliteSettings(self.path)) as storage:
            pass
        yield storage
