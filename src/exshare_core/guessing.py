"""How long a guesser waits: pure figures for wrong proofs, for codes and for addresses that lead nowhere (spec G7).

Wrong proofs are counted per link and network, and per link. The wait per network rises to an hour; the wait per link
is capped at 30 seconds, so that nobody can close a link to others by guessing at it. Addresses that lead nowhere are
counted per network alone, and only more of them are refused: a link that is there opens whoever guesses beside it.
Where the specification is silent the figures are those of the security reference, 3.3.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_network

from attrs import frozen

from exshare_core.values import IPAddress, unwrapped

FREE_TRIES = 5
"""Wrong proofs from one network at one link before any wait."""

FREE_TRIES_PER_LINK = 50
"""Wrong proofs at one link from everywhere before any wait."""

BURST = 10
"""Wrong proofs at one link in a row, from everywhere, after which its owner is told when more of them are denied."""

FREE_UNKNOWN = 30
UNKNOWN_PAUSE = timedelta(seconds=2)
"""Addresses that lead nowhere from one network before any wait, and the pause between further ones: 30 a minute."""

FREE_LETTERS = 3
"""Codes that one mailbox is sent before any wait, which rises from an hour to a day: never more than 3 an hour and 10 a
day, whoever asks for them and at however many links.
"""

FREE_CODES = 20
CODES_PAUSE = timedelta(seconds=30)
"""Codes that are asked for at one link before any wait: from one network it rises to an hour, from everywhere it is half
a minute, since nobody may close a link to others.
"""

FREE_CODE_TRIES = 10
"""Wrong codes for one mailbox at one link in a day: one guess in ten million finds a code (security reference 3.3)."""

FREE_SIGN_INS = 10
"""Wrong tries to sign in under one name, or from one network, before any wait in a browser that is not known."""

FREE_SIGN_INS_BY_ALL = 1000
"""The same from everywhere under all names together."""

SIGN_IN_PAUSE = timedelta(seconds=30)
SIGN_IN_PAUSE_OF_ALL = timedelta(milliseconds=300)
"""The pause between further tries: ten in five minutes, and a thousand (security reference 3.3)."""

FREE_DEPARTURES = 300
DEPARTURES_PAUSE = timedelta(seconds=2)
"""Browsers of one network that leave to sign in elsewhere, while none comes back, before any wait, and the pause between
further ones. A whole organisation may sign in at once from one address; each that comes back starts the count again.
"""

FIRST_WAIT = timedelta(minutes=1)
NETWORK_CAP = timedelta(hours=1)
"""The wait of a network after the free tries, and what it rises to: no more than five tries in any minute."""

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
    return _rising(tally, now, FREE_TRIES, FIRST_WAIT, NETWORK_CAP)


def link_wait(tally: Tally, now: datetime) -> timedelta:
    """How long everyone without an earlier proof must wait before trying this link; at most 30 seconds."""
    return _rising(tally, now, FREE_TRIES_PER_LINK, timedelta(seconds=1), LINK_CAP)


def unknown_wait(tally: Tally, now: datetime) -> timedelta:
    """How long this network must wait before it may try another address that leads nowhere; at most two seconds."""
    return _paused(tally, now, FREE_UNKNOWN, UNKNOWN_PAUSE)


def letter_wait(tally: Tally, now: datetime) -> timedelta:
    """How long until this mailbox may be sent another code; at most a day."""
    return _rising(tally, now, FREE_LETTERS, timedelta(hours=1), FORGOTTEN_AFTER)


def codes_wait(tally: Tally, now: datetime) -> timedelta:
    """How long this network must wait before it may ask for another code at this link; at most an hour."""
    return _rising(tally, now, FREE_CODES, FIRST_WAIT, NETWORK_CAP)


def codes_link_wait(tally: Tally, now: datetime) -> timedelta:
    """How long everyone without an earlier proof must wait to ask for a code at this link; at most 30 seconds."""
    return _paused(tally, now, FREE_CODES, CODES_PAUSE)


def code_wait(tally: Tally, now: datetime) -> timedelta:
    """How long this mailbox's codes cannot be tried at this link: until a day after the last of too many wrong ones."""
    return _paused(tally, now, FREE_CODE_TRIES, FORGOTTEN_AFTER)


def name_wait(tally: Tally, now: datetime) -> timedelta:
    """How long a name that was tried too often waits in a browser that is not known; at most 30 seconds."""
    return _paused(tally, now, FREE_SIGN_INS, SIGN_IN_PAUSE)


def spray_wait(tally: Tally, now: datetime) -> timedelta:
    """How long a network that tried too many names waits; at most 30 seconds, so that no office is shut out."""
    return _paused(tally, now, FREE_SIGN_INS, SIGN_IN_PAUSE)


def anyone_wait(tally: Tally, now: datetime) -> timedelta:
    """How long everybody waits after very many wrong tries; at most 300 milliseconds."""
    return _paused(tally, now, FREE_SIGN_INS_BY_ALL, SIGN_IN_PAUSE_OF_ALL)


def departures_wait(tally: Tally, now: datetime) -> timedelta:
    """How long the next browser of this network must wait before it may leave to sign in elsewhere."""
    return _paused(tally, now, FREE_DEPARTURES, DEPARTURES_PAUSE)


def never(tally: Tally, now: datetime) -> timedelta:
    """No wait, however often it was tried."""
    return timedelta()


def before(seen: Tally, number: int, now: datetime) -> Tally:
    """The tally that stood before a try that was counted as the `number`th: what was seen, or, if others have tried at
    the same moment, what they had made of it.
    """
    return seen if number - 1 <= seen.failures else Tally(number - 1, now)


def counted_as(address: IPAddress | None) -> str:
    """The network that a guesser at `address` counts as: an IPv4 address, or the /64 of an IPv6 one.

    One subscriber has a whole /64 and could try from a new address of it each time. Requests without an address count
    together.
    """
    if address is None:
        return "none"
    plain = unwrapped(address)
    return str(plain) if plain.version == 4 else str(ip_network((plain, 64), strict=False))


def _paused(tally: Tally, now: datetime, free: int, pause: timedelta) -> timedelta:
    """A pause of one length after each wrong proof beyond the free ones: it bounds how many there are in a time."""
    if tally.last_at is None or tally.failures < free:
        return timedelta()
    return max(timedelta(), tally.last_at + pause - now)


def _rising(tally: Tally, now: datetime, free: int, first: timedelta, cap: timedelta) -> timedelta:
    """A wait that doubles with each wrong proof beyond the free ones."""
    if tally.last_at is None or tally.failures < free:
        return timedelta()
    doubled: int = 2 ** min(tally.failures - free, 20)
    whole = min(cap, first * doubled)
    return max(timedelta(), tally.last_at + whole - now)
