"""Both stores for tests that must hold for each, and a way to open one in another process."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from attrs import frozen

from exshare_adapters.postgres import PostgresSettings, open_postgres
from exshare_adapters.sqlite import SqliteSettings, open_sqlite
from exshare_core.ports import Storage

A = TypeVar("A")
T = TypeVar("T")


@frozen
class Store:
    """A fresh database, named so that another process can open it too."""

    product: str
    place: str
    """The path of the SQLite file or the address of the PostgreSQL database."""

    def open(self) -> AbstractAsyncContextManager[Storage]:
        """The storage, brought up to date."""
        if self.product == "sqlite":
            return asynccontextmanager(open_sqlite)(SqliteSettings(Path(self.place)))
        return asynccontextmanager(open_postgres)(PostgresSettings(self.place))


def in_processes(number: int, task: Callable[[A, int], T], about: A, seconds: float = 120) -> list[T]:
    """What `task` gives in each of `number` processes that start together; it gets `about` and its number."""
    with ProcessPoolExecutor(number, mp_context=get_context("spawn")) as processes:
        running = [processes.submit(task, about, own) for own in range(number)]
        return [one.result(timeout=seconds) for one in running]
