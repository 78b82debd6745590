"""The activity as CSV and JSON, written while it is read: an export of millions of rows fills no memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import orjson

from exshare_core.governing.auditing import Told
from exshare_core.values import MemberId
from exshare_web import csv_cells

COLUMNS = (
    "number", "at", "kind", "actor", "member", "link", "space", "page", "detail", "network", "address", "account",
)  # fmt: skip


def described(one: Told, names: Mapping[MemberId, str]) -> dict[str, Any]:
    """An event as plain values, by the names of the columns."""
    event = one.event
    return {
        "number": one.number,
        "at": event.at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "kind": event.kind.value,
        "actor": event.actor.value,
        "member": None if event.member is None else names.get(event.member, event.member),
        "link": event.link,
        "space": event.space,
        "page": event.page,
        "detail": event.detail,
        "network": event.network,
        "address": one.address,
        "account": event.account,
    }


async def as_csv(events: AsyncIterator[Told], names: Mapping[MemberId, str]) -> AsyncIterator[str]:
    """A line of names and a line for each event, with cells that no spreadsheet runs."""
    yield csv_cells.BEGINNING + csv_cells.line(COLUMNS)
    async for one in events:
        values = described(one, names)
        yield csv_cells.line(values[name] for name in COLUMNS)


async def as_json(events: AsyncIterator[Told], names: Mapping[MemberId, str]) -> AsyncIterator[bytes]:
    """A list of objects, one a line."""
    before = b"[\n"
    async for one in events:
        yield before + orjson.dumps(described(one, names))
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"
