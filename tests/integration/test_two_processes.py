"""Several processes on one database: they start together, and what is counted is counted exactly."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from attrs import evolve

from exshare_core.accounts import Member
from exshare_core.errors import StalePolicy, Taken
from exshare_core.governance import Held, SitePolicy
from exshare_core.links import LinkAddress, ShareLink
from exshare_core.policy import Layer, Limits
from exshare_core.ports import Found, Storage
from exshare_core.testing.restricting import a_change
from exshare_core.testing.samples import (
    NOW,
    SPACE,
    a_code,
    a_letter,
    a_link,
    a_member,
    a_visit,
    after,
    an_address,
    an_event,
    fresh_digest,
    fresh_site,
)
from exshare_core.values import SiteId
from tests.integration.stores import Store, in_processes

MOST = 25
ATTEMPTS = 40
SITE = SiteId("acme")


def _start(store: Store, _: int) -> tuple[Layer, ...]:
    async def scenario() -> tuple[Layer, ...]:
        async with store.open() as storage:
            await storage.policies.ensure_site(SITE)
            return await storage.policies.layers(SITE, SPACE)

    return asyncio.run(scenario())


def test_processes_that_start_together_find_one_schema(store: Store) -> None:
    """Three processes that open an empty database at once all get it, with each layer once."""
    expected = (Layer("site"), Layer("configuration default"))

    assert [expected] * 3 == in_processes(3, _start, store)


def _keep(store: Store) -> tuple[ShareLink, LinkAddress]:
    link = a_link(fresh_site())
    address = an_address(link)

    async def scenario() -> None:
        async with store.open() as storage:
            await storage.policies.ensure_site(link.site)
            await storage.links.add(link, address, [])

    asyncio.run(scenario())
    return link, address


def _admit(place: tuple[Store, ShareLink], _: int) -> int:
    store, link = place

    async def scenario() -> int:
        async with store.open() as storage:
            attempts = (storage.links.admit(a_visit(link), [], MOST, [an_event(link)]) for _ in range(ATTEMPTS))
            return sum(await asyncio.gather(*attempts))

    return asyncio.run(scenario())


def test_opens_are_exact_across_processes(store: Store) -> None:
    """Of 80 attempts from two processes at a link with 25 opens, 25 are admitted, counted and noted."""
    link, address = _keep(store)
    admitted = in_processes(2, _admit, (store, link))

    async def scenario() -> tuple[Found | None, int]:
        async with store.open() as storage:
            found = await storage.links.find(address.digest, None)
            return found, len(await storage.activity.of_link(link.site, link.id, 1000))

    found, noted = asyncio.run(scenario())

    assert found is not None
    assert (MOST, MOST, MOST) == (sum(admitted), found.opens, noted)


def _set(place: tuple[Store, SiteId], own: int) -> list[int]:
    """Try to set ten things one after the other; the versions that were stored."""
    store, site = place

    async def scenario() -> list[int]:
        async with store.open() as storage:
            stored: list[int] = []
            while len(stored) < 10:
                seen = await storage.policies.policy(site)
                assert seen is not None
                mine = Held("site", Limits(opens=own + 1), NOW)
                policy = evolve(seen, version=seen.version + 1, held=(*seen.held, mine))
                try:
                    await storage.policies.replace(policy, [], a_change(policy))
                except StalePolicy:
                    continue
                stored.append(policy.version)
            return stored

    return asyncio.run(scenario())


def test_no_change_of_a_policy_is_lost_across_processes(store: Store) -> None:
    """Of two processes that each add ten things to what is set, all twenty are there, under twenty versions."""
    site = fresh_site()

    async def made() -> None:
        async with store.open() as storage:
            await storage.policies.ensure_site(site)

    asyncio.run(made())
    versions = in_processes(2, _set, (store, site))

    async def scenario() -> tuple[SitePolicy | None, list[int]]:
        async with store.open() as storage:
            return await storage.policies.policy(site), [one.version for one in await storage.policies.history(site)]

    policy, history = asyncio.run(scenario())

    assert policy is not None
    assert [1] * 10 + [2] * 10 == sorted(held.limits.opens or 0 for held in policy.held)
    assert [*range(21, 1, -1)] == history == sorted((one for own in versions for one in own), reverse=True)


def _claim(store: Store, _: int) -> list[str]:
    async def scenario() -> list[str]:
        async with store.open() as storage:
            claimed: list[str] = []
            while letters := await storage.outbox.claim(NOW, 60.0, 3):
                claimed += [letter.id for letter in letters]
            return claimed

    return asyncio.run(scenario())


def test_no_letter_is_handed_out_twice(store: Store) -> None:
    """Two processes that empty one outbox share its letters between them."""
    letters = [a_letter(SITE) for _ in range(40)]

    async def scenario() -> None:
        async with store.open() as storage:
            await storage.outbox.put(letters, [])

    asyncio.run(scenario())
    ids = [id for claimed in in_processes(2, _claim, store) for id in claimed]

    assert sorted(letter.id for letter in letters) == sorted(ids)


def _guess(place: tuple[Store, bytes, bytes], number: int) -> None:
    store, one, other = place
    keys = [one, other] if number else [other, one]

    async def scenario() -> None:
        async with store.open() as storage:
            moments = (NOW + timedelta(seconds=second) for second in range(ATTEMPTS))
            await asyncio.gather(*(storage.guesses.wrong(keys, moment) for moment in moments))

    asyncio.run(scenario())


def test_every_wrong_proof_counts_across_processes(store: Store) -> None:
    """80 wrong proofs from two processes that name their keys in opposite orders are 80 for either key."""
    keys = (fresh_digest(), fresh_digest())
    in_processes(2, _guess, (store, *keys))

    async def scenario() -> list[int]:
        async with store.open() as storage:
            return [tally.failures for tally in await storage.guesses.tally(keys, after(minutes=1))]

    assert [80, 80] == asyncio.run(scenario())


def test_the_tries_of_a_code_are_exact_under_concurrency(store: Store) -> None:
    """20 wrong tries at once all count, and the right code after them comes too late."""
    code = a_code(a_link(SITE), fresh_digest())

    async def attempt(storage: Storage, digest: bytes) -> bool:
        found = await storage.codes.attempt(SITE, code.link, code.session, digest, 5, NOW)
        return found is not None

    async def scenario() -> tuple[list[bool], bool, int]:
        async with store.open() as storage:
            await storage.codes.ask(code, NOW, [], [])
            wrong = await asyncio.gather(*(attempt(storage, fresh_digest()) for _ in range(20)))
            right = await attempt(storage, code.code_digest)
            return wrong, right, await storage.codes.ask(code, NOW, [], [])

    assert ([False] * 20, False, 21) == asyncio.run(scenario())


def test_a_code_is_good_for_one_of_many_at_once(store: Store) -> None:
    """Of ten right tries at the same moment, one gets the code."""
    code = a_code(a_link(SITE), fresh_digest())

    async def scenario() -> int:
        async with store.open() as storage:
            await storage.codes.ask(code, NOW, [], [])
            tries = (storage.codes.attempt(SITE, code.link, code.session, code.code_digest, 20, NOW) for _ in range(10))
            return sum(found is not None for found in await asyncio.gather(*tries))

    assert 1 == asyncio.run(scenario())


def test_a_name_is_taken_once_of_many_at_once(store: Store) -> None:
    """Of members of a site and of all sites who take one name at the same moment, one gets it."""
    members = [a_member(SITE if number % 2 else None, name="ada") for number in range(8)]

    async def add(storage: Storage, member: Member) -> bool:
        try:
            await storage.members.add(member, [])
        except Taken:
            return False
        return True

    async def scenario() -> int:
        async with store.open() as storage:
            return sum(await asyncio.gather(*(add(storage, member) for member in members)))

    assert 1 == asyncio.run(scenario())
