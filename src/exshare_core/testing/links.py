"""The promises of LinkRepository: storing and finding links. Changes, visits and lists are joined from their modules."""

from __future__ import annotations

from datetime import datetime

import pytest
from attrs import evolve

from exshare_core.errors import ExshareError, Taken
from exshare_core.governance import SitePolicy
from exshare_core.links import LinkState, Scope
from exshare_core.policy import Layer, Limits
from exshare_core.ports import Storage
from exshare_core.testing import strategies
from exshare_core.testing.changing import ChangingContract
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.keeping import found_by, keep, record_of, renamed, waiting
from exshare_core.testing.listing import ListingContract
from exshare_core.testing.machine import MachineContract
from exshare_core.testing.narrowing import NarrowingContract
from exshare_core.testing.restricting import a_change, a_policy, restrict
from exshare_core.testing.samples import (
    FAR,
    SPACE,
    a_letter,
    a_link,
    a_member,
    after,
    an_address,
    an_event,
    fresh_digest,
    fresh_id,
    fresh_site,
)
from exshare_core.testing.strategies import Stored
from exshare_core.testing.sweeping import SweepingContract
from exshare_core.testing.visits import VisitsContract
from exshare_core.values import LinkId, PageId, SpaceKey


class StoringContract(Contract[Storage]):
    """Links are stored whole and found by digest."""

    @law(strategies.links_with_address())
    async def test_every_field_survives(self, storage: Storage, value: Stored) -> None:
        """A link and its address come back as they were given, field by field,
        whichever way they are looked up.
        """
        stored = renamed(value)
        await keep(storage, stored.link, stored.address)
        found = await found_by(storage, stored.address)
        record = await record_of(storage, stored.link)

        assert (stored.link, stored.address, 0) == (found.link, found.address, found.opens)
        assert (stored.link, (stored.address,), 0) == (record.link, record.addresses, record.opens)
        assert record == await storage.links.get_by_digest(stored.address.digest)

    @promise
    async def test_times_stay_utc_to_the_microsecond(self, storage: Storage) -> None:
        """No microsecond is lost, and times come back in UTC with a zone."""
        link = a_link(fresh_site(), created_at=after(microseconds=1), changed_at=after(microseconds=999_999))
        address = an_address(link, valid_until=after(days=1, microseconds=7))
        await keep(storage, link, address)
        found = await found_by(storage, address)

        assert "2026-05-15T12:30:15.123457+00:00" == found.link.created_at.isoformat()
        assert "2026-05-15T12:30:16.123455+00:00" == found.link.changed_at.isoformat()
        assert address == found.address

    @promise
    async def test_a_digest_that_was_never_stored_finds_nothing(self, storage: Storage) -> None:
        """`find` and `get_by_digest` are None for a digest that was never stored."""
        await keep(storage, link := a_link(fresh_site()), an_address(link))
        digest = fresh_digest()

        assert await storage.links.find(digest, fresh_digest()) is None
        assert await storage.links.get_by_digest(digest) is None

    @promise
    async def test_a_digest_is_matched_byte_for_byte(self, storage: Storage) -> None:
        """Digests that differ by case, by trailing zeros or blanks, or by one bit are different digests."""
        start = fresh_digest()[:20]
        link = a_link(fresh_site())
        await keep(storage, link, an_address(link, digest=start + b"abcdefgh\xe4\xc3\xa4\x00"))
        others = [
            b"ABCDEFGH\xe4\xc3\xa4\x00",
            b"abcdefgh\xc4\xc3\xa4\x00",
            b"abcdefgh\xe4\xc3\xa4 ",
            b"abcdefgh\xe4\xc3\xa4\x01",
        ]

        for other in others:
            assert await storage.links.find(start + other, None) is None
            assert await storage.links.get_by_digest(start + other) is None

    @pytest.mark.parametrize(
        ("state", "expires_at", "revoked_at", "valid_until"),
        [
            (LinkState.DELETED, None, None, None),
            (LinkState.DISABLED, None, None, None),
            (LinkState.ACTIVE, after(days=-1), None, None),
            (LinkState.ACTIVE, None, after(days=-1), None),
            (LinkState.ACTIVE, None, None, after(days=-1)),
        ],
        ids=["deleted", "disabled", "expired", "rotated out", "address out of date"],
    )
    def test_dead_links_come_back_like_living_ones(
        self,
        state: LinkState,
        expires_at: datetime | None,
        revoked_at: datetime | None,
        valid_until: datetime | None,
    ) -> None:
        """Storage judges nothing: deleted, disabled,
        expired and rotated-out links are found like any other.
        """

        async def scenario(storage: Storage) -> None:
            link = a_link(fresh_site(), state=state)
            link = evolve(link, wish=evolve(link.wish, expires_at=expires_at))
            address = an_address(link, revoked_at=revoked_at, valid_until=valid_until)
            await keep(storage, link, address)
            found = await found_by(storage, address)

            assert (link, address) == (found.link, found.address)
            assert link == (await record_of(storage, link)).link

        with self.opened() as opened:
            opened.run(scenario(opened.subject))

    @promise
    async def test_a_link_of_another_site_is_not_given(self, storage: Storage) -> None:
        """`get` is None for a link of another site, for an unknown link, and for an unknown site."""
        link, other = a_link(fresh_site()), a_link(fresh_site())
        await keep(storage, link, an_address(link))
        await keep(storage, other, an_address(other))

        assert await storage.links.get(other.site, link.id) is None
        assert await storage.links.get(link.site, LinkId(fresh_id())) is None
        assert await storage.links.get(fresh_site(), link.id) is None

    @promise
    async def test_a_link_comes_with_its_layers_and_switches(self, storage: Storage) -> None:
        """`find` and `get` give the layers above the link and its switches as they are at that moment."""
        link = a_link(fresh_site())
        address = an_address(link)
        await keep(storage, link, address)
        layer = Layer(f"space {SPACE}", Limits(opens=3))
        await restrict(storage, link.site, layer.name, layer.limits)
        await storage.policies.switch(link.site, SPACE, False, [])
        found, record = await found_by(storage, address), await record_of(storage, link)

        assert ("site", "configuration default", f"space {SPACE}") == tuple(one.name for one in found.layers)
        assert layer == found.layers[-1]
        assert (True, False) == (found.switches.site_on, found.switches.space_on)
        assert (found.layers, found.switches) == (record.layers, record.switches)

    @promise
    async def test_a_link_says_whether_its_owner_has_left(self, storage: Storage) -> None:
        """`find`, `get`, `list` and `sweep` say so while the owner is locked out, and of nobody else's links."""
        site = fresh_site()
        await storage.policies.ensure_site(site)
        owner, other = a_member(site), a_member(site, disabled=True)
        for member in (owner, other):
            await storage.members.add(member, [])
        link, theirs = a_link(site, owner=owner.id), a_link(site, owner=other.id)
        unknown = a_link(site)
        addresses = {one.id: an_address(one) for one in (link, theirs, unknown)}
        for one in (link, theirs, unknown):
            await storage.links.add(one, addresses[one.id], [])
        seen = []
        for disabled in (False, True, False):
            if disabled is not owner.disabled:
                owner = evolve(owner, disabled=disabled, version=owner.version + 1)
                await storage.members.replace(owner, [])
            found = {one.id: (await found_by(storage, addresses[one.id])).switches for one in (link, theirs, unknown)}
            got = {one.id: (await record_of(storage, one)).switches for one in (link, theirs, unknown)}
            listed = {one.link.id: one.switches for one in await storage.links.list(site)}
            swept = {one.link.id: one.owner_in for one in await storage.links.sweep(site)}
            seen.append([found[one.id].owner_in for one in (link, theirs, unknown)])

            assert found == got == listed
            assert {key: one.owner_in for key, one in found.items()} == swept

        assert [[True, False, True], [False, False, True], [True, False, True]] == seen

    @law(strategies.site_policies())
    async def test_a_link_has_the_layers_of_its_space(self, storage: Storage, policy: SitePolicy) -> None:
        """`find`, `get` and `list` give what the policy says of the link's space, with its own configuration and with
        what layers were before, however the link writes the key.
        """
        site = fresh_site()
        await storage.policies.ensure_site(site)
        for kept in (a_policy(site), evolve(policy, site=site, version=3)):
            await storage.policies.replace(kept, [], a_change(kept))
            for space in (*kept.spaces, SpaceKey("~nobody")):
                link = a_link(site, scope=Scope(PageId("1"), SpaceKey(space.lower())))
                address = an_address(link)
                await storage.links.add(link, address, [])
                found, record = await found_by(storage, address), await record_of(storage, link)
                (listed,) = (one for one in await storage.links.list(site) if one.link.id == link.id)

                assert kept.layers(space) == found.layers
                assert (found.layers, found.layers) == (record.layers, listed.layers)

    @promise
    async def test_add_stores_link_events_and_letters_together(self, storage: Storage) -> None:
        """After `add`, the link, its address, its events and its letters are all there."""
        await storage.outbox.purge(FAR)
        link = a_link(fresh_site())
        address, event, letter = an_address(link), an_event(link), a_letter(link.site)
        await storage.policies.ensure_site(link.site)
        await storage.links.add(link, address, [event], [letter])

        assert link == (await found_by(storage, address)).link
        assert (event,) == await storage.activity.of_link(link.site, link.id)
        assert {letter.id} == await waiting(storage, letter.id)

    @promise
    async def test_add_that_fails_stores_nothing(self, storage: Storage) -> None:
        """When `add` is refused for its digest, neither the link nor its events nor its letters are there."""
        await storage.outbox.purge(FAR)
        first = a_link(fresh_site())
        address = an_address(first)
        await keep(storage, first, address)
        second, letter = a_link(first.site), a_letter(first.site)
        with pytest.raises(Taken):
            await storage.links.add(second, an_address(second, digest=address.digest), [an_event(second)], [letter])

        assert await storage.links.get(second.site, second.id) is None
        assert () == await storage.activity.of_link(second.site, second.id)
        assert set() == await waiting(storage, letter.id)

    @promise
    async def test_add_that_fails_half_way_stores_nothing(self, storage: Storage) -> None:
        """Two letters with one id cannot both be kept: then all of the write is there, or nothing."""
        await storage.outbox.purge(FAR)
        link = a_link(fresh_site())
        address, letter = an_address(link), a_letter(link.site)
        await storage.policies.ensure_site(link.site)
        try:
            await storage.links.add(link, address, [an_event(link)], [letter, letter])
            whole = True
        except ExshareError:
            whole = False

        assert whole == (await storage.links.find(address.digest, None) is not None)
        assert whole == bool(await storage.activity.of_link(link.site, link.id))
        assert whole == bool(await waiting(storage, letter.id))

    @promise
    async def test_a_taken_id_is_refused(self, storage: Storage) -> None:
        """`add` raises Taken for an id in use on the site, and leaves the first holder as it was."""
        first = a_link(fresh_site())
        address = an_address(first)
        await keep(storage, first, address)
        second = evolve(first, name="another")
        other = an_address(second)
        with pytest.raises(Taken):
            await storage.links.add(second, other, [])

        assert (first, (address,)) == ((record := await record_of(storage, first)).link, record.addresses)
        assert await storage.links.find(other.digest, None) is None

    @promise
    async def test_a_taken_digest_keeps_its_first_holder(self, storage: Storage) -> None:
        """`add` raises Taken for a digest in use on any site; the address leads where it led before."""
        first, second = a_link(fresh_site()), a_link(fresh_site())
        address = an_address(first)
        await keep(storage, first, address)
        with pytest.raises(Taken):
            await keep(storage, second, an_address(second, digest=address.digest))

        assert (first, address) == ((found := await found_by(storage, address)).link, found.address)


class LinkRepositoryContract(
    StoringContract,
    ChangingContract,
    VisitsContract,
    ListingContract,
    NarrowingContract,
    SweepingContract,
    MachineContract,
):
    """All promises of LinkRepository."""
