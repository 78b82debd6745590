"""Events and letters that are stored along with their cause, in its transaction."""

from __future__ import annotations

from collections.abc import Sequence

from exshare_adapters.activity_rows import event_params
from exshare_adapters.postgres.connection import Statements
from exshare_adapters.rows import letter_params
from exshare_core.events import Event
from exshare_core.letters import SealedLetter


async def put_along(db: Statements, events: Sequence[Event], letters: Sequence[SealedLetter] = ()) -> None:
    """Append events and put letters, in their order."""
    await db.run_each("activity.append", map(event_params, events))
    await db.run_each("outbox.put", map(letter_params, letters))
