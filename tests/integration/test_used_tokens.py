"""A token is good once, also when several processes are asked at the same moment, on both stores (spec G11)."""

from __future__ import annotations

import asyncio
from hashlib import sha256

from exshare_core.testing.samples import FAR
from exshare_core.values import SiteId
from tests.integration.stores import Store, in_processes

SITE = SiteId("acme")
TOKENS = 200


def bring_all(store: Store, number: int) -> list[bool]:
    """Bring every token once, four at a time, from one process; which of them were taken."""

    async def bring() -> list[bool]:
        async with store.open() as storage:
            taken: list[bool] = []
            for first in range(0, TOKENS, 4):
                digests = [sha256(str(token).encode()).digest() for token in range(first, first + 4)]
                taken += await asyncio.gather(*(storage.used_tokens.use(SITE, one, FAR) for one in digests))
            return taken

    return asyncio.run(bring())


def test_each_token_is_taken_by_one_process(store: Store) -> None:
    """Of three processes that bring the same two hundred tokens, one has each of them."""

    async def make() -> None:
        async with store.open():
            pass

    asyncio.run(make())
    taken = in_processes(3, bring_all, store)

    assert [1] * TOKENS == [sum(each) for each in zip(*taken, strict=True)]
