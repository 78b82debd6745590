"""The promises of Clock."""

from __future__ import annotations

from datetime import timedelta

from exshare_core.ports import Clock
from exshare_core.testing.contract import Contract, promise


class ClockContract(Contract[Clock]):
    """A clock says an instant, not a local time."""

    @promise
    async def test_now_has_a_zone(self, clock: Clock) -> None:
        """`now` is never naive."""
        assert clock.now().tzinfo is not None

    @promise
    async def test_now_is_in_utc(self, clock: Clock) -> None:
        """`now` has no offset from UTC."""
        assert timedelta() == clock.now().utcoffset()
