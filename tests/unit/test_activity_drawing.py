"""Charts worked out by hand: where bars stand, what is said of them, which days are named."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from exshare_core.governing.auditing import Bar
from exshare_web.activity.drawing import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Mark, chart, share, told

FIRST = date(2026, 5, 1)
GROUND, ROOM = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP


def days(*bars: Bar) -> list[tuple[date, Bar]]:
    """A bar for each day from the first of May on."""
    return [(FIRST + timedelta(days=number), bar) for number, bar in enumerate(bars)]


def test_bars_stand_on_the_ground_and_on_one_another() -> None:
    """Views from the ground up, opens above them, by the scale of the highest line."""
    (first, second) = chart(days(Bar(1, 3), Bar(0, 0))).columns

    assert (GROUND - ROOM * 3 / 4, ROOM * 3 / 4) == (first.views_y, first.views_height)
    assert (GROUND - ROOM, ROOM / 4) == (first.opens_y, first.opens_height)
    assert (0, 0) == (second.views_height, second.opens_height)
    assert "1 May: once opened, 3 pages shown" == first.told


@pytest.mark.parametrize(
    ("most", "top"), [(0, 2), (1, 2), (2, 2), (3, 4), (9, 10), (11, 20), (24, 30), (61, 70), (1500, 2000), (2001, 3000)]
)
def test_the_highest_line_is_a_round_number(most: int, top: int) -> None:
    """It is even, not below the highest bar, and has one digit before its noughts."""
    lines = chart(days(Bar(most, 0))).lines

    assert ["0", f"{top // 2:,}", f"{top:,}"] == [one.text for one in lines]
    assert (GROUND, TOP) == (lines[0].at, lines[2].at)


def test_nothing_reaches_over_the_edge() -> None:
    """All bars of a long span stand between the edges, and at most eight days are named, the first at the left edge."""
    drawn = chart(days(*[Bar(number, number) for number in range(60)]))

    assert all(LEFT <= one.x and one.x + one.width <= WIDTH - RIGHT for one in drawn.columns)
    assert all(TOP <= one.opens_y for one in drawn.columns)
    assert 8 == len(drawn.days)
    assert Mark(LEFT, "1 May", "start") == drawn.days[0]


def test_a_chart_is_told_in_words() -> None:
    """The description has the span, the sums and the busiest day, or says that there was nothing."""
    whole = chart(days(Bar(2, 0), Bar(1, 5), Bar(0, 1)))

    assert (
        "From 1 May to 3 May: 3 times opened, 6 pages shown. The busiest day was 2 May: once opened, 5 pages shown."
        == whole.description
    )
    assert "From 1 May to 1 May nothing was opened." == chart(days(Bar(0, 0))).description


def test_numbers_are_told_as_people_say_them() -> None:
    """One is no plural; thousands are parted."""
    assert "once opened, one page shown" == told(Bar(1, 1))
    assert "0 times opened, 1,200 pages shown" == told(Bar(0, 1200))


def test_a_share_is_of_something() -> None:
    """In hundredths; of nothing it is nothing."""
    assert (25.0, 0.0) == (share(1, 4), share(1, 0))
