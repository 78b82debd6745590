"""SMTP keeps every promise of Mailer, against a real server on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from attrs import frozen

from exshare_adapters.smtp_mail import SmtpSettings, open_smtp
from exshare_core.ports import Checked, Mailer
from exshare_core.testing.checking import CheckedContract
from exshare_core.testing.mailer import MailerContract, MailSystem, ReceivedMail
from tests.mail_servers import HOST, SmtpServer, as_checked, smtp_server


@frozen
class SmtpSystem:
    """A mailer and the server that it speaks to."""

    mailer: Mailer
    server: SmtpServer

    async def received(self) -> list[ReceivedMail]:
        """What the server has taken."""
        return list(self.server.mails)

    async def refuse_for_good(self) -> None:
        """There is no such mailbox."""
        self.server.answers["RCPT"] = "550 5.1.1 no such mailbox"

    async def refuse_for_now(self) -> None:
        """The mailbox is busy."""
        self.server.answers["RCPT"] = "451 4.3.0 try again later"


def _settings(server: SmtpServer) -> SmtpSettings:
    return SmtpSettings(host=HOST, port=server.port, security="none", sender="Share & Co <share@example.com>")


class TestSmtp(MailerContract):
    """A server without encryption, since this contract is not about that."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[MailSystem]:
        """A fresh server and a mailer for it."""
        opened = asynccontextmanager(open_smtp)
        async with smtp_server(SmtpServer()) as server, opened(_settings(server)) as mailer:
            yield SmtpSystem(mailer, server)


class TestSmtpChecked(CheckedContract):
    """The server as it is tried."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Checked]:
        """A server that takes letters."""
        opened = asynccontextmanager(open_smtp)
        async with smtp_server(SmtpServer()) as server, opened(_settings(server)) as mailer:
            yield as_checked(mailer)

    @asynccontextmanager
    async def open_faulty(self) -> AsyncIterator[Checked]:
        """A server that does not want this sender."""
        async with smtp_server(SmtpServer()) as server:
            server.answers["MAIL"] = "550 5.7.1 not from you"
            async with asynccontextmanager(open_smtp)(_settings(server)) as mailer:
                yield as_checked(mailer)
