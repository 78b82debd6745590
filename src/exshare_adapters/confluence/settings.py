"""How a site's Confluence is reached: the keys of ``[sites.content]``, checked before anything is opened."""

from __future__ import annotations

import re
from base64 import b64encode
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from attrs import field, frozen

from exshare_adapters.confluence.links import Flavour, SiteAddresses
from exshare_adapters.http import is_public
from exshare_core.errors import InvalidValue

_HEADER_SAFE = re.compile(r"[\x21-\x7e]+\Z")
_HOST = re.compile(r"(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?\Z|\[[0-9a-f:.]+\](?::[0-9]{1,5})?\Z")


def _trimmed(url: str) -> str:
    return url.strip().rstrip("/")


@frozen(kw_only=True)
class CloudSettings:
    """A Confluence Cloud site: `email` and `token`, or `bearer`."""

    url: str = field(converter=_trimmed)
    """What people and page bodies use, for example ``https://acme.atlassian.net/wiki``."""
    api_url: str | None = None
    """Where requests go when that is another place, such as the API gateway."""
    email: str | None = None
    token: str | None = field(default=None, repr=False)
    bearer: str | None = field(default=None, repr=False)
    media_hosts: tuple[str, ...] = ()
    """Further hosts, with a port where it is not the usual one, that file redirects may lead to."""
    aliases: tuple[str, ...] = ()
    """Further base addresses under which page bodies may name the site."""
    ca_file: Path | None = None
    """A PEM file of further authorities whose certificates are trusted for this site."""
    insecure: bool = False
    """Whether http and hosts with private or loopback addresses are allowed."""

    def __attrs_post_init__(self) -> None:
        _check_url("url", self.url, self.insecure)
        if self.api_url is not None:
            _check_url("api_url", self.api_url, self.insecure)
        _check_hosts(self.media_hosts, self.aliases)
        if self.bearer is not None:
            if self.email is not None or self.token is not None:
                raise InvalidValue("bearer", "give either `bearer` or `email` and `token`, not both")
            _check_secret("bearer", self.bearer)
            return
        if self.email is None or self.token is None:
            missing = "email" if self.email is None else "token"
            raise InvalidValue(missing, "give `email` and `token`, or `bearer`")
        _check_name("email", self.email)
        _check_secret("token", self.token)

    @property
    def base(self) -> str:
        """Where requests go, without a slash at the end."""
        return (self.api_url or self.url).strip().rstrip("/")

    @property
    def authorization(self) -> str:
        """The value of the ``Authorization`` header."""
        return _authorization(self.bearer, self.email, self.token)

    @property
    def site(self) -> SiteAddresses:
        """Every address under which the site is known."""
        return SiteAddresses.of(Flavour.CLOUD, self.url, *self.aliases, self.base)


@frozen(kw_only=True)
class DataCenterSettings:
    """A Confluence Data Center or Server site: `token` (a personal access token), or `user` and
    `password`.
    """

    url: str = field(converter=_trimmed)
    """The base address with its context path, for example ``https://wiki.example.com/confluence``."""
    api_url: str | None = None
    """Where requests go when that is another place, such as an address inside the network."""
    token: str | None = field(default=None, repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    media_hosts: tuple[str, ...] = ()
    """Hosts that file redirects may lead to, without the credential; none as a rule."""
    aliases: tuple[str, ...] = ()
    ca_file: Path | None = None
    """A PEM file of further authorities whose certificates are trusted for this site."""
    insecure: bool = False
    export_view: bool = False
    """Whether bodies are read as ``export_view`` where macros need not be located."""

    def __attrs_post_init__(self) -> None:
        _check_url("url", self.url, self.insecure)
        if self.api_url is not None:
            _check_url("api_url", self.api_url, self.insecure)
        _check_hosts(self.media_hosts, self.aliases)
        if self.token is not None:
            if self.user is not None or self.password is not None:
                raise InvalidValue("token", "give either `token` or `user` and `password`, not both")
            _check_secret("token", self.token)
            return
        if self.user is None or self.password is None:
            missing = "user" if self.user is None else "password"
            raise InvalidValue(missing, "give `token`, or `user` and `password`")
        _check_name("user", self.user)
        if not self.password or any(ord(char) < 32 for char in self.password):
            raise InvalidValue("password", "must not be empty or hold control characters")

    @property
    def base(self) -> str:
        """Where requests go, without a slash at the end."""
        return (self.api_url or self.url).strip().rstrip("/")

    @property
    def authorization(self) -> str:
        """The value of the ``Authorization`` header."""
        return _authorization(self.token, self.user, self.password)

    @property
    def site(self) -> SiteAddresses:
        """Every address under which the site is known."""
        return SiteAddresses.of(Flavour.DATA_CENTER, self.url, *self.aliases, self.base)


def _authorization(bearer: str | None, user: str | None, secret: str | None) -> str:
    if bearer is not None:
        return f"Bearer {bearer}"
    return "Basic " + b64encode(f"{user}:{secret}".encode()).decode("ascii")


def _check_url(name: str, url: str, insecure: bool) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InvalidValue(name, f"`{url[:80]}` is not an address") from None
    if parts.username is not None or parts.password is not None:
        raise InvalidValue(name, "must not hold a user or password; they have keys of their own")
    if parts.scheme not in ("http", "https") or not host:
        raise InvalidValue(name, f"`{url[:80]}` is not an address such as https://acme.atlassian.net/wiki")
    if parts.query or parts.fragment or not _HEADER_SAFE.match(url):
        raise InvalidValue(name, f"`{url[:80]}` must be a plain base address without query, fragment or spaces")
    if insecure:
        return
    if parts.scheme != "https":
        raise InvalidValue(name, f"`{url[:80]}` must be https; set `insecure = true` to allow http for this site")
    if host == "localhost" or (_is_ip(host) and not is_public(host)):
        raise InvalidValue(name, f"`{url[:80]}` is a private address; set `insecure = true` to allow it for this site")


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _check_hosts(media_hosts: tuple[str, ...], aliases: tuple[str, ...]) -> None:
    for host in media_hosts:
        if not _HOST.match(host.lower()):
            raise InvalidValue("media_hosts", f"`{host[:80]}` is not a host such as media.example.com")
    for alias in aliases:
        _check_url("aliases", alias, insecure=True)


def _check_name(name: str, value: str) -> None:
    if not value or ":" in value or any(ord(char) < 33 for char in value):
        raise InvalidValue(name, "must not be empty or hold a colon, spaces or control characters")


def _check_secret(name: str, value: str) -> None:
    if not _HEADER_SAFE.match(value):
        raise InvalidValue(name, "must be printable ASCII without spaces; was it copied whole?")
