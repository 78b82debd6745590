"""Peppers: keys outside the database that go into a password before it is hashed (spec G1; SP 800-63B, 3.1.1.2).

A stolen database alone then lets nobody try passwords. A hash names the pepper it was made with by a short digest, so
that peppers can be changed: the first line of the file is today's, and the others still verify what they were in.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path

from attrs import field, frozen

from exshare_adapters.secret_files import read_secret_file, secret_of
from exshare_core.errors import Broken, InvalidValue

MOST_PEPPERS = 16
_MARK = "$pepper="


@frozen(slots=True)
class Pepper:
    """One key of 32 bytes. Never shown by ``repr``."""

    key: bytes = field(repr=False)
    name: str = field(init=False)
    """Names it in the hashes that were made with it, and tells nothing of it."""

    @name.default
    def _name(self) -> str:
        return hmac.new(self.key, b"exshare pepper", sha256).hexdigest()[:8]

    def into(self, password: bytes) -> bytes:
        """What is hashed in place of the password: text of 44 characters."""
        return b64encode(hmac.digest(self.key, password, "sha256"))


def load_peppers(path: Path) -> tuple[Pepper, ...]:
    """The peppers in the file, one a line, today's first; raises InvalidValue naming ``pepper_file``."""
    try:
        lines = [line for line in read_secret_file(path, "pepper_file").splitlines() if line.strip()]
    except OSError as error:
        raise InvalidValue("pepper_file", f"`{path}` cannot be read: {error.strerror}") from error
    secrets = [secret for line in lines if (secret := secret_of(line)) is not None]
    if len(secrets) != len(lines) or not 1 <= len(secrets) <= MOST_PEPPERS:
        rule = f"does not hold 1 to {MOST_PEPPERS} lines of 32 bytes in base64 or hexadecimal digits; make one with"
        raise InvalidValue("pepper_file", f"`{path}` {rule} `openssl rand -base64 32`")
    return tuple(map(Pepper, secrets))


def seasoned(pepper: Pepper | None, hashed: str) -> str:
    """A hash with the name of the pepper that went into it."""
    return hashed if pepper is None else f"{_MARK}{pepper.name}{hashed}"


def parted(stored: str) -> tuple[str | None, str]:
    """The name of the pepper in a stored hash, or None, and the hash itself."""
    if not stored.startswith(_MARK):
        return None, stored
    name, mark, rest = stored.removeprefix(_MARK).partition("$")
    return name, mark + rest


def fitting(peppers: Collection[Pepper], name: str | None) -> Pepper | None:
    """The pepper of that name, None where none went in; raises Broken where it is not configured any more."""
    if name is None:
        return None
    found = next((pepper for pepper in peppers if pepper.name == name), None)
    if found is None:
        raise Broken(f"a stored password was hashed with the pepper `{name[:8]}`, which is not configured")
    return found
