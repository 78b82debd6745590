"""The last step and the only security check: nh3 with a short list of what may stay, addresses answered inside it.

Nothing touches its output. No svg, math, style element, frame or form can pass (security reference 0.5 and 0.6). One
judgement, three speeds: asking for every attribute (`clean`), a list of the judged values beforehand where a tree wrote
the HTML (`clean_written`), and asking for relative addresses only where nothing else needs it (`clean_plain`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import nh3

from exshare_adapters.confluence.rendering import colours
from exshare_adapters.confluence.rendering.addresses import Addresses
from exshare_adapters.confluence.rendering.highlighting import CODE_CLASSES
from exshare_adapters.confluence.rendering.scan import SHELL_IDS
from exshare_adapters.confluence.rendering.words import in_every_language

_TEXT = {
    "a", "abbr", "b", "bdi", "bdo", "big", "br", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q",
    "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
}  # fmt: skip
_BLOCKS = {
    "blockquote", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "img", "li", "ol", "p", "pre", "section", "summary", "ul", "video",
}  # fmt: skip
_TABLES = {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_TAGS = _TEXT | _BLOCKS | _TABLES

_WITH_CONTENT = {
    "script", "style", "svg", "math", "template", "noscript", "iframe", "object", "embed", "applet", "noembed",
    "noframes", "xmp", "textarea", "title", "select", "option", "button", "form", "fieldset", "frameset", "head",
    "audio", "canvas", "map", "area", "dialog", "plaintext",
}  # fmt: skip
"""Elements that go with everything in them."""

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_OPEN: dict[str, set[str]] = {"a": {"rel"}, "details": {"open"}, "ol": {"type"}, "th": {"scope"}, "*": {"dir", "lang"}}
"""Attributes that may have any value; a link's `rel` is set to ours."""
_CARRIERS: dict[str, tuple[str, ...]] = {
    "href": ("a",),
    "src": ("img", "video"),
    "class": ("a", "details", "div", "img", "li", "p", "pre", "span", "td", "th", "time", "ul", "video"),
    "id": (*_HEADINGS, "span", "a"),
    "style": ("span", "p", "div", "td", "th", "tr", "col", "table", "li", *_HEADINGS),
    "title": ("a", "abbr", "img"),
    "alt": ("img",),
    "width": ("img",),
    "height": ("img",),
    "colspan": ("td", "th"),
    "rowspan": ("td", "th"),
    "span": ("col", "colgroup"),
    "start": ("ol",),
    "datetime": ("time",),
}
"""The attributes whose values are judged, with the elements that may have them."""
_FIXED: dict[str, dict[str, set[str]]] = {
    "div": {
        "role": {"region", "note", "group"},
        "tabindex": {"0"},
        "aria-label": {
            said
            for about in ("table", "information", "note", "tip", "warning", "contents")
            for said in in_every_language(about)
        },
    },
    "pre": {"tabindex": {"0"}},
    "img": {"loading": {"lazy"}},
    "video": {"controls": {""}, "preload": {"none"}},
}
"""Attributes with the only values that they may have."""

CLASSES = frozenset(
    {
        "ex-anchor", "ex-box", "ex-box-title", "ex-card", "ex-center", "ex-right", "ex-left", "ex-code", "ex-code-title",
        "ex-columns", "ex-column", "ex-side", "ex-decision", "ex-decisions", "ex-done", "ex-expand", "ex-file",
        "ex-files", "ex-figure", "ex-info", "ex-jira", "ex-lozenge", "ex-mark", "ex-mention", "ex-note",
        "ex-number", "ex-panel", "ex-placeholder", "ex-plain", "ex-properties", "ex-sr", "ex-success", "ex-current",
        "ex-error", "ex-moved", "ex-new", "ex-neutral", "ex-table", "ex-task", "ex-tasks", "ex-tinted", "ex-tip",
        "ex-toc", "ex-children", "ex-warning", "ex-late", "ex-three", "ex-two", "ex-emoji", "ex-external", "ex-caption", "ex-math",
        "ex-shaded", "ex-video", "ex-outline", "ex-numbered", "ex-line", "ex-grey", "ex-gallery",
    }
)  # fmt: skip
"""The class words of ours; content.css gives them their look."""

