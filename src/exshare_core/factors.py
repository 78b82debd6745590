"""A second factor beside a password, as values: an authenticator app, and recovery codes for the day it is lost."""

from __future__ import annotations

from base64 import b32encode, urlsafe_b64decode
from datetime import datetime
from enum import Enum

from attrs import field, frozen

from exshare_core.values import Sealed

RECOVERY_CODES = 10
"""How many recovery codes are made at once."""

_GROUP = 4
_RECOVERY_BYTES = 10
"""80 bits: nobody guesses them, and 16 letters can still be typed."""

_MISREAD = str.maketrans("018", "olb")
"""Digits that a recovery code never has, and the letters that they were read for."""


class Demand(Enum):
    """Of which members a second factor is demanded; all others may have one."""

    OPTIONAL = "optional"
    ADMINS = "admins"
    ALL = "all"

    def meant_for(self, *, admin: bool) -> bool:
        """Whether it is demanded of an admin, or of a member who is none."""
        return self is Demand.ALL or (self is Demand.ADMINS and admin)


@frozen(slots=True)
class SecondFactor:
    """An authenticator app that was set up. A code and a recovery code are each good once."""

    secret: Sealed = field(repr=False)
    step: int
    """The time step of the last code that was used."""
    recovery: tuple[bytes, ...] = field(repr=False)
    """Keyed digests of the recovery codes that are left, 32 bytes each."""
    since: datetime


def recovery_code(token: str) -> str:
    """A recovery code made of a fresh token: four groups of four characters ``a-z 2-7``."""
    drawn = b32encode(urlsafe_b64decode(f"{token}=")[:_RECOVERY_BYTES])
    return _grouped(drawn.decode("ascii").lower(), "-")


def typed_recovery(text: str) -> str:
    """What of a recovery code counts, as it was typed: its letters and digits, small, with misread ones mended."""
    return "".join(char for char in text.lower() if char not in "- \t").translate(_MISREAD)[:64]


def spelled(secret: bytes) -> str:
    """The secret of an authenticator app as people type it where they cannot scan: base32 in groups of four."""
    return _grouped(b32encode(secret).decode("ascii").rstrip("="), " ")


def _grouped(text: str, gap: str) -> str:
    return gap.join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
