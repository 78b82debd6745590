"""What hostile style sheets come to (spec V9): each refused with these words, or written anew to the letter."""

from __future__ import annotations

import re

import pytest

from exshare_adapters.tinycss2_styles import Tinycss2Styles
from exshare_core.errors import InvalidValues

FETCHES = [
    ("a { background: u\\72l(x) }", "line 1: `url()` is not allowed"),
    ("a { background: \\55 RL('x') }", "line 1: `url()` is not allowed"),
    ("a { background: u/**/rl(x) }", "line 1: `rl()` is not allowed"),
    ("a { background: #fff/**/url(x)/**/no-repeat }", "line 1: `url()` is not allowed"),
    ("a { background: url(var(--x)) }", "line 1: cannot be read: bad URL token"),
    ("a { background: linear-gradient(red, url(x)) }", "line 1: `url()` is not allowed"),
    ("a { background-image: image-set('x' 1x) }", "line 1: `image-set()` is not allowed"),
    ("a { background-image: -webkit-image-set('x' 1x) }", "line 1: `-webkit-image-set()` is not allowed"),
    ("a { background-image: cross-fade('x', red) }", "line 1: `cross-fade()` is not allowed"),
    ("a { background-image: -webkit-cross-fade(red, red) }", "line 1: `-webkit-cross-fade()` is not allowed"),
    ("a { background-image: -moz-element(#main) }", "line 1: `-moz-element()` is not allowed"),
    ("a { background-image: attr(title type(<url>)) }", "line 1: `attr()` is not allowed"),
    (":root { --x: url('x') } a { background: var(--x) }", "line 1: `url()` is not allowed"),
    (":root { --x: src('x') } a { background: var(--x) }", "line 1: `src()` is not allowed"),
    ("a { background: var(--x, url(x)) }", "line 1: `url()` is not allowed"),
    ("a { color: if(style(--x: 1): red) }", "line 1: `if()` is not allowed"),
    ("a { cursor: url(x), auto }", "line 1: `cursor` is not allowed"),
    ("a { filter: url(x) }", "line 1: `filter` is not allowed"),
    ("a { mask: url(x) }", "line 1: `mask` is not allowed"),
    ("a { clip-path: url(x) }", "line 1: `clip-path` is not allowed"),
    ("a { border-image: url(x) }", "line 1: `border-image` is not allowed"),
    ("a { -webkit-mask-image: none }", "line 1: `-webkit-mask-image` is not allowed"),
    ("a { width: expression(alert(1)) }", "line 1: `expression()` is not allowed"),
    ("a { w\\69 dth: ex/**/pression(alert(1)) }", "line 1: `pression()` is not allowed"),
    ("li { list-style-image: none }", "line 1: `list-style-image` is not allowed"),
    ("input[value^='a'] { background: url(/a) }", "line 1: `url()` is not allowed"),
    ("body:has(input[value^='a']) { background: url(//x/a) }", "line 1: `url()` is not allowed"),
    ("@media (a: url(x)) { a { color: red } }", "line 1: `url()` is not allowed"),
    ("a[url(x)] { color: red }", "line 1: `url()` is not allowed"),
]
"""Whatever reaches another place, or could tell one what stands in the page."""

AT_RULES = [
    *(f"@{name} x {{ a {{ color: red }} }}" for name in ("layer", "scope", "container", "supports", "document")),
    *(f"@{name} {{ }}" for name in ("font-face", "page", "view-transition", "starting-style", "keyframes x")),
    *(f"@{name} {{ }}" for name in ("property --x", "counter-style x", "position-try --x", "-webkit-keyframes x")),
    *(f"@{name};" for name in ("import 'x'", "charset 'utf-7'", "namespace url(x)", "layer x", "media", "m\\65 dia")),
    "@\\69 mport 'x';",
    "@IMPORT 'x';",
]

