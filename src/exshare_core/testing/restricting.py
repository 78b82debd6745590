"""Policies for tests: one that sets something everywhere, and limits for one layer of a stored site."""

from __future__ import annotations

from attrs import evolve

from exshare_core.errors import NotFound
from exshare_core.events import Actor
from exshare_core.governance import (
    DEFAULT,
    SITE_LAYER,
    Configuration,
    Held,
    PolicyChange,
    SitePolicy,
    SpaceRules,
)
from exshare_core.policy import Limits
from exshare_core.ports import Storage
from exshare_core.schemes import EVERYONE, Granted, Grantees, Scheme
from exshare_core.testing.samples import NOW, SPACE, after
from exshare_core.values import SiteId, SpaceKey


def a_policy(site: SiteId) -> SitePolicy:
    """A policy that sets something everywhere, at the first version that can be stored."""
    return SitePolicy(
        site,
        version=2,
        limits=Limits(opens=9),
        configurations={DEFAULT: Configuration(Limits(opens=8)), "strict": Configuration(Limits(opens=2))},
        spaces={
            SPACE: SpaceRules("strict", Limits(children=False), Grantees(groups=frozenset({"leads"})), Scheme()),
            SpaceKey("OTHER"): SpaceRules(limits=Limits(opens=5)),
        },
        scheme=Scheme({Granted.CREATE: EVERYONE}),
        held=(
            Held("site", Limits(opens=1), after(hours=1)),
            Held("configuration default", Limits(opens=3), after(hours=2)),
            Held("configuration strict", Limits(opens=4), after(hours=3)),
            Held("configuration strict", Limits(opens=1), after(hours=3), without=frozenset({SPACE})),
            Held(f"space {SPACE}", Limits(opens=6), after(hours=4)),
            Held("configuration default", Limits(opens=7), after(hours=5), SPACE),
        ),
    )


def with_limits(policy: SitePolicy, layer: str, limits: Limits) -> SitePolicy:
    """The policy in which `layer` (``site``, ``configuration NAME`` or ``space KEY``) has these limits."""
    kind, _, name = layer.partition(" ")
    if layer == SITE_LAYER:
        return evolve(policy, limits=limits)
    if kind == "configuration":
        old = policy.configurations.get(name, Configuration())
        return evolve(policy, configurations={**policy.configurations, name: evolve(old, limits=limits)})
    space = SpaceKey(name.upper())
    rules = evolve(policy.spaces.get(space, SpaceRules()), limits=limits)
    return evolve(policy, spaces={**policy.spaces, space: rules})


def following(policy: SitePolicy) -> SitePolicy:
    """The policy as the next version."""
    return evolve(policy, version=policy.version + 1)


def a_change(policy: SitePolicy) -> PolicyChange:
    """The row of the history that goes with this version of a policy."""
    return PolicyChange(policy.site, policy.version, NOW, Actor.OPERATOR)


async def restrict(storage: Storage, site: SiteId, layer: str, limits: Limits) -> SitePolicy:
    """Store these limits for one layer of a site that was made, whatever else is set; nothing is held back."""
    stored = await storage.policies.policy(site)
    if stored is None:
        raise NotFound("there is no such site")
    policy = following(with_limits(stored, layer, limits))
    await storage.policies.replace(policy, [], a_change(policy))
    return policy
