"""What is wrong with an installation that runs: files, schema, clocks, connections, and whether anybody does the work.

Everything that `trying` tries, and besides what only a service in use can show. Nothing secret is in any sentence.
"""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from exshare_core.ports import Migrated
from exshare_core.values import SiteId
from exshare_web.container.choosing import Chosen
from exshare_web.container.trying import Trial, looked_at, trials
from exshare_web.settings import Settings

APART = timedelta(seconds=30)
"""How far two clocks may be apart: codes of authenticator apps are good for as long."""
UNDONE = timedelta(minutes=5)
"""How long work of the background may wait; it is done within a second where a service runs."""
LATELY = timedelta(days=1)
LOOKED_AT = 100
"""Failures of a site that are looked at, the newest first."""


def examinations(settings: Settings, file: Path) -> tuple[Trial, ...]:
    """What to look at in the installation that `file` configures; raises InvalidValues as `trials` does."""
    chosen = Chosen.of(settings)
    sites = [one.name for one in settings.sites]
    return (
        Trial("config", partial(_file, file)),
        Trial("data_dir", partial(_folder, settings.data_dir)),
        *trials(settings),
        Trial("storage.schema", partial(_schema, chosen)),
        Trial("storage.clock", partial(_clock, chosen)),
        *(Trial(f"sites.{site}.work", partial(_work, chosen, site)) for site in sites),
        *(Trial(f"sites.{site}.letters", partial(_letters, chosen, site)) for site in sites),
    )


async def _file(file: Path) -> tuple[str, ...]:
    """Whoever can read the configuration acts as operator, and sees the secrets in it."""
    if _mode(file) & 0o037:
        return (f"`{file}` may be read or written by others, who act as operators then; run `chmod 600 {file}`",)
    return ()


async def _folder(folder: Path) -> tuple[str, ...]:
    if _mode(folder) & 0o027:
        return (f"`{folder}` may be looked into by others; run `chmod 700 {folder}`",)
    return ()


def _mode(path: Path) -> int:
    """The permissions of what is there; none where nothing is."""
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else 0


async def _schema(chosen: Chosen) -> tuple[str, ...]:
    """Whether every step that the program needs was taken, and none that it does not know."""
    async with looked_at(chosen):
        return ()


async def _clock(chosen: Chosen) -> tuple[str, ...]:
    async with chosen.storage.migrating(False).open() as storage:
        if not isinstance(storage, Migrated):
            return ()
        apart = await storage.clock() - datetime.now(UTC)
    if abs(apart) <= APART:
        return ()
    seconds = round(apart.total_seconds())
    how = "ahead" if seconds > 0 else "behind"
    return (f"the clock of the database is {abs(seconds)} seconds {how}; set both by NTP",)


async def _work(chosen: Chosen, site: SiteId) -> tuple[str, ...]:
    """What happened is sealed within a second, by the same loops that send letters."""
    async with looked_at(chosen) as storage:
        stands = await storage.chain.stands(site)
    since = stands.unsealed_since
    if since is None or datetime.now(UTC) - since <= UNDONE:
        return ()
    waits = f"what happened waits for its seal since {since:%Y-%m-%d %H:%M} UTC ({stands.unsealed} so far)"
    return (f"{waits}, and letters wait with it: no service runs, or its log says what stops it",)


async def _letters(chosen: Chosen, site: SiteId) -> tuple[str, ...]:
    async with looked_at(chosen) as storage:
        found = await storage.failures.list(site, LOOKED_AT)
    lately = [one for one in found if one.port == "mail" and one.minute > datetime.now(UTC) - LATELY]
    if not lately:
        return ()
    last = max(lately, key=lambda one: one.minute)
    number = sum(one.count for one in lately)
    return (f"{number} letters failed within a day, the last at {last.minute:%H:%M} UTC: {last.outcome}",)
