"""Small values that everything else is made of: ids, tokens, mail addresses, networks.

Each parses foreign text once, at the boundary, and refuses what it does not know. A value that exists is valid.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, collapse_addresses, ip_address, ip_network
from typing import NewType

from attrs import field, frozen

from exshare_core.domains import Domain as Domain
from exshare_core.errors import InvalidValue, printable

SiteId = NewType("SiteId", str)
"""The name of a site in this deployment, for example ``acme``."""

EVERYWHERE = SiteId("-")
"""Stands for "all sites" where an event or a counter needs a site; no site can have this name."""

LinkId = NewType("LinkId", str)
"""The id of a share link; names it to members and in logs, opens nothing."""

NO_LINK = LinkId("-")
"""Stands for "no link" where a one-time code needs one: it is for an account. No link can have this id."""

MemberId = NewType("MemberId", str)
"""The id of a member of this deployment."""

PageId = NewType("PageId", str)
"""The id of a page, folder or other tree entry in Confluence: digits only."""

AttachmentId = NewType("AttachmentId", str)
"""The id of an attachment in Confluence: ``att`` and digits."""

SpaceKey = NewType("SpaceKey", str)
"""The key of a space in Confluence, compared in upper case."""

ExternalAccountId = NewType("ExternalAccountId", str)
"""The id of an external account: of a visitor who signs in here."""

ApiKeyId = NewType("ApiKeyId", str)
"""The id of an API key; it is no secret."""

AccountId = NewType("AccountId", str)
"""Who a person is to Confluence: an account id on Cloud, a user key on Data Center (spec R4)."""


@frozen(slots=True)
class Subject:
    """Who a person is to an identity provider: by its own name for them, which it gives to nobody else, ever."""

    issuer: str
    """The provider, by the name that it signs with."""
    name: str


Sealed = NewType("Sealed", bytes)
"""Bytes that only the vault can open, for the purpose, site and id they were sealed for."""

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of writing, and reach into what stands after them."""

_SITE_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?\Z")
_PAGE_ID = re.compile(r"[0-9]{1,19}\Z")
_ATTACHMENT_ID = re.compile(r"att[0-9]{1,19}\Z")
_TOKEN_SEGMENT = re.compile(r"(?:[A-Za-z0-9_-]{0,119}-)?([A-Za-z0-9_-]{43})\Z")


def site_id(text: str) -> SiteId:
    """The site named `text`; raises InvalidValue unless it is 1–40 of ``a-z 0-9 -`` with no hyphen at either end."""
    if not _SITE_NAME.match(text):
        raise InvalidValue("site", f"`{text[:60]}` is not a site name: use 1 to 40 of a-z, 0-9 and inner hyphens")
    return SiteId(text)


def page_id(text: str) -> PageId:
    """The page with the id `text`; raises InvalidValue unless it is 1–19 ASCII digits."""
    if not _PAGE_ID.match(text):
        raise InvalidValue("page", f"`{text[:60]}` is not a page id: use digits")
    return PageId(text)


def space_key(text: str) -> SpaceKey:
    """The space with the key `text`, in upper case; raises InvalidValue unless that is 1–255 printable characters."""
    key = text.strip().upper()
    if not 1 <= len(key) <= 255 or not key.isprintable():
        raise InvalidValue("space", f"`{text[:60]}` is not the key of a space")
    return SpaceKey(key)


def attachment_id(text: str) -> AttachmentId:
    """The attachment with the id `text`; raises InvalidValue unless it is ``att`` and 1–19 ASCII digits."""
    if not _ATTACHMENT_ID.match(text):
        raise InvalidValue("attachment", f"`{text[:60]}` is not an attachment id")
    return AttachmentId(text)


def utc(moment: datetime) -> datetime:
    """The same instant in UTC; raises InvalidValue for a time without a zone, since it names no instant."""
    if moment.tzinfo is None:
        raise InvalidValue("time", f"`{moment.isoformat()}` has no time zone")
    return moment.astimezone(UTC)


def instant(text: str, name: str = "time") -> datetime:
    """The UTC instant written in ISO 8601, as in ``2026-12-31T23:00:00Z``; a zone is demanded."""
    try:
        return utc(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError) as error:
        raise InvalidValue(name, f"`{text[:60]}` is not an instant such as 2026-12-31T23:00:00Z") from error
    except InvalidValue:
        raise InvalidValue(name, f"`{text[:60]}` has no time zone; write for example 2026-12-31T23:00:00Z") from None


