"""The promises of MemberRepository about browsers that are signed in, or that still owe a second factor."""

from __future__ import annotations

import asyncio

from attrs import evolve

from exshare_core.accounts import MemberSession
from exshare_core.events import Kind
from exshare_core.ports import Storage
from exshare_core.testing import strategies
from exshare_core.testing.colleagues import a_site, a_stored_link, added
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.samples import (
    NOW,
    a_session,
    a_step,
    after,
    an_event,
    fresh_digest,
    fresh_id,
)
from exshare_core.values import MemberId


class SessionsContract(Contract[Storage]):
    """Sessions are kept until they are closed, and judged by nobody here."""

    @promise
    async def test_a_session_is_found_by_its_digest(self, storage: Storage) -> None:
        """`session` gives what was opened, old or not, and None for any other digest."""
        member = await added(storage, await a_site(storage))
        session = a_session(member, began_at=after(days=-9), seen_at=after(days=-8))
        await storage.members.open_session(session, [])

        assert session == await storage.members.session(session.digest)
        assert await storage.members.session(fresh_digest()) is None

    @promise
    async def test_writes_of_sessions_store_their_events(self, storage: Storage) -> None:
        """After `open_session` and `close_session`, their events are there, too."""
        link = await a_stored_link(storage)
        session = a_session(await added(storage, link.site))
        opened, closed = an_event(link, Kind.SIGNED_IN), an_event(link, Kind.SIGNED_OUT)
        await storage.members.open_session(session, [opened])
        await storage.members.close_session(session.digest, [closed])

        assert (closed, opened) == await storage.activity.of_link(link.site, link.id)

    @law(strategies.member_sessions())
    async def test_every_field_of_a_session_survives(self, storage: Storage, value: MemberSession) -> None:
        """A session comes back as given, field by field."""
        session = evolve(value, digest=fresh_digest(), member=MemberId(fresh_id()))
        await storage.members.open_session(session, [])

        assert session == await storage.members.session(session.digest)
        assert (session,) == await storage.members.sessions(session.member)

    @promise
    async def test_sessions_are_of_one_member_and_the_last_used_comes_first(self, storage: Storage) -> None:
        """`sessions` gives every session of the member, old or not, by their last use, and none of others."""
        site = await a_site(storage)
        member, other = await added(storage, site), await added(storage, site)
        seen = [after(minutes=2), after(days=-9), after(minutes=5), NOW]
        opened = [a_session(member, began_at=after(days=-10), seen_at=one) for one in seen]
        for session in (*opened, a_session(other)):
            await storage.members.open_session(session, [])

        assert tuple(opened[place] for place in (2, 0, 3, 1)) == await storage.members.sessions(member.id)
        assert () == await storage.members.sessions(MemberId(fresh_id()))

    @promise
    async def test_touching_a_session_moves_it_forward_only(self, storage: Storage) -> None:
        """`touch_session` stores a later `seen_at` with its network and leaves an earlier one be, and all other fields;
        it opens no session.
        """
        member = await added(storage, await a_site(storage))
        await storage.members.open_session(session := a_session(member), [])
        later = evolve(session, seen_at=after(minutes=5, microseconds=3), network="198.51.100.9")
        await storage.members.touch_session(evolve(later, confirmed_at=None, name="another"))
        await storage.members.touch_session(evolve(session, seen_at=after(minutes=1), network="203.0.113.4"))
        await storage.members.touch_session(unknown := a_session(member))

        assert later == await storage.members.session(session.digest)
        assert await storage.members.session(unknown.digest) is None

    @promise
    async def test_a_renewed_session_has_another_id(self, storage: Storage) -> None:
        """`renew_session` puts every field of the session in the place of the former one, whose id is nobody's then."""
        link = await a_stored_link(storage)
        member = await added(storage, link.site)
        await storage.members.open_session(former := a_session(member), [])
        await storage.members.open_session(other := a_session(member), [])
        event = an_event(link, Kind.SIGNED_IN)
        renewed = evolve(former, digest=fresh_digest(), seen_at=after(minutes=3), confirmed_at=after(minutes=3))

        assert await storage.members.renew_session(former.digest, renewed, [event])
        assert await storage.members.session(former.digest) is None
        assert renewed == await storage.members.session(renewed.digest)
        assert other == await storage.members.session(other.digest)
        assert (event,) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_a_session_that_ended_is_not_renewed(self, storage: Storage) -> None:
        """`renew_session` is False for a session that is gone, and stores neither it nor an event."""
        link = await a_stored_link(storage)
        member = await added(storage, link.site)
        ghost = a_session(member)

        assert not await storage.members.renew_session(fresh_digest(), ghost, [an_event(link)])
        assert await storage.members.session(ghost.digest) is None
        assert () == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_of_renewals_at_once_one_wins(self, storage: Storage) -> None:
        """Of renewals of one session at the same moment one is True, and its session is the only one then."""
        member = await added(storage, await a_site(storage))
        await storage.members.open_session(former := a_session(member), [])
        renewed = [evolve(former, digest=fresh_digest()) for _ in range(4)]
        won = await asyncio.gather(*(storage.members.renew_session(former.digest, one, []) for one in renewed))

        assert [False, False, False, True] == sorted(won)
        assert (renewed[won.index(True)],) == await storage.members.sessions(member.id)

    @promise
    async def test_a_closed_session_is_forgotten(self, storage: Storage) -> None:
        """`close_session` forgets that session and no other; closing an unknown one is fine."""
        member = await added(storage, await a_site(storage))
        closed, kept = a_session(member), a_session(member)
        await storage.members.open_session(closed, [])
        await storage.members.open_session(kept, [])
        await storage.members.close_session(closed.digest, [])
        await storage.members.close_session(fresh_digest(), [])

        assert await storage.members.session(closed.digest) is None
        assert kept == await storage.members.session(kept.digest)

    @promise
    async def test_closing_all_sessions_is_of_one_member(self, storage: Storage) -> None:
        """`close_sessions` forgets every session and step of the member and none of others, and says how many sessions
        there were.
        """
        site = await a_site(storage)
        member, other = await added(storage, site), await added(storage, site)
        sessions = [a_session(member), a_session(member, seen_at=NOW), a_session(other)]
        for session in sessions:
            await storage.members.open_session(session, [])
        steps = [a_step(member), a_step(other)]
        for step in steps:
            await storage.members.open_step(step)

        assert 2 == await storage.members.close_sessions(member.id)
        assert [None, None, sessions[2]] == [await storage.members.session(one.digest) for one in sessions]
        assert [None, steps[1]] == [await storage.members.step(one.digest) for one in steps]
        assert 0 == await storage.members.close_sessions(member.id)

    @promise
    async def test_one_session_is_closed_by_its_name(self, storage: Storage) -> None:
        """`close_sessions` with a name forgets the member's session of that name, and neither others nor steps."""
        site = await a_site(storage)
        member, other = await added(storage, site), await added(storage, site)
        closed, kept = a_session(member), a_session(member)
        namesake = a_session(other, name=closed.name)
        for session in (closed, kept, namesake):
            await storage.members.open_session(session, [])
        await storage.members.open_step(step := a_step(member))

        assert 1 == await storage.members.close_sessions(member.id, name=closed.name)
        assert [None, kept, namesake] == [await storage.members.session(one.digest) for one in (closed, kept, namesake)]
        assert step == await storage.members.step(step.digest)

    @promise
    async def test_all_sessions_but_one_are_closed(self, storage: Storage) -> None:
        """`close_sessions` leaves the session whose digest it is given, and stores its events."""
        link = await a_stored_link(storage)
        member = await added(storage, link.site)
        kept, *closed = (a_session(member) for _ in range(3))
        for session in (kept, *closed):
            await storage.members.open_session(session, [])
        event = an_event(link, Kind.SIGNED_OUT)

        assert 2 == await storage.members.close_sessions(member.id, [event], but=kept.digest)
        assert (kept,) == await storage.members.sessions(member.id)
        assert (event,) == await storage.activity.of_link(link.site, link.id)


