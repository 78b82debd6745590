"""A cheap password hasher, only for testing: salted for real, but far too fast for any real password."""

from __future__ import annotations

import hmac
import re
from hashlib import pbkdf2_hmac

from exshare_core.errors import Broken

_HASH = re.compile(r"\$cheap\$([0-9]+)\$([0-9a-f]{32})\$([0-9a-f]{64})\Z")


class CheapHasher:
    """A PasswordHasher of `rounds` rounds. Only for testing: the salt is counted."""

    def __init__(self, rounds: int = 2) -> None:
        self._rounds = rounds
        self._count = 0

    async def hash(self, password: str) -> str:
        """A salted hash."""
        self._count += 1
        return _hashed(password, self._count.to_bytes(16, "big"), self._rounds)

    async def verify(self, stored: str, password: str) -> bool:
        """Whether this password was hashed."""
        rounds, salt, _ = _parsed(stored)
        return hmac.compare_digest(stored, _hashed(password, salt, rounds))

    async def verify_dummy(self, password: str) -> None:
        """Do what `verify` does."""
        _hashed(password, bytes(16), self._rounds)

    def outdated(self, stored: str) -> bool:
        """Whether the hash has fewer rounds than this hasher makes."""
        return _parsed(stored)[0] < self._rounds


def _hashed(password: str, salt: bytes, rounds: int) -> str:
    digest = pbkdf2_hmac("sha256", password.encode("utf-8", "surrogatepass"), salt, rounds)
    return f"$cheap${rounds}${salt.hex()}${digest.hex()}"


def _parsed(stored: str) -> tuple[int, bytes, str]:
    found = _HASH.match(stored)
    if found is None:
        raise Broken("what is stored is no password hash")
    return int(found[1]), bytes.fromhex(found[2]), found[3]
