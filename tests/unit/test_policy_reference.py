"""The meet of layers against a plain reading of P2 that shares no code with it: one question at a time, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from exshare_core.capabilities import LADDERS
from exshare_core.gates import admits
from exshare_core.policy import Layer, Limits, Policy, effective
from exshare_core.testing import strategies
from exshare_core.values import Address

PERSONS = [
    "ada@example.com",
    "ada@sub.example.com",
    "ada@example.org",
    "eve@deep.sub.example.com",
    "x@elsewhere.example",
]
PLACES = ["192.0.2.7", "192.0.2.200", "198.51.100.1", "203.0.113.200", "2001:db8:1::5", "::1"]
GROUPS = ["contractors", "interns", "büro"]

stacks = st.lists(strategies.layers(), min_size=1, max_size=5)
groups = st.none() | st.frozensets(st.sampled_from(GROUPS))


def limits_that_hold(layers: Sequence[Layer], of: frozenset[str] | None) -> list[Limits]:
    """The layers' own limits, and those of their rules for a group that the owner is in or may be in."""
    every = [layer.limits for layer in layers]
    rules = [rule for limits in every for rule in limits.group_rules or ()]
    return every + [rule.limits for rule in rules if of is None or rule.group in of]


def listed(person: str, entries: Sequence[str]) -> bool:
    """Whether one list names a person, as an admin reads it."""
    domain = person.rpartition("@")[2]
    return any(
        entry in (person, domain) or (entry.startswith("*.") and f".{domain}".endswith(entry[1:])) for entry in entries
    )


def within(place: str, entries: Sequence[str]) -> bool:
    """Whether one list of networks holds a place."""
    address = ip_address(place)
    nets = [ip_network(entry) for entry in entries]
    return any(address.version == net.version and address in net for net in nets)


def the_policy(layers: Sequence[Layer], of: frozenset[str] | None) -> Policy:
    """The policy under test."""
    policy = effective(layers, of)

    assert policy is not None

    return policy


@given(stacks, groups)
def test_a_person_passes_who_is_on_every_list_and_on_no_block(layers: list[Layer], of: frozenset[str] | None) -> None:
    """P2: lists are intersected and blocks united, for every person that lists can tell apart."""
    hold = limits_that_hold(layers, of)
    expected = [
        all(one.people is None or listed(person, one.people.entries()) for one in hold)
        and not any(listed(person, sorted(one.blocked_people or ())) for one in hold)
        for person in PERSONS
    ]
    policy = the_policy(layers, of)

    assert expected == [admits(policy, Address.parse(person)) for person in PERSONS]


@given(stacks, groups)
def test_a_place_passes_that_is_in_every_list(layers: list[Layer], of: frozenset[str] | None) -> None:
    """P2: lists of networks are intersected."""
    hold = limits_that_hold(layers, of)
    expected = [all(one.networks is None or within(place, one.networks.entries()) for one in hold) for place in PLACES]
    networks = the_policy(layers, of).limits.networks

    assert expected == [networks is None or networks.admits(ip_address(place)) for place in PLACES]


@given(stacks, groups)
def test_a_capability_reaches_as_far_as_the_lowest_layer_lets_it(
    layers: list[Layer], of: frozenset[str] | None
) -> None:
    """P2: the lowest rung wins, and who does not name a capability says nothing of it."""
    hold = [one.capabilities or {} for one in limits_that_hold(layers, of)]
    expected = {name: min([one[name] for one in hold if name in one], default=None) for name in LADDERS}
    found = the_policy(layers, of).limits.capabilities or {}

    assert expected == {name: found.get(name) for name in LADDERS}


@given(stacks, groups)
def test_one_layer_is_enough_to_demand_or_to_forbid(layers: list[Layer], of: frozenset[str] | None) -> None:
    """P2: demands are OR-ed, permissions AND-ed, blocks and labels united."""
    hold, found = limits_that_hold(layers, of), the_policy(layers, of).limits
    for name in ("password_demanded", "expiry_demanded", "people_demanded", "sign_in_demanded", "sso_demanded"):
        assert any(getattr(one, name) for one in hold) == bool(getattr(found, name))
    for name in ("children", "restricted_pages", "password_by_mail", "indexing", "external_links"):
        assert any(getattr(one, name) is False for one in hold) == (getattr(found, name) is False)
    for name in ("forbidden_labels", "demanded_labels", "excluded_names", "terms"):
        assert {label for one in hold for label in getattr(one, name) or ()} == set(getattr(found, name) or ())


@given(stacks, groups)
def test_numbers_take_the_strictest(layers: list[Layer], of: frozenset[str] | None) -> None:
    """P2: the shortest life, the fewest opens and renewals, the longest password."""
    hold, found = limits_that_hold(layers, of), the_policy(layers, of).limits

    def said(name: str) -> list[int | timedelta]:
        return [getattr(one, name) for one in hold if getattr(one, name) is not None]

    assert [min(said(name), default=None) for name in ("lifetime", "opens", "renewals")] == [
        found.lifetime,
        found.opens,
        found.renewals,
    ]
    assert max(said("password_length"), default=None) == found.password_length


@given(stacks, groups)
def test_the_layers_behind_a_value_give_it_without_the_others(layers: list[Layer], of: frozenset[str] | None) -> None:
    """P5: the layers that a value names are enough to give it."""
    named = [Layer(f"{at}", layer.limits) for at, layer in enumerate(layers)]
    policy = the_policy(named, frozenset())
    for name in ("lifetime", "opens", "password_demanded", "people", "networks", "children"):
        value = getattr(policy.limits, name)
        behind = [layer for layer in named if layer.name in policy.set_by(name)]
        if value is None:
            assert [] == behind
        else:
            assert value == getattr(the_policy(behind, frozenset()).limits, name)
