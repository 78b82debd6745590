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
    migrate: bool = True
    """Whether opening brings the tables up to date; else they are opened as they stand (see `Migrated`)."""


async def open_sqlite(settings: SqliteSettings, /) -> AsyncIterator[Storage]:
    """Open the file, bring its tables up to date where that is wanted, yield the storage, close it.

    Raises Busy when the file is locked or the disk is full, Broken when the file cannot be used, and OldSchema when it
    is to be opened as it stands and there is none.
    """
    from exshare_adapters.sqlite.storage import opened

    async with opened(settings.path, bring_up=settings.migrate) as storage:
        yield storage
