"""Passwords are judged by length and by a block list, and every broken rule is named (G1)."""

from __future__ import annotations

import pytest

from exshare_core.errors import InvalidValues
from exshare_core.passwords import LEAST, LEAST_AS_ONLY_GATE, check_password

REFUSED = [
    ("1234567", LEAST, ["at least 8 characters"]),
    ("password", LEAST, ["commonly used; choose one that is hard to guess"]),
    ("Password", LEAST, ["commonly used; choose one that is hard to guess"]),
    ("", LEAST, ["at least 8 characters"]),
    ("aaaaaaaaaaaaaaaaaaa", LEAST_AS_ONLY_GATE, ["commonly used; choose one that is hard to guess"]),
    ("lamp oil wick!", LEAST_AS_ONLY_GATE, ["at least 15 characters"]),
    ("x1" * 129, LEAST, ["at most 256 characters", "commonly used; choose one that is hard to guess"]),
    ("lamp\noil wicks", LEAST, ["no control characters"]),
    ("lamp\x7foil wicks", LEAST, ["no control characters"]),
    ("lamp\x85oil wicks", LEAST, ["no control characters"]),
    ("lamp\ud800oil wicks", LEAST, ["no control characters"]),
    ("admin123", LEAST_AS_ONLY_GATE, ["at least 15 characters", "commonly used; choose one that is hard to guess"]),
]

ACCEPTED = ["eight ch", "a few unrelated words", "Ümläut-Größe", "🕯️🕯️ lamp oil", "lamp " * 51]


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
