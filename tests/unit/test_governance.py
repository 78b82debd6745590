"""What is held back when layers are loosened (P4), what has no meaning, and what a policy says of one space (P1)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from exshare_core.errors import InvalidValue
from exshare_core.governance import (
    DEFAULT,
    Configuration,
    Held,
    Loosening,
    SitePolicy,
    SpaceRules,
    assign,
    check_policy,
    hold_back,
)
from exshare_core.policy import GroupRule, Limits, Policy, effective
from exshare_core.testing.samples import NOW, after
from exshare_core.values import People, SiteId, SpaceKey

ACME, TEAM, OTHER = SiteId("acme"), SpaceKey("TEAM"), SpaceKey("OTHER")


def a_policy(**fields: Any) -> SitePolicy:
    """A policy that restricts nothing but what is given."""
    return SitePolicy(ACME, **fields)


def above(policy: SitePolicy, confirmed_at: datetime, space: SpaceKey = TEAM) -> Policy:
    """What is above a link of `space` whose settings were last confirmed at an instant."""
    found = effective(layer for layer in policy.layers(space) if layer.holds_for(confirmed_at))

    assert found is not None

    return found


def opens(policy: SitePolicy, confirmed_at: datetime, space: SpaceKey = TEAM) -> int | None:
    """The most opens of such a link."""
    return above(policy, confirmed_at, space).limits.opens


# --- one loosening ---------------------------------------------------------------------------------------------


def test_what_was_taken_away_stays_away_until_confirmed() -> None:
    """P4: with "confirm", a link from before keeps the former layer beside the present one; a later one does not."""
    strict = a_policy(limits=Limits(opens=2))
    loose = hold_back(strict, a_policy(limits=Limits(opens=9)), after(hours=1))

    assert (2, 9) == (opens(loose, NOW), opens(loose, after(hours=1)))


def test_with_restore_wishes_come_back() -> None:
    """P4: with "restore", the present layers alone hold for every link."""
    strict = a_policy(limits=Limits(opens=2), loosening=Loosening.RESTORE)
    loose = hold_back(strict, evolve(strict, limits=Limits(opens=9)), after(hours=1))

    assert () == loose.held
    assert 9 == opens(loose, NOW)


def test_choosing_restore_lets_go_of_what_was_held() -> None:
    """P4: what had been held back is restored when the site chooses so."""
    loose = hold_back(a_policy(limits=Limits(opens=2)), a_policy(), after(hours=1))
    chosen = hold_back(loose, evolve(loose, loosening=Loosening.RESTORE), after(hours=2))

    assert (2, None) == (opens(loose, NOW), opens(chosen, NOW))


def test_tightening_holds_nothing_back() -> None:
    """P3: a stricter layer needs no memory: it holds for old and new links alike."""
    strict = hold_back(a_policy(limits=Limits(opens=9)), a_policy(limits=Limits(opens=2)), after(hours=1))

    assert () == strict.held


def test_tightening_again_to_what_was_held_forgets_it() -> None:
    """P4: a layer that is as strict again as it was needs no memory any more."""
    strict = a_policy(limits=Limits(opens=2))
    loose = hold_back(strict, a_policy(limits=Limits(opens=9)), after(hours=1))
    again = hold_back(loose, evolve(loose, limits=Limits(opens=1)), after(hours=2))

    assert () == again.held


def test_removed_rules_of_a_space_are_a_loosening() -> None:
    """P4: taking a space's own limits away is loosening it."""
    strict = a_policy(spaces={TEAM: SpaceRules(limits=Limits(opens=2))})
    loose = hold_back(strict, a_policy(), after(hours=1))

    assert (2, None) == (opens(loose, NOW), opens(loose, after(hours=1)))
    assert opens(loose, NOW, OTHER) is None


def test_a_looser_configuration_is_a_loosening_of_that_space_alone() -> None:
    """P4: a space that is given a looser configuration keeps its former one for older links; other spaces do not."""
    configurations = {DEFAULT: Configuration(), "strict": Configuration(Limits(opens=2))}
    strict = a_policy(configurations=configurations, spaces={TEAM: SpaceRules("strict")})
    loose = hold_back(strict, evolve(strict, spaces={}), after(hours=1))

    assert (2, None) == (opens(loose, NOW), opens(loose, after(hours=1)))
    assert opens(loose, NOW, OTHER) is None


