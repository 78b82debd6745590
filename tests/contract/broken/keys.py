"""API key repositories that lose, mix up or miscount keys."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from attrs import evolve

from exshare_core.api_keys import ApiKey
from exshare_core.testing.fakes.api_keys import MemoryApiKeys
from tests.contract.broken.rows import stored


class LosesTheNetworks(MemoryApiKeys):
    """A key may be used from everywhere, whatever it was made for."""

    async def add(self, key: ApiKey, events: Any) -> None:
        await super().add(evolve(key, networks=None), events)


class LosesTheEnd(MemoryApiKeys):
    """A key is good for ever."""

    async def add(self, key: ApiKey, events: Any) -> None:
        await super().add(evolve(key, valid_until=None), events)


class FindsAnyKey(MemoryApiKeys):
    """A digest that nobody has leads to somebody's key."""

    async def by_digest(self, digest: bytes) -> ApiKey | None:
        return await super().by_digest(digest) or next(iter(self.state.api_keys.values()), None)


class MixesSites(MemoryApiKeys):
    """The key of another site is given."""

    async def get(self, site: Any, key: Any) -> ApiKey | None:
        return next((one for one in self.state.api_keys.values() if one.id == key), None)


class OverwritesKeys(MemoryApiKeys):
    """A second key takes the place of the first."""

    async def add(self, key: ApiKey, events: Any) -> None:
        self.state.api_keys[key.site, key.id] = key
        self.state.record(events)


class StoresBeforeItChecks(MemoryApiKeys):
    """A key is there although it was refused."""

    async def add(self, key: ApiKey, events: Any) -> None:
        taken = any(one.digest == key.digest for one in self.state.api_keys.values())
        if taken and (key.site, key.id) not in self.state.api_keys:
            self.state.api_keys[key.site, key.id] = key
        await super().add(key, events)


class ListsEverybodysKeys(MemoryApiKeys):
    """The keys of the whole site are listed."""

    async def list(self, site: Any, member: Any) -> tuple[ApiKey, ...]:
        theirs = [one for one in self.state.api_keys.values() if one.site == site]
        return tuple(sorted(theirs, key=lambda one: one.created_at, reverse=True))


class ListsGoodKeys(MemoryApiKeys):
    """Revoked keys are left out."""

    async def list(self, *given: Any) -> tuple[ApiKey, ...]:
        return tuple(one for one in await super().list(*given) if one.revoked_at is None)


class RevokesAgain(MemoryApiKeys):
    """The last revocation counts."""

    async def revoke(self, site: Any, key: Any, at: Any, events: Any) -> None:
        if (stored := self.state.api_keys.get((site, key))) is not None:
            self.state.api_keys[site, key] = evolve(stored, revoked_at=at)


class NeverRevokes(MemoryApiKeys):
    """A revoked key goes on."""

    async def revoke(self, *given: Any) -> None:
        return None


class LooksThenCounts(MemoryApiKeys):
    """Between looking and counting, others may come in."""

    async def use(self, site: Any, key: Any, at: Any, since: Any) -> int:
        counted: int = self.state.counted.get((site, key), (since, 0))[1]
        await asyncio.sleep(0)
        await super().use(site, key, at, since)
        return counted + 1


class CountsForEver(MemoryApiKeys):
    """A new span goes on counting."""

    async def use(self, site: Any, key: Any, at: Any, since: Any) -> int:
        began = self.state.counted.get((site, key), (since, 0))[0]
        return await super().use(site, key, at, began)


class RemembersTheLatestCall(MemoryApiKeys):
    """The last call says when a key was used last, not the latest instant."""

    async def use(self, site: Any, key: Any, at: Any, since: Any) -> int:
        counted = await super().use(site, key, at, since)
        if (stored := self.state.api_keys.get((site, key))) is not None:
            self.state.api_keys[site, key] = evolve(stored, last_used_at=at)
        return counted


class TakesTheLatestFingerprint(MemoryApiKeys):
    """A repeat takes the place of what it repeats."""

    async def first(self, site: Any, key: Any, request: Any, fingerprint: Any, at: Any, until: Any) -> bytes:
        self.state.requests.pop((site, key, request), None)
        return await super().first(site, key, request, fingerprint, at, until)


class KeepsFingerprintsForEver(MemoryApiKeys):
    """What was asked once is never forgotten."""

    async def first(self, site: Any, key: Any, request: Any, fingerprint: Any, at: Any, until: Any) -> bytes:
        return await super().first(site, key, request, fingerprint, datetime.min.replace(tzinfo=UTC), until)


class MixesRequestsOfKeys(MemoryApiKeys):
    """What one program asked counts for all of them."""

    async def first(self, site: Any, key: Any, *given: Any) -> bytes:
        return await super().first(site, "any", *given)  # type: ignore[arg-type]


ROWS = [
    stored("api_keys", TakesTheLatestFingerprint, "the_first_fingerprint_of_a_request_stays"),
    stored("api_keys", MixesRequestsOfKeys, "the_first_fingerprint_of_a_request_stays"),
    stored("api_keys", KeepsFingerprintsForEver, "a_fingerprint_is_kept_for_a_while"),
    stored("api_keys", LosesTheNetworks, "every_field_of_a_key_survives"),
    stored("api_keys", LosesTheEnd, "every_field_of_a_key_survives"),
    stored("api_keys", FindsAnyKey, "an_unknown_key_is_none"),
    stored("api_keys", MixesSites, "an_unknown_key_is_none", "an_id_may_be_used_on_two_sites"),
    stored("api_keys", OverwritesKeys, "a_key_that_is_taken_is_refused_whole"),
    stored("api_keys", StoresBeforeItChecks, "a_key_that_is_taken_is_refused_whole", "a_refused_key_leaves_nothing"),
    stored("api_keys", ListsEverybodysKeys, "a_list_of_keys_is_of_one_member_newest_first"),
    stored("api_keys", ListsGoodKeys, "a_list_of_keys_is_of_one_member_newest_first"),
    stored("api_keys", RevokesAgain, "a_key_is_revoked_once"),
    stored("api_keys", NeverRevokes, "a_key_is_revoked_once"),
    stored("api_keys", LooksThenCounts, "every_use_counts"),
    stored("api_keys", RemembersTheLatestCall, "every_use_counts"),
    stored("api_keys", CountsForEver, "uses_are_counted_by_span_and_key"),
]
