"""Tables whose keys are known, judged value by value; everything that is wrong is noted, nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from exshare_core.errors import InvalidValue, printable
from exshare_core.factors import Demand
from exshare_core.values import SiteId, site_id
from exshare_web.languages import ENGLISH, NAMES
from exshare_web.settings import hosts, sign_in
from exshare_web.settings.known import sites_at
from exshare_web.settings.sections import Reading
from exshare_web.settings.urls import base_url, manage_url, own_url
from exshare_web.settings.values import Passwords, Settings, SiteSettings

LEVELS = ("debug", "info", "warning", "error")
FORMS = ("json", "text")
DEMANDS = tuple(one.value for one in Demand)
LONGEST_CONTACT = 200


def made(tables: Mapping[str, Any], default_data_dir: Path, reading: Reading) -> Settings | None:
    """The settings that the tables describe; None where something is missing without which there are none."""
    data_dir = _path(tables, "data_dir", "data_dir", reading) or default_data_dir
    key_file = _path(tables["secrets"], "key_file", "secrets.key_file", reading) or data_dir / "exshare.key"
    visitors, members = base_url(tables, reading), manage_url(tables, reading)
    storage = reading.section("storage", tables["storage"], "storage")
    mail = reading.section("mail", tables["mail"], "mail")
    sites = _sites(tables, reading)
    passwords = _passwords(tables["passwords"], reading)
    proxies = _proxies(tables["server"].get("trusted_proxies", []), reading)
    level = reading.one_of(tables["log"].get("level", "info"), LEVELS, "log.level")
    form = reading.one_of(tables["log"].get("form", "json"), FORMS, "log.form")
    totp = Demand(reading.one_of(tables["members"].get("totp", "optional"), DEMANDS, "members.totp"))
    language = reading.one_of(tables.get("language", ENGLISH), tuple(NAMES), "language")
    if visitors is None or storage is None or mail is None:
        return None
    return Settings(
        visitors,
        data_dir,
        key_file,
        storage,
        mail,
        sites,
        reading.base,
        passwords,
        proxies,
        level,
        form,
        totp,
        members,
        language,
    )


def _sites(tables: Mapping[str, Any], reading: Reading) -> tuple[SiteSettings, ...]:
    if not tables.get("sites") and "sites" not in {one.field for one in reading.faults}:
        reading.fault("sites", "is missing: write a table [[sites]] for each Confluence")
    sites: list[SiteSettings] = []
    for at, table in sites_at(tables):
        name = _name(table.get("name"), at, sites, reading)
        content = reading.section("content", table["content"], f"{at}.content")
        mail = reading.section("mail", table["mail"], f"{at}.mail") if "mail" in table else None
        ways = sign_in.made(table["sign_in"], at, reading)
        signing = hosts.made(table["signed_visitors"], at, reading)
        contact = table.get("contact", "")
        if not isinstance(contact, str) or len(contact) > LONGEST_CONTACT:
            reading.fault(f"{at}.contact", f"must be a text of at most {LONGEST_CONTACT} characters")
        language = table.get("language")
        if language is not None:
            language = reading.one_of(language, tuple(NAMES), f"{at}.language")
        own = own_url(tables, table, at, [one.own_url for one in sites], reading)
        if name is not None and content is not None:
            sites.append(SiteSettings(name, content, mail, str(contact), ways, signing, own, language))
    return tuple(sites)


def _name(value: object, at: str, sites: list[SiteSettings], reading: Reading) -> SiteId | None:
    if not isinstance(value, str):
        reading.fault(f"{at}.name", "is missing: a short name for the site, such as acme")
        return None
    try:
        name = site_id(value)
    except InvalidValue as error:
        reading.fault(f"{at}.name", printable(error.rule))
        return None
    if any(one.name == name for one in sites):
        reading.fault(f"{at}.name", "another site has this name")
    return name


def _passwords(table: Mapping[str, Any], reading: Reading) -> Passwords:
    faults = len(reading.faults)
    costs = {
        key: _number(table, key, f"passwords.{key}", reading) for key in ("memory_kib", "time_cost", "parallelism")
    }
    made = Passwords(**costs, pepper_file=_path(table, "pepper_file", "passwords.pepper_file", reading))
    if len(reading.faults) == faults:
        try:
            reading.adapters.check_passwords(made)
        except InvalidValue as error:
            reading.fault(f"passwords.{error.field}", error.rule)
    return made


def _path(table: Mapping[str, Any], key: str, at: str, reading: Reading) -> Path | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, str) and value and "\0" not in value:
        with suppress(RuntimeError):  # "~" of a user who is not known
            return reading.base / Path(value).expanduser()
    reading.fault(at, "must be a path in quotes")
    return None


def _number(table: Mapping[str, Any], key: str, at: str, reading: Reading) -> int | None:
    value = table.get(key)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
        return int(value)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    reading.fault(at, "must be a whole number")
    return None


def _proxies(value: object, reading: Reading) -> tuple[str, ...]:
    """Addresses and networks as they are given to the server; a name or ``*`` would let strangers in."""
    at, entries = "server.trusted_proxies", value.split(",") if isinstance(value, str) else value
    if not isinstance(entries, list) or not all(isinstance(one, str) for one in entries):
        reading.fault(at, "must be a list of addresses and networks")
        return ()
    good = []
    for entry in filter(None, (one.strip() for one in entries)):
        try:
            network = ip_network(entry)
        except ValueError:
            reading.fault(at, f"`{printable(entry[:60])}` is not an address or a network such as 10.0.0.0/8")
            continue
        if network.prefixlen == 0:
            reading.fault(at, f"`{entry}` is everyone, whose headers cannot be trusted")
        good.append(str(network))
    return tuple(good)
