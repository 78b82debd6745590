"""Events and letters that are stored along with their cause, in its transaction."""

from __future__ import annotations

from collections.abc import Sequence

from exshare_adapters.rows import event_params, letter_params
from exshare_adapters.sqlite.connection import Statements
from exshare_core.events import Event
from exshare_core.letters import SealedLetter


def put_along(db: Statements, events: Sequence[Event], letters: Sequence[SealedLetter] = ()) -> None:
    """Append events and put letters, in their order."""
    db.run_each("activity.append", map(event_params, events))
    db.run_each("outbox.put", map(letter_params, letters))
