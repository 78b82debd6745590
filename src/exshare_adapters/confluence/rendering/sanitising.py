"""The last step and the only security check: nh3 with a short list of what may stay, addresses answered inside it.

Nothing touches its output. No svg, math, style element, frame or form can pass (security reference 0.5 and 0.6).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import nh3

from exshare_adapters.confluence.rendering.addresses import Addresses
from exshare_adapters.confluence.rendering.highlighting import CODE_CLASSES
from exshare_adapters.confluence.rendering.scan import SHELL_IDS

_TEXT = {
    "a", "abbr", "b", "bdi", "bdo", "big", "br", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s",
    "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
}  # fmt: skip
_BLOCKS = {
    "blockquote", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "img", "li", "ol", "p", "pre", "section", "summary", "ul",
}  # fmt: skip
_TABLES = {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_TAGS = _TEXT | _BLOCKS | _TABLES

_WITH_CONTENT = {
    "script", "style", "svg", "math", "template", "noscript", "iframe", "object", "embed", "applet", "noembed", "noframes",
    "xmp", "textarea", "title", "select", "option", "button", "form", "fieldset", "frameset", "head", "audio", "video",
    "canvas", "map", "area", "dialog", "plaintext",
}  # fmt: skip
"""Elements that go with everything in them."""

_PLACED = {"h1", "h2", "h3", "h4", "h5", "h6", "span", "a"}
_STYLED = {"span", "p", "div", "td", "th", "col", "table", "li", "h1", "h2", "h3", "h4", "h5", "h6"}
_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "rel", "title"},
    "abbr": {"title"},
    "col": {"span"},
    "colgroup": {"span"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height", "title"},
    "ol": {"start", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "*": {"dir", "lang"},
}
_FIXED: dict[str, dict[str, set[str]]] = {
    "div": {"role": {"region", "note", "group"}, "tabindex": {"0"}, "aria-label": set()},
    "span": {"role": {"img"}, "aria-hidden": {"true"}},
    "img": {"loading": {"lazy"}},
}
_LABELS = {"Table", "Info", "Note", "Tip", "Warning", "Contents"}

CLASSES = frozenset(
    {
        "ex-anchor", "ex-box", "ex-box-title", "ex-center", "ex-right", "ex-left", "ex-code", "ex-code-title", "ex-columns",
        "ex-column", "ex-side", "ex-decision", "ex-decisions", "ex-done", "ex-expand", "ex-file", "ex-files", "ex-figure",
        "ex-info", "ex-jira", "ex-lozenge", "ex-mark", "ex-mention", "ex-note", "ex-number", "ex-panel", "ex-placeholder",
        "ex-plain", "ex-properties", "ex-sr", "ex-success", "ex-current", "ex-error", "ex-moved", "ex-new", "ex-neutral",
        "ex-table", "ex-task", "ex-tasks", "ex-tinted", "ex-tip", "ex-toc", "ex-warning", "ex-late", "ex-three", "ex-two",
        "ex-emoji", "ex-external",
    }
)  # fmt: skip
"""The class words of ours; content.css gives them their look."""

_ALL_CLASSES = CLASSES | CODE_CLASSES

_COLOUR = re.compile(
    r"#[0-9a-f]{3,8}|rgba?\(\s*[0-9.%]+(?:\s*,\s*[0-9.%]+){2,3}\s*\)|rgb\([0-9 .%/]+\)|[a-z]{3,20}\Z",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,6})?(?:px|%|em|rem)\Z", re.IGNORECASE)
_ALIGN = re.compile(r"(?:left|right|center|justify|start|end)\Z", re.IGNORECASE)
_STYLES: dict[str, re.Pattern[str]] = {
    "color": re.compile(rf"(?:{_COLOUR.pattern})\Z", re.IGNORECASE),
    "background-color": re.compile(rf"(?:{_COLOUR.pattern})\Z", re.IGNORECASE),
    "width": _LENGTH,
    "margin-left": _LENGTH,
    "text-align": _ALIGN,
}
_NUMBER = re.compile(r"[0-9]{1,5}(?:\.[0-9]+)?%?\Z")
_DATETIME = re.compile(r"[0-9TZ:.+-]{1,40}\Z")
_ID_MOST = 400
_SCHEMES = {"http", "https", "mailto", "tel"}
_REL = "noopener noreferrer nofollow"


def clean(html: str, addresses: Addresses) -> str:
    """Safe HTML; every attribute that the lists let pass is judged."""
    attributes = {**_ATTRIBUTES, "*": {"dir", "lang", "class"}}
    for tag in _STYLED:
        attributes[tag] = attributes.get(tag, set()) | {"style"}
    for tag in _PLACED:
        attributes[tag] = attributes.get(tag, set()) | {"id"}
    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_WITH_CONTENT,
        attributes=attributes,
        attribute_filter=_filter(addresses),
        link_rel=None,
        set_tag_attribute_values={"a": {"rel": _REL}},
        tag_attribute_values=_fixed(plain=False),
        url_schemes=_SCHEMES,
    ).clean(html)


def clean_plain(html: str, addresses: Addresses) -> str:
    """The same for bodies without pictures, styles and classes, whose absolute links all may stay (`Scan.plain_links`).

    Only relative addresses are asked for, which is a good deal faster.
    """
    attributes = {**_ATTRIBUTES, "a": {"href", "rel"}}
    for tag in _PLACED:
        attributes[tag] = attributes.get(tag, set()) | {"id"}
    del attributes["img"]
    return nh3.Cleaner(
        tags=_TAGS - {"img"},
        clean_content_tags=_WITH_CONTENT,
        attributes=attributes,
        link_rel=None,
        set_tag_attribute_values={"a": {"rel": _REL}},
        tag_attribute_values=_fixed(plain=True),
        url_schemes=_SCHEMES,
        url_relative=addresses.link,
    ).clean(html)


def _fixed(*, plain: bool) -> dict[str, dict[str, set[str]]]:
    fixed = {tag: dict(values) for tag, values in _FIXED.items() if not (plain and tag == "img")}
    fixed["div"]["aria-label"] = set(_LABELS)
    if plain:
        fixed["div"]["class"] = {"ex-table"}
        fixed["span"]["class"] = {"ex-anchor"}
    return fixed


def _filter(addresses: Addresses) -> Callable[[str, str, str], str | None]:
    """Judges every attribute that the lists let pass; answers are remembered while one body is cleaned."""
    judged: dict[str, dict[str, str | None]] = {"rel": {_REL: _REL}}
    answers = {"href": addresses.link, "src": addresses.picture}

    def judge(tag: str, name: str, value: str) -> str | None:
        try:
            return judged[name][value]
        except KeyError:
            known = judged.setdefault(name, {})
            known[value] = answers[name](value) if name in answers else _judge(name, value, addresses)
            return known[value]

    return judge


def _judge(name: str, value: str, addresses: Addresses) -> str | None:
    if name == "class":
        return " ".join(dict.fromkeys(word for word in value.split() if word in _ALL_CLASSES)) or None
    if name == "style":
        return style(value)
    if name == "id":
        return value if value and len(value) <= _ID_MOST and value.lower() not in SHELL_IDS else None
    if name in ("width", "height", "colspan", "rowspan", "span", "start"):
        return value if _NUMBER.match(value) else None
    if name == "datetime":
        return value if _DATETIME.match(value) else None
    if name in ("alt", "title") and addresses.names_site(value):
        return None
    return value


def style(text: str) -> str | None:
    """The declarations that may stay, written one way; None when none may."""
    kept: dict[str, str] = {}
    for declaration in text.split(";")[:50]:
        name, colon, value = declaration.partition(":")
        name, value = name.strip().lower(), " ".join(value.split())
        pattern = _STYLES.get(name)
        if colon and pattern is not None and pattern.match(value):
            kept[name] = value.lower()
    return ";".join(f"{name}:{value}" for name, value in kept.items()) or None
