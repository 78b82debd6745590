"""Second factors at work: proposed, confirmed by a first code, and used. Whoever has one stores what comes of it.

Knows neither members nor external accounts: a holder is a site and an id that never comes twice there.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from datetime import datetime

from attrs import evolve, field, frozen

from exshare_core.errors import CannotUnseal
from exshare_core.factors import RECOVERY_CODES, SecondFactor, recovery_code, spelled, typed_recovery
from exshare_core.ports import AuthenticatorCodes, TokenGenerator, Vault
from exshare_core.values import Sealed, SiteId

SECRET_PURPOSE = "second factor"
TICKET_PURPOSE = "second factor proposed"
RECOVERY_PURPOSE = "recovery code"


@frozen(slots=True)
class Proposal:
    """A second factor that is offered and not yet anybody's. Nothing of it is stored; the page that shows it has it."""

    key: str = field(repr=False)
    """The secret, to be typed into an app that cannot scan."""
    uri: str = field(repr=False)
    """The address that the app scans."""
    ticket: str = field(repr=False)
    """The secret, sealed for who may confirm it; comes back with the first code."""


@frozen(slots=True)
class Confirmed:
    """A second factor that was set up, and its recovery codes, which can be shown this once."""

    factor: SecondFactor
    recovery: tuple[str, ...] = field(repr=False)


@frozen
class Authenticating:
    """Makes and tries second factors."""

    codes: AuthenticatorCodes
    vault: Vault
    tokens: TokenGenerator

    async def propose(self, site: SiteId, bound: str, account: str, issuer: str) -> Proposal:
        """A fresh secret for the app of `account`, to be confirmed by whoever is `bound`, such as one session."""
        secret = self.codes.secret()
        ticket = await self.vault.seal(secret, TICKET_PURPOSE, site, bound)
        return self._proposal(secret, urlsafe_b64encode(ticket).decode("ascii"), account, issuer)

    async def again(self, site: SiteId, bound: str, ticket: str, account: str, issuer: str) -> Proposal | None:
        """The proposal that this ticket came with; None for a ticket of anybody else, or of none."""
        secret = await self._unsealed(site, bound, ticket)
        return None if secret is None else self._proposal(secret, ticket, account, issuer)

    async def confirm(
        self, site: SiteId, bound: str, ticket: str, code: str, holder: str, at: datetime
    ) -> Confirmed | None:
        """The second factor of `holder`, when the code is of the app that this ticket was proposed to; else None."""
        secret = await self._unsealed(site, bound, ticket)
        step = None if secret is None else self.codes.verify(secret, code, at, None)
        if secret is None or step is None:
            return None
        sealed = await self.vault.seal(secret, SECRET_PURPOSE, site, holder)
        return await self.with_new_recovery(SecondFactor(sealed, step, (), at), site, holder)

    async def with_new_recovery(self, factor: SecondFactor, site: SiteId, holder: str) -> Confirmed:
        """The same factor with recovery codes that replace all earlier ones."""
        shown = tuple(recovery_code(self.tokens.token()) for _ in range(RECOVERY_CODES))
        kept = [await self._digest(site, holder, code) for code in shown]
        return Confirmed(evolve(factor, recovery=tuple(kept)), shown)

    async def used(
        self, factor: SecondFactor, site: SiteId, holder: str, typed: str, at: datetime
    ) -> SecondFactor | None:
        """The factor after a code of the app or a recovery code was used up; None when what was typed is neither.

        INVARIANT: the caller stores it by a write that fails if somebody stored another first; only then the code
        counts as used, and only then the caller may act on it.
        """
        secret = await self.vault.open(factor.secret, SECRET_PURPOSE, site, holder)
        digest = await self._digest(site, holder, typed)
        step = self.codes.verify(secret, typed, at, factor.step)
        if step is not None:
            return evolve(factor, step=step)
        if digest in factor.recovery:
            return evolve(factor, recovery=tuple(one for one in factor.recovery if one != digest))
        return None

    def _proposal(self, secret: bytes, ticket: str, account: str, issuer: str) -> Proposal:
        return Proposal(spelled(secret), self.codes.uri(secret, account, issuer), ticket)

    async def _unsealed(self, site: SiteId, bound: str, ticket: str) -> bytes | None:
        try:
            sealed = Sealed(urlsafe_b64decode(ticket.encode("ascii")))
            return await self.vault.open(sealed, TICKET_PURPOSE, site, bound)
        except (NoBase64, UnicodeEncodeError, ValueError, CannotUnseal):
            return None

    async def _digest(self, site: SiteId, holder: str, typed: str) -> bytes:
        value = f"{holder}\n{typed_recovery(typed)}".encode("utf-8", "replace")
        return await self.vault.keyed_digest(value, RECOVERY_PURPOSE, site)
