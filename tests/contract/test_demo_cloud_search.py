"""The stand-in for Cloud springs the traps of search: cursors, marks, dropped clauses, an index that lags."""

from __future__ import annotations

import pytest

from exshare_demo import pages
from tests.demo_calls import Cloud


@pytest.fixture
def cloud() -> Cloud:
    """A fresh site."""
    return Cloud()


def _titles(cloud: Cloud, cql: str) -> list[str]:
    answer = cloud.ask("/rest/api/search?limit=50&cql=" + cql.replace('"', "%22")).json()
    return [r["content"]["title"] for r in answer["results"]]


def test_start_never_positions_a_page_of_hits(cloud: Cloud) -> None:
    """It is echoed; only the cursor counts, and `next` is relative to the context."""
    first = cloud.ask("/rest/api/search?cql=type=page&limit=3&excerpt=none").json()
    again = cloud.ask("/rest/api/search?cql=type=page&limit=3&start=3&excerpt=none").json()
    following = first["_links"]["next"]
    then = cloud.ask(following).json()

    assert (3, first["results"]) == (again["start"], again["results"])
    assert following.startswith("/rest/api/search?next=true&cursor=")
    assert "excerpt" not in following
    assert {r["content"]["id"] for r in first["results"]}.isdisjoint(r["content"]["id"] for r in then["results"])


def test_a_short_page_of_hits_is_not_the_last(cloud: Cloud) -> None:
    """Only a missing `next` is, and the total is a guess."""
    cloud.site.switches.page_cap = 2
    found = cloud.ask("/rest/api/search?cql=type=page&limit=50").json()

    assert (50, 2) == (found["limit"], found["size"])
    assert "next" in found["_links"]
    assert found["totalSize"] > 2


def test_every_hit_is_reached_by_following_next(cloud: Cloud) -> None:
    """None twice, none left out."""
    at, found = "/rest/api/search?cql=type=page&limit=4", []
    while at:
        answer = cloud.ask(at).json()
        found += [r["content"]["id"] for r in answer["results"]]
        at = answer["_links"].get("next", "")

    assert len(found) == len(set(found))
    assert sorted(found) == sorted(
        str(n.id)
        for n in cloud.site.nodes.values()
        if n.kind == "page" and n.status == "current" and n.id != pages.HIDDEN_PAGE
    )


def test_titles_and_excerpts_of_hits_are_marked_and_escaped(cloud: Cloud) -> None:
    """The content's own title is neither."""
    cloud.site.add_page(pages.HOME, "Wicks & <oil>", "The wick burns")
    cloud.site.reindex()
    hit = cloud.ask('/rest/api/search?cql=siteSearch ~ "oil"').json()["results"][0]

    assert "Wicks &amp; &lt;@@@hl@@@oil@@@endhl@@@&gt;" == hit["title"]
    assert "Wicks & <oil>" == hit["content"]["title"]
    assert 0.0 == hit["score"]


def test_site_search_between_two_clauses_is_dropped(cloud: Cloud) -> None:
    """Without a word, so that everything is found; at the front it counts."""
    middle = _titles(cloud, 'type=page and siteSearch ~ "seagulls" and space=GUIDE')
    front = _titles(cloud, 'siteSearch ~ "seagulls" and type=page and space=GUIDE')

    assert ["Warranty"] == front
    assert len(middle) > 20


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("", 400, "cql query parameter is required"),
        ("?cql=", 400, "cql query parameter is required"),
        ("?cql=title ~ %22open", 400, "Could not parse cql : "),
        ("?cql=nonsense = 1", 400, "Could not parse cql : "),
        ("?cql=type=page&cursor=bad", 400, "XP-Search Aggregator API"),
        ("?cql=siteSearch ~ %22 %22", 500, ""),
        ("?cql=user = %22mira%22", 400, ""),
        ("?cql=type = page and not (user.fullname ~ %22mira%22)", 400, ""),
    ],
)
def test_bad_searches(cloud: Cloud, query: str, status: int, words: str) -> None:
    """Each has its own answer."""
    answer = cloud.ask("/rest/api/search" + query)

    assert status == answer.status_code
    assert words in answer.json()["message"]


