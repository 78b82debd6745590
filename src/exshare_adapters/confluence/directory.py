"""Which groups a person is in, on Cloud and on Data Center (spec P8, R4)."""

from __future__ import annotations

from functools import partial

from attrs import frozen

from exshare_adapters.confluence.client import Api
from exshare_adapters.confluence.shapes import text
from exshare_adapters.confluence.single_flight import SingleFlight
from exshare_adapters.confluence.together import within
from exshare_core.errors import AdapterFailed
from exshare_core.values import AccountId

KEPT = 240.0
"""For how many seconds an answer is remembered: less than the five minutes of spec P8 by what asking may take."""

CLOUD, DATA_CENTER = "accountId", "key"
"""What a person is called in the question: Cloud knows account ids, Data Center user keys."""


@frozen
class ConfluenceDirectory:
    """The Directory of one site: ``GET /rest/api/user/memberof``, asked once for many visitors."""

    api: Api
    named_by: str
    kept: SingleFlight
    """Remembers answers for `KEPT` seconds, and no failure."""

    async def groups(self, identity: AccountId) -> frozenset[str] | None:
        """All groups of the person; None where the site does not tell them."""
        try:
            async with within():
                return await self.kept.share(identity, partial(self._groups, identity))
        except AdapterFailed:
            return None

    async def _groups(self, identity: AccountId) -> frozenset[str]:
        found = await self.api.every("/rest/api/user/memberof", {self.named_by: identity, "limit": 200})
        return frozenset(text(one, "name") for one in found)
