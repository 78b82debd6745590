"""Mail on its way out."""

from __future__ import annotations

from typing import Protocol

from exshare_core.letters import Message


class Mailer(Protocol):
    """Hands one message to a mail system."""

    async def send(self, message: Message) -> None:
        """Must send to exactly one envelope recipient under the message's own Message-ID.

        Must refuse line breaks in headers with InvalidValue. Must raise MailRefused when the mail system refuses for
        good and Busy when it may accept later; must never swallow a failure.
        """
