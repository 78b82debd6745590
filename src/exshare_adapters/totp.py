"""Codes of an authenticator app by cryptography: six digits of SHA-1, new every 30 seconds, as every app reckons them."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from exshare_core.errors import Broken

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

SECRET_BYTES = 20
"""What RFC 4226 recommends: as long as a digest of SHA-1."""

DIGITS = 6
STEP_SECONDS = 30

BESIDE = 1
"""Steps before and after the present one whose codes are good: RFC 6238 advises no more than one."""


class Totp:
    """An AuthenticatorCodes over cryptography's TOTP.

    SHA-1 is no weakness here: HMAC needs no collision resistance, and common apps ignore any other choice.
    """

    def secret(self) -> bytes:
        """160 bits of the operating system's CSPRNG."""
        return secrets.token_bytes(SECRET_BYTES)

    def uri(self, secret: bytes, account: str, issuer: str) -> str:
        """See `AuthenticatorCodes.uri`."""
        # The library writes a blank as a plus sign, which some apps show; a plus sign in a name is escaped already.
        return _totp(secret).get_provisioning_uri(account, issuer).replace("+", "%20")

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        """See `AuthenticatorCodes.verify`: always does the work of every step that could fit."""
        from cryptography.hazmat.primitives.constant_time import bytes_eq

        totp, typed = _totp(secret), "".join(code.split()).encode("utf-8", "replace")
        now = int(at.timestamp()) // STEP_SECONDS
        fitting = [
            step
            for step in (now, *range(now - BESIDE, now), *range(now + 1, now + BESIDE + 1))
            if bytes_eq(totp.generate(step * STEP_SECONDS), typed)
        ]
        return next((step for step in fitting if after is None or step > after), None)


def _totp(secret: bytes) -> TOTP:
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    try:
        return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303
    except ValueError as error:
        raise Broken("a stored secret of an authenticator app is damaged") from error
