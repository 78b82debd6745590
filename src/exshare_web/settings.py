"""The configuration: one TOML file and the environment over it, as one frozen value.

Whatever is unknown, missing or misspelt is refused by name before anything is opened; all faults are told at once. The
keys of an adapter's section are the adapter's own business: which there are is asked through `Adapters`, so that this
module knows no adapter.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from attrs import field, frozen

from exshare_core.errors import InvalidValue, InvalidValues
from exshare_core.values import SiteId, site_id

PREFIX = "EXSHARE_"

NO_SETTINGS = ("EXSHARE_REFERENCE", "EXSHARE_REQUIRE", "EXSHARE_CONFIG")
"""Variables that every program of ours knows and that set nothing; so are those beginning with EXSHARE_TEST_."""

TOP = ("base_url", "data_dir", "insecure")
SECTIONS = ("secrets", "storage", "mail", "passwords", "server", "log", "sites")
PLAIN: Mapping[str, tuple[str, ...]] = {
    "secrets": ("key_file",),
    "passwords": ("memory_kib", "time_cost", "parallelism"),
    "server": ("trusted_proxies",),
    "log": ("level", "form"),
}
"""The sections whose keys are the same whatever adapters are chosen."""

SITE = ("name", "contact", "content", "mail")
LEVELS = ("debug", "info", "warning", "error")
FORMS = ("json", "text")


class Adapters(Protocol):
    """Which adapters there are, and which keys each takes."""

    def keys(self, section: str, use: str) -> Collection[str]:
        """The keys of the adapter; raises InvalidValue, naming those installed, when there is none."""


@frozen
class Section:
    """The choice of an adapter and its own keys, not yet checked by it."""

    use: str
    values: Mapping[str, object] = field(factory=dict, repr=False)


@frozen
class SiteSettings:
    """One Confluence and what belongs to it."""

    name: SiteId
    content: Section
    mail: Section | None = None
    """The site's own mail system, in place of the deployment's (spec N1)."""
    contact: str = ""
    """Whom a visitor may turn to (spec V10)."""


@frozen
class Passwords:
    """The parameters of Argon2id; the adapter has the floor (spec G1)."""

    memory_kib: int | None = None
    time_cost: int | None = None
    parallelism: int | None = None


@frozen
class Settings:
    """Everything that is configured. Relative paths start at the folder of the file."""

    base_url: str
    """Where visitors reach this deployment, without a slash at the end."""
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

    @property
    def secure(self) -> bool:
        """Whether visitors come by https (spec G10)."""
        return self.base_url.startswith("https://")


def load(file: Path, environ: Mapping[str, str], adapters: Adapters, *, default_data_dir: Path) -> Settings:
    """The settings in `file` with `environ` over them; raises InvalidValues with everything that is wrong."""
    tables = _read(file)
    base = file.resolve().parent
    faults = _Faults()
    _know_keys(tables, faults)
    _overlay(tables, environ, adapters, faults)
    faults.settle()
    made = _made(tables, base, default_data_dir, faults)
    faults.settle()
    assert made is not None
    return made


class _Faults:
    """Gathers what is wrong, so that a person can mend all of it at once."""

    def __init__(self) -> None:
        self._found: list[InvalidValue] = []

    def add(self, name: str, rule: str) -> None:
        """Note a broken rule."""
        self._found.append(InvalidValue(name, rule))

    def settle(self) -> None:
        """Raise InvalidValues if anything was noted."""
        if self._found:
            raise InvalidValues(tuple(self._found))


def _read(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidValue("config", f"`{file}` cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise InvalidValue("config", f"`{file}` is not UTF-8 text") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidValue("config", f"`{file}` is not TOML: {error}") from None


# --- which keys there may be -----------------------------------------------------------------------------------------


def _know_keys(tables: dict[str, Any], faults: _Faults) -> None:
    """Note every key that nobody would read. The keys of adapters' sections are checked by the adapters."""
    for name, value in tables.items():
        if name not in (*TOP, *SECTIONS):
            faults.add(name, _unknown(name, (*TOP, *SECTIONS)))
        elif name == "sites":
            if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
                faults.add("sites", "write each site as a table [[sites]]")
                tables["sites"] = []
        elif name in SECTIONS and not isinstance(value, dict):
            faults.add(name, f"write it as a table [{name}]")
            tables[name] = {}
    for section, keys in PLAIN.items():
        for key in tables.get(section, {}):
            if key not in keys:
                faults.add(f"{section}.{key}", _unknown(key, keys))
    for place, site in enumerate(tables.get("sites", [])):
        for key, value in site.items():
            if key not in SITE:
                faults.add(f"{_site_at(place, site)}.{key}", _unknown(key, SITE))
            elif key in ("content", "mail") and not isinstance(value, dict):
                faults.add(f"{_site_at(place, site)}.{key}", f"write it as a table [sites.{key}]")
                site[key] = {}


