"""The promises of MemberRepository."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve

from exshare_core.accounts import Member, MemberSession
from exshare_core.errors import Taken
from exshare_core.events import Kind
from exshare_core.factors import SecondFactor
from exshare_core.links import ShareLink
from exshare_core.ports import Storage
from exshare_core.testing import strategies
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.samples import (
    NOW,
    a_link,
    a_member,
    a_session,
    a_step,
    after,
    an_address,
    an_event,
    fresh_digest,
    fresh_id,
    fresh_site,
)
from exshare_core.values import AccountId, MemberId, Sealed, SiteId, Subject


async def _site(storage: Storage) -> SiteId:
    site = fresh_site()
    await storage.policies.ensure_site(site)
    return site


async def _added(storage: Storage, site: SiteId | None, **changes: object) -> Member:
    member = a_member(site, **changes)
    await storage.members.add(member, [])
    return member


async def _link(storage: Storage) -> ShareLink:
    """A link whose activity shows which events were stored."""
    link = a_link(await _site(storage))
    await storage.links.add(link, an_address(link), [])
    return link


class NamesContract(Contract[Storage]):
    """A name means one member, and a member comes back whole."""

    @law(strategies.members())
    async def test_every_field_of_a_member_survives(self, storage: Storage, value: Member) -> None:
        """A member comes back as given, field by field, by id and by name."""
        site = None if value.site is None else await _site(storage)
        member = evolve(
            value,
            id=MemberId(fresh_id()),
            site=site,
            name=f"{value.name[:60]} {fresh_id()}",
            setup_digest=None if value.setup_digest is None else fresh_digest(),
            subject=None
            if value.subject is None
            else Subject(value.subject.issuer, f"{value.subject.name} {fresh_id()}"),
        )
        await storage.members.add(member, [])

        assert member == await storage.members.get(member.id)
        assert member == await storage.members.by_name(member.name, site)
        if member.setup_digest is not None:
            assert member == await storage.members.by_setup(member.setup_digest)
        if member.subject is not None:
            assert member == await storage.members.by_subject(member.subject, site or fresh_site())

    @promise
    async def test_unknown_members_are_none(self, storage: Storage) -> None:
        """There is no member under an id, name or set-up digest that was never stored."""
        site = await _site(storage)
        await _added(storage, site, setup_digest=fresh_digest())
        await _added(storage, site)

        assert await storage.members.get(MemberId(fresh_id())) is None
        assert await storage.members.by_name(fresh_id(), site) is None
        assert await storage.members.by_setup(fresh_digest()) is None

    @promise
    async def test_names_compare_without_case(self, storage: Storage) -> None:
        """A name is found in any case, in any script."""
        site = await _site(storage)
        end = fresh_id()
        member = await _added(storage, site, name=f"Åsa Özil Łęcka Ωmega {end}")

        assert member == await storage.members.by_name(f"åsa özil łęcka ωmega {end}", site)
        assert member == await storage.members.by_name(f"ÅSA ÖZIL ŁĘCKA ΩMEGA {end.upper()}", site)

    @promise
    async def test_a_name_is_taken_without_case(self, storage: Storage) -> None:
        """`add` raises Taken for a name in use on the site in another case; the first holder stays."""
        site = await _site(storage)
        first = await _added(storage, site, name=f"Åsa {fresh_id()}")
        second = a_member(site, name=first.name.upper())
        with pytest.raises(Taken):
            await storage.members.add(second, [])

        assert first == await storage.members.by_name(first.name, site)
        assert await storage.members.get(second.id) is None

    @promise
    async def test_a_name_of_all_sites_is_taken_on_every_site(self, storage: Storage) -> None:
        """`add` raises Taken for a name in use among members of all sites."""
        first = await _added(storage, None, admin=True)
        with pytest.raises(Taken):
            await _added(storage, await _site(storage), name=first.name)

        assert first == await storage.members.by_name(first.name, await _site(storage))

    @promise
    async def test_a_name_on_some_site_is_taken_for_all_sites(self, storage: Storage) -> None:
        """`add` raises Taken for a member of all sites whose name is in use on any site."""
        site = await _site(storage)
        first = await _added(storage, site)
        with pytest.raises(Taken):
            await _added(storage, None, name=first.name, admin=True)

        assert first == await storage.members.by_name(first.name, site)

    @promise
    async def test_a_name_may_be_used_on_two_sites(self, storage: Storage) -> None:
        """The same name on two sites means two members; neither is found on the other's site."""
        site, other = await _site(storage), await _site(storage)
        first = await _added(storage, site)
        second = await _added(storage, other, name=first.name)

        assert first == await storage.members.by_name(first.name, site)
        assert second == await storage.members.by_name(first.name, other)
        assert await storage.members.by_name(first.name, None) is None
        assert await storage.members.by_name(first.name, await _site(storage)) is None

    @promise
    async def test_a_subject_is_of_one_provider_and_site(self, storage: Storage) -> None:
        """Who signs in elsewhere is found by provider and name, byte for byte, on their own site."""
        site, other = await _site(storage), await _site(storage)
        subject = Subject("https://login.example.com", f"ada-{fresh_id()}")
        here = await _added(storage, site, subject=subject)
        there = await _added(storage, other, subject=subject)

        assert here == await storage.members.by_subject(subject, site)
        assert there == await storage.members.by_subject(subject, other)
        for wrong in (evolve(subject, name=subject.name.upper()), evolve(subject, issuer=f"{subject.issuer}/")):
            assert await storage.members.by_subject(wrong, site) is None

    @promise
    async def test_a_member_of_all_sites_is_met_everywhere(self, storage: Storage) -> None:
        """A subject of a member of all sites is found on each, after one of the site itself."""
        site, subject = await _site(storage), Subject("https://login.example.com", f"ada-{fresh_id()}")
        everywhere = await _added(storage, None, admin=True, subject=subject)

        assert everywhere == await storage.members.by_subject(subject, site)

        own = await _added(storage, site, subject=subject)

        assert own == await storage.members.by_subject(subject, site)

    @promise
    async def test_a_subject_in_use_is_taken(self, storage: Storage) -> None:
        """Two members of one site never sign in as the same person, whether one is added or changed."""
        site, subject = await _site(storage), Subject("https://login.example.com", f"ada-{fresh_id()}")
        await _added(storage, site, subject=subject)
        second = await _added(storage, site)
        with pytest.raises(Taken):
            await _added(storage, site, subject=subject)
        with pytest.raises(Taken):
            await storage.members.replace(evolve(second, subject=subject, version=2), [])

        assert second == await storage.members.get(second.id)

    @promise
    async def test_an_identity_leads_to_who_signs_in_nowhere_else(self, storage: Storage) -> None:
        """By a Confluence identity the first member of that site is found who has no subject, and nobody else."""
        site, identity = await _site(storage), AccountId(f"557058:{fresh_id()}")
        await _added(storage, site, identity=identity, subject=Subject("https://login.example.com", fresh_id()))
        await _added(storage, None, admin=True, identity=identity)
        await _added(storage, await _site(storage), identity=identity)

        assert await storage.members.by_identity(identity, site) is None

        later = await _added(storage, site, identity=identity, created_at=after(hours=1))
        first = await _added(storage, site, identity=identity)

        assert first == await storage.members.by_identity(identity, site)
        assert later != first

    @promise
    async def test_replace_stores_every_field_of_a_member(self, storage: Storage) -> None:
        """A changed member comes back with every change; a used set-up digest finds nobody any more."""
        site = await _site(storage)
        digest = fresh_digest()
        member = await _added(storage, site, password_hash=None, setup_digest=digest, setup_expires=after(hours=72))
        changed = evolve(
            member, admin=True, identity=None, password_hash="new", setup_digest=None, setup_expires=None,
            disabled=True, version=2, factor=SecondFactor(Sealed(b"\x00sealed"), 41152263, (fresh_digest(),), NOW),
        )  # fmt: skip
        await storage.members.replace(changed, [])

        assert changed == await storage.members.get(member.id)
        assert await storage.members.by_setup(digest) is None
        await storage.members.replace(without := evolve(changed, factor=None, version=3), [])
        assert without == await storage.members.get(member.id)

    @promise
    async def test_a_stale_member_is_refused(self, storage: Storage) -> None:
        """`replace` raises Taken unless the stored version is one less, and then changes nothing."""
        site = await _site(storage)
        member = await _added(storage, site)
        await storage.members.replace(first := evolve(member, password_hash="first", version=2), [])
        for stale in (evolve(member, version=2), evolve(member, version=4), a_member(site, version=2)):
            with pytest.raises(Taken):
                await storage.members.replace(stale, [])

        assert first == await storage.members.get(member.id)

    @promise
    async def test_a_member_cannot_take_a_name_in_use(self, storage: Storage) -> None:
        """`replace` raises Taken for a name in use on the same site or among members of all sites."""
        site = await _site(storage)
        member, other = await _added(storage, site), await _added(storage, site)
        everywhere = await _added(storage, None, admin=True)
        for name in (other.name.upper(), everywhere.name):
            with pytest.raises(Taken):
                await storage.members.replace(evolve(member, name=name, version=2), [])

        assert member == await storage.members.get(member.id)
        assert other == await storage.members.by_name(other.name, site)

    @promise
    async def test_of_members_with_one_name_at_once_one_is_added(self, storage: Storage) -> None:
        """Of members who are added under one name at the same moment, one is stored and the others are refused."""
        site = await _site(storage)
        members = [a_member(site, name=f"ada-{site}") for _ in range(4)]
        results = await asyncio.gather(*(storage.members.add(one, []) for one in members), return_exceptions=True)
        added = [one for one, result in zip(members, results, strict=True) if result is None]

        assert [Taken] * 3 == [type(result) for result in results if result is not None]
        assert added == [one for one in members if await storage.members.get(one.id) is not None]

    @promise
    async def test_of_two_changes_of_a_member_at_once_one_wins(self, storage: Storage) -> None:
        """Of changes made from one version at the same moment, one is stored and all others are refused."""
        member = await _added(storage, await _site(storage))
        changes = [evolve(member, password_hash=f"hash {number}", version=2) for number in range(4)]
        results = await asyncio.gather(*(storage.members.replace(one, []) for one in changes), return_exceptions=True)
        winners = [one for one, result in zip(changes, results, strict=True) if result is None]

        assert [Taken] * 3 == [type(result) for result in results if result is not None]
        assert winners == [await storage.members.get(member.id)]

    @promise
    async def test_writes_of_members_store_their_events(self, storage: Storage) -> None:
        """After `add` and `replace` of a member, their events are there, too."""
        link = await _link(storage)
        added, changed = an_event(link, Kind.MEMBER_ADDED), an_event(link, Kind.MEMBER_DISABLED)
        await storage.members.add(member := a_member(link.site), [added])
        await storage.members.replace(evolve(member, admin=True, version=2), [changed])

        assert (changed, added) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_a_refused_write_of_a_member_stores_nothing(self, storage: Storage) -> None:
        """A member who is refused for the name or the version leaves no event."""
        link = await _link(storage)
        member = await _added(storage, link.site)
        with pytest.raises(Taken):
            await storage.members.add(a_member(link.site, name=member.name), [an_event(link)])
        with pytest.raises(Taken):
            await storage.members.replace(evolve(member, version=3), [an_event(link)])

        assert () == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_a_list_of_members_is_of_a_site_and_of_all_sites(self, storage: Storage) -> None:
        """`list` gives the members of the site and of all sites by name,
        and everybody when no site is named.
        """
        site, other = await _site(storage), await _site(storage)
        end = fresh_id()
        late = await _added(storage, site, name=f"zoe{end}")
        everywhere = await _added(storage, None, name=f"mia{end}", admin=True)
        early = await _added(storage, site, name=f"ada{end}")
        elsewhere = await _added(storage, other, name=f"eve{end}")
        ours = [member for member in await storage.members.list(site) if member.name.endswith(end)]
        everybody = [member for member in await storage.members.list(None) if member.name.endswith(end)]

        assert [early, everywhere, late] == ours
        assert [early, elsewhere, everywhere, late] == everybody


