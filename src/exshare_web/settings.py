"""The configuration: one TOML file and the environment over it, as one frozen value.

Whatever is unknown, missing or misspelt is refused by name before anything is opened; all faults are told at once. The
keys of an adapter's section are the adapter's own business: which there are, and whether their values will do, is asked
through `Adapters`, so that this module knows no adapter.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve, frozen

from exshare_core.errors import InvalidValue, InvalidValues, printable, unknown
from exshare_core.factors import Demand
from exshare_core.values import SiteId, site_id
from exshare_web import activity_settings, host_settings, sign_in_settings
from exshare_web.activity_settings import ActivitySettings
from exshare_web.base_url import checked_base_url
from exshare_web.environment import Place, Variables, variable
from exshare_web.host_settings import HostSettings
from exshare_web.languages import ENGLISH, NAMES
from exshare_web.sections import Adapters, Reading, Section
from exshare_web.sign_in_settings import SignInSettings

TOP = ("base_url", "manage_url", "data_dir", "insecure", "language")
PLAIN: Mapping[str, tuple[str, ...]] = {
    "secrets": ("key_file",),
    "passwords": ("memory_kib", "time_cost", "parallelism", "pepper_file"),
    "members": ("totp",),
    "server": ("trusted_proxies",),
    "log": ("level", "form"),
    "activity": activity_settings.SECTION,
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
    activity_settings.OF_SITE,
)
LEVELS = ("debug", "info", "warning", "error")
FORMS = ("json", "text")
DEMANDS = tuple(one.value for one in Demand)
LONGEST_CONTACT = 200


@frozen
class SiteSettings:
    """One Confluence and what belongs to it."""

    name: SiteId
    content: Section
    mail: Section | None = None
    """The site's own mail system, in place of the deployment's (spec N1)."""
    contact: str = ""
    """Whom a visitor may turn to (spec V10)."""
    sign_in: tuple[SignInSettings, ...] = ()
    """Where people of the organisation, and its visitors, may sign in (spec G4, M1)."""
    signed_visitors: tuple[HostSettings, ...] = ()
    """The hosts that may name visitors (spec G11)."""
    own_url: str | None = None
    """Where its links are, where it has a host of its own (spec V9)."""
    language: str | None = None
    """What the site's pages speak to who wishes for no language of ours; None for what the deployment does (spec V8)."""


@frozen
class Passwords:
    """The parameters of Argon2id; the adapter has the floor (spec G1)."""

    memory_kib: int | None = None
    time_cost: int | None = None
    parallelism: int | None = None
    pepper_file: Path | None = None
    """Keys that go into passwords before they are hashed; without it none does."""


@frozen
class Settings:
    """Everything that is configured. Relative paths start at the folder of the file."""

    base_url: str
    """Where visitors reach this deployment: scheme and host in small letters, without a slash at the end."""
    data_dir: Path
    key_file: Path
    storage: Section
    mail: Section
    sites: tuple[SiteSettings, ...]
    base: Path
    """The folder that relative paths in adapters' sections start at."""
    passwords: Passwords = Passwords()
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks whose forwarded headers count (spec G5); none by default."""
    log_level: str = "info"
    log_form: str = "json"
    totp: Demand = Demand.OPTIONAL
    """Of which members a second factor is demanded."""
    manage_url: str | None = None
    """Where members reach it, and programs; None is where visitors do (spec M11)."""
    language: str = ENGLISH
    """What pages speak to who wishes for no language that they have (spec V8)."""

    activity: ActivitySettings = ActivitySettings()
    """What is kept of what happened (spec M4)."""

    def url_of(self, site: SiteId) -> str:
        """Where visitors reach the links of a site."""
        return next((one.own_url for one in self.sites if one.name == site and one.own_url), self.base_url)

    def language_of(self, site: SiteId) -> str:
        """What a site speaks to who wishes for no language that there is (spec V8)."""
        return next((one.language for one in self.sites if one.name == site and one.language), self.language)

    @property
    def members_url(self) -> str:
        """Where members and programs reach it."""
        return self.manage_url or self.base_url

    @property
    def secure(self) -> bool:
        """Whether visitors come by https (spec G10)."""
        return self.base_url.startswith("https://")


def load(file: Path, environ: Mapping[str, str], adapters: Adapters, *, default_data_dir: Path) -> Settings:
    """The settings in `file` with `environ` over them; raises InvalidValues with everything that is wrong."""
    tables = _read(file)
    reading = Reading(adapters, file.absolute().parent)
    _keep_known(tables, reading)
    _overlay(tables, environ, reading)
    made = _made(tables, default_data_dir, reading)
    activity = activity_settings.made(tables, _sites_at(tables), reading)
    if reading.faults or made is None:
        raise InvalidValues(tuple(reading.faults))
    return evolve(made, activity=activity)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidValues((InvalidValue("config", f"`{file}` cannot be read: {error.strerror}"),)) from error
    except UnicodeDecodeError:
        raise InvalidValues((InvalidValue("config", f"`{file}` is not UTF-8 text"),)) from None
    except (ValueError, RecursionError) as error:
        raise InvalidValues((InvalidValue("config", f"`{file}` is not TOML: {error}"),)) from None


# --- which keys there may be -----------------------------------------------------------------------------------------


def _keep_known(tables: dict[str, Any], reading: Reading) -> None:
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
    for at, site in _sites_at(tables):
        _keep_keys(site, SITE, at, reading)
        for key in ("content", "mail"):
            if key in site and not isinstance(site[key], dict):
                reading.fault(f"{at}.{key}", f"write it as a table [sites.{key}]")
                site[key] = {"use": ""}
        site["sign_in"] = sign_in_settings.keep_known(site, at, reading)
        site["signed_visitors"] = host_settings.keep_known(site, at, reading)


def _keep_keys(table: dict[str, Any], known: Collection[str], at: str, reading: Reading) -> None:
    for key in [key for key in table if key not in known]:
        reading.fault(f"{at}.{key}", unknown("key", key, known))
        del table[key]


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _sites_at(tables: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each site with what it is called in errors: its name, or its place where it has none."""
    for place, site in enumerate(tables.get("sites", []), 1):
        name = site.get("name")
        yield (f"sites.{name[:40]}" if isinstance(name, str) and name else f"sites[{place}]"), site


