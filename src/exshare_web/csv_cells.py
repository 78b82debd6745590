"""CSV that a spreadsheet shows as it is and never runs.

A cell that a spreadsheet would take for a formula is given an apostrophe in front, which it does not show; everything is
in quotation marks, so that a line break or a comma ends nothing (CWE-1236; RFC 4180).
"""

from __future__ import annotations

from collections.abc import Iterable

BEGINNING = "\ufeff"
"""Stands before the first line, so that spreadsheets read UTF-8."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What begins a formula, in the wide forms of East Asian keyboards as well, and what hides such a beginning."""


def cell(value: object) -> str:
    """One cell; None is empty, and a number stays a number."""
    if value is None:
        return '""'
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f'"{value}"'
    text = str(value).replace("\0", "")
    if text.lstrip(" \u00a0").startswith(_FORMULA):
        text = f"'{text}"
    return '"{}"'.format(text.replace('"', '""'))


def line(values: Iterable[object]) -> str:
    """One line with its end."""
    return f"{','.join(map(cell, values))}\r\n"
