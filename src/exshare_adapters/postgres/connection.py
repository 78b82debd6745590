"""PostgreSQL connections: their settings, their named statements, and the translation of their errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from exshare_adapters.columns import Param, Params, Row
from exshare_core.errors import Broken, Busy, InvalidValue, Taken

STATEMENT_TIMEOUT = "5s"
LOCK_TIMEOUT = "2s"

Connection = psycopg.AsyncConnection[dict[str, Any]]


class Statements:
    """Runs named statements on one connection."""

    def __init__(self, connection: Connection, queries: Mapping[str, str]) -> None:
        self._connection = connection
        self._queries = queries

    async def all(self, name: str, **params: Param) -> Sequence[Row]:
        """The rows that the statement gives."""
        cursor = await self._connection.execute(self._text(name), _lists(params))
        return await cursor.fetchall()

    async def composed(self, statement: str, params: Params) -> Sequence[Row]:
        """The rows of a statement that was put together. INVARIANT: from pieces of this package, with no value in it."""
        cursor = await self._connection.execute(statement, _lists(params))
        return await cursor.fetchall()

    async def one(self, name: str, **params: Param) -> Row | None:
        """The first row that the statement gives, or None."""
        rows = await self.all(name, **params)
        return rows[0] if rows else None

    async def run(self, name: str, params: Params) -> int:
        """Run the statement; how many rows it changed."""
        return (await self._connection.execute(self._text(name), params)).rowcount

    async def run_each(self, name: str, rows: Iterable[Params]) -> None:
        """Run the statement for each of `rows`, in order, without waiting for each answer."""
        if listed := list(rows):
            async with self._connection.cursor() as cursor:
                await cursor.executemany(self._text(name), listed)

    def transaction(self) -> AbstractAsyncContextManager[object]:
        """One transaction on this connection; any error undoes everything."""
        return self._connection.transaction()

    def _text(self, name: str) -> str:
        """The statement. INVARIANT: it comes from a file of this package and holds no value."""
        return self._queries[name]


def _lists(params: Params) -> dict[str, object]:
    """Tuples as lists, which PostgreSQL's arrays are made of."""
    return {name: [*value] if isinstance(value, tuple) else value for name, value in params.items()}


def check_address(dsn: str) -> None:
    """Raise InvalidValue for an address that libpq cannot read, without repeating it: it may hold secrets."""
    try:
        conninfo_to_dict(dsn)
    except psycopg.Error:
        raise InvalidValue("dsn", "is not a database address such as postgresql://user@host/name") from None


async def configure(connection: psycopg.AsyncConnection[Any]) -> None:
    """Set up a new connection: nothing is waited for without end, and instants come in UTC."""
    await connection.set_autocommit(True)
    await connection.execute(
        "select set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false),"
        " set_config('timezone', 'UTC', false)",
        (STATEMENT_TIMEOUT, LOCK_TIMEOUT),
    )


CONNECTION = {"row_factory": dict_row, "autocommit": True, "application_name": "exshare"}
"""What every connection is opened with."""


@contextmanager
def translated() -> Iterator[None]:
    """Foreign errors as ours, the cause kept: what depends on load and network may pass by itself."""
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        raise Taken("a name, an id or a digest is in use already") from error
    except (PoolTimeout, TooManyRequests, PoolClosed) as error:
        raise Busy("no connection to the database is free", retry_after=1.0) from error
    except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable) as error:
        raise Busy("the database took too long", retry_after=1.0) from error
    except psycopg.errors.InsufficientResources as error:
        raise Busy("the database has run out of disk, memory or connections", retry_after=60.0) from error
    except psycopg.OperationalError as error:
        raise Busy("the database does not answer", retry_after=1.0) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise Broken("the database user lacks a privilege") from error
    except psycopg.errors.ReadOnlySqlTransaction as error:
        raise Busy("the database is read-only now", retry_after=60.0) from error
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise Broken("the database refused a value") from error
    except (psycopg.Error, UnicodeError) as error:
        raise Broken("the database cannot be used") from error
