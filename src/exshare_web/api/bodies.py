"""From JSON to a model and back: unknown fields, missing ones and wrong types are refused by name, all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar, get_type_hints

import attrs
import orjson
from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn

from exshare_core.errors import InvalidValue, InvalidValues, printable, unknown
from exshare_web.api.schemas import schema_of

M = TypeVar("M")

MAX_DEPTH = 8
"""How deep a body may be nested; no model needs more than three."""


def parsed(text: bytes) -> dict[str, Any]:
    """The object in a body; raises InvalidValue for anything else. An empty body is an empty object."""
    if not text.strip():
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise InvalidValue("body", "is not JSON in UTF-8") from None
    if not isinstance(found, dict):
        raise InvalidValue("body", "must be an object")
    return found


def read(model: type[M], given: Mapping[str, Any]) -> M:
    """The model in an object; raises InvalidValues with every fault."""
    faults = tuple(_faults(model, given))
    if faults:
        raise InvalidValues(faults)
    hints = get_type_hints(model)
    return model(**{name: _value(hints[name], value) for name, value in given.items()})


def written(value: Any) -> bytes:
    """A model as JSON; what is absent is left out."""
    return orjson.dumps(_converter.unstructure(value))


def canonical(given: Mapping[str, Any]) -> bytes:
    """The bytes of an object, the same for every order of its fields."""
    return orjson.dumps(given, option=orjson.OPT_SORT_KEYS)


def _faults(model: Any, given: Mapping[str, Any]) -> Iterator[InvalidValue]:
    fields = {one.name: one for one in attrs.fields(model)}
    hints = get_type_hints(model)
    for name, value in given.items():
        if name not in fields:
            yield InvalidValue(printable(name[:60]), unknown("field", name, fields))
        elif not _fits(hints[name], value):
            yield InvalidValue(name, f"must be {_words(schema_of(hints[name]))}")
    for name, one in fields.items():
        if one.default is attrs.NOTHING and name not in given:
            yield InvalidValue(name, "is missing")


def _fits(kind: Any, value: Any) -> bool:
    """Whether a JSON value is of the type, without any conversion but that of instants."""
    schema = schema_of(kind)
    return any(_is(one, value) for one in schema.get("anyOf", [schema]))


def _is(schema: Mapping[str, Any], value: Any) -> bool:
    if "enum" in schema:
        return isinstance(value, str) and value in schema["enum"]
    if schema.get("format") == "date-time":
        return isinstance(value, str) and _instant(value) is not None
    if schema["type"] == "array":
        return isinstance(value, list) and all(_is(schema["items"], one) for one in value)
    if schema["type"] == "integer":
        return type(value) is int and abs(value) < 2**53
    return isinstance(value, {"string": str, "boolean": bool, "null": type(None)}[schema["type"]]) and _readable(value)


def _readable(value: object) -> bool:
    """No half of a character, which no storage takes."""
    return not isinstance(value, str) or not any(0xD800 <= ord(char) < 0xE000 for char in value)


def _value(kind: Any, value: Any) -> Any:
    schema = schema_of(kind)
    instants = any(one.get("format") == "date-time" for one in schema.get("anyOf", [schema]))
    return _instant(value) if instants and isinstance(value, str) else value


def _instant(text: str) -> datetime | None:
    """An instant with its zone; None for what is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None or "T" not in text.upper():
        return None
    try:
        return found.astimezone(UTC)
    except OverflowError:
        return None


def _words(schema: Mapping[str, Any]) -> str:
    """A type in words."""
    if "anyOf" in schema:
        return " or ".join(_words(one) for one in schema["anyOf"])
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    if schema.get("format") == "date-time":
        return "an instant such as 2026-12-31T23:00:00Z"
    if schema["type"] == "array":
        return "a list of texts"
    return {"string": "a text", "integer": "a whole number", "boolean": "true or false", "null": "null"}[schema["type"]]


def _make_converter() -> Converter:
    converter = Converter()
    converter.register_unstructure_hook(datetime, lambda at: at.astimezone(UTC).isoformat().replace("+00:00", "Z"))
    converter.register_unstructure_hook_factory(
        attrs.has, lambda kind: _without_absent(make_dict_unstructure_fn(kind, converter))
    )
    return converter


def _without_absent(write: Any) -> Any:
    return lambda value: {name: one for name, one in write(value).items() if one is not None}


_converter = _make_converter()
