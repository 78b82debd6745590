"""What one view of a page costs the service, beside a bare sanitiser pass over the same body, in one run.

The service runs as in production, one process over PostgreSQL, and fetches each page over loopback from a Confluence
whose answers are remembered (`benchmarks.replaying`); sixteen visitors read at once. Bodies are the markup-dense ones of `benchmarks.rendering`. What counts is the
CPU time of the service's process for each view, user and system, read from the operating system; the sanitiser's is
measured in this process between the rounds.

Each body is read twice over. *Apart*: every view of a round is of a page and a link of its own, and rounds lie more
than a second apart, so that nothing is shared and a view costs all that it can cost. *Together*: all views are of one
link, as when a letter to many people has just gone out, so that those who ask within a second share what was fetched.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx2
import nh3
from attrs import evolve, frozen

from benchmarks.rendering import PLAIN, RICH, body
from benchmarks.replaying import replaying
from exshare_core.sharing import LinkForm
from exshare_core.values import SiteId
from exshare_demo import pages
from exshare_demo.forms import raw
from exshare_demo.serving import standing
from exshare_demo.site import demo_site
from exshare_web.container import load_settings, opened
from tests.e2e.configured import MIRA, port_of, postgres_section, site_section, written
from tests.e2e.running import exshare, service
from tests.postgres_server import postgres_server

ROUNDS = 5
AT_ONCE = 16
PAUSE = 1.1
"""Seconds between the beginnings of two rounds, so that none finds what the last has fetched."""
CASES = (
    ("text only", PLAIN, 10_000, 128),
    ("text only", PLAIN, 100_000, 64),
    ("text only", PLAIN, 1_000_000, 16),
    ("with constructs", RICH, 100_000, 64),
)
"""What is read: its kind, pattern and size in bytes, and how many pages make a round."""
TICKS = os.sysconf("SC_CLK_TCK")
ACME = SiteId("acme")


@frozen
class Figures:
    """What one case cost, in seconds of CPU, and the views that came in a second."""

    view: float
    bare: float
    rate: float


def cpu_of(process: int) -> float:
    """Seconds of CPU that a process has used, user and system."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_of(process: int, what: str = "VmHWM") -> float:
    """Mebibytes that a process has held at most, or with `what` VmRSS holds now."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the operating system does not say")


async def linked(config: Path, targets: Sequence[int]) -> list[str]:
    """The address of a new link for each page."""
    async with opened(load_settings(config)) as deployment:
        owner = await deployment.services.membership.named("ada", ACME)
        sharing = deployment.services.sharing[ACME]
        return [(await sharing.create(None, owner, str(page), LinkForm()))[1] for page in targets]


async def load(urls: Sequence[str]) -> None:
    """One view of each, sixteen at once."""
    limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    waiting = iter(urls)
    async with httpx2.AsyncClient(limits=limits, timeout=60) as client:

        async def visitor() -> None:
            for url in waiting:
                answer = await client.get(url)
                assert answer.status_code == 200, answer.status_code

        await asyncio.gather(*(visitor() for _ in range(AT_ONCE)))


def sanitised(html: str, times: int) -> float:
    """Seconds of CPU of one bare pass."""
    began = time.process_time()
    for _ in range(times):
        nh3.clean(html)
    return (time.process_time() - began) / times


def rounds(process: int, urls: Sequence[str], html: str) -> Figures:
    """The medians of all rounds."""
    passes = max(3, 2_000_000 // len(html))
    figures = []
    for _ in range(ROUNDS):
        before, began = cpu_of(process), time.perf_counter()
        asyncio.run(load(urls))
        took = time.perf_counter() - began
        figures.append(((cpu_of(process) - before) / len(urls), sanitised(html, passes), len(urls) / took))
        time.sleep(max(0.0, began + PAUSE - time.perf_counter()))
    return Figures(*(median(column) for column in zip(*figures, strict=True)))


@contextmanager
def serving(html: str, number: int) -> Iterator[tuple[int, Sequence[str]]]:
    """A service that has shown `number` pages with that body once: its process, and the address of a link to each."""
    site = demo_site()
    part = raw(html, body(PLAIN, len(html) // 2))
    targets = [site.add_page(pages.HOME, f"Page {one}", part).id for one in range(number)]
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server() as dsn,
        standing(site) as confluence,
        replaying(confluence.site) as quick,
    ):
        home = Path(folder)
        config = written(home, postgres_section(dsn), site_section(ACME, evolve(confluence, site=quick)))
        exshare("member", "add", "ada", "--identity", MIRA, "--config", config, home=home)
        urls = asyncio.run(linked(config, targets))
        with service(home, config, port_of(config)) as program:
            asyncio.run(load(urls))
            time.sleep(PAUSE)
            yield program.process.pid, urls


def measure(pattern: str, size: int, number: int) -> tuple[Figures, Figures]:
    """What a view costs for `number` visitors of pages of their own, and for as many of one page."""
    html = body(pattern, size)
    with serving(html, number) as (process, urls):
        return rounds(process, urls, html), rounds(process, [urls[0]] * number, html)


def main() -> None:
    """Print the table; with an argument, only for the sizes in bytes that it lists."""
    chosen = {int(size) for size in sys.argv[1].split(",")} if len(sys.argv) > 1 else None
    print(
        f"{'body':24} {'visitors':9} {'CPU per view':>13} {'bare nh3':>12} {'ratio':>8} {'views per CPU s':>16} {'views/s':>8}"
    )
    for name, pattern, size, number in CASES:
        if chosen is not None and size not in chosen:
            continue
        for visitors, found in zip(("apart", "together"), measure(pattern, size, number), strict=True):
            what = f"{name}, {size // 1000} kB"
            costs = f"{found.view * 1e3:10.2f} ms {found.bare * 1e3:9.2f} ms {found.view / found.bare:7.2f}×"
            print(f"{what:24} {visitors:9} {costs} {1 / found.view:16.0f} {found.rate:8.0f}", flush=True)


if __name__ == "__main__":
    main()
