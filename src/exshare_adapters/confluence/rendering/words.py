"""Every word that the renderer adds to a page, in each language that pages for visitors speak (spec V8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from html import escape

ENGLISH = "en"

_IN_ENGLISH = {
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

_IN_GERMAN = {
    "part": "Dieser Teil der Seite kann hier nicht gezeigt werden.",
    "inline": "(nicht gezeigt)",
    "page": "Diese Seite kann hier nicht gezeigt werden.",
    "large": "Diese Seite ist zu groß, um hier gezeigt zu werden.",
    "internal": "(interner Link)",
    "linked": "verlinkte Seite",
    "someone": "jemand",
    "picture": "(Bild nicht gezeigt)",
    "outside picture": "Bild auf einer anderen Website",
    "file": "(Datei)",
    "expand": "Mehr",
    "table": "Tabelle",
    "contents": "Inhalt",
    "information": "Info",
    "note": "Hinweis",
    "tip": "Tipp",
    "warning": "Warnung",
    "done": "Erledigt:",
    "open": "Offen:",
    "decided": "Entscheidung:",
}

_IN_POLISH = {
    "part": "Tej części strony nie można tu pokazać.",
    "inline": "(nie pokazano)",
    "page": "Tej strony nie można tu pokazać.",
    "large": "Ta strona jest zbyt duża, by ją tu pokazać.",
    "internal": "(link wewnętrzny)",
    "linked": "powiązana strona",
    "someone": "ktoś",
    "picture": "(nie pokazano obrazka)",
    "outside picture": "obrazek w innej witrynie",
    "file": "(plik)",
    "expand": "Więcej",
    "table": "Tabela",
    "contents": "Spis treści",
    "information": "Informacja",
    "note": "Uwaga",
    "tip": "Wskazówka",
    "warning": "Ostrzeżenie",
    "done": "Zrobione:",
    "open": "Do zrobienia:",
    "decided": "Decyzja:",
}

WORDS: Mapping[str, Mapping[str, str]] = {ENGLISH: _IN_ENGLISH, "de": _IN_GERMAN, "pl": _IN_POLISH}
"""What is said, by language and by what it is about."""

_spoken: ContextVar[Mapping[str, str]] = ContextVar("spoken", default=_IN_ENGLISH)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say what is added within in this language; in English where there is no such language."""
    token = _spoken.set(WORDS.get(language, _IN_ENGLISH))
    try:
        yield
    finally:
        _spoken.reset(token)


def word(about: str) -> str:
    """The words about something, as plain text, in the language in hand."""
    return _spoken.get()[about]


def in_every_language(about: str) -> frozenset[str]:
    """The words about something in all languages: what the renderer may have added."""
    return frozenset(words[about] for words in WORDS.values())


def placeholder(about: str) -> str:
    """A paragraph of HTML in place of what is not shown (spec L7)."""
    return f'<p class="ex-placeholder">{escape(word(about))}</p>'
