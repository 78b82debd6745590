"""Style sheets of admins, read by tinycss2 and let through only as far as they say how things look (spec V9).

What is allowed is listed, and everything else refused: a property or a function that browsers learn tomorrow is not let
through before somebody has thought of it here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import tinycss2

from exshare_core.errors import InvalidValue, InvalidValues, printable

PROPERTIES = frozenset(
    [
        "accent-color",
        "background",
        "background-color",
        "background-image",
        "background-repeat",
        "background-size",
        "border",
        "border-bottom",
        "border-bottom-color",
        "border-bottom-style",
        "border-bottom-width",
        "border-collapse",
        "border-color",
        "border-left",
        "border-left-color",
        "border-left-style",
        "border-left-width",
        "border-radius",
        "border-right",
        "border-right-color",
        "border-right-style",
        "border-right-width",
        "border-spacing",
        "border-style",
        "border-top",
        "border-top-color",
        "border-top-style",
        "border-top-width",
        "border-width",
        "break-after",
        "break-before",
        "break-inside",
        "caption-side",
        "caret-color",
        "color",
        "color-scheme",
        "column-gap",
        "columns",
        "font",
        "font-family",
        "font-feature-settings",
        "font-kerning",
        "font-size",
        "font-stretch",
        "font-style",
        "font-variant",
        "font-variant-numeric",
        "font-weight",
        "gap",
        "hyphens",
        "letter-spacing",
        "line-height",
        "list-style",
        "list-style-position",
        "list-style-type",
        "margin",
        "margin-block",
        "margin-bottom",
        "margin-inline",
        "margin-left",
        "margin-right",
        "margin-top",
        "max-width",
        "min-width",
        "orphans",
        "overflow-wrap",
        "padding",
        "padding-block",
        "padding-bottom",
        "padding-inline",
        "padding-left",
        "padding-right",
        "padding-top",
        "row-gap",
        "tab-size",
        "text-align",
        "text-decoration",
        "text-decoration-color",
        "text-decoration-line",
        "text-decoration-style",
        "text-decoration-thickness",
        "text-indent",
        "text-transform",
        "text-underline-offset",
        "text-wrap",
        "vertical-align",
        "white-space",
        "widows",
        "width",
        "word-break",
        "word-spacing",
    ]
)
"""Colours, letters, borders and spaces within the flow of the page."""

FUNCTIONS = frozenset(
    [
        "calc",
        "clamp",
        "color",
        "color-mix",
        "conic-gradient",
        "hsl",
        "hsla",
        "hwb",
        "lab",
        "lch",
        "light-dark",
        "linear-gradient",
        "max",
        "min",
        "oklab",
        "oklch",
        "radial-gradient",
        "repeating-linear-gradient",
        "repeating-radial-gradient",
        "rgb",
        "rgba",
        "var",
    ]
)
"""Functions that reckon a value from what they are given."""

SHOWS_TEXT = frozenset(["list-style", "list-style-type"])
"""Properties that would put a text of the sheet's onto the page."""

SIGNS = frozenset([",", "/", "+", "*"])
"""What may stand between the parts of a value."""

OF_QUERIES = SIGNS | {":", "=", "<", ">", "<=", ">="}
OF_SELECTORS = frozenset([".", ":", ",", ">", "+", "~", "*", "|", "=", "^=", "$=", "*=", "~=", "|="])
"""The same in media queries, and in selectors."""

MOST_FAILURES = 20
"""Failures that are told in one go; of more, how many there are."""

_END = "exshare-end"
"""An at-rule behind the sheet: it is seen as a rule only where everything before it was ended."""

DEEPEST = 20
"""Brackets within brackets: far more than a look needs, far fewer than a reader can follow."""

_NAMES_A_PART = ("{} block", "() block", "[] block", "function")


