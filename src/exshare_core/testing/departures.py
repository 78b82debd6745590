"""The promises of DepartureRepository."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve

from exshare_core.errors import Taken
from exshare_core.ports import PendingDeparture, Storage
from exshare_core.testing.contract import Contract, promise
from exshare_core.testing.samples import NOW, a_departure, after, fresh_digest, fresh_site


async def _left(storage: Storage) -> PendingDeparture:
    """A browser that left at `NOW`."""
    site = fresh_site()
    await storage.policies.ensure_site(site)
    departure = a_departure(site)
    await storage.departures.add(departure)
    return departure


class DepartureRepositoryContract(Contract[Storage]):
    """A browser that left may come back once, in time, and no other browser in its place."""

    @promise
    async def test_a_departure_is_taken_once(self, storage: Storage) -> None:
        """`take` gives the departure as it was stored, and gives nothing a second time."""
        departure = await _left(storage)

        assert departure == await storage.departures.take(departure.digest, departure.browser, NOW)
        assert await storage.departures.take(departure.digest, departure.browser, NOW) is None

    @promise
    async def test_a_departure_is_of_one_browser(self, storage: Storage) -> None:
        """Another browser gets nothing, and takes nothing from the one that left."""
        departure, other = await _left(storage), await _left(storage)

        assert await storage.departures.take(departure.digest, other.browser, NOW) is None
        assert departure == await storage.departures.take(departure.digest, departure.browser, NOW)

    @promise
    async def test_an_unknown_departure_is_none(self, storage: Storage) -> None:
        """A digest that was never stored leads to nothing, whatever the browser has."""
        departure = await _left(storage)

        assert await storage.departures.take(fresh_digest(), departure.browser, NOW) is None

    @promise
    async def test_a_departure_that_expired_is_none(self, storage: Storage) -> None:
        """Just before the expiry the browser may come back, and not at the very instant of it."""
        early, late = await _left(storage), await _left(storage)

        assert early == await storage.departures.take(early.digest, early.browser, after(minutes=10, microseconds=-1))
        assert await storage.departures.take(late.digest, late.browser, after(minutes=10)) is None

    @promise
    async def test_of_arrivals_at_once_one_is_let_in(self, storage: Storage) -> None:
        """An answer that is brought several times at once is taken once."""
        departure = await _left(storage)
        taken = await asyncio.gather(
            *(storage.departures.take(departure.digest, departure.browser, NOW) for _ in range(4))
        )

        assert 3 == taken.count(None)

    @promise
    async def test_a_browser_may_leave_several_times(self, storage: Storage) -> None:
        """Departures of one browser, in several windows, stand beside one another."""
        first = await _left(storage)
        second = evolve(a_departure(first.site), browser=first.browser)
        await storage.departures.add(second)
        found = [await storage.departures.take(one.digest, one.browser, NOW) for one in (first, second)]

        assert [first, second] == found

    @promise
    async def test_a_digest_is_used_once(self, storage: Storage) -> None:
        """A second departure under one digest is refused, and the first stays as it was."""
        first = await _left(storage)
        with pytest.raises(Taken):
            await storage.departures.add(evolve(a_departure(first.site), digest=first.digest))

        assert first == await storage.departures.take(first.digest, first.browser, NOW)
