"""Layers of restrictions and their meet: the policy in force for one link, and which layer set what.

A layer may restrict and never relax. Combining layers is a *meet*: associative, commutative, idempotent and monotone
(spec P1), so that no order, grouping or repetition of layers changes the outcome. This module knows no link: what a
link wishes is simply the innermost layer. An embedding host may pass more layers than the four of the hosted service.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from operator import and_, or_
from typing import Any, TypeVar

from attrs import evolve, field, fields, frozen

from exshare_core.errors import InvalidValue
from exshare_core.values import Networks, People

T = TypeVar("T")

Meet = Callable[[Any, Any], Any]


def _rungs(one: Mapping[str, int], other: Mapping[str, int]) -> Mapping[str, int]:
    met = {**one, **other}
    for name, rung in one.items():
        met[name] = min(rung, met[name])
    return met


def _pairs(rungs: Mapping[str, int] | None) -> frozenset[tuple[str, int]] | None:
    """What makes two mappings of rungs equal, in a form that can be hashed."""
    return None if rungs is None else frozenset(rungs.items())


def _limit(meet: Meet, *, widest: str, eq: Any = True) -> Any:
    """A restriction that is absent by default; absent means "as wide as `widest` says"."""
    return field(default=None, metadata={"meet": meet, "widest": widest}, kw_only=True, eq=eq)


@frozen(cache_hash=True, slots=False)
class Limits:
    """What one layer restricts. A restriction that is None is not set: that layer leaves it to the others.

    Each restriction has its own meet (spec P2): demands and switches are OR-ed, permissions AND-ed, numbers take the
    minimum, lists are intersected by inclusion, blocks are united.
    """

    capabilities: Mapping[str, int] | None = _limit(_rungs, widest="every rung", eq=_pairs)
    """The highest rung of each capability named; a capability not named is not restricted."""
    password_demanded: bool | None = _limit(or_, widest="no")
    expiry_demanded: bool | None = _limit(or_, widest="no")
    people_demanded: bool | None = _limit(or_, widest="no")
    sign_in_demanded: bool | None = _limit(or_, widest="no")
    """Whether visitors must sign in, with an account here or with an organisation (spec G4)."""
    sso_demanded: bool | None = _limit(or_, widest="no")
    """Whether visitors must sign in with an organisation."""
    terms: frozenset[str] | None = _limit(or_, widest="none")
    """Texts that visitors must accept, all of those in force at once (spec G6)."""
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
    renewals: int | None = _limit(min, widest="any number")
    """How often a link may be renewed by members; 0 is never. Where no layer says, an admin must do it (spec P3)."""
    frame_origins: frozenset[str] | None = _limit(and_, widest="every origin that the link lists")
    """The origins whose pages may frame a share (spec G10)."""
    indexing: bool | None = _limit(and_, widest="allowed")
    """Whether links without any gate may be found by search engines (spec V1)."""
    external_links: bool | None = _limit(and_, widest="kept")
    """Whether links to other web sites stay links in shared pages, or only their words do (spec V3)."""
    excluded_names: frozenset[str] | None = _limit(or_, widest="none")
    """Excerpts and panels of these names are cut from every page like `exshare-exclude` (spec L8)."""
    group_rules: frozenset[GroupRule] | None = _limit(or_, widest="none")
    """What holds in addition when the link's owner is in a group (spec P8)."""

    @cached_property
    def given(self) -> tuple[tuple[str, Any], ...]:
        """The restrictions that this layer sets, as pairs of name and value."""
        own = vars(self)
        return tuple([(name, value) for name in MEETS if (value := own[name]) is not None])

    def meet(self, other: Limits) -> Limits:
        """The strictest combination of two sets of limits."""
        values = dict(self.given)
        for name, value in other.given:
            values[name] = MEETS[name](values[name], value) if name in values else value
        return Limits(**values)


