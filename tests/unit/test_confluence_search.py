"""The CQL of a search inside a share, as text: what is asked for, and that words are nothing but words."""

from __future__ import annotations

import pytest

from exshare_adapters.confluence.searching import query, quoted
from exshare_core.errors import InvalidValue
from exshare_core.links import LabelFilter
from exshare_core.ports import Place
from exshare_core.values import PageId, SpaceKey
from exshare_demo.cql import Clause, parse

ROOT = PageId("10")


@pytest.mark.parametrize(
    ("place", "where"),
    [
        (Place(ROOT), "(id = 10 or ancestor = 10)"),
        (Place(ROOT, SpaceKey("TEAM")), 'space = "TEAM"'),
        (Place(ROOT, label='a" or x'), '(id = 10 or ancestor = 10) and label = "a\\" or x"'),
        (
            Place(ROOT, labels=LabelFilter.parse("any: b, a")),
            '(id = 10 or ancestor = 10) and (id = 10 or (label in ("a", "b")))',
        ),
        (
            Place(ROOT, labels=LabelFilter.parse("all: b, a")),
            '(id = 10 or ancestor = 10) and (id = 10 or (label = "a" and label = "b"))',
        ),
        (Place(ROOT, labels=LabelFilter.parse("without: a")), "(id = 10 or ancestor = 10)"),
        (
            Place(ROOT, without=frozenset({PageId("12"), PageId("11")})),
            "(id = 10 or ancestor = 10) and id not in (11, 12) and ancestor not in (11, 12)",
        ),
        (Place(ROOT, without=frozenset(map(PageId, map(str, range(100, 200))))), "(id = 10 or ancestor = 10)"),
    ],
)
def test_a_place_is_asked_for_as_far_as_that_is_certain(place: Place, where: str) -> None:
    """Root or space always, labels and what is left out where Confluence answers for certain and briefly."""
    words = '(text ~ "lamp" or text ~ "lamp*")'

    assert f"type in (page, blogpost) and {where} and {words} order by lastmodified desc" == query(
        "text", ["lamp"], place
    )


def test_a_word_is_asked_for_with_and_without_accents() -> None:
    """Each word in lower case, as typed and bare, whole and as a beginning; all words must be there."""
    expected = (
        'type in (page, blogpost) and (id = 10 or ancestor = 10) and (title ~ "café" or title ~ "café*" or title ~ "cafe" '
        'or title ~ "cafe*") and (title ~ "or" or title ~ "or*") order by lastmodified desc'
    )

    assert expected == query("title", ["CAFÉ", "OR"], Place(ROOT))


@pytest.mark.parametrize(
    "value",
    ['"', "\\", '\\"', '" or type = "page', "'", "a\nb", "”", "\u2028", "\\" * 7 + '"', "\x00", "order by title"],
)
def test_a_quoted_text_says_nothing_but_itself(value: str) -> None:
    """Read by a parser of CQL it is one value, whatever stands in it."""
    search = parse(f"label = {quoted(value)} order by title")

    assert Clause("label", "=", ("".join(c if c.isprintable() else " " for c in value),)) == search.query


def test_a_root_that_is_no_id_is_refused() -> None:
    """What is put into a question without quotes are ids alone."""
    with pytest.raises(InvalidValue):
        query("text", ["lamp"], Place(PageId("10 or id > 0")))
