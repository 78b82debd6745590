"""Colours of pages are read in every form in which editors write them."""

from __future__ import annotations

import pytest

from exshare_adapters.confluence.rendering.colours import is_dim, opaque, surface

# (as written, as #rrggbb or None)
ROWS: list[tuple[str, str | None]] = [
    ("#DEEBFF", "#deebff"),
    ("#fa0", "#ffaa00"),
    ("#fa08", "#ffd277"),
    ("#00000080", "#7f7f7f"),
    ("rgb(254,222,200)", "#fedec8"),
    ("rgb(254 222 200 / 50%)", "#feeee4"),
    ("rgba(0, 0, 0, 0)", None),
    ("rgb(10%, 20%, 30%)", "#1a334c"),
    ("rgb(300, 0, 0)", "#ff0000"),
    ("rgb(1.2.3, 0, 0)", None),
    ("Navy", "#000080"),
    ("transparent", None),
    ("url(x)", None),
    ("#12345", None),
    ("", None),
]


@pytest.mark.parametrize(("written", "read"), ROWS)
def test_colours_are_read(written: str, read: str | None) -> None:
    """Hexadecimal digits, numbers, percentages and names; what shines through is mixed with white."""
    assert read == opaque(written)


def test_white_is_no_surface() -> None:
    """The paper has no colour, so that it can be dark on a dark page."""
    assert (None, "#fffffe") == (surface("white"), surface("#fffffe"))


@pytest.mark.parametrize(
    ("colour", "dim"), [("#000000", True), ("#000080", True), ("#767676", True), ("#808080", False), ("#ffff00", False)]
)
def test_dim_surfaces_carry_light_words(colour: str, dim: bool) -> None:
    """Below a relative luminance of 0.19 white words have the greater contrast (WCAG 2.2)."""
    assert dim is is_dim(colour)
