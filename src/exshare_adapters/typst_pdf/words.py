"""Words of a page as string literals of Typst, which are never orders, stay on the paper and run where their script does."""

from __future__ import annotations

import re
import unicodedata

LONGEST_WORD, LONGEST_CODE = 40, 72
"""Characters of a word, and of one in code, that has no places of its own where it could be broken."""
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]")
"""What would turn the direction of what comes after it, or says something that nobody sees."""
FROM_THE_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]")


def quoted(text: str) -> str:
    """A string literal of Typst that says nothing but `text`, as `clean` leaves it."""
    return '"' + clean(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def clean(text: str) -> str:
    """A text without what steers devices or turns the direction of what comes after it."""
    return _TURNING.sub("", _CONTROL.sub(" ", text))


def words_of(text: str, longest: int = LONGEST_WORD) -> str:
    """A string literal of words that can be broken into lines however long they are."""
    if len(text) > longest:
        text = re.sub(rf"\S{{{longest},}}", lambda word: _breakable(word[0], max(4, longest // 4)), text)
    return quoted(text)


def _breakable(word: str, every: int) -> str:
    return "\u200b".join(word[at : at + every] for at in range(0, len(word), every))


def from_the_right(text: str) -> bool:
    """Whether the first letter that has a direction is one of a script that is written from right to left."""
    kinds = map(unicodedata.bidirectional, text)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"
