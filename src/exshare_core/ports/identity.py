"""Who people are, as others say: identity providers, and hosts that name their visitors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from exshare_core.identities import Declined, Errand, Identity
from exshare_core.ports.machine import Checked
from exshare_core.signed_visitors import SignedVisitor
from exshare_core.values import (
    Address,
    SiteId,
)


class IdentityProvider(Checked, Protocol):
    """Signs people in where somebody else knows them, by OpenID Connect (spec G4). Who may pass is judged by the core."""

    async def departure(self, errand: Errand, hint: Address | None = None) -> str:
        """The address of the provider that the browser is to be sent to.

        Must carry the errand's state and lead back to its callback, and must not hold its verifier. `hint` is whom the
        person claims to be; must not be taken for a proof. Must raise Busy when the provider cannot be asked, and
        Broken when it is not the provider that it should be.
        """

    async def arrival(self, errand: Errand, answer: Mapping[str, str]) -> Identity | Declined:
        """Whom the provider signed in, from the parameters that the browser brought back to the errand's callback.

        Must raise Broken for an answer to another errand, for one that was taken before, and for whatever is not
        provably the provider's own word, meant for us, about this errand and of this time. Must be Declined when the
        provider says no itself. Must name an address only where the provider says, by a truth, that it was verified.
        Must raise Busy when the provider cannot be asked.
        """


class VisitorTokens(Protocol):
    """Tokens by which the hosts of a site name their visitors (spec G11).

    A plain method: checking a signature never waits. What a token is good for is not judged here.
    """

    def read(self, site: SiteId, token: str) -> SignedVisitor:
        """What a host of `site` says in `token`; must give what it signed, and to a `site` only what its own hosts sign.

        Must raise InvalidValue, whose rule holds nothing of the token, for everything else: what is no token, what is
        changed, what is signed by nobody, by a stranger or in the name of another host, and what leaves out a part of
        `SignedVisitor`. Nothing in a token may choose a key or an algorithm that was not agreed on.
        """
