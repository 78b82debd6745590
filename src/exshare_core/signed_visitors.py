"""Visitors whom an embedding host names by a token that it signs: what such a token says, and when it is good (G11).

Who signed it is found out by an adapter. What is judged here is what it says: for which link, and for how long.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import field, frozen

from exshare_core.values import Address, LinkId

TOKEN_LIFE = timedelta(minutes=5)
"""The longest time that a host may make a token good for."""

CLOCK_SKEW = timedelta(minutes=1)
"""The time by which a host's clock may be ahead of ours."""


@frozen(slots=True)
class SignedVisitor:
    """What a host of a site says of a visitor."""

    issuer: str
    """The host, by the name that it signs with."""
    id: str = field(repr=False)
    """What the host calls this token and no other; it is good once."""
    address: Address = field(repr=False)
    """The visitor's mailbox, for which the host vouches."""
    audience: str
    """The link that the token is for, by its id."""
    issued_at: datetime
    expires_at: datetime
    not_before: datetime | None = None

    @property
    def forgotten_at(self) -> datetime:
        """From when on the token need not be remembered: by then no clock of ours takes it."""
        return self.expires_at + CLOCK_SKEW

    def fault(self, link: LinkId, at: datetime) -> str | None:
        """The rule that keeps the token from being good at `link` at the instant `at`, in words; None where it is good."""
        begins = max(self.issued_at, self.not_before or self.issued_at)
        if self.audience != link:
            return "the token is for another link"
        if self.expires_at > self.issued_at + TOKEN_LIFE:
            return "the token is good for more than 5 minutes"
        if at + CLOCK_SKEW < begins:
            return "the token is not good yet"
        if at >= self.expires_at:
            return "the token has expired"
        return None
