"""Browsers that left to sign in elsewhere, in memory."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from exshare_core.errors import Taken
from exshare_core.ports import PendingDeparture
from exshare_core.testing.fakes.state import State


@frozen
class MemoryDepartures:
    """A DepartureRepository over a `State`."""

    state: State

    async def add(self, departure: PendingDeparture) -> None:
        """Store a departure under a fresh digest."""
        if departure.digest in self.state.departures:
            raise Taken("the digest is in use")
        self.state.departures[departure.digest] = departure

    async def take(self, digest: bytes, browser: bytes, at: datetime) -> PendingDeparture | None:
        """The departure, erased, for its browser and in time."""
        found = self.state.departures.get(digest)
        if found is None or found.browser != browser or at >= found.expires_at:
            return None
        return self.state.departures.pop(digest)
