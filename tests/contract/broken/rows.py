"""One row of the table: a broken adapter, how it is opened under its contract,
and the tests that must fail.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from attrs import frozen

from exshare_core.testing.fakes.state import State
from exshare_core.testing.fakes.storage import MemoryStorage
from exshare_core.testing.storage import StorageContract


@frozen
class Row:
    """A broken adapter and the tests that must catch it."""

    name: str
    contract: Any
    """A contract class."""
    open: Callable[[], Any]
    tests: tuple[str, ...]
    hooks: tuple[tuple[str, Callable[..., Any]], ...] = ()
    """Further methods that the contract asks of its author."""

    def opened(self) -> AbstractAsyncContextManager[Any]:
        """The broken adapter, opened."""
        return nullcontext(self.open())


def row(contract: Any, broken: Callable[[], Any], *tests: str, **hooks: Callable[..., Any]) -> Row:
    """A row for an adapter that needs nothing to be made."""
    name = getattr(broken, "__name__", type(broken).__name__)
    return Row(name, contract, broken, tuple(f"test_{test}" for test in tests), tuple(hooks.items()))


def stored(port: str, broken: Callable[[State], Any], *tests: str) -> Row:
    """A row for a memory storage with one repository that is broken."""

    def opened() -> MemoryStorage:
        storage = MemoryStorage()
        setattr(storage, port, broken(storage.state))
        return storage

    return Row(broken.__name__, StorageContract, opened, tuple(f"test_{test}" for test in tests))
