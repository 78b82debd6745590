"""What a hostile body costs: processor time with the start of a worker, and the most memory above an empty page's.

Each body is rendered in a fresh process, as the first page that a service renders. The bound
that is aimed at is a second of processor time and 64 MiB. Bodies above half a MiB go to a worker process; its start is
counted, although a service starts it once and keeps it.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
from multiprocessing.connection import Connection

from exshare_adapters.confluence.body import ConfluenceRenderer
from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_adapters.confluence.rendering.words import placeholder
from exshare_core.content import Draft
from exshare_core.ports import View
from exshare_core.values import PageId

SITE = SiteAddresses.of(Flavour.CLOUD, "https://acme.atlassian.net/wiki")
PAGE = PageId("100")
N = 100_000
BODIES: dict[str, str] = {
    "an honest megabyte": "<p>The lamp is lit at dusk &amp; put out at dawn.</p>\n" * 20_000,
    "elements in each other": "<div>" * N,
    "elements in each other, closed": "<div>" * N + "</div>" * N,
    "elements in each other, just in bounds": ("<div>" * 250 + "</div>" * 250) * 350,
    "attributes of one tag": "<p " + " ".join(f"a{one}=1" for one in range(N)) + ">x",
    "quotes that never end": '<a href="' * 50_000,
    "formatting left open": ("<p>" + "".join(f"<b id={one}>" for one in range(1000)) + "</p>") * 50,
    "formatting just in bounds": ("<p>" + "<b>" * 30 + "x" + "</b>" * 30 + "</p>") * 3000,
    "ampersands": "&" * 1_000_000,
    "ampersands just in bounds": "&amp;" * 149_000,
    "tables in tables": "<table><tr><td>" * 30_000,
    "false ends of styles": ("<div>" * 200 + "<style></div></style>" * 200) * 100,
    "code to colour": '<pre data-syntaxhighlighter-params="brush: java">' + "if (a < b) { c(); }\n" * 20_000 + "</pre>",
    "links": "".join(f'<p><a href="/wiki/spaces/A/pages/{one}/B">x</a></p>' for one in range(30_000)),
    "more than five megabytes": "x" * (6 * 1024 * 1024),
}


def _cost(body: str, answer: Connection) -> None:
    """Render, and say what it cost: seconds of this process and its workers, the most MiB, whether it was shown."""
    before = resource.getrusage(resource.RUSAGE_SELF)

    async def work() -> str:
        return (await ConfluenceRenderer(SITE).render(Draft(PAGE, "Page", body, ()), (), {}, View("/s/t/a/"))).html

    shown = asyncio.run(work()) != placeholder("large")
    own, workers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = own.ru_utime + own.ru_stime - before.ru_utime - before.ru_stime + workers.ru_utime + workers.ru_stime
    answer.send((seconds, max(own.ru_maxrss, workers.ru_maxrss) / 1024, shown))


def cost(body: str) -> tuple[float, float, bool]:
    """The same, in a fresh process that has imported what a service has."""
    near, far = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_cost, args=(body, far))
    process.start()
    far.close()
    found: tuple[float, float, bool] = near.recv()
    process.join()
    return found


def main() -> None:
    """Print the table."""
    _, empty, _ = cost("<p>x</p>")
    print(f"{'body':42} {'size':>9} {'CPU':>8} {'memory above an empty page':>28} {'shown':>6}")
    for name, body in BODIES.items():
        seconds, memory, shown = cost(body)
        print(
            f"{name:42} {len(body):9} {seconds:6.2f} s {memory - empty:24.0f} MiB {'yes' if shown else 'no':>6}",
            flush=True,
        )


if __name__ == "__main__":
    main()
