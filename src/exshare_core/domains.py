"""Mail domains in the one form in which they compare: a subset of IDNA 2008 in which every domain has one spelling.

Two spellings of one domain must match and two domains never may (spec G2). What is accepted is a part of what the
registries' rules (RFC 5890–5893) accept, and no look-up of tables: joiners and the marks that need their neighbours'
leave (RFC 5892, appendix A) are refused altogether. Python's own ``idna`` codec follows IDNA 2003, which maps different
domains to one (ß to ss), and is no help here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from attrs import frozen

from exshare_core.errors import InvalidValue, printable

_LDH = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_LETTERS_AND_MARKS = frozenset({"Ll", "Lo", "Lm", "Mn", "Mc", "Nd"})
_STAY = frozenset("ßς")
"""Letters that folding of case would turn into others, and that IDNA 2008 keeps (RFC 5892, 2.6)."""

_NEVER = re.compile(
    "[\u034f\u0640\u07fa\u1100-\u11ff\u17b4\u17b5\u180b-\u180f\u20d0-\u20ff\u302e\u302f\u3031-\u3035\u303b"
    "\ua960-\ua97f\ud7b0-\ud7ff\ufe00-\ufe0f\U0001d100-\U0001d24f\U000e0100-\U000e01ef]"
)
"""Letters and marks that show nothing, stretch others, are signs of music or parts of syllables: disallowed by
RFC 5892, 2.6 to 2.9, though their categories are fine.
"""

_ONE_WAY = re.compile(r"(?:L(?:[LEM-]*[LE])?M*|R(?:[RAM-]*[RA])?M*|R(?:[REM-]*[RE])?M*)\Z")
"""How the characters of one part may run where any part runs from right to left (RFC 5893, 2): letters of one
direction and digits of one kind, no digit or mark first.
"""

_RUNS = {"L": "L", "R": "R", "AL": "R", "EN": "E", "AN": "A", "NSM": "M"}


@frozen(slots=True)
class Domain:
    """A mail domain in its A-label form, lower case."""

    name: str

    @classmethod
    def parse(cls, text: str) -> Domain:
        """Normalise a domain; raises InvalidValue for what is none, or has more than one spelling."""
        labels = unicodedata.normalize("NFC", text.strip(" \t").removesuffix(".")).split(".")
        if len(labels) < 2:
            raise _refused(text, "is not a full domain name")
        spelt = [_spelt(label, text) for label in labels]
        _check_direction(spelt, text)
        name = ".".join(_encoded(label, text) for label in spelt)
        if len(name) > 253:
            raise _refused(text, "is longer than 253 characters")
        if not name[-1].isalpha():
            raise _refused(text, "does not end in a letter, as every top-level domain does")
        return cls(name)


def _refused(whole: str, rule: str) -> InvalidValue:
    return InvalidValue("domain", f"`{printable(whole[:60])}` {rule}")


def _spelt(label: str, whole: str) -> str:
    """One part in lower case and in its own script, whichever of its two forms it was given in.

    Letter by letter: `str.lower` looks at neighbours and would end a word in ς where another spelling ends in σ.
    """
    lowered = "".join([char.lower() for char in label])
    if lowered.isascii() and not _LDH.match(lowered):
        raise _refused(whole, "has a part that is not letters, digits and inner hyphens")
    if lowered.isascii() and lowered.startswith("xn--"):
        lowered = _decoded(lowered, whole)
    elif lowered[2:4] == "--":
        raise _refused(whole, "has a part with two hyphens in third place")
    if not lowered.isascii():
        _check_letters(lowered, whole)
    return lowered


def _decoded(label: str, whole: str) -> str:
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        raise _refused(whole, "has a broken xn-- part") from None
    if decoded.isascii() or "xn--" + decoded.encode("punycode").decode("ascii") != label:
        raise _refused(whole, "has an xn-- part that is not in its shortest form")
    return decoded


def _encoded(label: str, whole: str) -> str:
    encoded = label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
    if len(encoded) > 63:
        raise _refused(whole, "has a part longer than 63 characters")
    return encoded


def _check_letters(label: str, whole: str) -> None:
    fine = (
        label == unicodedata.normalize("NFC", label)
        and not _NEVER.search(label)
        and not unicodedata.category(label[0]).startswith("M")
        and label[0] != "-"
        and label[-1] != "-"
        and label[2:4] != "--"
        and all(char == "-" or _is_plain(char) for char in label)
        and len({ord(char) - unicodedata.decimal(char) for char in label if char.isdecimal()}) <= 1
    )
    if not fine:
        raise _refused(whole, "has characters that a domain name cannot have, or not together")


def _is_plain(char: str) -> bool:
    """Whether a character is a letter, mark or digit that stands for itself alone, whatever its case or width."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).casefold())
    return unicodedata.category(char) in _LETTERS_AND_MARKS and (folded == char or char in _STAY)


def _check_direction(labels: Sequence[str], whole: str) -> None:
    runs = ["".join(_RUNS.get(unicodedata.bidirectional(char), "-") for char in label) for label in labels]
    if any("R" in run or "A" in run for run in runs) and not all(map(_ONE_WAY.match, runs)):
        raise _refused(whole, "mixes directions of writing in a way that would show it as another name")
