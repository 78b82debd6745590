"""Bounds what a body may cost before any parser sees it.

Parsers are quadratic in nesting, in the attributes of one tag, and in formatting that is never closed. Small bodies
cannot hurt; the others are walked once, token by token as the HTML standard splits them, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from exshare_adapters.confluence.rendering.scan import Scan

MOST_BYTES = 5 * 1024 * 1024
MOST_ELEMENTS = 200_000
MOST_REFERENCES = 150_000
"""Ampersands."""
MOST_DEPTH = 256
MOST_ATTRIBUTES = 256
MOST_FORMATTING = 32
"""Formatting elements open at once; nobody writes bold in bold in bold."""
MOST_REPEATED = 20_000
"""Elements that parsers add by repeating formatting which a block left open."""

_MODEST_BYTES = 128 * 1024
_MODEST_ELEMENTS = 4000
_MODEST_FORMATTING = 8
_MOST_NAMES = 80
_ROUNDS = 16
"""How often elements are paired off, so that no body takes long."""
_ODD_ELEMENTS = 300
"""Bodies with constructs that parsers split differently may have this many elements."""
_LONGEST_TAG = 4096

_FORMATTING = frozenset(
    {
        b"a",
        b"b",
        b"big",
        b"code",
        b"em",
        b"font",
        b"i",
        b"nobr",
        b"s",
        b"small",
        b"strike",
        b"strong",
        b"tt",
        b"u",
    }
)
_ATTRIBUTED = re.compile(rb"<(?:b|big|code|em|font|i|s|small|strike|strong|tt|u)[\s/]")
_QUOTED_END = re.compile(rb"""=\s*+(?:"[^">]*+>|'[^'>]*+>)""")
_ODD = (b"svg", b"math", b"noscript", b"plaintext", b"template", b"select", b"frameset")

_RAW = (b"script", b"style", b"xmp", b"iframe", b"noembed", b"noframes", b"textarea", b"title")
_NAME = rb"(/?)([a-z][^\s/>]*)"
_TAG = re.compile(rb"<" + _NAME)
_NAMED = re.compile(_NAME)
"""The same for a tag without its brackets."""
_ATTRIBUTE = (
    rb"""(?:=[^\s/>=]*+|[^\s/>=]++)(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+|(?=>)|\Z))?+"""
)
_TOKEN = re.compile(
    rb"<(?:"
    rb"(?P<raw>script|style|xmp|iframe|noembed|noframes|textarea|title)(?=[\s/>])(?:[\s/]++|"
    + _ATTRIBUTE
    + rb")*+(?:>|\Z)"
    rb"(?P<inside>.*?)(?:</(?P=raw)(?=[\s/>])|\Z)"
    rb"|(?P<close>/)?(?P<name>[a-z][^\s/>]*+)(?P<attributes>(?:[\s/]++|" + _ATTRIBUTE + rb")*+)(?:>|\Z)"
    rb"|!--(?:-?>|.*?(?:--!?>|\Z))"
    rb"|[!?/][^>]*+(?:>|\Z))",
    re.DOTALL,
)
_NAMES = re.compile(_ATTRIBUTE)
_VOID = frozenset(
    {b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"param", b"source", b"track",
        b"wbr", b"image", b"frame", b"basefont", b"bgsound", b"keygen"}
)  # fmt: skip
_FOLLOWS = frozenset({b"p", b"li", b"dd", b"dt", b"td", b"th", b"tr", b"option", b"tbody"})
"""An element of these names ends at the next of the same name."""
_CELLS = frozenset({b"td", b"th", b"caption", b"table"})
_BARRIERS = frozenset({b"td", b"th", b"caption", b"table", b"object", b"marquee", b"applet", b"html"})
_TABLE = frozenset({b"table", b"tr", b"tbody", b"thead", b"tfoot", b"td", b"th", b"caption"})


class TooMuch(Exception):
    """A body would cost more than any honest page."""


def check(scan: Scan, *, for_tree: bool) -> None:
    """Pass bodies that any parser handles in bounded time; raises TooMuch for the others.

    `for_tree` asks for the stricter bounds of Lexbor.
    """
    if len(scan.low) > MOST_BYTES or scan.elements > MOST_ELEMENTS or scan.low.count(b"&") > MOST_REFERENCES:
        raise TooMuch
    if not _modest(scan, for_tree):
        if scan.markup is None or not _only_tags(scan):
            _Walk(scan).over()
        elif not _pairs_off(scan.markup, scan.distinct):
            _Walk(scan).over_tags()


def _modest(scan: Scan, for_tree: bool) -> bool:
    low = scan.low
    if scan.elements > _MODEST_ELEMENTS or len(low) > _MODEST_BYTES:
        return False
    if scan.attributed_formatting and len(_ATTRIBUTED.findall(low)) > _MODEST_FORMATTING:
        return False
    return not for_tree or len(low) < _LONGEST_TAG or _short_tags(scan)


def _short_tags(scan: Scan) -> bool:
    """Whether every tag ends at the next ``>``, after not too long."""
    tags = scan.low.split(b">") if scan.markup is None else scan.distinct
    return max(map(len, tags), default=0) <= _LONGEST_TAG and _QUOTED_END.search(scan.marks) is None


def _only_tags(scan: Scan) -> bool:
    """Whether whatever looks like a tag is one: no comments, no raw text, no ``>`` in values."""
    return not scan.tagged(*_RAW, *_ODD) and not scan.has(b"<!", b"<?") and _short_tags(scan)


def _pairs_off(markup: Sequence[bytes], distinct: Collection[bytes]) -> bool:
    """Whether elements end in the reverse order of their beginnings, like brackets, within the bounds of depth.

    Nearly all bodies do, which is found out a good deal faster than by a walk. A pass takes out the innermost elements
    of one name: so there are no more in each other than there are passes. Only asked where `_only_tags` holds.
    """
    names: dict[bytes, int] = {}
    signs: dict[bytes, str] = {}
    for tag in distinct:
        found = _NAMED.match(tag)
        if found is None or found[2] in _VOID:
            signs[tag] = ""
        else:
            signs[tag] = chr(2 * names.setdefault(found[2], len(names)) + (found[1] == b"/"))
    left = "".join(map(signs.__getitem__, markup))
    depth, formatting = 0, 0
    for _ in range(_ROUNDS if len(names) <= _MOST_NAMES else 0):
        for name, number in reversed(names.items()):
            before, left = len(left), left.replace(chr(2 * number) + chr(2 * number + 1), "")
            if len(left) < before:
                depth += 1
                formatting += name in _FORMATTING
        if not left:
            break
    return not left and depth <= MOST_DEPTH and formatting <= MOST_FORMATTING


class _Walk:
    """One walk over the tokens with the elements that are open."""

    def __init__(self, scan: Scan) -> None:
        self._low = scan.low
        self._odd_refused = scan.elements > _ODD_ELEMENTS
        self._odd = scan.tagged(*_ODD)
        self._open: list[bytes] = []
        self._formatting = 0
        self._orphans = 0
        self._repeated = 0

    def over(self) -> None:
        """Walk to the end; raises TooMuch."""
        if self._odd_refused and self._odd:
            raise TooMuch
        for token in _TOKEN.finditer(self._low):
            name = token["name"]
            if name is None:
                if self._odd_refused and token["raw"] == b"script" and b"<!--" in token["inside"]:
                    raise TooMuch
                continue
            if (
                token.end() - token.start() > _LONGEST_TAG
                and len(_NAMES.findall(token["attributes"])) > MOST_ATTRIBUTES
            ):
                raise TooMuch
            if token["close"] is None:
                self._begin(name)
            else:
                self._end(name)

    def over_tags(self) -> None:
        """The same, a good deal faster, where `_only_tags` holds."""
        still_open, begin, end = self._open, self._begin, self._end
        for slash, name in _TAG.findall(self._low):
            if not slash:
                begin(name)
            elif still_open and still_open[-1] == name and name not in _FORMATTING:
                still_open.pop()
            else:
                end(name)

    def _begin(self, name: bytes) -> None:
        self._repeated += self._orphans
        if name in _VOID or (name in _FOLLOWS and self._open and self._open[-1] == name):
            return
        self._open.append(name)
        self._formatting += name in _FORMATTING
        if len(self._open) > MOST_DEPTH or self._formatting > MOST_FORMATTING or self._repeated > MOST_REPEATED:
            raise TooMuch

    def _end(self, name: bytes) -> None:
        place = self._place(name)
        if place is None:
            return
        if name in _FORMATTING:
            del self._open[place]
            self._formatting -= 1
            self._orphans = max(0, self._orphans - 1)
            return
        above = self._open[place + 1 :]
        kept = [] if name in _CELLS else [other for other in above if other in _FORMATTING]
        cleared = sum(other in _FORMATTING for other in above) - len(kept)
        self._open[place:] = kept
        self._formatting -= cleared
        self._orphans = max(0, self._orphans - cleared) + (len(kept) if kept else 0)

    def _place(self, name: bytes) -> int | None:
        """Where the element lies that an end tag closes, or None when the tag is ignored."""
        barriers = frozenset({b"table"}) if name in _TABLE else _BARRIERS
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place] == name:
                return place
            if self._open[place] in barriers:
                return None
        return None
