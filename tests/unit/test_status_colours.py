"""What a page is said to be can be read by day and by night, in every tone (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from exshare_core.content import Tone

LEAST = 4.5
"""The contrast of words that are not large."""


def luminance(colour: str) -> float:
    """The relative luminance of ``#rrggbb``, as WCAG defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colours(tone: Tone, *, dark: bool) -> tuple[str, str]:
    """The colours of the words and of what they stand on, from the style sheet."""
    sheet = (files("exshare_web") / "static" / "exshare.css").read_text("utf-8")
    blocks = re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)
    known = dict(re.findall(r"(--ex-[a-z-]+): (#[0-9a-f]{6});", blocks[0]))
    if dark:
        known |= dict(re.findall(r"(--ex-[a-z-]+): (#[0-9a-f]{6});", blocks[1]))
    rule = re.search(rf"\.lozenge\.{tone.value} \{{(.*?)\}}", sheet) or re.search(r"\.lozenge \{(.*?)\}", sheet)
    assert rule is not None
    used = dict(re.findall(r"(color|background): var\((--ex-[a-z-]+)\)", rule[1]))
    return known[used["color"]], known[used["background"]]


@pytest.mark.parametrize("dark", [False, True], ids=["by day", "by night"])
@pytest.mark.parametrize("tone", Tone)
def test_every_tone_can_be_read(tone: Tone, dark: bool) -> None:
    """Words and surface of a status differ enough, whatever its tone."""
    assert contrast(*colours(tone, dark=dark)) >= LEAST


def test_contrast_is_measured_as_defined() -> None:
    """Black on white is 21 to 1, and a colour on itself is 1 to 1."""
    assert (21.0, 1.0) == (round(contrast("#000000", "#ffffff"), 3), contrast("#174a97", "#174a97"))
