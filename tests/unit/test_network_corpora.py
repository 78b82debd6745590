"""Lists of networks and visitors' addresses against every form of them that CPython's own tests know (G5)."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from exshare_core.errors import InvalidValue
from exshare_core.guessing import counted_as
from exshare_core.values import Networks, network_address, unwrapped
from tests.corpora import items


def _texts() -> list[tuple[str, dict[str, Any]]]:
    return [(item["input"], item["expect"]) for item in items("ip-cpython")]


def _listed(text: str) -> Networks | None:
    try:
        return Networks.parse([text])
    except InvalidValue:
        return None


def test_visitors_addresses_are_read_or_refused() -> None:
    """Of 315 texts those are addresses that the standard has, without zones and without leading zeros."""
    read = [(text, expect["address"], network_address(text)) for text, expect in _texts()]

    assert [] == [text for text, right, found in read if found is not None and (right is None or "%" in text)]
    assert [] == [text for text, right, found in read if found is None and right is not None and "%" not in text]
    assert [] == [text for text, right, found in read if found is not None and found != ip_address(right)]


def test_networks_are_read_or_refused() -> None:
    """An entry is a network without zones and without bits beyond its prefix; everything else is refused by name."""
    read = [(text, expect["network_strict"], _listed(text)) for text, expect in _texts()]

    assert [] == [text for text, right, found in read if found is not None and (right is None or "%" in text)]
    assert [] == [text for text, right, found in read if found is None and right is not None and "%" not in text]


def test_an_entry_admits_its_own_addresses() -> None:
    """The first and the last address of every network in the list are admitted, however that network was written."""
    networks = [
        (listed, ip_network(expect["network_strict"])) for text, expect in _texts() if (listed := _listed(text))
    ]

    assert len(networks) > 80
    for listed, network in networks:
        ends = (network.network_address, network.broadcast_address)
        assert [True, True] == [listed.admits(end) for end in ends], network


def test_every_mapped_spelling_is_judged_as_what_it_carries() -> None:
    """An IPv4 address is admitted, refused and counted alike in all the IPv6 forms that carry it."""
    plain = [
        ip_address(expect["address"]) for _, expect in _texts() if expect["address"] and ":" not in expect["address"]
    ]

    assert len(plain) > 20
    for address in plain:
        number = int(address)
        forms = [f"::ffff:{address}", f"64:ff9b::{address}", f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"]
        listed = Networks.parse([f"{address}/32"])
        assert [address] * 3 == [unwrapped(ip_address(form)) for form in forms]
        assert [True] * 3 == [listed.admits(ip_address(form)) for form in forms]
        assert {counted_as(address)} == {counted_as(ip_address(form)) for form in forms}


@pytest.mark.parametrize(
    ("entry", "text", "expected"),
    [
        ("10.0.0.0/8", "::ffff:10.0.0.1", True),
        ("10.0.0.0/8", "64:ff9b::a00:1", True),
        ("10.0.0.0/8", "2002:a00:1::1", True),
        ("::ffff:10.0.0.0/104", "10.0.0.1", True),
        ("64:ff9b::a00:0/104", "10.0.0.1", True),
        ("2002:a00::/24", "10.0.0.1", True),
        ("2002:a00:1::/48", "2002:a00:1::9", True),
        ("2002:a00:1:2::/64", "2002:a00:1::9", True),
        ("2002:a00:1::/48", "2002:a00:2::9", False),
        ("::/0", "10.0.0.1", False),
        ("::/0", "::ffff:10.0.0.1", False),
        ("0.0.0.0/0", "::1", False),
        ("fe80::/10", "fe80::1%eth0", None),
        ("10.0.0.0/8", "010.0.0.1", None),
        ("10.0.0.0/8", "10.1", None),
        ("10.0.0.0/8", "167772161", None),
        ("10.0.0.0/8", "0x0a000001", None),
        ("10.0.0.0/8", "10.0.0.1, 192.0.2.7", None),
        ("10.0.0.0/8", " 10.0.0.1", None),
        ("10.0.0.0/8", "\u0661\u0660.0.0.1", None),
    ],
)
def test_odd_forms_get_in_nowhere(entry: str, text: str, expected: bool | None) -> None:
    """Forms that other programs read differently are no addresses, and no network admits them; None is no address."""
    address = network_address(text)

    assert expected == (None if address is None else Networks.parse([entry]).admits(address))


@pytest.mark.parametrize("entry", ["fe80::%eth0/64", "fe80::1%1", "010.0.0.0/8", "10.0.0.0/08x", "10/8", "*", "0x0a/8"])
def test_odd_entries_are_refused(entry: str) -> None:
    """A list takes no zones, no leading zeros and no short forms."""
    assert _listed(entry) is None
