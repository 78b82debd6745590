"""Mailgun keeps every promise of Mailer, against a stand-in that takes its requests as they come off the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from attrs import frozen

from exshare_adapters.mailgun_mail import MailgunSettings
from exshare_adapters.mailgun_mail.mailer import opened
from exshare_core.ports import Checked, Mailer
from exshare_core.testing.checking import CheckedContract
from exshare_core.testing.mailer import MailerContract, MailSystem, ReceivedMail
from tests.mail_servers import Mailgun, as_checked


@frozen
class MailgunSystem:
    """A mailer and the stand-in that it speaks to."""

    mailer: Mailer
    mailgun: Mailgun

    async def received(self) -> list[ReceivedMail]:
        """What the stand-in has taken."""
        return list(self.mailgun.mails)

    async def refuse_for_good(self) -> None:
        """The recipient is not acceptable."""
        self.mailgun.refusal = 400

    async def refuse_for_now(self) -> None:
        """Something is out of order over there."""
        self.mailgun.refusal = 503


class TestMailgun(MailerContract):
    """One domain of one account."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[MailSystem]:
        """A fresh stand-in and a mailer for it."""
        mailgun = Mailgun()
        settings = MailgunSettings(
            domain=mailgun.domain, api_key=mailgun.key, sender="Share & Co <share@mg.example.com>"
        )
        async with opened(settings, mailgun.transport) as mailer:
            yield MailgunSystem(mailer, mailgun)


class TestMailgunChecked(CheckedContract):
    """The domain as it is tried."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Checked]:
        """A domain that is known."""
        mailgun = Mailgun()
        settings = MailgunSettings(domain=mailgun.domain, api_key=mailgun.key, sender="share@mg.example.com")
        async with opened(settings, mailgun.transport) as mailer:
            yield as_checked(mailer)

    @asynccontextmanager
    async def open_faulty(self) -> AsyncIterator[Checked]:
        """A key that is not accepted."""
        mailgun = Mailgun()
        settings = MailgunSettings(domain=mailgun.domain, api_key="another-key", sender="share@mg.example.com")
        async with opened(settings, mailgun.transport) as mailer:
            yield as_checked(mailer)
