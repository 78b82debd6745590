"""Letters on their way: sealed when they are written, opened and sent one by one.

The outbox holds sealed letters only; who may open them, whether they may still be sent, and when to try again is
judged here. The loop that calls `Dispatching.batch` lives in the shell.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from attrs import field, frozen

from exshare_core.errors import Broken, Busy, ExshareError, InvalidValue, MailRefused
from exshare_core.letter_texts import render
from exshare_core.letters import ENGLISH, PRIORITY, Letter, LetterKind, Message, SealedLetter
from exshare_core.ports import Clock, Mailer, Outbox, Vault
from exshare_core.values import Address, SiteId

LETTER_PURPOSE = "letter"
"""The vault's purpose for letters; their id binds them further."""

LEASE = 120.0
"""Seconds for which a claimed letter is nobody else's; longer than any mail system may take over one letter."""

BATCH = 20
"""Letters sent before the caller is told."""

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=30)
"""A letter that could not be sent is tried again after 5 seconds, then twice as long each time, up to 30 minutes."""


async def seal_letter(vault: Vault, letter: Letter, now: datetime, expires: datetime) -> SealedLetter:
    """The letter as it may rest: due at once, not sent any more after `expires` (spec N1, S1).

    The sealed form is a JSON object of which later versions may have more keys, but never fewer.
    """
    content = {
        "kind": letter.kind.value,
        "recipient": str(letter.recipient),
        "variables": dict(letter.variables),
        "deliver": letter.deliver,
        "language": letter.language,
    }
    sealed = await vault.seal(json.dumps(content).encode(), LETTER_PURPOSE, letter.site, letter.id)
    return SealedLetter(letter.id, letter.site, sealed, PRIORITY[letter.kind], now, expires)


async def open_letter(vault: Vault, sealed: SealedLetter) -> Letter:
    """The letter behind what rested; raises CannotUnseal, and Broken for a form that this version does not know."""
    content = await vault.open(sealed.sealed, LETTER_PURPOSE, sealed.site, sealed.id)
    try:
        return _letter(sealed, json.loads(content))
    except (AttributeError, KeyError, TypeError, ValueError, InvalidValue):
        # The cause is left out: it may quote the letter.
        raise Broken("a stored letter does not have the form that this version knows") from None


def _letter(sealed: SealedLetter, content: Mapping[str, Any]) -> Letter:
    return Letter(
        sealed.id,
        sealed.site,
        LetterKind(content["kind"]),
        Address.parse(content["recipient"]),
        {str(name): str(value) for name, value in content["variables"].items()},
        deliver=content["deliver"] is True,
        language=str(content.get("language", ENGLISH)),
    )


class Fate(Enum):
    """What became of a letter."""

    SENT = "sent"
    DROPPED = "dropped"
    """It was never to be delivered: its address is on no list (spec G2)."""
    REFUSED = "refused"
    """It can never be sent, and is given up."""
    EXPIRED = "expired"
    """It could not be sent while it was of use, and is given up."""
    PUT_OFF = "put off"


@frozen(slots=True)
class Dispatched:
    """One letter and what became of it; nothing of its words or its address."""

    letter: str
    site: SiteId
    fate: Fate
    reason: str = ""


@frozen
class Dispatching:
    """Sends what waits in the outbox."""

    outbox: Outbox
    mailer: Callable[[SiteId], Mailer]
    """The mailer of a site; may raise NotFound for a site that this process does not serve."""
    vault: Vault
    clock: Clock
    batch_size: int = field(default=BATCH)

    async def batch(self) -> tuple[Dispatched, ...]:
        """Send what is due, most urgent first, and erase what is settled; what became of each letter, in order.

        Letters are claimed one by one: each has its whole lease, and a code that is written while notices are being
        sent overtakes those that are left (spec N1). Only a letter that is refused for good or comes too late is given
        up; whatever else goes wrong, an operator may mend it, and the letter is tried again until it expires. Raises
        AdapterFailed only when the outbox itself fails. A letter whose process dies is tried again when its lease
        ends, under the same Message-ID.
        """
        dispatched: list[Dispatched] = []
        while len(dispatched) < self.batch_size:
            claimed = await self.outbox.claim(self.clock.now(), LEASE, 1)
            if not claimed:
                break
            dispatched += [await self._dispatched(one) for one in claimed]
        return tuple(dispatched)

    async def _dispatched(self, sealed: SealedLetter) -> Dispatched:
        try:
            fate, reason = await self._tried(sealed), ""
        except (InvalidValue, MailRefused) as error:
            fate, reason = Fate.REFUSED, _reason(error)
        except ExshareError as error:
            fate, reason = await self._put_off(sealed, error), _reason(error)
        if fate is not Fate.PUT_OFF:
            await self.outbox.settle(sealed.id)
        return Dispatched(sealed.id, sealed.site, fate, reason)

    async def _tried(self, sealed: SealedLetter) -> Fate:
        """Send one letter if it may be sent; an unlisted one takes the same path up to the mailer (spec G2)."""
        letter = await open_letter(self.vault, sealed)
        message = render(letter)
        if not letter.deliver:
            return Fate.DROPPED
        if self.clock.now() >= sealed.expires:
            return Fate.EXPIRED
        await self._handed_over(sealed, message)
        return Fate.SENT

    async def _handed_over(self, sealed: SealedLetter, message: Message) -> None:
        mailer = self.mailer(sealed.site)
        try:
            await mailer.send(message)
        except ExshareError:
            raise
        except Exception as error:
            # A mailer may be a stranger's; what it does not foresee must not hold up the other letters.
            raise Broken(f"the mailer failed with {type(error).__name__}") from error

    async def _put_off(self, sealed: SealedLetter, error: ExshareError) -> Fate:
        """Make the letter due again; a letter that would come too late then is given up now."""
        hint = error.retry_after if isinstance(error, Busy) else None
        due = self.clock.now() + pause_after(sealed.tries, hint)
        if due >= sealed.expires:
            return Fate.EXPIRED
        await self.outbox.put_off(sealed.id, due)
        return Fate.PUT_OFF


def pause_after(tries: int, hint: float | None = None) -> timedelta:
    """How long to wait after the `tries`-th failure; longer if the mail system asked for more seconds by `hint`."""
    doubled = FIRST_PAUSE * (1 << min(max(tries, 1) - 1, 20))
    asked = timedelta(seconds=min(max(hint or 0.0, 0.0), LONGEST_PAUSE.total_seconds()))
    return min(LONGEST_PAUSE, max(doubled, asked))


def _reason(error: ExshareError) -> str:
    """What may stand in a log. A rule that was broken may quote what broke it, so that only its field is named."""
    return f"its {error.field} cannot be sent" if isinstance(error, InvalidValue) else str(error)
