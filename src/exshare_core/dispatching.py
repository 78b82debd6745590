"""Letters on their way: sealed when they are written, opened and sent one batch at a time.

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

from exshare_core.errors import AdapterFailed, Broken, CannotUnseal, CredentialRejected, InvalidValue, MailRefused
from exshare_core.letters import PRIORITY, Letter, LetterKind, SealedLetter, render
from exshare_core.ports import Clock, Mailer, Outbox, Vault
from exshare_core.values import Address, SiteId

LETTER_PURPOSE = "letter"
"""The vault's purpose for letters; their id binds them further."""

LEASE = 120.0
"""Seconds for which a claimed letter is nobody else's; longer than any mail system may take over one letter."""

BATCH = 20
"""Letters claimed at once."""

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=30)
"""A letter that could not be sent is tried again after 5 seconds, then twice as long each time, up to 30 minutes."""


async def seal_letter(vault: Vault, letter: Letter, now: datetime, expires: datetime) -> SealedLetter:
    """The letter as it may rest: due at once, not sent any more after `expires` (spec N1, S1)."""
    content = {
        "kind": letter.kind.value,
        "recipient": str(letter.recipient),
        "variables": dict(letter.variables),
        "deliver": letter.deliver,
    }
    sealed = await vault.seal(json.dumps(content).encode(), LETTER_PURPOSE, letter.site, letter.id)
    return SealedLetter(letter.id, letter.site, sealed, PRIORITY[letter.kind], now, expires)


async def open_letter(vault: Vault, sealed: SealedLetter) -> Letter:
    """The letter behind what rested; raises CannotUnseal, and Broken for a form that this version does not know."""
    content = await vault.open(sealed.sealed, LETTER_PURPOSE, sealed.site, sealed.id)
    try:
        return _letter(sealed, json.loads(content))
    except (KeyError, TypeError, ValueError, InvalidValue) as error:
        raise Broken("a stored letter does not have the form that this version knows") from error


def _letter(sealed: SealedLetter, content: Mapping[str, Any]) -> Letter:
    return Letter(
        sealed.id,
        sealed.site,
        LetterKind(content["kind"]),
        Address.parse(content["recipient"]),
        {str(name): str(value) for name, value in content["variables"].items()},
        deliver=content["deliver"] is True,
    )


class Fate(Enum):
    """What became of a letter."""

    SENT = "sent"
    DROPPED = "dropped"
    """It was never to be delivered: its address is on no list (spec G2)."""
    REFUSED = "refused"
    """It can never be sent, and is given up."""
    PUT_OFF = "put off"


@frozen(slots=True)
class Dispatched:
    """One letter of a batch and what became of it; nothing of its words or its address."""

    letter: str
    site: SiteId
    fate: Fate
    reason: str = ""


@frozen
class Dispatching:
    """Sends what waits in the outbox."""

    outbox: Outbox
    mailer: Callable[[SiteId], Mailer]
    """The mailer of a site."""
    vault: Vault
    clock: Clock
    batch_size: int = field(default=BATCH)

    async def batch(self) -> tuple[Dispatched, ...]:
        """Claim what is due, send each letter, erase what is settled; what became of each, in order.

        Raises AdapterFailed only when the outbox itself fails. A letter whose process dies is tried again when its
        lease ends, under the same Message-ID.
        """
        claimed = await self.outbox.claim(self.clock.now(), LEASE, self.batch_size)
        return tuple([await self._dispatched(one) for one in claimed])

    async def _dispatched(self, sealed: SealedLetter) -> Dispatched:
        fate, reason = await self._tried(sealed)
        if fate is Fate.PUT_OFF:
            await self.outbox.put_off(sealed.id, self.clock.now() + pause_after(sealed.tries))
        else:
            await self.outbox.settle(sealed.id)
        return Dispatched(sealed.id, sealed.site, fate, reason)

    async def _tried(self, sealed: SealedLetter) -> tuple[Fate, str]:
        if self.clock.now() >= sealed.expires:
            return Fate.REFUSED, "it is too late to send it"
        try:
            letter = await open_letter(self.vault, sealed)
            message = render(letter)
            if not letter.deliver:
                return Fate.DROPPED, ""
            await self.mailer(letter.site).send(message)
        except (CannotUnseal, InvalidValue, MailRefused, Broken) as error:
            return Fate.REFUSED, str(error)
        except (CredentialRejected, AdapterFailed) as error:
            return Fate.PUT_OFF, str(error)
        return Fate.SENT, ""


def pause_after(tries: int) -> timedelta:
    """How long to wait after the `tries`-th failure."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(max(tries, 1) - 1, 20))