MOST_LABEL = 255
"""Characters of a label in Confluence."""


def label_names(entries: Iterable[str], name: str = "labels") -> frozenset[str]:
    """Labels in lower case, as they compare; raises InvalidValue for what cannot be a label, with `name` as the field."""
    labels = frozenset(entry.strip().lower() for entry in entries)
    for one in sorted(labels):
        if not one or len(one) > MOST_LABEL or any(char.isspace() or not char.isprintable() for char in one):
            raise InvalidValue(name, f"`{printable(one[:60])}` is not a label")
    return labels


_ORIGIN = re.compile(r"https?://[a-z0-9.-]{1,253}(?::[0-9]{1,5})?\Z")


def origins(entries: Iterable[str], name: str = "frame_origins") -> frozenset[str]:
    """Origins of web pages in lower case; raises InvalidValue for what is none, with `name` as the field."""
    found = frozenset(entry.strip().lower() for entry in entries)
    for one in sorted(found):
        if not _ORIGIN.match(one):
            raise InvalidValue(name, f"`{printable(one[:60])}` is not an origin such as https://intranet.example.com")
    return found


@frozen(slots=True)
class Token:
    """The secret part of an address: 43 characters, 256 bits (spec L2). Never shown by ``repr``."""

    text: str = field(repr=False)

    @classmethod
    def parse(cls, segment: str) -> Token | None:
        """The token at the end of a path segment, or None when the segment is malformed, which means unknown.

        Whatever stands before the last 43 characters is decoration, must end in ``-`` and is ignored (spec L2).
        """
        found = _TOKEN_SEGMENT.match(segment)
        return None if found is None else cls(found[1])

    @property
    def digest(self) -> bytes:
        """SHA-256 of the token: the only form in which it is looked up and stored in clear."""
        return hashlib.sha256(self.text.encode("ascii")).digest()


_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")


