"""The restrictions of a layer as fields of a form: what each is called, how it is written, and how it is read back.

A restriction that is not set stays apart from an empty list: nobody is not everyone. What a field leaves as it was is
kept as it was, also where a document has written it in a form that means the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import partial
from typing import Any

from attrs import evolve, frozen

from exshare_core.capabilities import BUILT, LADDERS
from exshare_core.explaining import in_words
from exshare_core.policy import WIDEST, Limits, Policy
from exshare_core.policy_keys import LIMITS, Key, read_rungs
from exshare_web.manager.forms import Reading


class Shape(Enum):
    """How a restriction is filled in."""

    TICK = "tick"
    NUMBER = "number"
    SPAN = "span"
    CHOSEN = "chosen"
    """A list that can be absent, which is everybody, or empty, which is nobody: first the choice, then the list."""
    LIST = "list"
    """A list whose emptiness means nothing at all."""
    TEXT = "text"
    """One long text, which is stored as a list of one."""


_KEYS: Mapping[str, Key] = {key.name: key for key in LIMITS}


@frozen
class Setting:
    """One restriction in the words of admins."""

    name: str
    label: str
    shape: Shape
    hint: str = ""
    """How to write it; for a tick, what it does where the key of the document says it the other way round."""
    bites: bool = True
    """For a tick, the value that it stands for: the one that restricts."""

    @property
    def says(self) -> str:
        """What it does, in a sentence."""
        return self.hint if self.shape is Shape.TICK and self.hint else _KEYS[self.name].says

    @property
    def empty(self) -> str:
        """What it means when nothing is filled in."""
        return f"{WIDEST[self.name]}, as far as this layer goes"


def _demand(name: str, label: str) -> Setting:
    return Setting(name, label, Shape.TICK)


def _ban(name: str, label: str, says: str) -> Setting:
    return Setting(name, label, Shape.TICK, says, bites=False)


_PEOPLE = "One a line, such as ada@example.com, example.com or *.example.com"
_NETWORKS = "One a line, such as 192.0.2.0/24"
_LINES = "One a line"

SECTIONS: tuple[tuple[str, tuple[Setting, ...]], ...] = (
    (
        "What links may show",
        (
            _ban(
                "children",
                "Forbid sharing the pages below a page",
                "Links that share them go on with their own page only.",
            ),
            _ban(
                "restricted_pages",
                "Forbid sharing pages with view restrictions",
                "Links do not reach them, whatever their owners chose.",
            ),
            Setting("forbidden_labels", "Labels that forbid sharing", Shape.LIST, _LINES),
            Setting("demanded_labels", "Labels that sharing demands", Shape.LIST, _LINES),
            Setting("excluded_names", "Names of parts that never leave", Shape.LIST, _LINES),
        ),
    ),
    (
        "Who may open them",
        (
            _demand("people_demanded", "Demand a list of allowed people"),
            _demand("sign_in_demanded", "Demand signing in"),
            _demand("sso_demanded", "Demand signing in with an organisation"),
            Setting("terms", "Terms to accept", Shape.TEXT, "An empty line begins a new paragraph"),
            Setting("people", "Allowed people", Shape.CHOSEN, _PEOPLE),
            Setting("blocked_people", "Blocked people", Shape.LIST, _PEOPLE),
            Setting("networks", "Allowed networks", Shape.CHOSEN, _NETWORKS),
            Setting("blocked_networks", "Blocked networks", Shape.LIST, _NETWORKS),
            _demand("password_demanded", "Demand a password"),
            Setting("password_length", "Least length of a password", Shape.NUMBER, "Characters"),
            _ban("password_by_mail", "Forbid mailing a password with its link", "It has to go another way."),
        ),
    ),
    (
        "For how long",
        (
            _demand("expiry_demanded", "Demand an expiry"),
            Setting("lifetime", "Longest life", Shape.SPAN, "Such as 30 days or 1 day 12 hours"),
            Setting("renewals", "Renewals by members", Shape.NUMBER, "How often; 0 is never"),
            Setting("opens", "Most opens", Shape.NUMBER, "How often a link may be opened"),
        ),
    ),
    (
        "Where they may appear",
        (
            Setting(
                "frame_origins", "Sites that may frame them", Shape.CHOSEN, "One a line, such as https://example.com"
            ),
            _ban("indexing", "Keep search engines out", "No link asks to be found, also none without a gate."),
            _ban("external_links", "Take out links to other sites", "Only their words stay in the pages."),
        ),
    ),
)
"""Every restriction but the capabilities and the rules for groups, in the order of the form."""

SETTINGS = tuple(setting for _, settings in SECTIONS for setting in settings)

CHOSEN = {
    "people": ("Everyone", "Only these"),
    "networks": ("Everywhere", "Only these"),
    "frame_origins": ("Every site that the link names", "Only these"),
}
"""The two options before each list that can be absent."""

NAMES: Mapping[str, str] = {
    "comments": "Comments",
    "attachments": "Files",
    "labels": "Labels",
    "status": "Page status",
    "history": "History",
    "old-versions": "Versions older than the share",
    "edit": "Editing",
    "search": "Search",
    "pdf": "PDF",
    "watch": "Watching",
    "names": "Names of people",
    "confluence-links": "Links into Confluence",
    "includes": "Content included from pages outside the share",
}
"""Capabilities in the words that admins read."""


# --- to a form ---------------------------------------------------------------------------------------------------


def rung_field(capability: str) -> str:
    """The name of the field for the highest rung of a capability."""
    return f"rung_{capability}"


def fields_of(limits: Limits) -> dict[str, str]:
    """The fields of a form that shows `limits` as they are."""
    fields: dict[str, str] = {}
    for setting in SETTINGS:
        fields |= _written(setting, getattr(limits, setting.name))
    highest = limits.capabilities or {}
    return fields | {
        rung_field(name): ladder[highest[name]] if name in highest else "" for name, ladder in LADDERS.items()
    }


def _written(setting: Setting, value: Any) -> Mapping[str, str]:
    if setting.shape is Shape.TICK:
        return {setting.name: "on" if value is setting.bites else ""}
    text = "" if value is None else _KEYS[setting.name].write(value)
    between = "\n\n" if setting.shape is Shape.TEXT else "\n"
    shown = between.join(text) if isinstance(text, list) else str(text)
    if setting.shape is Shape.CHOSEN:
        return {f"{setting.name}_choice": "open" if value is None else "listed", setting.name: shown}
    return {setting.name: shown}


@frozen
class Line:
    """A restriction as one line of the form says it, with what the layers above say of it."""

    setting: Setting
    saved: str
    """What this layer has, in words."""
    above: tuple[tuple[str, str], ...] = ()
    """The layers above that set it, outermost first, each with what it says."""
    in_force: str = ""
    """What comes of all of them and this one, where both have a say."""
    by: str = ""
    """Who made it so."""
    locked_by: str = ""
    """For a tick, the layers above that have ticked it already: here it changes nothing."""


def lines(own: Limits, above: Policy | None) -> Mapping[str, Line]:
    """The line of every restriction, by its name."""
    return {setting.name: _line(setting, own, above) for setting in SETTINGS}


def _line(setting: Setting, own: Limits, above: Policy | None) -> Line:
    name = setting.name
    line = Line(setting, in_words(name, getattr(own, name)))
    if above is None or name not in above.setters:
        return line
    value = getattr(above.limits, name)
    locked = setting.shape is Shape.TICK and value is setting.bites
    met = getattr(above.limits.meet(own), name)
    return evolve(
        line,
        above=tuple((layer, in_words(name, said)) for layer, said in above.setters[name]),
        in_force="" if getattr(own, name) is None else in_words(name, met),
        by=", ".join(above.set_by(name)) if met == value else "this layer and those above",
        locked_by=", ".join(above.set_by(name)) if locked else "",
    )


@frozen
class Rungs:
    """The choice of how far a capability may go at most."""

    field: str
    name: str
    options: tuple[str, ...]
    above: str = ""
    """How far the layers above let it go, with their names; empty where none of them says."""


def rungs(own: Limits, above: Policy | None) -> tuple[Rungs, ...]:
    """The choices for those capabilities that this version has, and for those that the layer restricts already."""
    highest = {} if above is None else above.limits.capabilities or {}
    offered = (name for name in LADDERS if name in BUILT or name in (own.capabilities or {}))
    return tuple(
        Rungs(rung_field(name), NAMES[name], _options(name, own), _above(name, highest, above)) for name in offered
    )


def _options(name: str, own: Limits) -> tuple[str, ...]:
    most = max(BUILT.get(name, 0), (own.capabilities or {}).get(name, 0))
    return LADDERS[name][: most + 1]


def _above(name: str, highest: Mapping[str, int], above: Policy | None) -> str:
    if above is None or name not in highest:
        return ""
    said = above.setters["capabilities"]
    layers = [layer for layer, value in said if value.get(name) == highest[name]]
    return f"{LADDERS[name][highest[name]]} (set by {', '.join(layers)})"


# --- from a form -------------------------------------------------------------------------------------------------

FIELDS = frozenset(
    {
        *(setting.name for setting in SETTINGS),
        *(f"{setting.name}_choice" for setting in SETTINGS if setting.shape is Shape.CHOSEN),
        *map(rung_field, LADDERS),
    }
)
"""Every field of a layer's form."""


