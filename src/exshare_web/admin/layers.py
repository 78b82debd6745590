"""One layer of a site as a form: the site's own, a configuration's or a space's, or its rule for one group."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from urllib.parse import urlencode

from attrs import evolve, frozen
from starlette.requests import Request
from starlette.responses import Response

from exshare_core.capabilities import LADDERS, Capabilities, offered
from exshare_core.errors import InvalidValue, InvalidValues, NotFound
from exshare_core.governance import (
    SITE_LAYER,
    Configuration,
    Defaults,
    SitePolicy,
    configuration_layer,
    space_layer,
)
from exshare_core.policy import GroupRule, Layer, Limits, Policy, effective
from exshare_core.values import SpaceKey
from exshare_web.admin import restrictions
from exshare_web.admin.proposals import STEPS, Form, OfSpace, Wanted, Whole, submitted, version
from exshare_web.manager.forms import Filled, Reading
from exshare_web.manager.offers import WORDS
from exshare_web.manager.pages import base, framed
from exshare_web.manager.session import Desk

DEFAULT_FIELDS = frozenset({"default_name", "default_allow", "default_days", "default_children"})
"""What a new link begins with, beside what is enforced (spec L9)."""

MOST_DAYS = 36525
LONGEST_NAME = 500


@frozen
class Place:
    """A layer, or its rule for one group, as an address names it."""

    layer: str
    group: str = ""

    @classmethod
    def of(cls, request: Request) -> Place:
        """Raises NotFound for a name that no layer can have."""
        kind, _, name = request.query_params.get("of", "")[:300].partition(" ")
        group = request.query_params.get("group", "").strip()[:LONGEST_NAME]
        if kind == "space" and name.strip():
            return cls(space_layer(SpaceKey(name.strip().upper())), group)
        if kind == "configuration" and name:
            return cls(configuration_layer(name), group)
        if (kind, name) == (SITE_LAYER, ""):
            return cls(SITE_LAYER, group)
        raise NotFound("there is no such layer")

    @property
    def kind(self) -> str:
        """``site``, ``configuration`` or ``space``."""
        return self.layer.partition(" ")[0]

    @property
    def name(self) -> str:
        """The configuration's name or the space's key."""
        return self.layer.partition(" ")[2]

    @property
    def title(self) -> str:
        """What a page about it is called."""
        named = {"site": "The site", "configuration": f"Configuration {self.name}", "space": f"Space {self.name}"}
        return named[self.kind] if not self.group else f"{named[self.kind]}: rule for the group {self.group}"

    @property
    def query(self) -> str:
        """The place as the query of an address."""
        return urlencode({"of": self.layer, **({"group": self.group} if self.group else {})})


@frozen
class Seen:
    """A place as it is now."""

    version: int
    layer: Limits
    """The layer that the place is in."""
    limits: Limits
    """What the place itself sets."""
    above: Policy | None
    """What the layers above say; for a rule, the layer that it is in as well."""
    policy: SitePolicy | None
    """The whole, for admins of the site only."""
    configuration: str
    """Under which configuration it is, for a space."""
    defaults: Defaults | None = None
    """For a configuration."""


async def show(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/policy/layer``: the form of a layer as it is."""
    place = Place.of(request)
    seen = await _seen(desk, place)
    return await _form(request, desk, place, Filled(_fields(seen)), 200)


