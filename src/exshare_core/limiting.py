"""How often somebody may try: every way in counts its own tries, exactly, for every process (spec G7).

Who tries to sign in is counted per name and network, per name, per network and altogether, and then waits; nobody is locked out.
A browser in which that very name has signed in before brings a token that says so. It is counted by itself alone, so
that no stranger's guesses keep its owner waiting.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from attrs import field, frozen

from exshare_core.guessing import (
    Tally,
    anyone_wait,
    before,
    counted_as,
    letter_wait,
    name_wait,
    network_wait,
    spray_wait,
)
from exshare_core.ports import GuessCounter, TokenGenerator, Vault
from exshare_core.values import EVERYWHERE, Address, IPAddress, SiteId

KNOWN_LIFE = timedelta(days=180)
"""How long a browser is known after a sign-in."""

_DAY = timedelta(days=1).total_seconds()


Patience = Callable[[Tally, datetime], timedelta]
"""How long the next try has to wait, by what was counted so far."""


@frozen(slots=True)
class Limit:
    """One counter of a try, and the patience with it."""

    key: bytes = field(repr=False)
    patience: Patience
    counts: bool = True
    """Whether the try itself is counted here; else it is only looked at."""


@frozen(slots=True)
class Charge:
    """What came of counting a try: it may go on, or has to wait."""

    wait: timedelta
    most: int
    """The largest number that a limit which counts stands at, a refused try not included."""


async def charge(guesses: GuessCounter, limits: Sequence[Limit], now: datetime) -> Charge:
    """Count a try under every limit, or say how long to wait; a try that has to wait counts nothing.

    It is counted before it is looked at, and judged by the number it got: however many come at once, no more of them
    go on than one after the other would.
    """
    seen = await guesses.tally([limit.key for limit in limits], now)
    most = max((tally.failures for limit, tally in zip(limits, seen, strict=True) if limit.counts), default=0)
    if wait := max(limit.patience(tally, now) for limit, tally in zip(limits, seen, strict=True)):
        return Charge(wait, most)
    counting = [(limit, tally) for limit, tally in zip(limits, seen, strict=True) if limit.counts]
    numbers = await guesses.wrong([limit.key for limit, _ in counting], now)
    waits = [
        one.patience(before(tally, number, now), now) for (one, tally), number in zip(counting, numbers, strict=True)
    ]
    return Charge(max(waits, default=timedelta()), max(numbers, default=1) - 1)


async def mailbox_limit(vault: Vault, address: Address) -> Limit:
    """What bounds the codes that one mailbox is sent: one counter for every link, account and site."""
    return Limit(await vault.keyed_digest(address.key.encode(), "guess letters mailbox", EVERYWHERE), letter_wait)


@frozen(slots=True)
class Knock:
    """One try at a door: how long to wait before it, or the counters that it counted or will."""

    wait: timedelta = timedelta()
    counted: tuple[bytes, ...] = field(default=(), repr=False)
    """Counted before the check, so that those who try at once do not outrun the count."""
    shared: tuple[bytes, ...] = field(default=(), repr=False)
    """Counted when the try was wrong, since those who are right share them with everyone else."""


def _span(now: datetime) -> str:
    """Which five minutes it is: what all tries together are counted by."""
    return str(int(now.timestamp()) // 300)


@frozen
class Door:
    """One way in, such as the sign-in of members: `what` and `site` tell its counters from those of others."""

    guesses: GuessCounter
    vault: Vault
    site: SiteId
    what: str
    patience: Patience = name_wait
    """How long a name that was tried too often waits, in every browser that is not known."""

    async def knock(self, who: str, network: IPAddress | None, now: datetime, known: str | None = None) -> Knock:
        """Count a try for `who`, or say how long to wait; `known` is what a known browser is counted by."""
        if known is not None:
            own = await self._key("known browser", f"{who}\n{known}")
            return await self._charged([Limit(own, network_wait)], now)
        where = counted_as(network)
        pair, name = await self._key("name and network", f"{who}\n{where}"), await self._key("name", who)
        spray, anyone = await self._key("network", where), await self._key("anyone", _span(now))
        limits = [
            Limit(pair, network_wait),
            Limit(name, self.patience),
            Limit(spray, spray_wait, counts=False),
            Limit(anyone, anyone_wait, counts=False),
        ]
        return await self._charged(limits, now)

    async def wrong(self, knock: Knock, now: datetime) -> None:
        """The try was wrong."""
        if knock.shared:
            await self.guesses.wrong(knock.shared, now)

    async def right(self, knock: Knock) -> None:
        """The try was right: who made it begins anew."""
        await self.guesses.right(knock.counted)

    async def _charged(self, limits: Sequence[Limit], now: datetime) -> Knock:
        charged = await charge(self.guesses, limits, now)
        if charged.wait:
            return Knock(charged.wait)
        counted, shared = (tuple(one.key for one in limits if one.counts is counts) for counts in (True, False))
        return Knock(counted=counted, shared=shared)

    async def _key(self, by: str, value: str) -> bytes:
        return await self.vault.keyed_digest(value.encode(), f"guess {self.what} {by}", self.site)


@frozen
class KnownBrowsers:
    """Gives browsers a token that says who has signed in there, and reads it. It opens nothing by itself."""

    vault: Vault
    tokens: TokenGenerator
    site: SiteId
    what: str

    async def remember(self, who: str, now: datetime) -> str:
        """A token for the browser in which `who` has signed in just now."""
        drawn, day = self.tokens.token(), int(now.timestamp() // _DAY)
        return f"{drawn}.{day}.{await self._mac(who, drawn, day)}"

    async def known(self, token: str | None, who: str, now: datetime) -> str | None:
        """What a browser with this token is counted by; None unless it was given for `who` in the last 180 days.

        Does the same work whoever is asked for.
        """
        drawn, day, mac = _parts(token)
        right = hmac.compare_digest(mac.encode(), (await self._mac(who, drawn, day)).encode())
        age = now.timestamp() - day * _DAY
        return drawn if right and 0 <= age < KNOWN_LIFE.total_seconds() else None

    async def _mac(self, who: str, drawn: str, day: int) -> str:
        digest = await self.vault.keyed_digest(f"{drawn}\n{day}\n{who}".encode(), f"known {self.what}", self.site)
        return digest.hex()


def _parts(token: str | None) -> tuple[str, int, str]:
    """The parts of a token; those of none for anything that is no token."""
    drawn, _, rest = (token or "").partition(".")
    day, _, mac = rest.partition(".")
    if not (token and token.isascii() and len(token) <= 150 and day.isdigit() and len(day) <= 6):
        return "", 0, ""
    return drawn, int(day), mac
