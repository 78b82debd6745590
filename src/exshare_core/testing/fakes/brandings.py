"""How sites look, in memory."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from exshare_core.branding import Branding, Picture
from exshare_core.errors import StaleBranding
from exshare_core.events import Event
from exshare_core.testing.fakes.state import State
from exshare_core.values import SiteId


@frozen
class MemoryBrandings:
    """A BrandingRepository over a `State`."""

    state: State

    async def of_site(self, site: SiteId) -> Branding:
        """How the site presents itself."""
        return self.state.brandings.get(site, Branding(site))

    async def replace(self, branding: Branding, events: Sequence[Event]) -> None:
        """Store how the site presents itself."""
        stored = await self.of_site(branding.site)
        if stored.version != branding.version - 1:
            raise StaleBranding(stored.version)
        with self.state.transaction():
            self.state.brandings[branding.site] = branding
            self.state.record(events)

    async def picture(self, digest: str) -> Picture | None:
        """A picture that some site shows."""
        shown = (picture for one in self.state.brandings.values() for picture in (one.logo, one.icon))
        return next((picture for picture in shown if picture is not None and picture.digest == digest), None)

    async def styles(self, digest: str) -> str | None:
        """A style sheet that some site shows."""
        shown = (one for one in self.state.brandings.values() if one.styles)
        return next((one.styles for one in shown if one.styles_digest == digest), None)
