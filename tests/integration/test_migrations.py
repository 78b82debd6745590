"""The schema is brought up to date once, whole, and never over a database that this code does not know."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest

from exshare_adapters.migrations import (
    Migration,
    Target,
    load_migrations,
    migrate,
    parse,
    pending,
    standing,
    take_back,
)
from exshare_adapters.postgres.storage import PostgresTarget
from exshare_adapters.sqlite.connection import connect
from exshare_adapters.sqlite.storage import SqliteTarget
from exshare_core.errors import Broken, InvalidValue
from exshare_core.ports import Descent, Dropped, Migrated, Schema
from exshare_core.testing.samples import a_link, an_address
from exshare_core.values import SiteId
from tests.integration.stores import Store

T = TypeVar("T")

FIRST = parse("0001_first", "create table one (id text);\n-- down\ndrop table one;\n")
SECOND = parse("0002_second", "create table two (id text);\n\n-- why\ncreate index two_id\n    on two (id);\n")
THIRD = parse(
    "0003_third",
    "create table three (id text);\nalter table one add column more text;\n"
    "-- down\n-- rows first\ndelete from one\n  where id = 'b';\nalter table one drop column more;\ndrop table three;\n",
)
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


def _on_target(store: Store, work: Callable[[Target], T]) -> T:
    if store.product == "sqlite":
        connection = connect(Path(store.place))
        try:
            return work(SqliteTarget(connection))
        finally:
            connection.close()
    with psycopg.connect(store.place, autocommit=True) as session:
        return work(PostgresTarget(session))


def _migrate(store: Store, known: list[Migration]) -> tuple[str, ...]:
    return _on_target(store, lambda target: migrate(target, known))


def _back(store: Store, to: str, *, rehearse: bool = False, lose: bool = False) -> Descent:
    return _on_target(store, lambda target: take_back(target, to, rehearse=rehearse, lose=lose))


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


def test_the_way_back_is_looked_at_first(store: Store) -> None:
    """A rehearsal names the steps newest first and what holds rows, and changes nothing; columns that are empty hold none."""
    _migrate(store, [FIRST, THIRD])
    _query(store, "insert into three values ('a'), ('b')")
    _query(store, "insert into one (id) values ('a'), ('b')")
    before = _query(store, "select version from exshare_migrations order by version")
    looked = _back(store, "1", rehearse=True)
    _query(store, "update one set more = 'word' where id = 'a'")

    assert Descent(("0003_third",), (Dropped("rows of `one`", 1), Dropped("table `three`", 2))) == looked
    assert [("0001_first",), ("0003_third",)] == before
    assert before == _query(store, "select version from exshare_migrations order by version")
    assert Dropped("column `more` of `one`", 1) == _back(store, "0001_first", rehearse=True).dropped[1]


def test_rows_are_lost_on_purpose_only(store: Store) -> None:
    """A way back that drops rows is refused, and named; said so, it is taken, and the way forward again after it."""
    _migrate(store, [FIRST, THIRD])
    _query(store, "insert into three values ('a')")
    with pytest.raises(InvalidValue, match=r"to: rows would be lost: table `three` \(1\)"):
        _back(store, "1")
    kept = _query(store, "select count(*) from three")
    undone = _back(store, "1", lose=True).undone

    assert ([(1,)], ("0003_third",)) == (kept, undone)
    assert [("0001_first",)] == _query(store, "select version from exshare_migrations")
    assert ("0003_third",) == _migrate(store, [FIRST, THIRD])
    assert [(0,)] == _query(store, "select count(*) from three")


@pytest.mark.parametrize(
    ("to", "rule"),
    [
        ("0001_first", "the migration `0002_second` has no way back"),
        ("0", "there is no step `0`; taken: 0001_first, 0002_second, 0003_third"),
        ("0001_frist", "did you mean `0001_first`"),
    ],
)
def test_a_way_that_is_none_is_refused(store: Store, to: str, rule: str) -> None:
    """Below a step that cannot be undone nobody goes, and not to what was never taken; later steps stay as they are."""
    _migrate(store, [FIRST, SECOND, THIRD])
    with pytest.raises(InvalidValue, match=rule):
        _back(store, to, lose=True)

    assert [(3,)] == _query(store, "select count(*) from exshare_migrations")
    assert [(0,)] == _query(store, "select count(*) from three")


def test_an_older_program_takes_back_what_it_does_not_know(store: Store) -> None:
    """The way back stands in the ledger, so that whoever knows the first step alone can undo the third."""
    _migrate(store, [FIRST, THIRD])
    newer = _on_target(store, lambda target: standing(target, [FIRST]))
    _back(store, "1")

    assert ("0001_first", "0003_third") == newer.taken
    assert "it has the migration `0003_third`; run the program that made it, or go back" in newer.fault
    assert Schema(("0001_first",)) == _on_target(store, lambda target: standing(target, [FIRST]))


def test_looking_changes_nothing(store: Store) -> None:
    """Before the first step and between two, what stands is said, and no table is made for it."""
    tables = {
        "sqlite": "select count(*) from sqlite_schema",
        "postgres": "select count(*) from pg_tables where schemaname = 'public'",
    }[store.product]
    empty = _on_target(store, lambda target: standing(target, [FIRST, SECOND]))
    made = _query(store, tables)
    _migrate(store, [FIRST])

    assert (Schema((), ("0001_first", "0002_second")), [(0,)]) == (empty, made)
    assert Schema(("0001_first",), ("0002_second",)) == _on_target(
        store, lambda target: standing(target, [FIRST, SECOND])
    )


def test_our_own_steps_lead_back_and_forth_with_rows_between(store: Store) -> None:
    """Down to the first step, up and down again: a link of before is found, and personal fields are where they were."""
    link = a_link(SiteId("acme"), name="Harbour")
    instant = "1" if store.product == "sqlite" else "now()"

    async def lost() -> tuple[Schema, Descent]:
        async with store.open() as storage:
            assert isinstance(storage, Migrated)
            if await storage.links.get(link.site, link.id) is None:
                await storage.links.add(link, an_address(link), [])
            schema = await storage.schema()
            return schema, await storage.take_back("1", lose=True)

    async def found() -> object:
        async with store.open() as storage:
            record = await storage.links.get(link.site, link.id)
            return None if record is None else record.link

    schema, descent = asyncio.run(lost())
    between = _query(store, "select version from exshare_migrations")
    _query(
        store,
        "insert into activity (site, at, kind, actor, detail, network, address)"
        f" values ('acme', {instant}, 'opened', 'visitor', '', '192.0.2.7', 'ada@example.com')",
    )

    assert (schema.taken[:0:-1], [("0001_first",)]) == (descent.undone, between)
    assert link == asyncio.run(found())
    assert [("192.0.2.7",)] == _query(store, "select network from activity_personal")
    assert descent.undone == asyncio.run(lost())[1].undone
    assert [("192.0.2.7", "ada@example.com")] == _query(store, "select network, address from activity")


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
