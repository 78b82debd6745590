"""Spans of time as people write and read them: ``30 days``, ``1 day 12 hours``."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

from exshare_core.errors import InvalidValue

LONGEST = timedelta(days=36525)
"""The longest span that can be written: a hundred years."""

_UNITS = {"week": 604_800, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
_PART = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) *(week|day|hour|minute|second)s?(?: +|\Z)")


def written(span: timedelta) -> str:
    """The span in days, hours, minutes and seconds, exactly; `span` gives it back."""
    left = span // timedelta(microseconds=1)
    parts = []
    for unit in ("day", "hour", "minute"):
        number, left = divmod(left, _UNITS[unit] * 1_000_000)
        if number:
            parts.append(_counted(str(number), unit))
    if left or not parts:
        whole, fraction = divmod(left, 1_000_000)
        parts.append(_counted(f"{whole}.{fraction:06}".rstrip("0").rstrip("."), "second"))
    return " ".join(parts)


def span(text: str, name: str = "time") -> timedelta:
    """The span written as above, weeks included; raises InvalidValue for other words and for more than a century."""
    microseconds, at = 0, 0
    text = text.strip()
    while (part := _PART.match(text, at)) is not None:
        microseconds += int(Decimal(part[1]) * _UNITS[part[2]] * 1_000_000)
        at = part.end()
    if at == 0 or at != len(text):
        raise InvalidValue(name, f"`{text[:60]}` is not a span of time such as `30 days` or `1 day 12 hours`")
    if microseconds > LONGEST // timedelta(microseconds=1):
        raise InvalidValue(name, f"`{text[:60]}` is longer than a hundred years")
    return timedelta(microseconds=microseconds)


def _counted(number: str, unit: str) -> str:
    return f"{number} {unit}" if number == "1" else f"{number} {unit}s"
