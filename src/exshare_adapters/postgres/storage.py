"""All storage ports of one PostgreSQL database, and how it is opened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from exshare_adapters.codec import Codec
from exshare_adapters.migrations import Migration, load_migrations, migrate
from exshare_adapters.postgres.accounts import PostgresAccounts
from exshare_adapters.postgres.activity import PostgresActivity
from exshare_adapters.postgres.api_keys import PostgresApiKeys
from exshare_adapters.postgres.brandings import PostgresBrandings
from exshare_adapters.postgres.chain import PostgresChain
from exshare_adapters.postgres.codes import PostgresCodes
from exshare_adapters.postgres.connection import (
    CONNECTION,
    Connection,
    check_address,
    configure,
    translated,
)
from exshare_adapters.postgres.database import Database
from exshare_adapters.postgres.departures import PostgresDepartures
from exshare_adapters.postgres.failures import PostgresFailures
from exshare_adapters.postgres.guesses import PostgresGuesses
from exshare_adapters.postgres.links import PostgresLinks
from exshare_adapters.postgres.members import PostgresMembers
from exshare_adapters.postgres.outbox import PostgresOutbox
from exshare_adapters.postgres.policies import PostgresPolicies
from exshare_adapters.postgres.used_tokens import PostgresUsedTokens
from exshare_adapters.queries import load_queries
from exshare_adapters.upkeep import PRUNINGS, prune_params
from exshare_core.errors import Broken, Busy

PACKAGE = "exshare_adapters.postgres"

CONNECT_SECONDS = 5
"""How long a new connection may take."""

WAIT_SECONDS = 5.0
"""How long a unit of work waits for a free connection."""

OPEN_SECONDS = 10.0
"""How long opening waits for the first connection."""


class PostgresStorage:
    """The Storage of one PostgreSQL database."""

    def __init__(self, database: Database, brought_up: tuple[str, ...] = ()) -> None:
        codec = Codec()
        self.database = database
        self.brought_up = brought_up
        self.links = PostgresLinks(database, codec)
        self.codes = PostgresCodes(database)
        self.departures = PostgresDepartures(database)
        self.used_tokens = PostgresUsedTokens(database)
        self.policies = PostgresPolicies(database, codec)
        self.brandings = PostgresBrandings(database)
        self.members = PostgresMembers(database)
        self.accounts = PostgresAccounts(database)
        self.api_keys = PostgresApiKeys(database, codec)
        self.activity = PostgresActivity(database)
        self.chain = PostgresChain(database)
        self.failures = PostgresFailures(database)
        self.outbox = PostgresOutbox(database)
        self.guesses = PostgresGuesses(database)

    async def ping(self) -> None:
        """See `Storage.ping`."""
        try:
            await self.database.read(lambda db: db.one("upkeep.ping"))
        except Broken as error:
            raise Busy("the database does not answer") from error

    async def steps(self) -> tuple[str, ...]:
        """See `Migrated.steps`."""
        return tuple(row["version"] for row in await self.database.read(lambda db: db.all("upkeep.steps")))

    async def clock(self) -> datetime:
        """See `Migrated.clock`."""
        (row,) = await self.database.read(lambda db: db.all("upkeep.clock"))
        now: datetime = row["now"]
        return now.astimezone(UTC)

    async def prune(self, now: datetime) -> None:
        """See `Storage.prune`; one transaction for each kind of row, so that no lock is held long."""
        params = prune_params(now)
        for name in PRUNINGS:
            await self.database.run(name, params)


@asynccontextmanager
async def opened(dsn: str, pool_size: int) -> AsyncIterator[PostgresStorage]:
    """The storage in the database at `dsn`, brought up to date where needed."""
    check_address(dsn)
    taken = await asyncio.to_thread(_bring_up, dsn, load_migrations(PACKAGE))
    pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
        dsn,
        min_size=1,
        max_size=pool_size,
        timeout=WAIT_SECONDS,
        kwargs={**CONNECTION, "connect_timeout": CONNECT_SECONDS},
        configure=configure,
        open=False,
        name="exshare",
    )
    with translated():
        await pool.open(wait=True, timeout=OPEN_SECONDS)
    try:
        storage = PostgresStorage(Database(pool, load_queries(PACKAGE)), taken)
        await storage.links.catch_up()
        yield storage
    finally:
        await pool.close()


def _bring_up(dsn: str, known: Sequence[Migration]) -> tuple[str, ...]:
    try:
        connection = psycopg.connect(dsn, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except psycopg.OperationalError as error:
        # libpq names host, user and database here, never the password.
        reason = "; ".join(line.strip() for line in str(error).splitlines())[:400]
        raise Busy(f"the database does not answer: {reason}", retry_after=1.0) from error
    with translated(), connection:
        return migrate(PostgresTarget(connection), known)


class PostgresTarget:
    """A PostgreSQL connection as the migration runner needs it."""

    record = (
        "insert into exshare_migrations (version, checksum, down, applied_at)"
        " values (%s, %s, %s, to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'))"
    )

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    @contextmanager
    def locked(self) -> Iterator[None]:
        """See `Target.locked`: an advisory lock that ends with the transaction."""
        with self._connection.transaction():
            self._connection.execute("select pg_advisory_xact_lock(hashtext('exshare.migrations'))")
            yield

    def execute(self, statement: str, values: Sequence[str] = ()) -> None:
        """See `Target.execute`."""
        self._connection.execute(statement, values or None)

    def applied(self) -> Mapping[str, str]:
        """See `Target.applied`."""
        return dict(self._connection.execute("select version, checksum from exshare_migrations").fetchall())
