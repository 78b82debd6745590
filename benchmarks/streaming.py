"""What files of up to 2 GB cost on their way through the service: memory must not grow with the file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter

import httpx2

from benchmarks.viewing import cpu_of, memory_of
from exshare_demo import pages
from exshare_demo.serving import standing
from exshare_demo.site import demo_site
from tests.e2e.configured import MIRA, port_of, site_section, sqlite_section, written
from tests.e2e.running import answer_of, exshare, service

MEGABYTE = 1_000_000
SIZES = (2, 20, 200, 2_000)


def main() -> None:
    """Print the table."""
    site = demo_site()
    files = [site.add_file(pages.CARE, f"{size}.bin", "application/octet-stream", size * MEGABYTE) for size in SIZES]
    with tempfile.TemporaryDirectory() as folder, standing(site) as confluence:
        home = Path(folder)
        config = written(home, sqlite_section(home), site_section("acme", confluence))
        exshare("member", "add", "ada", "--identity", MIRA, "--config", config, home=home)
        create = ["link", "create", "acme", str(pages.CARE), "--owner", "ada", "--allow", "attachments=view"]
        url = answer_of(*create, "--config", str(config), "--json", home=home)["url"]
        with service(home, config, port_of(config)) as program:
            httpx2.get(url)
            print(f"{'file':>8} {'peak memory':>13} {'MB/s':>8} {'CPU per 100 MB':>16}")
            for size, file in zip(SIZES, files, strict=True):
                before, began = cpu_of(program.process.pid), perf_counter()
                arrived = 0
                with httpx2.stream("GET", f"{url}/a/{file.id}", timeout=600) as answer:
                    assert answer.status_code == 200, answer.status_code
                    for chunk in answer.iter_raw():
                        arrived += len(chunk)
                assert arrived == size * MEGABYTE, arrived
                took, cpu = perf_counter() - began, cpu_of(program.process.pid) - before
                peak = memory_of(program.process.pid)
                print(f"{size:>5} MB {peak:>9.0f} MiB {size / took:>8.0f} {cpu / size * 100:>14.2f} s")


if __name__ == "__main__":
    main()
