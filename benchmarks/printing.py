"""How long others wait for a page while somebody takes a tree of 50 pages away as a PDF, beside how long they wait anyway.

    python -m benchmarks.printing [ROUNDS]

One service process over PostgreSQL, before a Confluence whose answers are remembered (`benchmarks.replaying`), as in
`benchmarks.viewing`. The tree has pages of 10 to 100 kB with constructs and a picture each; the visitors ask for pages of
other links, evenly, whether or not the last answer is there yet, so that whoever is kept waiting is counted. Each round
has a stretch of quiet, one with a document in the making and one with two of them at once, so that whatever else the
machine does falls on all alike; a document that is ready is asked for anew. Shown are the waits of each kind, and how
they compare with those of quiet: the 95th percentile shall be at most twice as long.
"""

from __future__ import annotations

import asyncio
import math
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import count, cycle
from pathlib import Path
from time import perf_counter

import httpx2
from attrs import define, evolve, field

from benchmarks.rendering import PLAIN, RICH, body
from benchmarks.replaying import replaying
from benchmarks.viewing import ACME, cpu_of, linked, memory_of
from exshare_core.testing.printing import png
from exshare_demo import pages, pictures
from exshare_demo.forms import raw
from exshare_demo.serving import standing
from exshare_demo.site import Site, demo_site
from tests.e2e.configured import MIRA, port_of, postgres_section, site_section, written
from tests.e2e.running import answer_of, exshare, service
from tests.postgres_server import postgres_server

ROUNDS = 6
STRETCH = 6.0
"""Seconds of each kind in a round."""
EACH = 0.1
"""Seconds from one view to the next."""
OTHERS = 20
"""Pages of other links, so that no two views within a second are of the same."""
SIZES = (10_000, 20_000, 30_000, 60_000, 100_000)
TREE = 50
AIM = 2.0


@define
class Waits:
    """How long some views took, in seconds."""

    quiet: list[float] = field(factory=list)
    one: list[float] = field(factory=list)
    two: list[float] = field(factory=list)
    documents: list[float] = field(factory=list)
    """How long each document took."""


def planted(site: Site) -> tuple[int, Sequence[int]]:
    """The tree's first page, and the pages that others look at."""
    sizes = cycle(SIZES)
    root = _page(site, pages.HOME, "Lights", next(sizes))
    above = root
    for number in range(1, TREE):
        page = _page(site, above, f"Lights {number}", next(sizes))
        above = page if number % 7 == 0 else above
    return root, [_page(site, pages.HOME, f"Other {one}", next(sizes)) for one in range(OTHERS)]


def _page(site: Site, parent: int, title: str, size: int) -> int:
    page = site.add_page(parent, title).id
    lamp = site.add_file(page, "lamp.png", "image/png", png(640, 480))
    site.edit(page, raw(body(RICH, size), body(PLAIN, size // 2)), pictures.image(lamp.number, "a lamp"))
    return page


@contextmanager
def serving() -> Iterator[tuple[int, str, Sequence[str]]]:
    """A service: its process, where the tree is taken away, and the addresses of other links."""
    site = demo_site()
    root, others = planted(site)
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server() as dsn,
        standing(site) as confluence,
        replaying(confluence.site) as quick,
    ):
        home = Path(folder)
        config = written(home, postgres_section(dsn), site_section(ACME, evolve(confluence, site=quick)))
        exshare("member", "add", "ada", "--identity", MIRA, "--config", config, home=home)
        create = ["link", "create", ACME, str(root), "--owner", "ada", "--children", "--allow", "pdf"]
        tree = answer_of(*create, "--config", str(config), "--json", home=home)["url"]
        urls = asyncio.run(linked(config, others))
        with service(home, config, port_of(config)) as program:
            yield program.process.pid, f"{tree}/p/{root}/pdf", urls


async def take(client: httpx2.AsyncClient, tree: str) -> int:
    """A document of the tree, to its end: how many bytes the page that grows has."""
    size, end = 0, b""
    async with client.stream("POST", tree, data={"what": "below"}) as answer:
        assert answer.status_code == 200, answer.status_code
        async for part in answer.aiter_bytes():
            size += len(part)
            end = (end + part)[-4000:]
    assert b"download=" not in end, "the whole document fits into its end"
    assert size > 100_000, "there is no document"
    return size


async def views(client: httpx2.AsyncClient, urls: Iterator[str], seconds: float) -> list[float]:
    """How long each of the views of one stretch took."""
    waits: list[float] = []

    async def view(url: str) -> None:
        began = perf_counter()
        answer = await client.get(url)
        assert answer.status_code == 200, answer.status_code
        waits.append(perf_counter() - began)

    began = perf_counter()
    async with asyncio.TaskGroup() as visitors:
        for number in count():
            at = began + number * EACH
            if at > began + seconds:
                break
            await asyncio.sleep(max(0.0, at - perf_counter()))
            visitors.create_task(view(next(urls)))
    return waits


@asynccontextmanager
async def printing(client: httpx2.AsyncClient, tree: str, number: int, took: list[float]) -> AsyncIterator[None]:
    """So many documents in the making, each followed by another, until the block ends; then their visitors leave."""

    async def again() -> None:
        while True:
            began = perf_counter()
            await take(client, tree)
            took.append(perf_counter() - began)

    tasks = [asyncio.create_task(again()) for _ in range(number)]
    try:
        yield
        assert not any(task.done() for task in tasks)
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def measured(tree: str, others: Sequence[str], rounds: int) -> Waits:
    """The waits of all rounds, after one of each that is not counted."""
    waits, urls = Waits(), cycle(others)
    limits = httpx2.Limits(max_connections=100, max_keepalive_connections=50)
    async with httpx2.AsyncClient(limits=limits, timeout=120) as client:
        await views(client, urls, OTHERS * EACH)
        await take(client, tree)
        for _ in range(rounds):
            waits.quiet += await views(client, urls, STRETCH)
            for number, kept in ((1, waits.one), (2, waits.two)):
                async with printing(client, tree, number, waits.documents):
                    kept += await views(client, urls, STRETCH)
    return waits


def percentile(waits: Sequence[float], share: float) -> float:
    """The wait that so large a share of all does not exceed."""
    return sorted(waits)[min(len(waits) - 1, math.ceil(len(waits) * share) - 1)]


def main() -> None:
    """Print the table; with an argument, for so many rounds."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with serving() as (process, tree, others):
        before = cpu_of(process)
        waits = asyncio.run(measured(tree, others, rounds))
        print(f"{'others wait':24} {'views':>6}" + "".join(f"{f'p{share}':>11}{'ratio':>7}" for share in (50, 95, 99)))
        for name, found in (("quiet", waits.quiet), ("one document", waits.one), ("two documents", waits.two)):
            line = f"{name:24} {len(found):6}"
            for share in (50, 95, 99):
                wait, usual = (percentile(one, share / 100) for one in (found, waits.quiet))
                line += f"{wait * 1e3:8.1f} ms{wait / usual:6.2f}×"
            print(line)
        worst = max(percentile(one, 0.95) for one in (waits.one, waits.two)) / percentile(waits.quiet, 0.95)
        print(f"aim for p95: {AIM:.1f}×; worst: {worst:.2f}×")
        taken = sorted(waits.documents)
        print(f"documents: {len(taken)}, median {percentile(taken, 0.5) if taken else math.nan:.1f} s each")
        print(f"the service: {cpu_of(process) - before:.1f} s of CPU, {memory_of(process):.0f} MiB at most")


if __name__ == "__main__":
    main()