def read_limits(reading: Reading, old: Limits) -> Limits:
    """The limits that the fields say, for a layer that is `old` now; what could not be read is in `reading.failures`."""
    values = {setting.name: _read(setting, reading, getattr(old, setting.name)) for setting in SETTINGS}
    return Limits(**values, capabilities=_read_rungs(reading, old), group_rules=old.group_rules)


def _read(setting: Setting, reading: Reading, old: Any) -> Any:
    name, key = setting.name, _KEYS[setting.name]
    if setting.shape is Shape.TICK:
        idle = old if old is not setting.bites else None
        return setting.bites if reading.ticked(name) else idle
    if setting.shape is Shape.CHOSEN:
        if reading.chosen(name, ("open", "listed")) != "listed":
            return None
        return _listed(key, reading)
    if setting.shape is Shape.TEXT:
        return _text(key, reading, old)
    if setting.shape is Shape.LIST:
        return _listed(key, reading) or (old if old == frozenset() else None)
    text = reading.fields.get(name, "").strip()
    if not text:
        return None
    value: object = reading.number(name) if setting.shape is Shape.NUMBER else text
    return None if value is None else reading.tried(partial(key.read, value, name), None)


def _text(key: Key, reading: Reading, old: Any) -> Any:
    """One long text; left as it was, a list of several stays one of several."""
    typed = reading.fields.get(key.name, "").replace("\r\n", "\n").strip()
    if old is not None and typed == "\n\n".join(key.write(old)):  # type: ignore[arg-type]
        return old
    return reading.tried(partial(key.read, [typed], key.name), None) if typed else None


def _listed(key: Key, reading: Reading) -> Any:
    """A list of one entry a line; every wrong entry is named."""
    entries = (line.strip() for line in reading.fields.get(key.name, "").splitlines())
    good = [
        entry for entry in entries if entry and reading.tried(partial(key.read, [entry], key.name), None) is not None
    ]
    return key.read(good, key.name)


def _read_rungs(reading: Reading, old: Limits) -> Mapping[str, int] | None:
    highest: dict[str, int] = {}
    nothing: Mapping[str, int] = {}
    for name in LADDERS:
        field = rung_field(name)
        word = reading.fields.get(field, "")
        if word:
            highest |= reading.tried(partial(read_rungs, [f"{name}={word}"], field), nothing)
    return highest or (old.capabilities if old.capabilities == {} else None)


def field_of(name: str) -> str:
    """The field that a broken rule of a whole policy concerns; rules name it after its layer."""
    last = name.rpartition(": ")[2]
    return "forbidden_labels" if last == "labels" else last
