"""Waits rise per network and are capped per link, so that guessing closes a link to nobody else (G7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exshare_core.guessing import (
    BURST,
    CODES_PAUSE,
    FIRST_WAIT,
    FORGOTTEN_AFTER,
    FREE_CODE_TRIES,
    FREE_CODES,
    FREE_LETTERS,
    FREE_SIGN_INS,
    FREE_SIGN_INS_BY_ALL,
    FREE_TRIES,
    FREE_TRIES_PER_LINK,
    FREE_UNKNOWN,
    LINK_CAP,
    NETWORK_CAP,
    SIGN_IN_PAUSE,
    SIGN_IN_PAUSE_OF_ALL,
    UNKNOWN_PAUSE,
    Tally,
    before,
    code_wait,
    codes_link_wait,
    codes_wait,
    letter_wait,
    link_wait,
    network_wait,
    never,
    unknown_wait,
)
from exshare_core.limiting import Charge, Limit, charge, mailbox_limit
from exshare_core.testing import FakeVault, MemoryStorage
from exshare_core.testing.fakes.queues import MemoryGuesses
from exshare_core.testing.fakes.state import State
from exshare_core.values import Address
from exshare_core.visiting.proving import CODE_TRIES

NOW = datetime(2026, 5, 15, 12, 0, tzinfo=UTC)
Patience = Callable[[Tally, datetime], timedelta]

# (wrong proofs, wait per network in seconds, wait per link in seconds)
ROWS = [
    (0, 0, 0),
    (4, 0, 0),
    (5, 60, 0),
    (6, 120, 0),
    (9, 960, 0),
    (10, 1920, 0),
    (11, 3600, 0),
    (50, 3600, 1),
    (54, 3600, 16),
    (55, 3600, 30),
    (10_000, 3600, 30),
]


@pytest.mark.parametrize(("failures", "network", "link"), ROWS)
def test_waits_are_those_of_the_table(failures: int, network: int, link: int) -> None:
    """Directly after the last wrong proof, the whole wait stands."""
    tally = Tally(failures, NOW)

    assert (timedelta(seconds=network), timedelta(seconds=link)) == (network_wait(tally, NOW), link_wait(tally, NOW))


def test_a_wait_runs_down_and_ends() -> None:
    """What is left of a wait is what has not passed yet."""
    tally = Tally(9, NOW - timedelta(seconds=900))

    assert timedelta(seconds=60) == network_wait(tally, NOW)
    assert timedelta() == network_wait(Tally(9, NOW - timedelta(seconds=960)), NOW)


def passed(patience: Patience, span: timedelta) -> int:
    """How many tries come through in a time, by somebody who tries again whenever it is allowed."""
    tally, now, through = Tally(), NOW, 0
    while now < NOW + span:
        if wait := patience(tally, now):
            now += wait
            continue
        through += 1
        tally = Tally(tally.failures + 1, now)
    return through


@pytest.mark.parametrize(
    ("patience", "span", "most"),
    [
        (network_wait, timedelta(minutes=1), 5),
        (network_wait, timedelta(hours=1), 30),
        (letter_wait, timedelta(hours=1), 3),
        (letter_wait, timedelta(days=1), 10),
        (codes_wait, timedelta(minutes=1), 20),
        (codes_link_wait, timedelta(seconds=30), 20),
        (code_wait, timedelta(days=1), 10),
        (unknown_wait, timedelta(seconds=2), 30),
        (unknown_wait, timedelta(minutes=1), 60),
    ],
)
def test_no_more_come_through_than_is_promised(patience: Patience, span: timedelta, most: int) -> None:
    """Somebody who tries as often as they may gets no further than this (security reference 3.3)."""
    assert 0 < passed(patience, span) <= most


@pytest.mark.parametrize("patience", [link_wait, codes_link_wait])
def test_a_link_is_never_closed_for_longer_than_half_a_minute(patience: Patience) -> None:
    """However often strangers tried, everyone else waits thirty seconds at most."""
    assert timedelta(seconds=30) == max(patience(Tally(number, NOW), NOW) for number in (49, 99, 1000, 10**9))


def test_a_try_is_judged_by_its_number() -> None:
    """What others did at the same moment counts as if it had come before; what was seen stands if nobody did."""
    seen = Tally(4, NOW - timedelta(hours=1))

    assert seen == before(seen, 5, NOW)
    assert Tally(6, NOW) == before(seen, 7, NOW)
    assert seen == before(seen, 1, NOW)


class Together(MemoryGuesses):
    """A counter that all who ask at once have read before the first of them counts."""

    async def tally(self, keys: Sequence[bytes], now: datetime) -> tuple[Tally, ...]:
        """The tallies, after everyone else's turn."""
        tallies = await super().tally(keys, now)
        await asyncio.sleep(0)
        return tallies


