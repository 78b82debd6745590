"""What an older version left of mailboxes in the activity is sealed when a newer one opens the database (spec S1)."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from attrs import evolve

from exshare_adapters.activity_rows import event_params, seal_params
from exshare_adapters.columns import microseconds
from exshare_adapters.migrations import load_migrations, migrate
from exshare_adapters.postgres.storage import PACKAGE as POSTGRES
from exshare_adapters.postgres.storage import PostgresTarget
from exshare_adapters.sqlite.connection import connect
from exshare_adapters.sqlite.storage import PACKAGE as SQLITE
from exshare_adapters.sqlite.storage import SqliteTarget
from exshare_adapters.vault import AesGcmVault, VaultKey
from exshare_core.errors import Broken
from exshare_core.events import Event, Kind
from exshare_core.governing.auditing import Auditing, Told
from exshare_core.mailboxes import check_sealed, kept, seal_all
from exshare_core.ports import HeldInClear, Sought, Storage
from exshare_core.sealing import Personal, Row, Verdict, sealed
from exshare_core.testing import FakeClock, MemorySite
from exshare_core.testing.samples import a_link, after, an_event
from exshare_core.values import Address, SiteId
from exshare_web import container
from exshare_web.container import load_settings
from exshare_web.settings import Settings
from tests.configuration import CONFIG
from tests.integration.stores import Store

T = TypeVar("T")

ACME = SiteId("acme")
VAULT = AesGcmVault(VaultKey(bytes(range(32))))
OLD = ("canary.heron@example.com", "Canary.Grackle@partner.example", None)
"""Whose the events were that the older version wrote, the first twice."""
STEP = "0015_mailboxes"


def run(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives."""
    return asyncio.run(work)


def before(store: Store) -> list[Event]:
    """A database as the step before left it: rows with mailboxes in clear, all but the last under seals; its events."""
    link = a_link(ACME)
    who = [OLD[0], OLD[1], OLD[2], OLD[0]]
    events = [an_event(link, Kind.OPENED, at=after(seconds=number), network="192.0.2.7") for number in range(len(who))]
    salts = [bytes([number]) * 32 for number in range(len(who))]
    rows = [
        (
            Row(
                one.site, one.at, one.kind.value, one.actor.value, one.link, one.space, one.member, one.page, one.detail
            ),
            Personal(salt, one.network, address),
        )
        for one, address, salt in zip(events, who, salts, strict=True)
    ]
    seals = sealed(ACME, None, rows[:-1])
    execute, close = _at_the_step_before(store)
    for number, (event, address, salt) in enumerate(zip(events, who, salts, strict=True), 1):
        params = event_params(event)
        columns = ("site", "at", "kind", "actor", "link", "space", "member", "page", "detail")
        execute("activity", {name: params[name] for name in columns})
        personal = {"seq": number, "site": ACME, "at": event.at, "salt": salt, "network": event.network}
        execute("activity_personal", {**personal, "address": address})
    for number, seal in enumerate(seals, 1):
        execute("activity_seals", dict(seal_params(seal, number)))
    execute("activity_unsealed", {"seq": len(who), "site": ACME})
    close()
    return events


def _at_the_step_before(store: Store) -> tuple[Callable[[str, dict[str, Any]], None], Callable[[], None]]:
    """The database brought up to the step before; what puts a row into it, and what closes it."""
    if store.product == "sqlite":
        connection = connect(Path(store.place))
        migrate(SqliteTarget(connection), [one for one in load_migrations(SQLITE) if one.version < STEP])

        def put(table: str, row: dict[str, Any]) -> None:
            values = {name: microseconds(one) if name == "at" else one for name, one in row.items()}
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", values)

        return put, connection.close
    server = psycopg.connect(store.place, autocommit=True)
    migrate(PostgresTarget(server), [one for one in load_migrations(POSTGRES) if one.version < STEP])

    def put_there(table: str, row: dict[str, Any]) -> None:
        marks = ", ".join(f"%({name})s" for name in row)
        server.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", row)

    return put_there, server.close


def _auditing(storage: Storage) -> Auditing:
    return Auditing(ACME, storage, MemorySite().content(), FakeClock(after(minutes=1)), VAULT)


async def _found(storage: Storage, address: str) -> list[Told]:
    auditing = _auditing(storage)
    digest = await auditing.mailbox(Address.parse(address))
    return list((await auditing.look(None, Sought(mailbox=digest))).events)


