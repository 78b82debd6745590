"""What a visitor looks for, and where it stands in a text: words, matches and excerpts, without any markup.

Every word must stand in a page, each at the beginning of a word there; case and accents make no difference. Only what
the visitor may see is ever given to these functions, so that nothing else can decide or show anything (spec L8).
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from unicodedata import category, combining, normalize

from attrs import field, frozen

from exshare_core.errors import InvalidValue

MOST_CHARACTERS = 200
"""Characters of a search."""
MOST_WORDS = 8
MOST_TEXT = 400_000
"""Characters of a page's HTML that are looked through; what comes after them is not found."""
AROUND = 70
"""Characters before the first match in an excerpt."""
LENGTH = 240
"""Characters of an excerpt."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>")
_WITHIN_WORDS = re.compile(
    "(?:a|abbr|b|bdi|bdo|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|su[bp]|tt|u|var|wbr)\\Z",
    re.IGNORECASE,
)
"""Elements that may begin or end within a word."""
_UNDECOMPOSED = {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i"}
"""Letters whose stroke Unicode does not count as a mark."""
_RUNNING = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Letters of scripts that put no space between words, or join further syllables to one."""


class _Folding(dict[int, str]):
    """For each character the one that it compares as, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        low = next(one for one in (char.casefold(), char.lower(), char) if len(one) == 1)
        bare = "".join(one for one in normalize("NFKD", low) if not combining(one))
        self[code] = folded = _UNDECOMPOSED.get(low, bare if len(bare) == 1 else low)
        return folded


_FOLDING = _Folding()


def folded(text: str) -> str:
    """The text as it is compared: composed, without case and accents, character for character as long as before."""
    return normalize("NFC", text).translate(_FOLDING)


def words_in(text: str) -> list[str]:
    """The words of a text, composed (NFC): letters and digits, with the marks upon them, that stand together."""
    plain = "".join(char if _of_word(char) else " " for char in normalize("NFC", text))
    return [word for word in plain.split() if any(char.isalnum() for char in word)]


def _of_word(char: str) -> bool:
    return char.isalnum() or char == "_" or category(char)[0] == "M"


@frozen(slots=True)
class Words:
    """What is looked for: each of them has to be found."""

    words: tuple[str, ...] = field(repr=False)
    """As they were typed, each of letters and digits and the marks upon them only."""

    @classmethod
    def parse(cls, text: str) -> Words:
        """From what a person typed; raises InvalidValue when there is no word in it, or too much."""
        if len(text) > MOST_CHARACTERS:
            raise InvalidValue("words", f"must be at most {MOST_CHARACTERS} characters")
        words = tuple(dict.fromkeys(words_in(text)))
        if not words:
            raise InvalidValue("words", "must have at least one letter or digit")
        if len(words) > MOST_WORDS:
            raise InvalidValue("words", f"must be at most {MOST_WORDS} words")
        return cls(words)

    def matches(self, text: str) -> Sequence[tuple[int, int]] | None:
        """Where the words stand in `text`, which must be composed (NFC), in their order; None unless all of them do."""
        among = folded(text)
        found: list[tuple[int, int]] = []
        for word in self.words:
            places = [(one.start(), one.end()) for one in _pattern(word).finditer(among)]
            if not places:
                return None
            found += places
        return sorted(found)


def stands(words: str, text: str) -> bool:
    """Whether words stand in a text just so, and not as a part of longer ones."""
    start = r"(?<!\w)" if words[:1].isalnum() and not _RUNNING.match(words) else ""
    end = r"(?!\w)" if words[-1:].isalnum() and not _RUNNING.match(words[-1:]) else ""
    return re.search(start + re.escape(words) + end, text) is not None


def _pattern(word: str) -> re.Pattern[str]:
    compared = folded(word)
    start = "" if _RUNNING.match(compared) else r"(?<!\w)"
    return re.compile(start + re.escape(compared))


@frozen(slots=True)
class Piece:
    """A part of a line of text."""

    text: str = field(repr=False)
    marked: bool = False
    """Whether it is what was looked for."""


@frozen(slots=True)
class Found:
    """How a page shows that it has the words."""

    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]


def find(words: Words, title: str, body: str) -> Found | None:
    """How a page with this title and this body, sanitised HTML that the visitor may see, shows the words; None where it
    has not all of them.
    """
    name, text = _line(title), plain_text(body)
    whole = f"{name}\n{text}"
    matches = words.matches(whole)
    if matches is None:
        return None
    below = len(name) + 1
    in_text = [(start - below, end - below) for start, end in matches if start >= below]
    return Found(
        _pieces(name, [match for match in matches if match[1] <= len(name)], 0, len(name)), _excerpt(text, in_text)
    )


def plain_text(body: str) -> str:
    """The words of HTML that a renderer has sanitised, in one line, composed (NFC)."""
    text = _TAG.sub(lambda tag: "" if _WITHIN_WORDS.match(tag[2]) else " ", body[:MOST_TEXT])
    return _line(html.unescape(text))


def _line(text: str) -> str:
    return normalize("NFC", " ".join(text.split()))


def _excerpt(text: str, matches: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    """Some words around the first match, or the beginning where there is none."""
    start = max(0, matches[0][0] - AROUND) if matches else 0
    if start:
        start = text.find(" ", start, matches[0][0] + 1) + 1 or start
    end = min(len(text), start + LENGTH)
    if end < len(text):
        cut = text.rfind(" ", start, end)
        end = cut if cut > max(start, matches[0][1] if matches else 0) else end
    pieces = _pieces(text, matches, start, end)
    before = (Piece("… "),) if start else ()
    return (*before, *pieces, *((Piece(" …"),) if end < len(text) else ()))


def _pieces(text: str, matches: Sequence[tuple[int, int]], start: int, end: int) -> tuple[Piece, ...]:
    """The text from `start` to `end`, cut at the matches within; of matches that overlap the first counts."""
    pieces, at = [], start
    for first, last in matches:
        if first < at or last > end:
            continue
        pieces += [Piece(text[at:first]), Piece(text[first:last], marked=True)]
        at = last
    pieces.append(Piece(text[at:end]))
    return tuple(piece for piece in pieces if piece.text)
