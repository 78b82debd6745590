"""What several visitors ask of Confluence within a second is asked once, and nothing is older than a second (spec L16)."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Coroutine
from typing import Any

from exshare_adapters.confluence.single_flight import SingleFlight
from tests.integration.clockwork import Clockwork


def run(work: Coroutine[Any, Any, None]) -> None:
    """On a loop whose time can be moved on."""
    with asyncio.Runner(loop_factory=Clockwork) as runner:
        runner.run(work)


def forward(seconds: float) -> None:
    """Move the time of the running loop on."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Clockwork)
    loop.skipped += seconds


class Source:
    """Counts how often it is asked, and answers with the count."""

    def __init__(self) -> None:
        self.asked = 0

    async def answer(self) -> int:
        """The next count."""
        self.asked += 1
        return self.asked


def test_an_answer_serves_everybody_for_a_second() -> None:
    """Who asks the same at once, or up to a second later, gets the one answer; then it is asked anew."""

    async def work() -> None:
        shared, source = SingleFlight(), Source()
        at_once = await asyncio.gather(*(shared.share("page", source.answer) for _ in range(3)))
        forward(0.9)
        in_time = await shared.share("page", source.answer)
        forward(0.2)
        late = await shared.share("page", source.answer)

        assert ([1, 1, 1], 1, 2) == (at_once, in_time, late)

    run(work())


def test_what_is_made_of_answers_is_as_old_as_the_oldest_of_them() -> None:
    """A reading made of an answer that is nearly a second old is not kept for another second."""

    async def work() -> None:
        shared, source = SingleFlight(), Source()

        async def reading() -> int:
            async with asyncio.TaskGroup() as parts:
                old = parts.create_task(shared.share("old part", source.answer))
                parts.create_task(shared.share("new part", source.answer))
            return old.result()

        await shared.share("old part", source.answer)
        forward(0.9)
        first = await shared.share("reading", reading)
        forward(0.2)
        second = await shared.share("reading", reading)

        assert (1, 3) == (first, second)

    run(work())


class Page:
    """An answer, and what is made of it."""


def test_nothing_of_an_answer_lies_in_memory_after_its_second() -> None:
    """An answer, and one made of it, are gone with their second; no collection of garbage is needed for that."""

    async def work() -> None:
        shared = SingleFlight()

        async def page() -> Page:
            return Page()

        async def reading() -> Page:
            await shared.share("page", page)
            return Page()

        kept = [weakref.ref(await shared.share("reading", reading)), weakref.ref(await shared.share("page", page))]
        within = [one() is not None for one in kept]
        forward(1.1)
        await asyncio.sleep(0.01)

        assert [True, True] == within
        assert [None, None] == [one() for one in kept]

    gc.disable()
    try:
        run(work())
    finally:
        gc.enable()


def test_a_failure_is_not_kept() -> None:
    """Who comes after a failure asks anew, also where the failure was a part of something larger."""

    async def work() -> None:
        shared, source = SingleFlight(), Source()

        async def failing() -> int:
            await source.answer()
            raise LookupError

        async def whole() -> int:
            return await shared.share("part", failing)

        outcomes = [await asyncio.gather(shared.share("whole", whole), return_exceptions=True) for _ in range(2)]

        assert [LookupError, LookupError] == [type(one) for (one,) in outcomes]
        assert 2 == source.asked

    run(work())
