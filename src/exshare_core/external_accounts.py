"""External accounts and their sessions, as values: of visitors who sign in here instead of proving their mailbox anew.

An account belongs to one site and is its mailbox: that was confirmed by a code, rests sealed, and is found by a keyed
digest. Who signs in stays in the browser's one session of a visitor: what is stored is that this session is theirs.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import field, frozen

from exshare_core.factors import SecondFactor
from exshare_core.values import ExternalAccountId, LinkId, Sealed, SiteId

ACCOUNT_IDLE = timedelta(minutes=30)
ACCOUNT_LIFE = timedelta(hours=12)
"""Who is signed in is so until 30 minutes after they last used their account, and for 12 hours at most."""

ACCOUNT_STEP_LIFE = timedelta(minutes=5)
"""How long there is between the password and the code."""

SHARE_LIFE = timedelta(days=180)
"""How long an account keeps the way to a share that is not opened with it any more."""


@frozen(slots=True)
class ExternalAccount:
    """A visitor's account at one site."""

    id: ExternalAccountId
    site: SiteId
    digest: bytes = field(repr=False)
    """The keyed digest of the mailbox's key: one mailbox has one account at a site."""
    address: Sealed = field(repr=False)
    """The mailbox as its owner writes it."""
    password_hash: str = field(repr=False)
    created_at: datetime
    confirmed_at: datetime
    """When the mailbox was last proved to be theirs."""
    disabled: bool = False
    version: int = 1
    factor: SecondFactor | None = None


@frozen(slots=True)
class AccountSession:
    """A visitor's browser in which somebody has signed in at a site. It has one such session at each site."""

    session: bytes = field(repr=False)
    """SHA-256 of the visitor's session id, as proofs and visits have it; it is renewed with them (spec G10)."""
    site: SiteId
    account: ExternalAccountId
    name: str
    """Names the session to its owner, whatever its id is by now; opens nothing."""
    began_at: datetime
    seen_at: datetime
    network: str | None = None
    """The address that the last use came from."""

    def lives(self, at: datetime) -> bool:
        """Whether the session is still good at `at`."""
        return at < self.began_at + ACCOUNT_LIFE and at < self.seen_at + ACCOUNT_IDLE


@frozen(slots=True)
class AccountStep:
    """A visitor's browser that has brought the right password and owes a second factor: good for little."""

    session: bytes = field(repr=False)
    site: SiteId
    account: ExternalAccountId
    began_at: datetime

    def lives(self, at: datetime) -> bool:
        """Whether the step is still good at `at`."""
        return at < self.began_at + ACCOUNT_STEP_LIFE


@frozen(slots=True)
class KeptShare:
    """A share that was opened with an account, so that its owner finds it again."""

    site: SiteId
    account: ExternalAccountId
    link: LinkId
    segment: Sealed = field(repr=False)
    """The last part of the address by which it was opened: whoever has it has the address."""
    opened_at: datetime
    """When the account last got through its gate."""
