"""What is stored as JSON comes back as it was, and what this version did not write is refused."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given

from exshare_adapters.codec import Codec, Json
from exshare_core.capabilities import Capabilities
from exshare_core.errors import Broken
from exshare_core.links import LabelFilter, LabelMode, Scope, Wish
from exshare_core.policy import Limits
from exshare_core.testing import strategies
from exshare_core.values import Networks, PageId, People, SpaceKey

CODEC = Codec()

SCOPE = Scope(
    PageId("123"),
    SpaceKey("TEAM"),
    children=True,
    labels=LabelFilter(LabelMode.NONE, frozenset({"draft", "alpha"})),
    carve_outs=frozenset({PageId("7"), PageId("65")}),
)
SCOPE_TREE: dict[str, Json] = {
    "root": "123",
    "space": "TEAM",
    "children": True,
    "labels": {"mode": "without", "labels": ["alpha", "draft"]},
    "carve_outs": ["65", "7"],
    "restricted_pages": False,
}
WISH = Wish(
    capabilities=Capabilities((("attachments", 1),)),
    people=People(),
    networks=Networks.parse(["192.0.2.0/24", "2001:db8::/32"]),
    expires_at=datetime(2026, 12, 31, 23, 0, 0, 1, tzinfo=timezone.utc),
    password_hash="$hash$",
)
WISH_TREE: dict[str, Json] = {
    "capabilities": {"rungs": [["attachments", 1]]},
    "people": {"addresses": [], "domains": [], "subdomains": []},
    "networks": {"ranges": ["192.0.2.0/24", "2001:db8::/32"]},
    "starts_at": None,
    "expires_at": "2026-12-31T23:00:00.000001+00:00",
    "max_opens": None,
    "password_hash": "$hash$",
}
LIMITS = Limits(
    capabilities={"attachments": 0}, lifetime=timedelta(seconds=1), children=False, blocked_people=frozenset()
)
LIMITS_TREE: dict[str, Json] = {
    "capabilities": {"attachments": 0},
    "lifetime": 1_000_000,
    "children": False,
    "blocked_people": [],
}
EXAMPLES = [
    pytest.param(SCOPE, SCOPE_TREE, id="scope"),
    pytest.param(WISH, WISH_TREE, id="wish"),
    pytest.param(LIMITS, LIMITS_TREE, id="limits"),
]


@given(strategies.scopes())
def test_every_scope_comes_back(scope: Scope) -> None:
    """A scope is the same after it was stored."""
    assert scope == CODEC.load(CODEC.dump(scope), Scope)


@given(strategies.wishes())
def test_every_wish_comes_back(wish: Wish) -> None:
    """A wish is the same after it was stored; nobody is not everybody."""
    assert wish == CODEC.load(CODEC.dump(wish), Wish)


@given(strategies.limits())
def test_all_limits_come_back(limits: Limits) -> None:
    """Limits are the same after they were stored; absent ones stay absent."""
    assert limits == CODEC.load(CODEC.dump(limits), Limits)


@pytest.mark.parametrize(("value", "tree"), EXAMPLES)
def test_the_stored_form_is_fixed(value: Scope | Wish | Limits, tree: dict[str, Json]) -> None:
    """What stands in databases today is written and read as it was."""
    assert tree == json.loads(CODEC.dump(value))
    assert value == CODEC.load(tree, type(value))


@pytest.mark.parametrize(
    ("tree", "value"),
    [
        ({"root": "1", "space": "TEAM"}, Scope(PageId("1"), SpaceKey("TEAM"))),
        ({}, Wish()),
        ({}, Limits()),
    ],
    ids=["scope", "wish", "limits"],
)
def test_a_missing_field_takes_its_default(tree: dict[str, Json], value: Scope | Wish | Limits) -> None:
    """What older code wrote is read."""
    assert value == CODEC.load(tree, type(value))


@pytest.mark.parametrize(("value", "tree"), EXAMPLES)
def test_an_unknown_field_is_refused(value: Scope | Wish | Limits, tree: dict[str, Json]) -> None:
    """A restriction that newer code wrote is never ignored."""
    with pytest.raises(Broken):
        CODEC.load({**tree, "tomorrow": True}, type(value))


@pytest.mark.parametrize(
    ("kind", "tree"),
    [
        (Scope, {"space": "TEAM"}),
        (Scope, {"root": "1", "space": "TEAM", "children": "false"}),
        (Scope, {"root": "1", "space": "TEAM", "children": 0}),
        (Scope, {"root": 1, "space": "TEAM"}),
        (Scope, {"root": "1", "space": "TEAM", "labels": {"mode": "perhaps", "labels": []}}),
        (Wish, {"max_opens": "3"}),
        (Wish, {"max_opens": True}),
        (Wish, {"expires_at": "2026-12-31T23:00:00"}),
        (Wish, {"people": []}),
        (Wish, {"networks": {"ranges": ["192.0.2.1/24"]}}),
        (Limits, {"lifetime": 1.5}),
        (Limits, {"people_demanded": "yes"}),
        (Limits, {"forbidden_labels": "internal"}),
        (Limits, {"forbidden_labels": [1]}),
        (Limits, []),
        (Limits, None),
        (Limits, "{"),
    ],
)
def test_what_nobody_wrote_is_refused(kind: type[Scope | Wish | Limits], tree: Json) -> None:
    """A stored value of another shape or type is Broken, never guessed at."""
    with pytest.raises(Broken):
        CODEC.load(tree, kind)
