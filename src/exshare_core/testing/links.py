"""The promises of LinkRepository: storing, finding and changing links.
Visits and lists are joined from their modules.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from attrs import evolve
from hypothesis import strategies as st

from exshare_core.errors import ExshareError, NotFound, StaleLink, Taken
from exshare_core.events import Kind
from exshare_core.governance import SitePolicy
from exshare_core.links import LinkAddress, LinkState, Scope, ShareLink
from exshare_core.policy import Layer, Limits
from exshare_core.ports import Found, LinkRecord, Storage
from exshare_core.testing import strategies
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.listing import ListingContract
from exshare_core.testing.machine import MachineContract
from exshare_core.testing.restricting import a_change, a_policy, restrict
from exshare_core.testing.samples import (
    FAR,
    NOW,
    SPACE,
    a_letter,
    a_link,
    a_proof,
    a_visit,
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
from exshare_core.values import LinkId, PageId, SiteId, SpaceKey


async def _kept(storage: Storage, link: ShareLink, address: LinkAddress) -> None:
    await storage.policies.ensure_site(link.site)
    await storage.links.add(link, address, [])


async def _found(storage: Storage, address: LinkAddress, session: bytes | None = None) -> Found:
    found = await storage.links.find(address.digest, session)

    assert found is not None

    return found


async def _record(storage: Storage, link: ShareLink) -> LinkRecord:
    record = await storage.links.get(link.site, link.id)

    assert record is not None

    return record


async def _waiting(storage: Storage, *ids: str) -> set[str]:
    """Which of the letters with these ids wait to be sent."""
    claimed = await storage.outbox.claim(NOW, 1.0, 10_000)
    return {letter.id for letter in claimed} & set(ids)


def _fresh(stored: Stored) -> Stored:
    """The same under names that nobody has used."""
    link = evolve(stored.link, id=LinkId(fresh_id()), site=fresh_site())
    return Stored(link, evolve(stored.address, link=link.id, site=link.site, digest=fresh_digest()))


class StoringContract(Contract[Storage]):
    """Links are stored whole, found by digest, and changed only by who saw the last version."""

    @law(strategies.links_with_address())
    async def test_every_field_survives(self, storage: Storage, value: Stored) -> None:
        """A link and its address come back as they were given, field by field,
        whichever way they are looked up.
        """
        stored = _fresh(value)
        await _kept(storage, stored.link, stored.address)
        found = await _found(storage, stored.address)
        record = await _record(storage, stored.link)

        assert (stored.link, stored.address, 0) == (found.link, found.address, found.opens)
        assert (stored.link, (stored.address,), 0) == (record.link, record.addresses, record.opens)
        assert record == await storage.links.get_by_digest(stored.address.digest)

    @promise
    async def test_times_stay_utc_to_the_microsecond(self, storage: Storage) -> None:
        """No microsecond is lost, and times come back in UTC with a zone."""
        link = a_link(fresh_site(), created_at=after(microseconds=1), changed_at=after(microseconds=999_999))
        address = an_address(link, valid_until=after(days=1, microseconds=7))
        await _kept(storage, link, address)
        found = await _found(storage, address)

        assert "2026-05-15T12:30:15.123457+00:00" == found.link.created_at.isoformat()
        assert "2026-05-15T12:30:16.123455+00:00" == found.link.changed_at.isoformat()
        assert address == found.address

    @promise
    async def test_a_digest_that_was_never_stored_finds_nothing(self, storage: Storage) -> None:
        """`find` and `get_by_digest` are None for a digest that was never stored."""
        await _kept(storage, link := a_link(fresh_site()), an_address(link))
        digest = fresh_digest()

        assert await storage.links.find(digest, fresh_digest()) is None
        assert await storage.links.get_by_digest(digest) is None

    @promise
    async def test_a_digest_is_matched_byte_for_byte(self, storage: Storage) -> None:
        """Digests that differ by case, by trailing zeros or blanks, or by one bit are different digests."""
        start = fresh_digest()[:20]
        link = a_link(fresh_site())
        await _kept(storage, link, an_address(link, digest=start + b"abcdefgh\xe4\xc3\xa4\x00"))
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
            await _kept(storage, link, address)
            found = await _found(storage, address)

            assert (link, address) == (found.link, found.address)
            assert link == (await _record(storage, link)).link

        with self.opened() as opened:
            opened.run(scenario(opened.subject))

    @promise
    async def test_a_link_of_another_site_is_not_given(self, storage: Storage) -> None:
        """`get` is None for a link of another site, for an unknown link, and for an unknown site."""
        link, other = a_link(fresh_site()), a_link(fresh_site())
        await _kept(storage, link, an_address(link))
        await _kept(storage, other, an_address(other))

        assert await storage.links.get(other.site, link.id) is None
        assert await storage.links.get(link.site, LinkId(fresh_id())) is None
        assert await storage.links.get(fresh_site(), link.id) is None

    @promise
    async def test_a_link_comes_with_its_layers_and_switches(self, storage: Storage) -> None:
        """`find` and `get` give the layers above the link and its switches as they are at that moment."""
        link = a_link(fresh_site())
        address = an_address(link)
        await _kept(storage, link, address)
        layer = Layer(f"space {SPACE}", Limits(opens=3))
        await restrict(storage, link.site, layer.name, layer.limits)
        await storage.policies.switch(link.site, SPACE, False, [])
        found, record = await _found(storage, address), await _record(storage, link)

        assert ("site", "configuration default", f"space {SPACE}") == tuple(one.name for one in found.layers)
        assert layer == found.layers[-1]
        assert (True, False) == (found.switches.site_on, found.switches.space_on)
        assert (found.layers, found.switches) == (record.layers, record.switches)

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
                found, record = await _found(storage, address), await _record(storage, link)
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

        assert link == (await _found(storage, address)).link
        assert (event,) == await storage.activity.of_link(link.site, link.id)
        assert {letter.id} == await _waiting(storage, letter.id)

    @promise
    async def test_add_that_fails_stores_nothing(self, storage: Storage) -> None:
        """When `add` is refused for its digest, neither the link nor its events nor its letters are there."""
        await storage.outbox.purge(FAR)
        first = a_link(fresh_site())
        address = an_address(first)
        await _kept(storage, first, address)
        second, letter = a_link(first.site), a_letter(first.site)
        with pytest.raises(Taken):
            await storage.links.add(second, an_address(second, digest=address.digest), [an_event(second)], [letter])

        assert await storage.links.get(second.site, second.id) is None
        assert () == await storage.activity.of_link(second.site, second.id)
        assert set() == await _waiting(storage, letter.id)

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
        assert whole == bool(await _waiting(storage, letter.id))

    @promise
    async def test_a_taken_id_is_refused(self, storage: Storage) -> None:
        """`add` raises Taken for an id in use on the site, and leaves the first holder as it was."""
        first = a_link(fresh_site())
        address = an_address(first)
        await _kept(storage, first, address)
        second = evolve(first, name="another")
        other = an_address(second)
        with pytest.raises(Taken):
            await storage.links.add(second, other, [])

        assert (first, (address,)) == ((record := await _record(storage, first)).link, record.addresses)
        assert await storage.links.find(other.digest, None) is None

    @promise
    async def test_a_taken_digest_keeps_its_first_holder(self, storage: Storage) -> None:
        """`add` raises Taken for a digest in use on any site; the address leads where it led before."""
        first, second = a_link(fresh_site()), a_link(fresh_site())
        address = an_address(first)
        await _kept(storage, first, address)
        with pytest.raises(Taken):
            await _kept(storage, second, an_address(second, digest=address.digest))

        assert (first, address) == ((found := await _found(storage, address)).link, found.address)

    @law(st.tuples(strategies.links_with_address(), strategies.share_links()))
    async def test_replace_stores_every_field(self, storage: Storage, value: tuple[Stored, ShareLink]) -> None:
        """A changed link comes back with every field changed, whatever changed."""
        stored = _fresh(value[0])
        await _kept(storage, stored.link, stored.address)
        changed = evolve(value[1], id=stored.link.id, site=stored.link.site, version=stored.link.version + 1)
        await storage.links.replace(changed, [])

        assert changed == (await _found(storage, stored.address)).link

    @promise
    async def test_replace_stores_new_and_changed_addresses(self, storage: Storage) -> None:
        """Addresses are kept by digest: a known one is changed, a new one is added,
        others stay as they are.
        """
        link = a_link(fresh_site())
        old = an_address(link)
        await _kept(storage, link, old)
        new = an_address(link, created_at=after(minutes=1))
        await storage.links.replace(rotated := link.rotated(after(minutes=1)), [], addresses=[new])
        await storage.links.replace(again := rotated.rotated(NOW), [], addresses=[old.revoked(after(minutes=2))])

        assert {old.revoked(after(minutes=2)), new} == set((await _record(storage, link)).addresses)
        assert (again, new) == ((found := await _found(storage, new)).link, found.address)
        assert old.revoked(after(minutes=2)) == (await _found(storage, old)).address

    @law(st.tuples(strategies.links_with_address(), strategies.links_with_address()))
    async def test_replace_stores_every_field_of_an_address(
        self, storage: Storage, value: tuple[Stored, Stored]
    ) -> None:
        """A changed address comes back with every field changed, whatever changed."""
        stored = _fresh(value[0])
        await _kept(storage, stored.link, stored.address)
        changed = evolve(value[1].address, link=stored.link.id, site=stored.link.site, digest=stored.address.digest)
        await storage.links.replace(evolve(stored.link, version=stored.link.version + 1), [], addresses=[changed])

        assert changed == (await _found(storage, changed)).address

    @promise
    async def test_replace_that_fails_half_way_stores_nothing(self, storage: Storage) -> None:
        """Two letters with one id cannot both be kept: then all of the change is there, or nothing."""
        await storage.outbox.purge(FAR)
        link = a_link(fresh_site())
        await _kept(storage, link, an_address(link))
        changed, new, letter = link.rotated(NOW), an_address(link), a_letter(link.site)
        try:
            await storage.links.replace(changed, [an_event(link)], [letter, letter], [new])
            whole = True
        except ExshareError:
            whole = False

        assert (changed if whole else link) == (await _record(storage, link)).link
        assert whole == (await storage.links.find(new.digest, None) is not None)
        assert whole == bool(await storage.activity.of_link(link.site, link.id))
        assert whole == bool(await _waiting(storage, letter.id))

    @promise
    async def test_replace_refuses_a_digest_of_another_link(self, storage: Storage) -> None:
        """`replace` raises Taken for an address that leads to another link, and changes nothing."""
        first, second = a_link(fresh_site()), a_link(fresh_site())
        address, own = an_address(first), an_address(second)
        await _kept(storage, first, address)
        await _kept(storage, second, own)
        with pytest.raises(Taken):
            stolen = an_address(second, digest=address.digest)
            await storage.links.replace(second.rotated(NOW), [an_event(second)], addresses=[stolen])

        assert (first, address) == ((found := await _found(storage, address)).link, found.address)
        assert (second, (own,)) == ((record := await _record(storage, second)).link, record.addresses)
        assert () == await storage.activity.of_link(second.site, second.id)

    @promise
    async def test_a_stale_replace_is_refused(self, storage: Storage) -> None:
        """`replace` on an old version raises StaleLink with the version in force; earlier changes stay."""
        link = a_link(fresh_site())
        address = an_address(link)
        await _kept(storage, link, address)
        await storage.links.replace(first := link.disabled(after(minutes=1)), [])
        await storage.links.replace(second := first.enabled(after(minutes=2)), [])
        for late in (1, 2, 3):
            with pytest.raises(StaleLink) as raised:
                await storage.links.replace(evolve(link, name="late", version=late), [])

            assert 3 == raised.value.current
        assert second == (await _found(storage, address)).link

    @promise
    async def test_a_replace_from_the_future_is_refused(self, storage: Storage) -> None:
        """`replace` with a version that skips one raises StaleLink: somebody's change would be lost."""
        link = a_link(fresh_site())
        await _kept(storage, link, an_address(link))
        with pytest.raises(StaleLink) as raised:
            await storage.links.replace(evolve(link, name="early", version=3), [])

        assert 1 == raised.value.current
        assert link == (await _record(storage, link)).link

    @promise
    async def test_a_stale_replace_changes_nothing(self, storage: Storage) -> None:
        """A refused `replace` stores no address, no event and no letter."""
        await storage.outbox.purge(FAR)
        link = a_link(fresh_site())
        address = an_address(link)
        await _kept(storage, link, address)
        await storage.links.replace(link.disabled(NOW), [])
        letter, new = a_letter(link.site), an_address(link)
        with pytest.raises(StaleLink):
            await storage.links.replace(link.disabled(NOW), [an_event(link)], [letter], [new])

        assert await storage.links.find(new.digest, None) is None
        assert () == await storage.activity.of_link(link.site, link.id)
        assert set() == await _waiting(storage, letter.id)

    @promise
    async def test_of_two_replaces_at_once_one_wins(self, storage: Storage) -> None:
        """Of changes made from one version at the same moment, one is stored and all others are refused."""
        link = a_link(fresh_site())
        await _kept(storage, link, an_address(link))
        changes = [evolve(link, name=f"change {number}", version=2) for number in range(5)]
        results = await asyncio.gather(
            *(storage.links.replace(change, []) for change in changes), return_exceptions=True
        )
        winners = [change for change, result in zip(changes, results, strict=True) if result is None]

        assert [StaleLink] * 4 == [type(result) for result in results if result is not None]
        assert winners == [(await _record(storage, link)).link]

    @promise
    async def test_replace_of_an_unknown_link_is_refused(self, storage: Storage) -> None:
        """`replace` raises NotFound for a link that is not stored, also when another site has its id."""
        link = a_link(fresh_site())
        await _kept(storage, link, an_address(link))
        foreign = evolve(link, site=SiteId(fresh_site()), version=2)
        await storage.policies.ensure_site(foreign.site)
        for unknown in (evolve(a_link(link.site), version=2), foreign):
            with pytest.raises(NotFound):
                await storage.links.replace(unknown, [])

        assert link == (await _record(storage, link)).link

    @promise
    async def test_replace_leaves_opens_visits_and_proofs_alone(self, storage: Storage) -> None:
        """A changed link keeps the opens that were counted, and the visits and proofs that are stored."""
        link = a_link(fresh_site())
        address, visit = an_address(link), a_visit(link)
        proof = a_proof(link, visit.session)
        await _kept(storage, link, address)
        await storage.links.admit(visit, [proof], None, [])
        await storage.links.replace(link.rotated(NOW), [])
        found = await _found(storage, address, visit.session)

        assert (1, visit, (proof,)) == (found.opens, found.visit, found.proofs)

    @promise
    async def test_replace_stores_link_events_and_letters_together(self, storage: Storage) -> None:
        """After `replace`, the change, its events and its letters are all there."""
        await storage.outbox.purge(FAR)
        link = a_link(fresh_site())
        await _kept(storage, link, an_address(link))
        event, letter = an_event(link, Kind.LINK_DISABLED), a_letter(link.site)
        await storage.links.replace(changed := link.disabled(NOW), [event], [letter])

        assert changed == (await _record(storage, link)).link
        assert (event,) == await storage.activity.of_link(link.site, link.id)
        assert {letter.id} == await _waiting(storage, letter.id)


class LinkRepositoryContract(StoringContract, VisitsContract, ListingContract, SweepingContract, MachineContract):
    """All promises of LinkRepository."""
