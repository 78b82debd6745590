"""Brings the schema of a deployment's storage up to date, or back to an earlier step, whoever asks."""

from __future__ import annotations

from attrs import frozen

from exshare_adapters.vault import AesGcmVault, load_or_create_key
from exshare_core.errors import Broken, InvalidValue, OldSchema
from exshare_core.mailboxes import seal_all
from exshare_core.ports import Descent, Dropped, Migrated, Schema
from exshare_web.container.choosing import Chosen
from exshare_web.settings import Settings


@frozen
class Migration:
    """What is asked for: to bring it up to date, or back to the step `to`."""

    to: str | None = None
    rehearse: bool = False
    """Whether to say only what would be done."""
    lose: bool = False
    """Whether a way back may drop what holds rows."""


@frozen
class Migrating:
    """What was done, or would be."""

    taken: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    steps: tuple[str, ...] = ()
    """Every step that stands after it, oldest first."""


async def migrated(settings: Settings, asked: Migration) -> Migrating:
    """What came of it; nothing for a storage without a schema of its own.

    Raises InvalidValue as `Migrated.take_back` does, and Broken for a schema that cannot be brought up to date.
    """
    chosen = Chosen.of(settings).storage
    if asked.to is None and not asked.rehearse:
        async with chosen.migrating(True).open() as storage:
            await seal_all(storage.activity, AesGcmVault(load_or_create_key(settings.key_file)))
            if not isinstance(storage, Migrated):
                return Migrating()
            return Migrating(storage.brought_up, steps=(await storage.schema()).taken)
    try:
        async with chosen.migrating(False).open() as storage:
            if not isinstance(storage, Migrated):
                return Migrating()
            return await _looked(storage, asked)
    except OldSchema as error:
        if asked.to is not None:
            raise InvalidValue("to", "there is no schema yet") from error
        return Migrating(error.pending, steps=error.pending)


async def _looked(storage: Migrated, asked: Migration) -> Migrating:
    schema = await storage.schema()
    if asked.to is None:
        if schema.fault:
            raise Broken(schema.fault)
        return Migrating(schema.pending, steps=(*schema.taken, *schema.pending))
    descent = await storage.take_back(asked.to, rehearse=asked.rehearse, lose=asked.lose)
    return Migrating((), descent.undone, descent.dropped, _without(schema, descent))


def _without(schema: Schema, descent: Descent) -> tuple[str, ...]:
    return tuple(one for one in schema.taken if one not in descent.undone)
