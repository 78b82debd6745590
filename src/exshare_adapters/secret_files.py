"""Files that hold secrets: plain ones that only their owner may read, and secrets written in them as text."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from pathlib import Path

from exshare_core.errors import InvalidValue

SECRET_BYTES = 32
MOST_BYTES = 4096
"""What is read of such a file at most."""


def read_secret_file(path: Path, name: str) -> bytes:
    """What stands in the file; raises InvalidValue naming `name` for one that others may read or that is no plain file.

    Raises OSError as `open` does.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise InvalidValue(name, f"`{path}` is not a plain file")
        if status.st_mode & 0o077:
            raise InvalidValue(name, f"`{path}` may be read by others; run `chmod 600 {path}`")
        return file.read(MOST_BYTES)


def secret_of(text: bytes) -> bytes | None:
    """The 32 bytes that are written in base64 or hexadecimal digits, or None for anything else."""
    for decode in (bytes.fromhex, lambda digits: base64.b64decode(digits, validate=True)):
        try:
            secret = decode(text.strip().decode("ascii"))
        except (UnicodeDecodeError, ValueError, binascii.Error):
            continue
        if len(secret) == SECRET_BYTES:
            return secret
    return None
