"""How long others wait for a page while somebody takes a tree of 50 pages away as a PDF, beside how long they wait anyway.

    python -m benchmarks.printing [ROUNDS]

One service process over PostgreSQL, before a Confluence whose answers are remembered (`benchmarks.replaying`), as in
`benchmarks.viewing`. The tree has pages of 10 to 100 kB with constructs and a picture each; the other visitors ask for
pages of other links, evenly, whether or not the last answer is there yet, so that whoever is kept waiting is counted.
Each round has a stretch of quiet, one with a document in the making and one with two of them at once, so that whatever
else the machine does falls on all alike; a document that is ready is asked for anew, and no stretch ends before one is.
Shown are the waits of each kind, and how they compare with those of quiet in the same round, each as the median of all
rounds: the 95th percentile shall be at most twice as long.
"""

from __future__ import annotations

import asyncio
import math
import multiprocessing
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count, cycle
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
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
SHARES = (50, 95, 99)
AIM = 2.0


@define
class Waits:
    """How long the views of each round took, in seconds."""

    quiet: list[list[float]] = field(factory=list)
    one: list[list[float]] = field(factory=list)
    two: list[list[float]] = field(factory=list)
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


def take(tree: str, taken: Connection) -> None:
    """A visitor who takes the tree away, over and over: says first that they are there, then how long each took."""
    with httpx2.Client(timeout=300) as client:
        taken.send(0.0)
        while True:
            began, size = perf_counter(), 0
            with client.stream("POST", tree, data={"what": "below"}) as answer:
                assert answer.status_code == 200, answer.status_code
                size = sum(map(len, answer.iter_raw()))
            assert size > 100_000, "there is no document"
            taken.send(perf_counter() - began)


async def views(
    client: httpx2.AsyncClient, urls: Iterator[str], seconds: float, ready: Callable[[], bool] = lambda: True
) -> list[float]:
    """How long each of the views of one stretch took, which goes on until something is `ready`."""
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
            if at > began + seconds and ready():
                break
            await asyncio.sleep(max(0.0, at - perf_counter()))
            visitors.create_task(view(next(urls)))
    return waits


@define
class Takers:
    """Visitors who take the tree away, each in a process of their own, so that what they read keeps no view waiting."""

    ends: Sequence[Connection]
    taken: list[float] = field(factory=list)
    """How long each document took, in seconds."""

    def ready(self) -> bool:
        """Whether there is a document."""
        self.taken += [end.recv() for end in self.ends if end.poll()]
        return bool(self.taken)


@contextmanager
def printing(tree: str, number: int) -> Iterator[Takers]:
    """So many documents in the making, each followed by another, until the block ends; then their visitors leave."""
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe(duplex=False) for _ in range(number)]
    processes = [context.Process(target=take, args=(tree, sender), daemon=True) for _, sender in pipes]
    for process in processes:
        process.start()
    try:
        for end, _ in pipes:
            end.recv()
        yield Takers([end for end, _ in pipes])
        assert all(process.is_alive() for process in processes)
    finally:
        for process in processes:
            process.kill()
            process.join()


async def measured(tree: str, others: Sequence[str], rounds: int) -> Waits:
    """The waits of all rounds, after one of each that is not counted."""
    waits, urls = Waits(), cycle(others)
    limits = httpx2.Limits(max_connections=100, max_keepalive_connections=50)
    async with httpx2.AsyncClient(limits=limits, timeout=120) as client:
        await views(client, urls, OTHERS * EACH)
        for stretch in range(rounds + 1):
            quiet = await views(client, urls, STRETCH)
            with printing(tree, 1) as takers:
                one = await views(client, urls, STRETCH, takers.ready)
            with printing(tree, 2) as both:
                two = await views(client, urls, STRETCH, both.ready)
            if stretch > 0:
                waits.quiet.append(quiet)
                waits.one.append(one)
                waits.two.append(two)
                waits.documents += takers.taken + both.taken
    return waits


def percentile(waits: Sequence[float], share: float) -> float:
    """The wait that so large a share of all does not exceed."""
    return sorted(waits)[min(len(waits) - 1, math.ceil(len(waits) * share) - 1)]


def compared(found: Sequence[Sequence[float]], quiet: Sequence[Sequence[float]], share: int) -> str:
    """A percentile of the waits, and its ratio to that of quiet: the medians of all rounds."""
    pairs = [
        (percentile(one, share / 100), percentile(usual, share / 100)) for one, usual in zip(found, quiet, strict=True)
    ]
    return f"{median(one for one, _ in pairs) * 1e3:8.1f} ms{median(one / usual for one, usual in pairs):6.2f}×"


def main() -> None:
    """Print the table; with an argument, for so many rounds."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with serving() as (process, tree, others):
        before = cpu_of(process)
        waits = asyncio.run(measured(tree, others, rounds))
        print(f"{'others wait':24} {'views':>6}" + "".join(f"{f'p{share}':>11}{'ratio':>7}" for share in SHARES))
        for name, found in (("quiet", waits.quiet), ("one document", waits.one), ("two documents", waits.two)):
            print(f"{name:24} {sum(map(len, found)):6}" + "".join(compared(found, waits.quiet, one) for one in SHARES))
        print(f"aim for p95: {AIM:.1f}×")
        taken = sorted(waits.documents)
        print(f"documents: {len(taken)}, median {percentile(taken, 0.5) if taken else math.nan:.1f} s each")
        print(f"the service: {cpu_of(process) - before:.1f} s of CPU, {memory_of(process):.0f} MiB at most")


if __name__ == "__main__":
    main()
