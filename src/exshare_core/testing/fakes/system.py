"""A clock that is set and a source of tokens that counts: nothing here is random,
so nothing here is secret.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256

from exshare_core.testing.samples import NOW
from exshare_core.values import utc


class FakeClock:
    """A Clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = utc(now)

    def now(self) -> datetime:
        """The instant that was set last."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move to an instant."""
        self._now = utc(now)

    def forward(self, **duration: float) -> None:
        """Move on by a duration; as for timedelta."""
        self._now += timedelta(**duration)


class CountingTokens:
    """A TokenGenerator whose values are hashes of a count: the right shape, the same in every run."""

    def __init__(self) -> None:
        self._count = 0

    def token(self) -> str:
        """The next token."""
        return urlsafe_b64encode(self._next()).decode("ascii").rstrip("=")

    def id(self) -> str:
        """The next id."""
        return self._next().hex()[:32]

    def code(self) -> str:
        """The next code."""
        return f"{int.from_bytes(self._next(), 'big') % 10**8:08d}"

    def _next(self) -> bytes:
        self._count += 1
        return sha256(b"only for testing %d" % self._count).digest()
