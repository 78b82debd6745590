"""Every word that the renderer adds to a page, in one place so that it can be said in another language."""

from __future__ import annotations

from html import escape

WORDS = {
    "part": "This part of the page cannot be shown here.",
    "inline": "(not shown)",
    "page": "This page cannot be shown here.",
    "large": "This page is too large to be shown here.",
    "internal": "(internal link)",
    "linked": "linked page",
    "someone": "someone",
    "picture": "(picture not shown)",
    "outside picture": "picture on another site",
    "file": "(file)",
    "expand": "More",
    "table": "Table",
    "contents": "Contents",
    "information": "Info",
    "note": "Note",
    "tip": "Tip",
    "warning": "Warning",
    "done": "Done:",
    "open": "Open:",
    "decided": "Decision:",
}
"""What is said, by what it is about."""


def word(about: str) -> str:
    """The words about something, as plain text."""
    return WORDS[about]


def placeholder(about: str) -> str:
    """A paragraph of HTML in place of what is not shown (spec L7)."""
    return f'<p class="ex-placeholder">{escape(word(about))}</p>'
