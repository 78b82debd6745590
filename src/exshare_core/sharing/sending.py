"""The use case of a member who sends a link by mail: one letter for each recipient, with the member's words (M5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import frozen

from exshare_core.accounts import Member
from exshare_core.dispatching import seal_letter
from exshare_core.errors import InvalidValue, Refused
from exshare_core.events import Event, Kind
from exshare_core.gates import admits
from exshare_core.letters import Letter, LetterKind, SealedLetter, header_text
from exshare_core.links import ShareLink, checked_description
from exshare_core.permissions import Right
from exshare_core.ports import LinkRecord
from exshare_core.sharing.handing_over import HandingOver
from exshare_core.sharing.standing import Shown
from exshare_core.values import Address, LinkId

INVITATION_LIFE = timedelta(days=2)
"""How long an invitation is tried before it is given up."""

MAX_RECIPIENTS = 50
"""Letters that one act may send."""


@frozen
class Sending(HandingOver):
    """A member's letters to those whom a link is for."""

    async def send(self, member: Member, link: LinkId, recipients: Sequence[Address], note: str = "") -> int:
        """Put an invitation for each recipient into the outbox, one letter each; the number of them (spec M5).

        The letter holds the address and the member's own words, never the password. Raises InvalidValue for too many
        recipients, for words that cannot be sent, and for a recipient whom the link would not let in.
        """
        record = await self._record(member, Right.SEND, link)
        now = self.clock.now()
        unique = await self._sendable(member, record, recipients, now)
        url = await self.url(record)
        if url is None:
            raise Refused("the link cannot be sent: its address can no longer be shown")
        letters = [await self._invitation(member, one, url, note, now) for one in unique]
        await self.storage.outbox.put(letters, [self._sent(member, record.link, len(letters), now)])
        return len(letters)

    async def _sendable(
        self, member: Member, record: LinkRecord, recipients: Sequence[Address], now: datetime
    ) -> tuple[Address, ...]:
        """Each recipient once; raises where the link cannot be sent to all of them, or not by this member (spec L18)."""
        unique = tuple({one.key: one for one in recipients}.values())
        shown = await self._shown(record, now)
        _check_recipients(unique, shown)
        await self._both_read(member, record.link)
        if not shown.opens_for_some:
            raise Refused(f"the link cannot be sent: it is {shown.state}")
        return unique

    async def _invitation(self, member: Member, recipient: Address, url: str, note: str, now: datetime) -> SealedLetter:
        variables = {"sender": header_text("name", member.name), "link": url, "note": _checked_note(note)}
        kind, language = LetterKind.INVITATION, self.language
        letter = Letter(self.tokens.id(), self.site, kind, recipient, variables, language=language)
        return await seal_letter(self.vault, letter, now, now + INVITATION_LIFE)

    def _sent(self, member: Member, link: ShareLink, letters: int, now: datetime) -> Event:
        return self._event(Kind.LINK_SENT, now, member, link, "1 letter" if letters == 1 else f"{letters} letters")


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
