"""The chain over what really rests: whoever changes the database is found out, and two sealers number every row once."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import psycopg
import pytest

from exshare_adapters.activity_rows import searches
from exshare_adapters.queries import load_queries
from exshare_core.events import Kind, Topic
from exshare_core.governing.auditing import Auditing, Keeping
from exshare_core.ports import Sought, Storage
from exshare_core.sealing import Broken, Fault, Head, Verdict
from exshare_core.testing import FakeClock, FakeVault, MemorySite
from exshare_core.testing.samples import NOW, SPACE, a_link, after, an_event
from exshare_core.values import LinkId, SiteId
from tests.integration.stores import Store, in_processes

T = TypeVar("T")

ACME = SiteId("acme")
ROWS = 6
VAULT = FakeVault()


def run(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives."""
    return asyncio.run(work)


def auditing(storage: Storage) -> Auditing:
    """Who walks along the chain, at the moment of the last event."""
    return Auditing(ACME, storage, MemorySite().content(), FakeClock(after(seconds=ROWS)), VAULT)


async def _sealed(store: Store) -> Head:
    """A chain of six rows from one address of the network; its head."""
    link = a_link(ACME)
    async with store.open() as storage:
        for number in range(ROWS):
            event = an_event(link, Kind.VIEWED, at=after(seconds=number), page=str(number), network="192.0.2.7")
            await storage.activity.append([event])
        await storage.chain.seal(ACME)
        head = (await storage.chain.stands(ACME)).head
        assert head is not None
        return head


async def _verified(store: Store, kept: Head | None = None) -> Verdict:
    async with store.open() as storage:
        return await auditing(storage).verify(None, kept)


