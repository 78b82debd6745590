"""Tokens that were good once, in memory."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from exshare_core.testing.fakes.state import State
from exshare_core.values import SiteId


@frozen
class MemoryUsedTokens:
    """The UsedTokens over a `State`."""

    state: State

    async def used(self, site: SiteId, digest: bytes) -> bool:
        """Whether it is remembered."""
        return (site, digest) in self.state.used_tokens

    async def use(self, site: SiteId, digest: bytes, until: datetime) -> bool:
        """Remember it, if it is not remembered yet."""
        if (site, digest) in self.state.used_tokens:
            return False
        self.state.used_tokens[site, digest] = until
        return True
