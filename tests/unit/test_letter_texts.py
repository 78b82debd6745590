"""What letters say in each language (V8), and that they say the same in all of them."""

from __future__ import annotations

import re

import pytest

from exshare_core.letter_texts import TEXTS, LetterText, render
from exshare_core.letters import Letter, LetterKind
from exshare_core.values import Address, SiteId
from exshare_web.languages import NAMES

ADA = Address.parse("ada@example.com")
SUBJECTS = {
    "en": {
        "code": "Your code: 12345678",
        "account code": "Your code: 12345678",
        "password changed": "Your password was changed",
        "address changed": "Your account has another mail address now",
        "account deleted": "Your account was deleted",
        "invitation": "Grace shared a page with you",
        "guessing": "Somebody is guessing at one of your links",
    },
    "de": {
        "code": "Ihr Code: 12345678",
        "account code": "Ihr Code: 12345678",
        "password changed": "Ihr Passwort wurde geändert",
        "address changed": "Ihr Konto hat jetzt eine andere E-Mail-Adresse",
        "account deleted": "Ihr Konto wurde gelöscht",
        "invitation": "Grace hat eine Seite mit Ihnen geteilt",
        "guessing": "Jemand versucht, einen Ihrer Links zu erraten",
    },
    "pl": {
        "code": "Twój kod: 12345678",
        "account code": "Twój kod: 12345678",
        "password changed": "Twoje hasło zostało zmienione",
        "address changed": "Twoje konto ma teraz inny adres e-mail",
        "account deleted": "Twoje konto zostało usunięte",
        "invitation": "Grace udostępnia Ci stronę",
        "guessing": "Ktoś próbuje odgadnąć dostęp do jednego z Twoich linków",
    },
}
GIVEN = {
    "code": "12345678",
    "sender": "Grace",
    "link": "https://share.example.com/s/x",
    "note": "Look!",
    "failures": "10",
}
KINDS = [(code, kind) for code in NAMES for kind in LetterKind]


def a_letter(kind: LetterKind, language: str) -> Letter:
    """A letter with all that any needs."""
    return Letter("a1", SiteId("acme"), kind, ADA, GIVEN, language=language)


def filled_in(text: str) -> list[str]:
    """The variables of a template."""
    return sorted(re.findall(r"\$(\w+)", text))


def test_letters_speak_the_languages_of_pages() -> None:
    """V8: no page speaks a language in which there are no letters."""
    assert set(NAMES) == set(TEXTS)


@pytest.mark.parametrize(("code", "kind"), KINDS)
def test_every_letter_exists_in_every_language(code: str, kind: LetterKind) -> None:
    """V8: with the variables, paragraphs and set-off lines of the English one, and words of its own."""
    english, text = TEXTS["en"][kind], TEXTS[code][kind]

    assert filled_in(english.subject) == filled_in(text.subject)
    assert filled_in(english.text) == filled_in(text.text)
    assert _shape(english) == _shape(text)
    assert (code == "en") == (english.text == text.text)


def _shape(text: LetterText) -> list[str]:
    """Of each paragraph whether it is nothing but a variable, and how it is set off."""
    paragraphs = text.text.split("\n\n")
    return [one if re.fullmatch(r" *\$\w+\n?", one) else "words" for one in paragraphs]


@pytest.mark.parametrize(("code", "kind"), KINDS)
def test_a_letter_is_written_in_its_language(code: str, kind: LetterKind) -> None:
    """V8: its subject, its text, and what its HTML part says of itself; nothing is left to fill in."""
    message = render(a_letter(kind, code))

    assert SUBJECTS[code][kind.value] == message.subject
    assert message.html.startswith(f'<div lang="{code}"><p>')
    assert "$" not in message.subject + message.text + message.html


def test_a_code_in_german() -> None:
    """The code stands by itself between plain paragraphs, in both parts."""
    message = render(a_letter(LetterKind.CODE, "de"))

    assert (
        "Ihr Code zum Öffnen der geteilten Seite lautet\n\n    12345678\n\n"
        "Geben Sie ihn auf der Seite ein, die danach gefragt hat. Er gilt 10 Minuten.\n\n"
        "Wenn Sie keinen Code angefordert haben, brauchen Sie nichts zu tun.\n"
    ) == message.text
    assert "<p>12345678</p>" in message.html


@pytest.mark.parametrize("code", ["", "xx", "DE", 'de"><script>', "de\r\nBcc: eve@example.com"])
def test_a_language_that_there_is_not_is_english(code: str) -> None:
    """V8: what no version knows is neither an error nor any part of the message."""
    assert render(a_letter(LetterKind.CODE, "en")) == render(a_letter(LetterKind.CODE, code))
