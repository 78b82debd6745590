"""Brings a database's tables to the form that this code needs: one runner for both stores.

A migration is a file ``0001_name.sql``. What stands above a line ``-- down`` is the way forward; what stands
below it is kept in the ledger beside the checksum, so that a way back exists even where this code is no
longer installed. The runner itself only goes forward. A statement ends with a semicolon at the end of a line.

Everything pending is applied in one transaction under one lock, so that processes that start together do not
meet half a schema, and a failed migration leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from importlib.resources import files
from typing import Protocol

from attrs import frozen

from exshare_core.errors import Broken

_FILE = re.compile(r"[0-9]{4}_[a-z0-9_]+\.sql\Z")

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

    def locked(self) -> AbstractContextManager[object]:
        """One transaction that only one process can be in; rolled back when the block raises."""

    def execute(self, statement: str, values: Sequence[str] = ()) -> None:
        """Run one statement inside the transaction."""

    def applied(self) -> Mapping[str, str]:
        """Version to checksum, as the ledger has them."""


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
        todo = pending(known, target.applied())
        for migration in todo:
            for statement in migration.up:
                target.execute(statement)
            target.execute(target.record, (migration.version, migration.checksum, migration.down))
    return tuple(migration.version for migration in todo)


def pending(known: Sequence[Migration], applied: Mapping[str, str]) -> tuple[Migration, ...]:
    """The migrations still to apply; raises Broken as `migrate` does."""
    if unknown := sorted(applied.keys() - {migration.version for migration in known}):
        raise Broken(f"the database is newer than this code: it has the migration `{unknown[-1]}`")
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
