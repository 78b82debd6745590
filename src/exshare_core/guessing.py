"""How long a guesser waits: pure figures for wrong proofs (spec G7).

Wrong proofs are counted per link and network, and per link. The wait per network rises to an hour; the wait per link
is capped at 30 seconds, so that nobody can close a link to others by guessing at it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import frozen

FREE_TRIES = 5
"""Wrong proofs from one network at one link before any wait."""

FREE_TRIES_PER_LINK = 50
"""Wrong proofs at one link from everywhere before any wait."""

NETWORK_CAP = timedelta(hours=1)
LINK_CAP = timedelta(seconds=30)
FORGOTTEN_AFTER = timedelta(hours=24)
"""A counter that saw no wrong proof for this long starts again at nothing."""


@frozen(slots=True)
class Tally:
    """How often a proof was wrong lately, and when last."""

    failures: int = 0
    last_at: datetime | None = None


def network_wait(tally: Tally, now: datetime) -> timedelta:
    """How long this network must wait before it may try this link again; zero when it may try now."""
    return _wait(tally, now, FREE_TRIES, NETWORK_CAP)


def link_wait(tally: Tally, now: datetime) -> timedelta:
    """How long everyone without an earlier proof must wait before trying this link; at most 30 seconds."""
    return _wait(tally, now, FREE_TRIES_PER_LINK, LINK_CAP)


def _wait(tally: Tally, now: datetime, free: int, cap: timedelta) -> timedelta:
    if tally.last_at is None or tally.failures < free:
        return timedelta()
    whole = min(cap, timedelta(seconds=2 ** min(tally.failures - free, 20)))
    return max(timedelta(), tally.last_at + whole - now)
