"""With a million links, nothing that is looked up by a key may be searched for row by row."""

from __future__ import annotations

import re
import sqlite3

import pytest

from exshare_adapters.migrations import load_migrations
from exshare_adapters.queries import load_queries

PACKAGE = "exshare_adapters.sqlite"
KEYED = ("links.", "accounts.", "policies.", "codes.", "guesses.", "activity.")
"""The files whose every statement knows a key; upkeep and the outbox walk over what is due."""

BOUNDED = ("SCAN CONSTANT ROW", "SCAN json_each VIRTUAL TABLE", "SCAN l USING INDEX links_unread")
"""What is no walk over a table: one row, a parameter, and the index of what is still to be read, which empties itself."""

QUERIES = {name: text for name, text in load_queries(PACKAGE).items() if name.startswith(KEYED)}


@pytest.mark.parametrize("name", QUERIES)
def test_a_known_key_is_looked_up(name: str) -> None:
    """SQLite's plan of the statement scans no table and sorts no rows but those that it found."""
    statement = QUERIES[name]
    connection = sqlite3.connect(":memory:")
    for migration in load_migrations(PACKAGE):
        for step in migration.up:
            connection.execute(step)
    params = dict.fromkeys(re.findall(r":([a-z_]+)", statement), 1)
    plan = [row[3] for row in connection.execute(f"explain query plan {statement}", params)]
    connection.close()
    scans = [step for step in plan if step.startswith("SCAN") and not step.startswith(BOUNDED)]

    assert [] == scans
    assert [] == [step for step in plan if "TEMP B-TREE" in step]
