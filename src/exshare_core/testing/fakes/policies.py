"""Layers and switches in memory."""

from __future__ import annotations

from attrs import frozen

from exshare_core.links import Switches
from exshare_core.policy import Layer
from exshare_core.testing.fakes.state import State
from exshare_core.values import SiteId, SpaceKey


@frozen
class MemoryPolicies:
    """A PolicyRepository over a `State`."""

    state: State

    async def ensure_site(self, site: SiteId) -> None:
        """Make the site's two outer layers unless they are there."""
        for name in ("site", "configuration default"):
            self.state.layers.setdefault((site, name), Layer(name))

    async def layers(self, site: SiteId, space: SpaceKey) -> tuple[Layer, ...]:
        """The layers above a link of this space, outermost first."""
        return self.state.layers_above(site, space)

    async def save(self, site: SiteId, layer: Layer) -> None:
        """Store a layer by its name."""
        self.state.layers[site, layer.name] = layer

    async def switches(self, site: SiteId, space: SpaceKey) -> Switches:
        """The kill switches above a link of this space."""
        return self.state.switches_above(site, space)

    async def switch(self, site: SiteId, space: SpaceKey | None, on: bool) -> None:
        """Turn a site or a space off or on."""
        self.state.switches[site, space] = on
