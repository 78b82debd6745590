"""What admins have set, its history, and the switches in memory."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from exshare_core.errors import NotFound, StalePolicy
from exshare_core.events import Event
from exshare_core.governance import NO_PERMISSIONS, Permissions, PolicyChange, SitePolicy
from exshare_core.links import Switches
from exshare_core.policy import Layer
from exshare_core.testing.fakes.state import State
from exshare_core.values import SiteId, SpaceKey


@frozen
class MemoryPolicies:
    """A PolicyRepository over a `State`."""

    state: State

    async def ensure_site(self, site: SiteId) -> None:
        """Make the site unless it is there."""
        self.state.policies.setdefault(site, SitePolicy(site))

    async def policy(self, site: SiteId) -> SitePolicy | None:
        """All that is set on the site."""
        return self.state.policies.get(site)

    async def replace(self, policy: SitePolicy, events: Sequence[Event], change: PolicyChange) -> None:
        """Store all that is set on the site."""
        stored = self.state.policies.get(policy.site)
        if stored is None:
            raise NotFound("there is no such site")
        if stored.version != policy.version - 1:
            raise StalePolicy(stored.version)
        with self.state.transaction():
            self.state.policies[policy.site] = policy
            self.state.changes[policy.site, policy.version] = change
            self.state.record(events)

    async def history(self, site: SiteId, *, before: int | None = None, limit: int = 50) -> tuple[PolicyChange, ...]:
        """The changes of the site, newest first."""
        versions = [
            version for home, version in self.state.changes if home == site and (before is None or version < before)
        ]
        return tuple(self.state.changes[site, version] for version in sorted(versions, reverse=True)[:limit])

    async def layers(self, site: SiteId, space: SpaceKey) -> tuple[Layer, ...]:
        """The layers above a link of this space, outermost first."""
        return self.state.layers_above(site, space)

    async def permissions(self, site: SiteId, space: SpaceKey) -> Permissions:
        """What decides who may do what with the links of this space."""
        policy = self.state.policies.get(site)
        return NO_PERMISSIONS if policy is None else policy.permissions(space)

    async def switches(self, site: SiteId, space: SpaceKey) -> Switches:
        """The kill switches above a link of this space."""
        return self.state.switches_above(site, space)

    async def stopped(self, site: SiteId) -> frozenset[SpaceKey | None]:
        """What is off: spaces by key, and None where the site itself is."""
        return frozenset(space for (home, space), on in self.state.switches.items() if home == site and not on)

    async def switch(self, site: SiteId, space: SpaceKey | None, on: bool, events: Sequence[Event]) -> None:
        """Turn a site or a space off or on."""
        with self.state.transaction():
            self.state.switches[site, space and SpaceKey(space.upper())] = on
            self.state.record(events)
