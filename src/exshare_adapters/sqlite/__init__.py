"""Storage in one SQLite file: the embedded default, for one machine and any number of processes on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from attrs import frozen

from exshare_core.ports import Storage


@frozen(slots=True)
class SqliteSettings:
    """Where the file is. It is made with mode 0600, and a folder that has to be made with mode 0700."""

    path: Path


async def open_sqlite(settings: SqliteSettings, /) -> AsyncIterator[Storage]:
    """Open the file, bring its tables up to date, yield the storage, close it.

    Raises Busy when the file is locked or the disk is full, and Broken when the file cannot be used.
    """
    from exshare_adapters.sqlite.storage import opened

    async with opened(settings.path) as storage:
        yield storage
