"""The page on which admins say how their site looks (spec V9): a sample before saving, everything wrong by its field."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from typing import Any

import pytest
from attrs import evolve

from exshare_core.branding import LARGEST_ICON, LARGEST_LOGO, Branding, Colour, Picture
from exshare_core.events import Kind
from exshare_core.testing.printing import png
from tests.integration.admins import BRANDING
from tests.integration.members import Page, Seat, an_admin, forms_of, words_of
from tests.integration.shell import SITE, Shell, run

PICTURES = f"{BRANDING}/pictures"
PNG, ICON = png(), png(8, 8)
TYPED = {
    "name": "Acme",
    "accent": "#7a1fa2",
    "gate": "Ask in the office.",
    "footer": "Acme Ltd",
    "home": "Welcome.\r\n\r\nNothing to see.",
    "styles": "h1 { color: red; }",
}


def stored(shell: Shell) -> Branding:
    """How the site looks."""
    return run(shell.storage.brandings.of_site(SITE))


def sent(seat: Seat, do: str, **changes: Any) -> Page:
    """The form as it is now, with these changes."""
    return seat.submit(seat.get(BRANDING), BRANDING, do=do, **changes)


def pictured(seat: Seat, files: dict[str, bytes], **fields: str) -> Page:
    """The form of pictures as a browser sends it."""
    form = {name: values[-1] for name, values in forms_of(seat.get(BRANDING))[PICTURES].items() if name not in files}
    form.pop("logo", None)
    form.pop("icon", None)
    given = {name: (f"../../{name}.html", data, "text/html") for name, data in files.items()}
    return seat.client.post(
        PICTURES, data={**form, **fields}, files=given or {"logo": ("none", b"", "application/octet-stream")}
    )


def framed(page: Page) -> dict[str, str]:
    """The documents in the frames of a page, by their titles."""
    found = re.findall(r'<iframe[^>]* title="([^"]*)" sandbox="allow-same-origin" srcdoc="([^"]*)"', page.text)
    return {title: html.unescape(document) for title, document in found}


def test_a_sample_is_shown_and_nothing_is_saved() -> None:
    """V9: a gate and a page as visitors would meet them, by day and by night, in frames that run nothing."""
    seat = an_admin(Shell())
    page = sent(seat, "preview", **TYPED)
    gate, shared = framed(page)["A gate by day"], framed(page)["A shared page by night"]

    assert 200 == page.status_code
    assert "Nothing is saved yet." in words_of(page)
    assert "By day #7a1fa2 has a contrast of 7.63:1 with the page, by night" in words_of(page)
    assert ["A gate by day", "A shared page by day", "A gate by night", "A shared page by night"] == [*framed(page)]
    assert '<link rel="stylesheet" href="/brand/7a1fa2.css">' in gate
    assert '<p class="site-says">Ask in the office.</p>' in gate
    assert " data-day>" in gate
    assert " data-day>" not in shared
    assert "<p>Acme Ltd</p>" in shared
    assert Branding(SITE) == stored(seat.shell)


def test_the_sheet_of_a_sample_reaches_its_frames_alone() -> None:
    """V9: it stands on no gate, and the page around has leave for this very sheet and no other."""
    seat = an_admin(Shell())
    page = sent(seat, "preview", **TYPED)
    sheet = "h1 { color: red; }\n"
    named = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    holders = [title for title, document in framed(page).items() if f"<style>{sheet}</style>" in document]

    assert ["A shared page by day", "A shared page by night"] == holders
    assert f"style-src 'self' 'sha256-{named}';" in page.headers["content-security-policy"]
    assert "sha256" not in sent(seat, "preview", **{**TYPED, "styles": ""}).headers["content-security-policy"]
    assert "sha256" not in sent(seat, "save", **{**TYPED, "styles": "@import 'x';"}).headers["content-security-policy"]


def test_a_site_that_is_never_dark_has_no_sample_by_night() -> None:
    """V9: nor is it told how its colour would be read there."""
    page = sent(an_admin(Shell()), "preview", **{**TYPED, "dark": None})

    assert ["A gate by day", "A shared page by day"] == [*framed(page)]
    assert "by night" not in words_of(page)


def test_a_form_is_emptied_before_anything_is_saved() -> None:
    """V9: how it would look without a word is shown first; the pictures stay until they are taken away."""
    seat = an_admin(Shell())
    sent(seat, "save", **TYPED)
    pictured(seat, {"logo": PNG})
    before = stored(seat.shell)
    emptied = sent(seat, "reset", name="Typed and forgotten")

    assert "Nothing is saved yet." in words_of(emptied)
    assert ["", "", ""] == [forms_of(emptied)[BRANDING][field][0] for field in ("name", "accent", "styles")]
    assert before == stored(seat.shell)

    assert 303 == seat.submit(emptied, BRANDING, do="save").status_code
    assert Branding(SITE, 3, logo=before.logo) == stored(seat.shell)


def test_what_was_typed_is_saved_with_a_sober_sheet() -> None:
    """V9, M7: all of it is stored at the next version, and written down with who did it."""
    seat = an_admin(Shell())
    answer = sent(seat, "save", **TYPED)
    now = stored(seat.shell)
    kinds = [one.kind for one in seat.shell.storage.state.events.values()]

    assert (303, f"{BRANDING}?done=saved") == (answer.status_code, answer.headers["location"])
    assert (1, "Acme", Colour.parse("#7a1fa2"), True) == (now.version, now.name, now.accent, now.dark)
    assert ("Ask in the office.", "Acme Ltd", "Welcome.\n\nNothing to see.") == (now.gate, now.footer, now.home)
    assert "h1 { color: red; }\n" == now.styles
    assert 1 == kinds.count(Kind.BRANDING_CHANGED)
    assert "Saved. Pages look like this from now on." in words_of(seat.get(f"{BRANDING}?done=saved"))


def test_nothing_is_saved_where_nothing_is_different() -> None:
    """A second save of the same form is no change."""
    seat = an_admin(Shell())
    sent(seat, "save", **TYPED)
    sent(seat, "save")

    assert 1 == stored(seat.shell).version


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"accent": "#ffff00"}, "accent", "has a contrast of 1.00:1 with the page; text needs 4.5:1"),
        ({"accent": "yellow"}, "accent", "is not a colour such as #1f5fbf"),
        ({"name": "x" * 61}, "name", "at most 60 characters"),
        ({"styles": "a { background: url(x) }"}, "styles", "line 1: `url()` is not allowed"),
        ({"styles": "a {\n position: fixed }"}, "styles", "line 2: `position` is not allowed"),
        ({"styles": "a{--a:1}" * 2000}, "styles", "with each rule on a line of its own; these would be 28000"),
        ({"styles": "@x;" * 4000}, "styles", "3980 more of the kind"),
        ({"footer": "a\u202eb"}, "footer", "none that turn the direction of writing"),
    ],
)
@pytest.mark.parametrize("do", ["preview", "save"])
def test_what_may_not_be_said_is_named_beside_its_field(
    do: str, changes: dict[str, str], field: str, words: str
) -> None:
    """V9, L13: nothing is saved, nothing typed is lost, and the measured contrast is told."""
    seat = an_admin(Shell())
    page = sent(seat, do, **{**TYPED, **changes})

    assert 400 == page.status_code
    assert words in words_of(page)
    assert f'id="{field}-error"' in page.text
    assert "Ask in the office." in forms_of(page)[BRANDING]["gate"]
    assert Branding(SITE) == stored(seat.shell)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    """L13: in one answer, each beside its field."""
    seat = an_admin(Shell())
    page = sent(seat, "save", accent="#ffff00", styles="@import 'x';")

    assert all(f'id="{field}-error"' in page.text for field in ("accent", "styles"))


def test_a_field_that_nobody_sees_sets_nothing() -> None:
    """Mass assignment: the site, the version and the pictures are not set by a field."""
    seat = an_admin(Shell())
    page = sent(seat, "save", logo="x", site="other")

    assert 400 == page.status_code
    assert Branding(SITE) == stored(seat.shell)


def test_an_edit_of_an_old_look_is_kept_and_not_saved() -> None:
    """L12: who was overtaken keeps what they typed, and can save it on top of what they now know."""
    seat = an_admin(Shell())
    form = seat.get(BRANDING)
    sent(seat, "save", name="First")
    late = seat.submit(form, BRANDING, do="save", name="Second")

    assert 412 == late.status_code
    assert "Somebody changed the look while you were editing" in words_of(late)
    assert "First" == stored(seat.shell).name
    assert 303 == seat.submit(late, BRANDING, do="save").status_code
    assert ("Second", 2) == (stored(seat.shell).name, stored(seat.shell).version)


def test_pictures_are_saved_and_taken_away() -> None:
    """V9: known by their bytes and not by what they are called; the rest of the look stays."""
    seat = an_admin(Shell())
    sent(seat, "save", **TYPED)

    assert 303 == pictured(seat, {"logo": PNG, "icon": ICON}).status_code
    assert (Picture(PNG, "image/png"), "Acme") == (stored(seat.shell).logo, stored(seat.shell).name)
    assert PNG == seat.get(f"/brand/{Picture(PNG, 'image/png').digest}").content
    assert 303 == pictured(seat, {}, remove_logo="on").status_code
    assert (None, Picture(ICON, "image/png")) == (stored(seat.shell).logo, stored(seat.shell).icon)


@pytest.mark.parametrize(
    ("files", "field", "words"),
    [
        ({"logo": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"}, "logo", "not a picture"),
        ({"icon": b"<html><script>alert(1)</script>"}, "icon", "not a picture"),
        ({"logo": PNG.ljust(LARGEST_LOGO + 1, b".")}, "logo", "at most 256 KiB"),
        ({"icon": PNG.ljust(LARGEST_ICON + 1, b".")}, "icon", "at most 64 KiB"),
        ({"icon": PNG[:-9]}, "icon", "the picture is not whole"),
        ({"logo": png(2049, 1)}, "logo", "at most 2048 pixels wide and high"),
    ],
)
def test_what_is_no_picture_is_refused(files: dict[str, bytes], field: str, words: str) -> None:
    """V9: nothing that browsers may run, and nothing too large."""
    seat = an_admin(Shell())
    page = pictured(seat, files)

    assert 400 == page.status_code
    assert words in words_of(page)
    assert f'id="{field}-error"' in page.text
    assert Branding(SITE) == stored(seat.shell)


def test_a_form_with_files_needs_the_token_of_the_session() -> None:
    """CSRF: whichever way the form is sent."""
    seat = an_admin(Shell())
    answer = seat.client.post(PICTURES, data={"version": "0", "csrf": "x"}, files={"logo": ("l", PNG, "image/png")})

    assert 403 == answer.status_code
    assert Branding(SITE) == stored(seat.shell)


def test_a_form_with_files_has_bounds() -> None:
    """More than both pictures can have is not read."""
    seat = an_admin(Shell())

    assert 413 == pictured(seat, {"logo": PNG.ljust(500_000, b".")}).status_code


def test_a_form_that_asks_for_no_file_is_not_read_as_one() -> None:
    """Only the one route takes files: elsewhere such a body is no form of ours."""
    seat = an_admin(Shell())
    answer = seat.client.post(BRANDING, data={"csrf": seat.csrf}, files={"logo": ("l", PNG, "image/png")})

    assert 403 == answer.status_code


def test_what_stands_in_texts_is_text() -> None:
    """V9: markup in a name or a footer is shown as it was typed, and ends no element."""
    seat = an_admin(Shell())
    hostile = "</title></style><script>alert(1)</script>"
    run(seat.shell.storage.brandings.replace(Branding(SITE, 1, name=hostile[:60], footer=hostile, gate=hostile), []))
    page = seat.get(BRANDING)

    assert "<script>" not in page.text
    assert evolve(stored(seat.shell), version=1).footer in words_of(page)