def master(store: Store, *statements: str) -> None:
    """Somebody who may do everything with the database, and does it past the service."""
    if store.product == "sqlite":
        connection = sqlite3.connect(store.place, isolation_level=None)
        for statement in statements:
            connection.execute(statement)
        connection.close()
        return
    with psycopg.connect(store.place, autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


OF_THIRD = "(select seq from activity_seals where number = 3)"
OF_FOURTH = "(select seq from activity_seals where number = 4)"

TAMPERINGS: dict[str, tuple[tuple[str, ...], Broken | None]] = {
    "nothing": ((), None),
    "a kind": ((f"update activity set kind = 'opened' where seq = {OF_THIRD}",), Broken(3, Fault.CHANGED)),
    "a word that no version knows": (
        (f"update activity set kind = 'erased' where seq = {OF_THIRD}",),
        Broken(3, Fault.CHANGED),
    ),
    "a row is deleted": ((f"delete from activity where seq = {OF_THIRD}",), Broken(3, Fault.MISSING)),
    "a row is deleted with its seal": (
        (f"delete from activity where seq = {OF_THIRD}", "delete from activity_seals where number = 3"),
        Broken(3, Fault.MISSING),
    ),
    "two rows change places": (
        (
            "update activity_seals set seq = -seq where number in (3, 4)",
            "update activity_seals set seq = -seq + 1 where number = 3",
            "update activity_seals set seq = -seq - 1 where number = 4",
        ),
        Broken(3, Fault.REORDERED),
    ),
    "from where": (
        (f"update activity_personal set network = '192.0.2.8' where seq = {OF_FOURTH}",),
        Broken(4, Fault.PERSONAL),
    ),
    "who it was is removed": ((f"delete from activity_personal where seq = {OF_FOURTH}",), None),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_tampering_with_the_database_is_found_out(store: Store, tampering: str) -> None:
    """M4: the first broken row is named, by number and by what is wrong; what may go is no fault."""
    statements, broken = TAMPERINGS[tampering]
    run(_sealed(store))
    master(store, *statements)
    verdict = run(_verified(store))

    assert broken == verdict.broken
    assert (broken is None) == verdict.whole


def test_a_row_that_was_slipped_in_is_a_stray(store: Store) -> None:
    """What is inserted past the service has no seal and waits for none."""
    run(_sealed(store))
    columns = "site, at, kind, actor, link, space, member, page, detail"
    master(store, f"insert into activity ({columns}) select {columns} from activity where seq = {OF_THIRD}")
    verdict = run(_verified(store))

    assert (1, None, False) == (verdict.strays, verdict.broken, verdict.whole)


def test_a_cut_tail_is_found_out_by_the_head_that_was_kept(store: Store) -> None:
    """Without the head the rest is a whole chain; with it, the first missing row is named."""
    kept = run(_sealed(store))
    last = "(select seq from activity_seals where number = 6)"
    master(
        store,
        f"delete from activity_personal where seq = {last}",
        f"delete from activity where seq = {last}",
        "delete from activity_seals where number = 6",
    )

    assert run(_verified(store)).whole
    assert Broken(6, Fault.MISSING) == run(_verified(store, kept)).broken


def test_age_leaves_the_chain_whole_and_the_kept_head_good(store: Store) -> None:
    """Rows go at sixty days to the second, and what remains verifies, against an old head as well."""
    kept = run(_sealed(store))

    async def aged() -> tuple[int, Verdict, int]:
        clock = FakeClock(after(days=60, seconds=2))
        async with store.open() as storage:
            removed = await Keeping(storage, clock, {ACME: timedelta(days=60)}).forget()
            verdict = await Auditing(ACME, storage, MemorySite().content(), clock, VAULT).verify(None, kept)
            return removed, verdict, len(await storage.activity.find(ACME, Sought()))

    removed, verdict, left = run(aged())

    assert (3, 3, 3) == (removed, verdict.rows, left)
    assert verdict.whole
    assert 3 == (verdict.anchor and verdict.anchor.number)


# --- two sealers -----------------------------------------------------------------------------------------------------

EACH = 60


async def _written_and_sealed(store: Store, own: int) -> int:
    """Write rows and seal at the same time; how many this process has sealed."""
    site = ACME
    async with store.open() as storage:
        link = a_link(site, id=LinkId(f"l{own}"))

        async def write() -> None:
            for number in range(EACH):
                await storage.activity.append([an_event(link, Kind.VIEWED, at=NOW, page=str(number))])

        async def seal() -> int:
            sealed = 0
            for _ in range(EACH):
                sealed += await storage.chain.seal(site, limit=7)
                await asyncio.sleep(0)
            return sealed

        counts = await asyncio.gather(write(), seal(), seal())
        return int(counts[1] or 0) + int(counts[2] or 0)


def _process(store: Store, own: int) -> int:
    return asyncio.run(_written_and_sealed(store, own))


def test_two_sealers_number_every_row_once(store: Store) -> None:
    """Two processes write and seal at once: the numbers have no gap and none twice, and the chain is whole."""
    run(_opened(store))
    sealed = sum(in_processes(2, _process, store))

    async def rest() -> tuple[int, Verdict, list[int]]:
        async with store.open() as storage:
            more = 0
            while count := await storage.chain.seal(ACME):
                more += count
            links = await storage.chain.links(ACME, 0, limit=1000)
            return more, await auditing(storage).verify(None), [one.seal.number for one in links]

    more, verdict, numbers = run(rest())

    assert 2 * EACH == sealed + more
    assert list(range(1, 2 * EACH + 1)) == numbers
    assert (True, 2 * EACH, 0) == (verdict.whole, verdict.rows, verdict.unsealed)


async def _opened(store: Store) -> None:
    async with store.open():
        pass


# --- at millions of rows ---------------------------------------------------------------------------------------------

ASKED = {
    "site": Sought(),
    "link": Sought(link=LinkId("l1"), kinds=Topic.VISITS.kinds),
    "space": Sought(space=SPACE),
    "page": Sought(page="1", since=NOW),
    "kind": Sought(kinds=frozenset({Kind.DENIED})),
    "network": Sought(network="192.0.2.7"),
    "mailbox": Sought(mailbox=bytes(32)),
}


@pytest.mark.parametrize("name", ASKED)
def test_postgres_walks_an_index_for_whatever_is_asked(postgres_dsn: str, name: str) -> None:
    """The plan of every search reads an index in its order: it scans no table of the activity and sorts nothing."""
    store = Store("postgres", postgres_dsn)
    run(_opened(store))
    queries = load_queries("exshare_adapters.postgres")
    with psycopg.connect(store.place, autocommit=True) as server:
        server.execute("set enable_seqscan = off; set enable_bitmapscan = off")
        for query, params in searches(ACME, ASKED[name], None, 50):
            rows = server.execute(f"explain {queries[query]}", params).fetchall()
            plan = "\n".join(row[0] for row in rows)

            assert f"by_{name}" in plan or (name == "site" and "activity_newest" in plan), plan
            assert not re.search(r"\bSort\b|Seq Scan on activity", plan), plan