_ALL_CLASSES = CLASSES | CODE_CLASSES

_INK = re.compile(r"#[0-9a-f]{3,8}\Z|rgba?\([0-9 .,%/]{5,60}\)\Z|[a-z]{3,20}\Z")
_LENGTH = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,6})?(?:px|%|em|rem)\Z")
_COUNT = re.compile(r"ex-line [0-9]{1,5}\Z")
_ALIGN = re.compile(r"(?:left|right|center|justify|start|end)\Z")
INK = "--ex-ink"
"""The author's colour of words, as a variable, so that content.css can keep it readable on light and dark pages."""
GROUND = "--ex-ground"
"""The author's colour of a surface, as a variable, so that a dark page may darken it."""
EDGE = "--ex-edge"
"""The author's colour of a border, as a variable: only boxes show it."""
_STYLES: dict[str, tuple[str, Callable[[str], str | None]]] = {
    **dict.fromkeys(("color", INK), (INK, lambda value: value if _INK.match(value) else None)),
    **dict.fromkeys(("background-color", "background", GROUND), (GROUND, colours.surface)),
    **dict.fromkeys(("border-color", EDGE), (EDGE, colours.opaque)),
    "counter-set": ("counter-set", lambda value: value if _COUNT.match(value) else None),
    "width": ("width", lambda value: value if _LENGTH.match(value) else None),
    "margin-left": ("margin-left", lambda value: value if _LENGTH.match(value) else None),
    "text-align": ("text-align", lambda value: value if _ALIGN.match(value) else None),
}
"""What each declaration that may stay becomes, and how its value is judged."""
_NUMBER = re.compile(r"[0-9]{1,5}(?:\.[0-9]+)?%?\Z")
_DATETIME = re.compile(r"[0-9TZ:.+-]{1,40}\Z")
_ID_MOST = 400
_SCHEMES = {"http", "https", "mailto", "tel"}
_REL = "noopener noreferrer nofollow"
_RAW = re.compile(
    r"<(?:!|iframe|math|noembed|noframes|noscript|plaintext|s(?:cript|elect|tyle|vg)|t(?:emplate|extarea|itle)|xmp)"
)
"""Beginnings of what holds other than tags, where parsers may come to differ."""
_PAIR = re.compile(rf' ({"|".join(_CARRIERS)})="([^"]*+)"')
"""A judged attribute as a tree writes it: after one space, in double quotes."""


def clean(html: str, addresses: Addresses) -> str:
    """Safe HTML; every attribute that the lists let pass is judged while it is cleaned."""
    attributes = {tag: set(names) for tag, names in _OPEN.items()}
    for name, tags in _CARRIERS.items():
        for tag in tags:
            attributes.setdefault(tag, set()).add(name)
    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_WITH_CONTENT,
        attributes=attributes,
        attribute_filter=_filter(addresses),
        link_rel=None,
        set_tag_attribute_values={"a": {"rel": _REL}},
        tag_attribute_values=_FIXED,
        url_schemes=_SCHEMES,
    ).clean(html)


