"""Programs list links, give them away and do one thing to many, as their member may (A1, M3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.test_api import LINKS, Program

BULK = f"{LINKS}/bulk"


def test_filters_and_orders_are_those_of_the_pages() -> None:
    """M3: narrowed and ordered, with a way on that is good for its own order only."""
    program = Program()
    for name in ("beta fair", "alpha", "fair gamma"):
        program.make(name=name)
    found = program.client.get(LINKS, params={"name": "FAIR", "sort": "name", "limit": "1"}).json()
    rest = program.client.get(LINKS, params={"name": "FAIR", "sort": "name", "after": found["next"]}).json()
    other = program.client.get(LINKS, params={"sort": "-name", "after": found["next"]})

    assert ["beta fair", "fair gamma"] == [one["settings"]["name"] for one in (*found["links"], *rest["links"])]
    assert "next" not in rest
    assert (422, "after") == (other.status_code, other.json()["errors"][0]["field"])


def test_many_links_are_tried_and_done() -> None:
    """A1, M3: a dry run counts and changes nothing; the act does it once, however often it is sent."""
    program = Program()
    ids = [program.make(name=f"link {number}")["id"] for number in range(3)]
    order = {"deed": "disable", "links": [f"{ids[0]}.1", f"{ids[1]}.7", ids[2], "nolink"]}
    tried = program.client.post(BULK, json=order, params={"dry_run": "true"}).json()
    active = program.client.get(LINKS, params={"state": "active"}).json()["links"]
    headers = {"idempotency-key": "once"}
    done, again = (program.client.post(BULK, json=order, headers=headers).json() for _ in range(2))

    assert (2, 1, 1) == (tried["done"], tried["changed_meanwhile"], tried["refused"])
    assert 3 == len(active)
    assert (2, 0) == (done["done"], done["as_it_was"])
    assert (0, 1) == (again["done"], again["as_it_was"])
    assert [ids[1]] == [one["id"] for one in program.client.get(LINKS, params={"state": "active"}).json()["links"]]


BAD: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"deed": "rotate", "all": True}, {}),
    ({"deed": "disable"}, {}),
    ({"deed": "disable", "links": ["../x"]}, {}),
    ({"deed": "disable", "links": ["a.b"]}, {}),
    ({"deed": "disable", "links": [f"l{number}" for number in range(1001)]}, {}),
    ({"deed": "disable", "owner": "ada", "all": True}, {}),
    ({"deed": "transfer", "all": True}, {}),
    ({"deed": "transfer", "owner": "nobody", "all": True}, {}),
    ({"deed": "delete", "all": True, "member": "boss"}, {}),
    ({"deed": "delete", "links": ["x"]}, {"state": "active"}),
    ({"deed": "delete", "all": True}, {"state": "broken"}),
    ({"deed": "delete", "all": True}, {"space": ""}),
    ({"deed": "delete", "all": True}, {"after": "x"}),
]


@pytest.mark.parametrize(("order", "query"), BAD)
def test_an_order_that_means_nothing_does_nothing(order: dict[str, Any], query: dict[str, str]) -> None:
    """M3: refused by name, before any link is looked at."""
    program = Program()
    program.make()
    answer = program.client.post(BULK, json=order, params=query)

    assert 422 == answer.status_code
    assert ["active"] == [one["state"] for one in program.client.get(LINKS).json()["links"]]
