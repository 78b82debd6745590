"""Whoever comes at the same moment, through whichever process: opens, guesses and codes are counted exactly (L14, G7).

Two processes meet before each round and then send 32 clients each. ``EXSHARE_TEST_ROUNDS=200`` runs the whole race.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from typing import TypeVar

from exshare_core.guessing import link_wait, network_wait
from exshare_core.limiting import Limit, charge
from exshare_core.links import LinkAddress, ShareLink
from exshare_core.ports import Storage
from exshare_core.testing.samples import NOW, a_link, a_visit, an_address, an_event, fresh_digest, fresh_site
from exshare_core.values import SiteId
from tests.integration.stores import Store, in_processes

A = TypeVar("A")

ROUNDS = int(os.environ.get("EXSHARE_TEST_ROUNDS", "3"))
CLIENTS = 32
"""Of each process."""

PROCESSES = 2
Race = Callable[[Storage, int, int], Awaitable[int]]
"""What one client does in a round: how often it came through."""


async def _meet(storage: Storage, number: int) -> None:
    """Wait until the other process is at this round as well; they count each other in the database."""
    key = sha256(f"round {number}".encode()).digest()
    await storage.guesses.wrong([key], NOW)
    while (await storage.guesses.tally([key], NOW))[0].failures < PROCESSES:  # noqa: ASYNC110 - it is in another process
        await asyncio.sleep(0.001)


async def _raced(store: Store, race: Race) -> list[int]:
    async with store.open() as storage:
        through = []
        for number in range(ROUNDS):
            await _meet(storage, number)
            through.append(sum(await asyncio.gather(*(race(storage, number, client) for client in range(CLIENTS)))))
        return through


def _race(run: Callable[[A, int], list[int]], about: A) -> list[int]:
    """What came through in each round, of all processes."""
    results = in_processes(PROCESSES, run, about, 120 + 10 * ROUNDS)
    return [sum(one) for one in zip(*results, strict=True)]


def _made(store: Store) -> tuple[SiteId, list[tuple[ShareLink, LinkAddress]]]:
    """A link for each round."""
    site = fresh_site()
    links = [(link := a_link(site), an_address(link)) for _ in range(ROUNDS)]

    async def add() -> None:
        async with store.open() as storage:
            await storage.policies.ensure_site(site)
            for link, address in links:
                await storage.links.add(link, address, [])

    asyncio.run(add())
    return site, links


def _opens(number: int) -> int:
    """The opens of the link of a round: one, few, and nearly as many as come."""
    return (1, 7, 50)[number % 3]


def _open(place: tuple[Store, list[ShareLink]], own: int) -> list[int]:
    store, links = place

    async def race(storage: Storage, number: int, client: int) -> int:
        link = links[number]
        return await storage.links.admit(a_visit(link), [], _opens(number), [an_event(link)])

    return asyncio.run(_raced(store, race))


def test_no_more_are_admitted_than_may_open(store: Store) -> None:
    """Of 64 visitors at once, one, seven or fifty are admitted, as the link says; so many opens and events are there."""
    site, links = _made(store)
    admitted = _race(_open, (store, [link for link, _ in links]))

    async def stored() -> tuple[list[int], list[int]]:
        async with store.open() as storage:
            found = [await storage.links.find(address.digest, None) for _, address in links]
            events = [await storage.activity.of_link(site, link.id, 1000) for link, _ in links]
            return [0 if one is None else one.opens for one in found], [len(one) for one in events]

    expected = [_opens(number) for number in range(ROUNDS)]

    assert (expected, (expected, expected)) == (admitted, asyncio.run(stored()))


def _press(place: tuple[Store, list[ShareLink], bytes], own: int) -> list[int]:
    store, links, session = place

    async def race(storage: Storage, number: int, client: int) -> int:
        link = links[number]
        return await storage.links.admit(a_visit(link, session), [], 1000, [an_event(link)], instead_of="")

    return asyncio.run(_raced(store, race))


def test_one_visitor_begins_one_visit(store: Store) -> None:
    """Of 64 presses of one button in one browser one is counted."""
    _, links = _made(store)
    begun = _race(_press, (store, [link for link, _ in links], fresh_digest()))

    async def opens() -> list[int]:
        async with store.open() as storage:
            found = [await storage.links.find(address.digest, None) for _, address in links]
            return [0 if one is None else one.opens for one in found]

    assert ([1] * ROUNDS, [1] * ROUNDS) == (begun, asyncio.run(opens()))


def _guess(place: tuple[Store, bytes], own: int) -> list[int]:
    store, secret = place

    async def race(storage: Storage, number: int, client: int) -> int:
        network, link = (sha256(secret + f"{what} {number}".encode()).digest() for what in ("network", "link"))
        limits = [Limit(network, network_wait), Limit(link, link_wait)]
        return not (await charge(storage.guesses, limits[:: 1 if client % 2 else -1], NOW)).wait

    return asyncio.run(_raced(store, race))


def test_no_more_guesses_come_through_than_one_after_another(store: Store) -> None:
    """Of 64 guesses from one network at once five are looked at, whichever process they reach (G7)."""
    through = _race(_guess, (store, fresh_digest()))

    assert [5] * ROUNDS == through


def _ask(place: tuple[Store, bytes], own: int) -> list[int]:
    store, secret = place

    async def race(storage: Storage, number: int, client: int) -> int:
        key = sha256(secret + str(number).encode()).digest()
        (count,) = await storage.guesses.wrong([key], NOW + timedelta(seconds=client))
        return count == 1

    return asyncio.run(_raced(store, race))


def test_of_those_who_notice_something_one_tells(store: Store) -> None:
    """Of 64 who count the same thing at once exactly one is the first: an owner gets one letter (G7)."""
    assert [1] * ROUNDS == _race(_ask, (store, fresh_digest()))