def clean_written(html: str, addresses: Addresses) -> str:
    """The same for HTML that a tree wrote, with every value in double quotes: each value is judged once, beforehand.

    nh3 asks for relative addresses only. An attribute all of whose values may stay is let pass; of any other, exactly
    the values that may stay are. Where another parser could find other tags than the tree wrote, values are listed
    for every attribute, so that one not seen beforehand is dropped.
    """
    judged: dict[str, set[str]] = {}
    listed = set(_CARRIERS) if _RAW.search(html) else set()
    relative: dict[str, str] = {}
    for name, raw in set(_PAIR.findall(html)):
        value = unescape(raw) if "&" in raw else raw
        verdict = _verdict(name, value, addresses)
        ours_to_answer = name in ("href", "src") and value.startswith(("/", "#"))
        if ours_to_answer and verdict is not None:
            relative[value] = verdict
        elif verdict is None and not ours_to_answer:
            listed.add(name)
        elif verdict != value and verdict is not None:
            return clean(html, addresses)
        if verdict is not None:
            judged.setdefault(name, set()).add(value)
    attributes = {tag: set(names) for tag, names in _OPEN.items()}
    fixed = {tag: dict(values) for tag, values in _FIXED.items()}
    for name, values in judged.items():
        for tag in _CARRIERS[name]:
            if name in listed:
                fixed.setdefault(tag, {})[name] = values
            else:
                attributes.setdefault(tag, set()).add(name)
    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_WITH_CONTENT,
        attributes=attributes,
        link_rel=None,
        set_tag_attribute_values={"a": {"rel": _REL}},
        tag_attribute_values=fixed,
        url_schemes=_SCHEMES,
        url_relative=relative.get,
    ).clean(html)


def clean_plain(html: str, addresses: Addresses) -> str:
    """The same for bodies without pictures, styles and classes, whose absolute links all may stay (`Scan.plain_links`).

    Only relative addresses are asked for, which is a good deal faster.
    """
    attributes = {tag: set(names) for tag, names in _OPEN.items()}
    for name in _CARRIERS.keys() - {"class", "style", "src", "alt", "title"}:
        for tag in _CARRIERS[name]:
            attributes.setdefault(tag, set()).add(name)
    table = {**_FIXED["div"], "class": {"ex-table"}}
    return nh3.Cleaner(
        tags=_TAGS - {"img", "video"},
        clean_content_tags=_WITH_CONTENT,
        attributes=attributes,
        link_rel=None,
        set_tag_attribute_values={"a": {"rel": _REL}},
        tag_attribute_values={"div": table, "span": {"class": {"ex-anchor"}}},
        url_schemes=_SCHEMES,
        url_relative=addresses.link,
    ).clean(html)


def _filter(addresses: Addresses) -> Callable[[str, str, str], str | None]:
    """Judges every attribute that the lists let pass; answers are remembered while one body is cleaned."""
    known: dict[tuple[str, str], str | None] = {}

    def judge(tag: str, name: str, value: str) -> str | None:
        if (name, value) not in known:
            known[name, value] = _verdict(name, value, addresses)
        return known[name, value]

    return judge


def _verdict(name: str, value: str, addresses: Addresses) -> str | None:
    """What an attribute shall be instead; None when it shall not be. Answers are their own verdicts."""
    if name == "href":
        return addresses.link(value)
    if name == "src":
        return addresses.picture(value)
    if name in ("alt", "title") and addresses.names_site(value):
        return None
    judge = _JUDGES.get(name)
    return value if judge is None else judge(value)


def _classes(value: str) -> str | None:
    return " ".join(dict.fromkeys(word for word in value.split() if word in _ALL_CLASSES)) or None


def _id(value: str) -> str | None:
    return value if value and len(value) <= _ID_MOST and value not in SHELL_IDS else None


def style(text: str) -> str | None:
    """The declarations that may stay, written one way; None when none may."""
    kept: dict[str, str] = {}
    for declaration in text.split(";")[:50]:
        name, colon, value = declaration.partition(":")
        rule = _STYLES.get(name.strip().lower())
        if not colon or rule is None:
            continue
        written = rule[1](" ".join(value.lower().removesuffix("!important").split()))
        if written is not None:
            kept[rule[0]] = written
    return ";".join(f"{name}:{value}" for name, value in kept.items()) or None


def _only(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda value: value if pattern.match(value) else None


_JUDGES: dict[str, Callable[[str], str | None]] = {
    "class": _classes,
    "style": style,
    "id": _id,
    "title": lambda value: None if "@" in value else value,
    "datetime": _only(_DATETIME),
    **dict.fromkeys(("width", "height", "colspan", "rowspan", "span", "start"), _only(_NUMBER)),
}
"""How the values of attributes other than addresses are judged; titles that Confluence adds may hold mail addresses."""
