"""The words of a body without its markup, and the little document of the newer editor made of them."""

from __future__ import annotations

import json
import re
import unicodedata
from html import unescape


def words_of(markup: str) -> str:
    """The text of a storage body: CDATA kept, parameters and elements dropped."""
    without = re.sub(r"<ac:parameter[^>]*>.*?</ac:parameter>", " ", markup, flags=re.DOTALL)
    without = re.sub(r"<!\[CDATA\[(.*?)\]\]>", lambda m: m[1], without, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", without))).strip()


def document_of(markup: str) -> str:
    """An atlas document, as the JSON string the API gives: one paragraph with the words."""
    words = words_of(markup) or " "
    paragraph = {
        "type": "paragraph",
        "attrs": {"localId": "c0ffee12345a"},
        "content": [{"text": words, "type": "text"}],
    }
    return json.dumps({"type": "doc", "content": [paragraph], "version": 1})


def folded(text: str) -> str:
    """A text in the form in which search compares it: composed, without case."""
    return unicodedata.normalize("NFC", text).casefold()