HIDES = [
    ("a { all: unset }", "`all`"),
    ("a { opacity: 0 }", "`opacity`"),
    ("a { display: none }", "`display`"),
    ("a { display: contents }", "`display`"),
    ("a { visibility: hidden }", "`visibility`"),
    ("a { content-visibility: hidden }", "`content-visibility`"),
    ("a { height: 0 }", "`height`"),
    ("a { overflow: hidden }", "`overflow`"),
    ("a { clip: rect(0 0 0 0) }", "`clip`"),
    ("a { inset: 0 }", "`inset`"),
    ("a { float: left }", "`float`"),
    ("a { scale: 9 }", "`scale`"),
    ("a { rotate: 9deg }", "`rotate`"),
    ("a { offset: path('') }", "`offset`"),
    ("a { zoom: 9 }", "`zoom`"),
    ("a { order: 1 }", "`order`"),
    ("a { grid-area: 1 / 1 }", "`grid-area`"),
    ("a { box-shadow: 0 0 0 99px #fff }", "`box-shadow`"),
    ("a { outline: 99px solid }", "`outline`"),
    ("a { pointer-events: none }", "`pointer-events`"),
    ("a { animation: x 1s }", "`animation`"),
    ("a { transition: all 9s }", "`transition`"),
    ("a { will-change: transform }", "`will-change`"),
    ("a { mix-blend-mode: difference }", "`mix-blend-mode`"),
    ("a { backdrop-filter: none }", "`backdrop-filter`"),
    ("a { anchor-name: --x }", "`anchor-name`"),
    ("a::before { content: 'paid' }", "`content`"),
    ("a { quotes: 'x' 'y' }", "`quotes`"),
    ("a { hyphenate-character: 'x' }", "`hyphenate-character`"),
    ("@media print { a { DISPLAY: none } }", "`display`"),
    ("a { p\\6fsition: fixed }", "`position`"),
    ("a { po/**/sition: fixed }", "cannot be read: "),
]

BACKWARDS = [
    ("a { margin: -1px }", "numbers below zero are"),
    ("a { margin: -0.1e-9px }", "numbers below zero are"),
    ("a { margin: calc(1px / -0) }", "numbers below zero are"),
    ("a { margin: -/**/1px }", "subtraction is"),
    ("a { margin: calc(0px - 1px) }", "subtraction is"),
    ("a { --x: -1px; margin: var(--x) }", "numbers below zero are"),
    ("a { --x: -; margin: calc(0px var(--x) 1px) }", "subtraction is"),
    ("a { margin: calc(1px * -infinity) }", "`-infinity` is"),
    ("a { margin: calc(1px * -\\69nfinity) }", "`-infinity` is"),
    ("a { margin: calc(1px * (-pi)) }", "`-pi` is"),
    ("a { margin: calc(1px * NaN) }", "`NaN` is"),
    ("a { margin: calc(1px * sign(1)) }", "`sign()` is"),
    ("li { list-style: 'Pay here' }", "texts in lists are"),
    ("li { --x: 'Pay here'; list-style-type: var(--x) }", "texts in lists are"),
    ("li { list-style-type: symbols('x') }", "`symbols()` is"),
]

UNREADABLE = [
    ("a { color: red }</style><script>", "line 1: this is HTML, not CSS"),
    ("a { font-family: '</style>' }", "line 1: this is HTML, not CSS"),
    ("a { font-family: '\\3c/style\\3e' }", "line 1: `<` is not allowed in texts"),
    ("\n<!--\na { color: red }", "line 2: this is HTML, not CSS"),
    ("<!/**/-- a { color: red }", "line 1: cannot be read: not a selector"),
    ("--/**/> a { color: red }", "line 1: this is HTML, not CSS"),
    ("a { --x: --/**/> }", "line 1: `>` is not allowed"),
    ("a { --x: { position: fixed } }", "line 1: a {} block is no part of a value"),
    ("a { b { color: red } }", "line 1: cannot be read: not a property and a value"),
    ("a { &:hover { color: red } }", "line 1: cannot be read: not a property and a value"),
    ("a { color: red;\n *zoom: 1 }", "line 2: cannot be read"),
    ("a { color: red !ie }", "line 1: `!` is not allowed"),
    ("a { color: #fff\\9 }", "an escape or a comment stands where it changes the meaning"),
    ("a { font-family: '\\d800' }", "line 1: an escape names no character"),
    ("a { font-family: 'x\ny' }", "line 2: something is not ended"),
    ("a { color: red } /* and", "line 1: something is not ended"),
    ("a { color: red } \\", "line 1: something is not ended"),
    ("\ufeff@import 'x';", "line 1: something is not ended"),
    ("\0@import 'x';", "line 1: something is not ended"),
    ("a; @import 'x'; b { color: red }", "line 1: cannot be read: not a selector"),
    ("a { color: } b { color: red }", "line 1: `color` has no value"),
]

