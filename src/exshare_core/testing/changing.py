"""The promises of LinkRepository about changes."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve
from hypothesis import strategies as st

from exshare_core.errors import ExshareError, NotFound, StaleLink, Taken
from exshare_core.events import Kind
from exshare_core.links import ShareLink
from exshare_core.ports import Storage
from exshare_core.testing import strategies
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.keeping import found_by, keep, record_of, renamed, waiting
from exshare_core.testing.samples import (
    FAR,
    NOW,
    a_letter,
    a_link,
    a_proof,
    a_visit,
    after,
    an_address,
    an_event,
    fresh_site,
)
from exshare_core.testing.strategies import Stored
from exshare_core.values import SiteId


class ChangingContract(Contract[Storage]):
    """A link is changed whole, and only by who saw the last version."""

    @law(st.tuples(strategies.links_with_address(), strategies.share_links()))
    async def test_replace_stores_every_field(self, storage: Storage, value: tuple[Stored, ShareLink]) -> None:
        """A changed link comes back with every field changed, whatever changed."""
        stored = renamed(value[0])
        await keep(storage, stored.link, stored.address)
        changed = evolve(value[1], id=stored.link.id, site=stored.link.site, version=stored.link.version + 1)
        await storage.links.replace(changed, [])

        assert changed == (await found_by(storage, stored.address)).link

    @promise
    async def test_replace_stores_new_and_changed_addresses(self, storage: Storage) -> None:
        """Addresses are kept by digest: a known one is changed, a new one is added,
        others stay as they are.
        """
        link = a_link(fresh_site())
        old = an_address(link)
        await keep(storage, link, old)
        new = an_address(link, created_at=after(minutes=1))
        await storage.links.replace(rotated := link.rotated(after(minutes=1)), [], addresses=[new])
        await storage.links.replace(again := rotated.rotated(NOW), [], addresses=[old.revoked(after(minutes=2))])

        assert {old.revoked(after(minutes=2)), new} == set((await record_of(storage, link)).addresses)
        assert (again, new) == ((found := await found_by(storage, new)).link, found.address)
        assert old.revoked(after(minutes=2)) == (await found_by(storage, old)).address

    @law(st.tuples(strategies.links_with_address(), strategies.links_with_address()))
    async def test_replace_stores_every_field_of_an_address(
        self, storage: Storage, value: tuple[Stored, Stored]
    ) -> None:
        """A changed address comes back with every field changed, whatever changed."""
        stored = renamed(value[0])
        await keep(storage, stored.link, stored.address)
        changed = evolve(value[1].address, link=stored.link.id, site=stored.link.site, digest=stored.address.digest)
        await storage.links.replace(evolve(stored.link, version=stored.link.version + 1), [], addresses=[changed])

        assert changed == (await found_by(storage, changed)).address

    @promise
    async def test_replace_that_fails_half_way_stores_nothing(self, storage: Storage) -> None:
        """Two letters with one id cannot both be kept: then all of the change is there, or nothing."""
        await storage.outbox.purge(FAR)
        link = a_link(fresh_site())
        await keep(storage, link, an_address(link))
        changed, new, letter = link.rotated(NOW), an_address(link), a_letter(link.site)
        try:
            await storage.links.replace(changed, [an_event(link)], [letter, letter], [new])
            whole = True
        except ExshareError:
            whole = False

        assert (changed if whole else link) == (await record_of(storage, link)).link
        assert whole == (await storage.links.find(new.digest, None) is not None)
        assert whole == bool(await storage.activity.of_link(link.site, link.id))
        assert whole == bool(await waiting(storage, letter.id))

    @promise
    async def test_replace_refuses_a_digest_of_another_link(self, storage: Storage) -> None:
        """`replace` raises Taken for an address that leads to another link, and changes nothing."""
        first, second = a_link(fresh_site()), a_link(fresh_site())
        address, own = an_address(first), an_address(second)
        await keep(storage, first, address)
        await keep(storage, second, own)
        with pytest.raises(Taken):
            stolen = an_address(second, digest=address.digest)
            await storage.links.replace(second.rotated(NOW), [an_event(second)], addresses=[stolen])

        assert (first, address) == ((found := await found_by(storage, address)).link, found.address)
        assert (second, (own,)) == ((record := await record_of(storage, second)).link, record.addresses)
        assert () == await storage.activity.of_link(second.site, second.id)

    @promise
    async def test_a_stale_replace_is_refused(self, storage: Storage) -> None:
        """`replace` on an old version raises StaleLink with the version in force; earlier changes stay."""
        link = a_link(fresh_site())
        address = an_address(link)
        await keep(storage, link, address)
        await storage.links.replace(first := link.disabled(after(minutes=1)), [])
        await storage.links.replace(second := first.enabled(after(minutes=2)), [])
        for late in (1, 2, 3):
            with pytest.raises(StaleLink) as raised:
                await storage.links.replace(evolve(link, name="late", version=late), [])

            assert 3 == raised.value.current
        assert second == (await found_by(storage, address)).link

    @promise
    async def test_a_replace_from_the_future_is_refused(self, storage: Storage) -> None:
        """`replace` with a version that skips one raises StaleLink: somebody's change would be lost."""
        link = a_link(fresh_site())
        await keep(storage, link, an_address(link))
        with pytest.raises(StaleLink) as raised:
            await storage.links.replace(evolve(link, name="early", version=3), [])

        assert 1 == raised.value.current
        assert link == (await record_of(storage, link)).link

    @promise
    async def test_a_stale_replace_changes_nothing(self, storage: Storage) -> None:
        """A refused `replace` stores no address, no event and no letter."""
        await storage.outbox.purge(FAR)
        link = a_link(fresh_site())
        address = an_address(link)
        await keep(storage, link, address)
        await storage.links.replace(link.disabled(NOW), [])
        letter, new = a_letter(link.site), an_address(link)
        with pytest.raises(StaleLink):
            await storage.links.replace(link.disabled(NOW), [an_event(link)], [letter], [new])

        assert await storage.links.find(new.digest, None) is None
        assert () == await storage.activity.of_link(link.site, link.id)
        assert set() == await waiting(storage, letter.id)

    @promise
    async def test_of_two_replaces_at_once_one_wins(self, storage: Storage) -> None:
        """Of changes made from one version at the same moment, one is stored and all others are refused."""
        link = a_link(fresh_site())
        await keep(storage, link, an_address(link))
        changes = [evolve(link, name=f"change {number}", version=2) for number in range(5)]
        results = await asyncio.gather(
            *(storage.links.replace(change, []) for change in changes), return_exceptions=True
        )
        winners = [change for change, result in zip(changes, results, strict=True) if result is None]

        assert [StaleLink] * 4 == [type(result) for result in results if result is not None]
        assert winners == [(await record_of(storage, link)).link]

    @promise
    async def test_replace_of_an_unknown_link_is_refused(self, storage: Storage) -> None:
        """`replace` raises NotFound for a link that is not stored, also when another site has its id."""
        link = a_link(fresh_site())
        await keep(storage, link, an_address(link))
        foreign = evolve(link, site=SiteId(fresh_site()), version=2)
        await storage.policies.ensure_site(foreign.site)
        for unknown in (evolve(a_link(link.site), version=2), foreign):
            with pytest.raises(NotFound):
                await storage.links.replace(unknown, [])

        assert link == (await record_of(storage, link)).link

    @promise
    async def test_replace_leaves_opens_visits_and_proofs_alone(self, storage: Storage) -> None:
        """A changed link keeps the opens that were counted, and the visits and proofs that are stored."""
        link = a_link(fresh_site())
        address, visit = an_address(link), a_visit(link)
        proof = a_proof(link, visit.session)
        await keep(storage, link, address)
        await storage.links.admit(visit, [proof], None, [])
        await storage.links.replace(link.rotated(NOW), [])
        found = await found_by(storage, address, visit.session)

        assert (1, visit, (proof,)) == (found.opens, found.visit, found.proofs)

    @promise
    async def test_replace_stores_link_events_and_letters_together(self, storage: Storage) -> None:
        """After `replace`, the change, its events and its letters are all there."""
        await storage.outbox.purge(FAR)
        link = a_link(fresh_site())
        await keep(storage, link, an_address(link))
        event, letter = an_event(link, Kind.LINK_DISABLED), a_letter(link.site)
        await storage.links.replace(changed := link.disabled(NOW), [event], [letter])

        assert changed == (await record_of(storage, link)).link
        assert (event,) == await storage.activity.of_link(link.site, link.id)
        assert {letter.id} == await waiting(storage, letter.id)