class SessionsContract(Contract[Storage]):
    """Sessions are kept until they are closed, and judged by nobody here."""

    @promise
    async def test_a_session_is_found_by_its_digest(self, storage: Storage) -> None:
        """`session` gives what was opened, old or not, and None for any other digest."""
        member = await _added(storage, await _site(storage))
        session = a_session(member, began_at=after(days=-9), seen_at=after(days=-8))
        await storage.members.open_session(session, [])

        assert session == await storage.members.session(session.digest)
        assert await storage.members.session(fresh_digest()) is None

    @promise
    async def test_writes_of_sessions_store_their_events(self, storage: Storage) -> None:
        """After `open_session` and `close_session`, their events are there, too."""
        link = await _link(storage)
        session = a_session(await _added(storage, link.site))
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
        site = await _site(storage)
        member, other = await _added(storage, site), await _added(storage, site)
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
        member = await _added(storage, await _site(storage))
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
        link = await _link(storage)
        member = await _added(storage, link.site)
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
        link = await _link(storage)
        member = await _added(storage, link.site)
        ghost = a_session(member)

        assert not await storage.members.renew_session(fresh_digest(), ghost, [an_event(link)])
        assert await storage.members.session(ghost.digest) is None
        assert () == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_of_renewals_at_once_one_wins(self, storage: Storage) -> None:
        """Of renewals of one session at the same moment one is True, and its session is the only one then."""
        member = await _added(storage, await _site(storage))
        await storage.members.open_session(former := a_session(member), [])
        renewed = [evolve(former, digest=fresh_digest()) for _ in range(4)]
        won = await asyncio.gather(*(storage.members.renew_session(former.digest, one, []) for one in renewed))

        assert [False, False, False, True] == sorted(won)
        assert (renewed[won.index(True)],) == await storage.members.sessions(member.id)

    @promise
    async def test_a_closed_session_is_forgotten(self, storage: Storage) -> None:
        """`close_session` forgets that session and no other; closing an unknown one is fine."""
        member = await _added(storage, await _site(storage))
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
        site = await _site(storage)
        member, other = await _added(storage, site), await _added(storage, site)
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
        site = await _site(storage)
        member, other = await _added(storage, site), await _added(storage, site)
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
        link = await _link(storage)
        member = await _added(storage, link.site)
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
        member = await _added(storage, await _site(storage))
        step = a_step(member, began_at=after(days=-9, microseconds=7))
        await storage.members.open_step(step)

        assert step == await storage.members.step(step.digest)
        assert await storage.members.step(fresh_digest()) is None
        assert await storage.members.session(step.digest) is None
        assert () == await storage.members.sessions(member.id)

    @promise
    async def test_a_step_is_closed_once(self, storage: Storage) -> None:
        """Of those who close one step at the same moment one is told True; other steps stay."""
        member = await _added(storage, await _site(storage))
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
        site = await _site(storage)
        member, other = await _added(storage, site), await _added(storage, site)
        steps = [a_step(member), a_step(member), a_step(other)]
        for step in steps:
            await storage.members.open_step(step)
        await storage.members.open_session(session := a_session(member), [])
        await storage.members.close_steps(member.id)

        assert [None, None, steps[2]] == [await storage.members.step(one.digest) for one in steps]
        assert session == await storage.members.session(session.digest)


class MemberRepositoryContract(NamesContract, SessionsContract, StepsContract):
    """All promises of MemberRepository."""