def test_those_who_try_at_once_are_no_more_than_one_after_another() -> None:
    """Of sixty-four tries at the same moment five go on; a try that has to wait counts nothing."""
    guesses = Together(State())
    limits = [Limit(b"network", network_wait), Limit(b"link", link_wait), Limit(b"seen", network_wait, counts=False)]

    async def tried() -> tuple[list[Charge], Charge, tuple[Tally, ...]]:
        rush = await asyncio.gather(*(charge(guesses, limits, NOW) for _ in range(64)))
        late = await charge(guesses, limits, NOW)
        return rush, late, await guesses.tally([b"network", b"seen"], NOW)

    rush, late, (network, seen) = asyncio.run(tried())

    assert 5 == sum(not one.wait for one in rush)
    assert (timedelta(hours=1), 0) == (late.wait, seen.failures)
    assert 64 == late.most == network.failures


def test_who_proved_something_before_is_counted_and_not_kept_waiting() -> None:
    """`never` lets a limit count without a wait of its own."""
    storage = MemoryStorage()

    async def tried() -> list[Charge]:
        return [await charge(storage.guesses, [Limit(b"link", never)], NOW) for _ in range(100)]

    assert [(timedelta(), number) for number in range(100)] == [(one.wait, one.most) for one in asyncio.run(tried())]


def test_a_mailbox_has_one_counter_however_it_is_written() -> None:
    """Two spellings of one mailbox share the letters that it may be sent, two mailboxes never."""

    async def keys() -> list[bytes]:
        texts = ("ada@example.com", "ADA@Example.COM", "ada+x@example.com")
        return [(await mailbox_limit(FakeVault(), Address.parse(text))).key for text in texts]

    one, same, other = asyncio.run(keys())

    assert one == same != other


def _seconds(span: timedelta) -> str:
    number = span.total_seconds()
    for unit, name in ((3600, "hour"), (60, "minute"), (1, "second")):
        if number >= unit and number % unit == 0:
            return f"{number / unit:g} {name}{'' if number == unit else 's'}"
    return f"{number:g} seconds"


FIGURES = [
    (2, FREE_TRIES, f"{_seconds(FIRST_WAIT)}, twice as long each time, up to {_seconds(NETWORK_CAP)}"),
    (3, FREE_TRIES_PER_LINK, f"1 second, doubling up to {_seconds(LINK_CAP)}"),
    (4, FREE_CODE_TRIES, "until a day after the last"),
    (5, CODE_TRIES, "it is over"),
    (6, FREE_LETTERS, f"1 hour, doubling up to {_seconds(FORGOTTEN_AFTER)}"),
    (7, FREE_CODES, f"{_seconds(FIRST_WAIT)}, doubling up to {_seconds(NETWORK_CAP)}"),
    (8, FREE_CODES, _seconds(CODES_PAUSE)),
    (9, FREE_UNKNOWN, _seconds(UNKNOWN_PAUSE)),
    (10, FREE_TRIES, f"{_seconds(FIRST_WAIT)}, twice as long each time, up to {_seconds(NETWORK_CAP)}"),
    (11, FREE_SIGN_INS, _seconds(SIGN_IN_PAUSE)),
    (12, FREE_SIGN_INS_BY_ALL, _seconds(SIGN_IN_PAUSE_OF_ALL)),
]


@pytest.mark.parametrize(("row", "free", "then"), FIGURES)
def test_the_page_on_guessing_says_what_is_in_force(row: int, free: int, then: str) -> None:
    """ASVS 6.1.1: the limits are written down, and are those of the code."""
    text = Path(__file__).parents[2].joinpath("docs", "guessing.md").read_text("utf-8")
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    cells = [cell.strip() for cell in rows[row]]

    assert (str(free), then) == (cells[2].split()[0], cells[3][: len(then)])
    assert 13 == len(rows)
    assert f"After {BURST} wrong proofs in a row" in text
