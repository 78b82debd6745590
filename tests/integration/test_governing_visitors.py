"""What admins set reaches visitors at their next request, over each store: layers, loosenings, switches, group rules."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from attrs import evolve, frozen

from exshare_core.accounts import Member
from exshare_core.content import Attachment
from exshare_core.decisions import Answer
from exshare_core.errors import StalePolicy
from exshare_core.governance import Loosening
from exshare_core.governing import Governing
from exshare_core.impact import Consequence
from exshare_core.links import ShareLink
from exshare_core.membership import Membership
from exshare_core.policy import GroupRule, Limits
from exshare_core.policy_document import read_policy, write_policy
from exshare_core.ports import Storage
from exshare_core.sharing import LinkForm, Sharing
from exshare_core.testing import (
    CheapHasher,
    CountingAuthenticatorCodes,
    CountingTokens,
    FakeClock,
    FakeVault,
    MemoryPage,
    MemorySite,
)
from exshare_core.testing.samples import fresh_digest, fresh_site
from exshare_core.values import AccountId, AttachmentId, Networks, PageId, SiteId, network_address
from exshare_core.visiting import Addresses, Caller, Visiting
from exshare_core.visiting.fetching import Cut
from tests.integration.stores import Store

OWNER, GUIDE, FILE = AccountId("557058:ada"), PageId("100"), AttachmentId("att1")
ADDRESSES = Addresses("/p/", "/a/")
BYTES = bytes(3 * 64 * 1024)


@frozen
class House:
    """One site over a real store, with a member who shares, an admin, and a visitor with a browser of their own."""

    site: SiteId
    storage: Storage
    content: MemorySite
    clock: FakeClock
    sharing: Sharing
    governing: Governing
    visiting: Visiting
    ada: Member
    boss: Member
    caller: Caller

    async def share(self, **form: Any) -> tuple[ShareLink, str]:
        """A new link of Ada and the segment that leads to it."""
        shown, url = await self.sharing.create(self.ada, self.ada, GUIDE, LinkForm(**form))
        return shown.link, url

    async def set(self, **fields: Any) -> None:
        """Set fields of the policy as an admin, a minute after whatever was before."""
        self.clock.forward(minutes=1)
        await self.governing.change(self.boss, evolve(await self.governing.policy(self.boss), **fields))

    async def answer(self, segment: str) -> Answer:
        """What the visitor is answered now."""
        return (await self.visiting.open(segment, self.caller)).answer


@asynccontextmanager
async def house(store: Store) -> AsyncIterator[House]:
    """A house over a fresh store."""
    async with store.open() as storage:
        site, clock, content = fresh_site(), FakeClock(), MemorySite(accounts={OWNER})
        content.add(MemoryPage(GUIDE, "The guide", "<p>How we work.</p>"))
        content.attach(Attachment(FILE, GUIDE, "plan.bin", "application/octet-stream", len(BYTES)), BYTES)
        ports = (clock, CountingTokens(), CheapHasher(), FakeVault())
        await storage.policies.ensure_site(site)
        membership = Membership(storage, *ports, CountingAuthenticatorCodes())
        ada, _ = await membership.add("ada", site=site, identity=OWNER, password="lamp oil and a wick")
        boss, _ = await membership.add("boss", site=site, admin=True, password="lamp oil and a wick")
        yield House(
            site,
            storage,
            content,
            clock,
            Sharing(site, storage, content.content(), *ports, url_of=str),
            Governing(site, storage, content.content(), clock),
            Visiting(storage, {site: content.content()}, *ports),
            ada,
            boss,
            Caller(network_address("192.0.2.7"), fresh_digest()),
        )


def test_tightening_reaches_a_running_visit(store: Store) -> None:
    """P3: a visitor who is reading is stopped at the next request, and goes on when the layer is let go."""

    async def scenario() -> list[Answer]:
        async with house(store) as it:
            link, segment = await it.share(max_opens=5)
            await it.visiting.begin(segment, it.caller)
            answers = [await it.answer(segment)]
            await it.set(loosening=Loosening.RESTORE, limits=Limits(password_demanded=True))
            answers.append(await it.answer(segment))
            await it.set(limits=Limits(networks=Networks.parse(["198.51.100.0/24"])))
            answers.append(await it.answer(segment))
            await it.set(limits=Limits())
            answers.append(await it.answer(segment))
            assert link == (await it.sharing.show(it.ada, link.id)).link
            return answers

    assert [Answer.ALLOW, Answer.UNAVAILABLE, Answer.UNAVAILABLE, Answer.ALLOW] == asyncio.run(scenario())


def test_tightening_while_fifty_visitors_read(store: Store) -> None:
    """P3: of fifty who read without a pause, every request that begins before the change is made is served, and none
    that begins after it, whatever else is going on.
    """

    async def scenario() -> tuple[set[Answer], set[Answer], int]:
        async with house(store) as it:
            _, segment = await it.share(max_opens=50)
            callers = [Caller(network_address(f"192.0.2.{number}"), fresh_digest()) for number in range(50)]
            for caller in callers:
                await it.visiting.begin(segment, caller)
            changing, changed, warm = asyncio.Event(), asyncio.Event(), asyncio.Event()
            before, after = list[Answer](), list[Answer]()

            async def read(caller: Caller) -> None:
                late = 0
                while late < 2:
                    early, late = not changing.is_set(), late + changed.is_set()
                    answer = (await it.visiting.open(segment, caller)).answer
                    if early and not changing.is_set():
                        before.append(answer)
                        if len(before) >= 100:
                            warm.set()
                    elif late:
                        after.append(answer)

            async def tighten() -> None:
                await asyncio.sleep(0)
                changing.set()
                await it.set(limits=Limits(password_demanded=True))
                changed.set()

            first = asyncio.gather(*(read(caller) for caller in callers))
            await warm.wait()
            await asyncio.gather(first, tighten())
            return set(before), set(after), len(after)

    assert ({Answer.ALLOW}, {Answer.UNAVAILABLE}, 100) == asyncio.run(scenario())


def test_a_loosening_waits_for_the_owner(store: Store) -> None:
    """P4: what was taken from a link stays away for its visitors until it is confirmed; a new link has it at once."""

    async def scenario() -> list[Answer]:
        async with house(store) as it:
            link, old = await it.share()
            await it.set(loosening=Loosening.CONFIRM, limits=Limits(password_demanded=True))
            await it.set(limits=Limits())
            it.clock.forward(minutes=1)
            _, new = await it.share()
            answers = [await it.answer(old), await it.answer(new)]
            await it.sharing.confirm(it.ada, link.id)
            return [*answers, await it.answer(old)]

    assert [Answer.UNAVAILABLE, Answer.ALLOW, Answer.ALLOW] == asyncio.run(scenario())


def test_the_kill_switch_stops_visits_and_cuts_streams(store: Store) -> None:
    """P7, G9: with the switch of the site, or of the space, the next request is refused and a running file is cut."""

    async def scenario() -> list[object]:
        seen: list[object] = []
        async with house(store) as it:
            link, segment = await it.share()
            await it.set(limits=Limits(opens=100))
            await it.sharing.confirm(it.ada, link.id)
            for space in (None, link.scope.space):
                await it.visiting.begin(segment, it.caller)
                admission = (await it.visiting.open(segment, it.caller)).admission
                assert admission is not None
                file = Attachment(FILE, GUIDE, "plan.bin", "application/octet-stream", len(BYTES))
                async with it.visiting.stream(admission, file, None) as stream:
                    try:
                        async for _ in it.visiting.guarded(segment, admission, stream):
                            await it.governing.switch(it.boss, space, False)
                            it.clock.forward(seconds=1)
                        seen.append("whole")
                    except Cut:
                        seen.append("cut")
                seen.append(await it.answer(segment))
                await it.governing.switch(it.boss, space, True)
                seen.append(await it.answer(segment))
        return seen

    assert ["cut", Answer.UNAVAILABLE, Answer.ALLOW] * 2 == asyncio.run(scenario())


def test_a_rule_for_a_group_asks_for_groups_and_nothing_else_does(store: Store) -> None:
    """P8: without rules for groups nobody is asked; with one, it holds for who is in the group or may be."""
    rule = GroupRule("contractors", Limits(lifetime=timedelta(days=7)))

    async def scenario() -> tuple[int, list[Answer]]:
        async with house(store) as it:
            asked = 0

            class Counting:
                async def groups(self, identity: AccountId) -> frozenset[str] | None:
                    nonlocal asked
                    asked += 1
                    return await it.content.content().directory.groups(identity)

            content = evolve(it.content.content(), directory=Counting())
            visiting = evolve(it.visiting, contents={it.site: content})
            _, segment = await it.share()
            await visiting.open(segment, it.caller)
            before = asked
            await it.set(limits=Limits(group_rules=frozenset({rule})))
            it.clock.forward(days=8)
            answers = [(await visiting.open(segment, it.caller)).answer]
            it.content.groups[OWNER] = frozenset({"contractors"})
            answers.append((await visiting.open(segment, it.caller)).answer)
            it.content.groups[OWNER] = frozenset({"staff"})
            it.content.access_unknown = True
            answers.append((await visiting.open(segment, it.caller)).answer)
            return before, answers

    assert (0, [Answer.ALLOW, Answer.UNAVAILABLE, Answer.UNAVAILABLE]) == asyncio.run(scenario())


def test_a_document_goes_out_and_in_again(store: Store) -> None:
    """P10: exported, imported and exported again, the bytes are the same, and nothing was stored."""

    async def scenario() -> tuple[str, str, int]:
        async with house(store) as it:
            await it.set(limits=Limits(opens=5, lifetime=timedelta(days=30)))
            first = write_policy(await it.governing.policy(None))
            stored = await it.governing.change(None, read_policy(first, await it.governing.policy(None)))
            return first, write_policy(await it.governing.policy(None)), stored.version

    first, second, version = asyncio.run(scenario())

    assert (first, 2) == (second, version)


def test_a_dry_run_agrees_with_what_visitors_meet(store: Store) -> None:
    """P6: links foretold as suspended are refused afterwards, the others are not; the history tells of the change."""

    async def scenario() -> tuple[set[str], set[str], int]:
        async with house(store) as it:
            made = [await it.share(max_opens=number if number % 2 else None) for number in range(1, 8)]
            wanted = evolve(await it.governing.policy(None), limits=Limits(expiry_demanded=True, opens=5))
            rehearsal = await it.governing.dry_run(None, wanted)
            foretold = {one.link for one in rehearsal.impacts if one.consequence is Consequence.SUSPENDED}
            await it.governing.change(None, wanted)
            refused = {link.id for link, segment in made if await it.answer(segment) is Answer.UNAVAILABLE}
            return set(foretold), set(refused), len(await it.governing.history(None))

    foretold, refused, changes = asyncio.run(scenario())

    assert (7, 1) == (len(foretold), changes)
    assert foretold == refused


def test_of_two_admins_one_is_told_to_look_again(store: Store) -> None:
    """L12: the second of two changes on one version is refused, and leaves no event."""

    async def scenario() -> tuple[int, int, int]:
        async with house(store) as it:
            seen = await it.governing.policy(None)
            await it.governing.change(it.boss, evolve(seen, limits=Limits(opens=5)))
            try:
                await it.governing.change(None, evolve(seen, limits=Limits(opens=9)))
            except StalePolicy as refused:
                current = refused.current
            policy = await it.governing.policy(None)
            assert policy.limits.opens is not None
            return current, policy.limits.opens, len(await it.governing.history(None))

    assert (2, 5, 1) == asyncio.run(scenario())
