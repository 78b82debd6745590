"""Tests in a browser get a second try; a promise that is broken fails twice.

What is tried are our pages, not how soon a loaded machine lets a browser paint, scroll or move the focus. The summary
of a run says how many needed the second try, so that one that often does is seen and mended.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark every test of a module that opens a browser."""
    for item in items:
        if "tests/e2e/" in item.nodeid and ("browser" in item.nodeid or "live_payloads" in item.nodeid):
            item.add_marker(pytest.mark.flaky(reruns=1))
