"""Sets limits on a stored site, one layer at a time: for tests that need a restriction and care for nothing else."""

from __future__ import annotations

from attrs import evolve

from exshare_core.errors import NotFound
from exshare_core.events import Actor
from exshare_core.governance import (
    SITE_LAYER,
    Configuration,
    PolicyChange,
    SitePolicy,
    SpaceRules,
)
from exshare_core.policy import Limits
from exshare_core.ports import Storage
from exshare_core.testing.samples import NOW
from exshare_core.values import SiteId, SpaceKey


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
