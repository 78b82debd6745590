"""Troubles that Data Center makes in its own way, as orders for `Site.faults`."""

from __future__ import annotations

from exshare_demo.faults import Faults, Order

DOWN = b"<!DOCTYPE html><html><title>Confluence is down for maintenance</title><h1>We will be back soon</h1></html>"


def rate_limit(faults: Faults, pattern: str, seconds: int = 1, times: int | None = 1) -> Order:
    """An empty bucket: a 429 with Data Center's own headers, to be tried again after that many seconds."""
    headers = {
        "content-type": "application/json",
        "x-ratelimit-limit": "300",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-interval-seconds": "60",
        "x-ratelimit-fillrate": "300",
        "retry-after": str(seconds),
    }
    return faults.answer(pattern, 429, b'{"message":"Rate limit exceeded."}', headers, times)


def maintenance(faults: Faults, pattern: str, status: int = 503, times: int | None = None) -> Order:
    """A page for people while the site is down; some proxies send it with status 200."""
    return faults.answer(pattern, status, DOWN, {"content-type": "text/html;charset=UTF-8"}, times)
