"""Which keys there may be; what nobody would read is refused by name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from exshare_core.errors import unknown
from exshare_web.settings import activity, hosts, sign_in
from exshare_web.settings.sections import Reading

TOP = ("base_url", "manage_url", "data_dir", "insecure", "language")
PLAIN: Mapping[str, tuple[str, ...]] = {
    "secrets": ("key_file",),
    "passwords": ("memory_kib", "time_cost", "parallelism", "pepper_file"),
    "members": ("totp",),
    "server": ("trusted_proxies",),
    "log": ("level", "form"),
    "activity": activity.SECTION,
}
"""The sections whose keys are the same whatever adapters are chosen."""

CHOSEN = ("storage", "mail")
"""The sections that choose an adapter."""

SITE = (
    "name",
    "contact",
    "language",
    "own_url",
    "content",
    "mail",
    "sign_in",
    "signed_visitors",
    activity.OF_SITE,
)


def keep_known(tables: dict[str, Any], reading: Reading) -> None:
    """Take out, and note, what nobody would read. The keys of adapters' sections are left to the adapters."""
    known = (*TOP, *PLAIN, *CHOSEN, "sites")
    for name in [*tables]:
        value = tables[name]
        if name not in known:
            reading.fault(name, unknown("key", name, known))
        elif name == "sites" and not _are_tables(value):
            reading.fault(name, "write each site as a table [[sites]]")
        elif name != "sites" and name not in TOP and not isinstance(value, dict):
            reading.fault(name, f"write it as a table [{name}]")
        else:
            continue
        del tables[name]
    for section, keys in PLAIN.items():
        _keep_keys(tables.get(section, {}), keys, section, reading)
    for at, site in sites_at(tables):
        _keep_keys(site, SITE, at, reading)
        for key in ("content", "mail"):
            if key in site and not isinstance(site[key], dict):
                reading.fault(f"{at}.{key}", f"write it as a table [sites.{key}]")
                site[key] = {"use": ""}
        site["sign_in"] = sign_in.keep_known(site, at, reading)
        site["signed_visitors"] = hosts.keep_known(site, at, reading)


def _keep_keys(table: dict[str, Any], known: Collection[str], at: str, reading: Reading) -> None:
    for key in [key for key in table if key not in known]:
        reading.fault(f"{at}.{key}", unknown("key", key, known))
        del table[key]


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def sites_at(tables: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each site with what it is called in errors: its name, or its place where it has none."""
    for place, site in enumerate(tables.get("sites", []), 1):
        name = site.get("name")
        yield (f"sites.{name[:40]}" if isinstance(name, str) and name else f"sites[{place}]"), site
