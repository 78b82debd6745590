"""What admins set, what a change would do, and who changed what."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from attrs import frozen

from exshare_web.api.models.explaining import ValueInForce
from exshare_web.api.models.fields import about


@frozen(kw_only=True)
class Affected:
    """A link that a change would suspend, cut or restore."""

    link: str = about("The link's id.")
    page: str = about("Its page.")
    consequence: Literal["suspended", "cut", "restored"] = about("What would become of it.")
    reasons: list[str] = about("Why.")
    layers: list[str] = about("The layers behind it.")


@frozen(kw_only=True)
class Changed:
    """One thing that a change makes different."""

    what: str = about("The layer and the restriction, or the right.")
    old: str = about("What it was.")
    new: str = about("What it becomes.")


@frozen(kw_only=True)
class DryRun:
    """What a change would do; nothing is stored by it."""

    version: int = about("The version that it was tried on.")
    differences: list[Changed] = about("What would become different.")
    looked_at: int = about("How many links were looked at.")
    suspended: int = about("How many would be suspended.")
    cut: int = about("How many would lose something.")
    restored: int = about("How many would get something back.")
    links: list[Affected] = about("Those links.")
    decided_live: list[str] = about("Rules that only Confluence can answer, when a visitor comes.")
    warnings: list[str] = about("What the change would shut that was open.")


@frozen(kw_only=True)
class PolicyVersion:
    """What is set on a site, by number."""

    version: int = about("The version in force; the ETag.")


@frozen(kw_only=True)
class Switch:
    """A kill switch."""

    on: bool = about("Whether links may open.")


@frozen(kw_only=True)
class PolicyChanged:
    """One change of what is set on a site."""

    version: int = about("The version that it made.")
    at: datetime = about("When.")
    actor: str = about("member or operator.")
    member: str | None = about("The member, by name.", default=None)
    changes: list[Changed] = about("What became different.")


@frozen(kw_only=True)
class PolicyHistory:
    """Changes of what is set on a site."""

    changes: list[PolicyChanged] = about("Newest first.")
    next: str | None = about("Give it back as `after` for the changes before these; absent at the end.", default=None)


@frozen(kw_only=True)
class Space:
    """What is set for one space."""

    key: str = about("The key of the space.")
    version: int = about("The version of everything that is set on the site; the ETag.")
    configuration: str = about("The configuration above the space.")
    limits: str = about("The space's own restrictions, in TOML as in the document of the site.")
    above: list[ValueInForce] = about("What the layers above restrict already.")
    admins: list[str] = about("Who governs it besides admins of the site, as `group:…` and `member:…`.")
    on: bool = about("Whether links of the space may open, as far as the switches say.")


@frozen(kw_only=True)
class Spaces:
    """Spaces for which something is set."""

    spaces: list[str] = about("Their keys: those that the member governs.")


@frozen(kw_only=True)
class SpaceLimits:
    """The restrictions of one space, all of them."""

    limits: str = about("In TOML as in the document of the site; an empty text restricts nothing.")
