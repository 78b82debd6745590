"""What the core asks of the machine: time, chance, slow hashes, codes of authenticator apps, and seals."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable

from exshare_core.values import (
    Sealed,
    SiteId,
)


class Clock(Protocol):
    """The one judge of time. Plain methods: reading a clock never waits."""

    def now(self) -> datetime:
        """The present instant; must be in UTC with a zone."""


class TokenGenerator(Protocol):
    """The one source of randomness. Plain methods: drawing never waits. No two generators must draw alike."""

    def token(self) -> str:
        """A fresh token; must be 43 characters ``A-Z a-z 0-9 _ -`` from 256 bits of a CSPRNG (spec L2)."""

    def id(self) -> str:
        """A fresh id; must be 20 to 40 characters ``a-z 0-9`` and must never come twice."""

    def code(self) -> str:
        """A fresh one-time code; must be 8 digits, each equally likely."""


class PasswordHasher(Protocol):
    """Hashes passwords, slowly on purpose, without keeping others waiting."""

    async def hash(self, password: str) -> str:
        """A salted hash; two hashes of one password must differ."""

    async def verify(self, stored: str, password: str) -> bool:
        """Must be True for the password that was hashed and False for any other; raises Broken for a broken hash."""

    async def verify_dummy(self, password: str) -> None:
        """Must cost what `verify` costs, and tells nothing: for names and links that do not exist."""

    def outdated(self, stored: str) -> bool:
        """Must be True for a hash with weaker parameters than today's."""


class AuthenticatorCodes(Protocol):
    """Codes of an authenticator app: time-based one-time passwords (RFC 6238) of six digits, each for 30 seconds.

    Plain methods: reckoning a code never waits. Whoever verifies stores the step of the last code that was used.
    """

    def secret(self) -> bytes:
        """A fresh secret; must be 20 to 64 bytes from a CSPRNG and must never come twice."""

    def uri(self, secret: bytes, account: str, issuer: str) -> str:
        """The ``otpauth`` address that tells an app everything; `account` and `issuer` must come out of it as given,
        so that nothing in a name can change the rest.
        """

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        """The time step whose code this is: must be that of `at`, the one before or the one after, and must be None
        for any other code and for a step that is not later than `after`, the last one used.

        Must take a code with blanks in it and nothing else but its six ASCII digits. Must raise Broken for what can be
        no secret.
        """


class Vault(Protocol):
    """Seals values under a key that is never in the database. A sealed value is bound to purpose, site and id."""

    async def seal(self, value: bytes, purpose: str, site: SiteId, id: str) -> Sealed:
        """Must differ each time, and must open only with the same purpose, site and id."""

    async def open(self, sealed: Sealed, purpose: str, site: SiteId, id: str) -> bytes:
        """The sealed value; must raise CannotUnseal when anything is not as it was sealed."""

    async def keyed_digest(self, value: bytes, purpose: str, site: SiteId) -> bytes:
        """32 bytes that must be equal for equal values, purposes and sites only, and useless without the key."""


@runtime_checkable
class Checked(Protocol):
    """A port of its own that an adapter may implement beside another: to try its connection, for ``exshare check``
    (spec A4).
    """

    async def check(self) -> tuple[str, ...]:
        """Must say what is wrong with the connection, in sentences that say how to mend it and hold no secret; must be
        empty when all is well, and must change nothing on the other side.
        """
