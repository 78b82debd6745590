"""One message as the bytes of an RFC 5322 mail: the same for every mail system, and 7-bit throughout.

Headers are written here and not by Python's header registry, which decodes encoded words that it is given and may
lose spaces between those that it makes; the two parts of the body are left to the standard library.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from attrs import frozen

from exshare_core.errors import InvalidValue
from exshare_core.letters import Message, header_text
from exshare_core.values import Address

_ID = re.compile(r"[A-Za-z0-9]{1,64}\Z")
_SENDER = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>\Z")
_PHRASE = re.compile(r"[A-Za-z0-9 !#$%&'*+/^_`{|}~.,()-]*\Z")
"""What may stand between quotation marks without an escape."""

LONGEST_LINE = 76
LONGEST_NAME = 64


@frozen(slots=True)
class Sender:
    """Who a mail says it is from."""

    address: Address
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Sender:
        """From ``ada@example.com`` or ``Ada Lovelace <ada@example.com>``; raises InvalidValue naming ``sender``."""
        found = _SENDER.match(text.strip())
        name, address = ("", text) if found is None else (found["name"].strip().strip('"'), found["address"])
        if len(_one_line("sender", name)) > LONGEST_NAME:
            raise InvalidValue("sender", f"a name of at most {LONGEST_NAME} characters")
        try:
            return cls(Address.parse(address), name)
        except InvalidValue as error:
            raise InvalidValue("sender", error.rule) from None

    @property
    def header(self) -> str:
        """The value of ``From``."""
        if not self.name:
            return str(self.address)
        name = f'"{self.name}"' if _PHRASE.match(self.name) else _encoded("From", self.name)
        return f"{name} <{self.address}>"


def mail_bytes(message: Message, sender: Sender, at: datetime) -> bytes:
    """The whole mail, its lines ended by CR LF; raises InvalidValue for what would break a header or the text.

    `at` is the instant of sending. The ``Message-ID`` is the message's id at the sender's domain, whenever and however
    often it is sent.
    """
    headers = {
        "From": sender.header,
        "To": str(recipient_of(message)),
        "Subject": _unstructured("Subject", _one_line("subject", message.subject)),
        "Date": format_datetime(at),
        "Message-ID": f"<{id_of(message)}@{sender.address.domain.name}>",
        "Auto-Submitted": "auto-generated",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return head.encode("ascii") + _body(message)


def recipient_of(message: Message) -> Address:
    """The one recipient, checked again: a value that was not made by `Address.parse` is refused with InvalidValue."""
    text = _one_line("recipient", str(message.recipient))
    if Address.parse(text) != message.recipient:
        raise InvalidValue("recipient", "not a mail address in its normal form")
    return message.recipient


def id_of(message: Message) -> str:
    """The message's id, checked to be letters and digits only: it becomes part of a header and of file names."""
    if not _ID.match(message.id):
        raise InvalidValue("id", "from 1 to 64 letters and digits")
    return message.id


def _body(message: Message) -> bytes:
    """A plain and an HTML part, quoted-printable: no line is too long or of more than 7 bits for any mail system."""
    body = EmailMessage(policy=SMTP)
    try:
        body.set_content(message.text, charset="utf-8", cte="quoted-printable")
        body.add_alternative(message.html, subtype="html", charset="utf-8", cte="quoted-printable")
    except UnicodeEncodeError:
        raise InvalidValue("text", "no characters that cannot be written in UTF-8") from None
    return body.as_bytes()


def _unstructured(name: str, text: str) -> str:
    """As it is when it is short and plain, else in encoded words."""
    fits = len(name) + len(": ") + len(text) <= LONGEST_LINE
    return text if fits and text.isascii() and text == text.strip() else _encoded(name, text)


def _encoded(name: str, text: str) -> str:
    return Header(text, "utf-8", maxlinelen=LONGEST_LINE, header_name=name).encode(linesep="\r\n")


def _one_line(name: str, text: str) -> str:
    """`header_text`, and nothing either that any reader takes for the end of a line, as U+2028 is."""
    if len(header_text(name, text).splitlines()) > 1:
        raise InvalidValue(name, "no line breaks")
    return text
