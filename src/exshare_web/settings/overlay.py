"""The environment over the file: every key has a variable, and no variable of ours is without its key."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from attrs import frozen

from exshare_core.errors import InvalidValue
from exshare_web.settings import activity, hosts, sign_in
from exshare_web.settings.environment import Place, Variables, variable
from exshare_web.settings.known import CHOSEN, PLAIN, TOP, sites_at
from exshare_web.settings.sections import Adapters, Reading


@frozen
class _Choice:
    """A table that chooses an adapter, what it is called in errors, and how the variables of its keys begin."""

    section: str
    at: str
    table: dict[str, Any]
    words: tuple[str, ...]


def _choices(tables: dict[str, Any]) -> list[_Choice]:
    found = [_Choice(name, name, tables.setdefault(name, {}), (name,)) for name in CHOSEN]
    for at, site in sites_at(tables):
        name = str(site.get("name"))
        found.append(_Choice("content", f"{at}.content", site.setdefault("content", {}), ("site", name)))
        if "mail" in site:
            found.append(_Choice("mail", f"{at}.mail", site["mail"], ("site", name, "mail")))
        for place, table in enumerate(site["sign_in"], 1):
            here = sign_in.called(table, place, at)
            found.append(_Choice("sign_in", here, table, ("site", name, "sign_in", str(table.get("name")))))
    return found


def overlay(tables: dict[str, Any], environ: Mapping[str, str], reading: Reading) -> None:
    """Put the values of variables over those of the file: first which adapters are chosen, then everything else."""
    variables = Variables(environ, reading.base)
    choices = _choices(tables)
    uses = _together((variable(*one.words, "use"), Place(one.table, "use", f"{one.at}.use")) for one in choices)
    reading.faults += variables.take(uses)
    plain = [(variable(key), Place(tables, key, key)) for key in TOP]
    for section, keys in PLAIN.items():
        table = tables.setdefault(section, {})
        plain += [(variable(section, key), Place(table, key, f"{section}.{key}")) for key in keys]
    for at, site in sites_at(tables):
        plain += [
            (variable("site", str(site.get("name")), key), Place(site, key, f"{at}.{key}"))
            for key in ("contact", "language", "own_url")
        ]
        plain += hosts.places(site, at)
        plain += activity.places(site, at)
    unjudged: list[str] = []
    for one in choices:
        if one.section == "sign_in":
            plain += [
                (variable(*one.words, key), Place(one.table, key, f"{one.at}.{key}"))
                for key in sign_in.KEYS
                if key not in ("name", "use")
            ]
        taken = _keys(one, reading.adapters)
        if taken is None:
            unjudged.append(variable(*one.words, ""))
        plain += [(variable(*one.words, key), Place(one.table, key, f"{one.at}.{key}")) for key in taken or ()]
    places = _together(plain)
    reading.faults += variables.take(places)
    reading.faults += variables.left({**uses, **places}, unjudged)


def _keys(choice: _Choice, adapters: Adapters) -> Collection[str] | None:
    """The keys of the chosen adapter, or None when there is none; that is told where the section is judged."""
    use = choice.table.get("use")
    try:
        return adapters.keys(choice.section, use) if isinstance(use, str) and use else None
    except InvalidValue:
        return None


def _together(places: Iterator[tuple[str, Place]] | list[tuple[str, Place]]) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for name, place in places:
        found.setdefault(name, []).append(place)
    return found
