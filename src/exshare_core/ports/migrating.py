"""The schema of a storage: what its tables were made by, what is left to do, and the way back."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable

from attrs import frozen


@frozen(slots=True)
class Schema:
    """Which steps made the tables of a database, and which would make them what this program needs."""

    taken: tuple[str, ...]
    """Every step that was ever taken, oldest first."""
    pending: tuple[str, ...] = ()
    """Those that are left to take, oldest first."""
    fault: str = ""
    """Why it cannot be brought up to date, in words: it is newer than the program, say; empty where it can."""

    @property
    def stands(self) -> str | None:
        """The last step that was taken; None before the first."""
        return self.taken[-1] if self.taken else None


@frozen(slots=True)
class Dropped:
    """A table or a column that a way back drops, or rows that it deletes."""

    what: str
    """In words, such as ``table `brandings` `` or ``column `space` of `activity` ``."""
    rows: int
    """How many rows it has; of a column, in how many something stands."""


@frozen(slots=True)
class Descent:
    """A way back from later steps of a schema to an earlier one."""

    undone: tuple[str, ...]
    """The steps, newest first."""
    dropped: tuple[Dropped, ...]
    """What holds something and goes with them."""


@runtime_checkable
class Migrated(Protocol):
    """A port that a storage may implement beside its own: what its schema was made by, the way back, and its clock.

    Such a storage has the key ``migrate`` in its section: where that is false, opening it must change nothing, whatever
    its schema; what the storage itself does is promised only where `schema` has nothing pending and no fault.
    """

    @property
    def brought_up(self) -> tuple[str, ...]:
        """The steps of the schema that were taken when it was opened, oldest first."""

    async def schema(self) -> Schema:
        """Must be what stands at this moment, and must change nothing."""

    async def take_back(self, to: str, *, rehearse: bool = False, lose: bool = False) -> Descent:
        """Undo every step after `to`, newest first, in one transaction: all of them or none.

        `to` is a step that was taken, by its name or its number. Must change nothing where it only rehearses. Must raise
        InvalidValue for any other `to`, for a step that has no way back, and, unless `lose`, where what is dropped holds
        anything. Must be able to undo steps that this program does not know.
        """

    async def clock(self) -> datetime:
        """What the database takes for the present instant, in UTC."""
