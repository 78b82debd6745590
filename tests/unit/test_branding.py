"""How a site presents itself (spec V9): what can be read, and what may be said and shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exshare_core.branding import (
    DARK,
    LARGEST_ICON,
    LIGHT,
    READABLE,
    WHITE,
    Branding,
    Colour,
    Picture,
    by_day,
    by_night,
    check_branding,
)
from exshare_core.errors import InvalidValue, InvalidValues
from exshare_core.testing.printing import png
from exshare_core.values import SiteId

SITE = SiteId("acme")
colours = st.builds(Colour, *[st.integers(0, 255)] * 3)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.00),
        ("#0000ff", "#ffffff", 8.59),
        ("#1f5fbf", "#f5f6f8", 5.63),
    ],
)
def test_contrast_is_measured_as_the_guidelines_say(one: str, other: str, ratio: float) -> None:
    """WCAG 2.2, 1.4.3: the known ratios, in either order."""
    assert ratio == round(Colour.parse(one).contrast(Colour.parse(other)), 2)
    assert ratio == round(Colour.parse(other).contrast(Colour.parse(one)), 2)


@pytest.mark.parametrize(("text", "colour"), [("#1F5FBF", "#1f5fbf"), (" 1f5fbf ", "#1f5fbf"), ("#15b", "#1155bb")])
def test_a_colour_is_read_in_its_usual_forms(text: str, colour: str) -> None:
    """V9: six digits or three, with or without the sign before them."""
    assert colour == str(Colour.parse(text))


@pytest.mark.parametrize(
    "text", ["", "#", "#12", "#12345", "#1234567", "#12345g", "red", "rgb(1,2,3)", "#١٢٣", "##123456", "#1f5fbf;}"]
)
def test_what_is_no_colour_is_refused(text: str) -> None:
    """V9: a colour is digits and nothing else, since it is written into a style sheet."""
    with pytest.raises(InvalidValue, match="accent: .* is not a colour such as #1f5fbf"):
        Colour.parse(text, "accent")


@pytest.mark.parametrize(
    ("accent", "ratio"),
    [("#777777", "4.14:1"), ("#ffff00", "1.00:1"), ("#ff8800", "2.21:1"), ("#00aa00", "2.87:1"), ("#6e6e6e", "4.71:1")],
)
def test_a_colour_that_cannot_be_read_is_refused_with_its_contrast(accent: str, ratio: str) -> None:
    """V9: the measured ratio is named, with the darker of the light grounds; what can be read is taken."""
    branding = Branding(SITE, accent=Colour.parse(accent))
    if accent == "#6e6e6e":
        check_branding(branding)
        return
    with pytest.raises(InvalidValues) as raised:
        check_branding(branding)

    assert raised.value.failures[0].field == "accent"
    assert f"has a contrast of {ratio} with the page" in raised.value.failures[0].rule


@given(colours)
def test_whatever_colour_a_site_has_its_pages_can_be_read(colour: Colour) -> None:
    """V9, WCAG 2.2: links on every ground, and the text on buttons, by day (where the colour is taken) and by night."""
    night = by_night(colour)

    assert all(one.contrast(ground) >= READABLE for one in (night.brand, night.strong) for ground in DARK)
    assert night.on_brand.contrast(night.brand) >= READABLE
    assert night.on_brand.contrast(night.strong) >= READABLE
    if all(colour.contrast(ground) >= READABLE for ground in LIGHT):
        day = by_day(colour)

        assert colour == day.brand
        assert all(one.contrast(ground) >= READABLE for one in (day.brand, day.strong) for ground in LIGHT)
        assert WHITE == day.on_brand


def test_a_bright_colour_stays_as_it_is_by_night() -> None:
    """V9: a colour is changed no more than reading it takes."""
    assert "#8ab8ff" == str(by_night(Colour.parse("#8ab8ff")).brand)


@pytest.mark.parametrize(
    ("given", "field", "rule"),
    [
        ({"name": "x" * 61}, "name", "at most 60 characters"),
        ({"footer": "x" * 501}, "footer", "at most 500 characters"),
        ({"gate": "x" * 1001}, "gate", "at most 1000 characters"),
        ({"home": "x" * 5001}, "home", "at most 5000 characters"),
        ({"styles": "x" * 20_001}, "styles", "at most 20000 characters"),
        ({"name": "Acme\nInc"}, "name", "no control characters"),
        ({"name": "Acme\u202egro.live"}, "name", "no control characters, and none that turn the direction of writing"),
        ({"footer": "a\x00b"}, "footer", "no control characters"),
        ({"gate": "\ud800"}, "gate", "no control characters"),
    ],
)
def test_texts_have_bounds(given: dict[str, str], field: str, rule: str) -> None:
    """V9: each text is refused by its own name."""
    with pytest.raises(InvalidValues) as raised:
        check_branding(Branding(SITE, **given))  # type: ignore[arg-type]

    assert [field] == [one.field for one in raised.value.failures]
    assert rule in raised.value.failures[0].rule


def test_everything_that_is_wrong_is_told_at_once() -> None:
    """A person can mend all of it in one go; several lines are allowed where several are shown."""
    with pytest.raises(InvalidValues) as raised:
        check_branding(Branding(SITE, name="x" * 61, footer="one\ntwo", accent=Colour.parse("#fff")))

    assert ["name", "accent"] == [one.field for one in raised.value.failures]


def test_a_picture_is_known_by_what_it_is_made_of() -> None:
    """V9: what it is called by whoever sends it does not count, and what nobody sees of it is not kept (see `pictures`)."""
    assert Picture(png(), "image/png") == Picture.read(png() + b"<script>", 1000, "logo")


def test_what_browsers_may_run_is_no_picture() -> None:
    """V9: SVG can hold scripts, and comes from the place that pages come from."""
    with pytest.raises(InvalidValue, match="logo: not a picture in PNG, JPEG or WebP"):
        Picture.read(b"<svg xmlns='http://www.w3.org/2000/svg'/>", 100, "logo")


def test_a_picture_has_a_largest_size() -> None:
    """V9: at the bound it is taken, a byte above it is refused."""
    data = png().ljust(LARGEST_ICON, b".")

    assert Picture.read(data, LARGEST_ICON, "icon").data == png()
    with pytest.raises(InvalidValue, match="icon: at most 64 KiB"):
        Picture.read(data + b".", LARGEST_ICON, "icon")
