"""The schema is brought up to date once, whole, and never over a database that this code does not know."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from exshare_adapters.migrations import Migration, load_migrations, migrate, parse, pending
from exshare_adapters.postgres.storage import PostgresTarget
from exshare_adapters.sqlite.connection import connect
from exshare_adapters.sqlite.storage import SqliteTarget
from exshare_core.errors import Broken
from tests.integration.stores import Store

FIRST = parse("0001_first", "create table one (id text);\n-- down\ndrop table one;\n")
SECOND = parse("0002_second", "create table two (id text);\n\n-- why\ncreate index two_id\n    on two (id);\n")
BROKEN = parse("0002_second", "create table two (id text);\ncreate table two (id text);\n")


def _open(store: Store) -> None:
    async def scenario() -> None:
        async with store.open() as storage:
            await storage.ping()

    asyncio.run(scenario())


def _query(store: Store, statement: str) -> list[tuple[object, ...]]:
    if store.product == "sqlite":
        connection = sqlite3.connect(store.place)
        try:
            with connection:
                return connection.execute(statement).fetchall()
        finally:
            connection.close()
    with psycopg.connect(store.place) as session:
        cursor = session.execute(statement)
        return cursor.fetchall() if cursor.description else []


def _migrate(store: Store, known: list[Migration]) -> tuple[str, ...]:
    if store.product == "sqlite":
        connection = connect(Path(store.place))
        try:
            return migrate(SqliteTarget(connection), known)
        finally:
            connection.close()
    with psycopg.connect(store.place, autocommit=True) as session:
        return migrate(PostgresTarget(session), known)


def test_opening_applies_every_migration_once(store: Store) -> None:
    """A fresh database gets all migrations, and opening it again applies nothing."""
    known = load_migrations(f"exshare_adapters.{store.product}")
    _open(store)
    first = _query(store, "select version, checksum, applied_at from exshare_migrations order by version")
    _open(store)
    again = _query(store, "select version, checksum, applied_at from exshare_migrations order by version")

    assert [(one.version, one.checksum) for one in known] == [(version, checksum) for version, checksum, _ in first]
    assert first == again


def test_an_edited_migration_is_refused(store: Store) -> None:
    """A database whose migration has another checksum is not opened, and the migration is named."""
    _open(store)
    _query(store, "update exshare_migrations set checksum = 'edited' where version = '0001_first'")

    with pytest.raises(Broken, match="the migration `0001_first` was edited after being applied"):
        _open(store)


def test_a_newer_database_is_refused(store: Store) -> None:
    """A database with a migration that this code does not have is not opened, and the migration is named."""
    _open(store)
    _query(store, "insert into exshare_migrations values ('9999_later', '', '', '')")

    with pytest.raises(Broken, match="newer than this code: it has the migration `9999_later`"):
        _open(store)


def test_only_what_is_pending_is_applied(store: Store) -> None:
    """A second migration is applied to a database that has the first, with the way back in the ledger."""
    assert ("0001_first",) == _migrate(store, [FIRST])
    assert ("0002_second",) == _migrate(store, [FIRST, SECOND])
    assert () == _migrate(store, [FIRST, SECOND])
    assert [("drop table one;",), ("",)] == _query(store, "select down from exshare_migrations order by version")


def test_a_failed_migration_leaves_nothing_behind(store: Store) -> None:
    """When one statement fails, no table and no ledger row of any pending migration stays."""
    with pytest.raises((sqlite3.Error, psycopg.Error)):
        _migrate(store, [FIRST, BROKEN])

    assert ("0001_first", "0002_second") == _migrate(store, [FIRST, SECOND])


@pytest.mark.parametrize(
    ("applied", "rule"),
    [
        ({"0002_second": SECOND.checksum}, "`0001_first` was never applied, but later ones were"),
        ({"0001_first": "other"}, "`0001_first` was edited after being applied"),
        ({"0001_first": FIRST.checksum, "0003": ""}, "newer than this code: it has the migration `0003`"),
    ],
)
def test_a_ledger_that_does_not_fit_is_refused(applied: Mapping[str, str], rule: str) -> None:
    """Gaps, edits and the unknown are refused with the migration's name."""
    with pytest.raises(Broken, match=rule):
        pending([FIRST, SECOND], applied)


def test_statements_end_at_the_end_of_a_line() -> None:
    """A semicolon inside a line ends nothing, comment lines are left out, and an open end is refused."""
    migration = parse("0001", "-- why; because\ninsert into one values ('a;b');\nselect\n    1;\n")

    assert ("insert into one values ('a;b')", "select\n    1") == migration.up
    with pytest.raises(ValueError, match="does not end with a semicolon"):
        parse("0001", "select 1")


def test_line_endings_do_not_edit_a_migration() -> None:
    """A file checked out with other line endings is the same migration."""
    assert parse("0001", "select 1;\n").checksum == parse("0001", "select 1;\r\n").checksum
