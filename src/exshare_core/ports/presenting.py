"""How sites look: what is kept of it, and who judges style sheets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from exshare_core.branding import Branding, Picture
from exshare_core.events import Event
from exshare_core.values import SiteId


class BrandingRepository(Protocol):
    """How each site presents itself."""

    async def of_site(self, site: SiteId) -> Branding:
        """Must be what was stored last; ``Branding(site)``, at version 0, for a site of which nothing ever was."""

    async def replace(self, branding: Branding, events: Sequence[Event]) -> None:
        """Store the whole of it with its events. Must raise StaleBranding, with the version in force, unless the stored
        version is `branding.version - 1`; must then change nothing. Exact under concurrency; seen by the next read.
        """

    async def picture(self, digest: str) -> Picture | None:
        """The picture with this digest that some site shows now; must be None for any other, once shown or not."""

    async def styles(self, digest: str) -> str | None:
        """The style sheet with this digest that some site shows now; must be None for any other, once shown or not."""


class StyleSheets(Protocol):
    """Reads style sheets that admins write. A plain method: reading one asks nobody."""

    def checked(self, styles: str) -> str:
        """The sheet as browsers may be given it, which must say what `styles` says.

        Must raise InvalidValues, each failure naming its line, for whatever reaches another place (``url()`` and every
        other function that fetches, ``@import``, ``@font-face``), moves over what the site has not written (``position``
        and its like), or cannot be read. Must give a result that comes out of it as it went in.
        """