class Tinycss2Styles:
    """The StyleSheets that tinycss2 reads."""

    def checked(self, styles: str) -> str:
        """See `StyleSheets.checked`."""
        written = _written(styles)
        if _written(written) != written:
            # Comments that were left out between two tokens, or escapes, have made something else of them
            raise InvalidValues((InvalidValue("styles", "an escape or a comment stands where it changes the meaning"),))
        return written


def open_tinycss2_styles() -> Tinycss2Styles:
    """The one adapter there is; it needs no settings."""
    return Tinycss2Styles()


def _written(styles: str) -> str:
    """The sheet as it was read, each rule on lines of its own; raises InvalidValues with what may not be in it."""
    if (deep := _too_deep(styles)) is not None:
        raise InvalidValues((_failure(deep, f"more than {DEEPEST} brackets within brackets"),))
    rules = tinycss2.parse_stylesheet(f"{styles}\n@{_END};", skip_comments=True, skip_whitespace=True)
    failures = [*_no_css(styles)]
    if not rules or getattr(rules[-1], "lower_at_keyword", "") != _END:
        failures.append(InvalidValue("styles", f"line {styles.count(chr(10)) + 1}: something is not ended"))
    written = "".join(_rules(rules[:-1], failures))
    if more := failures[MOST_FAILURES:]:
        failures[MOST_FAILURES:] = [InvalidValue("styles", f"{len(more)} more of the kind")]
    if failures:
        raise InvalidValues(tuple(failures))
    return written


def _too_deep(styles: str) -> Any:
    """The first thing inside more brackets than may be, found without following any of them; None if nothing is."""
    inside = tinycss2.parse_component_value_list(styles, skip_comments=True)
    for _ in range(DEEPEST + 1):
        inside = [one for token in inside if token.type in _NAMES_A_PART for one in _part(token)]
    return next(iter(inside), None)


def _part(token: Any) -> Any:
    return token.arguments if token.type == "function" else token.content


def _no_css(styles: str) -> Iterator[InvalidValue]:
    """What style sheets pass over for the sake of browsers that knew none, and escapes for half a character."""
    for number, line in enumerate(styles.split("\n"), 1):
        if any(mark in line for mark in ("<!--", "-->", "</")):
            yield InvalidValue("styles", f"line {number}: this is HTML, not CSS")
        if _HALF.search(line):
            yield InvalidValue("styles", f"line {number}: an escape names no character")


_HALF = re.compile(r"\\(?:00d[89a-f][0-9a-f]{2}|0?d[89a-f][0-9a-f]{2}(?![0-9a-f]))", re.IGNORECASE)
"""An escaped surrogate, which no text can hold."""


def _rules(rules: Iterable[Any], failures: list[InvalidValue], depth: int = 0) -> Iterator[str]:
    """The rules that may be, each on lines of its own; what may not is added to `failures`."""
    for rule in rules:
        if rule.type == "qualified-rule":
            _check_selector(rule, failures)
            declared = "".join(_declarations(rule.content, failures))
            yield f"{_text(rule.prelude)} {{ {declared}}}\n"
        elif rule.type == "at-rule" and rule.lower_at_keyword == "media" and rule.content is not None and not depth:
            _check_values(rule.prelude, failures, signs=OF_QUERIES)
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            yield f"@media {_text(rule.prelude)} {{\n{''.join(_rules(inner, failures, depth + 1))}}}\n"
        elif rule.type == "at-rule":
            failures.append(
                _failure(rule, f"`@{rule.lower_at_keyword[:40]}` is not allowed; only @media with rules is")
            )
        else:
            failures.append(_failure(rule, f"cannot be read: {getattr(rule, 'message', 'not a rule')}"))


