"""The configuration as one frozen value."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from exshare_core.factors import Demand
from exshare_core.values import SiteId
from exshare_web.languages import ENGLISH
from exshare_web.settings.activity import ActivitySettings
from exshare_web.settings.hosts import HostSettings
from exshare_web.settings.sections import Section
from exshare_web.settings.sign_in import SignInSettings


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
