"""How much memory a service holds after ten thousand views: it must not grow with their number.

The pages are those of `benchmarks.viewing`, of 10 kB and of 100 kB, each opened by links of their own; sixteen visitors
read at once. What counts is the resident memory of the service's process, read from the operating system.
"""

from __future__ import annotations

import asyncio
from itertools import cycle, islice

from benchmarks.rendering import PLAIN, RICH, body
from benchmarks.viewing import load, memory_of, serving

VIEWS = (1_000, 3_000, 10_000)
PAGES = 64
CASES = (("text only", PLAIN, 10_000), ("with constructs", RICH, 100_000))


def main() -> None:
    """Print the table."""
    print(f"{'body':24} {'at first':>12}" + "".join(f"{f'after {views}':>14}" for views in VIEWS))
    for name, pattern, size in CASES:
        with serving(body(pattern, size), PAGES) as (process, urls):
            held = [memory_of(process, "VmRSS")]
            done = 0
            for views in VIEWS:
                asyncio.run(load(list(islice(cycle(urls), views - done))))
                done = views
                held.append(memory_of(process, "VmRSS"))
        print(f"{f'{name}, {size // 1000} kB':24}" + "".join(f"{one:>9.0f} MiB" for one in held), flush=True)


if __name__ == "__main__":
    main()
