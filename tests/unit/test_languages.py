"""The languages of pages (spec V8): nothing that people read escapes translation, and each is chosen as wished."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from string import Formatter

import pytest
from jinja2 import nodes
from tools import messages

from exshare_web import languages
from exshare_web.languages import NAMES, language, wished
from exshare_web.rendering import environment

TRANSLATED = sorted(set(NAMES) - {languages.ENGLISH})
VALUE = "\ue000"
"""Stands for what a template is given."""

READ = frozenset({"alt", "aria-label", "aria-description", "content", "label", "placeholder", "title"})
"""The attributes that people read or hear; `content` of a <meta> is none of them, and is left out below."""

WITHIN_TAGS = frozenset({"kind", "at_home", "at_settings", "described"})
"""Blocks and macros that write attributes, none of which are read."""

NOT_WORDS = frozenset({"exshare", "UTC", "·", "name@example.com"})

FOR_VISITORS = (
    *(
        "base.",
        "brand_",
        "external",
        "home.",
        "factor_parts.",
        "gate",
        "languages.",
        "leaving.",
        "neutral.",
        "not_signed_in.",
    ),
    *("page_", "preview_banner.", "preview_begin.", "recovery_codes.", "search.", "ways"),
)
"""How the names of visitors' pages begin. Those of members and admins are in English so far."""

TRANSLATED_PAGES = sorted(name for name in environment().list_templates() if name.startswith(FOR_VISITORS))


class Reader(HTMLParser):
    """Gathers what people would read of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def handle_data(self, data: str) -> None:
        self.read.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.read += [value or "" for name, value in attrs if name in READ and tag != "meta"]


def written(node: nodes.Node) -> Iterator[str]:
    """What a template writes itself, in its order; what it is given, or says in the reader's language, as VALUE."""
    if isinstance(node, nodes.Output):
        for part in node.nodes:
            yield part.data if isinstance(part, nodes.TemplateData) else VALUE
            if not isinstance(part, nodes.TemplateData):
                yield from (f"<i>{text}</i>" for text in own_words(part))
        return
    if isinstance(node, nodes.Block | nodes.Macro) and node.name in WITHIN_TAGS:
        return
    for child in node.iter_child_nodes():
        yield from written(child)


def own_words(node: nodes.Node) -> Iterator[str]:
    """Texts of the template within an expression, unless they are said in the reader's language."""
    if (
        isinstance(node, nodes.Call)
        and isinstance(node.node, nodes.Name)
        and node.node.name in ("_", "gettext", "ngettext")
    ):
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and " " in node.value.strip():
        yield node.value
    for child in node.iter_child_nodes():
        yield from own_words(child)


def untranslated(source: str) -> list[str]:
    """The words of a template that everybody reads in English."""
    reader = Reader()
    reader.feed("".join(written(environment().parse(source))))
    words = [word.strip() for text in reader.read for word in re.split(rf"[\s{VALUE}]+", text)]
    return [word for word in words if re.search(r"[A-Za-z]{2}", word) and word not in NOT_WORDS]


@pytest.mark.parametrize("name", TRANSLATED_PAGES)
def test_no_word_of_a_page_escapes_translation(name: str) -> None:
    """V8: whatever a template writes itself is said in the reader's language."""
    loader = environment().loader
    assert loader is not None
    source, _, _ = loader.get_source(environment(), name)

    assert [] == untranslated(source)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello there</p>", ["Hello", "there"]),
        ('<p aria-label="Main">{{ x }}</p>', ["Main"]),
        ('<p>{{ "Set it up" if x else y }}</p>', ["Set", "it", "up"]),
        ("{% if x %}<p>Once</p>{% endif %}", ["Once"]),
        ('<p class="one two">{{ _("Hello there") }}{% trans %}And more{% endtrans %} · {{ x }}</p>', []),
    ],
)
def test_words_that_escape_are_seen(source: str, found: list[str]) -> None:
    """The check above sees texts, read attributes, and texts in expressions; and nothing that is translated."""
    assert found == untranslated(source)


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_has_every_sentence(code: str) -> None:
    """V8: what pages say is what the catalogue translates, with the same things to fill in and the same markup."""
    said = {message.id: message for message in messages.said() if message.id}
    there = {message.id: message for message in messages.catalogue(code) if message.id}

    assert set(said) == set(there), "run `python -m tools.messages` and translate what is new"
    for one in there.values():
        originals, texts = forms(one.id), forms(one.string)

        assert all(texts), originals
        assert not one.fuzzy
        for text in texts:
            assert filled_in(originals[-1]) == filled_in(text), text


