"""The PdfPrinter that sets a booklet in a process of its own: bounded, of low priority, fed and read by pipes alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode

import anyio
from attrs import define, field

from exshare_adapters.typst_pdf.worker import CPU_SECONDS
from exshare_core.errors import Broken
from exshare_core.ports import Booklet

SECONDS = 2.0 * CPU_SECONDS
"""How long a document may take by the clock: others may need the processor as well."""

MOST_BYTES = 100_000_000
"""Bytes of all that a document is made of."""


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
        job = _job(booklet)
        if len(job) > self.most_bytes:
            raise Broken("the document is too large to set")
        async with self._turns:
            try:
                with anyio.fail_after(self.seconds):
                    return await _set(job)
            except TimeoutError as error:
                raise Broken("the document took too long to set") from error


async def _set(job: bytes) -> bytes:
    command = [sys.executable, "-m", "exshare_adapters.typst_pdf.worker"]
    # Nothing of our own environment, which may hold secrets; only where the code is, and how few threads and heaps
    # it may have: with one for each of many processors the limit of memory would be met before there is any work.
    environment = {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "LANG": "C.UTF-8",
        "RAYON_NUM_THREADS": "2",
        "MALLOC_ARENA_MAX": "2",
    }
    ended = await anyio.run_process(
        command, input=job, stderr=subprocess.DEVNULL, check=False, env=environment, cwd="/"
    )
    if ended.returncode != 0 or not ended.stdout.startswith(b"%PDF-"):
        raise Broken("the document could not be set")
    return ended.stdout


def _job(booklet: Booklet) -> bytes:
    """The booklet in one line of JSON, its pictures as they stand in addresses of data."""
    job = {
        "title": booklet.title,
        "language": booklet.language,
        "pages": booklet.pages,
        "files": booklet.files,
        "header": booklet.header,
        "footer": booklet.footer,
        "number": booklet.number,
        "accent": "" if booklet.accent is None else str(booklet.accent),
        "logo": b64encode(booklet.logo).decode(),
        "contents": booklet.contents,
        "missing": booklet.missing,
        "sheets": [[one.page, one.title, one.html, one.depth, one.about] for one in booklet.sheets],
        "pictures": {file: b64encode(data).decode() for file, data in booklet.pictures.items()},
    }
    return json.dumps(job).encode("utf-8", "replace")