@frozen(cache_hash=True)
class GroupRule:
    """Limits for the links of those whose current owner is in `group`; unknown membership counts as in it (spec P8)."""

    group: str
    limits: Limits

    def __attrs_post_init__(self) -> None:
        if self.limits.group_rules is not None:
            raise InvalidValue("group_rules", "a rule for a group cannot hold rules for groups")


MEETS: Mapping[str, Meet] = {one.name: one.metadata["meet"] for one in fields(Limits)}
"""The meet of every restriction by name."""

WIDEST: Mapping[str, str] = {one.name: one.metadata["widest"] for one in fields(Limits)}
"""What the absence of every restriction means, in words."""


@frozen(slots=True, cache_hash=True)
class Layer:
    """A named set of limits, such as ``site``, ``configuration default``, ``space TEAM`` or ``link``."""

    name: str
    limits: Limits = Limits()
    before: datetime | None = None
    """Set for what a layer was before it was loosened: it still holds for links confirmed before this instant (P4)."""

    def holds_for(self, confirmed_at: datetime) -> bool:
        """Whether the layer is above a link whose owner last confirmed its settings at `confirmed_at`."""
        return self.before is None or confirmed_at < self.before


Setters = Mapping[str, tuple[tuple[str, Any], ...]]
"""For every restriction, the layers that set it and what each of them set, outermost first."""


@frozen(slots=True)
class Policy:
    """The meet of all layers, and for every restriction the layers that made it what it is."""

    limits: Limits
    setters: Setters
    layers: tuple[str, ...]

    def set_by(self, restriction: str) -> tuple[str, ...]:
        """The names of the layers behind the value in force, outermost first; empty if nobody restricts it.

        They are those that alone give the value or, where only together they do, all that took part.
        """
        setters = self.setters.get(restriction, ())
        if len(setters) == 1:
            return (setters[0][0],)
        value = getattr(self.limits, restriction)
        alone = tuple(dict.fromkeys(name for name, own in setters if own == value))
        return alone or tuple(dict.fromkeys(name for name, _ in setters))

    def rung(self, capability: str) -> int:
        """How far a visitor may climb the ladder of `capability`; 0 when no layer grants anything."""
        return (self.limits.capabilities or {}).get(capability, 0)

    def narrowed(self, layer: Layer) -> Policy:
        """The policy with one more layer inside. Since a meet is associative, the others need not be met again."""
        values = dict(self.limits.given)
        setters = dict(self.setters)
        for restriction, value in layer.limits.given:
            own = (layer.name, value)
            if restriction in values:
                values[restriction] = MEETS[restriction](values[restriction], value)
                setters[restriction] = (*setters[restriction], own)
            else:
                values[restriction] = value
                setters[restriction] = (own,)
        layers = self.layers if layer.name in self.layers else (*self.layers, layer.name)
        return Policy(Limits(**values), setters, layers)


_NOTHING = Policy(Limits(), {}, ())


def effective(layers: Iterable[Layer], groups: Collection[str] | None = ()) -> Policy | None:
    """The policy of `layers`, or None when there is no layer at all: nobody has allowed anything, so all is denied.

    `groups` are those of the link's current owner; None when they could not be found out, and then the rules for every
    group hold (spec P8).
    """
    policy = _NOTHING
    for layer in layers:
        policy = policy.narrowed(layer)
        for rule in _applying(layer, groups):
            policy = policy.narrowed(rule)
    return policy if policy.layers else None


def _applying(layer: Layer, groups: Collection[str] | None) -> Iterator[Layer]:
    """The rules of a layer that hold for an owner in `groups`, each as a layer of its own."""
    rules = layer.limits.group_rules
    if rules:
        for rule in sorted(rules, key=lambda one: one.group):
            if groups is None or rule.group in groups:
                yield evolve(layer, name=f"{layer.name}, group {rule.group}", limits=rule.limits)


@lru_cache(maxsize=2048)
def outer(layers: tuple[Layer, ...], groups: frozenset[str] | None = frozenset()) -> Policy | None:
    """The same as `effective`, remembered by the layers themselves: all links of one space share theirs."""
    return effective(layers, groups)
