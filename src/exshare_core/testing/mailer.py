"""The promises of Mailer, held against a real mail system or a stand-in for one.

The author's factory opens a `MailSystem`: the mailer under test, what has arrived so far, and two hooks that
make the system refuse. A hook that cannot be offered is named in `cannot` with a reason; its tests then show
as expected failures.
"""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any, ClassVar, Protocol

import pytest
from attrs import evolve, frozen

from exshare_core.errors import Busy, InvalidValue, MailRefused
from exshare_core.letters import Message
from exshare_core.ports import Checked, Mailer
from exshare_core.testing.contract import Contract, promise
from exshare_core.testing.samples import fresh_id
from exshare_core.values import Address, Domain, SiteId


@frozen
class ReceivedMail:
    """A mail as it arrived."""

    envelope_recipients: tuple[str, ...]
    """Whom the mail system was told to deliver to; an empty one when the system has no envelope of its own.
    """
    headers: bytes
    """The header block as it came, without the blank line."""
    text: str
    """The plain text part, decoded."""


class MailSystem(Protocol):
    """The mailer under test and the mail system behind it."""

    @property
    def mailer(self) -> Mailer:
        """The mailer under test."""

    async def received(self) -> list[ReceivedMail]:
        """All mails that have arrived since the system was opened, in order."""

    async def refuse_for_good(self) -> None:
        """Make the system refuse every mail from now on, for good (for example SMTP 550)."""

    async def refuse_for_now(self) -> None:
        """Make the system refuse every mail from now on, for the time being (for example SMTP 451)."""


def a_message(**changes: Any) -> Message:
    """A message with nothing special about it."""
    address = Address.parse("ada.lovelace@example.com")
    text = "Grüße!\n\nhttps://share.example.com/s/token\n"
    message = Message(fresh_id(), SiteId("acme"), address, "A page for you: Größe", text, "<p>Gr&uuml;&szlig;e!</p>")
    return evolve(message, **changes)


def _headers(mail: ReceivedMail) -> EmailMessage:
    parsed = message_from_bytes(mail.headers + b"\r\n\r\n", policy=policy.default)

    assert isinstance(parsed, EmailMessage)

    return parsed


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


async def _sent(system: MailSystem, message: Message) -> ReceivedMail:
    before = len(await system.received())
    await system.mailer.send(message)
    mails = (await system.received())[before:]

    assert 1 == len(mails)

    return mails[0]


async def _refused(system: MailSystem, message: Message) -> None:
    with pytest.raises(InvalidValue):
        await system.mailer.send(message)

    assert [] == await system.received()


