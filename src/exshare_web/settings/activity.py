"""How long what happened is kept, and where the heads of its chains are written down, as the configuration says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from attrs import field, frozen

from exshare_core.governing.auditing import RETENTION
from exshare_core.values import EVERYWHERE, SiteId
from exshare_web.settings.environment import Place, variable
from exshare_web.settings.sections import Reading

SECTION = ("days", "heads_file")
"""The keys of ``[activity]``."""

OF_SITE = "activity_days"
"""The key of a site that keeps its activity for longer or shorter."""

LONGEST = 3650


@frozen
class ActivitySettings:
    """What is kept of what happened."""

    retention: timedelta = RETENTION
    of_sites: Mapping[SiteId, timedelta] = field(factory=dict)
    """Where a site has its own."""
    heads_file: Path | None = None
    """A file that the service appends heads to, besides its log; on another machine, best of all."""

    def of(self, site: SiteId) -> timedelta:
        """How long a site keeps what happened."""
        return self.of_sites.get(site, self.retention)

    def retentions(self, sites: Iterable[SiteId]) -> dict[SiteId, timedelta]:
        """The same of all these sites, and of what concerns no single one."""
        return {EVERYWHERE: self.retention, **{site: self.of(site) for site in sites}}


def places(site: dict[str, Any], at: str) -> Iterator[tuple[str, Place]]:
    """Where a site's own retention stands, by the variable that may say it."""
    yield variable("site", str(site.get("name")), OF_SITE), Place(site, OF_SITE, f"{at}.{OF_SITE}")


def made(
    tables: Mapping[str, Any], sites: Iterable[tuple[str, Mapping[str, Any]]], reading: Reading
) -> ActivitySettings:
    """The value behind the tables; what is wrong is noted."""
    table = tables.get("activity", {})
    retention = _span(table.get("days"), "activity.days", reading) or RETENTION
    own = {
        SiteId(site["name"]): span
        for at, site in sites
        if isinstance(site.get("name"), str) and (span := _span(site.get(OF_SITE), f"{at}.{OF_SITE}", reading))
    }
    file = table.get("heads_file")
    if file is not None and (not isinstance(file, str) or not file or "\0" in file):
        reading.fault("activity.heads_file", "must be a path in quotes")
        file = None
    return ActivitySettings(retention, own, None if file is None else reading.base / Path(file))


def _span(value: object, at: str, reading: Reading) -> timedelta | None:
    if value is None:
        return None
    days = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,4}", value) else value
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= LONGEST:
        reading.fault(at, f"must be a whole number of days from 1 to {LONGEST}")
        return None
    return timedelta(days=days)
