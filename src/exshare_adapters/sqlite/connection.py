"""One SQLite connection: its settings, its named statements, and the translation of its errors."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from exshare_adapters.columns import Param, Params, Row, microseconds
from exshare_core.errors import Broken, Busy, Taken

BUSY_MILLISECONDS = 5000
"""How long a writer waits for a writer in another process."""


class Statements:
    """Runs named statements on one connection. Used by one thread at a time."""

    def __init__(self, connection: sqlite3.Connection, queries: Mapping[str, str]) -> None:
        self._connection = connection
        self._queries = queries

    def all(self, name: str, **params: Param) -> list[Row]:
        """The rows that the statement gives."""
        return self._connection.execute(self._queries[name], _bound(params)).fetchall()

    def composed(self, statement: str, params: Params) -> list[Row]:
        """The rows of a statement that was put together. INVARIANT: from pieces of this package, with no value in it."""
        return self._connection.execute(statement, _bound(params)).fetchall()

    def one(self, name: str, **params: Param) -> Row | None:
        """The first row that the statement gives, or None."""
        rows = self.all(name, **params)
        return rows[0] if rows else None

    def run(self, name: str, params: Params) -> int:
        """Run the statement; how many rows it changed."""
        return self._connection.execute(self._queries[name], _bound(params)).rowcount

    def run_each(self, name: str, rows: Iterable[Params]) -> None:
        """Run the statement for each of `rows`, in order."""
        self._connection.executemany(self._queries[name], map(_bound, rows))


def _bound(params: Params) -> dict[str, object]:
    return {name: _stored(value) for name, value in params.items()}


def _stored(value: Param) -> object:
    """Instants as numbers, tuples as JSON."""
    if isinstance(value, datetime):
        return microseconds(value)
    return json.dumps(value) if isinstance(value, tuple) else value


def _row(cursor: sqlite3.Cursor, values: tuple[object, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


def connect(path: Path) -> sqlite3.Connection:
    """A connection that loses nothing when power fails; may be closed by another thread."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = _row
        connection.execute(f"pragma busy_timeout = {BUSY_MILLISECONDS}")
        _write_ahead(connection)
        connection.execute("pragma synchronous = full")
        connection.execute("pragma foreign_keys = on")
        # What is deleted, such as personal fields, is overwritten as well, and not only forgotten
        connection.execute("pragma secure_delete = on")
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead mode. SQLite does not wait for the lock that the first switch of a file needs."""
    for left in reversed(range(BUSY_MILLISECONDS // 50)):
        try:
            connection.execute("pragma journal_mode = wal")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or not left:
                raise
            time.sleep(0.05)


def make_file(path: Path) -> None:
    """Make the file for its owner only, and its folder where there is none; what exists stays as it is."""
    try:
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise Broken(f"the database file `{path}` cannot be opened: {error.strerror}") from error


def holds_anything(path: Path) -> bool:
    """Whether a file is there that something was written to."""
    return path.is_file() and path.stat().st_size > 0


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One writing transaction: the lock is taken at once; any error undoes everything."""
    connection.execute("begin immediate")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


@contextmanager
def translated() -> Iterator[None]:
    """Foreign errors as ours, the cause kept: full or locked may pass by itself, the rest will not."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY):
            raise Taken("a name, an id or a digest is in use already") from error
        raise Broken("the database refused a value") from error
    except sqlite3.Error as error:
        primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise Busy("the database is locked by another process", retry_after=1.0) from error
        if primary == sqlite3.SQLITE_FULL:
            raise Busy("the disk of the database is full", retry_after=60.0) from error
        raise Broken(f"the database cannot be used: {_REASONS.get(primary, 'an internal error')}") from error
    except (OverflowError, UnicodeError) as error:
        raise Broken("the database refused a value") from error


_REASONS = {
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened",
    sqlite3.SQLITE_CORRUPT: "its file is damaged",
    sqlite3.SQLITE_NOTADB: "its file is not a database",
    sqlite3.SQLITE_IOERR: "its disk gives errors",
}
