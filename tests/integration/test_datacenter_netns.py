"""Data Center needs nothing of the internet: pages, trees, files and rights come over loopback alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.requirements import need

ROOT = Path(__file__).parents[2]


def test_data_center_is_read_without_any_other_network() -> None:
    """In a network namespace that has loopback only, a page is read, listed below, with its file and its rights."""
    program = [need("netns"), "--map-root-user", "--net", sys.executable, "-W", "error"]
    done = subprocess.run(
        [*program, "-m", "tests.integration.datacenter_journey"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert {
        "interfaces": ["lo"],
        "outside": False,
        "title": "Gallery of everything",
        "may read": "yes",
        "level": ["Getting started", "Repair handbook", "Kestrel I"],
        "more": True,
        "file": "Wipe the lens — gently.\n",
        "rights": [True, False],
        "check": [],
    } == json.loads(done.stdout.splitlines()[-1])
