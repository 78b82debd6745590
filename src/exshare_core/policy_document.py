"""What is set on a site as one TOML document, to be reviewed, kept beside code and applied again (spec P10).

The document holds the whole: every layer, configuration, space and scheme, in one order, each key with a comment that
says what it does. Equal policies give equal bytes, and reading gives back what was written. What is held back from
older links (spec P4) is no setting but follows from changes, and is not part of it; neither is the version.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from attrs import evolve, frozen

from exshare_core.capabilities import Capabilities
from exshare_core.errors import InvalidValue, InvalidValues, printable, unknown
from exshare_core.governance import (
    DEFAULT,
    Configuration,
    Defaults,
    Leavers,
    Loosening,
    SitePolicy,
    SpaceRules,
    check_policy,
)
from exshare_core.policy import GroupRule, Limits
from exshare_core.policy_keys import GRANTS, LIMITS, Plain, read_grantees, read_rungs, text, write_grantees
from exshare_core.schemes import NOBODY, Granted, Scheme
from exshare_core.values import MemberId, SpaceKey

T = TypeVar("T")

LARGEST_DOCUMENT = 1024 * 1024
MOST_FAULTS = 50
"""How many characters a document may have, and after how many faults it is read no further."""

_INTRODUCTION = """\
# What is set on one site of exshare: every layer, every configuration, every space and every permission scheme.
# Applying this document replaces all of it. A restriction that is not named is left to the other layers; an empty list
# means nobody. Layers can only restrict: site, then configuration, then space, then the link itself.
"""
_TOO_DEEP = re.compile(r"""(?:\.[ \t]*(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*){32}""")
"""A key of so many parts that reading it would cost more than its length; nothing of ours has more than four."""
_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")

_LOOSENING = "What becomes of existing links when a layer is loosened: `restore` or `confirm` (by their owners)."
_LEAVERS = "What becomes of the links of a member who leaves: `stop`, `keep` (service identity) or `transfer`."
_HEIR = "The id of the member who owns the links of leavers, where they do not stop."
_CONFIGURATION = "The configuration of the space; the site's default one where none is named."
_ADMINS = "Who sees and manages all links of the space and sets its limits."
_GROUP = "The group whose members' links these limits hold for as well."
_DEFAULT_NAME = "The name of a new link; {space}, {page} and {date} are filled in."
_DEFAULT_CAPABILITIES = "What is ticked in the form of a new link."
_DEFAULT_DAYS = "After how many days a new link expires, unless its form says otherwise."
_DEFAULT_CHILDREN = "Whether the form of a new link has the pages below ticked."

_LIMIT_KEYS = {key.name: key for key in LIMITS}
_GRANT_KEYS = {key.name: key for key in GRANTS}
_LIMIT_NAMES = frozenset({*_LIMIT_KEYS, "group_rules"})


# --- writing -----------------------------------------------------------------------------------------------------


def write_policy(policy: SitePolicy) -> str:
    """The document of `policy`. Raises InvalidValue for a text that no document can hold."""
    lines = [
        _INTRODUCTION,
        *_entry("loosening", policy.loosening.value, _LOOSENING),
        *_entry("leavers", policy.leavers.value, _LEAVERS),
        *(() if policy.heir is None else _entry("heir", policy.heir, _HEIR)),
        *_table(("site",)),
        *_limits(("site",), policy.limits),
        *_scheme(("scheme",), policy.scheme),
    ]
    for name, configuration in sorted(policy.configurations.items()):
        lines += _configuration(("configurations", name), configuration)
    for space, rules in sorted(policy.spaces.items()):
        lines += _space(("spaces", space), rules)
    return "\n".join(lines) + "\n"


def write_limits(limits: Limits) -> str:
    """The same of one layer alone, such as that of a space: its restrictions at the top of the document."""
    return "".join(f"{line}\n" for line in _limits((), limits))


Path = tuple[str, ...]


def _configuration(path: Path, configuration: Configuration) -> Iterator[str]:
    yield from _table(path)
    yield from _limits(path, configuration.limits)
    defaults = configuration.defaults
    if defaults == Defaults():
        return
    yield from _table((*path, "defaults"))
    if defaults.name:
        yield from _entry("name", defaults.name, _DEFAULT_NAME)
    if defaults.capabilities.rungs:
        yield from _entry("capabilities", _words(defaults.capabilities), _DEFAULT_CAPABILITIES)
    if defaults.days is not None:
        yield from _entry("days", defaults.days, _DEFAULT_DAYS)
    if defaults.children:
        yield from _entry("children", True, _DEFAULT_CHILDREN)


def _words(capabilities: Capabilities) -> Plain:
    return sorted(capabilities.words())


def _space(path: Path, rules: SpaceRules) -> Iterator[str]:
    yield from _table(path)
    if rules.configuration is not None:
        yield from _entry("configuration", rules.configuration, _CONFIGURATION)
    if rules.admins != NOBODY:
        yield from _entry("admins", write_grantees(rules.admins), _ADMINS)
    yield from _limits(path, rules.limits)
    yield from _scheme((*path, "scheme"), rules.scheme)


def _scheme(path: Path, scheme: Scheme | None) -> Iterator[str]:
    if scheme is None:
        return
    yield from _table(path)
    for key in GRANTS:
        grantees = scheme.grants.get(Granted(key.name))
        if grantees is not None:
            yield from _entry(key.name, key.write(grantees), key.says)


def _limits(path: Path, limits: Limits) -> Iterator[str]:
    for key in LIMITS:
        value = getattr(limits, key.name)
        if value is not None:
            yield from _entry(key.name, key.write(value), key.says)
    if limits.group_rules is None:
        return
    if not limits.group_rules:
        yield "group_rules = []"
    for lines in sorted(tuple(_rule(path, rule)) for rule in limits.group_rules):
        yield from lines


def _rule(path: Path, rule: GroupRule) -> Iterator[str]:
    yield f"\n[[{'.'.join(map(_name, (*path, 'group_rules')))}]]"
    yield from _entry("group", rule.group, _GROUP)
    yield from _limits(path, rule.limits)


def _table(path: Path) -> Iterator[str]:
    yield f"\n[{'.'.join(map(_name, path))}]"


def _entry(name: str, value: Plain, says: str) -> Iterator[str]:
    yield f"# {says}"
    yield f"{name} = {_value(value)}"


def _name(name: str) -> str:
    return name if _BARE.match(name) else _quoted(name)


def _value(value: Plain) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _quoted(value)
    entries = [_quoted(one) for one in value]
    on_one_line = f"[{', '.join(entries)}]"
    return on_one_line if len(on_one_line) <= 100 else "[\n" + "".join(f"    {one},\n" for one in entries) + "]"


def _quoted(text: str) -> str:
    """A text of TOML; whatever does not print, or could change how a line reads, is written by its number."""
    return '"' + "".join(map(_character, text)) + '"'


def _character(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    if 0xD800 <= ord(char) < 0xE000:
        raise InvalidValue("document", "a name with broken characters cannot be written")
    return f"\\U{ord(char):08X}" if ord(char) > 0xFFFF else f"\\u{ord(char):04X}"


# --- reading -----------------------------------------------------------------------------------------------------


def read_policy(document: str, base: SitePolicy) -> SitePolicy:
    """`base` with everything that is set replaced by what the document says; site, version and `held` are kept.

    Where the default configuration is not named, it restricts nothing. Raises InvalidValues with what is wrong, each by
    the key that it stands at; unknown keys are named with the nearest known one.
    """
    content = _content(document)
    reader = _Reader([])
    policy = reader.policy(content, base)
    if reader.failures:
        raise InvalidValues(tuple(reader.failures))
    check_policy(policy)
    return policy


def read_limits(document: str) -> Limits:
    """The restrictions of one layer alone, as `write_limits` writes them; raises as `read_policy` does."""
    content = _content(document)
    reader = _Reader([])
    limits = reader.limits(content)
    if reader.failures:
        raise InvalidValues(tuple(reader.failures))
    return limits


def _content(document: str) -> Mapping[str, Any]:
    """The tables of a document, none of them deeper than ours."""
    if len(document) > LARGEST_DOCUMENT:
        raise InvalidValue("document", f"more than {LARGEST_DOCUMENT} characters")
    if _TOO_DEEP.search(document):
        raise InvalidValue("document", "nested too deeply")
    try:
        return tomllib.loads(document)
    except RecursionError:
        raise InvalidValue("document", "nested too deeply") from None
    except ValueError as error:
        raise InvalidValue("document", f"not TOML: {printable(str(error)[:200])}") from None


@frozen
class _Reader:
    """Reads tables and gathers everything that is wrong with them."""

    failures: list[InvalidValue]

    def policy(self, content: Mapping[str, Any], base: SitePolicy) -> SitePolicy:
        known = ("loosening", "leavers", "heir", "site", "scheme", "configurations", "spaces")
        self._check_keys(content, known, ())
        return evolve(
            base,
            limits=self._limits(self._sub(content, "site", ()), ("site",)),
            configurations={
                DEFAULT: Configuration(),
                **self._each(content, "configurations", self._configuration),
            },
            spaces=self._spaces(content),
            scheme=self._scheme(content, ()),
            loosening=self._tried(lambda: _loosening(content.get("loosening", "confirm")), Loosening.CONFIRM),
            leavers=self._tried(lambda: _leavers(content.get("leavers", "stop")), Leavers.STOP),
            heir=self._tried(lambda: _heir(content.get("heir")), None),
        )

    def limits(self, content: Mapping[str, Any]) -> Limits:
        return self._limits(content, ())

    def _configuration(self, table: Mapping[str, Any], path: Path) -> Configuration:
        self._check_keys(table, (*_LIMIT_NAMES, "defaults"), path)
        defaults = self._sub(table, "defaults", path)
        return Configuration(self._limits(table, path, checked=True), self._defaults(defaults, (*path, "defaults")))

    def _defaults(self, table: Mapping[str, Any], path: Path) -> Defaults:
        self._check_keys(table, ("name", "capabilities", "days", "children"), path)
        read: Mapping[str, Callable[[object, str], Any]] = {
            "name": text,
            "capabilities": _capabilities,
            "days": _days,
            "children": _LIMIT_KEYS["children"].read,
        }
        return Defaults(**self._values(table, read, path))

    def _spaces(self, content: Mapping[str, Any]) -> Mapping[SpaceKey, SpaceRules]:
        spaces: dict[SpaceKey, SpaceRules] = {}
        for name, rules in self._each(content, "spaces", self._space).items():
            key = SpaceKey(name.upper())
            if key in spaces:
                self._fail(InvalidValue(_at(("spaces", name)), "this space is named twice"))
            spaces[key] = rules
        return spaces

    def _space(self, table: Mapping[str, Any], path: Path) -> SpaceRules:
        self._check_keys(table, (*_LIMIT_NAMES, "configuration", "admins", "scheme"), path)
        read: Mapping[str, Callable[[object, str], Any]] = {"configuration": text, "admins": read_grantees}
        return SpaceRules(
            limits=self._limits(table, path, checked=True),
            scheme=self._scheme(table, path),
            **self._values(table, read, path),
        )

    def _scheme(self, parent: Mapping[str, Any], path: Path) -> Scheme | None:
        if "scheme" not in parent:
            return None
        table, path = self._sub(parent, "scheme", path), (*path, "scheme")
        self._check_keys(table, tuple(_GRANT_KEYS), path)
        grants = self._values(table, {key.name: key.read for key in GRANTS}, path)
        return Scheme({Granted(name): grantees for name, grantees in grants.items()})

    def _limits(self, table: Mapping[str, Any], path: Path, *, checked: bool = False) -> Limits:
        if not checked:
            self._check_keys(table, tuple(_LIMIT_NAMES), path)
        values = self._values(table, {key.name: key.read for key in LIMITS}, path)
        if "group_rules" in table:
            values["group_rules"] = self._rules(table["group_rules"], (*path, "group_rules"))
        return Limits(**values)

    def _rules(self, rules: object, path: Path) -> frozenset[GroupRule]:
        if not isinstance(rules, list) or not all(isinstance(one, dict) for one in rules):
            self._fail(InvalidValue(_at(path), f"must be tables: [[{_at(path)}]]"))
            return frozenset()
        return frozenset(self._rule(one, path) for one in rules)

    def _rule(self, table: Mapping[str, Any], path: Path) -> GroupRule:
        self._check_keys(table, (*_LIMIT_KEYS, "group"), path)
        limits = self._values(table, {key.name: key.read for key in LIMITS}, path)
        group = self._tried(lambda: text(table.get("group"), _at((*path, "group"))), "")
        if not group.strip():
            self._fail(InvalidValue(_at((*path, "group")), "a rule needs the name of a group"))
        return GroupRule(group, Limits(**limits))

    # --- tables and keys

    def _fail(self, failure: InvalidValue) -> None:
        self.failures.append(failure)
        if len(self.failures) >= MOST_FAULTS:
            raise InvalidValues(tuple(self.failures))

    def _each(
        self, content: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any], Path], T]
    ) -> dict[str, T]:
        parent = self._sub(content, name, ())
        return {one: read(self._sub(parent, one, (name,)), (name, one)) for one in parent}

    def _sub(self, parent: Mapping[str, Any], name: str, path: Path) -> Mapping[str, Any]:
        table = parent.get(name, {})
        if isinstance(table, dict):
            return table
        self._fail(InvalidValue(_at((*path, name)), f"must be a table: [{_at((*path, name))}]"))
        return {}

    def _check_keys(self, table: Mapping[str, Any], known: Sequence[str], path: Path) -> None:
        for name in table:
            if name not in known:
                self._fail(InvalidValue(_at((*path, name)), unknown("key", name, known)))

    def _values(
        self, table: Mapping[str, Any], read: Mapping[str, Callable[[object, str], Any]], path: Path
    ) -> dict[str, Any]:
        """What could be read of those keys that are there."""
        values: dict[str, Any] = {}
        for name in (one for one in read if one in table):
            try:
                values[name] = read[name](table[name], _at((*path, name)))
            except InvalidValue as error:
                self._fail(error)
        return values

    def _tried(self, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except InvalidValue as error:
            self._fail(error)
            return otherwise


def _at(path: Path) -> str:
    """Where in the document, as a person would write it."""
    return ".".join(name if _BARE.match(name) else f'"{printable(name[:60])}"' for name in path)


def _loosening(value: object) -> Loosening:
    word = text(value, "loosening")
    known = {one.value: one for one in Loosening}
    if word not in known:
        raise InvalidValue("loosening", unknown("way of loosening", word, known))
    return known[word]


def _leavers(value: object) -> Leavers:
    word = text(value, "leavers")
    known = {one.value: one for one in Leavers}
    if word not in known:
        raise InvalidValue("leavers", unknown("choice for leavers", word, known))
    return known[word]


def _heir(value: object) -> MemberId | None:
    return None if value is None else MemberId(text(value, "heir"))


def _capabilities(value: object, at: str) -> Capabilities:
    """What is ticked: capabilities above ``off``, as they are written in `Capabilities.words`."""
    return Capabilities(tuple(sorted((name, rung) for name, rung in read_rungs(value, at).items() if rung)))


def _days(value: object, at: str) -> int:
    if type(value) is not int or not 1 <= value <= 36525:
        raise InvalidValue(at, "must be a number of days from 1 to 36525")
    return value