def test_a_removed_group_rule_is_held_back_too() -> None:
    """P4, P8: rules for groups are part of what a layer was."""
    rule = GroupRule("contractors", Limits(opens=2))
    loose = hold_back(a_policy(limits=Limits(group_rules=frozenset({rule}))), a_policy(), after(hours=1))
    older = [layer for layer in loose.layers(TEAM) if layer.holds_for(NOW)]
    policy = effective(older, frozenset({"contractors"}))

    assert policy is not None
    assert 2 == policy.limits.opens


# --- any sequence of changes -----------------------------------------------------------------------------------

NUMBERS = st.none() | st.integers(1, 4)
LISTS = st.none() | st.lists(st.sampled_from(["a.example", "b.example"]), max_size=2).map(People.parse)
LAYERS = st.builds(Limits, opens=NUMBERS, people=LISTS, children=st.none() | st.booleans())
CONFIGURATIONS = st.fixed_dictionaries(
    {DEFAULT: st.builds(Configuration, LAYERS), "strict": st.builds(Configuration, LAYERS)}
)
RULES = st.builds(SpaceRules, st.none() | st.sampled_from([DEFAULT, "strict"]), LAYERS)
STEPS = st.lists(
    st.builds(
        SitePolicy,
        st.just(ACME),
        limits=LAYERS,
        configurations=CONFIGURATIONS,
        spaces=st.dictionaries(st.just(TEAM), RULES, max_size=1),
    ),
    min_size=2,
    max_size=6,
)


def played(steps: list[SitePolicy], loosening: Loosening) -> list[SitePolicy]:
    """The policies that a site went through, an hour each."""
    policies = [evolve(steps[0], loosening=loosening)]
    for hour, step in enumerate(steps[1:], 1):
        policies.append(hold_back(policies[-1], evolve(step, loosening=loosening), after(hours=hour)))
    return policies


def at_most_as_wide(one: Limits, other: Limits) -> bool:
    """Whether `one` allows nothing that `other` forbids: meeting it with the other changes nothing."""
    return one.meet(other) == one


@settings(max_examples=100)
@given(STEPS, st.integers(0, 5))
def test_an_old_link_is_never_wider_than_the_strictest_it_was_under(steps: list[SitePolicy], confirmed: int) -> None:
    """P4: with "confirm", after any changes a link is within every policy that it was under since it was confirmed."""
    policies = played(steps, Loosening.CONFIRM)
    since = min(confirmed, len(policies) - 1)
    at = after(hours=since)
    seen = above(policies[since], at).limits
    for policy in policies[since:]:
        present = above(policy, after(days=365)).limits
        now = above(policy, at).limits

        assert at_most_as_wide(now, seen)
        assert at_most_as_wide(now, present)
        seen = seen.meet(present)

    assert seen == above(policies[-1], at).limits


@settings(max_examples=100)
@given(STEPS)
def test_who_confirms_is_under_the_present_layers_alone(steps: list[SitePolicy]) -> None:
    """P4: a link whose settings are confirmed after the last change is like a new one."""
    last = played(steps, Loosening.CONFIRM)[-1]
    present = above(evolve(last, held=()), NOW).limits

    assert present == above(last, after(hours=len(steps))).limits


@settings(max_examples=100)
@given(STEPS)
def test_with_restore_the_past_never_counts(steps: list[SitePolicy]) -> None:
    """P4: with "restore", every link is under the present layers alone, whatever they were."""
    last = played(steps, Loosening.RESTORE)[-1]

    assert above(evolve(last, held=()), NOW).limits == above(last, NOW).limits


@settings(max_examples=100)
@given(STEPS)
def test_a_change_to_the_same_changes_nothing(steps: list[SitePolicy]) -> None:
    """P4: saving what is set already holds nothing more back."""
    last = played(steps, Loosening.CONFIRM)[-1]

    assert last == hold_back(last, last, after(days=9))


