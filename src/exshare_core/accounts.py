"""Members of this deployment and their sessions, as values.

A member is a person of the organisation who shares or governs. A local member signs in with a password made through a
one-time set-up link; nobody has a default password.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import field, frozen

from exshare_core.values import AccountId, MemberId, SiteId

SETUP_LIFE = timedelta(hours=72)
"""How long a one-time set-up link is good for."""

SESSION_IDLE = timedelta(minutes=30)
SESSION_LIFE = timedelta(hours=12)
"""A member's session ends 30 minutes after its last use and 12 hours after sign-in."""


@frozen(slots=True)
class Member:
    """A local member. Without a site, an admin of all sites (spec R6)."""

    id: MemberId
    name: str
    site: SiteId | None
    admin: bool = False
    identity: AccountId | None = None
    """The Confluence identity this member is tied to (spec R5)."""
    password_hash: str | None = field(default=None, repr=False)
    setup_digest: bytes | None = field(default=None, repr=False)
    """SHA-256 of the one-time set-up token, while it may still be used."""
    setup_expires: datetime | None = None
    created_at: datetime | None = None
    disabled: bool = False
    version: int = 1

    def belongs_to(self, site: SiteId) -> bool:
        """Whether this member may act on `site` at all."""
        return not self.disabled and (self.site is None or self.site == site)


@frozen(slots=True)
class MemberSession:
    """A member's signed-in browser; only a digest of its id is stored."""

    digest: bytes = field(repr=False)
    member: MemberId
    began_at: datetime
    seen_at: datetime

    def lives(self, at: datetime) -> bool:
        """Whether the session is still good at `at`."""
        return at < self.began_at + SESSION_LIFE and at < self.seen_at + SESSION_IDLE
