"""Gathers what pages say and brings the catalogues up to it: new sentences untranslated, those no longer said dropped.

Run as ``python -m tools.messages`` after a sentence was added or changed, then fill in what is empty in
``src/exshare_web/locale``; the tests name what is missing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from exshare_web.languages import ENGLISH, NAMES

PACKAGE = Path(__file__).parents[1] / "src" / "exshare_web"
CATALOGUES = PACKAGE / "locale"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "msg": None}
BEGAN = datetime(2026, 11, 26, tzinfo=UTC)
"""Stands in every catalogue, so that bringing one up to date changes no line but those of sentences."""


def said() -> Catalog:
    """All that pages say, with where they say it."""
    found = Catalog(project="exshare", creation_date=BEGAN, charset="utf-8")
    places = extract_from_dir(PACKAGE, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS)
    for file, _, message, _, _ in sorted(places, key=lambda place: (place[0], place[1])):
        found.add(message, locations=[(file, 1)])
    return found


def catalogue(code: str) -> Catalog:
    """What is translated into the language of that code so far."""
    file = CATALOGUES / f"{code}.po"
    if not file.exists():
        return Catalog(locale=code)
    with file.open("rb") as opened:
        return read_po(opened, locale=code)


def update(code: str) -> None:
    """Bring one catalogue up to what is said now."""
    known, now = catalogue(code), said()
    fresh = Catalog(
        code, project="exshare", version="1", creation_date=BEGAN, revision_date=BEGAN, charset="utf-8", fuzzy=False
    )
    fresh.header_comment = f"# What pages say, in {NAMES[code]}."
    fresh.last_translator = fresh.language_team = fresh.msgid_bugs_address = "exshare"
    for message in now:
        if message.id:
            before = known.get(message.id)
            fresh.add(message.id, before.string if before else "", locations=message.locations, flags=message.flags)
    with (CATALOGUES / f"{code}.po").open("wb") as file:
        write_po(file, fresh, width=120, include_lineno=False)


if __name__ == "__main__":
    for one in NAMES:
        if one != ENGLISH:
            update(one)
