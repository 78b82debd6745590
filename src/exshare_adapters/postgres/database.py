"""The pool behind PostgreSQL: units of work, each on one connection, tried again where that is safe."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from exshare_adapters.columns import Params
from exshare_adapters.postgres.connection import Connection, Statements, translated

T = TypeVar("T")

ATTEMPTS = 4
"""One try and up to three more, for a serialization failure or a deadlock."""


class Database:
    """Runs units of work on an open pool."""

    def __init__(self, pool: AsyncConnectionPool[Connection], queries: Mapping[str, str]) -> None:
        self._pool = pool
        self._queries = queries

    async def read(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        """Run `work` outside any transaction; once more when the connection turns out to be dead."""
        with translated():
            try:
                return await self._once(work)
            except psycopg.OperationalError as error:
                if not await self._mended(error):
                    raise
                return await self._once(work)

    async def run(self, name: str, params: Params) -> int:
        """Run one writing statement, which is a transaction by itself; how many rows it changed."""
        return await self._writing(lambda db: db.run(name, params))

    async def write(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        """Run `work` in one transaction: all of it is stored, or nothing."""

        async def within(db: Statements) -> T:
            async with db.transaction():
                return await work(db)

        return await self._writing(within)

    async def _writing(self, within: Callable[[Statements], Awaitable[T]]) -> T:
        """Run a transaction, up to three times more after a serialization failure or a deadlock.

        Neither of them stored anything. A lost connection is not tried again: whether it stored is not known.
        """
        with translated():
            for left in reversed(range(ATTEMPTS)):
                try:
                    return await self._once(within)
                except (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected):
                    if not left:
                        raise
                except psycopg.OperationalError as error:
                    await self._mended(error)
                    raise
        raise AssertionError("the last try returns or raises")

    async def _once(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        async with self._pool.connection() as connection:
            return await work(Statements(connection, self._queries))

    async def _mended(self, error: psycopg.OperationalError) -> bool:
        """Whether `error` was a lost connection; the other idle connections were then tried and replaced."""
        if error.sqlstate is not None and error.sqlstate[:2] not in _LOST:
            return False
        if isinstance(error, _NOT_LOST):
            return False
        await self._pool.check()
        return True


_LOST = ("08", "57")
"""SQLSTATE classes of a connection that broke and of a server that was stopped."""

_NOT_LOST = (psycopg.errors.QueryCanceled, PoolTimeout, PoolClosed, TooManyRequests)
