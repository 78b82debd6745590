"""How much processor time a dry run over every link of a site costs, in memory and in the embedded store.

    python -m benchmarks.dry_running [LINKS]

The change is one that touches every link: a password is demanded, a list of people narrows the links' own, a space gets
limits of its own, and another configuration is loosened. Links are those of `benchmarks.sweeping`.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from time import process_time

from attrs import evolve

from benchmarks.sweeping import NOW, SITE, made
from exshare_adapters.sqlite import SqliteSettings, open_sqlite
from exshare_core.governance import DEFAULT, Configuration, SitePolicy, SpaceRules, hold_back
from exshare_core.impact import Consequence
from exshare_core.policy import Limits
from exshare_core.ports import Storage
from exshare_core.rehearsing import DryRun, rehearse
from exshare_core.testing import MemoryStorage
from exshare_core.testing.samples import an_address
from exshare_core.values import People, SpaceKey

BEFORE = SitePolicy(SITE, configurations={DEFAULT: Configuration(Limits(opens=50))})
WANTED = evolve(
    BEFORE,
    limits=Limits(
        password_demanded=True, people=People.parse(["example.com", "1.example"]), lifetime=timedelta(days=90)
    ),
    configurations={DEFAULT: Configuration()},
    spaces={SpaceKey("S7"): SpaceRules(limits=Limits(capabilities={"attachments": 0}))},
)


@asynccontextmanager
async def in_memory() -> AsyncIterator[Storage]:
    """The storage of the tests: what the evaluator costs by itself."""
    yield MemoryStorage()


@asynccontextmanager
async def embedded() -> AsyncIterator[Storage]:
    """SQLite in a file."""
    with tempfile.TemporaryDirectory() as folder:
        async with asynccontextmanager(open_sqlite)(SqliteSettings(Path(folder) / "links.db")) as storage:
            yield storage


async def measured(opened: Callable[[], AbstractAsyncContextManager[Storage]], count: int) -> tuple[float, DryRun]:
    """Seconds of processor time for one dry run, and what it found."""
    async with opened() as storage:
        await storage.policies.ensure_site(SITE)
        for link in made(count):
            await storage.links.add(link, an_address(link), [])
        after = hold_back(BEFORE, WANTED, NOW + timedelta(days=1))
        began = process_time()
        found = await rehearse(storage, BEFORE, after, NOW + timedelta(days=1))
        return process_time() - began, found


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    print(f"{'store':10} {'links':>8} {'s of CPU':>9} {'µs a link':>10}  found")
    for name, opened in (("memory", in_memory), ("sqlite", embedded)):
        seconds, found = asyncio.run(measured(opened, count))
        counted = ", ".join(f"{found.count(one)} {one.value}" for one in Consequence)
        print(f"{name:10} {found.links:8} {seconds:9.2f} {seconds / found.links * 1e6:10.1f}  {counted}")


if __name__ == "__main__":
    main()
