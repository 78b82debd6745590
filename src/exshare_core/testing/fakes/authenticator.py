"""Codes of an authenticator app over counted secrets: real codes, so that a test can be the app."""

from __future__ import annotations

from base64 import b32encode
from datetime import datetime
from hashlib import sha1
from urllib.parse import quote

from exshare_core.errors import Broken
from exshare_core.testing.authenticator import reckoned, step_of


class CountingAuthenticatorCodes:
    """An AuthenticatorCodes whose secrets are hashes of a count. Only for testing: no secret is one."""

    def __init__(self) -> None:
        self._count = 0

    def secret(self) -> bytes:
        """The next secret."""
        self._count += 1
        return sha1(b"only for testing %d" % self._count, usedforsecurity=False).digest()

    def uri(self, secret: bytes, account: str, issuer: str) -> str:
        """See `AuthenticatorCodes.uri`."""
        name, by = quote(account, safe=""), quote(issuer, safe="")
        return f"otpauth://totp/{by}:{name}?secret={b32encode(secret).decode().rstrip('=')}&issuer={by}"

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        """See `AuthenticatorCodes.verify`."""
        if len(secret) < 16:
            raise Broken("what is stored is no secret of an authenticator app")
        typed, now = "".join(code.split()), step_of(at)
        fitting = [step for step in (now, now - 1, now + 1) if typed == reckoned(secret, step)]
        return next((step for step in fitting if after is None or step > after), None)
