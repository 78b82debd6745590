"""The promises of ApiKeyRepository."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve
from hypothesis import strategies as st

from exshare_core.api_keys import ApiKey, Operation
from exshare_core.errors import Taken
from exshare_core.events import Actor, Event, Kind
from exshare_core.ports import Storage
from exshare_core.testing import strategies
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.samples import NOW, a_key, after, fresh_digest, fresh_id, fresh_site
from exshare_core.values import ApiKeyId


def _event(key: ApiKey, kind: Kind = Kind.KEY_MADE) -> Event:
    return Event(kind, key.site, NOW, Actor.MEMBER, member=key.member, detail=key.id)


async def _kept(storage: Storage, key: ApiKey) -> ApiKey:
    await storage.api_keys.add(key, [])
    return key


class ApiKeyRepositoryContract(Contract[Storage]):
    """Keys are stored whole and found by digest; every use counts."""

    @law(st.builds(lambda key: evolve(key, id=ApiKeyId(fresh_id()), digest=fresh_digest()), strategies.api_keys()))
    async def test_every_field_of_a_key_survives(self, storage: Storage, key: ApiKey) -> None:
        """A key comes back as it was given, whichever way it is looked up; no network stays apart from everywhere."""
        key = evolve(key, site=fresh_site())
        await storage.api_keys.add(key, [])

        assert key == await storage.api_keys.get(key.site, key.id)
        assert key == await storage.api_keys.by_digest(key.digest)
        assert (key,) == await storage.api_keys.list(key.site, key.member)

    @promise
    async def test_an_unknown_key_is_none(self, storage: Storage) -> None:
        """`get` is None for an unknown id and for one of another site, `by_digest` for an unknown digest."""
        key = await _kept(storage, a_key(fresh_site()))

        assert await storage.api_keys.get(key.site, ApiKeyId(fresh_id())) is None
        assert await storage.api_keys.get(fresh_site(), key.id) is None
        assert await storage.api_keys.by_digest(fresh_digest()) is None

    @promise
    async def test_a_key_that_is_taken_is_refused_whole(self, storage: Storage) -> None:
        """`add` raises Taken for an id in use on the site and for a digest in use on any, and stores nothing."""
        key = await _kept(storage, a_key(fresh_site()))
        same_id = evolve(key, digest=fresh_digest(), name="another")
        same_digest = a_key(fresh_site(), digest=key.digest)
        for other in (same_id, same_digest):
            with pytest.raises(Taken):
                await storage.api_keys.add(other, [_event(other)])

        assert key == await storage.api_keys.get(key.site, key.id)
        assert key == await storage.api_keys.by_digest(key.digest)
        assert await storage.api_keys.get(same_digest.site, same_digest.id) is None

    @promise
    async def test_an_id_may_be_used_on_two_sites(self, storage: Storage) -> None:
        """The same id on another site is another key."""
        key = await _kept(storage, a_key(fresh_site()))
        other = await _kept(storage, a_key(fresh_site(), id=key.id, name="another"))

        assert [key, other] == [await storage.api_keys.get(one.site, one.id) for one in (key, other)]

    @promise
    async def test_a_list_of_keys_is_of_one_member_newest_first(self, storage: Storage) -> None:
        """`list` gives the keys of a member on a site, revoked ones too, and of nobody else."""
        old = await _kept(storage, a_key(fresh_site(), revoked_at=NOW))
        new = await _kept(storage, a_key(old.site, member=old.member, created_at=after(seconds=1)))
        await _kept(storage, a_key(old.site))
        await _kept(storage, a_key(fresh_site(), member=old.member))

        assert (new, old) == await storage.api_keys.list(old.site, old.member)

    @promise
    async def test_a_key_is_revoked_once(self, storage: Storage) -> None:
        """`revoke` stores the first instant and leaves other keys alone; an unknown key is fine."""
        key = await _kept(storage, a_key(fresh_site()))
        other = await _kept(storage, a_key(key.site))
        await storage.api_keys.revoke(key.site, key.id, NOW, [_event(key, Kind.KEY_REVOKED)])
        await storage.api_keys.revoke(key.site, key.id, after(hours=1), [_event(key, Kind.KEY_REVOKED)])
        await storage.api_keys.revoke(fresh_site(), key.id, after(hours=1), [])

        assert evolve(key, revoked_at=NOW) == await storage.api_keys.get(key.site, key.id)
        assert other == await storage.api_keys.get(other.site, other.id)

    @promise
    async def test_every_use_counts(self, storage: Storage) -> None:
        """Parallel uses all count, each has its own number, and the last instant stays."""
        key = await _kept(storage, a_key(fresh_site()))
        moments = [after(seconds=second) for second in (3, 9, 1, 5)]
        numbers = await asyncio.gather(*(storage.api_keys.use(key.site, key.id, at, NOW) for at in moments))

        assert [1, 2, 3, 4] == sorted(numbers)
        assert evolve(key, uses=4, last_used_at=after(seconds=9)) == await storage.api_keys.get(key.site, key.id)

    @promise
    async def test_uses_are_counted_by_span_and_key(self, storage: Storage) -> None:
        """A new span begins at one; another key has its own count, and an unknown one none."""
        key = await _kept(storage, a_key(fresh_site()))
        other = await _kept(storage, a_key(key.site))
        minute = after(minutes=1)
        counted = [await storage.api_keys.use(key.site, key.id, NOW, NOW) for _ in range(3)]
        counted += [await storage.api_keys.use(key.site, key.id, minute, minute) for _ in range(2)]
        counted.append(await storage.api_keys.use(other.site, other.id, minute, minute))
        counted.append(await storage.api_keys.use(key.site, ApiKeyId(fresh_id()), minute, minute))

        assert [1, 2, 3, 1, 2, 1, 0] == counted

    @promise
    async def test_a_refused_key_leaves_nothing(self, storage: Storage) -> None:
        """After a refused `add` the member has the keys that they had."""
        key = await _kept(storage, a_key(fresh_site(), operations=frozenset(Operation)))
        with pytest.raises(Taken):
            await storage.api_keys.add(evolve(key, id=ApiKeyId(fresh_id())), [_event(key)])

        assert (key,) == await storage.api_keys.list(key.site, key.member)
