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


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (99, 0), (100, 1), (101, 2), (107, 128), (112, 3600), (10_000, 3600)]
)
def test_the_wait_begins_after_a_hundred_and_ends_at_an_hour(failures: int, seconds: int) -> None:
    """A hundred addresses that lead nowhere are free, then the wait doubles from a second up to an hour."""
    assert timedelta(seconds=seconds) == unknown_wait(Tally(failures, NOON), NOON)


def test_a_wait_passes() -> None:
    """The wait counts from the last such address."""
    tally = Tally(102, NOON)

    assert timedelta(seconds=1) == unknown_wait(tally, NOON + timedelta(seconds=3))
    assert timedelta() == unknown_wait(tally, NOON + timedelta(seconds=4))
