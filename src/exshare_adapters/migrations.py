"""Brings a database's tables to the form that this code needs: one runner for both stores.

A migration is a file ``0001_name.sql``. What stands above a line ``-- down`` is the way forward; what stands
below it is kept in the ledger beside the checksum, so that a way back exists even where this code is no
longer installed; where nothing stands there, there is none. A statement ends with a semicolon at the end of a line.

Everything pending is applied in one transaction under one lock, so that processes that start together do not
meet half a schema, and a failed migration leaves nothing behind. The way back is taken in the same way.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from importlib.resources import files
from typing import Protocol

from attrs import frozen

from exshare_core.errors import Broken, InvalidValue, unknown
from exshare_core.ports import Descent, Dropped, Schema

_FILE = re.compile(r"[0-9]{4}_[a-z0-9_]+\.sql\Z")
_MADE = re.compile(r"create table ([a-z_0-9]+)|alter table ([a-z_0-9]+) add column ([a-z_0-9]+)")
_DROPPED = re.compile(
    r"drop table (?:if exists )?(?P<table>[a-z_0-9]+)\Z"
    r"|alter table (?P<of>[a-z_0-9]+) drop column (?:if exists )?(?P<column>[a-z_0-9]+)\Z"
    r"|delete from (?P<rows>[a-z_0-9]+)(?P<which> where .+)?\Z"
)

_BACK = "run the program that made it, or go back with `exshare migrate --to`"

LEDGER = """
create table if not exists exshare_migrations (
    version text primary key,
    checksum text not null,
    down text not null,
    applied_at text not null
)
"""


@frozen(slots=True)
class Migration:
    """One step of the schema: its version, its whole text and what is in it."""

    version: str
    checksum: str
    """SHA-256 of the file, in hex."""
    up: tuple[str, ...]
    down: str


class Target(Protocol):
    """The database as the runner needs it: plain methods, one connection."""

    @property
    def record(self) -> str:
        """The statement that inserts version, checksum, down and the present instant into the ledger."""

    @property
    def forget(self) -> str:
        """The statement that deletes a version from the ledger."""

    def locked(self) -> AbstractContextManager[object]:
        """One transaction that only one process can be in; rolled back when the block raises."""

    def execute(self, statement: str, values: Sequence[str] = ()) -> None:
        """Run one statement inside the transaction."""

    def count(self, statement: str) -> int:
        """The one number that the statement gives."""

    def ledger(self) -> Mapping[str, tuple[str, str]]:
        """Version to checksum and way back; nothing where there is no ledger yet."""


def load_migrations(package: str) -> tuple[Migration, ...]:
    """The migrations in the ``migrations`` folder of `package`, oldest first."""
    folder = files(package) / "migrations"
    found = sorted((file for file in folder.iterdir() if _FILE.match(file.name)), key=lambda file: file.name)
    return tuple(parse(file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")) for file in found)


def parse(version: str, text: str) -> Migration:
    """The migration `version` with the file's `text`. Line endings do not count for the checksum."""
    text = text.replace("\r\n", "\n")
    up, _, down = text.partition("\n-- down\n")
    return Migration(version, hashlib.sha256(text.encode()).hexdigest(), _statements(up), down.strip())


def migrate(target: Target, known: Sequence[Migration]) -> tuple[str, ...]:
    """Apply what is pending, all or nothing; the versions applied.

    Raises Broken when an applied migration was edited, or when the database is newer than this code.
    """
    with target.locked():
        target.execute(LEDGER)
        todo = pending(known, _checksums(target))
        for migration in todo:
            for statement in migration.up:
                target.execute(statement)
            target.execute(target.record, (migration.version, migration.checksum, migration.down))
    return tuple(migration.version for migration in todo)


def standing(target: Target, known: Sequence[Migration]) -> Schema:
    """What stands in the database, and what is left to apply; changes nothing."""
    applied = _checksums(target)
    taken = tuple(sorted(applied))
    try:
        return Schema(taken, tuple(one.version for one in pending(known, applied)))
    except Broken as error:
        return Schema(taken, fault=str(error))


