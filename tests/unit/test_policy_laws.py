"""Layers meet: the laws that no order, grouping,
repetition or addition of layers can break (spec P1, P2, P5).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from exshare_core.capabilities import LADDERS
from exshare_core.errors import InvalidValue
from exshare_core.policy import MEETS, GroupRule, Layer, Limits, Policy, effective, outer
from exshare_core.testing import strategies
from exshare_core.values import Address, IPAddress, Networks, People

PERSONS = [
    Address.parse(text)
    for text in (
        "ada@example.com",
        "grace.hopper@example.com",
        "ada@sub.example.com",
        "ada@deep.sub.example.com",
        "ada@example.org",
        "eve@elsewhere.example",
        "x_y@bücher.example",
    )
]
PLACES: list[IPAddress] = [
    ip_address(text)
    for text in (
        "192.0.2.7",
        "192.0.2.9",
        "192.0.2.200",
        "198.51.100.1",
        "203.0.113.200",
        "2001:db8::1",
        "2001:db8:1::5",
        "::1",
    )
]

CONTRACTORS = GroupRule("contractors", Limits(lifetime=timedelta(days=7)))
INTERNS = GroupRule("interns", Limits(password_demanded=True))
ORIGINS = ["https://a.example", "https://b.example", "https://c.example"]

stacks = st.lists(strategies.layers(), min_size=1, max_size=5)


def _policy(layers: list[Layer]) -> Policy:
    policy = effective(layers)

    assert policy is not None

    return policy


def _allowed(limits: Limits) -> Mapping[str, Any]:
    """What limits allow, as sets and numbers that can be compared: more is always more allowed."""
    highest = limits.capabilities or {}
    people, networks = limits.people, limits.networks
    return {
        "capabilities": tuple(min(highest.get(name, 9), len(ladder) - 1) for name, ladder in LADDERS.items()),
        "without password": not limits.password_demanded,
        "without expiry": not limits.expiry_demanded,
        "without people": not limits.people_demanded,
        "without sign-in": not limits.sign_in_demanded,
        "without an organisation": not limits.sso_demanded,
        "without terms": -len(limits.terms or ()),
        "shortest password": -(limits.password_length or 0),
        "lifetime": timedelta.max if limits.lifetime is None else limits.lifetime,
        "opens": 10**9 if limits.opens is None else limits.opens,
        "people": frozenset(one for one in PERSONS if people is None or people.admits(one)),
        "networks": frozenset(one for one in PLACES if networks is None or networks.admits(one)),
        "unblocked people": -len(limits.blocked_people or ()),
        "unblocked networks": -len(limits.blocked_networks or ()),
        "labels": -len(limits.forbidden_labels or ()),
        "unlabelled": -len(limits.demanded_labels or ()),
        "restricted pages": limits.restricted_pages is not False,
        "children": limits.children is not False,
        "password by mail": limits.password_by_mail is not False,
        "renewals": 10**9 if limits.renewals is None else limits.renewals,
        "frames": frozenset(one for one in ORIGINS if limits.frame_origins is None or one in limits.frame_origins),
        "indexing": limits.indexing is not False,
        "external links": limits.external_links is not False,
        "not excluded": -len(limits.excluded_names or ()),
        "rules for groups": -len(limits.group_rules or ()),
    }


def _no_more(inner: Mapping[str, Any], outer: Mapping[str, Any]) -> list[str]:
    """The names of what `inner` allows beyond `outer`."""
    return [
        name
        for name, value in inner.items()
        if not (
            all(one <= other for one, other in zip(value, outer[name], strict=True))
            if isinstance(value, tuple)
            else value <= outer[name]
        )
    ]


@given(stacks, st.randoms(use_true_random=False))
def test_the_order_of_layers_changes_nothing(layers: list[Layer], random: Any) -> None:
    """Shuffled layers give the same limits."""
    shuffled = list(layers)
    random.shuffle(shuffled)

    assert _policy(layers).limits == _policy(shuffled).limits


@given(stacks, stacks)
def test_the_grouping_of_layers_changes_nothing(first: list[Layer], second: list[Layer]) -> None:
    """Meeting two groups of layers first, and then each other, gives the same limits as meeting all."""
    grouped = [Layer("one", _policy(first).limits), Layer("other", _policy(second).limits)]

    assert _policy([*first, *second]).limits == _policy(grouped).limits


@given(stacks)
def test_the_repetition_of_layers_changes_nothing(layers: list[Layer]) -> None:
    """Layers that stand there twice give the same limits."""
    assert _policy(layers).limits == _policy([*layers, *layers]).limits


@given(strategies.layers())
def test_one_layer_is_its_own_meet(layer: Layer) -> None:
    """Meeting a layer's own limits once more loses and gains nothing for anybody."""
    assert _allowed(layer.limits) == _allowed(_policy([layer, layer]).limits)


