"""What an attempt at a link consists of: when, from where, with what proved, and as part of which visit."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

from attrs import field, frozen

from exshare_core.links import ShareLink
from exshare_core.values import Address, IPAddress, LinkId, SiteId

VISIT_IDLE = timedelta(minutes=30)
VISIT_LIFE = timedelta(hours=12)
"""A visit ends 30 minutes after its last request and 12 hours after it began (spec L14)."""

PROOF_LIFE = timedelta(hours=12)
"""A proof is good for as long as a visit can be."""


class ProofKind(Enum):
    """Which gate a proof satisfies."""

    PASSWORD = "password"
    ADDRESS = "address"
    """A mailbox, by a code that was sent to it."""
    SIGN_IN = "sign-in"
    """Who somebody is; where their mailbox is confirmed, it counts as proved as well (spec G2)."""
    TERMS = "terms"


class Method(Enum):
    """How somebody signed in."""

    ACCOUNT = "account"
    """With an external account here."""
    SSO = "sso"
    """With an organisation (spec G4)."""
    SIGNED = "signed"
    """Named by an embedding host (spec G11); it is no sign-in with an organisation."""


@frozen(slots=True)
class Proof:
    """Evidence that a gate was satisfied, bound to one link and its security version (spec G9)."""

    kind: ProofKind
    link: LinkId
    security_version: int
    proved_at: datetime
    address: Address | None = None
    """The mailbox that was proved, or that is confirmed of who signed in."""
    detail: str = ""
    """Of a sign-in the `Method`, of terms the version that was accepted."""


@frozen(slots=True)
class Visit:
    """One person's use of one link, from the POST that passed the last gate (spec L14)."""

    id: str
    site: SiteId
    link: LinkId
    session: bytes = field(repr=False)
    security_version: int
    began_at: datetime
    seen_at: datetime

    def lives(self, at: datetime) -> bool:
        """Whether the visit has not ended by itself at `at`."""
        return at < self.began_at + VISIT_LIFE and at < self.seen_at + VISIT_IDLE

    def goes_on(self, link: ShareLink, at: datetime) -> bool:
        """Whether it is a visit to `link` as its gates are now, and has not ended at `at`."""
        return self.link == link.id and self.security_version == link.security_version and self.lives(at)


@frozen(slots=True)
class Attempt:
    """Somebody tries a link: when, from where, and with what already proved in this browser."""

    at: datetime
    network: IPAddress | None
    proofs: tuple[Proof, ...] = ()
    visit: Visit | None = None
    opens: int = 0
    """How often the link has been opened so far."""
