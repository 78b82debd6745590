"""Mail as values: what a letter says, and how it becomes text.

A letter rests in the outbox as its kind, its variables and the member's own words, sealed, and is rendered at the
moment of sending (spec S1, N1). Nothing here knows a mail system.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from html import escape
from string import Template

from attrs import frozen

from exshare_core.errors import InvalidValue
from exshare_core.values import Address, Sealed, SiteId


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


@frozen(slots=True)
class _Form:
    subject: str
    text: str


_FORMS: Mapping[LetterKind, _Form] = {
    LetterKind.CODE: _Form(
        "Your code: $code",
        "Your code to open the shared page is\n\n    $code\n\n"
        "Type it into the page that asked for it. It is good for 10 minutes.\n\n"
        "If you did not ask for a code, you need not do anything.\n",
    ),
    LetterKind.ACCOUNT_CODE: _Form(
        "Your code: $code",
        "Your code to show that this mailbox is yours is\n\n    $code\n\n"
        "Type it into the page that asked for it. It is good for 10 minutes.\n\n"
        "If you did not ask for a code, you need not do anything.\n",
    ),
    LetterKind.PASSWORD_CHANGED: _Form(
        "Your password was changed",
        "The password of your account for shared pages was changed just now. Wherever you were signed in with the old "
        "one, you are signed out.\n\n"
        "If that was not you, choose a new password at once:\n\n$link\n",
    ),
    LetterKind.ADDRESS_CHANGED: _Form(
        "Your account has another mail address now",
        "Your account for shared pages was given another mail address just now. From now on you sign in with that "
        "one, and nothing more about the account is sent to this mailbox.\n\n"
        "If that was not you, tell the person who shares pages with you.\n",
    ),
    LetterKind.ACCOUNT_DELETED: _Form(
        "Your account was deleted",
        "Your account for shared pages was deleted just now, with everything that was stored of it.\n\n"
        "If that was not you, tell the person who shares pages with you.\n",
    ),
    LetterKind.GUESSING: _Form(
        "Somebody is guessing at one of your links",
        "Somebody has brought $failures wrong passwords or codes in a row to your link $name ($link), and goes on.\n\n"
        "You need not do anything: each further try has to wait longer. If you like, give the link a new address or a "
        "longer password, or switch it off. You find it among your links.\n\n"
        "You get this notice once a day at most for each link.\n",
    ),
    LetterKind.INVITATION: _Form(
        "$sender shared a page with you",
        "$sender shared a page with you:\n\n$link\n\n$note\n",
    ),
}


def render(letter: Letter) -> Message:
    """The letter as a message; raises InvalidValue when a variable is missing or would break a header.

    The subject is checked by `header_text`; the HTML part is the text with every character escaped.
    """
    form = _FORMS[letter.kind]
    try:
        subject = Template(form.subject).substitute(letter.variables)
        text = Template(form.text).substitute(letter.variables)
    except (KeyError, ValueError) as error:
        raise InvalidValue("letter", f"a variable of the {letter.kind.value} letter is missing") from error
    html = "".join(f"<p>{_linked(paragraph)}</p>" for paragraph in text.strip().split("\n\n"))
    return Message(letter.id, letter.site, letter.recipient, header_text("subject", subject), f"{text.strip()}\n", html)


def _linked(paragraph: str) -> str:
    words = paragraph.strip()
    if words.startswith(("https://", "http://")) and len(words.split()) == 1:
        return f'<a href="{escape(words)}">{escape(words)}</a>'
    return escape(words).replace("\n", "<br>")


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
