"""The SQLite file is private, and what is wrong with it is said in our own errors."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from exshare_adapters.queries import load_queries
from exshare_adapters.sqlite import SqliteSettings, connection, open_sqlite
from exshare_adapters.sqlite.database import Database
from exshare_adapters.sqlite.storage import PACKAGE, SqliteStorage
from exshare_core.errors import Broken, Busy
from exshare_core.testing.samples import a_letter, a_link, an_address, an_event, fresh_site


def _open(path: Path) -> None:
    async def scenario() -> None:
        async with asynccontextmanager(open_sqlite)(SqliteSettings(path)) as storage:
            await storage.ping()

    asyncio.run(scenario())


def test_file_and_folder_are_the_owners_alone(tmp_path: Path) -> None:
    """A new file has mode 0600, with everything beside it; a new folder has mode 0700."""
    path = tmp_path / "data" / "exshare.db"
    modes = {}

    async def scenario() -> None:
        async with asynccontextmanager(open_sqlite)(SqliteSettings(path)) as storage:
            await storage.policies.ensure_site(fresh_site())
            modes.update({file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()})

    asyncio.run(scenario())

    assert {"exshare.db": 0o600, "exshare.db-wal": 0o600, "exshare.db-shm": 0o600} == modes
    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)


def test_nothing_is_lost_when_power_fails(tmp_path: Path) -> None:
    """Every connection writes ahead, waits for the disk and checks references."""
    with closing(connection.connect(tmp_path / "exshare.db")) as session:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        values = [next(iter(session.execute(f"pragma {name}").fetchone().values())) for name in pragmas]

    assert ["wal", 2, 1, 5000] == values


def test_a_file_that_is_no_database_is_broken(tmp_path: Path) -> None:
    """A foreign file is refused and left as it is."""
    path = tmp_path / "exshare.db"
    path.write_bytes(b"something else entirely, and long enough to have a header\n" * 20)
    before = path.read_bytes()

    with pytest.raises(Broken, match="its file is not a database"):
        _open(path)

    assert before == path.read_bytes()


def test_a_place_that_cannot_be_a_file_is_broken(tmp_path: Path) -> None:
    """A folder in the place of the file, and a file in the place of the folder, are named."""
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "exshare.db"):
        with pytest.raises(Broken, match="cannot be opened"):
            _open(path)


def test_a_lock_that_is_not_given_up_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process holds the write lock, reads go on and writes are Busy, with the cause kept."""
    monkeypatch.setattr(connection, "BUSY_MILLISECONDS", 50)
    path = tmp_path / "exshare.db"

    async def scenario() -> Busy:
        async with asynccontextmanager(open_sqlite)(SqliteSettings(path)) as storage:
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                other.execute("begin immediate")
                await storage.ping()
                with pytest.raises(Busy) as refused:
                    await storage.policies.ensure_site(fresh_site())
                other.execute("rollback")
            await storage.policies.ensure_site(fresh_site())
        return refused.value

    error = asyncio.run(scenario())

    assert 1.0 == error.retry_after
    assert isinstance(error.__cause__, sqlite3.OperationalError)


def test_a_full_disk_is_busy_and_stores_nothing(tmp_path: Path) -> None:
    """When the file cannot grow, nothing of the write stays; when it can again, the same write is stored."""
    path = tmp_path / "exshare.db"
    _open(path)
    link = a_link(fresh_site(), description="long " * 2000)
    address = an_address(link)

    async def scenario() -> tuple[bool, bool, int]:
        database = Database(path, load_queries(PACKAGE))
        storage = SqliteStorage(database)
        try:
            await database.on_writer(lambda session: session.execute("pragma max_page_count = 1").fetchall())
            with pytest.raises(Busy, match="disk of the database is full"):
                await storage.links.add(link, address, [an_event(link)], [a_letter(link.site)])
            absent = await storage.links.find(address.digest, None) is None
            await database.on_writer(lambda session: session.execute("pragma max_page_count = 100000").fetchall())
            await storage.links.add(link, address, [an_event(link)], [])
            present = await storage.links.find(address.digest, None) is not None
            return absent, present, len(await storage.activity.of_link(link.site, link.id))
        finally:
            await database.close()

    assert (True, True, 1) == asyncio.run(scenario())


def test_a_cancelled_caller_leaves_no_half_write(tmp_path: Path) -> None:
    """A caller that goes away does not stop others, and what it began is stored whole or not at all."""
    path = tmp_path / "exshare.db"
    links = [a_link(fresh_site()) for _ in range(10)]
    addresses = [an_address(link) for link in links]

    async def scenario() -> list[bool]:
        async with asynccontextmanager(open_sqlite)(SqliteSettings(path)) as storage:
            tasks = [
                asyncio.create_task(storage.links.add(link, address, [an_event(link)]))
                for link, address in zip(links, addresses, strict=True)
            ]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await storage.policies.ensure_site(fresh_site())
            return [
                (await storage.links.find(address.digest, None) is not None)
                == bool(await storage.activity.of_link(link.site, link.id))
                for link, address in zip(links, addresses, strict=True)
            ]

    assert [True] * 10 == asyncio.run(scenario())
