"""Mail addresses against the whole grammar of RFC 5322, against attacks, and against the library that others rely on (G2).

The library is `email-validator`, without its look-ups and its list of names that are no public domains. Nothing is
accepted that it refuses, and every address has the form that it gives.
"""

from __future__ import annotations

import email_validator
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exshare_core.errors import InvalidValue
from exshare_core.values import Address, People
from tests.corpora import inputs, items

CORPORA = ("email-isemail", "email-fuzzdb", "crlf-header-injection", "naughty-strings")
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+/=?^_`{|}~.-@")


def parsed(text: str) -> str | None:
    """The address in the form in which a letter goes to it, or None for what is refused."""
    try:
        return str(Address.parse(text))
    except InvalidValue:
        return None


def validated(text: str) -> str | None:
    """The same by the library."""
    names = email_validator.SPECIAL_USE_DOMAIN_NAMES[:]
    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    try:
        found = email_validator.validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except email_validator.EmailNotValidError:
        return None
    finally:
        email_validator.SPECIAL_USE_DOMAIN_NAMES.extend(names)
    return found.ascii_email


@pytest.mark.parametrize("corpus", CORPORA)
def test_nothing_is_accepted_that_the_library_refuses(corpus: str) -> None:
    """Of every text, as it stands and without its last character, the same address or none; blanks around it are ours."""
    texts = [text for whole in inputs(corpus) for text in (whole, whole[:-1]) if parsed(text) is not None]

    assert [] == [text for text in texts if parsed(text) != validated(text.strip(" \t"))]


def test_what_the_grammar_calls_an_error_is_refused() -> None:
    """Of 269 addresses none that breaks RFC 5322 is accepted, and none with a comment, a fold, a quote or a literal."""
    refused = ("ISEMAIL_ERR", "ISEMAIL_DEPREC", "ISEMAIL_CFWS")
    wrong = [item["input"] for item in items("email-isemail") if item["expect"]["category"] in refused]

    assert ["test@iana.org "] == [text for text in wrong if parsed(text) is not None]
    assert [] == [text for text in inputs("email-isemail") if parsed(text) and set(text.strip(" ")) - PLAIN]


def test_every_plain_address_is_accepted() -> None:
    """What is valid and written without quotes, comments and literals is taken, if its domain is whole and ends in a
    letter.
    """
    valid = [item["input"] for item in items("email-isemail") if item["expect"]["category"] == "ISEMAIL_VALID_CATEGORY"]
    valid += [item["input"].rstrip("\r") for item in items("email-fuzzdb") if item["expect"]]
    plain = [text for text in valid if set(text) <= PLAIN and "." in text.split("@")[-1] and text[-1].isalpha()]

    assert len(plain) > 30
    assert [] == [text for text in plain if parsed(text) is None]


def test_attacks_are_refused() -> None:
    """Of the addresses that break other programs each is refused, as it is and without its line break."""
    attacks = [item["input"] for item in items("email-fuzzdb") if not item["expect"]]
    plain = [text for text in attacks if parsed(text.rstrip("\r")) is not None]

    assert [] == [text for text in attacks if parsed(text) is not None]
    assert [] == [text for text in plain if validated(text.strip()) is None or set(text.strip()) - PLAIN]


@pytest.mark.parametrize("corpus", ["crlf-header-injection", "unicode-control-fuzzdb", "naughty-strings"])
def test_no_payload_rides_on_an_address(corpus: str) -> None:
    """No payload before, within or after an address makes another that passes a list for the domain behind it."""
    listed = People.parse(["example.com"])
    passed = []
    for payload in inputs(corpus):
        for text in (f"{payload}@example.com", f"ada@{payload}example.com", f"ada@example.com{payload}"):
            address = parsed(text)
            if address is not None and listed.admits(Address.parse(text)) and not set(text.strip(" \t")) <= PLAIN:
                passed.append(text)

    assert [] == passed


@given(
    st.lists(
        st.sampled_from(
            ["ada", "@", ".", "example", "com", '"', "(c)", "<", ">", ",", ";", " ", "\r\n", "\0", "\\", "[", "]"]
        )
        | st.text(max_size=3),
        max_size=9,
    ).map("".join)
)
def test_any_address_that_is_accepted_is_accepted_by_the_library(text: str) -> None:
    """Pieces of addresses and of attacks, in any order, are the same address to both, or refused here."""
    assert parsed(text) in (None, validated(text.strip(" \t")))


@pytest.mark.parametrize(
    ("entry", "text", "expected"),
    [
        ("example.com", "ada@EXAMPLE.com", True),
        ("example.com", "ada+share@example.com", True),
        ("ada@example.com", "ada+share@example.com", False),
        ("ada@example.com", "a.d.a@example.com", False),
        ("ada@example.com", "ADA@Example.Com", True),
        ("example.com", "ada@sub.example.com", False),
        ("*.example.com", "ada@sub.example.com", True),
        ("*.example.com", "ada@notexample.com", False),
        ("example.com", "ada@example.com.evil.example", False),
        ("example.com", "ada@evil.example/example.com", None),
        ("example.com", "ada@example.com.", None),
        ("example.com.", "ada@example.com", True),
        ("example.com", '"ada@example.com"@evil.example', None),
        ("example.com", "ada@evil.example(@example.com)", None),
        ("example.com", "ada@evil.example@example.com", None),
        ("example.com", "ada@evil.example\x00@example.com", None),
        ("example.com", "ada%evil.example@example.com", True),
        ("example.com", "ada@ex\u0430mple.com", False),
        ("example.com", "ada@example\uff0ecom", None),
        ("example.com", "ada@\u24d4xample.com", None),
        ("b\u00fccher.example", "ada@BU\u0308CHER.example", True),
        ("b\u00fccher.example", "ada@xn--bcher-kva.example", True),
        ("b\u00fccher.example", "ada@bucher.example", False),
        ("stra\u00dfe.example", "ada@strasse.example", False),
        ("stra\u00dfe.example", "ada@STRA\u1e9eE.example", True),
    ],
)
def test_a_list_admits_whom_it_names(entry: str, text: str, expected: bool | None) -> None:
    """Case, dots at the end, plus tags, quotes, comments, sub-domains, suffixes and look-alikes; None is no address."""
    listed = People.parse([entry])

    assert expected == (None if parsed(text) is None else listed.admits(Address.parse(text)))
