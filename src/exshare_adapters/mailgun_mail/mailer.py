"""Hands letters to Mailgun, with every kind of tracking turned off.

Letters go to ``messages.mime``: the bytes are ours, with our Message-ID, and Mailgun is told one recipient. Its answers
are told apart by status alone; its sentences quote addresses and are never repeated.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from exshare_adapters.http import Answer, Client, Limits, Transport, open_client
from exshare_adapters.mail_message import Sender, mail_bytes, recipient_of
from exshare_adapters.mailgun_mail import MailgunSettings
from exshare_adapters.system import SystemClock
from exshare_core.errors import AdapterFailed, Broken, Busy, CredentialRejected, MailRefused
from exshare_core.letters import Message
from exshare_core.ports import Clock
from exshare_core.values import Domain

UNTRACKED = {"o:tracking": "no", "o:tracking-clicks": "no", "o:tracking-opens": "no"}
"""Tracking would rewrite links, and so hand their tokens to Mailgun, and count who reads (spec N1)."""


@asynccontextmanager
async def opened(settings: MailgunSettings, transport: Transport | None = None) -> AsyncIterator[MailgunMailer]:
    """A mailer over one kept client; `transport` replaces the network, for tests."""
    async with open_client(
        base=settings.base,
        headers={"authorization": settings.authorization},
        insecure=settings.api_url is not None,
        limits=Limits(total=settings.timeout, silence=settings.timeout),
        transport=transport,
    ) as client:
        yield MailgunMailer(settings, client, SystemClock())


class MailgunMailer:
    """A Mailer over one sending domain, and Checked."""

    def __init__(self, settings: MailgunSettings, client: Client, clock: Clock) -> None:
        self._client = client
        self._sender = Sender.parse(settings.sender)
        self._domain = Domain.parse(settings.domain).name
        self._base = settings.base
        self._clock = clock

    async def send(self, message: Message) -> None:
        """See `Mailer.send`.

        Raises CredentialRejected when the key is not accepted, and Broken for an answer that only an operator can
        mend. A letter is repeated at once only after 429, which says that it was not taken.
        """
        recipient = str(recipient_of(message))
        mail = mail_bytes(message, self._sender, self._clock.now())
        answer = await self._client.request(
            "POST",
            self._messages,
            data={"to": recipient, **UNTRACKED},
            files=[("message", ("message.eml", mail, "message/rfc822"))],
        )
        if answer.status != 200:
            raise _refusal(answer)
        if not _names_a_letter(answer):
            raise Broken("the answer to a letter was not Mailgun's")

    async def check(self) -> tuple[str, ...]:
        """See `Checked.check`: asks for the domain, and with a sending key, which may not ask, offers no letter."""
        try:
            answer = await self._client.request("GET", f"{self._base}/v4/domains/{self._domain}")
            if answer.status in (401, 403):
                return self._said(await self._offered_nothing())
            if answer.status != 200:
                return self._said(_refusal(answer))
            return self._said(_state(answer))
        except AdapterFailed as error:
            return self._said(error)

    @property
    def _messages(self) -> str:
        return f"{self._base}/v3/{self._domain}/messages.mime"

    async def _offered_nothing(self) -> AdapterFailed | None:
        """What is wrong with the key: only from a key that may send is an empty letter looked at, and found wanting."""
        answer = await self._client.request("POST", self._messages, data=UNTRACKED, files=[])
        return None if answer.status == 400 else _refusal(answer)

    def _said(self, error: AdapterFailed | None) -> tuple[str, ...]:
        return () if error is None else (f"Mailgun domain `{self._domain}`: {error}",)


def _refusal(answer: Answer) -> AdapterFailed:
    """What a status means for the letter, by Mailgun's list of them."""
    status = answer.status
    if status in (401, 403):
        return CredentialRejected(f"Mailgun answered {status}: it does not accept the key; see `api_key` and `region`")
    if status in (400, 413):
        return MailRefused(f"Mailgun answered {status}: it does not take this letter")
    if status == 404:
        return Broken("Mailgun answered 404: it does not know the domain; see `domain` and `region`")
    if status == 429 or status >= 500:
        return Busy(f"Mailgun answered {status}: not now", retry_after=answer.retry_after)
    return Broken(f"Mailgun answered {status}; see the state of the account and of the domain")


def _names_a_letter(answer: Answer) -> bool:
    found = answer.json()
    return isinstance(found, dict) and isinstance(found.get("id"), str)


def _state(answer: Answer) -> AdapterFailed | None:
    found = answer.json()
    domain = found.get("domain") if isinstance(found, dict) else None
    if not isinstance(domain, dict):
        return Broken("the answer about the domain was not Mailgun's; see `api_url`")
    state = domain.get("state")
    return None if state == "active" else Broken(f"its state is `{str(state)[:40]}`; make it active in Mailgun")
