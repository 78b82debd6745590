"""Whether a stranger with a stopwatch learns anything: how long each refusal takes, beside one that it must equal.

    python -m benchmarks.refusing [SAMPLES]

A visitor's use cases over the embedded store, Argon2id and the vault of production, without HTTP, whose noise would only
hide a difference. The two sides of a pair take turns, one of each, in an order drawn anew for every sample, so that
whatever else the machine does falls on both. Shown are the medians, how far they lie apart, and the p-value of the
Kolmogorov–Smirnov test: below 0.01 the two could be told from each other (threats T14 and T19, T01 and B61).
"""

from __future__ import annotations

import asyncio
import math
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv4Address
from pathlib import Path
from statistics import median
from time import perf_counter

from attrs import define, evolve

from exshare_adapters.argon2_passwords import Argon2Hasher, Argon2Settings
from exshare_adapters.sqlite import SqliteSettings, open_sqlite
from exshare_adapters.system import SystemTokens
from exshare_adapters.vault import AesGcmVault, VaultKey
from exshare_core.links import LinkAddress, LinkState, ShareLink, Wish
from exshare_core.ports import Storage
from exshare_core.testing import FakeClock
from exshare_core.testing.samples import a_link
from exshare_core.values import People, SiteId, Token
from exshare_core.visiting import Caller, Visiting
from tests.integration.shell import a_site

SITE = SiteId("acme")
SAMPLES = 200

Side = Callable[[int], Awaitable[object]]
"""One refusal; the number is another for every sample, and names another visitor."""


@define
class Place:
    """A deployment without a web shell, whose clock goes on by an hour for each sample."""

    storage: Storage
    visiting: Visiting
    clock: FakeClock
    tokens: SystemTokens

    async def link(self, wish: Wish, state: LinkState = LinkState.ACTIVE) -> str:
        """The token of a new link."""
        link: ShareLink = evolve(a_link(SITE), wish=wish, state=state)
        text = self.tokens.token()
        await self.storage.links.add(link, LinkAddress(link.id, SITE, Token(text).digest, None, self.clock.now()), [])
        return text

    def caller(self, number: int) -> Caller:
        """A visitor who was never here, from a network of their own."""
        return Caller(IPv4Address(0x0A000000 + number), None, fresh=Token(self.tokens.token()).digest)


async def pairs(place: Place, hasher: Argon2Hasher) -> dict[str, tuple[Side, Side]]:
    """What must not be told apart."""
    visiting = place.visiting
    listed = await place.link(Wish(people=People.parse(["example.org"])))
    locked = await place.link(Wish(password_hash=await hasher.hash("five words nobody would guess")))
    deleted = await place.link(Wish(), LinkState.DELETED)
    unknown = place.tokens.token()

    def asked(domain: str) -> Side:
        return lambda number: visiting.ask_code(listed, place.caller(number), f"a{number}@{domain}")

    def brought(domain: str) -> Side:
        return lambda number: visiting.try_code(listed, place.caller(number), f"a{number}@{domain}", "00000000")

    def opened(token: str) -> Side:
        return lambda number: visiting.open(token, place.caller(number))

    def guessed(word: str) -> Side:
        return lambda number: visiting.try_password(locked, place.caller(number), word)

    return {
        "a code for a listed address | for another": (asked("example.org"), asked("example.net")),
        "a wrong code for a listed address | for another": (brought("example.org"), brought("example.net")),
        "an unknown token | a deleted link": (opened(unknown), opened(deleted)),
        "an unknown token | a malformed one": (opened(unknown), opened("short")),
        "a wrong password | nearly the right one": (guessed("x"), guessed("five words nobody would guess.")),
    }


async def measured(place: Place, sides: tuple[Side, Side], samples: int, start: int) -> tuple[list[float], list[float]]:
    """Seconds of each side, sample by sample."""
    times: tuple[list[float], list[float]] = ([], [])
    for sample in range(samples + 10):
        for which in random.sample((0, 1), 2):
            place.clock.forward(hours=1)
            number = start + 2 * sample + which
            began = perf_counter()
            await sides[which](number)
            if sample >= 10:
                times[which].append(perf_counter() - began)
    return times


def told_apart(one: Sequence[float], other: Sequence[float]) -> float:
    """The p-value of the two-sided Kolmogorov–Smirnov test, by its limiting distribution."""
    both = sorted([(value, 1) for value in one] + [(value, -1) for value in other])
    gap = most = 0.0
    for _, side in both:
        gap += side / len(one)
        most = max(most, abs(gap))
    scaled = most * math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    terms = (2 * (-1) ** (k - 1) * math.exp(-2 * k * k * scaled * scaled) for k in range(1, 101))
    return min(1.0, max(0.0, sum(terms))) if scaled > 0.2 else 1.0


async def main(samples: int) -> None:
    """Print a line for each pair."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            asynccontextmanager(open_sqlite)(SqliteSettings(Path(folder) / "exshare.db")) as storage,
            Argon2Hasher.opened(Argon2Settings()) as hasher,
        ):
            clock, tokens, vault = FakeClock(), SystemTokens(), AesGcmVault(VaultKey(random.randbytes(32)))
            await storage.policies.ensure_site(SITE)
            visiting = Visiting(storage, {SITE: a_site().content()}, clock, tokens, hasher, vault)
            place = Place(storage, visiting, clock, tokens)
            print(f"{'refusals':50} {'medians in ms':>21} {'apart':>10} {'p':>7}")
            for start, (name, sides) in enumerate((await pairs(place, hasher)).items()):
                one, other = await measured(place, sides, samples, start * 100_000)
                middles = median(one) * 1e3, median(other) * 1e3
                apart = abs(middles[0] - middles[1])
                figures = f"{middles[0]:10.3f} {middles[1]:10.3f} {apart:7.3f} ms {told_apart(one, other):7.3f}"
                print(f"{name:50} {figures}", flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES))
