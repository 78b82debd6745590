"""Makes an adapter's settings, a frozen attrs class, from what a configuration file and the environment can say.

Strict about what TOML tells apart, lenient about texts, since the environment has nothing else: ``"true"``, ``"20"``
and ``"a, b"`` become a truth, a number and a list where the field wants one. No value of a field that the class hides
from its ``repr`` is ever repeated in an error, whatever the class itself says.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import attrs
from cattrs import Converter

from exshare_core.errors import InvalidValue, InvalidValues, printable, unknown

_USER_INFO = re.compile(r"(?<=://)[^\s`]*@")
_NAMED = re.compile(r"'(\w+)' (?=\w)")
"""How the validators of attrs begin: ``'pool_size' must be >= 1: 0``."""

SHORT = 8
"""Characters below which a secret is looked for as a whole word only, since it may be part of any sentence."""


class _WrongKind(Exception):
    """A value is not of the type of its key; the text says what would be, and never repeats the value."""


def keys(kind: type[Any]) -> Mapping[str, attrs.Attribute[Any]]:
    """The keys that make up an instance of the attrs class `kind`, by name."""
    attrs.resolve_types(kind)
    return {key.alias or key.name: key for key in attrs.fields(kind) if key.init}


def structured(kind: type[Any], values: Mapping[str, object], *, at: str, base: Path) -> Any:
    """An instance of the attrs class `kind` from `values`; relative paths start at `base`.

    Raises InvalidValues naming every key, as in ``storage.dsn`` where `at` is ``storage``, that is unknown, missing or
    not accepted.
    """
    known = keys(kind)
    failures = [
        InvalidValue(f"{at}.{printable(name[:60])}", unknown("key", name, known))
        for name in values
        if name not in known
    ]
    converter = _converter(base)
    given: dict[str, Any] = {}
    for name, key in known.items():
        if name not in values:
            if key.default is attrs.NOTHING:
                failures.append(InvalidValue(f"{at}.{name}", "is missing"))
            continue
        try:
            given[name] = _value(converter, values[name], key.type or str)
        except _WrongKind as error:
            failures.append(InvalidValue(f"{at}.{name}", str(error)))
    if failures:
        raise InvalidValues(tuple(failures))
    return _instance(kind, given, at)


def _instance(kind: type[Any], given: Mapping[str, Any], at: str) -> Any:
    """Without a cause when it fails: that of a stranger's validator may hold the value."""
    secrets = [value for name, key in keys(kind).items() if key.repr is not True and (value := given.get(name))]
    try:
        return kind(**given)
    except InvalidValue as error:
        found = error.failures if isinstance(error, InvalidValues) else (error,)
        broken = [(f"{at}.{one.field}", one.rule) for one in found]
    except Exception as error:
        text = str(error.args[0]) if error.args else type(error).__name__
        named = _NAMED.match(text)
        broken = [(at, text) if named is None else (f"{at}.{named[1]}", text[named.end() :])]
    raise InvalidValues(tuple(InvalidValue(field, _safe(rule, secrets)) for field, rule in broken)) from None


def _safe(rule: str, secrets: list[object]) -> str:
    """The rule on one line, unless it repeats a secret; then only that the value is not accepted."""
    for secret in secrets:
        for form in {str(secret), repr(secret), repr(secret)[1:-1]}:
            if form and re.search(rf"(?<!\w){re.escape(form)}(?!\w)" if len(form) < SHORT else re.escape(form), rule):
                return "is not accepted"
    return printable(_USER_INFO.sub("***@", " ".join(rule.splitlines()))[:400])


# --- one value -------------------------------------------------------------------------------------------------------


def _value(converter: Converter, value: object, kind: Any) -> Any:
    try:
        return converter.structure(value, kind)
    except _WrongKind:
        raise
    except Exception as error:
        raise _WrongKind("is not a value that this key takes") from error


def _converter(base: Path) -> Converter:
    converter = Converter(forbid_extra_keys=True)
    converter.register_structure_hook(str, lambda value, _: _text(value))
    converter.register_structure_hook(bool, lambda value, _: _truth(value))
    converter.register_structure_hook(int, lambda value, _: _number(value))
    converter.register_structure_hook(float, lambda value, _: _decimal(value))
    converter.register_structure_hook(Path, lambda value, _: path(value, base))
    converter.register_structure_hook_func(
        lambda kind: _form(kind) is Literal, lambda value, kind: _one_of(value, get_args(kind))
    )
    converter.register_structure_hook_func(
        lambda kind: _form(kind) is tuple and get_args(kind)[1:] == (...,),
        lambda value, kind: tuple(converter.structure(one, get_args(kind)[0]) for one in _listed(value)),
    )
    converter.register_structure_hook_func(
        lambda kind: _but_none(kind) is not None, lambda value, kind: converter.structure(value, _but_none(kind))
    )
    return converter


def _form(kind: Any) -> Any:
    return get_origin(kind)


def _but_none(kind: Any) -> Any:
    """What ``X | None`` is apart from None, else None. No key is ever given as None, since TOML cannot say it."""
    parts = [part for part in get_args(kind) if part is not NoneType]
    return parts[0] if _form(kind) in (Union, UnionType) and len(parts) == 1 else None


def path(value: object, base: Path) -> Path:
    """The path that a text names, from `base` on when it is a relative one; ``~`` is the user's own folder."""
    text = _text(value)
    if not text or "\0" in text:
        raise _WrongKind("must be a path")
    try:
        return base / Path(text).expanduser()
    except RuntimeError as error:
        raise _WrongKind("begins with the home of a user who is not known here") from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _WrongKind("must be a text in quotes")
    return value


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise _WrongKind("must be true or false")


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    raise _WrongKind("must be a whole number")


def _decimal(value: object) -> float:
    try:
        number = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise _WrongKind("must be a number")
    return number


def _listed(value: object) -> list[Any]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, list):
        return value
    raise _WrongKind("must be a list")


def _one_of(value: object, known: tuple[object, ...]) -> object:
    for one in known:
        if type(one) is type(value) and one == value:
            return one
    raise _WrongKind(f"must be one of {', '.join(map(str, known))}")