def _site_at(place: int, site: Mapping[str, Any]) -> str:
    return f"sites.{site['name']}" if isinstance(site.get("name"), str) else f"sites[{place + 1}]"


def _unknown(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    if near:
        return f"there is no such key; did you mean `{near[0]}`?"
    return f"there is no such key; known: {', '.join(known)}"


# --- the environment -------------------------------------------------------------------------------------------------


def _overlay(tables: dict[str, Any], environ: Mapping[str, str], adapters: Adapters, faults: _Faults) -> None:
    """Put the values of variables over those of the file; note variables that set nothing."""
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX) and not _no_setting(name)}
    for section in ("storage", "mail"):
        if (use := given.pop(f"{PREFIX}{section.upper()}_USE", None)) is not None:
            tables.setdefault(section, {})["use"] = use
    places = _places(tables, adapters, faults)
    for name in sorted(given):
        target, from_file = places.get(name), False
        if target is None and name.endswith("_FILE"):
            target, from_file = places.get(name.removesuffix("_FILE")), True
            if target is not None and name.removesuffix("_FILE") in given:
                faults.add(name, "both it and the variable without `_FILE` are set; keep one")
                continue
        if target is None:
            near = get_close_matches(name, list(places), n=1, cutoff=0.6)
            faults.add(name, f"there is no such variable{f'; did you mean `{near[0]}`?' if near else ''}")
            continue
        value = _from_file(name, given[name], faults) if from_file else given[name]
        table, key = target
        table[key] = value


def _no_setting(name: str) -> bool:
    return name in NO_SETTINGS or name.startswith("EXSHARE_TEST_")


def _places(tables: dict[str, Any], adapters: Adapters, faults: _Faults) -> dict[str, tuple[dict[str, Any], str]]:
    """Every variable that may be set, with the table and key that it sets."""
    places: dict[str, tuple[dict[str, Any], str]] = {PREFIX + key.upper(): (tables, key) for key in TOP}
    for section, keys in PLAIN.items():
        for key in keys:
            places[f"{PREFIX}{section.upper()}_{key.upper()}"] = (tables.setdefault(section, {}), key)
    for section in ("storage", "mail"):
        table = tables.get(section)
        for key in _adapter_keys(section, section, table, adapters, faults):
            assert table is not None
            places[f"{PREFIX}{section.upper()}_{key.upper()}"] = (table, key)
    for place, site in enumerate(tables.get("sites", [])):
        stem = f"{PREFIX}SITE_{str(site.get('name', '')).upper().replace('-', '_')}_"
        at = _site_at(place, site)
        for key in _adapter_keys("mail", f"{at}.mail", site.get("mail"), adapters, faults):
            places[f"{stem}MAIL_{key.upper()}"] = (site["mail"], key)
        for key in _adapter_keys("content", f"{at}.content", site.get("content"), adapters, faults):
            places[f"{stem}{key.upper()}"] = (site["content"], key)
        places.setdefault(f"{stem}CONTACT", (site, "contact"))
    return places


def _adapter_keys(
    section: str, at: str, table: Mapping[str, Any] | None, adapters: Adapters, faults: _Faults
) -> Collection[str]:
    use = None if table is None else table.get("use")
    if not isinstance(use, str):
        return ()
    try:
        return adapters.keys(section, use)
    except InvalidValue as error:
        faults.add(f"{at}.use", error.rule)
        return ()


def _from_file(name: str, path: str, faults: _Faults) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        faults.add(name, f"the file `{path[:200]}` cannot be read: {reason}")
        return ""


# --- the value -------------------------------------------------------------------------------------------------------


def _made(tables: Mapping[str, Any], base: Path, default_data_dir: Path, faults: _Faults) -> Settings | None:
    data_dir = _path(tables, "data_dir", "data_dir", base, faults) or default_data_dir
    secrets, passwords = tables.get("secrets", {}), tables.get("passwords", {})
    server, log = tables.get("server", {}), tables.get("log", {})
    base_url = _base_url(tables, faults)
    storage, mail = _section(tables, "storage", faults), _section(tables, "mail", faults)
    sites = _sites(tables.get("sites", []), faults)
    made = Passwords(**{key: _number(passwords, key, f"passwords.{key}", faults) for key in PLAIN["passwords"]})
    proxies = _proxies(server.get("trusted_proxies", []), faults)
    level = _one_of(log.get("level", "info"), LEVELS, "log.level", faults)
    form = _one_of(log.get("form", "json"), FORMS, "log.form", faults)
    key_file = _path(secrets, "key_file", "secrets.key_file", base, faults) or data_dir / "exshare.key"
    if base_url is None or storage is None or mail is None:
        return None
    return Settings(base_url, data_dir, key_file, storage, mail, sites, base, made, proxies, level, form)


