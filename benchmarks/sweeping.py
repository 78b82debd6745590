"""How much processor time a walk over every link costs, per link, in each store.

    python -m benchmarks.sweeping [LINKS]

Links are as different from one another as in life: every second has a password, every expiry is its own, the lists of
people are of a hundred kinds, and the spaces fifty. PostgreSQL's own time is not counted, only this process's.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

import psycopg
from psycopg import sql

from exshare_adapters.codec import Codec
from exshare_adapters.columns import Params, microseconds
from exshare_adapters.link_rows import link_params
from exshare_adapters.postgres import PostgresSettings, open_postgres
from exshare_adapters.queries import load_queries
from exshare_adapters.sqlite import SqliteSettings, open_sqlite
from exshare_adapters.sqlite.connection import connect
from exshare_core.capabilities import Capabilities
from exshare_core.links import LabelFilter, LabelMode, Scope, ShareLink, Wish
from exshare_core.ports import Storage
from exshare_core.values import AccountId, LinkId, MemberId, Networks, PageId, People, SiteId, SpaceKey
from tests.postgres_server import postgres_server

SITE = SiteId("acme")
NOW = datetime(2026, 5, 15, 12, 0, 0, 123456, tzinfo=UTC)
PAGE = 1000


def made(count: int) -> Iterator[ShareLink]:
    """Links as a large organisation has them."""
    for number in range(count):
        at = NOW - timedelta(seconds=number * 37, microseconds=number)
        wish = Wish(
            capabilities=Capabilities((("attachments", 1), ("labels", 1)) if number % 3 else ()),
            people=People.parse([f"{number % 100}.example", "ada@example.com"]) if number % 2 else None,
            networks=Networks.parse(["203.0.113.0/24"]) if not number % 10 else None,
            expires_at=at + timedelta(days=30),
            max_opens=100 if not number % 7 else None,
            password_hash=f"$argon2id$v=19$m=47104,t=1,p=1${number:022}$hash" if number % 2 else None,
        )
        labels = LabelFilter(LabelMode.ANY, frozenset({"public"})) if not number % 20 else None
        scope = Scope(PageId(str(100_000 + number)), SpaceKey(f"S{number % 50}"), number % 4 == 0, labels)
        yield ShareLink(
            LinkId(f"{number:032x}"), SITE, scope, wish, MemberId(f"member{number % 500}"), AccountId("557058:0f3c"),
            MemberId(f"member{number % 500}"), at, at, at, f"For partner {number}", "",
        )  # fmt: skip


def _opens(links: Iterable[Params]) -> Iterator[Params]:
    return ({"site": link["site"], "link": link["id"]} for link in links)


def fill_sqlite(path: Path, rows: list[Params]) -> None:
    """Store the links in one transaction."""
    queries = load_queries("exshare_adapters.sqlite")
    connection = connect(path)
    connection.execute("begin")
    connection.executemany(
        queries["links.add"],
        (
            {name: microseconds(value) if isinstance(value, datetime) else value for name, value in row.items()}
            for row in rows
        ),
    )
    connection.executemany(queries["links.add_opens"], _opens(rows))
    connection.execute("commit")
    connection.execute("analyze")
    connection.close()


def fill_postgres(dsn: str, rows: list[Params]) -> None:
    """Store the links in one transaction."""
    queries = load_queries("exshare_adapters.postgres")
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.executemany(sql.SQL(queries["links.add"]), rows)
        cursor.executemany(sql.SQL(queries["links.add_opens"]), list(_opens(rows)))
        connection.commit()
        connection.autocommit = True
        connection.execute("analyze")


async def swept(name: str, storage: Storage, expected: int) -> None:
    """Walk over every link once and print what it cost."""
    await storage.links.sweep(SITE, limit=1)
    used, began = process_time(), perf_counter()
    seen, last = 0, None
    while page := await storage.links.sweep(SITE, after=last, limit=PAGE):
        seen, last = seen + len(page), page[-1].link.id
    used, took = process_time() - used, perf_counter() - began
    if seen != expected:
        raise SystemExit(f"{name}: {seen} links were seen instead of {expected}")
    print(f"{name:<11}{used / seen * 1e6:7.1f} µs of processor per link, {took:6.2f} s for {seen} links")


async def main(count: int) -> None:
    """Fill both stores and walk over them."""
    codec = Codec()
    rows = [link_params(codec, link) for link in made(count)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "exshare.db"
        async with asynccontextmanager(open_sqlite)(SqliteSettings(path)) as storage:
            fill_sqlite(path, rows)
            await swept("SQLite", storage, count)
    with postgres_server() as dsn:
        async with asynccontextmanager(open_postgres)(PostgresSettings(dsn)) as storage:
            await asyncio.to_thread(fill_postgres, dsn, rows)
            await swept("PostgreSQL", storage, count)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
