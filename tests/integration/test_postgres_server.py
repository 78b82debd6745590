"""What goes wrong at a PostgreSQL server is said in our own errors, and passes where it can."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from exshare_adapters.postgres import PostgresSettings, connection, open_postgres, storage
from exshare_adapters.postgres.connection import Connection, Statements
from exshare_adapters.postgres.database import Database
from exshare_core.errors import Broken, Busy, InvalidValue
from exshare_core.links import Switches
from exshare_core.testing.samples import SPACE, fresh_site


def _opening(dsn: str, pool_size: int = 10) -> None:
    async def scenario() -> None:
        async with asynccontextmanager(open_postgres)(PostgresSettings(dsn, pool_size)):
            pass

    asyncio.run(scenario())


def test_an_address_that_cannot_be_read_is_refused_without_being_shown() -> None:
    """The field is named, and the password in the address stands neither in the error nor in its causes."""
    dsn = "postgresqlx//user:hunter2@host/name"
    with pytest.raises(InvalidValue) as refused:
        _opening(dsn)

    assert "dsn" == refused.value.field
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    assert "hunter2" not in str(refused.value) + repr(PostgresSettings(dsn))


def test_a_server_that_is_not_there_is_busy(unused_port: int) -> None:
    """Opening fails at once with Busy when nobody listens; the reason is said, the password is not."""
    with pytest.raises(Busy, match="the database does not answer: .*refused") as refused:
        _opening(f"postgresql://nobody:hunter2@127.0.0.1:{unused_port}/nothing")

    assert "hunter2" not in f"{refused.value} {refused.value.__cause__}"


def test_texts_from_another_collation_sort_by_code_point(postgres_dsn: str) -> None:
    """The order of ids and names is the database's own nowhere."""
    _opening(postgres_dsn)
    with psycopg.connect(postgres_dsn) as session:
        columns = session.execute(
            "select table_name || '.' || column_name from information_schema.columns"
            " where table_schema = 'public' and data_type = 'text' and collation_name is distinct from 'C'"
            " and table_name <> 'exshare_migrations'"
        ).fetchall()

    assert [] == columns


def test_a_pool_that_is_used_up_is_busy(postgres_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who gets no connection in time gets Busy, and the next one is served again."""
    monkeypatch.setattr(storage, "WAIT_SECONDS", 0.05)

    async def scenario() -> Switches:
        async with asynccontextmanager(open_postgres)(PostgresSettings(postgres_dsn, pool_size=1)) as opened:
            assert isinstance(opened, storage.PostgresStorage)
            held = asyncio.Event()
            release = asyncio.Event()

            async def hold(_: Statements) -> None:
                held.set()
                await release.wait()

            holder = asyncio.create_task(opened.database.read(hold))
            await held.wait()
            with pytest.raises(Busy, match="no connection to the database is free"):
                await opened.ping()
            release.set()
            await holder
            return await opened.policies.switches(fresh_site(), SPACE)

    assert Switches(True, True) == asyncio.run(scenario())


def test_a_lock_that_is_not_given_up_is_busy(postgres_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that waits too long for another is Busy; reads go on."""
    monkeypatch.setattr(connection, "LOCK_TIMEOUT", "50ms")
    site = fresh_site()

    async def scenario() -> None:
        async with asynccontextmanager(open_postgres)(PostgresSettings(postgres_dsn)) as opened:
            await opened.policies.switch(site, None, False, [])
            with psycopg.connect(postgres_dsn) as other:
                other.execute("update switches set is_on = true")
                assert Switches(False, True) == await opened.policies.switches(site, SPACE)
                with pytest.raises(Busy, match="took too long"):
                    await opened.policies.switch(site, None, True, [])
            await opened.policies.switch(site, None, True, [])

    asyncio.run(scenario())


def test_reads_survive_connections_that_were_cut(postgres_dsn: str) -> None:
    """After the server cut every connection, the next read is served on a new one."""
    site = fresh_site()

    async def scenario() -> Switches:
        async with asynccontextmanager(open_postgres)(PostgresSettings(postgres_dsn, pool_size=3)) as opened:
            await asyncio.gather(*(opened.policies.switch(site, SPACE, False, []) for _ in range(9)))
            with psycopg.connect(postgres_dsn, autocommit=True) as other:
                other.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and pid <> pg_backend_pid()"
                )
            return await opened.policies.switches(site, SPACE)

    assert Switches(True, False) == asyncio.run(scenario())


@pytest.mark.parametrize(("failures", "expected"), [(0, ("stored", 1)), (3, ("stored", 4)), (9, ("busy", 4))])
def test_a_conflict_is_tried_again_three_times(postgres_dsn: str, failures: int, expected: tuple[str, int]) -> None:
    """A write that the database could not serialise is repeated; after the third repetition it is Busy."""
    tries = 0

    async def conflicting(_: Statements) -> str:
        nonlocal tries
        tries += 1
        if tries <= failures:
            raise psycopg.errors.SerializationFailure
        return "stored"

    async def scenario() -> str:
        pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            postgres_dsn, min_size=1, kwargs={"row_factory": dict_row}, open=False
        )
        async with pool:
            try:
                return await Database(pool, {}).write(conflicting)
            except Busy:
                return "busy"

    assert expected == (asyncio.run(scenario()), tries)


def test_a_text_that_the_database_cannot_hold_is_broken(postgres_dsn: str) -> None:
    """A character that PostgreSQL has no place for is refused as ours, with the cause kept."""

    async def scenario() -> Broken:
        async with asynccontextmanager(open_postgres)(PostgresSettings(postgres_dsn)) as opened:
            with pytest.raises(Broken) as refused:
                await opened.members.by_name("a\x00b", fresh_site())
            return refused.value

    assert isinstance(asyncio.run(scenario()).__cause__, psycopg.Error)
