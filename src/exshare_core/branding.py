"""How a site presents itself to its visitors, as one value, and what may not be said with it (spec V9).

Colours are judged by the contrast that people can read (WCAG 2.2, 1.4.3), pictures by what they are made of. A site names
one colour; every other is derived from it, so that a page is readable in the light and in the dark.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from hashlib import sha256

from attrs import field, frozen

from exshare_core.errors import InvalidValue, InvalidValues, printable
from exshare_core.pictures import still
from exshare_core.values import TURNS, SiteId

LONGEST_NAME = 60
LONGEST_FOOTER = 500
LONGEST_TEXT = 1000
LONGEST_HOME = 5000
LONGEST_STYLES = 20_000
"""Characters of each text."""

LARGEST_LOGO = 256 * 1024
LARGEST_ICON = 64 * 1024
"""Bytes of each picture."""

READABLE = 4.5
"""The least contrast of text with what lies behind it (WCAG 2.2, 1.4.3, level AA)."""


@frozen(slots=True)
class Colour:
    """A colour of the screen: red, green and blue, each from 0 to 255."""

    red: int
    green: int
    blue: int

    @classmethod
    def parse(cls, text: str, field: str = "colour") -> Colour:
        """The colour that ``#1f5fbf`` or ``#15b`` names, in any case; raises InvalidValue for anything else."""
        digits = text.strip().removeprefix("#")
        if len(digits) == SHORT:
            digits = "".join(digit * 2 for digit in digits)
        if len(digits) != LONG or any(digit not in HEXADECIMAL for digit in digits):
            raise InvalidValue(field, f"`{printable(text[:40])}` is not a colour such as #1f5fbf")
        return cls(*bytes.fromhex(digits))

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        """How bright it is, from 0 to 1: relative luminance as WCAG 2.2 defines it."""
        return 0.2126 * _linear(self.red) + 0.7152 * _linear(self.green) + 0.0722 * _linear(self.blue)

    def contrast(self, other: Colour) -> float:
        """The contrast ratio of two colours, from 1 to 21, as WCAG 2.2 defines it."""
        darker, brighter = sorted((self.luminance, other.luminance))
        return (brighter + 0.05) / (darker + 0.05)

    def towards(self, other: Colour, share: float) -> Colour:
        """The colour that lies between the two, `share` of the way."""
        pairs = ((self.red, other.red), (self.green, other.green), (self.blue, other.blue))
        return Colour(*(round(mine + (theirs - mine) * share) for mine, theirs in pairs))


SHORT, LONG = 3, 6
HEXADECIMAL = frozenset("0123456789abcdefABCDEF")

WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)

LIGHT = (WHITE, Colour.parse("#f5f6f8"))
"""What lies behind text by day: the page, and what is sunken into it."""

DARK = (Colour.parse("#16191e"), Colour.parse("#1d2127"), Colour.parse("#20242b"))
"""The same by night, with what is raised from it."""


@frozen(slots=True)
class Palette:
    """The colours of one time of day: of links and buttons, of a button under the hand, and of the text on them."""

    brand: Colour
    strong: Colour
    on_brand: Colour


def by_day(accent: Colour) -> Palette:
    """The colours by day: the site's own, since `check_branding` has seen that it can be read on light ground."""
    return Palette(accent, accent.towards(BLACK, 0.22), WHITE)


def on_paper(accent: Colour | None) -> Colour | None:
    """The colour on white paper: the site's own where it can be read there, else none."""
    return None if accent is None or accent.contrast(WHITE) < READABLE else by_day(accent).brand


def by_night(accent: Colour) -> Palette:
    """The colours by night: the site's own, brightened only as far as it takes to be read on dark ground."""
    steps = (accent.towards(WHITE, share / 50) for share in range(51))
    brand = next(one for one in steps if _least_contrast(one, DARK) >= READABLE)
    return Palette(brand, brand.towards(WHITE, 0.25), DARK[0])


@frozen(slots=True)
class Picture:
    """A picture that a site shows: its bytes, and what they are."""

    data: bytes = field(repr=False)
    media_type: str

    @property
    def digest(self) -> str:
        """Names these bytes and no others: hexadecimal digits."""
        return sha256(self.data).hexdigest()

    @classmethod
    def read(cls, data: bytes, most: int, field: str) -> Picture:
        """The picture in `data`, without what nobody sees of it; raises InvalidValue for what is larger than `most` bytes
        and for whatever is no still picture (see `pictures.still`).
        """
        if len(data) > most:
            raise InvalidValue(field, f"at most {most // 1024} KiB")
        it = still(data, field)
        return cls(it.data, it.media_type)


@frozen(slots=True)
class Branding:
    """All that a site says and shows of itself around its pages. Empty texts say nothing, absent pictures show nothing."""

    site: SiteId
    version: int = 0
    """Counts changes; 0 is a site that has never said anything."""
    name: str = ""
    """Stands at the head of every page."""
    footer: str = ""
    """Stands at the foot of every page; each line is a paragraph."""
    gate: str = ""
    """Stands above what a gate asks."""
    home: str = ""
    """What the front page of the site's own host says; a blank line ends a paragraph."""
    accent: Colour | None = None
    """The colour of links and buttons."""
    dark: bool = True
    """Whether pages are dark for those who wish it."""
    styles: str = ""
    """CSS of the site's own for shared pages and for nothing else; has passed `StyleSheets.checked`."""
    logo: Picture | None = None
    icon: Picture | None = None

    @property
    def styles_digest(self) -> str:
        """Names this style sheet and no other: hexadecimal digits; empty without one."""
        return sha256(self.styles.encode()).hexdigest() if self.styles else ""


def check_branding(branding: Branding) -> None:
    """Raises InvalidValues with everything that may not be said: see each limit, and READABLE."""
    failures = tuple(_failures(branding))
    if failures:
        raise InvalidValues(failures)


def told_contrast(colour: Colour, grounds: Collection[Colour]) -> str:
    """The least contrast of a colour with what may lie behind it, such as ``4.51:1``: rounded down, so that none is said to
    be enough that is not.
    """
    return f"{int(_least_contrast(colour, grounds) * 100) / 100:.2f}:1"


def _failures(branding: Branding) -> Iterator[InvalidValue]:
    for name, text, most in (
        ("name", branding.name, LONGEST_NAME),
        ("footer", branding.footer, LONGEST_FOOTER),
        ("gate", branding.gate, LONGEST_TEXT),
        ("home", branding.home, LONGEST_HOME),
        ("styles", branding.styles, LONGEST_STYLES),
    ):
        if len(text) > most:
            yield InvalidValue(name, f"at most {most} characters")
        if any(_unprintable(char, lines=name != "name") for char in text):
            yield InvalidValue(name, "no control characters, and none that turn the direction of writing")
    if branding.accent is not None and _least_contrast(branding.accent, LIGHT) < READABLE:
        measured = told_contrast(branding.accent, LIGHT)
        rule = f"`{branding.accent}` has a contrast of {measured} with the page; text needs {READABLE}:1"
        yield InvalidValue("accent", rule)


def _least_contrast(colour: Colour, grounds: Collection[Colour]) -> float:
    return min(colour.contrast(ground) for ground in grounds)


def _linear(part: int) -> float:
    """One part of a colour without the bend that screens put on it."""
    share = part / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def _unprintable(char: str, *, lines: bool) -> bool:
    if lines and char in "\n\t":
        return False
    return unicodedata.category(char) in ("Cc", "Cs") or char in TURNS
