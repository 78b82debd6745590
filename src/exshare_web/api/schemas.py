"""JSON Schema of the API's models, drawn from their classes (OpenAPI 3.1 uses JSON Schema 2020-12 as it is)."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

Schema = dict[str, Any]

PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
    type(None): {"type": "null"},
}


def schema_of(kind: Any) -> Schema:
    """The schema of a type; models are referred to by name. Raises TypeError for a type that models do not use."""
    if kind in PLAIN:
        return dict(PLAIN[kind])
    if attrs.has(kind):
        return {"$ref": f"#/components/schemas/{kind.__name__}"}
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is list:
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin in (types.UnionType, Union):
        return {"anyOf": [schema_of(one) for one in arguments]}
    raise TypeError(f"no schema for {kind!r}")


def components(models: Iterable[type]) -> dict[str, Schema]:
    """The schemas of `models` and of all that they are made of, by name."""
    found: dict[str, Schema] = {}
    waiting = list(models)
    while waiting:
        model = waiting.pop()
        if model.__name__ not in found:
            found[model.__name__] = _object(model)
            waiting += [one for kind in get_type_hints(model).values() for one in _models_in(kind)]
    return dict(sorted(found.items()))


def _object(model: type) -> Schema:
    hints = get_type_hints(model)
    fields = attrs.fields(model)
    return {
        "type": "object",
        "description": (model.__doc__ or "").strip(),
        "properties": {
            one.name: {**schema_of(hints[one.name]), "description": one.metadata["about"]} for one in fields
        },
        "required": [one.name for one in fields if one.default is attrs.NOTHING],
        "additionalProperties": False,
    }


def _models_in(kind: Any) -> Iterable[type]:
    if attrs.has(kind):
        yield kind
    for one in get_args(kind):
        yield from _models_in(one)
