"""Colours for code: Pygments' tokens as classes of a short list; plain text where the language is unknown."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from itertools import groupby

from pygments import lex
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

MOST_CHARACTERS = 32 * 1024
"""Longer code stays plain: some lexers are slow."""
_LONGEST_LINE = 2000

_GROUPS = {
    Token.Comment: "ex-c-comment",
    Token.Keyword: "ex-c-keyword",
    Token.Literal.String: "ex-c-string",
    Token.Literal.Number: "ex-c-number",
    Token.Name.Function: "ex-c-name",
    Token.Name.Class: "ex-c-name",
    Token.Name.Tag: "ex-c-keyword",
    Token.Name.Attribute: "ex-c-name",
    Token.Name.Decorator: "ex-c-meta",
    Token.Name.Builtin: "ex-c-builtin",
    Token.Operator.Word: "ex-c-keyword",
    Token.Generic.Deleted: "ex-c-removed",
    Token.Generic.Inserted: "ex-c-added",
    Token.Generic.Heading: "ex-c-meta",
    Token.Comment.Preproc: "ex-c-meta",
}
CODE_CLASSES = frozenset(_GROUPS.values())
"""Every class that highlighted code may carry."""

_ALIASES = {
    "c#": "csharp", "js": "javascript", "py": "python", "jfx": "javafx", "vb": "vb.net", "as3": "actionscript3",
    "actionscript": "actionscript3", "cf": "coldfusion cfc", "shell": "bash", "plain": "", "text": "", "none": "",
    "cpp": "cpp", "ps": "powershell", "diff": "diff", "sass": "sass", "yml": "yaml", "html/xml": "xml", "html and xml": "xml",
}  # fmt: skip


def highlight(code: str, language: str) -> str:
    """HTML of `code` with class spans; only escaped when the language is unknown or the code is too long."""
    lexer = _lexer(language.strip().lower())
    if lexer is None or len(code) > MOST_CHARACTERS or any(len(line) > _LONGEST_LINE for line in code.splitlines()):
        return escape(code, quote=False)
    parts: list[str] = []
    for name, tokens in groupby(lex(code, lexer), key=lambda token: _class(token[0])):
        text = "".join(text for _, text in tokens)
        shown = escape(text, quote=False)
        parts.append(f'<span class="{name}">{shown}</span>' if name and text.strip() else shown)
    return "".join(parts)


@lru_cache(maxsize=128)
def _lexer(language: str) -> Lexer | None:
    name = _ALIASES.get(language, language)
    if not name or len(name) > 40:
        return None
    try:
        found: Lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return found


@lru_cache(maxsize=512)
def _class(kind: _TokenType) -> str:
    while kind is not Token and kind.parent is not None:
        if kind in _GROUPS:
            return _GROUPS[kind]
        kind = kind.parent
    return ""
