"""Layers of restrictions and their meet: the policy in force for one link, and which layer set what.

A layer may restrict and never relax. Combining layers is a *meet*: associative, commutative, idempotent and monotone
(spec P1), so that no order, grouping or repetition of layers changes the outcome. This module knows no link: what a
link wishes is simply the innermost layer. An embedding host may pass more layers than the four of the hosted service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import cached_property
from operator import and_, attrgetter, or_
from typing import Any, TypeVar

from attrs import field, fields, frozen

from exshare_core.values import Networks, People

T = TypeVar("T")

Meet = Callable[[Any, Any], Any]


def _rungs(one: Mapping[str, int], other: Mapping[str, int]) -> Mapping[str, int]:
    met = dict(one)
    for name, rung in other.items():
        met[name] = min(rung, met[name]) if name in met else rung
    return met


def _limit(meet: Meet, *, widest: str) -> Any:
    """A restriction that is absent by default; absent means "as wide as `widest` says"."""
    return field(default=None, metadata={"meet": meet, "widest": widest}, kw_only=True)


@frozen
class Limits:
    """What one layer restricts. A restriction that is None is not set: that layer leaves it to the others.

    Each restriction has its own meet (spec P2): demands and switches are OR-ed, permissions AND-ed, numbers take the
    minimum, lists are intersected by inclusion, blocks are united.
    """

    capabilities: Mapping[str, int] | None = _limit(_rungs, widest="every rung")
    """The highest rung of each capability named; a capability not named is not restricted."""
    password_demanded: bool | None = _limit(or_, widest="no")
    expiry_demanded: bool | None = _limit(or_, widest="no")
    people_demanded: bool | None = _limit(or_, widest="no")
    password_length: int | None = _limit(max, widest="none")
    """The least number of characters of a link's password."""
    lifetime: timedelta | None = _limit(min, widest="for ever")
    """The longest life of a link, from its creation or its last approved renewal (spec P3)."""
    opens: int | None = _limit(min, widest="any number")
    """The most opens of a link (spec L14)."""
    people: People | None = _limit(People.meet, widest="everyone")
    networks: Networks | None = _limit(Networks.meet, widest="everywhere")
    blocked_people: frozenset[str] | None = _limit(or_, widest="nobody")
    """Entries as in `People.parse`; who matches is refused whatever the lists say."""
    blocked_networks: frozenset[str] | None = _limit(or_, widest="none")
    forbidden_labels: frozenset[str] | None = _limit(or_, widest="none")
    """A page with any of these labels is not reached (spec P2)."""
    demanded_labels: frozenset[str] | None = _limit(or_, widest="none")
    """A page without every one of these labels is not reached."""
    restricted_pages: bool | None = _limit(and_, widest="allowed")
    """Whether links may choose to include pages with view restrictions (spec L6)."""
    children: bool | None = _limit(and_, widest="allowed")
    """Whether links may reach below their root."""
    password_by_mail: bool | None = _limit(and_, widest="allowed")
    """Whether a link's password may be sent by mail with the link (spec G1)."""

    @cached_property
    def given(self) -> tuple[tuple[str, Any], ...]:
        """The restrictions that this layer sets, as pairs of name and value."""
        return tuple([(name, value) for name, value in _fields_of(self) if value is not None])


def _fields_of(limits: Limits) -> Iterable[tuple[str, Any]]:
    """Name and value of every restriction, in the order of the class."""
    return zip(MEETS, _VALUES(limits), strict=True)


MEETS: Mapping[str, Meet] = {one.name: one.metadata["meet"] for one in fields(Limits)}
"""The meet of every restriction by name."""

_VALUES = attrgetter(*MEETS)


@frozen(slots=True)
class Layer:
    """A named set of limits, such as ``site``, ``configuration default``, ``space TEAM`` or ``link``."""

    name: str
    limits: Limits = Limits()


@frozen(slots=True)
class Policy:
    """The meet of all layers, and for every restriction the layers that made it what it is."""

    limits: Limits
    origins: Mapping[str, tuple[str, ...]]
    layers: tuple[str, ...]

    def set_by(self, restriction: str) -> tuple[str, ...]:
        """The names of the layers behind the value in force, outermost first; empty if nobody restricts it."""
        return self.origins.get(restriction, ())

    def rung(self, capability: str) -> int:
        """How far a visitor may climb the ladder of `capability`; 0 when no layer grants anything."""
        return (self.limits.capabilities or {}).get(capability, 0)


def effective(layers: Iterable[Layer]) -> Policy | None:
    """The policy of `layers`, or None when there is no layer at all: nobody has allowed anything, so all is denied."""
    values: dict[str, Any] = {}
    setters: dict[str, list[tuple[str, Any]]] = {}
    names: dict[str, None] = {}
    for layer in layers:
        names[layer.name] = None
        for restriction, value in layer.limits.given:
            if restriction in values:
                values[restriction] = MEETS[restriction](values[restriction], value)
                setters[restriction].append((layer.name, value))
            else:
                values[restriction] = value
                setters[restriction] = [(layer.name, value)]
    if not names:
        return None
    origins = {
        restriction: (own[0][0],) if len(own) == 1 else _behind(values[restriction], own)
        for restriction, own in setters.items()
    }
    return Policy(Limits(**values), origins, tuple(names))


def _behind(value: Any, setters: list[tuple[str, Any]]) -> tuple[str, ...]:
    """The layers that alone give `value`, or, where only together they do, all that took part."""
    alone = tuple(dict.fromkeys(name for name, own in setters if own == value))
    return alone or tuple(dict.fromkeys(name for name, _ in setters))
