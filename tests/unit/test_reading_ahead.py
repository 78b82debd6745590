"""What is read for a document before its turn: results in the order in which they are asked for, and an end to all of it."""

from __future__ import annotations

import asyncio

import pytest

from exshare_core.errors import Broken
from exshare_web.turns import Pace
from exshare_web.visitor.reading_ahead import reading_ahead


def test_work_is_begun_before_its_result_is_wanted() -> None:
    """The results are those of each piece of work, whatever order they are asked for in."""
    begun: list[int] = []

    async def work(number: int) -> int:
        begun.append(number)
        return number * 10

    async def asked() -> list[int]:
        async with reading_ahead(Pace(every=0.0)) as ahead:
            results = [ahead.begin(lambda number=number: work(number)) for number in (1, 2, 3)]  # type: ignore[misc]
            await asyncio.sleep(0.01)

            assert [1, 2, 3] == begun

            return [await result() for result in reversed(results)]

    assert [30, 20, 10] == asyncio.run(asked())


def test_nothing_goes_on_once_the_document_is_left() -> None:
    """What is under way is ended before the block is; what failed unasked troubles nobody."""
    ended: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("endless")

    async def failing() -> None:
        raise Broken("nobody asks")

    async def left() -> int:
        async with reading_ahead(Pace(every=0.0)) as ahead:
            ahead.begin(endless)
            ahead.begin(failing)
            await asyncio.sleep(0.01)
        return len(asyncio.all_tasks())

    assert (1, ["endless"]) == (asyncio.run(left()), ended)


def test_a_failure_is_raised_where_the_result_is_asked_for() -> None:
    """As if the work had been done then."""

    async def failing() -> None:
        raise Broken("what")

    async def asked() -> None:
        async with reading_ahead(Pace(every=0.0)) as ahead:
            result = ahead.begin(failing)
            with pytest.raises(Broken):
                await result()

    asyncio.run(asked())


def test_steps_lie_apart_whoever_takes_them() -> None:
    """The first may be taken at once; the next only after its time."""

    async def steps() -> list[bool]:
        pace, taken = Pace(every=3600.0), []
        for _ in range(2):
            try:
                async with asyncio.timeout(0.05):
                    await pace.step()
                taken.append(True)
            except TimeoutError:
                taken.append(False)
        return taken

    assert [True, False] == asyncio.run(steps())
