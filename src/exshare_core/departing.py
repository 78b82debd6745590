"""Sends a browser away to sign in elsewhere, and takes it back: once, in time, and no other browser in its place.

What must come back as it went rests sealed, under a digest of what the browser carries. A browser is known by a random
id of its own, so that whoever learns an address of return can do nothing with it in another browser (RFC 9700 4.7).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta

from attrs import frozen

from exshare_core.errors import AdapterFailed, CannotUnseal
from exshare_core.identities import Declined, Errand, Identity
from exshare_core.ports import Clock, IdentityProvider, PendingDeparture, Storage, TokenGenerator, Vault
from exshare_core.values import Address, People, SiteId, Token

DEPARTURE_LIFE = timedelta(minutes=10)
"""How long a browser may stay away."""

PURPOSE = "departure"


@frozen
class Gateway:
    """An identity provider of a site, and what signing in there means on it (spec G4, M1, R4)."""

    site: SiteId
    name: str
    title: str
    """What people call it."""
    provider: IdentityProvider
    domains: People = People()
    """Whose visitors are sent there by their address."""
    visitors: bool = True
    members: bool = True
    admin_groups: frozenset[str] = frozenset()
    """The groups that make a member an admin of the site, and their absence none; without any, nothing changes."""
    groups_from_claims: bool = False
    """Whether the provider has the word about members' groups."""


@frozen(slots=True)
class Return:
    """A browser that came back: where it was going, and whom the provider signed in, if anybody."""

    onward: str
    said: Identity | Declined | AdapterFailed


@frozen
class Departing:
    """Departures to the identity providers of one deployment."""

    storage: Storage
    clock: Clock
    tokens: TokenGenerator
    vault: Vault
    callback_of: Callable[[SiteId, str], str]
    """The full address that browsers come back to from a provider: of its own, so that no provider can answer in the
    place of another (RFC 9700 4.4)."""
    members_callback_of: Callable[[SiteId, str], str] | None = None
    """The same for members, where they come from another host than visitors do; None where it is the same."""

    async def leave(
        self, gateway: Gateway, browser: str, onward: str, hint: Address | None = None, *, member: bool = False
    ) -> str:
        """The address to send a browser to; `onward` comes back with it. Raises Busy and Broken like the provider.

        `browser` is the secret id that this browser keeps until it returns, to the host that it left from: `member`
        says that it is the members'.
        """
        callback_of = (self.members_callback_of if member else None) or self.callback_of
        callback = callback_of(gateway.site, gateway.name)
        errand = Errand(self.tokens.token(), self.tokens.token(), self.tokens.token(), callback)
        url = await gateway.provider.departure(errand, hint)
        digest = Token(errand.state).digest
        kept = json.dumps([errand.nonce, errand.verifier, errand.callback, onward]).encode()
        sealed = await self.vault.seal(kept, PURPOSE, gateway.site, digest.hex())
        until = self.clock.now() + DEPARTURE_LIFE
        await self.storage.departures.add(
            PendingDeparture(digest, gateway.site, Token(browser).digest, gateway.name, sealed, until)
        )
        return url

    async def come_back(self, gateway: Gateway, browser: str, answer: Mapping[str, str]) -> Return | None:
        """What came of the departure that `answer` belongs to, which is over by it.

        None when this browser has not left, came back before, stayed away too long, or left to another provider; also
        when the key changed meanwhile.
        """
        state = Token.parse(answer.get("state", ""))
        if state is None or state.text != answer["state"]:
            return None
        now = self.clock.now()
        pending = await self.storage.departures.take(state.digest, Token(browser).digest, now)
        if pending is None or (pending.site, pending.provider) != (gateway.site, gateway.name):
            return None
        try:
            kept = await self.vault.open(pending.kept, PURPOSE, pending.site, pending.digest.hex())
        except CannotUnseal:
            return None
        nonce, verifier, callback, onward = json.loads(kept)
        try:
            return Return(onward, await gateway.provider.arrival(Errand(state.text, nonce, verifier, callback), answer))
        except AdapterFailed as error:
            return Return(onward, error)
