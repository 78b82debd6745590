"""An event loop for tests of what lasts: its time can be moved on."""

from __future__ import annotations

import asyncio


class Clockwork(asyncio.SelectorEventLoop):
    """A loop whose time can be moved on."""

    skipped = 0.0

    def time(self) -> float:
        """Seconds, with those that were skipped."""
        return super().time() + self.skipped
