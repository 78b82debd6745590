"""Layers and switches in PostgreSQL."""

from __future__ import annotations

from exshare_adapters.codec import Codec
from exshare_adapters.columns import Params
from exshare_adapters.postgres.connection import Statements
from exshare_adapters.postgres.database import Database
from exshare_adapters.rows import (
    CONFIGURATION_LAYER,
    SITE_LAYER,
    layer_params,
    layers_of,
    space_key,
    switches_of,
)
from exshare_core.links import Switches
from exshare_core.policy import Layer
from exshare_core.values import SiteId, SpaceKey


class PostgresPolicies:
    """The PolicyRepository of one PostgreSQL database."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec

    async def ensure_site(self, site: SiteId) -> None:
        """See `PolicyRepository.ensure_site`."""
        await self._database.write(lambda db: self._ensure(db, site))

    async def layers(self, site: SiteId, space: SpaceKey) -> tuple[Layer, ...]:
        """See `PolicyRepository.layers`."""
        rows = await self._database.read(
            lambda db: db.all("policies.layers", site=site, space=space_key(space))
        )
        return layers_of(self._codec, rows)

    async def save(self, site: SiteId, layer: Layer) -> None:
        """See `PolicyRepository.save`; makes the site if needed; raises InvalidValue for a strange name."""
        params = layer_params(self._codec, site, layer)

        async def work(db: Statements) -> None:
            await self._ensure(db, site)
            await db.run("policies.save", params)

        await self._database.write(work)

    async def switches(self, site: SiteId, space: SpaceKey) -> Switches:
        """See `PolicyRepository.switches`."""
        (row,) = await self._database.read(
            lambda db: db.all("policies.switches", site=site, space=space_key(space))
        )
        return switches_of(row)

    async def switch(self, site: SiteId, space: SpaceKey | None, on: bool) -> None:
        """See `PolicyRepository.switch`."""
        params: Params = {"site": site, "space": "" if space is None else space_key(space), "is_on": on}
        await self._database.run("policies.switch", params)

    async def _ensure(self, db: Statements, site: SiteId) -> None:
        for name in (SITE_LAYER, CONFIGURATION_LAYER):
            await db.run("policies.ensure_layer", layer_params(self._codec, site, Layer(name)))
