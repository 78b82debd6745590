"""Second factors as values: recovery codes that can be typed, keys that can be read, of whom one is demanded."""

from __future__ import annotations

import re

import pytest

from exshare_core.factors import Demand, recovery_code, spelled, typed_recovery
from exshare_core.testing import CountingTokens


def test_a_recovery_code_can_be_read_and_typed() -> None:
    """80 bits in four groups of four, of letters and digits that nobody takes for each other."""
    tokens = CountingTokens()
    codes = [recovery_code(tokens.token()) for _ in range(500)]

    assert 500 == len(set(codes))
    assert [] == [code for code in codes if not re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){3}", code)]
    assert [32] * 16 == [len({code.replace("-", "")[place] for code in codes}) for place in range(16)]


def test_a_recovery_code_is_the_first_80_bits_of_its_token() -> None:
    """By hand: the bytes 0 to 9 are ``aaaqeayeaudaocaj`` in base32."""
    assert "aaaq-eaye-auda-ocaj" == recovery_code("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")


@pytest.mark.parametrize(
    "typed",
    ["abcd-efgh-ijkl-mnop", "ABCD-EFGH-IJKL-MNOP", " abcdefghijklmnop ", "abcd efgh ijkl mnop", "abcd-efgh-ijk1-mn0p"],
)
def test_a_recovery_code_counts_however_it_is_typed(typed: str) -> None:
    """Large letters, blanks, hyphens and digits that were misread do not matter."""
    assert "abcdefghijklmnop" == typed_recovery(typed)


def test_what_is_typed_is_cut() -> None:
    """Nobody makes us digest a book."""
    assert 64 == len(typed_recovery("a" * 100_000))


def test_a_key_is_spelled_in_groups() -> None:
    """Base32 without padding, four letters at a time: the published secret of RFC 6238."""
    assert "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ" == spelled(b"12345678901234567890")


@pytest.mark.parametrize(
    ("demand", "admin", "member"), [("optional", False, False), ("admins", True, False), ("all", True, True)]
)
def test_of_whom_a_second_factor_is_demanded(demand: str, admin: bool, member: bool) -> None:
    """M1: of nobody, of admins, or of all."""
    assert (admin, member) == (Demand(demand).meant_for(admin=True), Demand(demand).meant_for(admin=False))
