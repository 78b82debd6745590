"""What a password must be before it is accepted (spec G1): long enough, not too long, not one that guessers try first.

No composition rules and no forced rotation: NIST SP 800-63B-4 forbids both. The block list is made by
``tools/common_passwords.py`` and holds digests only; it is part of the package as its code is, read once when it is
first needed.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from importlib import resources
from itertools import pairwise

from exshare_core.errors import InvalidValue, InvalidValues

LEAST = 8
LEAST_AS_ONLY_GATE = 15
MOST = 256

LEAST_WORD = 4
"""Letters of a word that counts for nothing in a password; shorter ones stand in too many others."""

OWN_WORDS = ("exshare", "confluence", "atlassian")
"""What everyone who gets here knows of the service itself."""

_DIGEST = 4
"""Bytes of a digest in the block list: one good password in two hundred thousand is taken for a listed one."""

_ROWS = (
    *("12345678901", "abcdefghijklmnopqrstuvwxyz"),
    *("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn"),
    *("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik", "9ol"),
)
"""What fingers and tongues run along: the figures, the alphabet, the rows and the first columns of keyboards."""

_STEPS = frozenset(pair for row in _ROWS for one in (row, row[::-1]) for pair in pairwise(one))


def normalised(password: str) -> str:
    """The password in Unicode NFKC, so that it verifies whatever keyboard typed it (SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, least: int = LEAST, *, name: str = "password", words: Iterable[str] = ()) -> str:
    """The normalised password; raises InvalidValues naming every rule that it breaks (spec G1).

    `least` is the number of characters that policy demands; lengths count code points. `words` are texts that belong
    to what the password is for, such as the name of the link: their words count for nothing in it.
    """
    password = normalised(password)
    failures = [InvalidValue(name, rule) for rule in _broken(password, least, words)]
    if failures:
        raise InvalidValues(tuple(failures))
    return password


def _broken(password: str, least: int, words: Iterable[str]) -> Iterator[str]:
    folded = password.casefold()
    if len(password) < least:
        yield f"at least {least} characters"
    if len(password) > MOST:
        yield f"at most {MOST} characters"
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in password):
        yield "no control characters"
    if is_common(folded) or (len(folded) >= LEAST and _is_drill(folded)):
        yield "commonly used; choose one that is hard to guess"
    known = [word for word in _words(words) if word in folded]
    if known and len(password) >= LEAST and _beside(folded, known) < LEAST:
        yield f"at least {LEAST} characters beside {' and '.join(f'`{word}`' for word in known)}, which others know"


def is_common(password: str) -> bool:
    """Whether the password, in any case, is on the block list."""
    digests, digest = _block_list(), digest_of(password)
    place = bisect_left(range(len(digests) // _DIGEST), digest, key=lambda at: _at(digests, at))
    return _at(digests, place) == digest


def digest_of(password: str) -> bytes:
    """What stands in the block list for a password."""
    return sha256(normalised(password).casefold().encode("utf-8", "surrogatepass")).digest()[:_DIGEST]


@cache
def _block_list() -> bytes:
    return resources.files("exshare_core").joinpath("common_passwords.bin").read_bytes()


def _at(digests: bytes, place: int) -> bytes:
    return digests[place * _DIGEST : (place + 1) * _DIGEST]


def _is_drill(folded: str) -> bool:
    """Whether a finger's exercise: two characters, one short or common piece over and over, or runs along rows."""
    piece = folded[: (folded + folded).index(folded, 1)]
    repeated = len(piece) < len(folded) and (len(piece) < LEAST or is_common(piece))
    return len(set(folded)) <= 2 or repeated or all(length >= 3 for length in _runs(folded))


def _runs(folded: str) -> Iterator[int]:
    """The lengths of the pieces in which each character is the one before it, or next to it in a row."""
    length = 1
    for before, char in pairwise(folded):
        if before == char or (before, char) in _STEPS:
            length += 1
        else:
            yield length
            length = 1
    yield length


def _words(texts: Iterable[str]) -> list[str]:
    """The words of some texts, and our own, without case; the longest first, so that none is missed within another."""
    found = {word for text in (*texts, *OWN_WORDS) for word in re.findall(r"[^\W_]+", normalised(text).casefold())}
    return sorted((word for word in found if len(word) >= LEAST_WORD), key=lambda word: (-len(word), word))


def _beside(folded: str, words: Iterable[str]) -> int:
    """How many characters are left when the words are taken out."""
    for word in words:
        folded = folded.replace(word, "")
    return len(folded)
