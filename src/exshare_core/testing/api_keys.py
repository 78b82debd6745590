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
from exshare_core.testing.samples import FAR, NOW, a_key, after, fresh_digest, fresh_id, fresh_site
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

    @promise
    async def test_the_first_fingerprint_of_a_request_stays(self, storage: Storage) -> None:
        """Of those that come at once all are given the same; another request and another key have their own."""
        key = await _kept(storage, a_key(fresh_site()))
        other = await _kept(storage, a_key(key.site))
        request, prints = fresh_digest(), [fresh_digest() for _ in range(5)]
        hour = after(hours=1)
        given = await asyncio.gather(
            *(storage.api_keys.first(key.site, key.id, request, one, NOW, hour) for one in prints)
        )
        again = await storage.api_keys.first(key.site, key.id, request, fresh_digest(), after(minutes=59), FAR)
        elsewhere = [
            await storage.api_keys.first(key.site, key.id, fresh_digest(), prints[4], NOW, hour),
            await storage.api_keys.first(other.site, other.id, request, prints[4], NOW, hour),
        ]

        assert 1 == len({*given, again})
        assert given[0] in prints
        assert [prints[4], prints[4]] == elsewhere

    @promise
    async def test_a_fingerprint_is_kept_for_a_while(self, storage: Storage) -> None:
        """At the instant until which it is kept it has been forgotten, and the next one is the first."""
        key = await _kept(storage, a_key(fresh_site()))
        request, one, two = (fresh_digest() for _ in range(3))
        hour = after(hours=1)
        await storage.api_keys.first(key.site, key.id, request, one, NOW, hour)
        given = [
            await storage.api_keys.first(key.site, key.id, request, two, at, FAR)
            for at in (after(minutes=59), hour, after(hours=2))
        ]

        assert [one, two, two] == given
