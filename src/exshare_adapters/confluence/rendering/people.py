"""Names of people, emoji, and issue keys: what Confluence draws with pictures and links of its own hosts (spec L5, V2)."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from exshare_adapters.confluence.rendering.tree import Tree, attribute, classes, first, words
from exshare_adapters.confluence.rendering.words import word

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_CODE_POINTS = re.compile(r"[0-9a-fA-F]{2,6}(?:-[0-9a-fA-F]{2,6}){0,10}\Z")
_OLD_NAMES = {
    "smile": "🙂", "sad": "🙁", "cheeky": "😛", "laugh": "😀", "wink": "😉", "thumbs-up": "👍", "thumbs-down": "👎",
    "information": "ℹ️", "tick": "✅", "cross": "❌", "warning": "⚠️", "plus": "➕", "minus": "➖", "question": "❓",
    "light-on": "💡", "light-off": "💡", "yellow-star": "⭐", "red-star": "⭐", "green-star": "⭐", "blue-star": "⭐", "heart": "❤️",
    "broken-heart": "💔",
}  # fmt: skip
_SITE_NAMES = {
    ":plus:": "➕", ":minus:": "➖", ":check_mark:": "✅", ":cross_mark:": "❌", ":info:": "ℹ️", ":warning:": "⚠️",
    ":question_mark:": "❓", ":note:": "📝", ":light_bulb_on:": "💡", ":light_bulb_off:": "💡", ":yellow_star:": "⭐",
    ":red_star:": "⭐", ":green_star:": "⭐", ":blue_star:": "⭐", ":thumbs_up:": "👍", ":thumbs_down:": "👎", ":smile:": "🙂",
    ":sad:": "🙁", ":cheeky:": "😛", ":laugh:": "😀", ":wink:": "😉", ":heart:": "❤️", ":broken_heart:": "💔",
}  # fmt: skip
"""Emoji of Confluence's own that have no character, by short name."""


def mentions(tree: Tree, names: bool) -> None:
    """Mentions become names, or "someone" where names are hidden."""
    for node in tree.find(".user-mention, .confluence-userlink, a[data-account-id], a[data-username]"):
        if "userLogoLink" in classes(node) and not words(node):
            tree.cut(node)  # a picture of somebody, whose name stands beside it
            continue
        name = words(node) if names else word("someone")
        tree.replace(node, tree.new("span", "ex-mention", name or word("someone")))


def profiles(tree: Tree, names: bool) -> None:
    """Profile cards keep the name only: no picture, no mail address, no account."""
    for node in tree.find(".profile-macro, .vcard"):
        shown = first(node, ".fn, .userLink, .profile-name") if names else None
        name = words(shown) if shown is not None else ""
        tree.replace(node, tree.new("p", "", name if name and "@" not in name else word("someone")))


def emoji(tree: Tree) -> None:
    """Pictures of emoji become characters."""
    for node in tree.find("img.emoticon, img[data-emoji-id], img[data-emoji-shortname]"):
        tree.replace(node, tree.new("span", "ex-emoji", _character(node)))


def _character(node: LexborNode) -> str:
    fallback = _unescaped(attribute(node, "data-emoji-fallback"))
    if fallback and not fallback.isascii():
        return fallback
    points = attribute(node, "data-emoji-id")
    if _CODE_POINTS.match(points):
        try:
            return "".join(chr(int(point, 16)) for point in points.split("-"))
        except (ValueError, OverflowError):
            pass
    old = attribute(node, "data-emoticon-name")
    short = attribute(node, "data-emoji-shortname")
    if old in _OLD_NAMES and not short:
        return _OLD_NAMES[old]
    return _SITE_NAMES.get(short, short) or fallback or attribute(node, "alt")


def _unescaped(text: str) -> str:
    r"""Characters that came as the letters ``\\uXXXX``, surrogate pairs joined."""
    if "\\u" not in text:
        return text
    joined = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def issues(tree: Tree) -> None:
    """Issue lines that may stay keep key, summary and state as text."""
    for node in tree.find(".issue-placeholder"):
        tree.cut(node)
    for node in tree.find(".jira-issue"):
        for picture in node.css("img"):
            tree.cut(picture)
        for key in node.css("a"):
            tree.unwrap(key)
        node.attrs["class"] = "ex-jira"
