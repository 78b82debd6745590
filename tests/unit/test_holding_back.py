"""What a layer takes away does not come back silently, and what is held back does not pile up (spec P4)."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from exshare_core.governance import (
    DEFAULT,
    Configuration,
    Held,
    Loosening,
    SitePolicy,
    SpaceRules,
    hold_back,
)
from exshare_core.policy import GroupRule, Layer, Limits
from exshare_core.testing.samples import NOW, after
from exshare_core.values import SiteId, SpaceKey

TEAM, DEV = SpaceKey("TEAM"), SpaceKey("DEV")
STRICT, LAX = Limits(opens=1), Limits(opens=9)
SITE = SitePolicy(
    SiteId("acme"),
    limits=STRICT,
    configurations={DEFAULT: Configuration(LAX), "strict": Configuration(STRICT)},
    spaces={TEAM: SpaceRules("strict")},
)


def above(policy: SitePolicy, space: SpaceKey, confirmed_at: datetime) -> list[Layer]:
    """The layers that hold for a link of `space` which was confirmed at that instant, without empty ones."""
    return [one for one in policy.layers(space) if one.holds_for(confirmed_at) and one.limits != Limits()]


def test_a_loosened_layer_holds_for_earlier_links() -> None:
    """What was loosened now is as it was for links confirmed before, and loose for those confirmed from now on."""
    loose = hold_back(SITE, evolve(SITE, limits=LAX), NOW)

    assert (Held("site", STRICT, NOW),) == loose.held
    assert Layer("site", STRICT, NOW) in above(loose, DEV, after(seconds=-1))
    assert [Layer("site", LAX), Layer("configuration default", LAX)] == above(loose, DEV, NOW)


def test_a_tightened_layer_is_not_held() -> None:
    """Tightening reaches every link as it is (spec P3): there is nothing to hold back."""
    assert () == hold_back(evolve(SITE, limits=LAX), SITE, NOW).held


def test_a_removed_group_rule_is_held() -> None:
    """A rule for a group that is taken out loosens its layer."""
    ruled = evolve(SITE, limits=Limits(group_rules=frozenset({GroupRule("contractors", STRICT)})))

    assert (Held("site", ruled.limits, NOW),) == hold_back(ruled, evolve(SITE, limits=Limits()), NOW).held


def test_a_looser_configuration_of_a_space_is_held_for_that_space() -> None:
    """A space that gets a looser configuration keeps the former one for earlier links; no other space does."""
    moved = hold_back(SITE, evolve(SITE, spaces={}), NOW)

    assert (Held("configuration strict", STRICT, NOW, TEAM),) == moved.held
    assert Layer("configuration strict", STRICT, NOW) in above(moved, TEAM, after(seconds=-1))
    assert Layer("configuration strict", STRICT, NOW) not in moved.layers(DEV)
    assert Layer("configuration strict", STRICT, NOW) not in above(moved, TEAM, NOW)


def test_a_stricter_configuration_of_a_space_needs_nothing_held() -> None:
    """A space that is assigned to a stricter configuration is bound by it like any other layer."""
    moved = hold_back(SITE, evolve(SITE, spaces={TEAM: SpaceRules("strict"), DEV: SpaceRules("strict")}), NOW)

    assert () == moved.held


def test_what_was_held_of_a_configuration_follows_its_space() -> None:
    """A space that leaves a configuration keeps what had been held back of it, also when the configuration goes."""
    loose = hold_back(SITE, evolve(SITE, configurations={**SITE.configurations, "strict": Configuration()}), NOW)
    gone = evolve(loose, spaces={}, configurations={DEFAULT: Configuration()})
    moved = hold_back(loose, gone, after(days=1))

    assert (Held("configuration strict", STRICT, NOW, TEAM),) == tuple(
        one for one in moved.held if one.space is not None
    )
    assert Layer("configuration strict", STRICT, NOW) in above(moved, TEAM, after(seconds=-1))
    assert all(one.space is not None or one.layer != "configuration strict" for one in moved.held)


def test_what_was_held_of_a_configuration_is_not_above_spaces_that_come_later() -> None:
    """A space is not bound by what its new configuration was before: no link of it was ever under that."""
    loose = hold_back(SITE, evolve(SITE, configurations={**SITE.configurations, "strict": Configuration()}), NOW)
    joined = hold_back(loose, evolve(loose, spaces={**loose.spaces, DEV: SpaceRules("strict")}), after(days=1))
    was = Layer("configuration strict", STRICT, NOW)

    assert was in above(joined, TEAM, after(seconds=-1))
    assert was not in joined.layers(DEV)
    assert Layer("configuration default", LAX, after(days=1)) in above(joined, DEV, NOW)


def test_what_a_layer_restricts_again_is_not_held_any_longer() -> None:
    """Tightening a layer to what was held back lets go of that, and loosening it once more holds it again."""
    loose = hold_back(SITE, evolve(SITE, limits=LAX), NOW)
    tight = hold_back(loose, evolve(loose, limits=STRICT), after(days=1))
    again = hold_back(tight, evolve(tight, limits=LAX), after(days=2))

    assert () == tight.held
    assert (Held("site", STRICT, after(days=2)),) == again.held


def test_a_later_stricter_one_takes_the_place_of_an_earlier() -> None:
    """Of two held layers, the one that holds for more links and restricts as much is enough."""
    middle = hold_back(evolve(SITE, limits=LAX), evolve(SITE, limits=Limits()), NOW)
    tight = hold_back(middle, evolve(middle, limits=Limits(opens=5)), after(days=1))
    loose = hold_back(tight, evolve(tight, limits=Limits()), after(days=2))

    assert (Held("site", LAX, NOW),) == middle.held
    assert () == tight.held
    assert (Held("site", Limits(opens=5), after(days=2)),) == loose.held


def test_restoring_lets_go_of_everything() -> None:
    """A site that chooses to restore wishes holds nothing back, not even what was held before."""
    loose = hold_back(SITE, evolve(SITE, limits=LAX), NOW)

    assert () == hold_back(loose, evolve(loose, loosening=Loosening.RESTORE), after(days=1)).held