@given(stacks, strategies.layers())
def test_adding_a_layer_never_relaxes(layers: list[Layer], added: Layer) -> None:
    """Whatever a layer says, with it nothing is allowed that was not allowed without it."""
    assert [] == _no_more(_allowed(_policy([*layers, added]).limits), _allowed(_policy(layers).limits))


@given(stacks)
def test_the_policy_allows_no_more_than_any_layer(layers: list[Layer]) -> None:
    """What any layer forbids is forbidden."""
    met = _allowed(_policy(layers).limits)

    for layer in layers:
        assert [] == _no_more(met, _allowed(layer.limits))


@given(stacks)
def test_lists_admit_whom_every_layer_admits(layers: list[Layer]) -> None:
    """A person, and a network, passes the lists in force exactly if it passes every layer's list."""
    met = _allowed(_policy(layers).limits)

    for name, everybody in (("people", PERSONS), ("networks", PLACES)):
        expected = frozenset(everybody).intersection(*(_allowed(layer.limits)[name] for layer in layers))
        assert expected == met[name]


@given(stacks)
def test_every_effective_value_names_a_layer(layers: list[Layer]) -> None:
    """Each restriction in force names at least one layer, only layers that restrict it,
    and nobody else is named.
    """
    policy = _policy(layers)

    for name in MEETS:
        setters = {layer.name for layer in layers if getattr(layer.limits, name) is not None}
        assert bool(setters) == (getattr(policy.limits, name) is not None)
        assert bool(setters) == bool(policy.set_by(name))
        assert set(policy.set_by(name)) <= setters


@given(stacks)
def test_named_layers_alone_give_the_value_in_force(layers: list[Layer]) -> None:
    """Without all layers but the named ones, a restriction is what it was: they are those to ask."""
    policy = _policy(layers)

    for name in MEETS:
        named = [layer for layer in layers if layer.name in policy.set_by(name)]
        if named:
            assert getattr(policy.limits, name) == getattr(_policy(named).limits, name)


def test_no_layer_gives_no_policy() -> None:
    """Without layers there is no policy, which denies."""
    assert effective([]) is None


@pytest.mark.parametrize(
    ("name", "outer", "inner", "met"),
    [
        ("capabilities", {"comments": 2, "labels": 1}, {"comments": 1}, {"comments": 1, "labels": 1}),
        ("password_demanded", False, True, True),
        ("expiry_demanded", True, False, True),
        ("people_demanded", False, False, False),
        ("password_length", 8, 15, 15),
        ("lifetime", timedelta(days=30), timedelta(days=7), timedelta(days=7)),
        ("opens", 5, 100, 5),
        (
            "people",
            People.parse(["*.example.com"]),
            People.parse(["ada@sub.example.com"]),
            People.parse(["ada@sub.example.com"]),
        ),
        ("people", People.parse(["example.com"]), People.parse(["example.org"]), People()),
        ("people", People.parse(["example.com"]), People(), People()),
        (
            "networks",
            Networks.parse(["192.0.2.0/24"]),
            Networks.parse(["192.0.2.7"]),
            Networks.parse(["192.0.2.7"]),
        ),
        (
            "blocked_people",
            frozenset({"a.example"}),
            frozenset({"b.example"}),
            frozenset({"a.example", "b.example"}),
        ),
        ("blocked_networks", frozenset({"::1"}), frozenset(), frozenset({"::1"})),
        ("forbidden_labels", frozenset({"x"}), frozenset({"y"}), frozenset({"x", "y"})),
        ("demanded_labels", frozenset({"x"}), frozenset({"x"}), frozenset({"x"})),
        ("sign_in_demanded", True, False, True),
        ("sso_demanded", False, True, True),
        ("terms", frozenset({"one text"}), frozenset({"another"}), frozenset({"one text", "another"})),
        ("restricted_pages", True, False, False),
        ("children", True, True, True),
        ("password_by_mail", False, True, False),
        ("renewals", 3, 0, 0),
        ("frame_origins", frozenset({"https://a.example"}), frozenset({"https://b.example"}), frozenset()),
        ("indexing", False, True, False),
        ("external_links", True, False, False),
        ("excluded_names", frozenset({"internal"}), frozenset({"prices"}), frozenset({"internal", "prices"})),
        ("group_rules", frozenset({CONTRACTORS}), frozenset({INTERNS}), frozenset({CONTRACTORS, INTERNS})),
    ],
)
def test_each_restriction_has_its_meet(name: str, outer: Any, inner: Any, met: Any) -> None:
    """P2: capabilities take the lowest rung, demands are OR-ed,
    numbers take the strictest, lists meet, blocks unite.
    """
    layers = [Layer("site", Limits(**{name: outer})), Layer("link", Limits(**{name: inner}))]

    assert met == getattr(_policy(layers).limits, name)


