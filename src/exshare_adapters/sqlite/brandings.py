"""How sites look in SQLite."""

from __future__ import annotations

from collections.abc import Sequence

from exshare_adapters.branding_rows import branding_of, branding_params, picture_of
from exshare_adapters.sqlite.along import put_along
from exshare_adapters.sqlite.connection import Statements
from exshare_adapters.sqlite.database import Database
from exshare_core.branding import Branding, Picture
from exshare_core.errors import StaleBranding
from exshare_core.events import Event
from exshare_core.values import SiteId


class SqliteBrandings:
    """The BrandingRepository of one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_site(self, site: SiteId) -> Branding:
        """See `BrandingRepository.of_site`."""
        row = await self._database.read(lambda db: db.one("brandings.of_site", site=site))
        return Branding(site) if row is None else branding_of(row)

    async def replace(self, branding: Branding, events: Sequence[Event]) -> None:
        """See `BrandingRepository.replace`."""

        def work(db: Statements) -> None:
            if not db.run("brandings.replace", branding_params(branding)):
                current = db.one("brandings.version", site=branding.site)
                raise StaleBranding(0 if current is None else current["version"])
            put_along(db, events)

        await self._database.write(work)

    async def picture(self, digest: str) -> Picture | None:
        """See `BrandingRepository.picture`."""
        row = await self._database.read(lambda db: db.one("brandings.picture", digest=digest))
        return None if row is None else picture_of(row["data"], row["media_type"])

    async def styles(self, digest: str) -> str | None:
        """See `BrandingRepository.styles`."""
        row = await self._database.read(lambda db: db.one("brandings.styles", digest=digest))
        return None if row is None else str(row["styles"])
