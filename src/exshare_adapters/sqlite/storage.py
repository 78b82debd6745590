"""All storage ports of one SQLite file, and how it is opened."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from exshare_adapters.codec import Codec
from exshare_adapters.migrations import load_migrations, migrate, standing, take_back
from exshare_adapters.queries import load_queries
from exshare_adapters.sqlite.accounts import SqliteAccounts
from exshare_adapters.sqlite.activity import SqliteActivity
from exshare_adapters.sqlite.api_keys import SqliteApiKeys
from exshare_adapters.sqlite.brandings import SqliteBrandings
from exshare_adapters.sqlite.chain import SqliteChain
from exshare_adapters.sqlite.codes import SqliteCodes
from exshare_adapters.sqlite.connection import Statements, holds_anything, make_file, transaction
from exshare_adapters.sqlite.database import Database
from exshare_adapters.sqlite.departures import SqliteDepartures
from exshare_adapters.sqlite.failures import SqliteFailures
from exshare_adapters.sqlite.guesses import SqliteGuesses
from exshare_adapters.sqlite.links import SqliteLinks
from exshare_adapters.sqlite.members import SqliteMembers
from exshare_adapters.sqlite.outbox import SqliteOutbox
from exshare_adapters.sqlite.policies import SqlitePolicies
from exshare_adapters.sqlite.used_tokens import SqliteUsedTokens
from exshare_adapters.upkeep import PRUNINGS, prune_params
from exshare_core.errors import Broken, Busy, OldSchema
from exshare_core.ports import Descent, Schema

PACKAGE = "exshare_adapters.sqlite"


class SqliteStorage:
    """The Storage of one SQLite file."""

    def __init__(self, database: Database, brought_up: tuple[str, ...] = ()) -> None:
        codec = Codec()
        self._database = database
        self.brought_up = brought_up
        self.links = SqliteLinks(database, codec)
        self.codes = SqliteCodes(database)
        self.departures = SqliteDepartures(database)
        self.used_tokens = SqliteUsedTokens(database)
        self.policies = SqlitePolicies(database, codec)
        self.brandings = SqliteBrandings(database)
        self.members = SqliteMembers(database)
        self.accounts = SqliteAccounts(database)
        self.api_keys = SqliteApiKeys(database, codec)
        self.activity = SqliteActivity(database)
        self.chain = SqliteChain(database)
        self.failures = SqliteFailures(database)
        self.outbox = SqliteOutbox(database)
        self.guesses = SqliteGuesses(database)

    async def ping(self) -> None:
        """See `Storage.ping`."""
        try:
            await self._database.read(lambda db: db.one("upkeep.ping"))
        except Broken as error:
            raise Busy("the database does not answer") from error

    async def schema(self) -> Schema:
        """See `Migrated.schema`."""
        known = load_migrations(PACKAGE)
        return await self._database.on_writer(lambda connection: standing(SqliteTarget(connection), known))

    async def take_back(self, to: str, *, rehearse: bool = False, lose: bool = False) -> Descent:
        """See `Migrated.take_back`."""

        def work(connection: sqlite3.Connection) -> Descent:
            return take_back(SqliteTarget(connection), to, rehearse=rehearse, lose=lose)

        return await self._database.on_writer(work)

    async def clock(self) -> datetime:
        """See `Migrated.clock`."""
        (row,) = await self._database.read(lambda db: db.all("upkeep.clock"))
        return datetime.fromtimestamp(row["now"] / 1_000_000, UTC)

    async def prune(self, now: datetime) -> None:
        """See `Storage.prune`."""
        params = prune_params(now)

        def work(db: Statements) -> None:
            for name in PRUNINGS:
                db.run(name, params)

        await self._database.write(work)


@asynccontextmanager
async def opened(path: Path, *, bring_up: bool = True) -> AsyncIterator[SqliteStorage]:
    """The storage in the file at `path`, made and brought up to date where needed, or as it stands.

    Raises OldSchema when it is to be opened as it stands and there is none.
    """
    known = load_migrations(PACKAGE)
    if bring_up:
        make_file(path)
    elif not await asyncio.to_thread(holds_anything, path):
        raise OldSchema(None, tuple(one.version for one in known))
    database = Database(path, load_queries(PACKAGE))
    try:
        if not bring_up:
            yield SqliteStorage(database)
            return
        taken = await database.on_writer(lambda connection: migrate(SqliteTarget(connection), known))
        storage = SqliteStorage(database, taken)
        await storage.links.catch_up()
        yield storage
    finally:
        await database.close()


class SqliteTarget:
    """A SQLite connection as the migration runner needs it."""

    record = (
        "insert into exshare_migrations (version, checksum, down, applied_at)"
        " values (?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"
    )
    forget = "delete from exshare_migrations where version = ?"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @contextmanager
    def locked(self) -> Iterator[None]:
        """See `Target.locked`: SQLite's own write lock."""
        with transaction(self._connection):
            yield

    def execute(self, statement: str, values: Sequence[str] = ()) -> None:
        """See `Target.execute`."""
        self._connection.execute(statement, values)

    def count(self, statement: str) -> int:
        """See `Target.count`."""
        (number,) = self._connection.execute(statement).fetchone().values()
        return int(number)

    def ledger(self) -> Mapping[str, tuple[str, str]]:
        """See `Target.ledger`."""
        if not self.count("select count(*) from sqlite_schema where name = 'exshare_migrations'"):
            return {}
        rows = self._connection.execute("select version, checksum, down from exshare_migrations").fetchall()
        return {row["version"]: (row["checksum"], row["down"]) for row in rows}
