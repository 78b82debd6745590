"""One message is one well-formed mail, and nothing that it says can become a header (N1; security reference 0.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exshare_adapters.mail_message import Sender, mail_bytes
from exshare_core.errors import InvalidValue
from exshare_core.letters import Message
from exshare_core.testing.mailer import a_message
from exshare_core.values import Address, Domain

SENDER = Sender.parse("Share & Co <share@example.com>")
AT = datetime(2026, 5, 4, 10, 11, 12, 345678, UTC)
ID = "0123456789abcdef0123456789abcdef"


def mail(message: Message, sender: Sender = SENDER) -> EmailMessage:
    """The mail as a reader sees it."""
    parsed = message_from_bytes(mail_bytes(message, sender, AT), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_the_header_is_as_it_is_written_here() -> None:
    """Every header, in order, and no other."""
    message = a_message(id=ID, subject="Your code: 12345678")
    head, _, rest = mail_bytes(message, SENDER, AT).partition(b"\r\nContent-Type: ")

    assert [
        b'From: "Share & Co" <share@example.com>',
        b"To: ada.lovelace@example.com",
        b"Subject: Your code: 12345678",
        b"Date: Mon, 04 May 2026 10:11:12 +0000",
        b"Message-ID: <0123456789abcdef0123456789abcdef@example.com>",
        b"Auto-Submitted: auto-generated",
        b"MIME-Version: 1.0",
    ] == head.split(b"\r\n")
    assert rest.startswith(b"multipart/alternative;")


def content(part: MIMEPart | None) -> str:
    """The text of a part, its lines ended by LF."""
    assert part is not None
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def test_text_comes_before_html() -> None:
    """Readers show the last part that they can: HTML where they do, the text elsewhere."""
    parts = [
        (one.get_content_type(), content(one)) for one in mail(a_message(text="Ä\n", html="<p>Ä</p>")).iter_parts()
    ]

    assert [("text/plain", "Ä\n"), ("text/html", "<p>Ä</p>\n")] == parts


SUBJECTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200).filter(
    lambda text: "=?" not in text
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=2000)


@given(subject=SUBJECTS, text=TEXTS, html=TEXTS)
def test_every_mail_is_fit_for_every_mail_system(subject: str, text: str, html: str) -> None:
    """Seven bits, no line over 78 characters, CR and LF together only, whatever a message says (RFC 5322 2.1.1)."""
    raw = mail_bytes(a_message(subject=subject, text=text, html=html), SENDER, AT)

    assert (True, True) == (raw.isascii(), max(map(len, raw.split(b"\r\n"))) <= 78)
    assert not {b"\r", b"\n"} & {bytes([one]) for one in raw.replace(b"\r\n", b"")}


@given(subject=SUBJECTS)
def test_a_subject_arrives_as_it_is(subject: str) -> None:
    """Every space and every script comes through, but for spaces at the ends."""
    assert subject.strip(" ") == str(mail(a_message(subject=subject))["Subject"]).strip(" ")


@given(text=TEXTS)
def test_a_text_arrives_as_it_is(text: str) -> None:
    """Line by line, with dots and "From" at the beginning of lines, whichever way the lines were ended."""
    body = content(mail(a_message(text=text)).get_body(("plain",)))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")

    assert lines == body.removesuffix("\n").split("\n")


SMUGGLED = [
    "a\r\nBcc: eve@example.net",
    "a\nb",
    "a\rb",
    "a\x00b",
    "a\x0bb",
    "a\x85b",
    "a\u2028b",
    "a\u2029b",
    "a\x1cb",
    "=?utf-8?q?a=0aBcc:_x@y.z?=",
    "\ud800",
]


@pytest.mark.parametrize("smuggled", SMUGGLED)
def test_nothing_is_smuggled_into_a_header(smuggled: str) -> None:
    """Line ends of any kind, control characters and encoded words are refused in the subject and in the sender."""
    with pytest.raises(InvalidValue, match=r"^subject: "):
        mail_bytes(a_message(subject=smuggled), SENDER, AT)

    with pytest.raises(InvalidValue, match=r"^sender: "):
        Sender.parse(f"{smuggled} <share@example.com>")


RECIPIENTS = [
    Address("ada\r\nBcc: eve@example.net", Domain("example.com")),
    Address("ada", Domain("example.com>, <eve@example.net")),
    Address("ada@example.com,eve", Domain("example.com")),
    Address("=?utf-8?q?a?=", Domain("example.com")),
    Address("ada", Domain("EXAMPLE.com")),
    Address("", Domain("example.com")),
]


@pytest.mark.parametrize("recipient", RECIPIENTS, ids=str)
def test_only_a_plain_address_is_written_to(recipient: Address) -> None:
    """A recipient that `Address.parse` would not have made is refused, however it came about."""
    with pytest.raises(InvalidValue):
        mail_bytes(a_message(recipient=recipient), SENDER, AT)


@pytest.mark.parametrize("id", ["", "a b", "a>b", "a@b", "a\n", "../a", ".", "é", "x" * 65])
def test_only_letters_and_digits_name_a_letter(id: str) -> None:
    """An id becomes part of a header and of file names."""
    with pytest.raises(InvalidValue, match=r"^id: "):
        mail_bytes(a_message(id=id), SENDER, AT)


@pytest.mark.parametrize("changes", [{"text": "a\ud800"}, {"html": "a\udfff"}], ids=["text", "html"])
def test_a_text_that_nobody_can_write_is_refused(changes: dict[str, Any]) -> None:
    """A lone surrogate is no character of any mail."""
    with pytest.raises(InvalidValue, match=r"^text: "):
        mail_bytes(a_message(**changes), SENDER, AT)


# (as it is configured, name and address in the header)
SENDERS = [
    ("share@example.com", "", "share@example.com"),
    (" Share <share@bücher.example> ", "Share", "share@xn--bcher-kva.example"),
    ('"Doe, John" <j@example.com>', "Doe, John", "j@example.com"),
    ("Doe, John <j@example.com>", "Doe, John", "j@example.com"),
    ('A "quoted" \\ name <j@example.com>', 'A "quoted" \\ name', "j@example.com"),
    ("Zażółć gęślą jaźń, sp. z o.o. <j@example.com>", "Zażółć gęślą jaźń, sp. z o.o.", "j@example.com"),
    ("<j@example.com>", "", "j@example.com"),
]


@pytest.mark.parametrize(("text", "name", "address"), SENDERS)
def test_a_sender_shows_as_it_was_configured(text: str, name: str, address: str) -> None:
    """Whatever the name holds, there is one sender with this name and this address."""
    (found,) = mail(a_message(), Sender.parse(text))["From"].addresses

    assert (name, address) == (found.display_name, found.addr_spec)


@pytest.mark.parametrize("text", ["", "nobody", "a@b.de, c@d.de", "A <a@b.de> B", "<a@b.de", "A <>", "A <<a@b.de>>"])
def test_what_is_no_sender_is_refused_by_name(text: str) -> None:
    """The setting is named."""
    with pytest.raises(InvalidValue, match=r"^sender: "):
        Sender.parse(text)