def forms(sentence: str | Sequence[str] | None) -> Sequence[str]:
    """A sentence in each of its numbers."""
    return (sentence or "",) if isinstance(sentence, str | None) else sentence


def filled_in(text: str) -> list[str]:
    """What a sentence has to be given, and its markup."""
    holes = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    return sorted([*re.findall(r"%\(\w+\)s", text), *re.findall(r"</?\w+[^>]*>", text), *holes])


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", None),
        ("de", "de"),
        ("de-AT", "de"),
        ("pl-PL,pl;q=0.9,en-US;q=0.8,en;q=0.7", "pl"),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "en"),
        ("en;q=0.5, de;q=0.8", "de"),
        ("de;q=0, pl", "pl"),
        ("de;q=0", None),
        ("fr, *", None),
        ("DE", "de"),
        ("de;q=1.5", None),
        ("de;q=abc,pl", "pl"),
        ("deutsch", None),
        ("<script>,;;;,pl", "pl"),
        ("x" * 499 + ",de", None),
    ],
)
def test_the_language_that_a_browser_wishes_for(header: str, code: str | None) -> None:
    """V8, RFC 9110 section 12.5.4: the heaviest of ours, in the order of the list where two weigh the same."""
    assert code == wished(header)


@pytest.mark.parametrize(
    ("code", "day", "moment", "sizes"),
    [
        ("en", "26 November 2026", "26 Nov 2026, 09:05 UTC", ["1 byte", "340 bytes", "1.2 kB", "12,345.6 GB"]),
        ("de", "26. November 2026", "26.11.2026, 09:05 UTC", ["1 Byte", "340 Byte", "1,2 kB", "12.345,6 GB"]),
        ("pl", "26 listopada 2026", "26 lis 2026, 09:05 UTC", ["1 bajt", "340 bajtów", "1,2 kB", "12 345,6 GB"]),
    ],
)
def test_dates_and_numbers_are_written_as_speakers_write_them(
    code: str, day: str, moment: str, sizes: list[str]
) -> None:
    """V8: dates, decimal marks and plurals are those of the language."""
    at = datetime(2026, 11, 26, 9, 5, tzinfo=UTC)
    spoken = language(code)

    assert day == spoken.day(at)
    assert moment == spoken.moment(at)
    assert sizes == [spoken.size(number).replace("\xa0", "\x20") for number in (1, 340, 1240, 12_345_600_000_000)]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("at least 15 characters", "mindestens 15 Zeichen"),
        ("at least 15 characters; no control characters", "mindestens 15 Zeichen; keine Steuerzeichen"),
        (
            "at least 8 characters beside `mary`, which others know",
            "mindestens 8 Zeichen außer `mary`, das andere kennen",
        ),
        (
            "commonly used; choose one that is hard to guess",
            "weit verbreitet; wählen Sie eines, das schwer zu erraten ist",
        ),
        ("a rule of which nobody has heard", "a rule of which nobody has heard"),
        ("{} and {0} `{}`", "{} and {0} `{}`"),
    ],
)
def test_rules_of_the_core_are_said_in_the_readers_language(rule: str, said: str) -> None:
    """V8: with their numbers and names; one that is not known is said as it is."""
    assert said == language("de").say_rule(rule)


def test_there_is_no_other_language() -> None:
    """A code that is none of ours opens no file."""
    with pytest.raises(KeyError):
        language("../../etc/passwd")
