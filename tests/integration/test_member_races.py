"""Members who sign in at once, over each store: a code opens one session, and guesses at once go no further (G7)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address

from attrs import frozen

from exshare_adapters.system import SystemTokens
from exshare_core.accounts import Member
from exshare_core.membership import Membership
from exshare_core.ports import Storage
from exshare_core.testing import AuthenticatorApp, CheapHasher, CountingAuthenticatorCodes, FakeClock, FakeVault
from exshare_core.testing.samples import fresh_id, fresh_site
from exshare_core.values import SiteId
from tests.integration.stores import Store

HOME = ip_address("192.0.2.7")
PASSWORD = "lamp oil and a wick"
AT_ONCE = 24


@frozen
class Flat:
    """One member with an authenticator app, over a real store."""

    site: SiteId
    storage: Storage
    membership: Membership
    clock: FakeClock
    member: Member
    app: AuthenticatorApp
    recovery: tuple[str, ...]

    async def step(self) -> str:
        """A browser that owes the code."""
        step = (await self.membership.sign_in(self.site, self.member.name, PASSWORD, HOME)).step
        assert step is not None
        return step

    async def sessions(self) -> int:
        """How many sessions the member has."""
        return len(await self.storage.members.sessions(self.member.id))


@asynccontextmanager
async def flat(store: Store) -> AsyncIterator[Flat]:
    """A flat whose member has set up an app half a minute ago and is signed in nowhere."""
    async with store.open() as storage:
        site, clock = fresh_site(), FakeClock()
        ports = (storage, clock, SystemTokens(), CheapHasher(), FakeVault())
        membership = Membership(*ports, CountingAuthenticatorCodes())
        member, _ = await membership.add(f"ada-{fresh_id()}", site=site, password=PASSWORD)
        present = await membership.present((await membership.sign_in(site, member.name, PASSWORD, HOME)).session)
        assert present is not None
        proposal = await membership.factor_proposal(present)
        assert proposal is not None
        app = AuthenticatorApp.scan(proposal.uri)
        done = await membership.set_factor(present, proposal.ticket, app.code(clock.now()), end_others=True)
        await membership.end_all_sessions(member.id)
        clock.forward(seconds=30)
        yield Flat(site, storage, membership, clock, member, app, done.recovery)


def test_of_one_code_at_many_browsers_at_once_one_comes_in(store: Store) -> None:
    """ASVS 6.5.1: each browser has its own step and the same code of the app; then the same recovery code."""

    async def scenario() -> list[int]:
        async with flat(store) as ada:
            counts = []
            for code in (ada.app.code(ada.clock.now()), ada.recovery[0]):
                steps = [await ada.step() for _ in range(AT_ONCE)]
                networks = [ip_address(f"198.51.100.{number}") for number in range(AT_ONCE)]
                outcomes = await asyncio.gather(
                    *(ada.membership.bring_code(*each) for each in zip(steps, [code] * AT_ONCE, networks, strict=True))
                )
                counts += [sum(one.session is not None for one in outcomes), await ada.sessions()]
                await ada.membership.end_all_sessions(ada.member.id)
                await ada.storage.guesses.right(await _counters(ada))
            return counts

    assert [1, 1, 1, 1] == asyncio.run(scenario())


def test_of_one_step_brought_many_times_at_once_one_session_comes(store: Store) -> None:
    """The step is used up once, however often its form is sent."""

    async def scenario() -> tuple[int, int]:
        async with flat(store) as ada:
            step, code = await ada.step(), ada.app.code(ada.clock.now())
            outcomes = await asyncio.gather(*(ada.membership.bring_code(step, code, HOME) for _ in range(AT_ONCE)))
            return sum(one.session is not None for one in outcomes), await ada.sessions()

    assert (1, 1) == asyncio.run(scenario())


def test_passwords_that_are_tried_at_once_go_no_further_than_one_after_another(store: Store) -> None:
    """G7: five for a name from one network, ten for a name from many; the others are told to wait."""

    async def scenario() -> tuple[int, int]:
        async with flat(store) as ada:
            name = f"nobody-{fresh_id()}"
            one = [ada.membership.sign_in(ada.site, name, "a wrong pass phrase", HOME) for _ in range(AT_ONCE)]
            from_one = await asyncio.gather(*one)
            many = [
                ada.membership.sign_in(ada.site, f"{name}-too", "a wrong one", ip_address(f"198.51.100.{number}"))
                for number in range(AT_ONCE)
            ]
            from_many = await asyncio.gather(*many)
            return sum(not each.wait for each in from_one), sum(not each.wait for each in from_many)

    assert (5, 10) == asyncio.run(scenario())


def test_a_session_is_renewed_once(store: Store) -> None:
    """Who shows who they are twice at once has one session after it, as before."""

    async def scenario() -> tuple[int, int]:
        async with flat(store) as ada:
            signed_in = await ada.membership.bring_code(await ada.step(), ada.app.code(ada.clock.now()), HOME)
            present = await ada.membership.present(signed_in.session)
            assert present is not None
            done = await asyncio.gather(*(ada.membership.confirm(present, PASSWORD) for _ in range(4)))
            return sum(one.session is not None for one in done), await ada.sessions()

    assert (1, 1) == asyncio.run(scenario())


async def _counters(ada: Flat) -> list[bytes]:
    """The counters that wrong codes of the member have filled."""
    door = ada.membership._code_door
    return [await door._key("name", ada.member.id)]
