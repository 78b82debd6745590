"""The promises of MemberRepository."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve

from exshare_core.accounts import Member
from exshare_core.errors import Taken
from exshare_core.events import Kind
from exshare_core.factors import SecondFactor
from exshare_core.ports import Storage
from exshare_core.testing import strategies
from exshare_core.testing.colleagues import a_site, a_stored_link, added
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.member_sessions import SessionsContract, StepsContract
from exshare_core.testing.samples import (
    NOW,
    a_member,
    after,
    an_event,
    fresh_digest,
    fresh_id,
    fresh_site,
)
from exshare_core.values import AccountId, MemberId, Sealed, Subject


class NamesContract(Contract[Storage]):
    """A name means one member, and a member comes back whole."""

    @law(strategies.members())
    async def test_every_field_of_a_member_survives(self, storage: Storage, value: Member) -> None:
        """A member comes back as given, field by field, by id and by name."""
        site = None if value.site is None else await a_site(storage)
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
        site = await a_site(storage)
        await added(storage, site, setup_digest=fresh_digest())
        await added(storage, site)

        assert await storage.members.get(MemberId(fresh_id())) is None
        assert await storage.members.by_name(fresh_id(), site) is None
        assert await storage.members.by_setup(fresh_digest()) is None

    @promise
    async def test_names_compare_without_case(self, storage: Storage) -> None:
        """A name is found in any case, in any script."""
        site = await a_site(storage)
        end = fresh_id()
        member = await added(storage, site, name=f"Åsa Özil Łęcka Ωmega {end}")

        assert member == await storage.members.by_name(f"åsa özil łęcka ωmega {end}", site)
        assert member == await storage.members.by_name(f"ÅSA ÖZIL ŁĘCKA ΩMEGA {end.upper()}", site)

    @promise
    async def test_a_name_is_taken_without_case(self, storage: Storage) -> None:
        """`add` raises Taken for a name in use on the site in another case; the first holder stays."""
        site = await a_site(storage)
        first = await added(storage, site, name=f"Åsa {fresh_id()}")
        second = a_member(site, name=first.name.upper())
        with pytest.raises(Taken):
            await storage.members.add(second, [])

        assert first == await storage.members.by_name(first.name, site)
        assert await storage.members.get(second.id) is None

    @promise
    async def test_a_name_of_all_sites_is_taken_on_every_site(self, storage: Storage) -> None:
        """`add` raises Taken for a name in use among members of all sites."""
        first = await added(storage, None, admin=True)
        with pytest.raises(Taken):
            await added(storage, await a_site(storage), name=first.name)

        assert first == await storage.members.by_name(first.name, await a_site(storage))

    @promise
    async def test_a_name_on_some_site_is_taken_for_all_sites(self, storage: Storage) -> None:
        """`add` raises Taken for a member of all sites whose name is in use on any site."""
        site = await a_site(storage)
        first = await added(storage, site)
        with pytest.raises(Taken):
            await added(storage, None, name=first.name, admin=True)

        assert first == await storage.members.by_name(first.name, site)

    @promise
    async def test_a_name_may_be_used_on_two_sites(self, storage: Storage) -> None:
        """The same name on two sites means two members; neither is found on the other's site."""
        site, other = await a_site(storage), await a_site(storage)
        first = await added(storage, site)
        second = await added(storage, other, name=first.name)

        assert first == await storage.members.by_name(first.name, site)
        assert second == await storage.members.by_name(first.name, other)
        assert await storage.members.by_name(first.name, None) is None
        assert await storage.members.by_name(first.name, await a_site(storage)) is None

    @promise
    async def test_a_subject_is_of_one_provider_and_site(self, storage: Storage) -> None:
        """Who signs in elsewhere is found by provider and name, byte for byte, on their own site."""
        site, other = await a_site(storage), await a_site(storage)
        subject = Subject("https://login.example.com", f"ada-{fresh_id()}")
        here = await added(storage, site, subject=subject)
        there = await added(storage, other, subject=subject)

        assert here == await storage.members.by_subject(subject, site)
        assert there == await storage.members.by_subject(subject, other)
        for wrong in (evolve(subject, name=subject.name.upper()), evolve(subject, issuer=f"{subject.issuer}/")):
            assert await storage.members.by_subject(wrong, site) is None

    @promise
    async def test_a_member_of_all_sites_is_met_everywhere(self, storage: Storage) -> None:
        """A subject of a member of all sites is found on each, after one of the site itself."""
        site, subject = await a_site(storage), Subject("https://login.example.com", f"ada-{fresh_id()}")
        everywhere = await added(storage, None, admin=True, subject=subject)

        assert everywhere == await storage.members.by_subject(subject, site)

        own = await added(storage, site, subject=subject)

        assert own == await storage.members.by_subject(subject, site)

    @promise
    async def test_a_subject_in_use_is_taken(self, storage: Storage) -> None:
        """Two members of one site never sign in as the same person, whether one is added or changed."""
        site, subject = await a_site(storage), Subject("https://login.example.com", f"ada-{fresh_id()}")
        await added(storage, site, subject=subject)
        second = await added(storage, site)
        with pytest.raises(Taken):
            await added(storage, site, subject=subject)
        with pytest.raises(Taken):
            await storage.members.replace(evolve(second, subject=subject, version=2), [])

        assert second == await storage.members.get(second.id)

    @promise
    async def test_an_identity_leads_to_who_signs_in_nowhere_else(self, storage: Storage) -> None:
        """By a Confluence identity the first member of that site is found who has no subject, and nobody else."""
        site, identity = await a_site(storage), AccountId(f"557058:{fresh_id()}")
        await added(storage, site, identity=identity, subject=Subject("https://login.example.com", fresh_id()))
        await added(storage, None, admin=True, identity=identity)
        await added(storage, await a_site(storage), identity=identity)

        assert await storage.members.by_identity(identity, site) is None

        later = await added(storage, site, identity=identity, created_at=after(hours=1))
        first = await added(storage, site, identity=identity)

        assert first == await storage.members.by_identity(identity, site)
        assert later != first

    @promise
    async def test_replace_stores_every_field_of_a_member(self, storage: Storage) -> None:
        """A changed member comes back with every change; a used set-up digest finds nobody any more."""
        site = await a_site(storage)
        digest = fresh_digest()
        member = await added(storage, site, password_hash=None, setup_digest=digest, setup_expires=after(hours=72))
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
        site = await a_site(storage)
        member = await added(storage, site)
        await storage.members.replace(first := evolve(member, password_hash="first", version=2), [])
        for stale in (evolve(member, version=2), evolve(member, version=4), a_member(site, version=2)):
            with pytest.raises(Taken):
                await storage.members.replace(stale, [])

        assert first == await storage.members.get(member.id)

    @promise
    async def test_a_member_cannot_take_a_name_in_use(self, storage: Storage) -> None:
        """`replace` raises Taken for a name in use on the same site or among members of all sites."""
        site = await a_site(storage)
        member, other = await added(storage, site), await added(storage, site)
        everywhere = await added(storage, None, admin=True)
        for name in (other.name.upper(), everywhere.name):
            with pytest.raises(Taken):
                await storage.members.replace(evolve(member, name=name, version=2), [])

        assert member == await storage.members.get(member.id)
        assert other == await storage.members.by_name(other.name, site)

    @promise
    async def test_of_members_with_one_name_at_once_one_is_added(self, storage: Storage) -> None:
        """Of members who are added under one name at the same moment, one is stored and the others are refused."""
        site = await a_site(storage)
        members = [a_member(site, name=f"ada-{site}") for _ in range(4)]
        results = await asyncio.gather(*(storage.members.add(one, []) for one in members), return_exceptions=True)
        added = [one for one, result in zip(members, results, strict=True) if result is None]

        assert [Taken] * 3 == [type(result) for result in results if result is not None]
        assert added == [one for one in members if await storage.members.get(one.id) is not None]

    @promise
    async def test_of_two_changes_of_a_member_at_once_one_wins(self, storage: Storage) -> None:
        """Of changes made from one version at the same moment, one is stored and all others are refused."""
        member = await added(storage, await a_site(storage))
        changes = [evolve(member, password_hash=f"hash {number}", version=2) for number in range(4)]
        results = await asyncio.gather(*(storage.members.replace(one, []) for one in changes), return_exceptions=True)
        winners = [one for one, result in zip(changes, results, strict=True) if result is None]

        assert [Taken] * 3 == [type(result) for result in results if result is not None]
        assert winners == [await storage.members.get(member.id)]

    @promise
    async def test_writes_of_members_store_their_events(self, storage: Storage) -> None:
        """After `add` and `replace` of a member, their events are there, too."""
        link = await a_stored_link(storage)
        added, changed = an_event(link, Kind.MEMBER_ADDED), an_event(link, Kind.MEMBER_DISABLED)
        await storage.members.add(member := a_member(link.site), [added])
        await storage.members.replace(evolve(member, admin=True, version=2), [changed])

        assert (changed, added) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_a_refused_write_of_a_member_stores_nothing(self, storage: Storage) -> None:
        """A member who is refused for the name or the version leaves no event."""
        link = await a_stored_link(storage)
        member = await added(storage, link.site)
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
        site, other = await a_site(storage), await a_site(storage)
        end = fresh_id()
        late = await added(storage, site, name=f"zoe{end}")
        everywhere = await added(storage, None, name=f"mia{end}", admin=True)
        early = await added(storage, site, name=f"ada{end}")
        elsewhere = await added(storage, other, name=f"eve{end}")
        ours = [member for member in await storage.members.list(site) if member.name.endswith(end)]
        everybody = [member for member in await storage.members.list(None) if member.name.endswith(end)]

        assert [early, everywhere, late] == ours
        assert [early, elsewhere, everywhere, late] == everybody


class MemberRepositoryContract(NamesContract, SessionsContract, StepsContract):
    """All promises of MemberRepository."""
