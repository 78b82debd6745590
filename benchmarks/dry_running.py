"""How much processor time a dry run over every link of a site costs, the walk through the embedded store included.

    python -m benchmarks.dry_running [LINKS]

The change touches nearly every link: a password is demanded, a list of people narrows the links' own, a longest life is
set, one space gets limits of its own, and a configuration is loosened. Links are those of `benchmarks.sweeping`, whose
table says what the walk costs by itself.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from time import process_time

from attrs import evolve

from benchmarks.sweeping import NOW, SITE, fill_sqlite, made
from exshare_adapters.codec import Codec
from exshare_adapters.link_rows import link_params
from exshare_adapters.sqlite import SqliteSettings, open_sqlite
from exshare_core.governance import DEFAULT, Configuration, SitePolicy, SpaceRules, hold_back
from exshare_core.governing.rehearsing import rehearse
from exshare_core.impact import Consequence
from exshare_core.policy import Limits
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
THEN = NOW + timedelta(days=1)


async def main(count: int) -> None:
    """Fill a store, rehearse the change, and print what it cost."""
    after, codec = hold_back(BEFORE, WANTED, THEN), Codec()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "exshare.db"
        async with asynccontextmanager(open_sqlite)(SqliteSettings(path)) as storage:
            fill_sqlite(path, [link_params(codec, link) for link in made(count)])
            began = process_time()
            found = await rehearse(storage, BEFORE, after, THEN)
            used = process_time() - began
    counted = ", ".join(f"{found.count(one)} {one.value}" for one in Consequence)
    print(f"{found.links} links: {used:.2f} s of processor, {used / found.links * 1e6:.1f} µs a link; {counted}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
