"""What rests of a browser that is away: worth nothing to whoever has the database, and taken by one alone (spec S1)."""

from __future__ import annotations

import asyncio
from pathlib import Path

from exshare_adapters.sqlite.storage import opened
from exshare_adapters.system import SystemClock, SystemTokens
from exshare_adapters.vault import AesGcmVault, load_or_create_key
from exshare_core.departing import Departing, Gateway
from exshare_core.identities import Errand
from exshare_core.ports import PendingDeparture
from exshare_core.testing import MemoryIdentityProvider
from exshare_core.testing.samples import NOW, a_departure
from exshare_core.values import Address, SiteId
from tests.integration.stores import Store, in_processes

SITE = SiteId("acme")


class Remembering(MemoryIdentityProvider):
    """A provider that remembers the errands of those who left."""

    def __init__(self) -> None:
        super().__init__()
        self.errands: list[Errand] = []

    async def departure(self, errand: Errand, hint: Address | None = None) -> str:
        """Remember the errand."""
        self.errands.append(errand)
        return await super().departure(errand, hint)


def test_a_dump_holds_no_secret_of_a_departure(tmp_path: Path) -> None:
    """Neither state, nonce or verifier, nor the browser's id, nor the token of the link is in any file of the store."""
    tokens, provider = SystemTokens(), Remembering()
    browser, link = tokens.token(), tokens.token()

    async def leave() -> None:
        async with opened(tmp_path / "exshare.db") as storage:
            await storage.policies.ensure_site(SITE)
            vault = AesGcmVault(load_or_create_key(tmp_path / "key"))
            departing = Departing(storage, SystemClock(), tokens, vault, lambda site, name: f"https://x/{site}/{name}")
            gateway = Gateway(SITE, "staff", "Staff", provider)
            await departing.leave(gateway, browser, f"link {link}", Address.parse("ada@example.com"))

    asyncio.run(leave())
    dump = b"".join(file.read_bytes() for file in tmp_path.glob("exshare.db*"))
    (errand,) = provider.errands

    assert b"staff" in dump
    assert [False] * 6 == [
        secret.encode() in dump
        for secret in (errand.state, errand.nonce, errand.verifier, browser, link, "ada@example.com")
    ]


def _taken(place: tuple[Store, tuple[PendingDeparture, ...]], _: int) -> list[bool]:
    """Which of the departures this process gets: it asks for all of them at once."""
    store, departures = place

    async def scenario() -> list[bool]:
        async with store.open() as storage:
            tries = (storage.departures.take(one.digest, one.browser, NOW) for one in departures)
            return [found is not None for found in await asyncio.gather(*tries)]

    return asyncio.run(scenario())


def test_an_answer_is_taken_once_by_all_processes(store: Store) -> None:
    """R23: of forty departures whose answers are brought to three processes at once, each is taken by one of them."""
    departures = tuple(a_departure(SITE) for _ in range(40))

    async def left() -> None:
        async with store.open() as storage:
            await storage.policies.ensure_site(SITE)
            for one in departures:
                await storage.departures.add(one)

    asyncio.run(left())
    taken = in_processes(3, _taken, (store, departures))

    assert [1] * 40 == [sum(each) for each in zip(*taken, strict=True)]
