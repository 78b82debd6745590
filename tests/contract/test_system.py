"""The clock and the tokens of this machine keep the promises of their ports."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext

from exshare_adapters.system import SystemClock, SystemTokens
from exshare_core.ports import Clock, TokenGenerator
from exshare_core.testing.clocks import ClockContract
from exshare_core.testing.tokens import TokenGeneratorContract


class TestSystemClock(ClockContract):
    """The clock of this machine."""

    def open(self) -> AbstractAsyncContextManager[Clock]:
        """It needs no opening."""
        return nullcontext(SystemClock())


class TestSystemTokens(TokenGeneratorContract):
    """The randomness of this machine."""

    def open(self) -> AbstractAsyncContextManager[TokenGenerator]:
        """It needs no opening."""
        return nullcontext(SystemTokens())
