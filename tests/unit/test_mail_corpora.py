"""No payload that was used to inject headers becomes one in a mail of ours, wherever it is put (threat T17)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from urllib.parse import unquote

import pytest
from attrs import evolve

from exshare_adapters.mail_message import Sender, mail_bytes
from exshare_core.errors import InvalidValue
from exshare_core.letter_texts import render
from exshare_core.letters import Letter, LetterKind
from exshare_core.testing.mailer import a_message
from exshare_core.values import Address, Domain, SiteId
from tests.corpora import inputs

SENDER = Sender.parse("Share & Co <share@example.com>")
AT = datetime(2026, 5, 4, 10, 11, 12, tzinfo=UTC)
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
CORPORA = ("crlf-header-injection", "naughty-strings", "unicode-control-fuzzdb", "email-isemail", "email-fuzzdb")


def payloads(corpus: str) -> Iterator[str]:
    """Each input as it stands, with its escapes turned into what they stand for, and as an encoded word."""
    for text in inputs(corpus):
        decoded = unquote(text).replace("\\r", "\r").replace("\\n", "\n")
        yield from {text, decoded, f"=?utf-8?q?{text.replace(' ', '_')}=0d=0aBcc:_evil@e.example?="}


def headers_of(raw: bytes) -> list[str]:
    """The names of a mail's headers, as they stand and as a reader finds them."""
    head = raw.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").replace(b"\r\n\t", b"\t")
    names = [line.partition(b":")[0].decode() for line in head.split(b"\r\n")]
    assert names == message_from_bytes(raw, policy=policy.default).keys()
    return names


@pytest.mark.parametrize("corpus", CORPORA)
def test_no_subject_becomes_a_header(corpus: str) -> None:
    """A subject that holds a payload is one header with that text, or refused."""
    taken = 0
    for payload in payloads(corpus):
        try:
            raw = mail_bytes(a_message(subject=f"About {payload}"), SENDER, AT)
        except InvalidValue:
            continue
        taken += 1

        assert HEADERS == headers_of(raw), payload
        assert "=?" not in payload

    assert taken > 0


@pytest.mark.parametrize("corpus", CORPORA)
def test_no_name_becomes_a_header_or_another_sender(corpus: str) -> None:
    """A sender's name that holds a payload leaves one sender, whose mailbox is the one that was configured."""
    for payload in payloads(corpus):
        try:
            sender = (
                Sender(SENDER.address, payload) if payload.isascii() else Sender.parse(f"{payload} <share@example.com>")
            )
            raw = mail_bytes(a_message(), Sender.parse(f"{sender.name} <share@example.com>"), AT)
        except InvalidValue:
            continue
        read = message_from_bytes(raw, policy=policy.default)["From"]

        assert HEADERS == headers_of(raw), payload
        assert ["share@example.com"] == [one.addr_spec for one in read.addresses], payload


@pytest.mark.parametrize("corpus", CORPORA)
def test_no_recipient_becomes_two(corpus: str) -> None:
    """An address that was not made by `Address.parse` is refused; one that was is the only recipient, as it is."""
    for payload in payloads(corpus):
        for recipient in (Address(payload, Domain("example.com")), Address("ada", Domain(payload))):
            try:
                raw = mail_bytes(evolve(a_message(), recipient=recipient), SENDER, AT)
            except InvalidValue:
                continue
            read = message_from_bytes(raw, policy=policy.default)["To"]

            assert HEADERS == headers_of(raw), payload
            assert [str(recipient)] == [one.addr_spec for one in read.addresses], payload


@pytest.mark.parametrize("corpus", CORPORA)
def test_what_members_write_stays_text(corpus: str) -> None:
    """What a member writes into an invitation is no element of its HTML part, but for an address that leads where it says."""
    for payload in payloads(corpus):
        words = {"sender": payload, "link": "https://share.example.com/s/x", "note": payload}
        letter = Letter("a1", SiteId("acme"), LetterKind.INVITATION, Address.parse("ada@example.com"), words)
        try:
            message = render(letter)
            raw = mail_bytes(message, SENDER, AT)
        except InvalidValue:
            continue

        assert HEADERS == headers_of(raw), payload
        assert {"div", "p", "br", "a"} >= set(re.findall(r"<([^ >/]+)", message.html)), payload
        assert [] == [one for one in re.findall(r'<a href="(.*?)">(.*?)</a>', message.html) if one[0] != one[1]], (
            payload
        )
