"""The corpora of hostile and awkward input that the project is held against: read in place, never copied."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.requirements import need

_ESCAPED = re.compile(r"\\u([0-9A-F]{4})|\\x\{([0-9A-F]+)\}", re.IGNORECASE)


def folder(name: str) -> Path:
    """Where a corpus lies; skips the test that asks where there is none."""
    return Path(need("reference"), "security", "corpora", name)


@cache
def items(name: str) -> tuple[dict[str, Any], ...]:
    """The items of a corpus: an input, and what its makers expect of it where they say so."""
    lines = folder(name).joinpath("items.jsonl").read_text(encoding="utf-8").split("\n")
    return tuple(json.loads(line) for line in lines if line)


def inputs(name: str) -> Iterator[str]:
    """The inputs of a corpus alone."""
    for item in items(name):
        yield item["input"]


def unescaped(text: str) -> str:
    r"""The text with ``\u0041`` and ``\x{1F600}`` turned into the characters they stand for."""
    return _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
