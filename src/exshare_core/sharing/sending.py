"""The use case of a member who sends a link by mail: one letter for each recipient, with the member's words (M5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from attrs import frozen

from exshare_core.accounts import Member
from exshare_core.dispatching import seal_letter
from exshare_core.errors import InvalidValue, Refused
from exshare_core.events import Kind
from exshare_core.gates import admits
from exshare_core.letters import Letter, LetterKind, header_text
from exshare_core.links import checked_description
from exshare_core.permissions import Right
from exshare_core.sharing.looking import Looking
from exshare_core.sharing.standing import Shown
from exshare_core.values import Address, LinkId

INVITATION_LIFE = timedelta(days=2)
"""How long an invitation is tried before it is given up."""

MAX_RECIPIENTS = 50
"""Letters that one act may send."""


@frozen
class Sending(Looking):
    """A member's letters to those whom a link is for."""

    async def send(self, member: Member, link: LinkId, recipients: Sequence[Address], note: str = "") -> int:
        """Put an invitation for each recipient into the outbox, one letter each; the number of them (spec M5).

        The letter holds the address and the member's own words, never the password. Raises InvalidValue for too many
        recipients, for words that cannot be sent, and for a recipient whom the link would not let in.
        """
        record = await self._record(member, Right.SEND, link)
        unique = tuple({one.key: one for one in recipients}.values())
        shown = await self._shown(record, self.clock.now())
        _check_recipients(unique, shown)
        await self._both_read(member, record.link)
        url = await self.url(record)
        if url is None or not shown.opens_for_some:
            raise Refused(f"the link cannot be sent: it is {shown.state}")
        variables = {"sender": header_text("name", member.name), "link": url, "note": _checked_note(note)}
        now = self.clock.now()
        letters = [
            await seal_letter(
                self.vault,
                Letter(self.tokens.id(), self.site, LetterKind.INVITATION, recipient, variables),
                now,
                now + INVITATION_LIFE,
            )
            for recipient in unique
        ]
        detail = "1 letter" if len(letters) == 1 else f"{len(letters)} letters"
        event = self._event(Kind.LINK_SENT, now, member, record.link, detail=detail)
        await self.storage.outbox.put(letters, [event])
        return len(letters)


def _check_recipients(recipients: Sequence[Address], shown: Shown) -> None:
    if not 1 <= len(recipients) <= MAX_RECIPIENTS:
        raise InvalidValue("recipients", f"from 1 to {MAX_RECIPIENTS} addresses")
    for one in recipients:
        header_text("recipients", str(one))
    outside = [str(one) for one in recipients if shown.policy is not None and not admits(shown.policy, one)]
    if outside:
        raise InvalidValue("recipients", f"`{outside[0]}` is not among the people who may open the link")


def _checked_note(text: str) -> str:
    try:
        return checked_description(text)
    except InvalidValue as error:
        raise InvalidValue("note", error.rule) from None
