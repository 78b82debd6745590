"""Mail by SMTP, encrypted unless the operator says otherwise: the settings, and how it is opened."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path

from attrs import field, frozen

from exshare_adapters.mail_message import Sender
from exshare_core.errors import InvalidValue
from exshare_core.ports import Mailer

PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""The usual port of each kind of `security`."""

LONGEST_TIMEOUT = 60.0
"""Seconds; a letter is leased for longer than this, so that no second process begins to send it meanwhile."""

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\Z")


@frozen(kw_only=True)
class SmtpSettings:
    """Which mail server takes our letters, and how it is spoken to."""

    host: str
    sender: str
    """Who letters are from: ``share@example.com`` or ``Example Ltd <share@example.com>``."""
    port: int | None = None
    """By default 587 for ``starttls``, 465 for ``tls`` and 25 for ``none``."""
    security: str = "starttls"
    """``starttls``, ``tls`` (from the first byte on) or ``none``. There is no falling back from one to another."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    """Never sent in clear, unless the server is on this very machine."""
    ca_file: Path | None = None
    """Certificate authorities in PEM form that are trusted instead of the system's."""
    timeout: float = 20.0
    """The longest time for one letter, in seconds."""

    def __attrs_post_init__(self) -> None:
        Sender.parse(self.sender)
        if not _HOST.match(self.host) and not _is_ip(self.host):
            raise InvalidValue("host", f"`{self.host[:80]}` is not the name of a mail server; the port has its own key")
        if self.security not in PORTS:
            raise InvalidValue("security", f"`{self.security[:20]}` is none of {', '.join(PORTS)}")
        if self.port is not None and not 1 <= self.port <= 65535:
            raise InvalidValue("port", "from 1 to 65535")
        if not 1 <= self.timeout <= LONGEST_TIMEOUT:
            raise InvalidValue("timeout", f"from 1 to {LONGEST_TIMEOUT:.0f} seconds")
        self._check_sign_in()

    def _check_sign_in(self) -> None:
        if (self.user is None) != (self.password is None):
            missing = "user" if self.user is None else "password"
            raise InvalidValue(missing, "give `user` and `password`, or neither")
        for name, value in (("user", self.user), ("password", self.password)):
            if value is not None and (not value or any(ord(char) < 32 for char in value)):
                raise InvalidValue(name, "must not be empty or hold control characters")
        if self.password is not None and self.security == "none" and not _is_loopback(self.host):
            raise InvalidValue("security", "a password would be sent in clear; use `starttls` or `tls`")

    @property
    def at(self) -> tuple[str, int]:
        """Host and port."""
        return self.host, PORTS[self.security] if self.port is None else self.port


async def open_smtp(settings: SmtpSettings, /) -> AsyncIterator[Mailer]:
    """Yield the mailer; it connects for each letter. Raises InvalidValue for a `ca_file` that cannot be read."""
    from exshare_adapters.smtp_mail.mailer import SmtpMailer
    from exshare_adapters.system import SystemClock

    yield SmtpMailer(settings, SystemClock())


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_ip(host) and ip_address(host).is_loopback)