def test_a_limit_that_is_no_number_is_a_404_without_a_body(cloud: Cloud) -> None:
    """In search only."""
    answer = cloud.ask("/rest/api/search?cql=type=page&limit=abc")

    assert (404, b"") == (answer.status_code, answer.content)


def test_quotes_and_backslashes_in_a_query_are_escaped(cloud: Cloud) -> None:
    """A quoted string is one value, whatever it holds."""
    cloud.site.add_page(pages.HOME, 'A "lit" lamp \\ wick', "x")
    cloud.site.reindex()

    assert ['A "lit" lamp \\ wick'] == _titles(cloud, 'title = "A \\"lit\\" lamp \\\\ wick"')
    assert [] == _titles(cloud, 'title = "x\\" or type = page"')


@pytest.mark.parametrize(
    ("cql", "expected"),
    [
        ('label = "lamp"', ["Heron 9 lamp", "Kestrel 12 lamp"]),
        ('title ~ "kestrel" and not label = "lamp" and parent != 40010015', ["Kestrel I", "Kestrel price list"]),
        (
            f"(id = {pages.REPAIR} or ancestor = {pages.REPAIR}) and type in (page, blogpost)",
            ["Repair handbook", "Dimmer relay"],
        ),
        ("space = guide and type = blogpost", ["The new Heron is here"]),
        ('space = "NOSUCH"', []),
        ('title ~ "kestr*" and parent = 40010012', ["Kestrel 12 lamp", "Kestrel price list"]),
        ('text ~ "\\"one thursday a month\\""', ["Kestrel I"]),
        ('text ~ "\\"month a thursday\\""', []),
        ("id = 40010003 or id = 40010004 and type = blogpost", ["Unpacking a lamp"]),
        ("title = warranty and lastModified >= 2026-03-01", ["Warranty"]),
        ('title = warranty and created > "2026/03/01"', []),
        ("creator = 712020:canary-acc-mira and title = warranty", ["Warranty"]),
        (
            "ancestor = 40020001 order by title desc",
            ["Repair handbook", "Kestrel I", "Dimmer relay", "Caring for lenses"],
        ),
    ],
)
def test_queries(cloud: Cloud, cql: str, expected: list[str]) -> None:
    """Titles, labels, spaces, kinds and places can be asked for together."""
    assert expected == _titles(cloud, cql)


def test_archived_pages_are_invisible_to_search(cloud: Cloud) -> None:
    """At once, though the index lags otherwise."""
    cloud.site.archive(pages.HERON)

    assert ["Kestrel 12 lamp"] == _titles(cloud, 'label = "lamp"')


def test_the_index_lags_behind_edits_moves_and_deletions(cloud: Cloud) -> None:
    """Hits are to be checked again: until the index catches up they tell what was."""
    cloud.site.rename(pages.HERON, "Bittern")
    cloud.site.move(pages.KESTREL, pages.TEAM_HOME)
    cloud.site.purge(pages.WARRANTY)
    late = [*_titles(cloud, f"ancestor = {pages.CATALOGUE} and label = lamp"), *_titles(cloud, 'title = "Warranty"')]
    cloud.site.reindex()
    then = [*_titles(cloud, f"ancestor = {pages.CATALOGUE} and label = lamp"), *_titles(cloud, 'title = "Warranty"')]

    assert ["Heron 9 lamp", "Kestrel 12 lamp", "Warranty"] == late
    assert ["Bittern"] == then


def test_search_shows_nothing_that_the_connector_may_not_read(cloud: Cloud) -> None:
    """Neither the page nor its words."""
    assert [] == _titles(cloud, 'text ~ "canary-hidden"')
