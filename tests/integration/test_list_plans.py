"""However a list is narrowed and ordered, a store reads a bounded piece of an index and orders no more than that."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from itertools import product

import psycopg
import pytest
from psycopg import sql

from exshare_adapters.list_statements import BY, FEW, STEPS, ListStatements, plan
from exshare_adapters.migrations import load_migrations
from exshare_adapters.queries import load_queries
from exshare_core.listings import NEWEST, Condition, Gate, Order, Sort, Wanted, searched_name, searched_people
from exshare_core.testing.samples import NOW, a_link, an_address, fresh_site
from exshare_core.values import MemberId, PageId, SiteId, SpaceKey
from tests.integration.stores import Store

ORDERS = [Order(sort, falling) for sort, falling in product(Sort, (True, False))]
ONE = MemberId("ada")
WANTED = {
    "nothing": Wanted(),
    "space": Wanted(space=SpaceKey("TEAM")),
    "pages": Wanted(pages=frozenset({PageId("1"), PageId("2")})),
    "owner": Wanted(owner=ONE),
    "creator": Wanted(creator=ONE),
    "modifier": Wanted(modifier=ONE),
    **{one.value: Wanted(condition=one) for one in Condition},
    "people": Wanted(people=frozenset({"ada@example.com", "example.com"})),
    "name": Wanted(name="fair"),
    **{f"gate {one.value}": Wanted(gate=one) for one in Gate},
    "never opened": Wanted(never_opened=True),
    "owner out": Wanted(owner_out=True),
    "ends": Wanted(expires_from=NOW, expires_before=NOW),
    "ends from": Wanted(expires_from=NOW),
    "ends before": Wanted(expires_before=NOW),
    "made": Wanted(created_from=NOW, created_before=NOW),
    "made from": Wanted(created_from=NOW),
    "made before": Wanted(created_before=NOW),
}
"""Every filter that lists offer."""


def _statements(
    product_name: str, wanted: Wanted, order: Order, *, many: bool
) -> Iterator[tuple[str, dict[str, object]]]:
    """The statements of a list whose filters find few links or many; a walk from its beginning and from a place on."""
    lists = ListStatements(load_queries(f"exshare_adapters.{product_name}"))
    steps = plan(lists, SiteId("acme"), wanted, order, NOW, None, 50)
    rank: object = {Sort.NAME: "x", Sort.OPENS: 1}.get(order.sort, NOW)
    rows: list[dict[str, object]] | None = None
    while True:
        try:
            text, params = next(steps) if rows is None else steps.send(rows)
        except StopIteration:
            return
        yield text, dict(params)
        if "count(*) as seen from (" in text:
            rows = [{"seen": FEW if many else 1}]
        elif many:
            rows = [{"id": "x", "rank": rank, "fit": 0, "seen": params["most"]}]
        else:
            rows = []


@pytest.mark.parametrize("order", ORDERS, ids=lambda one: f"{one.sort.name}-{one.falling}")
def test_sqlite_reads_a_list_by_indexes(order: Order) -> None:
    """M3: every filter with every order, where it finds few and where it finds many: tables are searched by an index
    from the place on, and what is scanned or sorted is bounded by a limit before.
    """
    connection = sqlite3.connect(":memory:")
    for migration in load_migrations("exshare_adapters.sqlite"):
        for step in migration.up:
            connection.execute(step)
    seen = 0
    for (name, wanted), many in product(WANTED.items(), (True, False)):
        for text, _ in _statements("sqlite", wanted, order, many=many):
            params = {
                key: "[1]" if key in ("pages", "people", "gates") else 1 for key in re.findall(r":([a-z_]+)", text)
            }
            found = [row[3] for row in connection.execute(f"explain query plan {text}", params)]
            tables = [step for step in found if re.match(r"SCAN (links|link_opens|link_terms|members)\b", step)]
            scanned = [step for step in found if step.startswith("SCAN")]
            bounded = re.compile(
                r"SCAN (l|o|t|f|m USING (COVERING )?INDEX members_out|json_each .*|\(subquery-\d+\))\Z"
            )
            seen += 1

            assert [] == tables, (name, found)
            assert [] == [step for step in scanned if not bounded.match(step)], (name, found)
            assert "limit" in text
    connection.close()

    assert seen > 2 * len(WANTED)


def test_postgres_reads_a_list_by_indexes(postgres_dsn: str) -> None:
    """M3: the same, with an order of each kind of index; with sequential scans put aside, which small tables are read by, no plan needs one."""
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        for migration in load_migrations("exshare_adapters.postgres"):
            for step in migration.up:
                connection.execute(sql.SQL(step))
        connection.execute("set enable_seqscan = off")
        connection.execute("set enable_bitmapscan = off")
        for (name, wanted), order, many in product(WANTED.items(), ORDERS[::3], (True, False)):
            for text, params in _statements("postgres", wanted, order, many=many):
                given = {key: list(one) if isinstance(one, tuple) else one for key, one in params.items()}
                rows = connection.execute(sql.SQL("explain (costs off) " + text), given).fetchall()
                lines = [str(row[0]) for row in rows]

                assert [] == [line for line in lines if "Seq Scan" in line], (name, lines)
                if "order by" in text and many:
                    assert any(re.search(r"Index (Only )?Scan", line) for line in lines), (name, lines)


def test_what_a_call_looks_at_is_bounded() -> None:
    """M3: some thousand links, however many there are; every filter that can be found by an index is tried by it."""
    assert FEW + sum(STEPS) <= 6000
    pieces = load_queries("exshare_adapters.sqlite")

    assert set(BY) == {name.removeprefix("lists.by_") for name in pieces if name.startswith("lists.by_")}


def test_links_from_before_lists_are_read_at_opening(store: Store) -> None:
    """O2: their gates, names and words are there once the store has been opened."""
    site = fresh_site()

    async def before() -> None:
        async with store.open() as storage:
            await storage.policies.ensure_site(site)
            link = a_link(site)
            await storage.links.add(link, an_address(link), [])

    async def after() -> list[int]:
        async with store.open() as storage:
            return [
                len((await storage.links.search(site, wanted, NEWEST, at=NOW)).records)
                for wanted in (
                    Wanted(gate=Gate.PASSWORD),
                    Wanted(name=searched_name("partners")),
                    Wanted(people=searched_people("ada@example.com")),
                )
            ]

    asyncio.run(before())
    steps = ("delete from link_terms", "update links set gates = -1, name_key = ''")
    if store.product == "sqlite":
        with sqlite3.connect(store.place) as connection:
            for step in steps:
                connection.execute(step)
        connection.close()
    else:
        with psycopg.connect(store.place) as session:
            for step in steps:
                session.execute(step)

    assert [1, 1, 1] == asyncio.run(after())
