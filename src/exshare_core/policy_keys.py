"""The keys of a policy document: what each is called, what it does in words, and how its value is written and read.

One table serves the writer, the reader and the page that documents them, so that no key can be in one and not in
another. A value is read with everything that is wrong with it said in the words of who wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from attrs import frozen

from exshare_core import spans
from exshare_core.capabilities import LADDERS
from exshare_core.errors import InvalidValue, printable, unknown
from exshare_core.links import checked_terms
from exshare_core.schemes import Granted, Grantees
from exshare_core.values import MemberId, Networks, People, label_names, origins

MOST_ENTRIES = 10_000
LONGEST_TEXT = 500
LARGEST = 1_000_000
MOST_TERMS = 10
"""What a list, a text and a number may hold at most."""

Plain = bool | int | str | list[str]
"""What stands in a document for one value."""


@frozen
class Key:
    """One key of a table. `read` raises InvalidValue, with its second argument as the field."""

    name: str
    kind: str
    """What its value looks like, for the page that documents the keys."""
    says: str
    """What it does, in a sentence."""
    write: Callable[[Any], Plain]
    read: Callable[[object, str], Any]


# --- values ------------------------------------------------------------------------------------------------------


def _switch(value: object, at: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue(at, "must be `true` or `false`")
    return value


def _number(value: object, at: str) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise InvalidValue(at, f"must be a whole number from 0 to {LARGEST}")
    return value


def text(value: object, at: str) -> str:
    """One text; raises InvalidValue for anything else, and for one that is too long."""
    if not isinstance(value, str):
        raise InvalidValue(at, "must be a text in quotation marks")
    if len(value) > LONGEST_TEXT:
        raise InvalidValue(at, f"`{printable(value[:40])}…` is longer than {LONGEST_TEXT} characters")
    return value


def _texts(value: object, at: str) -> list[str]:
    if not isinstance(value, list):
        raise InvalidValue(at, "must be a list of texts in square brackets")
    if len(value) > MOST_ENTRIES:
        raise InvalidValue(at, f"at most {MOST_ENTRIES} entries")
    return [text(one, at) for one in value]


def _span(value: object, at: str) -> timedelta:
    return spans.span(text(value, at), at)


def _people(value: object, at: str) -> People:
    return People.parse(_texts(value, at), at)


def _networks(value: object, at: str) -> Networks:
    return Networks.parse(_texts(value, at), at)


def _blocked_people(value: object, at: str) -> frozenset[str]:
    entries = frozenset(one.strip() for one in _texts(value, at))
    People.parse(entries, at)
    return entries


def _blocked_networks(value: object, at: str) -> frozenset[str]:
    entries = frozenset(one.strip() for one in _texts(value, at))
    Networks.parse(entries, at)
    return entries


def _labels(value: object, at: str) -> frozenset[str]:
    return label_names(_texts(value, at), at)


def _names(value: object, at: str) -> frozenset[str]:
    names = frozenset(one.strip() for one in _texts(value, at))
    if "" in names:
        raise InvalidValue(at, "an empty name")
    return names


def _origins(value: object, at: str) -> frozenset[str]:
    return origins(_texts(value, at), at)


def _terms(value: object, at: str) -> frozenset[str]:
    """Texts to accept: longer than any other entry, and with lines."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InvalidValue(at, "must be a list of texts in square brackets")
    if len(value) > MOST_TERMS:
        raise InvalidValue(at, f"at most {MOST_TERMS} texts")
    try:
        return frozenset(filter(None, map(checked_terms, value)))
    except InvalidValue as error:
        raise InvalidValue(at, error.rule) from error


def _listed(entries: Iterable[str]) -> list[str]:
    return sorted(entries)


def _entries(value: People | Networks) -> list[str]:
    return list(value.entries())


def write_rungs(rungs: Mapping[str, int]) -> list[str]:
    """The highest rungs as words such as ``comments=view``, in the order of their names."""
    return [f"{name}={LADDERS[name][rung]}" for name, rung in sorted(rungs.items())]


def read_rungs(value: object, at: str) -> Mapping[str, int]:
    """The same from words; a capability with two rungs may be named alone, which is ``on``."""
    rungs: dict[str, int] = {}
    for word in _texts(value, at):
        name, equals, rung = word.strip().partition("=")
        if name not in LADDERS:
            raise InvalidValue(at, unknown("capability", name, LADDERS))
        ladder = LADDERS[name]
        rung = rung if equals or len(ladder) > 2 else "on"
        if rung not in ladder:
            raise InvalidValue(at, f"`{printable(word[:60])}`: {name} takes {', '.join(ladder)}")
        if rungs.setdefault(name, ladder.index(rung)) != ladder.index(rung):
            raise InvalidValue(at, f"{name} is named twice")
    return rungs


