"""Reads Confluence's JSON without trust: what has not the documented shape is refused, further keys are
ignored.

Errors name the field and never its content. Each is a Malformed, so that one bad entry need not spoil a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from exshare_adapters.confluence.failures import Malformed, Missing
from exshare_core.content import UNREADABLE
from exshare_core.errors import InvalidValue
from exshare_core.values import AttachmentId, PageId, attachment_id, instant, page_id

Json = Mapping[str, object]
Id = TypeVar("Id", bound=str)

_LARGEST_ID = 2**63 - 1


def as_object(value: object, name: str = "answer") -> Json:
    """`value` as a JSON object."""
    if not isinstance(value, dict):
        raise Malformed(f"{name} is not an object")
    return value


def part(value: Json, *names: str) -> Json:
    """The object at the path `names`, each of which must be there."""
    for name in names:
        value = as_object(value.get(name), name)
    return value


def optional_part(value: Json, name: str) -> Json:
    """The object under `name`, or an empty one when it is missing or null."""
    inner = value.get(name)
    return {} if inner is None else as_object(inner, name)


def text(value: Json, name: str) -> str:
    """The string under `name`."""
    found = value.get(name)
    if not isinstance(found, str):
        raise Malformed(f"{name} is not a text")
    return found


def optional_text(value: Json, name: str) -> str | None:
    """The string under `name`, or None when it is missing, null or of another type."""
    found = value.get(name)
    return found if isinstance(found, str) else None


def number(value: Json, name: str) -> int:
    """The non-negative integer under `name`."""
    found = value.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise Malformed(f"{name} is not a number")
    return found


def entries(value: Json, name: str = "results") -> Sequence[Json]:
    """The list of objects under `name`."""
    found = value.get(name)
    if not isinstance(found, list):
        raise Malformed(f"{name} is not a list")
    return [as_object(one, name) for one in found]


def identifier(value: Json, name: str = "id") -> PageId:
    """The id under `name`: a string of digits, or the number that Data Center writes in some places."""
    found = value.get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str):
        raise Malformed(f"{name} is not an id")
    try:
        return page_id(found)
    except InvalidValue:
        raise Malformed(f"{name} is not an id") from None


def is_possible(id: str) -> bool:
    """Whether Confluence can have this id: a 64-bit number without leading zeros, after ``att`` for files."""
    number = id.removeprefix("att")
    return str(int(number)) == number and int(number) <= _LARGEST_ID


def possible(id: Id) -> Id:
    """`id` itself; raises Missing for one that cannot be, which the site would call malformed instead."""
    if not is_possible(id):
        raise Missing
    return id


def optional_identifier(value: Json, name: str) -> PageId | None:
    """The id under `name`, or None when it is missing or null."""
    return None if value.get(name) is None else identifier(value, name)


def attachment_identifier(value: Json, name: str = "id") -> AttachmentId:
    """The attachment's id under `name`, with or without its ``att``: bodies and old versions leave it out."""
    found = value.get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str):
        raise Malformed(f"{name} is not the id of an attachment")
    try:
        return attachment_id(f"att{found.removeprefix('att')}")
    except InvalidValue:
        raise Malformed(f"{name} is not the id of an attachment") from None


def label_names(found: Sequence[Json]) -> frozenset[str]:
    """Global labels in lower case; UNREADABLE stands for those whose names cannot be read."""
    names = (optional_text(one, "name") for one in found if one.get("prefix", "global") == "global")
    return frozenset((name or UNREADABLE).strip().lower() for name in names)


def moment(value: Json, name: str) -> datetime | None:
    """The instant under `name`, or None when it is missing or cannot be read: it is shown, and decides
    nothing.
    """
    found = optional_text(value, name)
    if found is None:
        return None
    try:
        return instant(found)
    except InvalidValue:
        return None
