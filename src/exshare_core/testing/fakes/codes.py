"""One-time codes in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import evolve, frozen

from exshare_core.events import Event
from exshare_core.letters import SealedLetter
from exshare_core.ports import PendingCode
from exshare_core.testing.fakes.state import State
from exshare_core.values import LinkId, SiteId


@frozen
class MemoryCodes:
    """A CodeRepository over a `State`."""

    state: State

    async def ask(
        self, code: PendingCode, at: datetime, events: Sequence[Event], letters: Sequence[SealedLetter]
    ) -> int:
        """Store a code in place of an earlier one."""
        key = (code.site, code.link), code.session
        earlier = self.state.codes.get(key)
        tries = earlier.tries if earlier is not None and at < earlier.expires_at else 0
        with self.state.transaction():
            self.state.codes[key] = evolve(code, tries=tries)
            self.state.record(events, letters)
        return tries

    async def attempt(
        self, site: SiteId, link: LinkId, session: bytes, code_digest: bytes, most: int, at: datetime
    ) -> PendingCode | None:
        """Try a code once."""
        key = (site, link), session
        code = self.state.codes.get(key)
        if code is None:
            return None
        if code.code_digest == code_digest and at < code.expires_at and code.tries < most:
            return self.state.codes.pop(key)
        self.state.codes[key] = evolve(code, tries=code.tries + 1)
        return None
