"""The promises of ActivityLog."""

from __future__ import annotations

from attrs import evolve

from exshare_core.events import Event, Kind
from exshare_core.links import ShareLink
from exshare_core.ports import Storage
from exshare_core.testing import strategies
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.samples import a_link, after, an_address, an_event, fresh_site


async def _new(storage: Storage) -> ShareLink:
    link = a_link(fresh_site())
    await storage.policies.ensure_site(link.site)
    await storage.links.add(link, an_address(link), [])
    return link


class ActivityLogContract(Contract[Storage]):
    """What happened is kept whole, in order, and apart by site."""

    @law(strategies.events())
    async def test_every_field_of_an_event_survives(self, storage: Storage, value: Event) -> None:
        """An event comes back as it was appended, field by field."""
        link = await _new(storage)
        event = evolve(value, site=link.site, link=link.id)
        await storage.activity.append([event])

        assert (event,) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_events_keep_their_order(self, storage: Storage) -> None:
        """Events come newest first, those of one instant in the reverse of the order they were given in."""
        link = await _new(storage)
        events = [an_event(link, Kind.VIEWED, page=str(number)) for number in range(6)]
        await storage.activity.append(events[:4])
        await storage.activity.append(events[4:])

        assert tuple(reversed(events)) == await storage.activity.of_link(link.site, link.id)

    @promise
    async def test_the_latest_events_are_given(self, storage: Storage) -> None:
        """`limit` keeps the newest events, not the oldest."""
        link = await _new(storage)
        events = [an_event(link, Kind.VIEWED, at=after(seconds=number)) for number in range(5)]
        await storage.activity.append(events)

        assert (events[4], events[3]) == await storage.activity.of_link(link.site, link.id, limit=2)

    @promise
    async def test_the_activity_of_a_link_holds_no_other(self, storage: Storage) -> None:
        """Nothing of another link or another site is given, nor what happened to no link."""
        link, other = await _new(storage), await _new(storage)
        neighbour = a_link(link.site)
        await storage.links.add(neighbour, an_address(neighbour), [])
        own = an_event(link, Kind.VIEWED)
        await storage.activity.append([own, an_event(neighbour), an_event(other), evolve(own, link=None)])
        await storage.activity.append([evolve(own, site=other.site)])

        assert (own,) == await storage.activity.of_link(link.site, link.id)
        assert () == await storage.activity.of_link(fresh_site(), link.id)

    @promise
    async def test_appending_nothing_is_fine(self, storage: Storage) -> None:
        """An empty batch changes nothing."""
        link = await _new(storage)
        await storage.activity.append([])

        assert () == await storage.activity.of_link(link.site, link.id)
