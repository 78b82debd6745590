"""What a column holds, in the forms that the two stores and JSON give it, and the values behind it.

Stores differ only in how they write an instant (an aware datetime, whole microseconds since 1970 in UTC, or
ISO text inside JSON), bytes (bytes, or hex inside JSON) and a truth value (a bool, or 0 and 1); the functions
here read each of these. Parameters are given as Python values and turned into the store's own form by its
connection.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

from exshare_core.errors import Broken
from exshare_core.values import Sealed

Param = None | bool | int | str | bytes | datetime | list[bytes] | tuple[str, ...] | tuple[int, ...]
"""What a statement is given: a list of bytes only where the store knows lists, a tuple in the store's own form of one."""

Params = Mapping[str, Param]
Row = Mapping[str, Any]
"""What a statement gives back; a driver cannot say more about its types."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

E = TypeVar("E", bound=Enum)


def microseconds(moment: datetime) -> int:
    """The instant as whole microseconds since 1970 in UTC: sorts and comes back exactly."""
    return (moment - EPOCH) // _MICROSECOND


def moment(stored: datetime | int | str) -> datetime:
    """The instant in UTC behind any of its stored forms."""
    if isinstance(stored, int):
        return EPOCH + timedelta(microseconds=stored)
    if isinstance(stored, str):
        stored = datetime.fromisoformat(stored)
    return stored.astimezone(UTC)


def maybe_moment(stored: datetime | int | str | None) -> datetime | None:
    """The same, where it may be absent."""
    return None if stored is None else moment(stored)


def blob(stored: bytes | str) -> bytes:
    """The bytes behind either stored form."""
    return bytes.fromhex(stored) if isinstance(stored, str) else bytes(stored)


def sealed(stored: bytes | str | None) -> Sealed | None:
    """Sealed bytes, where they may be absent."""
    return None if stored is None else Sealed(blob(stored))


def flag(stored: bool | int) -> bool:
    """The truth value; raises Broken for a number other than 0 and 1."""
    if stored not in (0, 1):
        raise Broken("a stored truth value is neither yes nor no")
    return bool(stored)


def word(kind: type[E], stored: str) -> E:
    """The member of the enumeration `kind` with the value `stored`; raises Broken for an unknown one."""
    try:
        return kind(stored)
    except ValueError as error:
        raise Broken(f"a stored {kind.__name__.lower()} is not one that this version knows") from error


def tree(stored: Any) -> Any:
    """Parsed JSON: as the driver parsed it, or from its text."""
    return json.loads(stored) if isinstance(stored, str) else stored
