"""The clock and the source of randomness of this machine."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime


class SystemClock:
    """A Clock that reads the machine's own; the operator keeps that one right (NTP)."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)


class SystemTokens:
    """A TokenGenerator over the operating system's CSPRNG."""

    def token(self) -> str:
        """256 bits in 43 characters of URL-safe base64 (spec L2)."""
        return secrets.token_urlsafe(32)

    def id(self) -> str:
        """128 bits in 32 hexadecimal digits."""
        return secrets.token_hex(16)

    def code(self) -> str:
        """8 digits, each code equally likely."""
        return f"{secrets.randbelow(10**8):08d}"
