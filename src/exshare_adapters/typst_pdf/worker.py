"""The process that sets one document: a booklet comes in on its standard input, a PDF goes out, and it ends.

Run as ``python -m exshare_adapters.typst_pdf.worker``. Before it reads anything it gives itself the lowest priority and
limits that it cannot raise again: of memory, of processor time, and of files, of which it can write none.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Protocol

CPU_SECONDS = 60
"""Processor time of one document."""
FLAT = 4
"""Elements within one another that are set as such where nothing else helps."""
UA, SHAPELESS = "PDF/UA", "could not be displayed"
"""How the engine begins to say that a document is not as the standard wants it, and what it says of a letter."""
BYTES = 2 * 1024 * 1024 * 1024
"""The address space of the process, the engine's own code included."""


def main() -> None:
    """Set the document of the booklet on standard input."""
    _bounded()
    from exshare_adapters.typst_pdf.typesetting import typeset

    job = read_job(sys.stdin.buffer)
    sys.stdout.buffer.write(
        _pdf(
            [
                partial(typeset, job),
                partial(typeset, job | {"pictures": {}, "logo": ""}),
                partial(typeset, job | {"pictures": {}, "logo": ""}, deepest=FLAT),
            ]
        )
    )


def read_job(pipe: BinaryIO) -> dict[str, Any]:
    """The booklet that a printer writes: its pictures as they stand in addresses of data."""
    job: dict[str, Any] = json.loads(pipe.readline())
    job["logo"] = b64encode(pipe.read(job["logo"])).decode()
    sheets = []
    for _ in range(job["sheets"]):
        page, title, depth, about, size = json.loads(pipe.readline())
        sheets.append((page, title, pipe.read(size).decode(), depth, about))
    job["sheets"] = sheets
    job["pictures"] = {file: b64encode(pipe.read(size)).decode() for file, size in job["pictures"].items()}
    return job


def _bounded() -> None:
    os.nice(19)
    for what, most in (
        (resource.RLIMIT_AS, BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))


class Source(Protocol):
    """What makes the source of a document."""

    def __call__(self, *, lacking: bool = False) -> str:
        """The source; with `lacking` it says that some letters have no shape."""


def _pdf(sources: Sequence[Source]) -> bytes:
    """The document of the first source that can be set: without its pictures where one of them cannot be read, and
    without what is deep within itself where that is too deep.
    """
    import typst

    *others, last = sources
    for source in others:
        with suppress(typst.TypstError):
            return _compiled(source)
    return _compiled(last)


def _compiled(source: Source) -> bytes:
    """By the rules of PDF/UA, where it keeps them: then it says so. The engine finds out whether it does.

    Letters without a shape are against these rules. The fonts of the machine are asked for what its own do not have.
    """
    import typst

    # The source names no file; a folder is needed all the same, and this one has nothing but our code
    compiler = typst.Compiler(root=Path(__file__).parent, font_paths=typst.Fonts(include_system_fonts=True))
    text = source().encode()
    try:
        return _bytes(compiler.compile(text, format="pdf", pdf_standards=["ua-1"]))
    except typst.TypstError as error:
        if not error.message.startswith(UA):
            raise
        lacking = SHAPELESS in error.diagnostic
    return _bytes(compiler.compile(source(lacking=True).encode() if lacking else text, format="pdf"))


def _bytes(made: object) -> bytes:
    assert isinstance(made, bytes)
    return made


if __name__ == "__main__":
    main()
