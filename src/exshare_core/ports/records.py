"""Rows of storage, as values: what a repository is given and gives back beside what the domain itself has."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from exshare_core.attempts import Visit
from exshare_core.links import LinkAddress, ShareLink, Switches
from exshare_core.listings import Place
from exshare_core.policy import Layer
from exshare_core.values import (
    ExternalAccountId,
    LinkId,
    Sealed,
    SiteId,
)


@frozen(slots=True)
class StoredProof:
    """A proof as it rests: the proved mailbox is sealed (purpose ``proof``, id = link id)."""

    kind: str
    site: SiteId
    link: LinkId
    session: bytes = field(repr=False)
    """SHA-256 of the visitor's session id."""
    security_version: int
    proved_at: datetime
    address: Sealed | None = None
    detail: str = ""
    """As in `gates.Proof`."""
    account: ExternalAccountId | None = None
    """The external account that signed in; when it ends, its proofs do."""


@frozen(slots=True)
class Found:
    """Everything stored that judges one attempt, read at one instant."""

    link: ShareLink
    address: LinkAddress
    layers: tuple[Layer, ...]
    """Outermost first as `SitePolicy.layers` gives them; without the link's own."""
    switches: Switches
    opens: int
    proofs: tuple[StoredProof, ...] = ()
    visit: Visit | None = None


@frozen(slots=True)
class LinkRecord:
    """A link as its members see it: with its addresses and the number of its opens."""

    link: ShareLink
    addresses: tuple[LinkAddress, ...]
    opens: int
    layers: tuple[Layer, ...]
    switches: Switches
    last_opened_at: datetime | None = None
    """When the last of the counted opens began; None where none is counted."""

    @property
    def slug(self) -> str:
        """The words of a named link: those of its newest address that is nobody's own."""
        shown = [one for one in self.addresses if one.recipient is None]
        newest = max(shown, key=lambda one: one.created_at, default=None)
        return "" if newest is None else newest.slug


@frozen(slots=True)
class Stretch:
    """A piece of a list of links."""

    records: tuple[LinkRecord, ...]
    after: Place | None
    """Where the list goes on; None at its end."""


@frozen(slots=True)
class Swept:
    """What a walk over all links of a site sees of one."""

    link: ShareLink
    opens: int
    owner_in: bool = True
    """As in `Switches`."""


@frozen(slots=True)
class PendingCode:
    """A one-time code that was asked for and not used yet: nothing of it in clear (spec G2)."""

    site: SiteId
    link: LinkId
    session: bytes = field(repr=False)
    address_digest: bytes = field(repr=False)
    """The keyed digest of the address's key."""
    code_digest: bytes = field(repr=False)
    tries: int
    expires_at: datetime


@frozen(slots=True)
class PendingDeparture:
    """A browser that left to sign in elsewhere and has not come back: nothing that it carries is in clear (spec G4)."""

    digest: bytes = field(repr=False)
    """SHA-256 of the errand's state."""
    site: SiteId
    browser: bytes = field(repr=False)
    """SHA-256 of an id that this browser keeps in a cookie, and no other browser has."""
    provider: str
    kept: Sealed = field(repr=False)
    """The rest of the errand and where to go on (purpose ``departure``, id = the digest in hex)."""
    expires_at: datetime
