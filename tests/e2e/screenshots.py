"""Takes a picture of every kind of shared page, by day and by night, wide and narrow, for people to look at.

Run as ``python -m tests.e2e.screenshots FOLDER``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Literal

from tests.e2e import browsing
from tests.e2e.running import demo, free_port
from tests.e2e.test_shared_pages_in_a_browser import KINDS, Place

LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1280), ("dark", 1280), ("light", 375))


def take(folder: Path) -> None:
    """Put one file for each kind and look into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        with demo(home, home / "data", free_port()) as running, browsing.started() as browser:
            place = Place(running, browser)
            for kind in KINDS:
                for scheme, width in LOOKS:
                    with browsing.window(browser, place.origin, scheme=scheme, width=width, height=900) as window:
                        window.page.goto(place.address(kind))
                        file = folder / f"{kind.replace(' ', '-')}-{scheme}-{width}.png"
                        window.page.screenshot(path=file, full_page=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
