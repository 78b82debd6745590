"""A vault from the standard library, only for testing: sealed for real, but slow and its key lies open."""

from __future__ import annotations

import hmac
from hashlib import sha256

from exshare_core.errors import CannotUnseal
from exshare_core.values import Sealed, SiteId


class FakeVault:
    """A Vault of HMACs. Only for testing: the nonce is counted, which no real vault may do."""

    def __init__(self, key: bytes = b"a key that is only for testing") -> None:
        self._key = key
        self._count = 0

    async def seal(self, value: bytes, purpose: str, site: SiteId, id: str) -> Sealed:
        """Nonce, the value under a key stream, and a tag over all that binds it."""
        self._count += 1
        nonce = self._count.to_bytes(16, "big")
        hidden = self._hidden(value, nonce, purpose, site, id)
        return Sealed(nonce + hidden + self._tag(nonce, hidden, purpose, site, id))

    async def open(self, sealed: Sealed, purpose: str, site: SiteId, id: str) -> bytes:
        """The value, if the tag fits."""
        nonce, hidden, tag = sealed[:16], sealed[16:-32], sealed[-32:]
        if len(sealed) < 48 or not hmac.compare_digest(tag, self._tag(nonce, hidden, purpose, site, id)):
            raise CannotUnseal("the sealed value does not open")
        return self._hidden(hidden, nonce, purpose, site, id)

    async def keyed_digest(self, value: bytes, purpose: str, site: SiteId) -> bytes:
        """An HMAC of value, purpose and site."""
        return self._hmac(b"digest", purpose.encode(), site.encode(), value)

    def _tag(self, nonce: bytes, hidden: bytes, purpose: str, site: SiteId, id: str) -> bytes:
        return self._hmac(b"tag", nonce, hidden, purpose.encode(), site.encode(), id.encode())

    def _hidden(self, value: bytes, nonce: bytes, purpose: str, site: SiteId, id: str) -> bytes:
        stream = b"".join(
            self._hmac(b"stream", nonce, purpose.encode(), site.encode(), id.encode(), block.to_bytes(8, "big"))
            for block in range(len(value) // 32 + 1)
        )
        return bytes(one ^ other for one, other in zip(value, stream, strict=False))

    def _hmac(self, *parts: bytes) -> bytes:
        """Each part with its length, so that no two lists of parts look alike."""
        framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
        return hmac.digest(self._key, framed, sha256)
