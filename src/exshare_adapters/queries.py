"""Reads the named SQL statements of a storage adapter from its ``.sql`` files.

A file holds blocks. Each opens with ``-- name: find`` and at least one comment line that says what the
statement is for; then comes the statement. A block that opens with ``-- part: record`` is no statement: its
text stands wherever ``{{record}}`` is written further down in the same file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files

_HEAD = re.compile(r"^-- (name|part): ([a-z][a-z_]*)[ \t]*\n", re.MULTILINE)
_PART = re.compile(r"\{\{([a-z_]+)\}\}")


def load_queries(package: str) -> Mapping[str, str]:
    """Every statement in the ``queries`` folder of `package`, keyed ``file.name``, as in ``links.find``.

    Raises ValueError for a file that breaks the rules above: it is a fault of the package, found at opening.
    """
    statements: dict[str, str] = {}
    folder = files(package) / "queries"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            stem = file.name.removesuffix(".sql")
            for name, statement in parse(file.read_text(encoding="utf-8"), file.name).items():
                statements[f"{stem}.{name}"] = statement
    return statements


def parse(text: str, source: str) -> Mapping[str, str]:
    """The statements in one file's `text` by name; `source` names the file in errors."""
    lead, *rest = _HEAD.split(text)
    if any(line and not line.startswith("--") for line in lead.splitlines()):
        raise ValueError(f"`{source}` has a statement without a name")
    parts: dict[str, str] = {}
    statements: dict[str, str] = {}
    for sort, name, block in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        if name in statements or name in parts:
            raise ValueError(f"`{source}` names `{name}` twice")
        body = _whole(_body(block, name, source, described=sort == "name"), parts, source)
        (parts if sort == "part" else statements)[name] = body
    return statements


def _whole(body: str, parts: Mapping[str, str], source: str) -> str:
    if missing := set(_PART.findall(body)) - parts.keys():
        raise ValueError(f"`{source}` uses the part `{min(missing)}` before it is written")
    return _PART.sub(lambda found: parts[found[1]], body)


def _body(block: str, name: str, source: str, *, described: bool) -> str:
    lines = [line.strip() for line in block.strip().splitlines()]
    if described and not (lines and lines[0].startswith("-- ")):
        raise ValueError(f"`{name}` in `{source}` does not say what it is for")
    body = "\n".join(line for line in lines if line and not line.startswith("--"))
    if not body:
        raise ValueError(f"`{name}` in `{source}` has no statement")
    return body.removesuffix(";")
