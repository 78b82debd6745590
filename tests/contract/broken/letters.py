"""Mailers that break a promise."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from attrs import evolve

from exshare_core.errors import AdapterFailed, Broken, Busy, MailRefused
from exshare_core.letters import header_text
from exshare_core.testing.checking import CheckedContract
from exshare_core.testing.fakes.mailer import CollectingMailer, MemoryMailSystem
from exshare_core.testing.mailer import MailerContract, ReceivedMail, a_message
from tests.contract.broken.rows import row


class SendsACopy(MemoryMailSystem):
    """Somebody in the house gets every mail too."""

    async def received(self) -> list[ReceivedMail]:
        return [
            evolve(one, envelope_recipients=(*one.envelope_recipients, "us@example.com"))
            for one in await super().received()
        ]


class NamesEverybody(MemoryMailSystem):
    """The header names somebody else as well."""

    async def received(self) -> list[ReceivedMail]:
        return [evolve(one, headers=one.headers + b"\r\nCc: us@example.com") for one in await super().received()]


class SendsToTheFirst(MemoryMailSystem):
    """Every mail goes to the recipient of the first."""

    async def received(self) -> list[ReceivedMail]:
        mails = await super().received()
        return [evolve(one, envelope_recipients=mails[0].envelope_recipients) for one in mails]


class MakesItsOwnId(MemoryMailSystem):
    """Each time a mail is handed over it gets a new Message-ID."""

    async def received(self) -> list[ReceivedMail]:
        mails = []
        for count, one in enumerate(await super().received()):
            lines = one.headers.split(b"\r\n")
            lines = [b"Message-ID: <%d@example.com>" % count if b"Message-ID" in line else line for line in lines]
            mails.append(evolve(one, headers=b"\r\n".join(lines)))
        return mails


class SwallowsDots(MemoryMailSystem):
    """A dot at the beginning of a line is lost."""

    async def received(self) -> list[ReceivedMail]:
        return [evolve(one, text=one.text.replace("\n.", "\n")) for one in await super().received()]


class WritesWhatItGets(CollectingMailer):
    """Nothing is looked at."""

    async def send(self, message: Any) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append(message)


class MendsSubjects(CollectingMailer):
    """Line breaks are taken out, and the mail is sent."""

    async def send(self, message: Any) -> None:
        await super().send(evolve(message, subject=" ".join(message.subject.split())))


class LooksAtTheSubjectOnly(WritesWhatItGets):
    """Line breaks elsewhere are not looked for."""

    async def send(self, message: Any) -> None:
        header_text("subject", message.subject)
        await super().send(message)


class DecodesSubjects(WritesWhatItGets):
    """What an encoded word holds is written into the header."""

    async def send(self, message: Any) -> None:
        subject = message.subject.replace("=0D=0A", "\r\n").replace("_", " ").replace("=40", "@")
        await super().send(evolve(message, subject=subject.removeprefix("=?utf-8?q?").removesuffix("?=")))


class SwallowsFailures(CollectingMailer):
    """A refusal is written to the log at best."""

    async def send(self, message: Any) -> None:
        try:
            await super().send(message)
        except AdapterFailed:
            return


class SaysBusyToEverything(CollectingMailer):
    """A refusal for good looks like a passing one."""

    async def send(self, message: Any) -> None:
        try:
            await super().send(message)
        except MailRefused as error:
            raise Busy("the mail system refused") from error


class GivesUpAtOnce(CollectingMailer):
    """A passing failure looks like one for good."""

    async def send(self, message: Any) -> None:
        try:
            await super().send(message)
        except Busy as error:
            raise Broken("the mail system refused") from error


def over(mailer: type[CollectingMailer]) -> Any:
    """A mail system around a broken mailer."""

    def opened() -> MemoryMailSystem:
        return MemoryMailSystem(mailer())

    opened.__name__ = mailer.__name__
    return opened


class _TriesWithALetter(CollectingMailer):
    async def check(self) -> tuple[str, ...]:
        await self.send(a_message())
        return ()


def tries_with_a_letter() -> MemoryMailSystem:
    """A mailer that tries its connection with a letter to somebody."""
    return MemoryMailSystem(_TriesWithALetter())


class ComplainsAboutTheSecondCheck(CollectingMailer):
    """A check leaves something behind that disturbs the next."""

    async def check(self) -> tuple[str, ...]:
        if self.sent:
            return ("the mail system is busy: try again later",)
        await self.send(a_message())
        return ()


class FindsNothingWrong(CollectingMailer):
    """Whatever the connection, all is well."""

    async def check(self) -> tuple[str, ...]:
        return ()


class SaysOneWord(CollectingMailer):
    """What is wrong is named, and nobody learns how to mend it."""

    async def check(self) -> tuple[str, ...]:
        return ("mail",)


class RaisesWhenChecked(CollectingMailer):
    """What is wrong is raised and hides what else is."""

    async def check(self) -> tuple[str, ...]:
        raise Busy("the mail system is busy")


def _itself(made: Any) -> Any:
    return lambda self: nullcontext(made())


ROWS = [
    row(MailerContract, tries_with_a_letter, "a_check_sends_nothing"),
    row(CheckedContract, ComplainsAboutTheSecondCheck, "a_good_connection_has_nothing_wrong"),
    *(
        row(CheckedContract, broken, "a_faulty_connection_is_told_in_sentences", open_faulty=_itself(broken))
        for broken in (FindsNothingWrong, SaysOneWord, RaisesWhenChecked)
    ),
    row(MailerContract, SendsACopy, "a_message_has_one_envelope_recipient"),
    row(MailerContract, NamesEverybody, "a_message_names_its_recipient_only"),
    row(MailerContract, SendsToTheFirst, "messages_are_sent_one_by_one"),
    row(
        MailerContract,
        MakesItsOwnId,
        "the_message_id_is_the_messages_own",
        "a_message_that_is_sent_again_keeps_its_id",
    ),
    row(MailerContract, SwallowsDots, "subject_and_text_arrive_as_they_are"),
    row(MailerContract, over(WritesWhatItGets), "a_line_break_in_the_subject_is_refused"),
    row(MailerContract, over(MendsSubjects), "a_line_break_in_the_subject_is_refused"),
    row(MailerContract, over(LooksAtTheSubjectOnly), "a_line_break_in_the_recipient_is_refused"),
    row(MailerContract, over(LooksAtTheSubjectOnly), "a_line_break_in_the_id_is_refused"),
    row(MailerContract, over(DecodesSubjects), "a_hidden_line_break_adds_no_header"),
    row(MailerContract, over(SwallowsFailures), "a_refusal_for_good_is_raised", "a_refusal_for_now_is_raised"),
    row(MailerContract, over(SaysBusyToEverything), "a_refusal_for_good_is_raised"),
    row(MailerContract, over(GivesUpAtOnce), "a_refusal_for_now_is_raised"),
]
