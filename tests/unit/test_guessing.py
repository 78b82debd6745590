"""Waits rise per network and are capped per link, so that guessing closes a link to nobody else (G7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from exshare_core.guessing import Tally, anyone_wait, link_wait, name_wait, network_wait, spray_wait

NOW = datetime(2026, 5, 15, 12, 0, tzinfo=UTC)
JUST_NOW = NOW

# (wrong proofs, wait per network in seconds, wait per link in seconds)
ROWS = [
    (0, 0, 0),
    (4, 0, 0),
    (5, 1, 0),
    (6, 2, 0),
    (9, 16, 0),
    (16, 2048, 0),
    (17, 3600, 0),
    (50, 3600, 1),
    (55, 3600, 30),
    (10_000, 3600, 30),
]


@pytest.mark.parametrize(("failures", "network", "link"), ROWS)
def test_waits_are_those_of_the_table(failures: int, network: int, link: int) -> None:
    """Directly after the last wrong proof, the whole wait stands."""
    tally = Tally(failures, JUST_NOW)

    assert (timedelta(seconds=network), timedelta(seconds=link)) == (network_wait(tally, NOW), link_wait(tally, NOW))


def test_a_wait_runs_down_and_ends() -> None:
    """What is left of a wait is what has not passed yet."""
    tally = Tally(9, NOW - timedelta(seconds=10))

    assert timedelta(seconds=6) == network_wait(tally, NOW)
    assert timedelta() == network_wait(Tally(9, NOW - timedelta(seconds=16)), NOW)


# (wrong tries to sign in, wait of a name or a network in seconds, wait of everybody in milliseconds)
SIGN_INS = [(0, 0, 0), (9, 0, 0), (10, 30, 0), (999, 30, 0), (1000, 30, 300), (10**6, 30, 300)]


@pytest.mark.parametrize(("failures", "one", "everybody"), SIGN_INS)
def test_sign_ins_wait_a_pause_of_one_length(failures: int, one: int, everybody: int) -> None:
    """Security reference 3.3: ten in five minutes for a name and a network, a thousand for everybody; none rises."""
    tally = Tally(failures, JUST_NOW)

    assert (timedelta(seconds=one),) * 2 == (name_wait(tally, NOW), spray_wait(tally, NOW))
    assert timedelta(milliseconds=everybody) == anyone_wait(tally, NOW)


def test_a_pause_runs_down_and_ends() -> None:
    """What is left of a pause is what has not passed yet."""
    assert timedelta(seconds=20) == name_wait(Tally(12, NOW - timedelta(seconds=10)), NOW)
    assert timedelta() == name_wait(Tally(12, NOW - timedelta(seconds=30)), NOW)
