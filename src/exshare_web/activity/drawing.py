"""Charts as SVG of our own: where each bar stands, worked out here, so that the template only writes it down.

Two sorts are told apart by their pattern as well as by their colour; colours come from the style sheet, and the picture
needs no script, no inline style and no request. Every number in it stands in a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from attrs import frozen

from exshare_core.governing.auditing import Bar

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 12, 28
GAP = 0.25
"""Of the room of a bar, what is left between it and the next."""
MOST_DAYS_NAMED = 8


@frozen
class Column:
    """One day: its bar from the ground, views below and opens above, and what is said of it."""

    x: float
    width: float
    views_y: float
    views_height: float
    opens_y: float
    opens_height: float
    told: str


@frozen
class Mark:
    """A line across with its number, or a day with its name."""

    at: float
    text: str
    anchor: str = "middle"


@frozen
class Chart:
    """A picture of a span of days."""

    columns: tuple[Column, ...]
    lines: tuple[Mark, ...]
    days: tuple[Mark, ...]
    title: str
    description: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    ground: float = HEIGHT - BOTTOM


def chart(days: Sequence[tuple[date, Bar]]) -> Chart:
    """The picture of these days, of which there is one at least."""
    top = _round_up(max(bar.opens + bar.views for _, bar in days))
    room, ground = (WIDTH - LEFT - RIGHT) / len(days), HEIGHT - BOTTOM
    scale = (ground - TOP) / top
    columns = []
    for number, (day, bar) in enumerate(days):
        views, opens = bar.views * scale, bar.opens * scale
        columns.append(
            Column(
                _exact(LEFT + room * (number + GAP / 2)),
                _exact(room * (1 - GAP)),
                _exact(ground - views),
                _exact(views),
                _exact(ground - views - opens),
                _exact(opens),
                f"{_day(day)}: {told(bar)}",
            )
        )
    lines = tuple(Mark(_exact(ground - value * scale), f"{value:,}") for value in (0, top // 2, top) if value or top)
    return Chart(tuple(columns), lines, _days(days, room), "Opened by day", _description(days))


def told(bar: Bar) -> str:
    """The numbers of a bar in words."""
    opens = "once opened" if bar.opens == 1 else f"{bar.opens:,} times opened"
    views = "one page shown" if bar.views == 1 else f"{bar.views:,} pages shown"
    return f"{opens}, {views}"


def share(part: int, whole: int) -> float:
    """A part of a whole, in hundredths of the width of a bar."""
    return _exact(100 * part / whole) if whole else 0.0


def _days(days: Sequence[tuple[date, Bar]], room: float) -> tuple[Mark, ...]:
    step = max(1, -(-len(days) // MOST_DAYS_NAMED))
    last = len(days) - 1
    marks = []
    for number in range(0, len(days), step):
        anchor = "start" if number == 0 and len(days) > 1 else "end" if number == last and number else "middle"
        at = LEFT + room * (number + (0.0 if anchor == "start" else 1.0 if anchor == "end" else 0.5))
        marks.append(Mark(_exact(at), _day(days[number][0]), anchor))
    return tuple(marks)


def _description(days: Sequence[tuple[date, Bar]]) -> str:
    whole = Bar(sum(bar.opens for _, bar in days), sum(bar.views for _, bar in days))
    span = f"From {_day(days[0][0])} to {_day(days[-1][0])}"
    if not whole.opens and not whole.views:
        return f"{span} nothing was opened."
    day, most = max(days, key=lambda one: (one[1].opens + one[1].views, one[0]))
    return f"{span}: {told(whole)}. The busiest day was {_day(day)}: {told(most)}."


def _round_up(value: int) -> int:
    """The least even number with one digit before its noughts that is not below `value`; 2 at least."""
    size = 1
    while True:
        for factor in range(1, 10):
            if factor * size >= max(value, 2) and factor * size % 2 == 0:
                return factor * size
        size *= 10


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _exact(value: float) -> float:
    return round(value, 2)
