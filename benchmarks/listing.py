"""How long the database works for the first page of a list of a million links, for every filter and order that lists offer.

    python -m benchmarks.listing [LINKS] [--only sqlite|postgres] [--file PATH]

Links are as different from one another as in a large organisation: a thousand members, of whom some own many; five
hundred spaces, of which one holds a tenth of everything; names of some words; lists of people; ends, limits and opens
of all kinds; a few per cent off, deleted or owned by who has left. Printed is the time of all statements of the first
page of fifty, the links themselves included, and how many links it found: the processor time of SQLite, the shortest of
five; of PostgreSQL, which works elsewhere, the shortest time that it was waited for. What took longer than 20 ms is
marked. A `--file` of SQLite is kept, and used again where it is there.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from exshare_adapters.codec import Codec
from exshare_adapters.columns import Params, Row, microseconds
from exshare_adapters.link_rows import link_params, term_params
from exshare_adapters.list_statements import ListStatements, plan
from exshare_adapters.migrations import load_migrations
from exshare_adapters.queries import load_queries
from exshare_adapters.sqlite.connection import Statements, connect
from exshare_core.links import LinkState, Scope, ShareLink, Wish
from exshare_core.listings import Condition, Gate, Order, Sort, Wanted, searched_name, searched_people
from exshare_core.values import AccountId, LinkId, MemberId, Networks, PageId, People, SiteId, SpaceKey
from tests.postgres_server import postgres_server

SITE = SiteId("acme")
NOW = datetime(2026, 5, 15, 12, 0, 0, 123456, tzinfo=UTC)
BUDGET = 0.020
"""Seconds of database time for the first page (performance reference, section 3)."""
FIRST = 50
WORDS = (
    "spring",
    "fair",
    "offer",
    "partner",
    "audit",
    "draft",
    "board",
    "price",
    "list",
    "minutes",
    "handbook",
    "plan",
)

FILTERS: Mapping[str, Wanted] = {
    "nothing": Wanted(),
    "a small space": Wanted(space=SpaceKey("S77")),
    "a large space": Wanted(space=SpaceKey("S0")),
    "a page": Wanted(pages=frozenset({PageId("100500")})),
    "200 pages": Wanted(pages=frozenset(PageId(str(100_000 + 7 * number)) for number in range(200))),
    "an owner": Wanted(owner=MemberId("member77")),
    "a busy owner": Wanted(owner=MemberId("member0")),
    "a creator": Wanted(creator=MemberId("member77")),
    "a modifier": Wanted(modifier=MemberId("member78")),
    "active": Wanted(condition=Condition.ACTIVE),
    "not started": Wanted(condition=Condition.NOT_STARTED),
    "expired": Wanted(condition=Condition.EXPIRED),
    "used up": Wanted(condition=Condition.USED_UP),
    "disabled": Wanted(condition=Condition.DISABLED),
    "deleted": Wanted(condition=Condition.DELETED),
    "a person": Wanted(people=searched_people("p77@example.com")),
    "a domain of many": Wanted(people=searched_people("partner.example")),
    "a rare name": Wanted(name=searched_name("partner 4711")),
    "a common name": Wanted(name=searched_name("fair")),
    **{f"gate {gate.value}": Wanted(gate=gate) for gate in Gate},
    "never opened": Wanted(never_opened=True),
    "owner inactive": Wanted(owner_out=True),
    "ends within a week": Wanted(expires_from=NOW, expires_before=NOW + timedelta(days=7)),
    "ended long ago": Wanted(expires_before=NOW - timedelta(days=300)),
    "ends late or never": Wanted(expires_from=NOW + timedelta(days=20)),
    "made within a day": Wanted(created_from=NOW - timedelta(days=1)),
    "made long ago": Wanted(created_before=NOW - timedelta(days=365)),
    "mine, active": Wanted(owner=MemberId("member77"), condition=Condition.ACTIVE),
    "a space, never opened, no gate": Wanted(space=SpaceKey("S0"), never_opened=True, gate=Gate.NONE),
}
ORDERS = tuple(Order(sort, falling) for sort, falling in product(Sort, (True, False)))


def made(count: int) -> Iterator[tuple[ShareLink, int, datetime | None]]:
    """Links, each with its opens and the last of them."""
    chance = random.Random(2026)
    for number in range(count):
        at = NOW - timedelta(seconds=number * 63, microseconds=number)
        draw = chance.random
        member = MemberId(f"member{0 if draw() < 0.02 else int(draw() * 1000)}")
        wish = Wish(
            people=People.parse([f"p{int(draw() * 200_000)}@example.com", "partner.example"][: 1 + (draw() < 0.3)])
            if draw() < 0.4
            else None,
            networks=Networks.parse(["203.0.113.0/24"]) if draw() < 0.05 else None,
            sign_in=draw() < 0.02,
            sso=draw() < 0.002,
            terms="Be kind." if draw() < 0.01 else "",
            starts_at=NOW + timedelta(days=3) if draw() < 0.003 else None,
            expires_at=at + timedelta(days=draw() * 720) if draw() < 0.6 else None,
            max_opens=1 + int(draw() * 50) if draw() < 0.1 else None,
            password_hash=f"$argon2id$v=19$m=47104,t=1,p=1${number:022}$hash" if draw() < 0.4 else None,
        )
        opens = 0 if draw() < 0.3 else int(draw() * draw() * 200)
        states = (LinkState.DISABLED, LinkState.DELETED)
        yield (
            ShareLink(
                LinkId(f"{number:032x}"), SITE,
                Scope(PageId(str(100_000 + int(draw() * 400_000))), SpaceKey(f"S{0 if draw() < 0.1 else int(draw() * 500)}")),
                wish, member, AccountId("557058:0f3c"), member, at, at, at + timedelta(minutes=draw() * 100_000),
                f"{chance.choice(WORDS)} {chance.choice(WORDS)} for partner {number}", "",
                state=states[draw() < 0.5] if draw() < 0.06 else LinkState.ACTIVE,
                changed_by=MemberId(f"member{int(draw() * 1000)}") if draw() < 0.2 else member,
            ),
            opens,
            at + timedelta(minutes=draw() * 100_000) if opens else None,
        )  # fmt: skip


def rows_of(count: int) -> Iterator[Sequence[tuple[Params, Sequence[Params], dict[str, Any]]]]:
    """The rows of links, their words and their opens, in batches."""
    codec, links = Codec(), made(count)
    while batch := [
        (
            link_params(codec, link),
            term_params(link),
            {"site": SITE, "link": link.id, "opens": opens, "last": last or datetime(1970, 1, 1, tzinfo=UTC)},
        )
        for link, opens, last in islice(links, 20_000)
    ]:
        yield batch


def filled_sqlite(path: Path, count: int) -> Callable[[str, Params], Sequence[Row]]:
    """A file with that many links, and how it is asked."""
    filled = path.exists()
    connection, queries = connect(path), load_queries("exshare_adapters.sqlite")
    statements = Statements(connection, queries)
    named = queries["links.named"]
    if filled:
        return lambda text, params: statements.composed(text or named, params)
    connection.execute("pragma synchronous = off")
    for migration in load_migrations("exshare_adapters.sqlite"):
        for step in migration.up:
            connection.execute(step)

    def plain(params: Params) -> dict[str, Any]:
        return {name: microseconds(one) if isinstance(one, datetime) else one for name, one in params.items()}

    for batch in rows_of(count):
        connection.execute("begin")
        connection.executemany(queries["links.add"], (plain(link) for link, _, _ in batch))
        connection.executemany(queries["links.add_term"], (plain(term) for _, terms, _ in batch for term in terms))
        connection.executemany(
            "insert into link_opens (site, link, opens, last_opened_at) values (:site, :link, :opens, :last)",
            (plain(opens) for _, _, opens in batch),
        )
        connection.execute("commit")
    connection.executemany(
        "insert into members (id, name, name_key, site, admin, disabled, version) values (?, ?, ?, ?, 0, ?, 1)",
        ((f"member{n}", f"member{n}", f"member{n}", SITE, n % 50 == 1) for n in range(1000)),
    )
    return lambda text, params: statements.composed(text or named, params)


def filled_postgres(dsn: str, count: int) -> Callable[[str, Params], Sequence[Row]]:
    """A database with that many links, and how it is asked."""
    queries = load_queries("exshare_adapters.postgres")
    connection = psycopg.connect(dsn, autocommit=True, row_factory=dict_row)
    for migration in load_migrations("exshare_adapters.postgres"):
        for step in migration.up:
            connection.execute(sql.SQL(step))
    connection.execute("alter table link_terms drop constraint link_terms_site_link_fkey")
    names = ("site", "link", "kind", "term")
    for batch in rows_of(count):
        columns = sorted(batch[0][0])
        with connection.transaction(), connection.cursor() as cursor:
            for table, keys, given in (
                ("links", columns, [link for link, _, _ in batch]),
                ("link_terms", names, [term for _, terms, _ in batch for term in terms]),
                ("link_opens", ("site", "link", "opens", "last"), [opens for _, _, opens in batch]),
            ):
                listed = ", ".join("last_opened_at" if key == "last" else key for key in keys)
                with cursor.copy(sql.SQL(f"copy {table} ({listed}) from stdin")) as copy:
                    for row in given:
                        copy.write_row([row[key] for key in keys])
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into members (id, name, name_key, site, admin, disabled, version) values (%s,%s,%s,%s,false,%s,1)",
            [(f"member{n}", f"member{n}", f"member{n}", SITE, n % 50 == 1) for n in range(1000)],
        )
    connection.execute("vacuum analyze")
    named = queries["links.named"]

    def ask(text: str, params: Params) -> Sequence[Row]:
        given = {name: list(one) if isinstance(one, tuple) else one for name, one in params.items()}
        return connection.execute(sql.SQL(text or named), given).fetchall()

    return ask


def timed(
    ask: Callable[[str, Params], Sequence[Row]],
    lists: ListStatements,
    wanted: Wanted,
    order: Order,
    clock: Callable[[], float],
) -> tuple[float, int]:
    """Seconds that the database takes for the first page, and how many links it holds."""
    spent, rows, steps = 0.0, None, plan(lists, SITE, wanted, order, NOW, None, FIRST)
    while True:
        try:
            text, params = next(steps) if rows is None else steps.send(rows)
        except StopIteration as end:
            ids, _ = end.value
            break
        begun = clock()
        rows = ask(text, params)
        spent += clock() - begun
    begun = clock()
    if ids:
        ask("", {"site": SITE, "ids": tuple(ids)})
    return spent + clock() - begun, len(ids)


def measure(product_name: str, ask: Callable[[str, Params], Sequence[Row]]) -> int:
    """Print the table of one store; how many of its pages took longer than the budget."""
    lists = ListStatements(load_queries(f"exshare_adapters.{product_name}"))
    print(f"{product_name}: milliseconds of database time, and links found")
    print(f"{'':34}" + "".join(f"{one.sort.value[:10]:>11}{'v' if one.falling else '^'}" for one in ORDERS))
    over, clock = 0, process_time if product_name == "sqlite" else perf_counter
    for name, wanted in FILTERS.items():
        cells = []
        for order in ORDERS:
            runs = [timed(ask, lists, wanted, order, clock) for _ in range(5)]
            least, found = min(seconds for seconds, _ in runs), runs[0][1]
            over += least > BUDGET
            cells.append(f"{least * 1000:7.1f}{'!' if least > BUDGET else ' '}/{found:2d} ")
        print(f"{name:34}" + "".join(f"{cell:>12}" for cell in cells), flush=True)
    print(f"over {BUDGET * 1000:.0f} ms: {over} of {len(FILTERS) * len(ORDERS)}")
    return over


def main() -> None:
    """Fill and measure."""
    numbers = [int(one) for one in sys.argv[1:] if one.isdigit()]
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    count = numbers[0] if numbers else 1_000_000
    if only != "postgres":
        with tempfile.TemporaryDirectory() as folder:
            named = sys.argv[sys.argv.index("--file") + 1] if "--file" in sys.argv else f"{folder}/links.db"
            measure("sqlite", filled_sqlite(Path(named), count))
    if only != "sqlite":
        with postgres_server() as dsn:
            measure("postgres", filled_postgres(dsn, count))


if __name__ == "__main__":
    main()