# --- what has no meaning ---------------------------------------------------------------------------------------

REFUSED = [
    (a_policy(configurations={}), "configurations: the configuration `default` cannot be removed"),
    (
        a_policy(spaces={TEAM: SpaceRules("gone")}),
        "spaces: the space TEAM is assigned to the configuration `gone`, which is not there",
    ),
    (a_policy(spaces={SpaceKey("team"): SpaceRules()}), "spaces: `team` is no key of a space in upper case"),
    (a_policy(spaces={SpaceKey(""): SpaceRules()}), "spaces: `` is no key of a space in upper case"),
    (a_policy(limits=Limits(password_length=257)), "site: password_length: from 1 to 256"),
    (a_policy(limits=Limits(password_length=0)), "site: password_length: from 1 to 256"),
    (a_policy(limits=Limits(opens=0)), "site: opens: at least 1"),
    (a_policy(limits=Limits(lifetime=timedelta())), "site: lifetime: must be longer than nothing"),
    (a_policy(limits=Limits(renewals=-1)), "site: renewals: not less than 0, which is never"),
    (a_policy(limits=Limits(capabilities={"fly": 1})), "site: capabilities: `fly` has no rung 1"),
    (a_policy(limits=Limits(capabilities={"edit": 7})), "site: capabilities: `edit` has no rung 7"),
    (
        a_policy(limits=Limits(forbidden_labels=frozenset({"a", "b"}), demanded_labels=frozenset({"b"}))),
        "site: labels: `b` is both forbidden and demanded",
    ),
    (
        a_policy(limits=Limits(group_rules=frozenset({GroupRule("interns", Limits(opens=0))}))),
        "site, group interns: opens: at least 1",
    ),
    (
        a_policy(configurations={DEFAULT: Configuration(), " odd": Configuration()}),
        "configurations: ` odd` is no name: use 1 to 60 printable characters",
    ),
]


@pytest.mark.parametrize(("policy", "said"), REFUSED)
def test_what_has_no_meaning_is_refused_by_name(policy: SitePolicy, said: str) -> None:
    """P1: contradictions are named with the layer that they stand in."""
    with pytest.raises(InvalidValue) as refused:
        check_policy(policy)

    assert said == str(refused.value)


def test_disjoint_lists_are_allowed_and_mean_nobody() -> None:
    """P1: two layers whose lists have nobody in common shut a link and are no mistake."""
    policy = a_policy(
        limits=Limits(people=People.parse(["a.example"])),
        spaces={TEAM: SpaceRules(limits=Limits(people=People.parse(["b.example"])))},
    )
    check_policy(policy)

    assert People() == above(policy, NOW).limits.people


def test_a_space_has_one_configuration_its_own_in_place_of_the_default() -> None:
    """P1: a named configuration replaces the site's default one, and the key's case does not matter."""
    configurations = {DEFAULT: Configuration(Limits(opens=2)), "wide": Configuration()}
    policy = a_policy(configurations=configurations, spaces={TEAM: SpaceRules("wide")})

    assert ["site", "configuration wide"] == [layer.name for layer in policy.layers(SpaceKey("team"))]
    assert (None, 2) == (opens(policy, NOW), opens(policy, NOW, OTHER))


def test_rules_that_set_nothing_are_not_kept() -> None:
    """P10: a space that is given back to the site leaves no empty entry behind."""
    policy = assign(a_policy(), SpaceKey("team"), SpaceRules(limits=Limits(opens=1)))

    assert {TEAM: SpaceRules(limits=Limits(opens=1))} == policy.spaces
    assert {} == assign(policy, TEAM, SpaceRules()).spaces


def test_held_layers_stand_beside_the_layer_that_they_were() -> None:
    """P4: what a layer was comes right after it, under the same name."""
    policy = a_policy(limits=Limits(opens=9), held=(Held("site", Limits(opens=2), after(hours=1)),))
    names = [(layer.name, layer.before) for layer in policy.layers(TEAM)]

    assert [("site", None), ("site", after(hours=1)), ("configuration default", None)] == names
