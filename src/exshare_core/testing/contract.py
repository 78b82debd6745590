"""What all contract classes share: the factory, the runner, and the refusal of hidden tests.

An author subclasses a contract, writes the factory `open` and collects the class with pytest::

    class TestMyVault(VaultContract):
        def open(self):
            return nullcontext(MyVault(key))

A contract test is never switched off in silence: hiding one raises TypeError when the class is made, unless
what hides it carries ``pytest.mark.xfail(reason="…")``.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, ClassVar, Generic, TypeVar

import hypothesis
import pytest
from attrs import frozen
from hypothesis import HealthCheck, Phase, given
from hypothesis.strategies import SearchStrategy

S = TypeVar("S")
T = TypeVar("T")
C = TypeVar("C", bound="Contract[Any]")


@frozen
class Opened(Generic[S]):
    """An opened adapter and the loop that it lives in."""

    runner: asyncio.Runner
    subject: S
    patience: float

    def run(self, scenario: Coroutine[Any, Any, T]) -> T:
        """What the scenario gives; raises TimeoutError when the adapter never answers."""
        return self.runner.run(asyncio.wait_for(scenario, self.patience))


class Contract(ABC, Generic[S]):
    """The promises of one port as tests. Each test opens the adapter anew through `open`."""

    examples: ClassVar[int] = 30
    """How many generated values each law is tried with."""
    derandomized: ClassVar[bool] = False
    """Whether every run tries the same values; else each run finds something new."""
    phases: ClassVar[tuple[Phase, ...]] = tuple(Phase)
    """What Hypothesis does; without `Phase.shrink` failures come sooner and are larger."""
    patience: ClassVar[float] = 60.0
    """Seconds after which a scenario that does not end is a failure."""
    abilities: ClassVar[frozenset[str]] = frozenset()
    """What else than the port a test may need of the author, such as making a mail system refuse."""
    cannot: ClassVar[Mapping[str, str]] = {}
    """Abilities that this author cannot offer, each with a reason: their tests show as expected failures."""

    @abstractmethod
    def open(self) -> AbstractAsyncContextManager[S]:
        """Open the adapter under test; everything is closed when the context ends."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in dir(cls):
            if name.startswith("test_"):
                _refuse_hidden(cls, name)
        for ability, reason in cls.cannot.items():
            if ability not in cls.abilities or not reason.strip():
                known = ", ".join(sorted(cls.abilities)) or "none"
                raise TypeError(f"cannot: `{ability}` needs a reason and must be one of: {known}")

    def needs(self, ability: str) -> None:
        """End the test as an expected failure when the author has said why `ability` cannot be offered."""
        if ability in self.cannot:
            pytest.xfail(self.cannot[ability])

    @contextmanager
    def opened(self) -> Iterator[Opened[S]]:
        """The opened adapter. It is entered and left in one task, whatever runs in between."""
        with asyncio.Runner() as runner:
            ready: asyncio.Future[S] = runner.get_loop().create_future()
            done = asyncio.Event()
            holder = runner.get_loop().create_task(self._hold(ready, done))
            subject = runner.run(_result(ready))
            try:
                yield Opened(runner, subject, self.patience)
            finally:
                done.set()
                runner.run(_result(holder))

    async def _hold(self, ready: asyncio.Future[S], done: asyncio.Event) -> None:
        try:
            async with self.open() as subject:
                ready.set_result(subject)
                await done.wait()
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    def settings(self) -> hypothesis.settings:
        """How Hypothesis is to run here."""
        return hypothesis.settings(
            max_examples=self.examples,
            phases=self.phases,
            derandomize=self.derandomized,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        )


async def _result(future: asyncio.Future[T]) -> T:
    return await future


def _refuse_hidden(cls: type, name: str) -> None:
    definers = [one for one in cls.__mro__ if name in vars(one)]
    if len(definers) > 1 and not _excused(vars(definers[0])[name]):
        raise TypeError(
            f"{cls.__name__} hides the contract test `{name}` of {definers[1].__name__}; "
            'if it cannot pass, write it again with @pytest.mark.xfail(reason="…")'
        )


def _excused(test: object) -> bool:
    marks = getattr(test, "pytestmark", [])
    return any(mark.name == "xfail" and str(mark.kwargs.get("reason") or "").strip() for mark in marks)


def promise(test: Callable[[C, S], Coroutine[Any, Any, None]]) -> Callable[[C], None]:
    """Make a plain test of an asynchronous scenario over the opened adapter."""

    def run(self: C) -> None:
        with self.opened() as opened:
            opened.run(test(self, opened.subject))

    return _named(run, test)


def law(
    values: SearchStrategy[T],
) -> Callable[[Callable[[C, S, T], Coroutine[Any, Any, None]]], Callable[[C], None]]:
    """Make a plain test of a scenario that must hold for every generated value, on one opened adapter."""

    def decorate(test: Callable[[C, S, T], Coroutine[Any, Any, None]]) -> Callable[[C], None]:
        def run(self: C) -> None:
            with self.opened() as opened:

                @self.settings()
                @given(values)
                def example(value: T) -> None:
                    opened.run(test(self, opened.subject, value))

                example()

        return _named(run, test)

    return decorate


def _named(run: Callable[[C], None], test: Callable[..., object]) -> Callable[[C], None]:
    run.__name__, run.__qualname__ = test.__name__, test.__qualname__
    run.__doc__, run.__module__ = test.__doc__, test.__module__
    return run
