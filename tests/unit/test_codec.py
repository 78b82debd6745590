"""What is stored as JSON comes back as it was, and what this version did not write is refused."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given

from exshare_adapters.codec import Codec, Json
from exshare_adapters.link_rows import StoredScope, StoredWish, link_of, link_params
from exshare_core.capabilities import Capabilities
from exshare_core.errors import Broken
from exshare_core.governance import Held
from exshare_core.links import LabelFilter, LabelMode, ShareLink
from exshare_core.policy import Limits
from exshare_core.schemes import Grantees, Scheme
from exshare_core.testing import strategies
from exshare_core.values import Networks, PageId, People, SpaceKey

CODEC = Codec()

Stored = StoredScope | StoredWish | Limits

SCOPE = StoredScope(
    SpaceKey("TEAM"),
    children=True,
    labels=LabelFilter(LabelMode.NONE, frozenset({"draft", "alpha"})),
    carve_outs=frozenset({PageId("7"), PageId("65")}),
    present=frozenset({PageId("9"), PageId("10")}),
)
SCOPE_TREE: dict[str, Json] = {
    "space": "TEAM",
    "children": True,
    "labels": {"mode": "without", "labels": ["alpha", "draft"]},
    "carve_outs": ["65", "7"],
    "restricted_pages": False,
    "whole_space": False,
    "present": ["10", "9"],
}
WISH = StoredWish(
    capabilities=Capabilities((("attachments", 1),)),
    people=People(),
    networks=Networks.parse(["192.0.2.0/24", "2001:db8::/32"]),
)
WISH_TREE: dict[str, Json] = {
    "capabilities": {"rungs": [["attachments", 1]]},
    "people": {"addresses": [], "domains": [], "subdomains": []},
    "networks": {"ranges": ["192.0.2.0/24", "2001:db8::/32"]},
    "indexing": False,
    "leads_to": [],
    "sign_in": False,
    "sso": False,
    "terms": "",
    "frame_origins": [],
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


@given(strategies.share_links())
def test_what_a_link_asks_for_comes_back(link: ShareLink) -> None:
    """A scope and a wish are the same after they were stored; nobody is not everybody."""
    row = link_params(CODEC, link)

    assert link == link_of(CODEC, row)


@given(strategies.schemes())
def test_every_scheme_comes_back(scheme: Scheme) -> None:
    """A scheme is the same after it was stored; what is granted to nobody is not granted to everyone."""
    assert scheme == CODEC.load(CODEC.dump(scheme), Scheme)


def test_equal_texts_are_read_once() -> None:
    """What many links have in common is one value for all of them, and what is refused is refused each time."""
    text = CODEC.dump(LIMITS)

    assert CODEC.shared(text, Limits) is CODEC.shared(str(text), Limits)
    for _ in range(2):
        with pytest.raises(Broken):
            CODEC.shared('{"tomorrow":true}', Limits)


@given(strategies.limits())
def test_all_limits_come_back(limits: Limits) -> None:
    """Limits are the same after they were stored; absent ones stay absent."""
    assert limits == CODEC.load(CODEC.dump(limits), Limits)


@pytest.mark.parametrize(("value", "tree"), EXAMPLES)
def test_the_stored_form_is_fixed(value: Stored, tree: dict[str, Json]) -> None:
    """What stands in databases today is written and read as it was."""
    assert tree == json.loads(CODEC.dump(value))
    assert value == CODEC.load(tree, type(value))


@pytest.mark.parametrize(
    ("tree", "value"),
    [
        ({"space": "TEAM"}, StoredScope(SpaceKey("TEAM"))),
        ({}, StoredWish()),
        ({}, Limits()),
    ],
    ids=["scope", "wish", "limits"],
)
def test_a_missing_field_takes_its_default(tree: dict[str, Json], value: Stored) -> None:
    """What older code wrote is read."""
    assert value == CODEC.load(tree, type(value))


@pytest.mark.parametrize(("value", "tree"), EXAMPLES)
def test_an_unknown_field_is_refused(value: Stored, tree: dict[str, Json]) -> None:
    """A restriction that newer code wrote is never ignored."""
    with pytest.raises(Broken):
        CODEC.load({**tree, "tomorrow": True}, type(value))


@pytest.mark.parametrize(
    ("kind", "tree"),
    [
        (StoredScope, {"children": True}),
        (StoredScope, {"space": "TEAM", "children": "false"}),
        (StoredScope, {"space": "TEAM", "children": 0}),
        (StoredScope, {"space": 1}),
        (StoredScope, {"space": "TEAM", "labels": {"mode": "perhaps", "labels": []}}),
        (StoredWish, {"capabilities": {"rungs": [["attachments", True]]}}),
        (StoredWish, {"password_hash": "$hash$"}),
        (StoredWish, {"people": []}),
        (StoredWish, {"networks": {"ranges": ["192.0.2.1/24"]}}),
        (Limits, {"opens": "3"}),
        (Limits, {"opens": True}),
        (Held, {"layer": "site", "limits": {}, "at": "2026-12-31T23:00:00"}),
        (Scheme, {"grants": {"own-everything": {}}}),
        (Grantees, {"everyone": "yes"}),
        (Limits, {"lifetime": 1.5}),
        (Limits, {"people_demanded": "yes"}),
        (Limits, {"forbidden_labels": "internal"}),
        (Limits, {"forbidden_labels": [1]}),
        (Limits, []),
        (Limits, None),
        (Limits, "{"),
    ],
)
def test_what_nobody_wrote_is_refused(kind: type[object], tree: Json) -> None:
    """A stored value of another shape or type is Broken, never guessed at."""
    with pytest.raises(Broken):
        CODEC.load(tree, kind)
