"""Words, matches and excerpts: what counts as found, and what is shown of it."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exshare_core.errors import InvalidValue
from exshare_core.finding import LENGTH, MOST_TEXT, Found, Words, find, folded, plain_text


def shown(found: Found | None) -> tuple[str, str] | None:
    """Title and excerpt with brackets around what is marked."""
    if found is None:
        return None
    lines = (found.title, found.excerpt)
    title, excerpt = ("".join(f"[{one.text}]" if one.marked else one.text for one in line) for line in lines)
    return title, excerpt


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lamp", ("lamp",)),
        ("  Lamp\toil\n lamp ", ("Lamp", "oil", "lamp")),
        ('lamp" OR type = "page', ("lamp", "OR", "type", "page")),
        ("e-mail +49 (0)30", ("e", "mail", "49", "0", "30")),
        ("“łódź”", ("łódź",)),
        ("cafe\u0301", ("café",)),
        ("灯台", ("灯台",)),
        ("हिन्दी में", ("हिन्दी", "में")),
        ("log_file _ __", ("log_file",)),
        ("a\u0000b\u202ec", ("a", "b", "c")),
    ],
)
def test_words_are_letters_and_digits(text: str, words: tuple[str, ...]) -> None:
    """Whatever else is typed parts words and is dropped: quotes, operators, brackets, controls."""
    assert words == Words.parse(text).words


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "must have at least one letter or digit"),
        ('"*?~\\', "must have at least one letter or digit"),
        ("_ __", "must have at least one letter or digit"),
        ("x" * 201, "must be at most 200 characters"),
        ("a b c d e f g h i", "must be at most 8 words"),
    ],
)
def test_what_cannot_be_looked_for_is_named(text: str, rule: str) -> None:
    """No word, too many words and too long a text are refused in words; the text itself is not repeated."""
    with pytest.raises(InvalidValue) as refused:
        Words.parse(text)

    assert ("words", rule) == (refused.value.field, refused.value.rule)


@pytest.mark.parametrize(
    ("words", "title", "body", "expected"),
    [
        ("lamp", "Care", "<p>Wipe the lamp.</p>", ("Care", "Wipe the [lamp].")),
        ("LAMP care", "Lamp care", "<p>Wipe it.</p>", ("[Lamp] [care]", "Wipe it.")),
        ("lamp wipe", "Lamp care", "<p>Wipe it.</p>", ("[Lamp] care", "[Wipe] it.")),
        ("lamp", "Care", "<p>Lamplight</p>", ("Care", "[Lamp]light")),
        ("light", "Care", "<p>Lamplight</p>", None),
        ("lamp oil", "Care", "<p>Wipe the lamp.</p>", None),
        ("lodz", "Łódź", "<p>w Łodzi</p>", ("[Łódź]", "w [Łodz]i")),
        ("muller", "x", "<p>Herr Müller</p>", ("x", "Herr [Müller]")),
        ("MÜLLER", "x", "<p>Herr Mu\u0308ller</p>", ("x", "Herr [Müller]")),
        ("ΣΟΦΟΣ", "x", "<p>σοφός</p>", ("x", "[σοφός]")),
        ("灯", "x", "<p>古い灯台</p>", ("x", "古い[灯]台")),
        ("lamp", "x", "<p>l<b>am</b>p</p>", ("x", "[lamp]")),
        ("lamp", "x", "<p>la</p><p>mp</p>", None),
        ("lamp", "x", '<img alt="lamp" title="a>lamp"><p data-x=\'lamp\'>no</p>', None),
        ("b", "x", "<p>a &lt;b&gt; c</p>", ("x", "a <[b]> c")),
    ],
)
def test_a_page_is_found_by_what_stands_in_it(
    words: str, title: str, body: str, expected: tuple[str, str] | None
) -> None:
    """All words must begin a word of title or text, whatever its case and accents; markup is no text."""
    assert expected == shown(find(Words.parse(words), title, body))


def test_an_excerpt_is_short_and_begins_near_the_first_match() -> None:
    """Of a long page some words around the first match are shown, and dots where something is left out."""
    body = f"<p>{'before ' * 300}</p><p>the foghorn sounds</p><p>{'after ' * 300}</p>"
    found = shown(find(Words.parse("foghorn"), "Signals", body))

    assert found is not None
    assert "the [foghorn] sounds" in found[1]
    assert found[1].startswith("… before")
    assert found[1].endswith("after …")
    assert len(found[1]) < LENGTH + 10


def test_what_lies_far_down_a_huge_page_is_not_looked_at() -> None:
    """Only so many characters of a page are looked through."""
    assert find(Words.parse("foghorn"), "x", f"{'<p>a</p>' * (MOST_TEXT // 8)}<p>foghorn</p>") is None


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60))
def test_folding_keeps_the_length_of_a_composed_text(text: str) -> None:
    """What is found in the folded text stands at the same place in the text."""
    composed = " ".join(plain_text(text.replace("<", " ").replace("&", " ")).split())

    assert len(composed) == len(folded(composed))


@pytest.mark.parametrize("body", ['<a "' * 100_000, "<" * 400_000, "<p>" * 130_000, "&amp" * 100_000, "a" * 400_000])
def test_no_body_takes_long(body: str) -> None:
    """Bodies without sense are looked through in a time that grows with their length."""
    began = process_time()
    find(Words.parse("a b c d e f g h"), "x", body)

    assert process_time() - began < 2