def test_the_table_has_every_restriction() -> None:
    """No restriction is without a row above."""
    marks = test_each_restriction_has_its_meet.pytestmark

    assert set(MEETS) == {row[0] for mark in marks for row in mark.args[1]}


def test_the_strictest_layer_is_named() -> None:
    """P5: of several layers that set a number, the one whose number is in force is named;
    for a shared list, all.
    """
    layers = [
        Layer("site", Limits(opens=10, people=People.parse(["example.com", "example.org"]))),
        Layer("space TEAM", Limits(opens=3)),
        Layer("link", Limits(opens=5, people=People.parse(["example.org", "example.net"]))),
    ]
    policy = _policy(layers)

    assert ("space TEAM",) == policy.set_by("opens")
    assert ("site", "link") == policy.set_by("people")
    assert () == policy.set_by("lifetime")


GROUPED = Layer("site", Limits(lifetime=timedelta(days=30), group_rules=frozenset({CONTRACTORS, INTERNS})))


@pytest.mark.parametrize(
    ("groups", "lifetime", "password", "setters"),
    [
        (frozenset(), timedelta(days=30), None, ("site",)),
        (frozenset({"staff"}), timedelta(days=30), None, ("site",)),
        (frozenset({"contractors"}), timedelta(days=7), None, ("site, group contractors",)),
        (frozenset({"staff", "interns"}), timedelta(days=30), True, ("site",)),
        (None, timedelta(days=7), True, ("site, group contractors",)),
    ],
    ids=["no group", "another group", "contractors", "interns", "unknown"],
)
def test_rules_for_groups(
    groups: frozenset[str] | None, lifetime: timedelta, password: bool | None, setters: tuple[str, ...]
) -> None:
    """P8: a rule holds for owners in its group, every rule where membership is unknown; the rule is named as a layer."""
    policy = effective([GROUPED], groups)

    assert policy is not None
    assert (lifetime, password) == (policy.limits.lifetime, policy.limits.password_demanded)
    assert setters == policy.set_by("lifetime")


@given(stacks, st.frozensets(st.sampled_from(["contractors", "interns", "büro"])))
def test_unknown_membership_is_never_wider_than_any(layers: list[Layer], groups: frozenset[str]) -> None:
    """P8: not knowing the owner's groups allows no more than any membership would."""
    unknown, known = effective(layers, None), effective(layers, groups)

    assert unknown is not None
    assert known is not None
    assert [] == _no_more(_allowed(unknown.limits), _allowed(known.limits))


def test_a_rule_for_a_group_holds_no_rules_for_groups() -> None:
    """Nesting has no meaning and is refused."""
    with pytest.raises(InvalidValue, match="group_rules"):
        GroupRule("outer", Limits(group_rules=frozenset({INTERNS})))


@given(stacks, strategies.layers())
def test_narrowing_is_meeting_with_one_more(layers: list[Layer], added: Layer) -> None:
    """What was met before need not be met again."""
    plain = [evolve(one, limits=evolve(one.limits, group_rules=None)) for one in (*layers, added)]
    policy = _policy(plain[:-1])

    assert _policy(plain) == policy.narrowed(plain[-1])


@given(stacks, stacks)
def test_remembered_policies_are_those_of_their_layers(first: list[Layer], second: list[Layer]) -> None:
    """Remembering by the layers changes nothing; equal layers have equal hashes, unequal ones are told apart."""
    for layers in (first, second, first):
        assert effective(layers) == outer(tuple(layers))
    assert (first == second) <= (hash(tuple(first)) == hash(tuple(second)))