def write_grantees(grantees: Grantees) -> list[str]:
    """Who is meant: ``everyone``, ``group:…`` and ``member:…``; nobody is an empty list."""
    return [
        *(["everyone"] if grantees.everyone else []),
        *(f"group:{name}" for name in sorted(grantees.groups)),
        *(f"member:{id}" for id in sorted(grantees.members)),
    ]


def read_grantees(value: object, at: str) -> Grantees:
    """The same from words."""
    groups, members, everyone = set(), set(), False
    for word in _texts(value, at):
        kind, _, name = word.partition(":")
        if word == "everyone":
            everyone = True
        elif kind == "group" and name.strip():
            groups.add(name)
        elif kind == "member" and name.strip():
            members.add(MemberId(name))
        else:
            rule = f"`{printable(word[:60])}` means nobody; write `everyone`, `group:…` or `member:…`"
            raise InvalidValue(at, rule)
    return Grantees(everyone, frozenset(groups), frozenset(members))


# --- the tables --------------------------------------------------------------------------------------------------

_SWITCH, _NUMBER, _LIST = "true or false", "a number", "a list"


def _same(value: Any) -> Any:
    return value


LIMITS: tuple[Key, ...] = (
    Key(
        "capabilities",
        'a list such as ["comments=view", "edit=off"]',
        "The most that links may allow of each capability named; the others are not restricted.",
        write_rungs,
        read_rungs,
    ),
    Key("password_demanded", _SWITCH, "Links without a password are suspended.", _same, _switch),
    Key("expiry_demanded", _SWITCH, "Links without an expiry are suspended.", _same, _switch),
    Key("people_demanded", _SWITCH, "Links without a list of allowed people are suspended.", _same, _switch),
    Key("sign_in_demanded", _SWITCH, "Visitors must sign in, here or with an organisation.", _same, _switch),
    Key("sso_demanded", _SWITCH, "Visitors must sign in with an organisation.", _same, _switch),
    Key("terms", "a list of texts", "What visitors must accept before they see anything.", _listed, _terms),
    Key("password_length", _NUMBER, "How many characters a new password must have at least.", _same, _number),
    Key(
        "lifetime",
        'a span such as "30 days"',
        "The longest life of a link, from its creation or its last renewal.",
        spans.written,
        _span,
    ),
    Key("opens", _NUMBER, "How often a link may be opened at most.", _same, _number),
    Key(
        "people",
        'a list such as ["ada@example.com", "example.com", "*.example.org"]',
        "Who may open links; an empty list is nobody.",
        _entries,
        _people,
    ),
    Key(
        "networks",
        'a list such as ["192.0.2.0/24"]',
        "From where links may be opened; an empty list is nowhere.",
        _entries,
        _networks,
    ),
    Key("blocked_people", _LIST, "Who may never open links, whatever the lists say.", _listed, _blocked_people),
    Key("blocked_networks", _LIST, "From where links can never be opened.", _listed, _blocked_networks),
    Key("forbidden_labels", _LIST, "Pages with any of these labels are not shared.", _listed, _labels),
    Key("demanded_labels", _LIST, "Pages without every one of these labels are not shared.", _listed, _labels),
    Key("restricted_pages", _SWITCH, "Whether links may include pages with view restrictions.", _same, _switch),
    Key("children", _SWITCH, "Whether links may share the pages below their own.", _same, _switch),
    Key("password_by_mail", _SWITCH, "Whether a password may be mailed with its link.", _same, _switch),
    Key(
        "renewals",
        _NUMBER,
        "How often members may renew a link whose life is limited; 0 is never, and unset leaves it to admins.",
        _same,
        _number,
    ),
    Key("frame_origins", _LIST, "The sites whose pages may show a link in a frame.", _listed, _origins),
    Key("indexing", _SWITCH, "Whether links without any gate may be found by search engines.", _same, _switch),
    Key(
        "external_links",
        _SWITCH,
        "Whether links to other web sites stay links, or only their words do.",
        _same,
        _switch,
    ),
    Key("excluded_names", _LIST, "Excerpts and panels of these names never leave.", _listed, _names),
)
"""The restrictions of a layer, in the order in which they are written. Rules for groups are tables of their own."""

GRANTS: tuple[Key, ...] = tuple(
    Key(one.value, 'a list such as ["group:leads"]', says, write_grantees, read_grantees)
    for one, says in {
        Granted.CREATE: "Who may make links.",
        Granted.VIEW_OWN: "Who may see their own links.",
        Granted.VIEW_PAGE: "Who may see all links of a page.",
        Granted.VIEW_SPACE: "Who may see all links of a space.",
        Granted.EDIT_OWN: "Who may change their own links.",
        Granted.EDIT_OTHERS: "Who may change the links of others.",
        Granted.DELETE_OWN: "Who may delete their own links.",
        Granted.DELETE_OTHERS: "Who may delete the links of others.",
        Granted.SEND_OWN: "Who may send their own links by mail.",
        Granted.SEND_OTHERS: "Who may send the links of others by mail.",
    }.items()
)
"""The rights of a scheme. One that is not named is nobody's, like an empty list."""
