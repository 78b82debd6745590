"""Hands letters to a mail server: one connection for each.

What a mail server says is never repeated in an error: its sentences quote addresses. Codes of RFC 5321 and of RFC 4954
(sign-in) decide whether a letter is refused for good, may be accepted later, or waits for the operator.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from exshare_adapters.mail_message import Sender, mail_bytes, recipient_of
from exshare_adapters.smtp_mail import SmtpSettings
from exshare_core.errors import AdapterFailed, Broken, Busy, CredentialRejected, InvalidValue, MailRefused
from exshare_core.letters import Message
from exshare_core.ports import Clock

SIGN_IN_CODES = frozenset({530, 534, 535, 538})
"""Codes of RFC 4954 that ask for a sign-in, or for another one, whatever the command was."""


class SmtpMailer:
    """A Mailer over one mail server, and Checked."""

    def __init__(self, settings: SmtpSettings, clock: Clock) -> None:
        self._settings = settings
        self._sender = Sender.parse(settings.sender)
        self._clock = clock
        self._trust = _trust(settings.ca_file)

    async def send(self, message: Message) -> None:
        """See `Mailer.send`.

        Raises CredentialRejected when the server demands a sign-in that it does not get, and Broken when it cannot be
        spoken to as the settings say. When the connection ends before the server has confirmed, the letter may have
        been taken all the same; sent again, it has the same Message-ID.
        """
        recipient = str(recipient_of(message))
        mail = mail_bytes(message, self._sender, self._clock.now())

        async def deliver(client: SMTP) -> None:
            await client.sendmail(str(self._sender.address), [recipient], mail)

        await self._talk(deliver)

    async def check(self) -> tuple[str, ...]:
        """See `Checked.check`: connects, encrypts, signs in and names the sender, as for a letter, then takes leave."""

        async def try_sender(client: SMTP) -> None:
            await client.ehlo()
            await client.mail(str(self._sender.address))
            await client.rset()

        try:
            await self._talk(try_sender)
        except AdapterFailed as error:
            return ("mail server {}:{}: {}".format(*self._settings.at, error),)
        return ()

    async def _talk(self, work: Callable[[SMTP], Awaitable[None]]) -> None:
        host, port = self._settings.at
        client = SMTP(
            hostname=host,
            port=port,
            timeout=self._settings.timeout,
            use_tls=self._settings.security == "tls",
            start_tls=False,
            tls_context=self._trust,
            local_hostname=self._sender.address.domain.name,
        )
        try:
            async with asyncio.timeout(self._settings.timeout):
                await self._begin(client)
                await work(client)
        except (SMTPException, OSError) as error:
            raise _translated(error) from None
        else:
            # The server has the letter: whatever happens to the farewell, it must not be sent again.
            with suppress(SMTPException, OSError):
                await client.quit(timeout=1)
        finally:
            client.close()

    async def _begin(self, client: SMTP) -> None:
        await client.connect()
        await client.ehlo()
        if self._settings.security == "starttls":
            if not client.supports_extension("starttls"):
                raise Broken("it offers no STARTTLS, and nothing is sent in clear; see `security` and `port`")
            await client.starttls()
            await client.ehlo()
        if self._settings.user is not None and self._settings.password is not None:
            if not client.supported_auth_methods:
                raise Broken("it offers no way to sign in that is known here; see `user` and `port`")
            await client.login(self._settings.user, self._settings.password)


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise InvalidValue("ca_file", f"`{ca_file}` holds no certificates that can be read") from error


def _translated(error: Exception) -> AdapterFailed:
    """What a failure means for the letter."""
    if isinstance(error, SMTPRecipientsRefused):
        error = error.recipients[0]
    if isinstance(error, SMTPResponseException):
        return _answered(error)
    tls = _tls_failure(error)
    if isinstance(tls, ssl.SSLCertVerificationError):
        return Broken("its certificate is not trusted, has expired or names another host; see `ca_file` and `host`")
    if tls is not None:
        return Broken("no encryption could be agreed on; see `security` and `port`")
    if isinstance(error, TimeoutError):
        return Busy("the mail server did not answer in time")
    if isinstance(error, OSError):
        return Busy("the mail server cannot be reached")
    return Broken("the mail server broke the rules of SMTP")


def _answered(error: SMTPResponseException) -> AdapterFailed:
    """What a code means, by the command that it answered (RFC 5321 4.2.1: 4xx for now, 5xx for good)."""
    code = error.code
    if 400 <= code < 500:
        return Busy(f"the mail server answered {code}: not now")
    if code in SIGN_IN_CODES or isinstance(error, SMTPAuthenticationError):
        return CredentialRejected(f"the mail server answered {code} to the sign-in; see `user` and `password`")
    if isinstance(error, (SMTPRecipientRefused, SMTPDataError)):
        return MailRefused(f"the mail server answered {code}: it does not take this letter")
    return Broken(f"the mail server answered {code} before it heard of any recipient; see `sender` and `host`")


def _tls_failure(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__
    return error
