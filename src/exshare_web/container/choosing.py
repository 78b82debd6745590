"""The settings, with the adapters that they name found and checked; nothing is opened here."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

import attrs
from attrs import frozen
from platformdirs import user_data_path

from exshare_adapters import registry
from exshare_adapters.argon2_passwords import Argon2Settings
from exshare_adapters.joserfc_visitors.keys import Host, host_of
from exshare_adapters.peppers import load_peppers
from exshare_core.errors import InvalidValue, InvalidValues
from exshare_core.values import SiteId
from exshare_web import settings as configuration
from exshare_web.settings import Settings
from exshare_web.settings.hosts import HostSettings
from exshare_web.settings.sections import Section


class RegisteredAdapters:
    """The adapters that are installed, as the configuration asks for them."""

    def installed(self, section: str) -> Collection[str]:
        """See `settings.Adapters.installed`."""
        return registry.installed(section)

    def keys(self, section: str, use: str) -> Collection[str]:
        """See `settings.Adapters.keys`."""
        return registry.keys_of(section, use)

    def check(self, section: str, use: str, values: Mapping[str, object], *, at: str, base: Path) -> None:
        """See `settings.Adapters.check`."""
        registry.choose(section, use, values, at=at, base=base)

    def check_passwords(self, passwords: configuration.Passwords) -> None:
        """See `settings.Adapters.check_passwords`."""
        _argon2(passwords)

    def check_host(self, host: HostSettings) -> None:
        """See `settings.Adapters.check_host`."""
        configured_host(host)


def default_data_dir() -> Path:
    """The user's data folder, where `serve` keeps what it must make itself."""
    return user_data_path("exshare", appauthor=False)


def load_settings(file: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in `file` and `environ` (the process's own if None), checked without opening anything."""
    given = os.environ if environ is None else environ
    return configuration.load(file, given, RegisteredAdapters(), default_data_dir=default_data_dir())


def make_data_dir(folder: Path) -> None:
    """Make the data folder for its owner only, where there is none; raises InvalidValue when that cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidValue("data_dir", f"`{folder}` cannot be made: {error.strerror}") from error


@frozen
class Chosen:
    """The adapters of one deployment, found and with their settings checked."""

    storage: registry.Chosen
    mail: registry.Chosen
    contents: Mapping[SiteId, registry.Chosen]
    mails: Mapping[SiteId, registry.Chosen]
    """The mail systems of those sites that have their own."""
    providers: Mapping[tuple[SiteId, str], registry.Chosen]
    """Where people sign in, by site and name."""
    passwords: Argon2Settings

    @classmethod
    def of(cls, settings: Settings) -> Chosen:
        """Raises InvalidValues with every fault of every section."""
        failures: list[InvalidValue] = []

        def choose(section: str, chosen: Section, at: str) -> registry.Chosen | None:
            try:
                return registry.choose(section, chosen.use, chosen.values, at=at, base=settings.base)
            except InvalidValues as error:
                failures.extend(error.failures)
            except InvalidValue as error:
                failures.append(InvalidValue(f"{at}.use", error.rule))
            return None

        storage, mail = choose("storage", settings.storage, "storage"), choose("mail", settings.mail, "mail")
        contents = {one.name: choose("content", one.content, f"sites.{one.name}.content") for one in settings.sites}
        own_mail = [(one.name, one.mail) for one in settings.sites if one.mail is not None]
        mails = {name: choose("mail", section, f"sites.{name}.mail") for name, section in own_mail}
        sign_ins = [(one.name, provider) for one in settings.sites for provider in one.sign_in]
        found = {
            (site, one.name): choose("sign_in", one.provider, f"sites.{site}.sign_in.{one.name}")
            for site, one in sign_ins
        }
        if failures or storage is None or mail is None:
            raise InvalidValues(tuple(failures))
        return cls(
            storage,
            mail,
            {site: one for site, one in contents.items() if one is not None},
            {site: one for site, one in mails.items() if one is not None},
            {key: one for key, one in found.items() if one is not None},
            _argon2(settings.passwords),
        )


def configured_host(host: HostSettings) -> Host:
    """The host that these settings describe; raises InvalidValue for keys that will not do."""
    return host_of(
        host.issuer, keys=host.keys, keys_file=host.keys_file, secret=host.secret, secret_file=host.secret_file
    )


def _argon2(passwords: configuration.Passwords) -> Argon2Settings:
    """Raises InvalidValue for a parameter below the floor and for a file that holds no pepper; what is not configured is
    the adapter's default.
    """
    given = attrs.asdict(passwords, filter=lambda _, value: value is not None)
    file = given.pop("pepper_file", None)
    return Argon2Settings(**given, peppers=() if file is None else load_peppers(file))
