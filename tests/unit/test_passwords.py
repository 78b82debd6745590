"""Passwords are judged by length, by a block list and by what others know, and every broken rule is named (G1)."""

from __future__ import annotations

from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exshare_core.errors import InvalidValues
from exshare_core.passwords import LEAST, LEAST_AS_ONLY_GATE, MOST, check_password, digest_of, is_common, normalised
from tests.corpora import inputs

COMMON = "commonly used; choose one that is hard to guess"

REFUSED = [
    ("1234567", LEAST, ["at least 8 characters"]),
    ("password", LEAST, [COMMON]),
    ("Password", LEAST, [COMMON]),
    ("PassWord123", LEAST, [COMMON]),
    ("ｐａｓｓｗｏｒｄ", LEAST, [COMMON]),
    ("", LEAST, ["at least 8 characters"]),
    ("aaaaaaaaaaaaaaaaaaa", LEAST_AS_ONLY_GATE, [COMMON]),
    ("abababababababab", LEAST_AS_ONLY_GATE, [COMMON]),
    ("kettlekettlekettle", LEAST_AS_ONLY_GATE, [COMMON]),
    ("iloveyouiloveyou", LEAST_AS_ONLY_GATE, [COMMON]),
    ("1234567890123456789", LEAST_AS_ONLY_GATE, [COMMON]),
    ("9876543210987654", LEAST_AS_ONLY_GATE, [COMMON]),
    ("112233445566778899", LEAST_AS_ONLY_GATE, [COMMON]),
    ("abcdefghijklmnop", LEAST_AS_ONLY_GATE, [COMMON]),
    ("qwertyuiopasdfghjkl", LEAST_AS_ONLY_GATE, [COMMON]),
    ("QWERTZUIOPyxcvbnm", LEAST_AS_ONLY_GATE, [COMMON]),
    ("1qaz2wsx3edc4rfv", LEAST_AS_ONLY_GATE, [COMMON]),
    ("lamp oil wick!", LEAST_AS_ONLY_GATE, ["at least 15 characters"]),
    ("x1" * 129, LEAST, ["at most 256 characters", COMMON]),
    ("lamp\noil wicks", LEAST, ["no control characters"]),
    ("lamp\x7foil wicks", LEAST, ["no control characters"]),
    ("lamp\x85oil wicks", LEAST, ["no control characters"]),
    ("lamp\ud800oil wicks", LEAST, ["no control characters"]),
    ("admin123", LEAST_AS_ONLY_GATE, ["at least 15 characters", COMMON]),
    ("Confluence2026!", LEAST, ["at least 8 characters beside `confluence`, which others know"]),
]

ACCEPTED = [
    "eight ch",
    "a few unrelated words",
    "Ümläut-Größe",
    "🕯️🕯️ lamp oil",
    "a lamp, its oil and a wick " * 9,
    "lamp oil 123",
    "kettle and kettle",
    "密码密码是什么呢",
]


@pytest.mark.parametrize(("password", "least", "rules"), REFUSED)
def test_every_broken_rule_is_named(password: str, least: int, rules: list[str]) -> None:
    """A refused password names all the rules it breaks, not only the first."""
    with pytest.raises(InvalidValues) as caught:
        check_password(password, least)

    assert rules == [failure.rule for failure in caught.value.failures]


@pytest.mark.parametrize("password", ACCEPTED)
def test_anything_long_and_uncommon_is_accepted(password: str) -> None:
    """No composition rules: spaces, letters of any script and symbols all count one."""
    assert len(check_password(password)) >= LEAST


def test_two_spellings_of_one_password_are_one() -> None:
    """Composed and decomposed letters verify alike."""
    assert check_password("Gro\u0308\u00dfenwahn") == check_password("Gr\u00f6\u00dfenwahn")


@pytest.mark.parametrize(
    ("password", "words", "rules"),
    [
        (
            "acme-release-2026",
            ["acme", "Release plan"],
            ["at least 8 characters beside `release` and `acme`, which others know"],
        ),
        ("Müller GmbH 2026", ["Angebot für Müller"], []),
        ("Müller 2026", ["Angebot für Müller"], ["at least 8 characters beside `müller`, which others know"]),
        ("acme and a blue kettle", ["acme"], []),
        ("the best of all", ["the best"], []),
        ("acme", ["acme"], ["at least 8 characters"]),
    ],
)
def test_what_others_know_counts_for_nothing(password: str, words: list[str], rules: list[str]) -> None:
    """Words of the site, of the link and of ourselves are taken out before the rest is measured; short ones stay."""
    try:
        check_password(password, words=words)
        broken = []
    except InvalidValues as error:
        broken = [failure.rule for failure in error.failures]

    assert rules == broken


@given(st.text(max_size=300))
def test_any_text_is_accepted_or_refused(text: str) -> None:
    """Whatever is typed, it is a password in its normal form, or every rule against it is named once."""
    try:
        accepted = check_password(text)
    except InvalidValues as error:
        rules = [failure.rule for failure in error.failures]

        assert len(rules) == len(set(rules)) > 0
    else:
        assert accepted == normalised(text)
        assert LEAST <= len(accepted) <= MOST


def test_the_block_list_is_in_order() -> None:
    """Every digest stands once and in order, so that each is found."""
    data = resources.files("exshare_core").joinpath("common_passwords.bin").read_bytes()
    digests = [data[place : place + 4] for place in range(0, len(data), 4)]

    assert sorted(set(digests)) == digests
    assert len(digests) > 10_000
    assert digest_of("password") in digests
    assert all(map(is_common, ("password", "12345678", "iloveyou1")))
    assert not any(map(is_common, ("", "a blue kettle", "\ud800")))


@pytest.mark.parametrize("corpus", ["passwords-common-django", "passwords-zxcvbn"])
def test_no_common_password_is_accepted(corpus: str) -> None:
    """Of passwords that guessers try first, each is refused as commonly used, in any case, where its length is allowed."""
    tried = [text for text in inputs(corpus) if len(text) >= LEAST]

    assert len(tried) > 4000
    assert [] == [text for text in tried for one in (text, text.upper()) if not _is_refused(one)]


def _is_refused(text: str) -> bool:
    try:
        check_password(text)
    except InvalidValues as error:
        return COMMON in [failure.rule for failure in error.failures]
    return False