KEPT = [
    ("a{col\\6fr:red}", "a { color: red; }\n"),
    ("A{COLOR:Red}", "A { color: Red; }\n"),
    ("a { background: url/**/(x) }", "a { background: url/**/(x); }\n"),
    ("a /* x */ { /* y */ color: /* z */ red; ; }", "a { color: red; }\n"),
    ("a{color:red!important}", "a { color: red !important; }\n"),
    ("a { font-family: r\0d }", "a { font-family: r\ufffdd; }\n"),
    ("a:visited { color: red }", "a:visited { color: red; }\n"),
    ("a::after { color: red }", "a::after { color: red; }\n"),
    ("body:has(a[href^='x' i]) { color: red }", 'body:has(a[href^="x" i]) { color: red; }\n'),
    ("a { font: 1rem/1.5 -apple-system, 'Segoe UI' }", 'a { font: 1rem/1.5 -apple-system, "Segoe UI"; }\n'),
    ("a { --x: -apple-system; font-family: var(--x) }", "a { --x: -apple-system; font-family: var(--x); }\n"),
    ("@media print { a { color: red } }", "@media print {\na { color: red; }\n}\n"),
    (
        "@media (20rem <= width < 60rem) { a { color: red } }",
        "@media (20rem <= width < 60rem) {\na { color: red; }\n}\n",
    ),
    ("ul { list-style: square inside }", "ul { list-style: square inside; }\n"),
]
"""Sheets that look odd and say nothing that may not be, with what browsers are given."""


def refused(sheet: str) -> list[str]:
    """Why a sheet is not taken."""
    with pytest.raises(InvalidValues) as raised:
        Tinycss2Styles().checked(sheet)
    return [one.rule for one in raised.value.failures]


@pytest.mark.parametrize(("sheet", "rule"), FETCHES)
def test_what_reaches_another_place_is_named(sheet: str, rule: str) -> None:
    """V9: however it is written, and wherever it hides."""
    assert rule in refused(sheet)


@pytest.mark.parametrize("sheet", AT_RULES)
def test_no_rule_but_media_is_taken(sheet: str) -> None:
    """V9: what is not listed is refused, by its name as browsers read it."""
    assert re.fullmatch(r"line 1: `@[-a-z]+` is not allowed; only @media with rules is", refused(sheet)[0])


@pytest.mark.parametrize(("sheet", "named"), HIDES)
def test_what_hides_or_moves_is_named(sheet: str, named: str) -> None:
    """V9: nothing that a site has not written is taken from its place, covered, or replaced by words."""
    assert any(f"line 1: {named}" in one for one in refused(sheet))


@pytest.mark.parametrize(("sheet", "named"), BACKWARDS)
def test_no_length_goes_backwards_and_no_list_speaks(sheet: str, named: str) -> None:
    """V9: margins below zero lay one part over another; markers of lists could say what nobody wrote."""
    assert f"line 1: {named} not allowed" in refused(sheet)


@pytest.mark.parametrize(("sheet", "rule"), UNREADABLE)
def test_what_browsers_would_repair_is_not_given_to_them(sheet: str, rule: str) -> None:
    """V9: what is read here and what they read is the same."""
    assert any(one.startswith(rule) for one in refused(sheet))


@pytest.mark.parametrize(("sheet", "written"), KEPT)
def test_what_is_taken_is_written_anew(sheet: str, written: str) -> None:
    """V9: browsers are given what was judged, to the letter, and it is judged the same again."""
    assert written == Tinycss2Styles().checked(sheet)
    assert written == Tinycss2Styles().checked(written)


@pytest.mark.parametrize(
    "sheet",
    [
        *(one * 1000 for one in ("@x;", "a { b: c }\n", "<!--\n", "a { color: url(x) }\n")),
        *(one * 20_000 for one in ("(", "{", "[", "'", "\\", "/*", "a{", "a:not(", "url(", "--x:", "]", "@")),
    ],
)
def test_a_sheet_that_is_wrong_everywhere_is_told_so_in_a_few_lines(sheet: str) -> None:
    """Whoever sends a thousand faults gets no book back, and none takes the service down."""
    rules = refused(sheet)

    assert 1 <= len(rules) <= 21
    assert len(rules) < 21 or rules[-1] == "980 more of the kind"