class StepsContract(Contract[Storage]):
    """A sign-in that owes a second factor is kept until it is closed, once."""

    @promise
    async def test_a_step_is_found_by_its_digest(self, storage: Storage) -> None:
        """`step` gives what was opened, old or not, and None for any other digest; it is no session."""
        member = await added(storage, await a_site(storage))
        step = a_step(member, began_at=after(days=-9, microseconds=7))
        await storage.members.open_step(step)

        assert step == await storage.members.step(step.digest)
        assert await storage.members.step(fresh_digest()) is None
        assert await storage.members.session(step.digest) is None
        assert () == await storage.members.sessions(member.id)

    @promise
    async def test_a_step_is_closed_once(self, storage: Storage) -> None:
        """Of those who close one step at the same moment one is told True; other steps stay."""
        member = await added(storage, await a_site(storage))
        step, other = a_step(member), a_step(member)
        await storage.members.open_step(step)
        await storage.members.open_step(other)
        closed = await asyncio.gather(*(storage.members.close_step(step.digest) for _ in range(4)))

        assert [False, False, False, True] == sorted(closed)
        assert await storage.members.step(step.digest) is None
        assert other == await storage.members.step(other.digest)
        assert not await storage.members.close_step(fresh_digest())

    @promise
    async def test_closing_all_steps_is_of_one_member(self, storage: Storage) -> None:
        """`close_steps` forgets every step of the member, none of others, and no session."""
        site = await a_site(storage)
        member, other = await added(storage, site), await added(storage, site)
        steps = [a_step(member), a_step(member), a_step(other)]
        for step in steps:
            await storage.members.open_step(step)
        await storage.members.open_session(session := a_session(member), [])
        await storage.members.close_steps(member.id)

        assert [None, None, steps[2]] == [await storage.members.step(one.digest) for one in steps]
        assert session == await storage.members.session(session.digest)
