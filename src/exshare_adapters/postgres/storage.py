"""All storage ports of one PostgreSQL database, and how it is opened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import psycopg
from psycopg_pool import AsyncConnectionPool

from exshare_adapters.codec import Codec
from exshare_adapters.migrations import load_migrations, migrate, standing, take_back
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
from exshare_core.ports import Descent, Schema

T = TypeVar("T")

PACKAGE = "exshare_adapters.postgres"

CONNECT_SECONDS = 5
"""How long a new connection may take."""

WAIT_SECONDS = 5.0
"""How long a unit of work waits for a free connection."""

OPEN_SECONDS = 10.0
"""How long opening waits for the first connection."""


class PostgresStorage:
    """The Storage of one PostgreSQL database."""

    def __init__(self, database: Database, dsn: str, brought_up: tuple[str, ...] = ()) -> None:
        codec = Codec()
        self.database = database
        self._dsn = dsn
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

    async def schema(self) -> Schema:
        """See `Migrated.schema`."""
        known = load_migrations(PACKAGE)
        return await _on_target(self._dsn, lambda target: standing(target, known))

    async def take_back(self, to: str, *, rehearse: bool = False, lose: bool = False) -> Descent:
        """See `Migrated.take_back`."""
        return await _on_target(self._dsn, lambda target: take_back(target, to, rehearse=rehearse, lose=lose))

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
async def opened(dsn: str, pool_size: int, *, bring_up: bool = True) -> AsyncIterator[PostgresStorage]:
    """The storage in the database at `dsn`, brought up to date where needed, or as it stands."""
    check_address(dsn)
    known = load_migrations(PACKAGE) if bring_up else ()
    # Asked once without the pool, which would say of a database that does not answer only that it took too long
    taken = await _on_target(dsn, lambda target: migrate(target, known) if bring_up else ())
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
        storage = PostgresStorage(Database(pool, load_queries(PACKAGE)), dsn, taken)
        if bring_up:
            await storage.links.catch_up()
        yield storage
    finally:
        await pool.close()


async def _on_target(dsn: str, work: Callable[[PostgresTarget], T]) -> T:
    """What `work` gives on a connection of its own, in a thread."""

    def unit() -> T:
        try:
            connection = psycopg.connect(dsn, autocommit=True, connect_timeout=CONNECT_SECONDS)
        except psycopg.OperationalError as error:
            # libpq names host, user and database here, never the password.
            reason = "; ".join(line.strip() for line in str(error).splitlines())[:400]
            raise Busy(f"the database does not answer: {reason}", retry_after=1.0) from error
        with translated(), connection:
            return work(PostgresTarget(connection))

    return await asyncio.to_thread(unit)


class PostgresTarget:
    """A PostgreSQL connection as the migration runner needs it."""

    record = (
        "insert into exshare_migrations (version, checksum, down, applied_at)"
        " values (%s, %s, %s, to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'))"
    )
    forget = "delete from exshare_migrations where version = %s"

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

    def count(self, statement: str) -> int:
        """See `Target.count`."""
        found = self._connection.execute(statement).fetchone()
        return 0 if found is None else int(found[0])

    def ledger(self) -> Mapping[str, tuple[str, str]]:
        """See `Target.ledger`."""
        if not self.count("select count(to_regclass('exshare_migrations'))"):
            return {}
        rows = self._connection.execute("select version, checksum, down from exshare_migrations").fetchall()
        return {version: (checksum, down) for version, checksum, down in rows}
