"""The PdfPrinter that sets a booklet in a process of its own: bounded, of low priority, fed and read by pipes alone.

A booklet is written to its process piece by piece, as it is: nothing of its size is made or copied in between, so that
nobody else waits for it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import anyio
from anyio.abc import ByteReceiveStream, ByteSendStream, Process
from attrs import define, field

from exshare_adapters.typst_pdf.worker import CPU_SECONDS
from exshare_core.errors import Broken
from exshare_core.ports import Booklet

SECONDS = 2.0 * CPU_SECONDS
"""How long a document may take by the clock: others may need the processor as well."""

MOST_BYTES = 100_000_000
"""Bytes of all that a document is made of, and of the document."""
PIECE = 64 * 1024
"""Bytes that are written at once."""


@define
class TypstPrinter:
    """Implements `PdfPrinter`. One document is set at a time in this process; further ones wait."""

    seconds: float = SECONDS
    most_bytes: int = MOST_BYTES
    _turns: anyio.CapacityLimiter | None = field(default=None, init=False)

    async def print(self, booklet: Booklet) -> bytes:
        """The booklet as a tagged PDF. What is set when nobody waits for it any more is ended at once."""
        if self._turns is None:
            self._turns = anyio.CapacityLimiter(1)
        if _size(booklet) > self.most_bytes:
            raise Broken("the document is too large to set")
        async with self._turns:
            try:
                with anyio.fail_after(self.seconds):
                    return await _set(booklet, self.most_bytes)
            except TimeoutError as error:
                raise Broken("the document took too long to set") from error


async def _set(booklet: Booklet, most: int) -> bytes:
    command = [sys.executable, "-m", "exshare_adapters.typst_pdf.worker"]
    # Nothing of our own environment, which may hold secrets; only where the code is, and how few threads and heaps
    # it may have: with one for each of many processors the limit of memory would be met before there is any work, and
    # views would find no processor free.
    environment = {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "LANG": "C.UTF-8",
        "RAYON_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
    process = await anyio.open_process(command, stderr=subprocess.DEVNULL, env=environment, cwd="/")
    _give_way(process.pid)
    try:
        return await _answer(process, booklet, most)
    finally:
        if process.returncode is None:
            process.kill()
        with anyio.CancelScope(shield=True):
            await process.aclose()


def _give_way(process: int) -> None:
    """Let a process run only while nobody else wants to; whoever does comes in at once.

    Of low priority alone, it would be let finish its slice each time that a view waits for an answer of the database,
    which made every twentieth view four times as long when that was measured. It says so before the process has begun,
    since to begin is work too. Where the operating system knows no such rule, the low priority is what there is.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(process, os.SCHED_IDLE, os.sched_param(0))


async def _answer(process: Process, booklet: Booklet, most: int) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    # It says nothing before it has read everything, so that neither waits for the other
    await _write(process.stdin, booklet)
    pdf = await _read(process.stdout, most)
    if await process.wait() != 0 or not pdf.startswith(b"%PDF-"):
        raise Broken("the document could not be set")
    return pdf


async def _write(pipe: ByteSendStream, booklet: Booklet) -> None:
    try:
        for part in _parts(booklet):
            for at in range(0, len(part), PIECE):
                await pipe.send(part[at : at + PIECE])
        await pipe.aclose()
    except (anyio.BrokenResourceError, OSError) as error:
        raise Broken("the document could not be set") from error


async def _read(pipe: ByteReceiveStream, most: int) -> bytes:
    parts, size = [], 0
    async for part in pipe:
        parts.append(part)
        size += len(part)
        if size > most:
            raise Broken("the document is too large")
    return b"".join(parts)


def _size(booklet: Booklet) -> int:
    """How large it is at least, in bytes."""
    words = sum(len(one.title) + len(one.html) + len(one.about) for one in booklet.sheets)
    return words + len(booklet.logo) + sum(map(len, booklet.pictures.values()))


def _parts(booklet: Booklet) -> Iterator[bytes]:
    """The booklet as `worker` reads it: a line of JSON for what is short, and what can be long as bytes after it."""
    yield _line(
        {
            "title": booklet.title,
            "language": booklet.language,
            "pages": booklet.pages,
            "files": booklet.files,
            "header": booklet.header,
            "footer": booklet.footer,
            "number": booklet.number,
            "accent": "" if booklet.accent is None else str(booklet.accent),
            "contents": booklet.contents,
            "missing": booklet.missing,
            "logo": len(booklet.logo),
            "sheets": len(booklet.sheets),
            "pictures": {file: len(data) for file, data in booklet.pictures.items()},
        }
    )
    yield booklet.logo
    for sheet in booklet.sheets:
        html = sheet.html.encode("utf-8", "replace")
        yield _line([sheet.page, sheet.title, sheet.depth, sheet.about, len(html)])
        yield html
    yield from booklet.pictures.values()


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"
