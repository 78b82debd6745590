"""Finds an adapter by section and name, checks its settings, and opens it on an exit stack.

A section of the configuration (``storage``, ``mail``, ``content``) and the entry-point group ``exshare.<section>``
carry one word, so that a stranger's package is chosen exactly as ours are: ``use = "postgres"`` picks the entry of that
name, and ``use = "package.module:function"`` picks a function that no package has announced. Either is an async
generator function ``open_…(settings)`` whose one argument is annotated with a frozen attrs class: its fields are the
keys that the section may hold.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, get_type_hints

import attrs
from attrs import field, frozen
from cattrs import Converter

from exshare_core.errors import InvalidValue, InvalidValues

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


def installed(section: str) -> tuple[str, ...]:
    """The names that ``use`` may have in `section`, sorted."""
    return tuple(sorted({entry.name for entry in entry_points(group=f"exshare.{section}")}))


def keys_of(section: str, use: str) -> Mapping[str, attrs.Attribute[Any]]:
    """The keys of the adapter `use` in `section`, by name; raises InvalidValue when there is no such adapter."""
    return _keys(_settings_class(section, use, _opener(section, use)))


def choose(section: str, use: str, values: Mapping[str, object], *, at: str, base: Path) -> Chosen:
    """The adapter `use` of `section` with its settings made from `values`.

    `at` is how the section is called in errors, as in ``sites.acme.content``; relative paths start at `base`. Raises
    InvalidValues naming every key that is unknown, missing or not accepted.
    """
    opener = _opener(section, use)
    return Chosen(section, use, opener, structured(_settings_class(section, use, opener), values, at=at, base=base))


def structured(kind: type[Any], values: Mapping[str, object], *, at: str, base: Path) -> Any:
    """An instance of the attrs class `kind` from `values`; raises InvalidValues as `choose` does."""
    keys = _keys(kind)
    failures = [InvalidValue(f"{at}.{name}", unknown_name(name, keys)) for name in values if name not in keys]
    converter = _converter(base)
    given: dict[str, Any] = {}
    for name, key in keys.items():
        if name in values:
            try:
                given[key.alias or name] = converter.structure(values[name], key.type or str)
            except (ValueError, TypeError) as error:
                failures.append(InvalidValue(f"{at}.{name}", str(error)))
        elif key.default is attrs.NOTHING:
            failures.append(InvalidValue(f"{at}.{name}", "is missing"))
    if failures:
        raise InvalidValues(tuple(failures))
    try:
        return kind(**given)
    except InvalidValues as error:
        raise InvalidValues(tuple(InvalidValue(f"{at}.{one.field}", one.rule) for one in error.failures)) from None
    except InvalidValue as error:
        raise InvalidValues((InvalidValue(f"{at}.{error.field}", error.rule),)) from None
    except (ValueError, TypeError) as error:
        raise InvalidValues((InvalidValue(at, _first_line(error)),)) from None


def unknown_name(name: str, known: Sequence[str] | Mapping[str, object]) -> str:
    """The rule that an unknown name breaks, with the nearest known one or all of them."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    if near:
        return f"there is no such key; did you mean `{near[0]}`?"
    return f"there is no such key; known: {', '.join(sorted(known)) or 'none'}"


def _opener(section: str, use: str) -> Opener:
    if ":" in use:
        return _checked(section, use, _imported(section, use))
    found = list(entry_points(group=f"exshare.{section}", name=use))
    if not found:
        rule = f"there is no adapter `{use[:60]}`; installed: {', '.join(installed(section)) or 'none'}"
        near = get_close_matches(use, installed(section), n=1)
        raise InvalidValue(f"{section}.use", f"{rule}; did you mean `{near[0]}`?" if near else rule)
    if len({entry.value for entry in found}) > 1:
        claims = " and ".join(sorted(_package(entry) for entry in found))
        raise InvalidValue(f"{section}.use", f"`{use}` is claimed by {claims}; remove one, or name module and function")
    return _checked(section, use, found[0].load())


def _package(entry: EntryPoint) -> str:
    return f"`{entry.dist.name}`" if entry.dist is not None else f"`{entry.value}`"


def _imported(section: str, use: str) -> object:
    module, _, name = use.partition(":")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InvalidValue(f"{section}.use", f"`{use[:120]}` cannot be imported: {_first_line(error)}") from error


def _checked(section: str, use: str, found: object) -> Opener:
    if not inspect.isasyncgenfunction(found):
        raise InvalidValue(f"{section}.use", f"`{use[:120]}` is no async generator function that opens an adapter")
    opener: Opener = found
    return opener


def _settings_class(section: str, use: str, opener: Opener) -> type[Any]:
    hints = get_type_hints(opener)
    first = next(iter(inspect.signature(opener).parameters), None)
    kind = hints.get(first) if first is not None else None
    if not isinstance(kind, type) or not attrs.has(kind):
        raise InvalidValue(f"{section}.use", f"the argument of `{use[:120]}` is not annotated with an attrs class")
    return kind


def _keys(kind: type[Any]) -> Mapping[str, attrs.Attribute[Any]]:
    attrs.resolve_types(kind)
    return {key.name: key for key in attrs.fields(kind) if key.init}


def _converter(base: Path) -> Converter:
    """Strict for what TOML can say, lenient for texts, since the environment has nothing but texts."""
    converter = Converter()
    converter.register_structure_hook(str, lambda value, _: _text(value))
    converter.register_structure_hook(bool, lambda value, _: _truth(value))
    converter.register_structure_hook(int, lambda value, _: _number(value))
    converter.register_structure_hook(float, lambda value, _: _decimal(value))
    converter.register_structure_hook(Path, lambda value, _: base / Path(_text(value)).expanduser())
    converter.register_structure_hook_func(
        lambda kind: getattr(kind, "__origin__", None) is tuple, lambda value, _: _texts(value)
    )
    converter.register_structure_hook_func(_is_optional, lambda value, kind: _optional(converter, value, kind))
    return converter


def _is_optional(kind: Any) -> bool:
    return type(None) in getattr(kind, "__args__", ()) and getattr(kind, "__origin__", None) is not tuple


def _optional(converter: Converter, value: object, kind: Any) -> object:
    (inner,) = (one for one in kind.__args__ if one is not type(None))
    return converter.structure(value, inner)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("must be a text in quotes")
    return value


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise TypeError("must be true or false")


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit():
        return int(value)
    raise TypeError("must be a whole number")


def _decimal(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            pass
    raise TypeError("must be a number")


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, list):
        return tuple(_text(one) for one in value)
    raise TypeError("must be a list of texts")


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
