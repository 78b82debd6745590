"""Whose address counts behind a proxy: the last one that no configured proxy has, whatever stands before it (G5, T25)."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from exshare_core.values import IPAddress, Networks, network_address
from tests.corpora import items

PROXIES = ["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"]
"""As `Settings.trusted_proxies` has them, and as the server is told."""

PROXY, STRANGER, VISITOR = "10.0.0.7", "198.51.100.66", "203.0.113.9"


def seen(peer: str, *forwarded: str) -> IPAddress | None:
    """The visitor's address for a connection from `peer` with these ``X-Forwarded-For`` headers."""
    found: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope["client"])

    async def asked() -> None:
        headers = [(b"x-forwarded-for", value.encode("latin-1", "replace")) for value in forwarded]
        scope = {"type": "http", "scheme": "http", "client": (peer, 50000), "headers": headers}
        await ProxyHeadersMiddleware(app, PROXIES)(scope, None, None)  # type: ignore[arg-type]

    asyncio.run(asked())
    return network_address(found[0][0])


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        (PROXY, [VISITOR], VISITOR),
        (PROXY, [f"{STRANGER}, {VISITOR}"], VISITOR),
        (PROXY, [f"{VISITOR}, 10.9.9.9"], VISITOR),
        (PROXY, [f"10.0.0.1, {VISITOR}"], VISITOR),
        (PROXY, [f"127.0.0.1, {VISITOR}, fd00::1"], VISITOR),
        (STRANGER, ["10.0.0.1"], STRANGER),
        (STRANGER, [VISITOR], STRANGER),
        ("::ffff:198.51.100.66", ["10.0.0.1"], "::ffff:198.51.100.66"),
        (PROXY, [], PROXY),
    ],
)
def test_the_last_address_that_is_no_proxy_counts(peer: str, forwarded: list[str], expected: str) -> None:
    """What a visitor writes into the header stands before what the proxy adds, and is never reached."""
    assert ip_address(expected) == seen(peer, *forwarded)


def test_no_text_in_front_moves_a_visitor() -> None:
    """Each of 315 texts that look like addresses, before the proxy's own word and instead of any from a stranger."""
    texts = [item["input"] for item in items("ip-cpython") if item["input"].isascii() and item["input"].isprintable()]

    assert len(texts) > 300
    assert {VISITOR} == {str(seen(PROXY, f"{text}, {VISITOR}")) for text in texts}
    assert {STRANGER} == {str(seen(STRANGER, text)) for text in texts}


def test_a_proxy_that_says_nonsense_lets_nobody_in() -> None:
    """Where the proxy's own word is no address, there is none: a list of networks admits nobody then."""
    everywhere = Networks.parse(["0.0.0.0/0", "::/0"])
    for item in items("ip-cpython"):
        text = item["input"]
        if not (text.isascii() and text.isprintable()) or "," in text:
            continue
        found = seen(PROXY, text)
        right = item["expect"]["address"]

        assert found in (None if right is None or "%" in text else ip_address(right), ip_address(PROXY)), text
        assert found is None or everywhere.admits(found), text