# --- the environment -------------------------------------------------------------------------------------------------


@frozen
class _Choice:
    """A table that chooses an adapter, what it is called in errors, and how the variables of its keys begin."""

    section: str
    at: str
    table: dict[str, Any]
    words: tuple[str, ...]


def _choices(tables: dict[str, Any]) -> list[_Choice]:
    found = [_Choice(name, name, tables.setdefault(name, {}), (name,)) for name in CHOSEN]
    for at, site in _sites_at(tables):
        name = str(site.get("name"))
        found.append(_Choice("content", f"{at}.content", site.setdefault("content", {}), ("site", name)))
        if "mail" in site:
            found.append(_Choice("mail", f"{at}.mail", site["mail"], ("site", name, "mail")))
        for place, table in enumerate(site["sign_in"], 1):
            here = sign_in_settings.called(table, place, at)
            found.append(_Choice("sign_in", here, table, ("site", name, "sign_in", str(table.get("name")))))
    return found


def _overlay(tables: dict[str, Any], environ: Mapping[str, str], reading: Reading) -> None:
    """Put the values of variables over those of the file: first which adapters are chosen, then everything else."""
    variables = Variables(environ, reading.base)
    choices = _choices(tables)
    uses = _together((variable(*one.words, "use"), Place(one.table, "use", f"{one.at}.use")) for one in choices)
    reading.faults += variables.take(uses)
    plain = [(variable(key), Place(tables, key, key)) for key in TOP]
    for section, keys in PLAIN.items():
        table = tables.setdefault(section, {})
        plain += [(variable(section, key), Place(table, key, f"{section}.{key}")) for key in keys]
    for at, site in _sites_at(tables):
        plain += [
            (variable("site", str(site.get("name")), key), Place(site, key, f"{at}.{key}"))
            for key in ("contact", "language", "own_url")
        ]
        plain += host_settings.places(site, at)
        plain += activity_settings.places(site, at)
    unjudged: list[str] = []
    for one in choices:
        if one.section == "sign_in":
            plain += [
                (variable(*one.words, key), Place(one.table, key, f"{one.at}.{key}"))
                for key in sign_in_settings.KEYS
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


# --- the value -------------------------------------------------------------------------------------------------------


def _made(tables: Mapping[str, Any], default_data_dir: Path, reading: Reading) -> Settings | None:
    data_dir = _path(tables, "data_dir", "data_dir", reading) or default_data_dir
    key_file = _path(tables["secrets"], "key_file", "secrets.key_file", reading) or data_dir / "exshare.key"
    base_url, manage_url = _base_url(tables, reading), _manage_url(tables, reading)
    storage = reading.section("storage", tables["storage"], "storage")
    mail = reading.section("mail", tables["mail"], "mail")
    sites = _sites(tables, reading)
    passwords = _passwords(tables["passwords"], reading)
    proxies = _proxies(tables["server"].get("trusted_proxies", []), reading)
    level = reading.one_of(tables["log"].get("level", "info"), LEVELS, "log.level")
    form = reading.one_of(tables["log"].get("form", "json"), FORMS, "log.form")
    totp = Demand(reading.one_of(tables["members"].get("totp", "optional"), DEMANDS, "members.totp"))
    language = reading.one_of(tables.get("language", ENGLISH), tuple(NAMES), "language")
    if base_url is None or storage is None or mail is None:
        return None
    return Settings(
        base_url,
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
        manage_url,
        language,
    )


def _insecure(tables: Mapping[str, Any]) -> bool | None:
    return {"true": True, "false": False}.get(str(tables.get("insecure", False)).lower())


def _manage_url(tables: Mapping[str, Any], reading: Reading) -> str | None:
    """Where members are let in; of a host of its own, since two ports of one host share their cookies (RFC 6265 8.5)."""
    if "manage_url" not in tables:
        return None
    insecure = _insecure(tables) is not False
    try:
        here = checked_base_url(tables["manage_url"], insecure=insecure, key="manage_url")
        visitors = checked_base_url(tables.get("base_url"), insecure=insecure)
    except InvalidValue as error:
        if error.field == "manage_url":
            reading.fault(error.field, error.rule)
        return None
    if urlsplit(here).hostname == urlsplit(visitors).hostname:
        reading.fault("manage_url", "must be another host than `base_url`; leave it out to have both on one")
    if urlsplit(here).scheme != urlsplit(visitors).scheme:
        reading.fault("manage_url", "must begin as `base_url` does, both with https")
    return here


def _base_url(tables: Mapping[str, Any], reading: Reading) -> str | None:
    insecure = _insecure(tables)
    if insecure is None:
        reading.fault("insecure", "must be true or false")
    if "base_url" not in tables:
        reading.fault("base_url", "is missing: the address at which visitors reach this deployment")
        return None
    try:
        return checked_base_url(tables["base_url"], insecure=insecure is not False)
    except InvalidValue as error:
        reading.fault(error.field, error.rule)
        return None


def _sites(tables: Mapping[str, Any], reading: Reading) -> tuple[SiteSettings, ...]:
    if not tables.get("sites") and "sites" not in {one.field for one in reading.faults}:
        reading.fault("sites", "is missing: write a table [[sites]] for each Confluence")
    sites: list[SiteSettings] = []
    for at, table in _sites_at(tables):
        name = _name(table.get("name"), at, sites, reading)
        content = reading.section("content", table["content"], f"{at}.content")
        mail = reading.section("mail", table["mail"], f"{at}.mail") if "mail" in table else None
        sign_in = sign_in_settings.made(table["sign_in"], at, reading)
        hosts = host_settings.made(table["signed_visitors"], at, reading)
        contact = table.get("contact", "")
        if not isinstance(contact, str) or len(contact) > LONGEST_CONTACT:
            reading.fault(f"{at}.contact", f"must be a text of at most {LONGEST_CONTACT} characters")
        language = table.get("language")
        if language is not None:
            language = reading.one_of(language, tuple(NAMES), f"{at}.language")
        own_url = _own_url(tables, table, at, [one.own_url for one in sites], reading)
        if name is not None and content is not None:
            sites.append(SiteSettings(name, content, mail, str(contact), sign_in, hosts, own_url, language))
    return tuple(sites)


def _own_url(
    tables: Mapping[str, Any], site: Mapping[str, Any], at: str, taken: Iterable[str | None], reading: Reading
) -> str | None:
    """Where a site has a host of its own; a host that is nobody else's, since by it browsers and visitors tell sites apart."""
    if "own_url" not in site:
        return None
    key, insecure = f"{at}.own_url", _insecure(tables) is not False
    try:
        own = checked_base_url(site["own_url"], insecure=insecure, key=key)
    except InvalidValue as error:
        reading.fault(error.field, error.rule)
        return None
    others = [str(tables.get("base_url", "")), str(tables.get("manage_url", "")), *(one for one in taken if one)]
    if urlsplit(own).hostname in {_host(one) for one in others}:
        reading.fault(key, "must be a host that neither `base_url` nor `manage_url` nor another site has")
    if urlsplit(own).scheme != urlsplit(str(tables.get("base_url", ""))).scheme:
        reading.fault(key, "must begin as `base_url` does, both with https")
    return own


def _host(url: str) -> str | None:
    try:
        return urlsplit(url.strip()).hostname
    except ValueError:
        return None


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
