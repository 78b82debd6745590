"""What is asked at one moment is done together, and no answer is older than its question."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from exshare_adapters.batches import MOST, Batches
from exshare_core.errors import Broken, Busy


class Work:
    """Doubles numbers; each batch waits until it is let go."""

    def __init__(self, *, bad: int | None = None) -> None:
        self.batches: list[tuple[int, ...]] = []
        self.gate = asyncio.Event()
        self.bad = bad

    async def __call__(self, items: Sequence[int]) -> Sequence[int]:
        self.batches.append(tuple(items))
        await self.gate.wait()
        if self.bad in items:
            raise Broken("one of them cannot be stored")
        return [2 * item for item in items]


async def asked(batches: Batches[int, int], *items: int) -> list[asyncio.Task[int]]:
    """Everybody asks, and has come as far as they can."""
    tasks = [asyncio.ensure_future(batches.ask(item)) for item in items]
    await asyncio.sleep(0)
    return tasks


def test_who_asks_alone_does_not_wait_for_others() -> None:
    """An item that finds nothing under way is done at once and by itself."""

    async def scenario() -> tuple[int, list[tuple[int, ...]]]:
        work = Work()
        work.gate.set()
        return await Batches(work).ask(3), work.batches

    assert (6, [(3,)]) == asyncio.run(scenario())


def test_what_comes_meanwhile_is_done_together() -> None:
    """Items that come while a batch is under way are the next batch, in their order; each gets its own result."""

    async def scenario() -> tuple[list[int], list[tuple[int, ...]]]:
        work = Work()
        tasks = await asked(Batches(work), 1, 2, 3, 4)
        work.gate.set()
        return await asyncio.gather(*tasks), work.batches

    assert ([2, 4, 6, 8], [(1,), (2, 3, 4)]) == asyncio.run(scenario())


def test_nothing_joins_what_has_begun() -> None:
    """An equal item too is done anew when its like is under way: its answer may not be older than the question."""

    async def scenario() -> list[tuple[int, ...]]:
        work = Work()
        tasks = await asked(Batches(work), 7, 7)
        work.gate.set()
        await asyncio.gather(*tasks)
        return work.batches

    assert [(7,), (7,)] == asyncio.run(scenario())


def test_several_are_under_way_where_that_is_allowed() -> None:
    """`at_once` batches go side by side; what comes beyond them waits."""

    async def scenario() -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
        work = Work()
        tasks = await asked(Batches(work, at_once=2), 1, 2, 3)
        before = list(work.batches)
        work.gate.set()
        await asyncio.gather(*tasks)
        return before, work.batches

    assert ([(1,), (2,)], [(1,), (2,), (3,)]) == asyncio.run(scenario())


def test_a_batch_has_a_bound() -> None:
    """More items than a batch may have are several batches."""

    async def scenario() -> list[int]:
        work = Work()
        tasks = await asked(Batches(work), *range(2 * MOST + 2))
        work.gate.set()
        await asyncio.gather(*tasks)
        return [len(batch) for batch in work.batches]

    assert [1, MOST, MOST, 1] == asyncio.run(scenario())


def test_one_bad_item_fails_alone() -> None:
    """Where an item may be at fault, each is done by itself, so that the others have their results."""

    async def scenario() -> list[int | str]:
        work = Work(bad=3)
        tasks = await asked(Batches(work), 1, 2, 3, 4)
        work.gate.set()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        return [type(one).__name__ if isinstance(one, BaseException) else one for one in done]

    assert [2, 4, "Broken", 8] == asyncio.run(scenario())


def test_what_is_not_the_fault_of_an_item_fails_all() -> None:
    """A store that does not answer is not asked again for each: whether it stored anything is not known."""
    batches: list[int] = []

    async def work(items: Sequence[int]) -> Sequence[int]:
        batches.append(len(items))
        await asyncio.sleep(0.01)
        raise Busy("the store does not answer", retry_after=1.0)

    async def scenario() -> list[str]:
        done = await asyncio.gather(*await asked(Batches(work), 1, 2, 3), return_exceptions=True)
        return [type(one).__name__ for one in done]

    assert ["Busy", "Busy", "Busy"] == asyncio.run(scenario())
    assert [1, 2] == batches


@pytest.mark.parametrize("leaver", [0, 1, 2])
def test_who_leaves_keeps_nobody_else_from_their_result(leaver: int) -> None:
    """A cancelled caller gets nothing; those who came with them, and those who come later, get theirs."""

    async def scenario() -> tuple[list[int | bool], int]:
        work = Work()
        batches = Batches(work)
        tasks = await asked(batches, 1, 2, 3)
        tasks[leaver].cancel()
        await asyncio.sleep(0)
        work.gate.set()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        return [isinstance(one, asyncio.CancelledError) or one for one in done], await batches.ask(5)  # type: ignore[misc]

    expected = [2, 4, 6]
    assert ([True if at == leaver else one for at, one in enumerate(expected)], 10) == asyncio.run(scenario())


def test_who_left_before_their_turn_is_not_worked_for() -> None:
    """An item whose caller is gone before its batch begins is left out."""

    async def scenario() -> list[tuple[int, ...]]:
        work = Work()
        tasks = await asked(Batches(work), 1, 2, 3)
        tasks[1].cancel()
        work.gate.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        return work.batches

    assert [(1,), (3,)] == asyncio.run(scenario())
