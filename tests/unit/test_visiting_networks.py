"""What a guesser counts as, and how long one who tries addresses that lead nowhere must wait (spec G7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from exshare_core.guessing import Tally, counted_as, unknown_wait
from exshare_core.values import network_address

NOON = datetime(2026, 5, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("64:ff9b::c000:207", "192.0.2.7"),
        ("2002:c000:207::1", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        ("unix", "none"),
    ],
)
def test_a_subscriber_counts_as_one_network(address: str, counted: str) -> None:
    """An IPv4 address counts as itself in whatever form it comes, an IPv6 address as its /64."""
    assert counted == counted_as(network_address(address))


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (29, 0), (30, 2), (31, 2), (10_000, 2)])
def test_the_wait_begins_after_thirty_and_stays_short(failures: int, seconds: int) -> None:
    """Thirty addresses that lead nowhere are free, then there are thirty a minute: an office is never shut out."""
    assert timedelta(seconds=seconds) == unknown_wait(Tally(failures, NOON), NOON)


def test_a_wait_passes() -> None:
    """The wait counts from the last such address."""
    tally = Tally(102, NOON)

    assert timedelta(seconds=1) == unknown_wait(tally, NOON + timedelta(seconds=1))
    assert timedelta() == unknown_wait(tally, NOON + timedelta(seconds=2))
