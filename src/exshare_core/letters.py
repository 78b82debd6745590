"""Mail as values: letters, letters at rest, and messages.

A letter rests in the outbox as its kind, its variables, its language and the member's own words, sealed, and is rendered
at the moment of sending (spec S1, N1), by `exshare_core.letter_texts`. Nothing here knows a mail system.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from attrs import frozen

from exshare_core.errors import InvalidValue
from exshare_core.values import Address, Sealed, SiteId

ENGLISH = "en"
"""What letters speak for which nobody said a language."""


class LetterKind(Enum):
    """Which letter it is; a smaller place in this list is sent earlier (spec N1: codes overtake notices)."""

    CODE = "code"
    ACCOUNT_CODE = "account code"
    PASSWORD_CHANGED = "password changed"
    ADDRESS_CHANGED = "address changed"
    ACCOUNT_DELETED = "account deleted"
    INVITATION = "invitation"
    GUESSING = "guessing"


PRIORITY: Mapping[LetterKind, int] = {kind: place for place, kind in enumerate(LetterKind)}


@frozen(slots=True)
class Letter:
    """One letter to one recipient.

    `deliver` is False for the letter to an address that is not on a link's list: it takes the same path as any other
    and is dropped by the worker, so that listed and unlisted addresses cannot be told apart (spec G2).
    """

    id: str
    site: SiteId
    kind: LetterKind
    recipient: Address
    variables: Mapping[str, str]
    deliver: bool = True
    language: str = ENGLISH
    """The code of the language in which it is written (spec V8); English where there is no such language."""


@frozen(slots=True)
class SealedLetter:
    """A letter as it rests in the outbox: everything about it sealed but what the queue needs."""

    id: str
    site: SiteId
    sealed: Sealed
    priority: int
    due: datetime
    expires: datetime
    """After this instant it is not sent any more."""
    tries: int = 0


@frozen(slots=True)
class Message:
    """A letter as a mail system takes it: one recipient, one subject, a text and an HTML part."""

    id: str
    """Fixed for the life of the letter: the local part of its Message-ID."""
    site: SiteId
    recipient: Address
    subject: str
    text: str
    html: str


def header_text(name: str, text: str) -> str:
    """The text, fit for a mail header; raises InvalidValue for control characters and encoded words.

    Python's own mail package decodes an encoded word and writes what it finds into the header, line breaks included
    (CVE-2024-6923; security reference 0.3), so that they are refused here, whatever the interpreter's version.
    """
    if "=?" in text or any(ord(char) < 32 or ord(char) == 0x7F or 0xD800 <= ord(char) < 0xE000 for char in text):
        raise InvalidValue(name, "no control characters, line breaks or encoded words")
    if len(text) > 400:
        raise InvalidValue(name, "at most 400 characters")
    return text
