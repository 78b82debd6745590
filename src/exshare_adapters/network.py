"""Where outgoing connections may lead, and whose certificates count: every address of a name is judged, and a
judged address is connected to.

Serves `exshare_adapters.http` only. Names are resolved once per connection, so that a name cannot mean one
address when it is judged and another when it is used.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from pathlib import Path
from socket import SOCK_STREAM

import anyio
import certifi
import httpcore

from exshare_core.errors import Broken, InvalidValue
from exshare_core.values import unwrapped


class JudgingBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name once, refuses it unless every address is allowed, connects to one of those very
    addresses."""

    def __init__(self, *, insecure: bool) -> None:
        self._insecure = insecure
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        seconds = 3.0 if timeout is None else timeout
        try:
            with anyio.fail_after(seconds):
                addresses = await _resolved(host, port)
                if not self._insecure and not all(is_public(address) for address in addresses):
                    raise Broken("the host leads to an address that is not public")
                return await self._first(addresses, port, seconds, local_address, socket_options)
        except TimeoutError:
            raise httpcore.ConnectTimeout("the host did not answer") from None

    async def _first(
        self,
        addresses: Sequence[str],
        port: int,
        timeout: float,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream:
        share = timeout / len(addresses)
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


async def _resolved(host: str, port: int) -> Sequence[str]:
    try:
        found = await anyio.getaddrinfo(host, port, type=SOCK_STREAM)
    except (OSError, UnicodeError):
        raise httpcore.ConnectError("the name of the host is not known") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses:
        raise httpcore.ConnectError("the name of the host is not known")
    return addresses[:4]


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
    trust = ssl.create_default_context()
    trust.load_verify_locations(certifi.where())
    if ca_file is not None:
        try:
            trust.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError):
            raise InvalidValue("ca_file", f"`{ca_file}` is not a PEM file of certificates") from None
    return trust
