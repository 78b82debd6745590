"""Domain values to and from JSON: how what a link asks for and what admins set rest in a database.

The compatibility rule of every stored form:

* A field is only ever added, and with a default; it is never renamed, never removed and never given a new
  meaning.
* A missing field takes its default, so that newer code reads what older code wrote.
* An unknown field is refused with `Broken`. It can only be a restriction written by newer code, and to ignore
  it would open a link wider than its owner or a layer allows.
* Every field of a link is written, so that a changed default cannot change what is stored. Limits write only
  what is set, because "not set" is their meaning of None; an empty list is written and stays apart from it.
* Types are exact: a text is never read as a number or a truth value.

Instants are ISO 8601 in UTC with microseconds, durations whole microseconds, sets sorted lists, bytes
lower-case hex, enumerations their values, networks CIDR texts.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, TypeVar, get_args

from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn

from exshare_core.errors import Broken
from exshare_core.policy import Limits
from exshare_core.values import IPNetwork, utc

T = TypeVar("T")

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""What `json` reads and writes."""


class Codec:
    """Writes attrs values as JSON and reads them back; made once by whoever stores values."""

    def __init__(self) -> None:
        self._converter = _converter()
        self._shared: Callable[[str, Any], Any] = lru_cache(maxsize=4096)(self.load)

    def dump(self, value: object) -> str:
        """The JSON text of `value`, an attrs value of the core; equal values give equal texts."""
        return json.dumps(self._converter.unstructure(value), separators=(",", ":"), sort_keys=True)

    def load(self, stored: Json, kind: type[T]) -> T:
        """The value of class `kind` behind `stored`: a JSON text, or what a driver has parsed from one.

        Raises Broken for anything that this version would not have written.
        """
        try:
            tree = json.loads(stored) if isinstance(stored, str) else stored
            return self._converter.structure(tree, kind)
        except Exception as error:
            words = kind.__name__.lower()
            raise Broken(f"a stored {words} does not have the form that this version knows") from error

    def shared(self, stored: str, kind: type[T]) -> T:
        """The same as `load`; a text that came lately is not read again, and gives the very same value."""
        value: T = self._shared(stored, kind)
        return value


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True, detailed_validation=False)
    for primitive in (bool, int, str):
        converter.register_structure_hook(primitive, _exact(primitive))
    converter.register_structure_hook(bytes, lambda stored, _: bytes.fromhex(_text(stored)))
    converter.register_unstructure_hook(bytes, bytes.hex)
    converter.register_structure_hook(datetime, lambda stored, _: utc(datetime.fromisoformat(_text(stored))))
    converter.register_unstructure_hook(datetime, lambda moment: utc(moment).isoformat(timespec="microseconds"))
    converter.register_structure_hook(timedelta, lambda stored, _: timedelta(microseconds=_whole(stored)))
    converter.register_unstructure_hook(timedelta, lambda span: span // timedelta(microseconds=1))
    converter.register_structure_hook(IPNetwork, lambda stored, _: ip_network(_text(stored)))
    for network in (IPv4Network, IPv6Network):
        converter.register_unstructure_hook(network, str)
    converter.register_structure_hook_func(_is_set, lambda stored, kind: frozenset(_items(converter, stored, kind)))
    converter.register_unstructure_hook_func(
        _is_set, lambda values: sorted(map(converter.unstructure, values), key=_place)
    )
    converter.register_unstructure_hook(
        Limits, make_dict_unstructure_fn(Limits, converter, _cattrs_omit_if_default=True)
    )
    return converter


def _place(stored: object) -> str:
    """What the items of a set are sorted by, so that equal sets give equal texts."""
    return stored if isinstance(stored, str) else json.dumps(stored, sort_keys=True)


def _is_set(kind: object) -> bool:
    return getattr(kind, "__origin__", kind) is frozenset


def _items(converter: Converter, stored: object, kind: object) -> list[object]:
    (item,) = get_args(kind)
    if type(stored) is not list:
        raise TypeError("a list is needed")
    return [converter.structure(one, item) for one in stored]


def _exact(kind: type[T]) -> Callable[[object, object], T]:
    def structure(stored: object, _: object) -> T:
        if type(stored) is not kind:
            raise TypeError(f"a {kind.__name__} is needed")
        return stored

    return structure


def _text(stored: object) -> str:
    if type(stored) is not str:
        raise TypeError("a text is needed")
    return stored


def _whole(stored: object) -> int:
    if type(stored) is not int:
        raise TypeError("a whole number is needed")
    return stored
