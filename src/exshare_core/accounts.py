"""Members of this deployment and their sessions, as values.

A member is a person of the organisation who shares or governs. A local member signs in with a password made through a
one-time set-up link, and with a second factor where there is one; nobody has a default password.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

from attrs import field, frozen

from exshare_core.factors import SecondFactor
from exshare_core.values import AccountId, Address, MemberId, SiteId, Subject

SETUP_LIFE = timedelta(hours=72)
"""How long a one-time set-up link is good for."""

SESSION_IDLE = timedelta(minutes=30)
SESSION_LIFE = timedelta(hours=12)
"""A member's session ends 30 minutes after its last use and 12 hours after sign-in."""

CONFIRMED_LIFE = timedelta(minutes=10)
"""How long a member who has shown who they are may change how they sign in (ASVS 7.5.1)."""

STEP_LIFE = timedelta(minutes=5)
"""How long there is between the password and the code."""

ENROLMENT_LIFE = timedelta(minutes=15)
"""The same for members who must set up a second factor first: an app has to be found and installed."""


class Way(Enum):
    """How a member signed in."""

    PASSWORD = "password"
    SSO = "sso"


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
    factor: SecondFactor | None = None
    subject: Subject | None = None
    """Who the member is where they sign in elsewhere; None for whoever signs in here alone."""
    claimed_groups: frozenset[str] | None = None
    """The groups that the provider named when the member last signed in there, where those count (spec R4); None where
    Confluence is asked."""
    address: Address | None = None
    """The mailbox that gets notices; proves nothing and signs nobody in."""

    def belongs_to(self, site: SiteId) -> bool:
        """Whether this member may act on `site` at all."""
        return not self.disabled and (self.site is None or self.site == site)


@frozen(slots=True)
class MemberSession:
    """A member's signed-in browser; only a digest of its id is stored. The id is renewed at each step of privilege."""

    digest: bytes = field(repr=False)
    member: MemberId
    began_at: datetime
    seen_at: datetime
    name: str = ""
    """Names the session to its member, whatever its id is by now; opens nothing."""
    way: Way = Way.PASSWORD
    confirmed_at: datetime | None = None
    """When the member last showed who they are, by signing in or by a password or a code since."""
    network: str | None = None
    """The address that the last use came from."""

    def lives(self, at: datetime) -> bool:
        """Whether the session is still good at `at`."""
        return at < self.began_at + SESSION_LIFE and at < self.seen_at + SESSION_IDLE

    def is_confirmed(self, at: datetime) -> bool:
        """Whether the member showed who they are within the last 10 minutes."""
        return self.confirmed_at is not None and at < self.confirmed_at + CONFIRMED_LIFE


@frozen(slots=True)
class SignInStep:
    """A browser whose member has given the right password and owes a second factor: no session, and good for little."""

    digest: bytes = field(repr=False)
    member: MemberId
    site: SiteId
    """The site that was chosen for the session."""
    began_at: datetime

    def lives(self, at: datetime, *, enrols: bool) -> bool:
        """Whether the step is still good at `at`; `enrols` for a member who has no second factor yet."""
        return at < self.began_at + (ENROLMENT_LIFE if enrols else STEP_LIFE)