@frozen(slots=True)
class Address:
    """A mail address: local part as written, domain normalised.

    Lists compare `key`: the domain exactly, the local part without case, as every mail system of our time does.
    """

    local: str
    domain: Domain
    key: str = field(init=False, repr=False)
    """The form in which two spellings of one mailbox are equal."""

    @key.default
    def _key(self) -> str:
        return f"{self.local.lower()}@{self.domain.name}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """One plain address such as ``ada@example.com``; raises InvalidValue.

        Quoted local parts, comments, IP literals and non-ASCII local parts are refused: nobody needs them here, and
        each has been used to smuggle something past a check. Blanks around it are forgiven, line breaks are not.
        """
        local, at, domain = text.strip(" \t").rpartition("@")
        if not at or not _LOCAL.match(local) or len(local) > 64 or domain.endswith((".", " ")) or domain[:1] == " ":
            raise InvalidValue("address", f"`{printable(text[:80])}` is not a mail address")
        try:
            parsed = Domain.parse(domain)
        except InvalidValue as error:
            raise InvalidValue("address", error.rule) from None
        if len(local) + len(parsed.name) > 253:
            raise InvalidValue("address", f"`{printable(text[:80])}` is longer than 254 characters")
        return cls(local, parsed)

    def __str__(self) -> str:
        return f"{self.local}@{self.domain.name}"


@frozen(slots=True)
class People:
    """Who may pass: single addresses, whole domains, and domains with everything below them.

    An empty value admits nobody (spec G2); "everyone" is the absence of a value, never an empty one.
    """

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    subdomains: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, entries: Iterable[str], name: str = "people") -> People:
        """From entries ``ada@example.com``, ``example.com`` (or ``@example.com``) and ``*.example.com``.

        ``*.example.com`` asks for the domain and all its sub-domains. Raises InvalidValue naming the entry.
        """
        addresses, domains, subdomains = set(), set(), set()
        for entry in (entry.strip() for entry in entries):
            try:
                if entry.startswith("*."):
                    subdomains.add(Domain.parse(entry[2:]).name)
                elif "@" in entry and not entry.startswith("@"):
                    addresses.add(Address.parse(entry).key)
                else:
                    domains.add(Domain.parse(entry.removeprefix("@")).name)
            except InvalidValue as error:
                raise InvalidValue(name, error.rule) from None
        return cls(frozenset(addresses), frozenset(domains), frozenset(subdomains))

    def admits(self, address: Address) -> bool:
        """Whether this list lets `address` pass: exact address, exact domain, or below a domain with ``*.``."""
        return (
            address.key in self.addresses
            or address.domain.name in self.domains
            or self._covers_all(address.domain.name)
        )

    def meet(self, other: People) -> People:
        """The people whom both lists admit: intersection by inclusion (spec P1, G3)."""
        return People(
            frozenset(
                a for a in self.addresses | other.addresses if self._covers_address(a) and other._covers_address(a)
            ),
            frozenset(d for d in self.domains | other.domains if self._covers_domain(d) and other._covers_domain(d)),
            frozenset(d for d in self.subdomains | other.subdomains if self._covers_all(d) and other._covers_all(d)),
        )

    def _covers_address(self, key: str) -> bool:
        return key in self.addresses or self._covers_domain(key.rpartition("@")[2])

    def _covers_domain(self, name: str) -> bool:
        return name in self.domains or self._covers_all(name)

    def _covers_all(self, name: str) -> bool:
        return bool(self.subdomains) and any(above in self.subdomains for above in _self_and_above(name))

    def entries(self) -> tuple[str, ...]:
        """The list as a person would write it, sorted."""
        return (*sorted(self.addresses), *sorted(self.domains), *(f"*.{name}" for name in sorted(self.subdomains)))


def _self_and_above(name: str) -> Iterable[str]:
    while name:
        yield name
        name = name.partition(".")[2]


_MAPPED, _NAT64, _SIXTOFOUR = IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16")


def unwrapped(address: IPAddress) -> IPAddress:
    """The IPv4 address inside a mapped, 6to4 or NAT64 address, else the address itself (security reference 0.7)."""
    if isinstance(address, IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


@frozen(slots=True)
class Networks:
    """A list of networks in CIDR form; an empty one admits nobody (spec G5, P1)."""

    ranges: frozenset[IPNetwork] = frozenset()

    @classmethod
    def parse(cls, entries: Iterable[str], name: str = "networks") -> Networks:
        """From entries such as ``192.0.2.0/24`` or ``2001:db8::1``; raises InvalidValue naming the entry."""
        ranges = set()
        for entry in (entry.strip() for entry in entries):
            try:
                ranges.add(_plain_network(ip_network(_without_zone(entry))))
            except ValueError as error:
                raise InvalidValue(name, f"`{entry[:60]}` is not a network such as 192.0.2.0/24") from error
        return cls(frozenset(ranges))

    def admits(self, address: IPAddress) -> bool:
        """Whether `address`, unwrapped, lies in one of the ranges."""
        plain = unwrapped(address)
        for network in self.ranges:
            if plain in network:
                return True
        return False

    @property
    def everywhere(self) -> bool:
        """Whether every address of either version is admitted, in one range or in several: no gate at all."""
        old = [one for one in self.ranges if isinstance(one, IPv4Network)]
        new = [one for one in self.ranges if isinstance(one, IPv6Network)]
        return 0 in [
            *(one.prefixlen for one in collapse_addresses(old)),
            *(one.prefixlen for one in collapse_addresses(new)),
        ]

    def meet(self, other: Networks) -> Networks:
        """The networks that lie in both lists: intersection by inclusion."""
        return Networks(
            frozenset(n for n in self.ranges | other.ranges if self._covers(n) and other._covers(n)),
        )

    def _covers(self, network: IPNetwork) -> bool:
        return any(
            network.version == mine.version and network.subnet_of(mine)  # type: ignore[arg-type]
            for mine in self.ranges
        )

    def entries(self) -> tuple[str, ...]:
        """The list as a person would write it, sorted."""
        return tuple(sorted(str(network) for network in self.ranges))


def _plain_network(network: IPNetwork) -> IPNetwork:
    """The IPv4 network inside a mapped, 6to4 or NAT64 one, since addresses in it are judged as what they carry.

    All that one IPv4 address has by 6to4 is that address, however small a part of it is named.
    """
    if isinstance(network, IPv4Network):
        return network
    for outer, last in ((_MAPPED, 128), (_NAT64, 128), (_SIXTOFOUR, 48)):
        if network.subnet_of(outer):
            inner = int(network.network_address) >> (128 - last) & 0xFFFFFFFF
            return IPv4Network((inner, min(network.prefixlen, last) - outer.prefixlen))
    return network


def network_address(text: str) -> IPAddress | None:
    """The visitor's address as the server saw it, or None when it is not an IP address: a unix socket, say.

    An address with a zone (``fe80::1%eth0``) means another host on every cable, and is none that a list could name.
    """
    try:
        return ip_address(_without_zone(text))
    except ValueError:
        return None


def _without_zone(text: str) -> str:
    if "%" in text:
        raise ValueError("a zone")
    return text
