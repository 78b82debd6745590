"""Which groups a person is in on a Cloud site (spec P8, R4)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from attrs import frozen

from exshare_adapters.confluence.client import Api
from exshare_adapters.confluence.shapes import Json, text
from exshare_adapters.confluence.single_flight import SingleFlight
from exshare_adapters.confluence.together import within
from exshare_core.errors import AdapterFailed
from exshare_core.values import AccountId

KEPT = 240.0
"""For how many seconds an answer is remembered: less than the five minutes of spec P8 by what asking may take."""


@frozen
class CloudDirectory:
    """The Directory of a Cloud site: ``GET /rest/api/user/memberof?accountId=…``, asked once for many visitors."""

    api: Api
    kept: SingleFlight
    """Remembers answers for `KEPT` seconds, and no failure."""

    async def groups(self, identity: AccountId) -> frozenset[str] | None:
        """All groups of the account; None where the site does not tell them."""
        try:
            async with within():
                return await self.kept.share(identity, partial(self._groups, identity))
        except AdapterFailed:
            return None

    async def _groups(self, identity: AccountId) -> frozenset[str]:
        return named(await self.api.every("/rest/api/user/memberof", {"accountId": identity, "limit": 200}))


def named(groups: Sequence[Json]) -> frozenset[str]:
    """The names of groups; raises Broken when one has none."""
    return frozenset(text(one, "name") for one in groups)
