"""Which groups a person is in on a Data Center site (spec P8, R4)."""

from __future__ import annotations

from functools import partial

from attrs import frozen

from exshare_adapters.confluence.client import Api
from exshare_adapters.confluence.cloud_directory import named
from exshare_adapters.confluence.single_flight import SingleFlight
from exshare_adapters.confluence.together import within
from exshare_core.errors import AdapterFailed
from exshare_core.values import AccountId


@frozen
class DataCenterDirectory:
    """The Directory of a Data Center site: ``GET /rest/api/user/memberof?key=…``, asked once for many visitors."""

    api: Api
    kept: SingleFlight
    """Remembers answers for `cloud_directory.KEPT` seconds, and no failure."""

    async def groups(self, identity: AccountId) -> frozenset[str] | None:
        """All groups of the user key; None where the site does not tell them."""
        try:
            async with within():
                return await self.kept.share(identity, partial(self._groups, identity))
        except AdapterFailed:
            return None

    async def _groups(self, identity: AccountId) -> frozenset[str]:
        return named(await self.api.every("/rest/api/user/memberof", {"key": identity, "limit": 200}))
