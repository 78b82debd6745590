"""Mail by Mailgun's HTTP interface: the settings, and how it is opened."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import AsyncIterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from attrs import field, frozen

from exshare_adapters.mail_message import Sender
from exshare_core.errors import InvalidValue
from exshare_core.ports import Mailer
from exshare_core.values import Domain

REGIONS = {"us": "https://api.mailgun.net", "eu": "https://api.eu.mailgun.net"}

LONGEST_TIMEOUT = 60.0
"""Seconds; a letter is leased for longer than this, so that no second process begins to send it meanwhile."""

_KEY = re.compile(r"[\x21-\x7e]+\Z")


@frozen(kw_only=True)
class MailgunSettings:
    """Which Mailgun account sends our letters."""

    domain: str
    """The sending domain as Mailgun knows it, for example ``mg.example.com``."""
    api_key: str = field(repr=False)
    """A key of the account, or better a sending key of this domain alone."""
    sender: str
    """Who letters are from: ``share@example.com`` or ``Example Ltd <share@example.com>``."""
    region: str = "us"
    """``us`` or ``eu``: where the domain was made."""
    api_url: str | None = None
    """Another address than the region's, such as a gateway inside the network; http only on this very machine."""
    timeout: float = 20.0
    """The longest time for one letter, in seconds."""

    def __attrs_post_init__(self) -> None:
        Sender.parse(self.sender)
        try:
            Domain.parse(self.domain)
        except InvalidValue as error:
            raise InvalidValue("domain", error.rule) from None
        if not _KEY.match(self.api_key):
            raise InvalidValue("api_key", "must be printable ASCII without spaces; was it copied whole?")
        if self.region not in REGIONS:
            raise InvalidValue("region", f"`{self.region[:20]}` is none of {', '.join(REGIONS)}")
        if self.api_url is not None:
            _check_url(self.api_url)
        if not 1 <= self.timeout <= LONGEST_TIMEOUT:
            raise InvalidValue("timeout", f"from 1 to {LONGEST_TIMEOUT:.0f} seconds")

    @property
    def base(self) -> str:
        """Where requests go, without a slash at the end."""
        return (self.api_url or REGIONS[self.region]).rstrip("/")

    @property
    def authorization(self) -> str:
        """The value of the ``Authorization`` header."""
        return "Basic " + b64encode(f"api:{self.api_key}".encode()).decode("ascii")


async def open_mailgun(settings: MailgunSettings, /) -> AsyncIterator[Mailer]:
    """Yield a mailer over one kept client."""
    from exshare_adapters.mailgun_mail.mailer import opened

    async with opened(settings) as mailer:
        yield mailer


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidValue("api_url", f"`{url[:80]}` is not an address") from None
    if parts.username is not None or parts.password is not None:
        raise InvalidValue("api_url", "must not hold a user or password")
    if not host or parts.query or parts.fragment or not _KEY.match(url):
        raise InvalidValue("api_url", f"`{url[:80]}` is not a plain base address such as https://api.mailgun.net")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise InvalidValue("api_url", f"`{url[:80]}` must be https, or the key would be sent in clear")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
