"""What admins set, its history, and the switches in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from exshare_adapters.codec import Codec
from exshare_adapters.columns import Params
from exshare_adapters.policy_rows import (
    change_of,
    change_params,
    configuration_params,
    held_params,
    layers_of,
    permissions_of,
    policy_of,
    policy_params,
    space_key,
    space_params,
    switches_of,
)
from exshare_adapters.postgres.along import put_along
from exshare_adapters.postgres.connection import Statements
from exshare_adapters.postgres.database import Database
from exshare_core.errors import NotFound, StalePolicy
from exshare_core.events import Event
from exshare_core.governance import Permissions, PolicyChange, SitePolicy
from exshare_core.links import Switches
from exshare_core.policy import Layer
from exshare_core.values import SiteId, SpaceKey

_LAST = 2**31 - 1
"""After every version."""


class PostgresPolicies:
    """The PolicyRepository of one PostgreSQL database."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec

    async def ensure_site(self, site: SiteId) -> None:
        """See `PolicyRepository.ensure_site`."""
        new = SitePolicy(site)

        async def work(db: Statements) -> None:
            if await db.run("policies.ensure_site", policy_params(self._codec, new)):
                await db.run_each("policies.add_configuration", configuration_params(self._codec, new))

        await self._database.write(work)

    async def policy(self, site: SiteId) -> SitePolicy | None:
        """See `PolicyRepository.policy`."""
        row = await self._database.read(lambda db: db.one("policies.policy", site=site))
        return None if row is None else policy_of(self._codec, row)

    async def replace(self, policy: SitePolicy, events: Sequence[Event], change: PolicyChange) -> None:
        """See `PolicyRepository.replace`; raises Broken for a configuration that is assigned and not there."""
        codec, site = self._codec, policy.site

        async def work(db: Statements) -> None:
            if not await db.run("policies.replace", policy_params(codec, policy)):
                current = await db.one("policies.version", site=site)
                if current is None:
                    raise NotFound("there is no such site")
                raise StalePolicy(current["version"])
            for table in ("held", "spaces", "configurations"):
                await db.run(f"policies.clear_{table}", {"site": site})
            await db.run_each("policies.add_configuration", configuration_params(codec, policy))
            await db.run_each("policies.add_space", space_params(codec, policy))
            await db.run_each("policies.add_held", held_params(codec, policy))
            await db.run("policies.add_change", change_params(codec, change))
            await put_along(db, events)

        await self._database.write(work)

    async def history(self, site: SiteId, *, before: int | None = None, limit: int = 50) -> tuple[PolicyChange, ...]:
        """See `PolicyRepository.history`."""
        last = _LAST if before is None else before
        rows = await self._database.read(lambda db: db.all("policies.history", site=site, before=last, limit=limit))
        return tuple(change_of(self._codec, row) for row in rows)

    async def layers(self, site: SiteId, space: SpaceKey) -> tuple[Layer, ...]:
        """See `PolicyRepository.layers`."""
        row = await self._database.read(lambda db: db.one("policies.layers", site=site, space=space_key(space)))
        return () if row is None else layers_of(self._codec, row)

    async def permissions(self, site: SiteId, space: SpaceKey) -> Permissions:
        """See `PolicyRepository.permissions`."""
        row = await self._database.read(lambda db: db.one("policies.permissions", site=site, space=space_key(space)))
        return permissions_of(self._codec, row)

    async def switches(self, site: SiteId, space: SpaceKey) -> Switches:
        """See `PolicyRepository.switches`."""
        (row,) = await self._database.read(lambda db: db.all("policies.switches", site=site, space=space_key(space)))
        return switches_of(row)

    async def stopped(self, site: SiteId) -> frozenset[SpaceKey | None]:
        """See `PolicyRepository.stopped`."""
        rows = await self._database.read(lambda db: db.all("policies.stopped", site=site))
        return frozenset(SpaceKey(row["space"]) if row["space"] else None for row in rows)

    async def switch(self, site: SiteId, space: SpaceKey | None, on: bool, events: Sequence[Event]) -> None:
        """See `PolicyRepository.switch`."""
        params: Params = {"site": site, "space": "" if space is None else space_key(space), "is_on": on}

        async def work(db: Statements) -> None:
            await db.run("policies.switch", params)
            await put_along(db, events)

        await self._database.write(work)