async def submit(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/policy/layer``: preview a change of the layer, save it, or go on with it."""
    place = Place.of(request)
    path = f"{base(request, desk)}/policy"
    return await submitted(
        request,
        desk,
        Form(
            heading=place.title,
            action=f"{path}/layer?{place.query}",
            back=_back(path, place),
            done=f"{_back(path, place)}{'&' if '?' in _back(path, place) else '?'}done=saved",
            read=partial(_read, desk, place),
            show=partial(_form, request, desk, place),
        ),
    )


def _back(path: str, place: Place) -> str:
    if place.group:
        return f"{path}/layer?{Place(place.layer).query}"
    return f"{path}/space?{urlencode({'key': place.name})}" if place.kind == "space" else path


async def _seen(desk: Desk, place: Place) -> Seen:
    """Raises Refused for who does not govern the place, and NotFound for one that is not there."""
    if place.kind == "space":
        view = await desk.governing.space(desk.member, SpaceKey(place.name))
        seen = Seen(view.version, view.limits, view.limits, view.above, None, view.configuration)
    else:
        policy = await desk.governing.policy(desk.member)
        if place.kind == "configuration" and place.name not in policy.configurations:
            raise NotFound("there is no such configuration")
        limits = policy.limits_of(place.layer)
        above = effective([Layer(SITE_LAYER, policy.limits)]) if place.kind == "configuration" else None
        defaults = policy.configurations[place.name].defaults if place.kind == "configuration" else None
        seen = Seen(policy.version, limits, limits, above, policy, place.name, defaults)
    return _of_group(seen, place) if place.group else seen


def _of_group(seen: Seen, place: Place) -> Seen:
    layer = Layer(place.layer, evolve(seen.layer, group_rules=None))
    above = effective([layer]) if seen.above is None else seen.above.narrowed(layer)
    return evolve(seen, limits=_rule(seen.layer, place.group), above=above, defaults=None)


def _rule(limits: Limits, group: str) -> Limits:
    """What a layer says for the links of one group's members."""
    rules = (rule.limits for rule in limits.group_rules or () if rule.group == group)
    met = Limits()
    for rule in rules:
        met = met.meet(rule)
    return met


def _with_rule(limits: Limits, group: str, rule: Limits) -> Limits:
    """The layer with another rule for one group; a rule that says nothing is not kept."""
    others = frozenset(one for one in limits.group_rules or () if one.group != group)
    rules = others if rule == Limits() else others | {GroupRule(group, rule)}
    return evolve(limits, group_rules=rules or None)


# --- the form ----------------------------------------------------------------------------------------------------


def _fields(seen: Seen) -> Mapping[str, str]:
    fields = {"version": str(seen.version), **restrictions.fields_of(seen.limits)}
    if seen.defaults is not None:
        fields |= {
            "default_name": seen.defaults.name,
            "default_allow": "\n".join(seen.defaults.capabilities.words()),
            "default_days": "" if seen.defaults.days is None else str(seen.defaults.days),
            "default_children": "on" if seen.defaults.children else "",
        }
    return fields


async def _form(request: Request, desk: Desk, place: Place, filled: Filled, status: int) -> Response:
    seen = await _seen(desk, place)
    saved = _fields(seen)
    return await framed(
        request,
        desk,
        "admin_layer.html",
        status,
        place=place,
        seen=seen,
        back=_back(f"{base(request, desk)}/policy", place),
        filled=evolve(filled, places=restrictions.FIELDS | DEFAULT_FIELDS),
        differs=frozenset(name for name, value in saved.items() if _unlike(value, filled.get(name))),
        saved=saved,
        sections=restrictions.SECTIONS,
        chosen=restrictions.CHOSEN,
        lines=restrictions.lines(seen.limits, seen.above),
        rungs=restrictions.rungs(seen.limits, seen.above),
        rules=() if place.group else sorted({rule.group for rule in seen.layer.group_rules or ()}),
        allow=tuple((word, WORDS.get(word, word)) for word in offered()),
        spaces=_assigned(seen.policy, place),
        done=bool(request.query_params.get("done")) and request.method == "GET",
    )


def _unlike(saved: str, typed: str) -> bool:
    """Whether what was typed is another thing than what is saved; browsers send line ends of their own."""
    return saved.split() != typed.split()


def _assigned(policy: SitePolicy | None, place: Place) -> tuple[SpaceKey, ...]:
    """The spaces that are assigned to a configuration."""
    if policy is None or place.kind != "configuration":
        return ()
    return tuple(sorted(key for key, rules in policy.spaces.items() if rules.configuration == place.name))


# --- reading it --------------------------------------------------------------------------------------------------


async def _read(desk: Desk, place: Place) -> Wanted:
    seen = await _seen(desk, place)
    reading = Reading(desk.fields)
    reading.refuse_unknown(STEPS | restrictions.FIELDS | (DEFAULT_FIELDS if seen.defaults is not None else frozenset()))
    limits = restrictions.read_limits(reading, seen.limits)
    defaults = None if seen.defaults is None else _read_defaults(reading, seen.defaults)
    if reading.failures:
        raise InvalidValues(tuple(reading.failures))
    layer = _with_rule(seen.layer, place.group, limits) if place.group else limits
    if place.kind == "space":
        return OfSpace(desk, SpaceKey(place.name), version(desk), layer)
    assert seen.policy is not None
    return Whole(desk, evolve(_with_layer(seen.policy, place, layer, defaults), version=version(desk)))


def _read_defaults(reading: Reading, old: Defaults) -> Defaults:
    name = reading.fields.get("default_name", "").strip()
    if len(name) > LONGEST_NAME or not name.isprintable():
        reading.failures.append(InvalidValue("default_name", f"at most {LONGEST_NAME} characters, on one line"))
    days = reading.number("default_days")
    if days is not None and not 1 <= days <= MOST_DAYS:
        reading.failures.append(InvalidValue("default_days", f"from 1 to {MOST_DAYS}"))
    return Defaults(name, _ticked_words(reading, old), days, reading.ticked("default_children"))


def _ticked_words(reading: Reading, old: Defaults) -> Capabilities:
    """What is ticked; a default that this version does not offer yet is none of the boxes, and stays as it is."""
    words = reading.fields.get("default_allow", "").split()
    try:
        ticked = Capabilities.parse(words)
    except InvalidValue as error:
        reading.failures.append(InvalidValue("default_allow", error.rule))
        return old.capabilities
    known = {word.partition("=")[0] for word in offered()}
    kept = tuple((name, rung) for name, rung in old.capabilities.rungs if name in LADDERS and name not in known)
    return Capabilities(tuple(sorted((*ticked.rungs, *kept))))


def _with_layer(policy: SitePolicy, place: Place, limits: Limits, defaults: Defaults | None) -> SitePolicy:
    if place.kind == "site":
        return evolve(policy, limits=limits)
    old = policy.configurations[place.name]
    new = Configuration(limits, old.defaults if defaults is None else defaults)
    return evolve(policy, configurations={**policy.configurations, place.name: new})