def test_what_rests_in_clear_is_sealed_and_the_chain_stays_whole(store: Store) -> None:
    """After the step every old mailbox is shown as it was, found, and nowhere in clear; the chain over it is whole, goes on
    over what waited and what is new; and whoever only looks is refused until then.
    """
    events = before(store)
    clear = _at_rest(store)

    async def upgraded() -> tuple[str, int, int, list[str | None], int, Verdict]:
        async with store.open() as storage:
            assert isinstance(storage.activity, HeldInClear)
            batch = len(await storage.activity.clear_mailboxes(2))
            refused = ""
            try:
                await check_sealed(storage.activity)
            except Exception as error:
                refused = str(error)
            count = await seal_all(storage.activity, VAULT)
            await check_sealed(storage.activity)
            new = await kept(VAULT, Address.parse("canary.heron@EXAMPLE.com"), ACME, events[0].link)
            event = an_event(a_link(ACME, id=events[0].link), Kind.PROVED, at=after(seconds=9), mailbox=new)
            await storage.activity.append([event])
            await storage.chain.seal(ACME)
            told = (await _auditing(storage).look(None, Sought())).events
            found = len(await _found(storage, "Canary.Heron@example.com"))
            return refused, batch, count, [one.address for one in told], found, await _auditing(storage).verify(None)

    refused, batch, count, told, found, verdict = run(upgraded())

    assert "exshare migrate" in refused
    assert (2, 3, 3) == (batch, count, found)
    assert ["canary.heron@example.com", OLD[0], OLD[2], OLD[1], OLD[0]] == told
    assert (True, 5, 0, 0) == (verdict.whole, verdict.rows, verdict.without_personal, verdict.unsealed)
    words = (b"canary.heron", b"Canary.Grackle")
    assert ([True, True], [False, False]) == (
        [one in clear for one in words],
        [one in _at_rest(store) for one in words],
    )


def test_a_deployment_seals_before_anything_else(tmp_path: Path) -> None:
    """Whoever opens a deployment that an older version left finds its mailboxes sealed, under the deployment's own key."""
    before(Store("sqlite", str(tmp_path / "exshare.db")))
    file = tmp_path / "exshare.toml"
    file.write_text(CONFIG, encoding="utf-8")

    async def opened() -> tuple[list[str | None], bool, Verdict]:
        async with container.opened(load_settings(file, {})) as deployment:
            await check_sealed(deployment.storage.activity)
            auditing = evolve(deployment.services.auditing[ACME], clock=FakeClock(after(minutes=1)))
            trail = await auditing.look(None, Sought())
            return (
                [one.address for one in trail.events],
                any(one.unreadable for one in trail.events),
                await auditing.verify(None),
            )

    addresses, unreadable, verdict = run(opened())

    assert ([OLD[0], OLD[2], OLD[1], OLD[0]], False, True) == (addresses, unreadable, verdict.whole)
    assert [] == [word for word in OLD if word and word.encode() in (tmp_path / "exshare.db").read_bytes()]


def test_migrating_alone_seals_and_who_only_looks_waits_for_it(tmp_path: Path) -> None:
    """Between the step and the seals whoever only looks is refused and told the way, by `check` too; `exshare migrate` leaves none in clear."""
    store = Store("sqlite", str(tmp_path / "exshare.db"))
    before(store)
    file = tmp_path / "exshare.toml"
    file.write_text(CONFIG, encoding="utf-8")
    settings = load_settings(file, {})

    async def looked() -> list[str | None]:
        async with container.opened(settings, looking=True) as deployment:
            auditing = evolve(deployment.services.auditing[ACME], clock=FakeClock(after(minutes=1)))
            return [one.address for one in (await auditing.look(None, Sought())).events]

    async def brought_up() -> None:
        async with store.open():
            pass

    run(brought_up())
    with pytest.raises(Broken, match="run `exshare migrate`"):
        run(looked())
    checked = _storage(settings)
    run(container.migrated(settings, container.Migration()))

    assert [OLD[0], OLD[2], OLD[1], OLD[0]] == run(looked())
    assert ("mailboxes of the activity wait to be sealed; run `exshare migrate`",) == checked
    assert () == _storage(settings)


def _storage(settings: Settings) -> tuple[str, ...]:
    """What `exshare check` says is wrong with the storage."""
    (finding,) = [one for one in run(container.check(settings)) if one.what == "storage"]
    return finding.wrong


def _at_rest(store: Store) -> bytes:
    """All that the database has on the disk of its tables: of SQLite its files, of PostgreSQL the files of the activity."""
    if store.product == "sqlite":
        place = Path(store.place)
        return b"".join(file.read_bytes() for file in sorted(place.parent.glob(f"{place.name}*")))
    with psycopg.connect(store.place, autocommit=True) as server:
        server.execute("checkpoint")
        files = server.execute(
            "select pg_read_binary_file(pg_relation_filepath(oid)) from pg_class"
            " where relname like 'activity%' and relkind in ('r', 'i')"
        ).fetchall()
    return b"".join(bytes(one) for (one,) in files)


def test_the_way_back_keeps_the_chain(store: Store) -> None:
    """What no statement can open loses its personal fields on the way back; what still waits in clear is put back, and
    what had no mailbox keeps what it had.
    """
    before(store)

    async def half() -> None:
        async with store.open() as storage:
            assert isinstance(storage.activity, HeldInClear)
            (first, *_) = await storage.activity.clear_mailboxes()
            mailbox = await kept(VAULT, Address.parse(first.address), ACME, first.link)
            await storage.activity.seal_mailboxes({first.row: mailbox})

    run(half())
    asked = "select seq, network, address from activity_personal order by seq"
    (down,) = [one.down for one in load_migrations(f"exshare_adapters.{store.product}") if one.version == STEP]
    if store.product == "sqlite":
        with sqlite3.connect(store.place) as connection:
            connection.executescript(down)
            rows = connection.execute(asked).fetchall()
        connection.close()
    else:
        with psycopg.connect(store.place, autocommit=True) as server:
            server.execute(down.encode())
            rows = server.execute(asked).fetchall()

    assert [(2, "192.0.2.7", OLD[1]), (3, "192.0.2.7", None), (4, "192.0.2.7", OLD[0])] == rows
