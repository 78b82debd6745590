"""Codes by cryptography keep every promise of AuthenticatorCodes."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext

from exshare_adapters.totp import Totp
from exshare_core.ports import AuthenticatorCodes
from exshare_core.testing.authenticator import AuthenticatorCodesContract


class TestTotp(AuthenticatorCodesContract):
    """The adapter that a deployment has."""

    def open(self) -> AbstractAsyncContextManager[AuthenticatorCodes]:
        """It needs no opening."""
        return nullcontext(Totp())