def _declarations(content: Any, failures: list[InvalidValue]) -> Iterator[str]:
    for one in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if one.type != "declaration":
            failures.append(_failure(one, f"cannot be read: {getattr(one, 'message', 'not a property and a value')}"))
            continue
        name = one.name if one.name.startswith("--") else one.lower_name
        if not name.startswith("--") and name not in PROPERTIES:
            failures.append(_failure(one, f"`{name[:40]}` is not allowed"))
        if all(token.type in ("whitespace", "comment") for token in one.value):
            failures.append(_failure(one, f"`{name[:40]}` has no value"))
        _check_values(one.value, failures, shows_text=name in SHOWS_TEXT)
        yield f"{tinycss2.ast.IdentToken(0, 0, name).serialize()}: {_text(one.value)}{' !important' * one.important}; "


def _check_selector(rule: Any, failures: list[InvalidValue], prelude: Any = None) -> None:
    """Adds to `failures` what browsers would not take for a selector, and what no selector of a look needs."""
    for token in rule.prelude if prelude is None else prelude:
        if token.type in ("at-keyword", "{} block") or (token.type == "literal" and token.value not in OF_SELECTORS):
            failures.append(_failure(rule, "cannot be read: not a selector"))
        else:
            _check_token(token, failures)
        if token.type in _NAMES_A_PART:
            _check_selector(rule, failures, _part(token))


def _check_values(
    tokens: Iterable[Any],
    failures: list[InvalidValue],
    *,
    signs: Collection[str] = SIGNS,
    shows_text: bool = False,
    reckoned: bool = False,
) -> None:
    """Adds to `failures` what fetches, what goes the other way, what says something, and what cannot be read."""
    for token in tokens:
        if token.type == "function" and token.lower_name not in FUNCTIONS:
            failures.append(_failure(token, f"`{token.lower_name[:40]}()` is not allowed"))
        elif token.type == "literal" and token.value not in signs:
            what = "subtraction" if token.value == "-" else f"`{token.value}`"
            failures.append(_failure(token, f"{what} is not allowed"))
        elif token.type == "ident" and _goes_back(token.lower_value, reckoned=reckoned):
            failures.append(_failure(token, f"`{token.value[:40]}` is not allowed"))
        elif token.type not in _OF_VALUES:
            failures.append(_failure(token, f"a {token.type} is no part of a value"))
        elif shows_text and (token.type == "string" or (token.type == "function" and token.lower_name == "var")):
            failures.append(_failure(token, "texts in lists are not allowed"))
        else:
            _check_token(token, failures)
        if token.type in _NAMES_A_PART:
            inside = reckoned or token.type == "function"
            _check_values(_part(token), failures, signs=signs, shows_text=shows_text, reckoned=inside)


_OF_VALUES = frozenset(
    [
        "() block",
        "dimension",
        "function",
        "hash",
        "ident",
        "literal",
        "number",
        "percentage",
        "string",
        "whitespace",
        # and of which `_check_token` and `_text` see to
        "comment",
        "error",
        "url",
    ]
)


def _goes_back(word: str, *, reckoned: bool) -> bool:
    """Whether a word may be less than nothing where it is reckoned with."""
    return word in ("-infinity", "nan") or (reckoned and word.startswith("-") and not word.startswith("--"))


def _check_token(token: Any, failures: list[InvalidValue]) -> None:
    """Adds to `failures` what may stand nowhere."""
    if token.type == "url":
        failures.append(_failure(token, "`url()` is not allowed"))
    elif token.type == "error":
        failures.append(_failure(token, f"cannot be read: {token.message}"))
    elif token.type in ("number", "percentage", "dimension") and token.representation.startswith("-"):
        failures.append(_failure(token, "numbers below zero are not allowed"))
    elif token.type == "string" and "<" in token.value:
        failures.append(_failure(token, "`<` is not allowed in texts"))


def _text(tokens: Iterable[Any]) -> str:
    return str(tinycss2.serialize([token for token in tokens if token.type != "comment"])).strip()


def _failure(node: Any, rule: str) -> InvalidValue:
    return InvalidValue("styles", f"line {node.source_line}: {printable(rule)}")
