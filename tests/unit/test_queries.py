"""Statements are named and described, and the two stores answer to the same names."""

from __future__ import annotations

import pytest

from exshare_adapters.queries import load_queries, parse

FILE = """-- A file about things.

-- part: whole
t.id, t.name

-- name: find
-- One thing.
select {{whole}}
  from things t;

-- name: forget
-- All things.
delete from things;
"""


def test_statements_are_found_by_name() -> None:
    """Comments are left out, parts are put in, the closing semicolon goes."""
    expected = {"find": "select t.id, t.name\nfrom things t", "forget": "delete from things"}

    assert expected == parse(FILE, "things.sql")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("select 1;\n", "has a statement without a name"),
        ("-- name: find\nselect 1;\n", "does not say what it is for"),
        ("-- name: find\n-- One thing.\n", "has no statement"),
        ("-- name: find\n-- One.\nselect 1;\n-- name: find\n-- Two.\nselect 2;\n", "names `find` twice"),
        ("-- name: find\n-- One.\nselect {{whole}};\n", "uses the part `whole` before it is written"),
    ],
)
def test_a_file_that_breaks_the_rules_is_refused(text: str, rule: str) -> None:
    """A statement without name, description, text or a known part is found at opening, by name."""
    with pytest.raises(ValueError, match=rule):
        parse(text, "things.sql")


def test_both_stores_have_the_same_statements() -> None:
    """PostgreSQL has besides only the locks that SQLite takes for a whole transaction, and the emptying of a table.

    SQLite takes in steps what PostgreSQL does with one statement: to write an event, and to forget old ones.
    """
    sqlite, postgres = load_queries("exshare_adapters.sqlite"), load_queries("exshare_adapters.postgres")
    forgetting = {"sealing.old", "sealing.forget_personal", "sealing.forget_waiting"}
    steps = {"activity.append_personal", "activity.append_waiting"} | forgetting

    locks = {"codes.hold", "links.hold", "members.hold_name", "sealing.lock"}
    emptying = {"activity.is_clear", "activity.empty_clear"}

    assert locks | emptying == postgres.keys() - sqlite.keys()
    assert steps == sqlite.keys() - postgres.keys()
