"""A mail system in memory, and the mailer that hands messages to it."""

from __future__ import annotations

from exshare_core.errors import AdapterFailed, Busy, MailRefused
from exshare_core.letters import Message, header_text
from exshare_core.testing.mailer import ReceivedMail


class CollectingMailer:
    """A Mailer, and Checked, that keeps what it is given in `sent`, or raises `failure` while one is set."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.failure: AdapterFailed | None = None

    async def send(self, message: Message) -> None:
        """Keep the message."""
        header_text("subject", message.subject)
        header_text("recipient", str(message.recipient))
        header_text("id", message.id)
        if self.failure is not None:
            raise self.failure
        self.sent.append(message)

    async def check(self) -> tuple[str, ...]:
        """What would go wrong with a message."""
        return () if self.failure is None else (f"{self.failure}: try again later",)


class MemoryMailSystem:
    """A CollectingMailer seen from the other side, as the contract needs it."""

    def __init__(self, mailer: CollectingMailer | None = None) -> None:
        self.mailer = CollectingMailer() if mailer is None else mailer

    async def received(self) -> list[ReceivedMail]:
        """What was sent, as it would have arrived."""
        return [_arrived(message) for message in self.mailer.sent]

    async def refuse_for_good(self) -> None:
        """Refuse for good from now on."""
        self.mailer.failure = MailRefused("the mailbox does not exist")

    async def refuse_for_now(self) -> None:
        """Refuse for the time being."""
        self.mailer.failure = Busy("the mail system is busy", 60.0)


def _arrived(message: Message) -> ReceivedMail:
    recipient = str(message.recipient)
    headers = f"To: {recipient}\r\nMessage-ID: <{message.id}@share.example.com>\r\nSubject: {message.subject}"
    return ReceivedMail((recipient,), headers.encode(), message.text)
