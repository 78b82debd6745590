"""Finds an adapter by section and name, checks its settings, and opens it on an exit stack.

A section of the configuration (``storage``, ``mail``, ``content``) and the entry-point group ``exshare.<section>``
carry one word, so that a stranger's package is chosen exactly as ours are: ``use = "postgres"`` picks the entry of that
name, and ``use = "package.module:function"`` picks a function that no package has announced. Either is an async
generator function ``open_…(settings)`` whose one argument is annotated with a frozen attrs class: its fields are the
keys that the section may hold. How a value becomes a field is `exshare_adapters.structuring`'s business.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from pathlib import Path
from typing import Any, get_type_hints

import attrs
from attrs import field, frozen

from exshare_adapters.structuring import keys, structured
from exshare_core.errors import InvalidValue, printable, unknown

Opener = Callable[[Any], AsyncIterator[Any]]


@frozen
class Chosen:
    """An adapter that was found, with its settings checked; nothing is open yet."""

    section: str
    use: str
    opener: Opener = field(repr=False)
    settings: object = field(repr=False)

    def open(self) -> AbstractAsyncContextManager[Any]:
        """The adapter, closed when the context ends."""
        return asynccontextmanager(self.opener)(self.settings)

    def migrating(self, wanted: bool) -> Chosen:
        """The same, which brings its tables up to date when it is opened, or leaves them as they stand (`Migrated`).

        What has no key ``migrate`` has no tables of ours to look after, and stays as it is.
        """
        settings: Any = self.settings
        if "migrate" not in keys(type(settings)):
            return self
        return attrs.evolve(self, settings=attrs.evolve(settings, migrate=wanted))


def installed(section: str) -> tuple[str, ...]:
    """The names that ``use`` may have in `section`, sorted."""
    return tuple(sorted({entry.name for entry in _entries(section)}))


def keys_of(section: str, use: str) -> Mapping[str, attrs.Attribute[Any]]:
    """The keys of the adapter `use` in `section`, by name; raises InvalidValue when there is no such adapter."""
    return keys(_settings_class(section, use, _opener(section, use)))


def choose(section: str, use: str, values: Mapping[str, object], *, at: str, base: Path) -> Chosen:
    """The adapter `use` of `section` with its settings made from `values`.

    `at` is how the section is called in errors, as in ``sites.acme.content``; relative paths start at `base`. Raises
    InvalidValue when there is no such adapter, and InvalidValues naming every key that is unknown, missing or not
    accepted.
    """
    opener = _opener(section, use)
    return Chosen(section, use, opener, structured(_settings_class(section, use, opener), values, at=at, base=base))


def _opener(section: str, use: str) -> Opener:
    found = _imported(section, use) if ":" in use else _announced(section, use)
    if not inspect.isasyncgenfunction(found):
        raise _refused(section, f"`{_shown(use)}` is no async generator function that opens an adapter")
    opener: Opener = found
    return opener


def _announced(section: str, use: str) -> object:
    found = [entry for entry in _entries(section) if entry.name == use]
    if not found:
        raise _refused(section, unknown("adapter", use, installed(section), "installed"))
    if len({entry.value for entry in found}) > 1:
        claims = " and ".join(sorted(f"`{_package(entry)}` ({entry.value})" for entry in found))
        raise _refused(
            section, f"`{_shown(use)}` is claimed by {claims}; remove one, or write `use` as module:function"
        )
    try:
        return found[0].load()
    except Exception as error:
        at = f"`{_shown(use)}` of `{_package(found[0])}` ({found[0].value})"
        raise _refused(section, f"{at} cannot be imported: {_reason(error)}") from error


def _entries(section: str) -> EntryPoints:
    return _read_entries(section, tuple(sys.path))


@lru_cache(maxsize=16)
def _read_entries(section: str, _import_path: tuple[str, ...]) -> EntryPoints:
    """Kept, since the files of every installed package are read for it; what is installed changes with a restart."""
    return entry_points(group=f"exshare.{section}")


def _package(entry: EntryPoint) -> str:
    return "unknown" if entry.dist is None else entry.dist.name


def _imported(section: str, use: str) -> object:
    module, _, name = use.partition(":")
    try:
        return getattr(import_module(module), name)
    except Exception as error:
        raise _refused(section, f"`{_shown(use)}` cannot be imported: {_reason(error)}") from error


def _settings_class(section: str, use: str, opener: Opener) -> type[Any]:
    signature = inspect.signature(opener)
    try:
        signature.bind(None)
        kind = get_type_hints(opener).get(next(iter(signature.parameters)))
    except Exception as error:
        raise _refused(section, f"`{_shown(use)}` must take one annotated argument: {_reason(error)}") from error
    if not isinstance(kind, type) or not attrs.has(kind):
        raise _refused(section, f"the argument of `{_shown(use)}` is not annotated with an attrs class")
    return kind


def _refused(section: str, rule: str) -> InvalidValue:
    return InvalidValue(f"{section}.use", rule)


def _shown(use: str) -> str:
    return printable(use[:120])


def _reason(error: Exception) -> str:
    """The kind of an exception in a stranger's module and the first line of what it says."""
    said = str(error).splitlines()
    return printable(f"{type(error).__name__}: {said[0]}"[:200]) if said else type(error).__name__
