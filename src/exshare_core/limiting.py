"""How often somebody may try to sign in: every way in counts its own tries, for every process (spec G7).

Who tries is counted per name and network, per name, per network and altogether, and then waits; nobody is locked out.
A browser in which that very name has signed in before brings a token that says so. It is counted by itself alone, so
that no stranger's guesses keep its owner waiting.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import field, frozen

from exshare_core.guessing import Tally, anyone_wait, counted_as, name_wait, network_wait, spray_wait
from exshare_core.ports import GuessCounter, TokenGenerator, Vault
from exshare_core.values import IPAddress, SiteId

KNOWN_LIFE = timedelta(days=180)
"""How long a browser is known after a sign-in."""

_DAY = timedelta(days=1).total_seconds()


@frozen(slots=True)
class Knock:
    """One try at a door: how long to wait before it, or the counters that it counted or will."""

    wait: timedelta = timedelta()
    counted: tuple[bytes, ...] = field(default=(), repr=False)
    """Counted before the check, so that those who try at once do not outrun the count by more than what is under way."""
    shared: tuple[bytes, ...] = field(default=(), repr=False)
    """Counted when the try was wrong, since those who are right share them with everyone else."""


@frozen
class Door:
    """One way in, such as the sign-in of members: `what` and `site` tell its counters from those of others."""

    guesses: GuessCounter
    vault: Vault
    site: SiteId
    what: str
    patience: Callable[[Tally, datetime], timedelta] = name_wait
    """How long a name that was tried too often waits, in every browser that is not known."""

    async def knock(self, who: str, network: IPAddress | None, now: datetime, known: str | None = None) -> Knock:
        """Count a try for `who`, or say how long to wait; `known` is what a known browser is counted by."""
        if known is not None:
            own = await self._key("known browser", f"{who}\n{known}")
            (tally,) = await self.guesses.tally((own,), now)
            return await self._counted(network_wait(tally, now), (own,), (), now)
        where = counted_as(network)
        pair, name = await self._key("name and network", f"{who}\n{where}"), await self._key("name", who)
        spray, anyone = await self._key("network", where), await self._key("anyone", "")
        by_pair, by_name, by_network, by_all = await self.guesses.tally((pair, name, spray, anyone), now)
        wait = max(
            network_wait(by_pair, now),
            self.patience(by_name, now),
            spray_wait(by_network, now),
            anyone_wait(by_all, now),
        )
        return await self._counted(wait, (pair, name), (spray, anyone), now)

    async def wrong(self, knock: Knock, now: datetime) -> None:
        """The try was wrong."""
        if knock.shared:
            await self.guesses.wrong(knock.shared, now)

    async def right(self, knock: Knock) -> None:
        """The try was right: who made it begins anew."""
        await self.guesses.right(knock.counted)

    async def _counted(
        self, wait: timedelta, counted: tuple[bytes, ...], shared: tuple[bytes, ...], now: datetime
    ) -> Knock:
        if wait:
            return Knock(wait)
        await self.guesses.wrong(counted, now)
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
