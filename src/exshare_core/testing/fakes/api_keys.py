"""API keys in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import evolve, frozen

from exshare_core.api_keys import ApiKey
from exshare_core.errors import Taken
from exshare_core.events import Event
from exshare_core.testing.fakes.state import State
from exshare_core.values import ApiKeyId, MemberId, SiteId


@frozen
class MemoryApiKeys:
    """An ApiKeyRepository over a `State`."""

    state: State

    async def add(self, key: ApiKey, events: Sequence[Event]) -> None:
        """Store a new key."""
        taken = any(one.digest == key.digest for one in self.state.api_keys.values())
        if taken or (key.site, key.id) in self.state.api_keys:
            raise Taken("the id or the digest of the key is in use")
        with self.state.transaction():
            self.state.api_keys[key.site, key.id] = key
            self.state.record(events)

    async def get(self, site: SiteId, key: ApiKeyId) -> ApiKey | None:
        """The key with this id on this site."""
        return self.state.api_keys.get((site, key))

    async def by_digest(self, digest: bytes) -> ApiKey | None:
        """The key with this digest."""
        return next((one for one in self.state.api_keys.values() if one.digest == digest), None)

    async def list(self, site: SiteId, member: MemberId) -> tuple[ApiKey, ...]:
        """The keys of a member, newest first."""
        theirs = [one for one in self.state.api_keys.values() if (one.site, one.member) == (site, member)]
        return tuple(sorted(theirs, key=lambda one: (one.created_at, one.id), reverse=True))

    async def revoke(self, site: SiteId, key: ApiKeyId, at: datetime, events: Sequence[Event]) -> None:
        """Revoke a key."""
        stored = self.state.api_keys.get((site, key))
        if stored is None or stored.revoked_at is not None:
            return
        with self.state.transaction():
            self.state.api_keys[site, key] = stored.revoked(at)
            self.state.record(events)

    async def use(self, site: SiteId, key: ApiKeyId, at: datetime, since: datetime) -> int:
        """Count one use."""
        stored = self.state.api_keys.get((site, key))
        if stored is None:
            return 0
        last = at if stored.last_used_at is None else max(at, stored.last_used_at)
        self.state.api_keys[site, key] = evolve(stored, uses=stored.uses + 1, last_used_at=last)
        began, counted = self.state.counted.get((site, key), (since, 0))
        counted = counted + 1 if began == since else 1
        self.state.counted[site, key] = since, counted
        return counted

    async def first(
        self, site: SiteId, key: ApiKeyId, request: bytes, fingerprint: bytes, at: datetime, until: datetime
    ) -> bytes:
        """The fingerprint that came first."""
        kept = self.state.requests.get((site, key, request))
        if kept is None or kept[1] <= at:
            kept = self.state.requests[site, key, request] = fingerprint, until
        return kept[0]