class MailerContract(Contract[MailSystem]):
    """One message goes to one recipient, as it is; whatever goes wrong is raised."""

    abilities: ClassVar[frozenset[str]] = frozenset({"refuse_for_good", "refuse_for_now"})

    @promise
    async def test_a_message_has_one_envelope_recipient(self, system: MailSystem) -> None:
        """The mail system is told to deliver to the message's recipient and to nobody else."""
        mail = await _sent(system, a_message())

        assert ("ada.lovelace@example.com",) == mail.envelope_recipients

    @promise
    async def test_a_message_names_its_recipient_only(self, system: MailSystem) -> None:
        """The header has the recipient under To, and no Cc or Bcc."""
        headers = _headers(await _sent(system, a_message()))
        named = getaddresses([str(value) for name in ("To", "Cc", "Bcc") for value in headers.get_all(name, [])])

        assert ["ada.lovelace@example.com"] == [address for _, address in named]

    @promise
    async def test_messages_are_sent_one_by_one(self, system: MailSystem) -> None:
        """Two messages arrive as two mails, each with its own recipient and id."""
        first = a_message()
        second = a_message(recipient=Address.parse("Grace.O'Hopper+1@bücher.example"))
        mails = [await _sent(system, first), await _sent(system, second)]

        assert ("Grace.O'Hopper+1@xn--bcher-kva.example",) == mails[1].envelope_recipients
        assert ("ada.lovelace@example.com",) == mails[0].envelope_recipients
        assert 2 == len({str(_headers(mail)["Message-ID"]) for mail in mails})

    @promise
    async def test_the_message_id_is_the_messages_own(self, system: MailSystem) -> None:
        """There is one Message-ID, and its local part is the message's id."""
        message = a_message()
        found = _headers(await _sent(system, message)).get_all("Message-ID", [])

        assert [message.id] == [str(value).strip().lstrip("<").partition("@")[0] for value in found]

    @promise
    async def test_a_message_that_is_sent_again_keeps_its_id(self, system: MailSystem) -> None:
        """A second try carries the same Message-ID, so that the recipient's mail system can see it."""
        message = a_message()
        first, second = await _sent(system, message), await _sent(system, message)

        assert str(_headers(first)["Message-ID"]) == str(_headers(second)["Message-ID"])

    @promise
    async def test_subject_and_text_arrive_as_they_are(self, system: MailSystem) -> None:
        """Subject and text come through whole: other scripts, long lines,
        and lines that a mail system treats.
        """
        lines = [
            "Zażółć gęślą jaźń 你好",
            ".",
            ".dot at the beginning",
            "From here on",
            "x" * 1200,
            "=20 =3D",
            "end",
        ]
        message = a_message(subject="Łódź – 你好 & " + "long " * 20 + "end", text="\n".join(lines))
        mail = await _sent(system, message)

        assert lines == _lines(mail.text)
        assert message.subject == " ".join(str(_headers(mail)["Subject"]).split())

    @pytest.mark.parametrize("broken", ["\r\n", "\n", "\r"], ids=["crlf", "lf", "cr"])
    def test_a_line_break_in_the_subject_is_refused(self, broken: str) -> None:
        """`send` raises InvalidValue for a line break in the subject, and nothing is sent."""
        message = a_message(subject=f"hello{broken}Bcc: eve@example.net")
        with self.opened() as opened:
            opened.run(_refused(opened.subject, message))

    @promise
    async def test_a_line_break_in_the_recipient_is_refused(self, system: MailSystem) -> None:
        """`send` raises InvalidValue for a line break in the address, however it came there."""
        await _refused(system, a_message(recipient=Address("ada\r\nBcc: eve@example.net", Domain("example.com"))))

    @promise
    async def test_a_line_break_in_the_id_is_refused(self, system: MailSystem) -> None:
        """`send` raises InvalidValue for a line break in the message's id."""
        await _refused(system, a_message(id="id\r\nBcc: eve@example.net"))

    @promise
    async def test_a_hidden_line_break_adds_no_header(self, system: MailSystem) -> None:
        """A line break inside an encoded word is refused, or arrives as text and never as a header."""
        message = a_message(subject="=?utf-8?q?hello=0D=0ABcc:_eve=40example.net?=")
        try:
            await system.mailer.send(message)
        except InvalidValue:
            assert [] == await system.received()
            return
        for mail in await system.received():
            assert _headers(mail)["Bcc"] is None
            assert ("ada.lovelace@example.com",) == mail.envelope_recipients

    @promise
    async def test_a_check_sends_nothing(self, system: MailSystem) -> None:
        """Where a mailer can try its connection, no mail arrives for it."""
        if not isinstance(system.mailer, Checked):
            pytest.skip("this mailer does not try its connection")
        await system.mailer.check()

        assert [] == await system.received()

    @promise
    async def test_a_refusal_for_good_is_raised(self, system: MailSystem) -> None:
        """`send` raises MailRefused when the mail system refuses for good."""
        self.needs("refuse_for_good")
        await system.refuse_for_good()
        with pytest.raises(MailRefused):
            await system.mailer.send(a_message())

        assert [] == await system.received()

    @promise
    async def test_a_refusal_for_now_is_raised(self, system: MailSystem) -> None:
        """`send` raises Busy when the mail system may accept the message later."""
        self.needs("refuse_for_now")
        await system.refuse_for_now()
        with pytest.raises(Busy):
            await system.mailer.send(a_message())

        assert [] == await system.received()
