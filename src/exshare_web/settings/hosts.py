"""The tables ``[[sites.signed_visitors]]``: which hosts may name visitors of a site, and by which keys (spec G11)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from exshare_core.errors import InvalidValue, unknown
from exshare_web.settings.environment import Place, variable
from exshare_web.settings.sections import Reading

FILES = ("keys_file", "secret_file")
KEYS = ("name", "issuer", "keys", "secret", *FILES)
LONGEST_ISSUER = 200


@frozen
class HostSettings:
    """One host, and where its keys are: what of these it has, and whether they will do, the adapter knows."""

    name: str
    """Names the host in variables."""
    issuer: str
    """The name that the host signs with."""
    keys: tuple[object, ...] | None = None
    keys_file: Path | None = None
    secret: str | None = field(default=None, repr=False)
    secret_file: Path | None = None


def keep_known(table: Mapping[str, Any], at: str, reading: Reading) -> list[dict[str, Any]]:
    """The tables of a site that can be read at all, with the keys that there are; what nobody would read is noted."""
    found = table.get("signed_visitors", [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        reading.fault(f"{at}.signed_visitors", "write each host as a table [[sites.signed_visitors]]")
        return []
    for place, host in enumerate(found, 1):
        for key in [key for key in host if key not in KEYS]:
            reading.fault(f"{_called(host, place, at)}.{key}", unknown("key", key, KEYS))
            del host[key]
    return found


def places(site: Mapping[str, Any], at: str) -> list[tuple[str, Place]]:
    """The variables that stand over keys of the hosts of a site; a list of keys cannot be one."""
    return [
        (
            variable("site", str(site.get("name")), "signed_visitors", str(host.get("name")), key),
            Place(host, key, f"{_called(host, place, at)}.{key}"),
        )
        for place, host in enumerate(site["signed_visitors"], 1)
        for key in KEYS
        if key not in ("name", "keys")
    ]


def made(tables: Collection[Mapping[str, Any]], at: str, reading: Reading) -> tuple[HostSettings, ...]:
    """The hosts of a site, in the order of the file."""
    hosts: list[HostSettings] = []
    for place, table in enumerate(tables, 1):
        here = _called(table, place, at)
        name = reading.name(table.get("name"), here, [one.name for one in hosts], what="host", such_as="intranet")
        issuer = _issuer(table.get("issuer"), here, [one.issuer for one in hosts], reading)
        keys, secret = table.get("keys"), table.get("secret")
        if not isinstance(keys, list | None):
            reading.fault(f"{here}.keys", "must be a list of keys")
            continue
        if not isinstance(secret, str | None):
            reading.fault(f"{here}.secret", "must be a text in quotes")
            continue
        files = [_path(table, key, here, reading) for key in FILES]
        if (
            name is None
            or issuer is None
            or None in [file for file, key in zip(files, FILES, strict=True) if key in table]
        ):
            continue
        host = HostSettings(name, issuer, None if keys is None else tuple(keys), files[0], secret, files[1])
        try:
            reading.adapters.check_host(host)
        except InvalidValue as error:
            reading.fault(f"{here}.{error.field}", error.rule)
        hosts.append(host)
    return tuple(hosts)


def _called(table: Mapping[str, Any], place: int, at: str) -> str:
    name = table.get("name")
    return f"{at}.signed_visitors.{name[:40]}" if isinstance(name, str) and name else f"{at}.signed_visitors[{place}]"


def _issuer(value: object, at: str, taken: Collection[str], reading: Reading) -> str | None:
    """The name that a host signs with. It is compared to the letter, so that blanks around it would never fit."""
    if not isinstance(value, str) or not value.strip():
        reading.fault(
            f"{at}.issuer", "is missing: the name that the host signs with, such as https://intranet.example.com"
        )
        return None
    if len(value) > LONGEST_ISSUER or not value.isprintable() or value != value.strip():
        reading.fault(
            f"{at}.issuer", f"must be at most {LONGEST_ISSUER} printable characters without blanks around them"
        )
        return None
    if value in taken:
        reading.fault(f"{at}.issuer", "another host of the site signs with this name; give all of its keys to one")
    return value


def _path(table: Mapping[str, Any], key: str, at: str, reading: Reading) -> Path | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value or "\0" in value:
        reading.fault(f"{at}.{key}", "must be a path in quotes")
        return None
    return reading.base / value
