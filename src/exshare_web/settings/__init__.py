"""The configuration: one TOML file and the environment over it, as one frozen value.

Whatever is unknown, missing or misspelt is refused by name before anything is opened; all faults are told at once. The
keys of an adapter's section are the adapter's own business: which there are, and whether their values will do, is asked
through `Adapters`, so that this module knows no adapter.
"""

from __future__ import annotations

from exshare_web.settings.known import CHOSEN, PLAIN, SITE, TOP
from exshare_web.settings.loading import load
from exshare_web.settings.values import Passwords, Settings, SiteSettings

__all__ = ["CHOSEN", "PLAIN", "SITE", "TOP", "Passwords", "Settings", "SiteSettings", "load"]
