"""All storage ports of one SQLite file, and how it is opened."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from exshare_adapters.codec import Codec
from exshare_adapters.migrations import load_migrations, migrate
from exshare_adapters.queries import load_queries
from exshare_adapters.sqlite.accounts import SqliteAccounts
from exshare_adapters.sqlite.activity import SqliteActivity
from exshare_adapters.sqlite.api_keys import SqliteApiKeys
from exshare_adapters.sqlite.brandings import SqliteBrandings
from exshare_adapters.sqlite.chain import SqliteChain
from exshare_adapters.sqlite.codes import SqliteCodes
from exshare_adapters.sqlite.connection import Statements, make_file, transaction
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
from exshare_core.errors import Broken, Busy

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

    async def steps(self) -> tuple[str, ...]:
        """See `Migrated.steps`."""
        return tuple(row["version"] for row in await self._database.read(lambda db: db.all("upkeep.steps")))

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
async def opened(path: Path) -> AsyncIterator[SqliteStorage]:
    """The storage in the file at `path`, made and brought up to date where needed."""
    make_file(path)
    database = Database(path, load_queries(PACKAGE))
    try:
        known = load_migrations(PACKAGE)
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

    def applied(self) -> Mapping[str, str]:
        """See `Target.applied`."""
        rows = self._connection.execute("select version, checksum from exshare_migrations").fetchall()
        return {row["version"]: row["checksum"] for row in rows}
