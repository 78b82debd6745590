"""The promises of UsedTokens."""

from __future__ import annotations

import asyncio

from exshare_core.ports import Storage
from exshare_core.testing.contract import Contract, promise
from exshare_core.testing.samples import FAR, NOW, after, fresh_digest, fresh_site


class UsedTokensContract(Contract[Storage]):
    """A token is good once, whoever brings it, wherever, and however many at once."""

    @promise
    async def test_a_token_is_used_once(self, storage: Storage) -> None:
        """`use` is True the first time and False ever after, also when the token has expired meanwhile."""
        site, digest = fresh_site(), fresh_digest()
        taken = [await storage.used_tokens.use(site, digest, until) for until in (after(minutes=5), FAR, NOW)]

        assert [True, False, False] == taken

    @promise
    async def test_used_says_what_has_been_used(self, storage: Storage) -> None:
        """`used` is True for a token that was used and False for any other, and uses nothing itself."""
        site, digest, other = fresh_site(), fresh_digest(), fresh_digest()
        before = [await storage.used_tokens.used(site, one) for one in (digest, digest)]
        await storage.used_tokens.use(site, digest, FAR)

        assert [False, False] == before
        assert [True, False] == [await storage.used_tokens.used(site, one) for one in (digest, other)]

    @promise
    async def test_tokens_of_another_site_are_others(self, storage: Storage) -> None:
        """What was used on one site says nothing of another."""
        one, other, digest = fresh_site(), fresh_site(), fresh_digest()
        await storage.used_tokens.use(one, digest, FAR)

        assert not await storage.used_tokens.used(other, digest)
        assert await storage.used_tokens.use(other, digest, FAR)

    @promise
    async def test_of_those_who_use_a_token_at_once_one_is_first(self, storage: Storage) -> None:
        """A token that is brought several times at the same moment is taken once."""
        site, digest = fresh_site(), fresh_digest()
        taken = await asyncio.gather(*(storage.used_tokens.use(site, digest, after(minutes=5)) for _ in range(8)))

        assert 1 == taken.count(True)