def take_back(target: Target, to: str, *, rehearse: bool, lose: bool) -> Descent:
    """Undo what was applied after `to`, all or nothing, by what the ledger says; see `Migrated.take_back`."""
    with target.locked():
        ledger = target.ledger()
        named = _named(to, sorted(ledger))
        undone = tuple(sorted((version for version in ledger if version > named), reverse=True))
        ways = [(version, _statements(ledger[version][1])) for version in undone]
        if lost := next((version for version, way in ways if not way), None):
            raise InvalidValue("to", f"the migration `{lost}` has no way back")
        dropped = _held(target, [statement for _, way in ways for statement in way])
        if not rehearse:
            if dropped and not lose:
                held = ", ".join(f"{one.what} ({one.rows})" for one in dropped)
                raise InvalidValue(
                    "to", f"rows would be lost: {held}; look with `--dry-run`, and say `--lose` to lose them"
                )
            for version, way in ways:
                for statement in way:
                    target.execute(statement)
                target.execute(target.forget, (version,))
    return Descent(undone, dropped)


def _checksums(target: Target) -> dict[str, str]:
    return {version: checksum for version, (checksum, _) in target.ledger().items()}


def _named(to: str, versions: Sequence[str]) -> str:
    """The applied version of this name or number; raises InvalidValue where none is meant."""
    found = [one for one in versions if one == to or (to.isdecimal() and int(one.partition("_")[0]) == int(to))]
    if not found:
        raise InvalidValue("to", unknown("step", to, versions, "taken"))
    return found[0]


def _held(target: Target, statements: Sequence[str]) -> tuple[Dropped, ...]:
    """What the statements drop that holds anything now. INVARIANT: what is put into SQL is of a way back, which is SQL."""
    found, made = [], set[tuple[str | None, str | None]]()
    for statement in (" ".join(one.split()) for one in statements):
        if new := _MADE.match(statement):
            made.add((new[1] or new[2], new[3]))
        match = _DROPPED.match(statement)
        if match is None:
            continue
        table, of, column, rows, which = match.group("table", "of", "column", "rows", "which")
        if {(table or of or rows, None), (of, column)} & made:  # of an earlier step of the way, and not there now
            continue
        if table:
            what, counted = f"table `{table}`", f"select count(*) from {table}"  # noqa: S608
        elif column:
            what, counted = f"column `{column}` of `{of}`", f"select count({column}) from {of}"  # noqa: S608
        else:
            what, counted = f"rows of `{rows}`", f"select count(*) from {rows}{which or ''}"  # noqa: S608
        if number := target.count(counted):
            found.append(Dropped(what, number))
    return tuple(found)


def pending(known: Sequence[Migration], applied: Mapping[str, str]) -> tuple[Migration, ...]:
    """The migrations still to apply; raises Broken as `migrate` does."""
    if later := sorted(applied.keys() - {migration.version for migration in known}):
        raise Broken(f"the database is newer than this code: it has the migration `{later[-1]}`; {_BACK}")
    for migration in known:
        if applied.get(migration.version, migration.checksum) != migration.checksum:
            raise Broken(f"the migration `{migration.version}` was edited after being applied")
    todo = tuple(migration for migration in known if migration.version not in applied)
    if todo != tuple(known[len(applied) :]):
        raise Broken(f"the migration `{todo[0].version}` was never applied, but later ones were")
    return todo


def _statements(text: str) -> tuple[str, ...]:
    statements: list[str] = []
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("--"):
            lines.append(line)
            if line.rstrip().endswith(";"):
                statements.append("\n".join(lines).rstrip().removesuffix(";"))
                lines = []
    if lines:
        raise ValueError(f"the statement `{lines[0].strip()[:60]}` does not end with a semicolon")
    return tuple(statements)
