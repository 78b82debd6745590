"""With a million links, nothing that is looked up by a key may be searched for row by row."""

from __future__ import annotations

import re
import sqlite3
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql

from exshare_adapters.migrations import load_migrations
from exshare_adapters.queries import load_queries
from exshare_core.testing.samples import NOW

PACKAGE = "exshare_adapters.sqlite"
KEYED = ("links.", "accounts.", "policies.", "codes.", "guesses.", "activity.")
"""The files whose every statement knows a key; upkeep and the outbox walk over what is due."""

BOUNDED = (
    "SCAN CONSTANT ROW",
    "SCAN json_each VIRTUAL TABLE",
    "SCAN l USING INDEX links_unread",
    "SCAN activity_clear",
)
"""What is no walk over a table: one row, a parameter, and what is still to be read or sealed, which empties itself."""

QUERIES = {name: text for name, text in load_queries(PACKAGE).items() if name.startswith(KEYED)}


@pytest.mark.parametrize("name", QUERIES)
def test_a_known_key_is_looked_up(name: str) -> None:
    """SQLite's plan of the statement scans no table and sorts no rows but those that it found."""
    plan = _plan(QUERIES[name])
    scans = [step for step in plan if step.startswith("SCAN") and not step.startswith(BOUNDED)]

    assert [] == scans
    assert [] == [step for step in plan if "TEMP B-TREE" in step]


def _plan(statement: str) -> list[str]:
    connection = sqlite3.connect(":memory:")
    for migration in load_migrations(PACKAGE):
        for step in migration.up:
            connection.execute(step)
    params = dict.fromkeys(re.findall(r":([a-z_]+)", statement), 1)
    plan = [row[3] for row in connection.execute(f"explain query plan {statement}", params)]
    connection.close()
    return plan


CHARTS = {name: text for name, text in load_queries(PACKAGE).items() if name.startswith("charts.")}
FROM_INDEX = ("charts.days_of_site", "charts.busiest_of_site", "charts.of_busy")
"""What the first page of the activity counts over everything of a site: rows themselves are not read for it."""


@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_counted_from_indexes(name: str) -> None:
    """M4: no chart walks over a table; those of a whole site read nothing but an index, in whose order links stand."""
    plan = _plan(CHARTS[name])
    steps = [step for step in plan if re.match(r"(SEARCH|SCAN) (a|activity)\b", step)]

    assert steps
    assert [] == [step for step in steps if step.startswith("SCAN")]
    if name in FROM_INDEX:
        assert [] == [step for step in steps if "COVERING INDEX" not in step]
        assert [] == [step for step in plan if "FOR GROUP BY" in step]


def test_postgres_counts_days_from_an_index(postgres_dsn: str) -> None:
    """M4: the days of a site are counted from one index in PostgreSQL too, with the plans of small tables put aside."""
    text = load_queries("exshare_adapters.postgres")["charts.days_of_site"]
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        for migration in load_migrations("exshare_adapters.postgres"):
            for step in migration.up:
                connection.execute(sql.SQL(step))
        connection.execute("set enable_seqscan = off")
        connection.execute("set enable_bitmapscan = off")
        given = {"site": "acme", "kinds": "opened|viewed", "since": NOW, "before": NOW + timedelta(days=30)}
        lines = [str(row[0]) for row in connection.execute(sql.SQL("explain (costs off) " + text), given)]
        read = [line for line in lines if "on activity" in line]

        assert read
        assert [] == [line for line in read if "Index Only Scan using activity_by_kind" not in line]
