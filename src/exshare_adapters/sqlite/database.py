"""The threads behind SQLite: one that writes and a few that read; the event loop never waits for a disk.

A unit of work is one plain function and one hop to a thread. Writers of one process queue for the one writing
connection; writers of several processes queue for SQLite's own lock. A caller that is cancelled leaves its
unit of work running to its end: it is stored whole or not at all.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from exshare_adapters.columns import Params
from exshare_adapters.sqlite.connection import Statements, connect, transaction, translated
from exshare_core.errors import Busy

T = TypeVar("T")

READERS = 4


class Database:
    """Runs units of work; made open, closed once."""

    def __init__(self, path: Path, queries: Mapping[str, str]) -> None:
        self._path = path
        self._queries = queries
        self._lock = threading.Lock()
        self._connections: list[sqlite3.Connection] = []
        self._own = threading.local()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="exshare-sqlite-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="exshare-sqlite-read")

    async def read(self, work: Callable[[Statements], T]) -> T:
        """Run `work` on a reading thread; each of its statements sees all that was stored before it began."""
        return await self._run(self._readers, lambda: work(self._statements()))

    async def write(self, work: Callable[[Statements], T]) -> T:
        """Run `work` in one transaction on the writing thread: all of it is stored, or nothing."""

        def unit() -> T:
            statements = self._statements()
            with transaction(self._own.connection):
                return work(statements)

        return await self._run(self._writer, unit)

    async def run(self, name: str, params: Params) -> int:
        """Run one writing statement; how many rows it changed."""
        return await self.write(lambda db: db.run(name, params))

    async def on_writer(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` with the writing connection itself, outside any transaction."""

        def unit() -> T:
            self._statements()
            connection: sqlite3.Connection = self._own.connection
            return work(connection)

        return await self._run(self._writer, unit)

    async def close(self) -> None:
        """Wait for the units of work that run, then close every connection."""
        await asyncio.to_thread(self._close)

    async def _run(self, threads: ThreadPoolExecutor, unit: Callable[[], T]) -> T:
        def whole() -> T:
            with translated():
                return unit()

        try:
            future = threads.submit(whole)
        except RuntimeError as error:
            raise Busy("the database is closed") from error
        return await asyncio.wrap_future(future)

    def _statements(self) -> Statements:
        """This thread's connection, opened at its first use."""
        statements: Statements | None = getattr(self._own, "statements", None)
        if statements is None:
            connection = connect(self._path)
            with self._lock:
                self._connections.append(connection)
            self._own.connection = connection
            statements = self._own.statements = Statements(connection, self._queries)
        return statements

    def _close(self) -> None:
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        for connection in self._connections:
            connection.close()