def _base_url(tables: Mapping[str, Any], faults: _Faults) -> str | None:
    value = tables.get("base_url")
    if value is None:
        faults.add("base_url", "is missing: the address at which visitors reach this deployment")
        return None
    insecure = tables.get("insecure", False)
    if insecure not in (True, False, "true", "false"):
        faults.add("insecure", "must be true or false")
        return None
    try:
        checked = checked_base_url(value, insecure=insecure in (True, "true"))
    except InvalidValue as error:
        faults.add(error.field, error.rule)
        return None
    return checked


def checked_base_url(value: object, *, insecure: bool) -> str:
    """The base address without a slash at the end; raises InvalidValue.

    Over http everyone on the way reads what is shared, so that it is taken for this very machine only, unless the
    operator says so with ``insecure = true`` (spec G10).
    """
    if not isinstance(value, str):
        raise InvalidValue("base_url", "must be a text in quotes")
    text = value.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InvalidValue("base_url", f"`{value[:80]}` is not an address such as https://share.example.com") from None
    if parts.scheme not in ("https", "http") or not host or parts.username is not None:
        raise InvalidValue("base_url", f"`{value[:80]}` is not an address such as https://share.example.com")
    if parts.path or parts.query or parts.fragment or not text.isascii() or any(char.isspace() for char in text):
        raise InvalidValue("base_url", f"`{value[:80]}` must be scheme and host only, without a path")
    if parts.scheme == "http" and not insecure and not _is_loopback(host):
        raise InvalidValue("base_url", f"`{value[:80]}` must be https; set `insecure = true` to serve others over http")
    return text


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _section(tables: Mapping[str, Any], name: str, faults: _Faults, at: str = "") -> Section | None:
    table, at = tables.get(name), at or name
    if table is None:
        faults.add(at, f"is missing: write a table [{name}] with `use`")
        return None
    use = table.get("use")
    if not isinstance(use, str) or not use:
        faults.add(f"{at}.use", "is missing: the name of an adapter")
        return None
    return Section(use, {key: value for key, value in table.items() if key != "use"})


def _sites(tables: list[dict[str, Any]], faults: _Faults) -> tuple[SiteSettings, ...]:
    if not tables:
        faults.add("sites", "is missing: write a table [[sites]] for each Confluence")
    sites: list[SiteSettings] = []
    for place, table in enumerate(tables):
        at = _site_at(place, table)
        content = _section(table, "content", faults, f"{at}.content")
        mail = _section(table, "mail", faults, f"{at}.mail") if "mail" in table else None
        contact = table.get("contact", "")
        if not isinstance(contact, str) or len(contact) > 200:
            faults.add(f"{at}.contact", "must be a text of at most 200 characters")
        try:
            name = site_id(table["name"] if isinstance(table.get("name"), str) else "")
        except InvalidValue as error:
            faults.add(f"{at}.name", error.rule)
            continue
        if any(one.name == name for one in sites):
            faults.add(f"{at}.name", "another site has this name")
        if content is not None:
            sites.append(SiteSettings(name, content, mail, str(contact)))
    return tuple(sites)


def _path(table: Mapping[str, Any], key: str, at: str, base: Path, faults: _Faults) -> Path | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value or "\0" in value:
        faults.add(at, "must be a path in quotes")
        return None
    return base / Path(value).expanduser()


def _number(table: Mapping[str, Any], key: str, at: str, faults: _Faults) -> int | None:
    value = table.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    faults.add(at, "must be a whole number")
    return None


def _one_of(value: object, known: tuple[str, ...], at: str, faults: _Faults) -> str:
    if value in known:
        return str(value)
    faults.add(at, f"must be one of {', '.join(known)}")
    return known[0]


def _proxies(value: object, faults: _Faults) -> tuple[str, ...]:
    """Addresses and networks as they are given to the server; a name or ``*`` would let strangers in."""
    entries = value.split(",") if isinstance(value, str) else value
    if not isinstance(entries, list) or not all(isinstance(one, str) for one in entries):
        faults.add("server.trusted_proxies", "must be a list of addresses and networks")
        return ()
    good = []
    for entry in (one.strip() for one in entries):
        try:
            good.append(str(ip_network(entry)))
        except ValueError:
            if entry:
                faults.add("server.trusted_proxies", f"`{entry[:60]}` is not an address or a network")
    return tuple(good)
