"""Where outgoing connections may lead, and whose certificates count."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from socket import SOCK_STREAM

import anyio
import certifi

from exshare_core.errors import InvalidValue
from exshare_core.values import unwrapped

MOST_ADDRESSES = 4
"""Addresses of one name that are tried."""


async def resolved(host: str, port: int) -> Sequence[str]:
    """The first addresses of a name, each once; raises OSError for a name that is not known."""
    try:
        found = await anyio.getaddrinfo(host, port, type=SOCK_STREAM)
    except UnicodeError:
        raise OSError("the name is none") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses:
        raise OSError("the name has no address")
    return addresses[:MOST_ADDRESSES]


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, seen through mapped, 6to4 and NAT64 forms."""
    try:
        plain = unwrapped(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    return plain.is_global and not plain.is_multicast


def trusted(ca_file: Path | None) -> ssl.SSLContext:
    """The authorities of this machine, those that certifi lists, and those in the PEM file `ca_file`.

    Raises InvalidValue for a file that holds no certificate.
    """
    if ca_file is None:
        return _shared(ssl.get_default_verify_paths())
    trust = _usual()
    try:
        trust.load_verify_locations(ca_file)
    except (OSError, ssl.SSLError):
        raise InvalidValue("ca_file", f"`{ca_file}` is not a PEM file of certificates") from None
    return trust


@cache
def _shared(machines: ssl.DefaultVerifyPaths) -> ssl.SSLContext:
    """The usual authorities, read once: hundreds of certificates would hold up every command for each of its clients."""
    return _usual()


def _usual() -> ssl.SSLContext:
    trust = ssl.create_default_context()
    trust.load_verify_locations(certifi.where())
    return trust
