"""Values sealed by AES-256-GCM under a key that lies in a file of its own, outside the database (spec L2, S1).

A sealed value is one byte of form, four bytes that name the key, twelve of nonce, then the ciphertext with its tag;
what it is bound to is authenticated with it. The form and the key's name are there so that another form or a new key
can stand beside the old one later: a value of form 1 will always be read as it is written here.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from attrs import field, frozen

from exshare_adapters.secret_files import SECRET_BYTES as KEY_BYTES
from exshare_adapters.secret_files import read_secret_file, secret_of
from exshare_core.errors import CannotUnseal, InvalidValue
from exshare_core.values import Sealed, SiteId

FORM = b"\x01"
KEY_NAME_BYTES = 4
NONCE_BYTES = 12
TAG_BYTES = 16
HEAD_BYTES = len(FORM) + KEY_NAME_BYTES


@frozen(slots=True)
class VaultKey:
    """The 32 bytes from which every other key is derived. Never shown by ``repr``, never logged."""

    secret: bytes = field(repr=False)

    def __attrs_post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise InvalidValue("key_file", f"a key has {KEY_BYTES} bytes")

    def derived(self, use: str, length: int = KEY_BYTES) -> bytes:
        """The key for one use only, by HKDF-SHA-256: what one use gives away says nothing of another."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), length, salt=None, info=f"exshare vault 1 {use}".encode()).derive(self.secret)


class AesGcmVault:
    """A Vault of AES-256-GCM and HMAC-SHA-256.

    Nonces are drawn at random, which is sound for 2**32 values under one key (NIST SP 800-38D 8.3): one value every
    second, day and night, for more than a century.
    """

    def __init__(self, key: VaultKey) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher = AESGCM(key.derived("seal"))
        self._digest_key = key.derived("digest")
        self._head = FORM + key.derived("name", KEY_NAME_BYTES)

    async def seal(self, value: bytes, purpose: str, site: SiteId, id: str) -> Sealed:
        """See `Vault.seal`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return Sealed(self._head + nonce + self._cipher.encrypt(nonce, value, self._bound(purpose, site, id)))

    async def open(self, sealed: Sealed, purpose: str, site: SiteId, id: str) -> bytes:
        """See `Vault.open`."""
        from cryptography.exceptions import InvalidTag

        if len(sealed) < HEAD_BYTES + NONCE_BYTES + TAG_BYTES or sealed[:1] != FORM:
            raise CannotUnseal("the sealed value has a form that this version does not know")
        if sealed[:HEAD_BYTES] != self._head:
            raise CannotUnseal("the value was sealed under another key; is `key_file` the right one?")
        nonce, hidden = sealed[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES], sealed[HEAD_BYTES + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, hidden, self._bound(purpose, site, id))
        except InvalidTag:
            raise CannotUnseal("the sealed value was changed, or belongs to something else") from None

    async def keyed_digest(self, value: bytes, purpose: str, site: SiteId) -> bytes:
        """See `Vault.keyed_digest`."""
        return hmac.digest(self._digest_key, _framed(purpose.encode(), site.encode(), value), sha256)

    def _bound(self, purpose: str, site: SiteId, id: str) -> bytes:
        return _framed(self._head, purpose.encode(), site.encode(), id.encode())


def _framed(*parts: bytes) -> bytes:
    """Each part after its length, so that no two lists of parts look alike."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


# --- the key file ----------------------------------------------------------------------------------------------------


def load_or_create_key(path: Path) -> VaultKey:
    """The key in the file at `path`; a file that is not there yet is made, with mode 0600.

    It appears whole or not at all, and processes that start at the same moment all get the key of the first. Raises
    InvalidValue naming ``key_file`` for a file that others may read, that holds no key, or that cannot be made.
    """
    try:
        with suppress(FileNotFoundError):
            return _read(path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            _create(path)
        return _read(path)
    except OSError as error:
        raise InvalidValue("key_file", f"`{path}` cannot be read or made: {error.strerror}") from error


def _read(path: Path) -> VaultKey:
    secret = secret_of(read_secret_file(path, "key_file"))
    if secret is None:
        raise InvalidValue(
            "key_file",
            f"`{path}` does not hold {KEY_BYTES} bytes in base64 or hexadecimal digits; put the right file back, or "
            "make a new key with `openssl rand -base64 32`, under which nothing sealed before will open",
        )
    return VaultKey(secret)


def _create(path: Path) -> None:
    """Write a fresh key beside `path`, then give it that name; raises FileExistsError when the name was taken first.

    A hard link, unlike a renaming, never replaces what is there.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(descriptor)
        os.link(draft, path)
        _synced(path.parent)
    finally:
        draft.unlink()


def _synced(folder: Path) -> None:
    """Wait until the folder's entries are on the disk: a key that is lost with the power takes everything with it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
