"""Use cases of a visitor whom an embedding host names by a signed token, so that nobody signs in twice (spec G11).

A token satisfies the gates that ask who somebody is, and no other. Whatever is wrong with one, the visitor stands where
they would stand without it; why, only the activity says.
"""

from __future__ import annotations

from attrs import field, frozen

from exshare_core.attempts import Method, Proof, ProofKind
from exshare_core.errors import InvalidValue
from exshare_core.events import Kind
from exshare_core.gates import identifies
from exshare_core.ports import VisitorTokens
from exshare_core.signed_visitors import SignedVisitor
from exshare_core.values import Address, SiteId
from exshare_core.visiting.entrance import Caller
from exshare_core.visiting.proving import WHO, AtGate, Proving, Submission

USED = "the token has been used"
"""Why a token lets nobody in that has let somebody in before."""


class NoHosts:
    """The VisitorTokens of a deployment in which no host names anybody."""

    def read(self, site: SiteId, token: str) -> SignedVisitor:
        """See `VisitorTokens.read`."""
        raise InvalidValue("visitor", "no host of this site signs tokens")


@frozen(slots=True)
class Introduction:
    """What a token would come to, before it is used."""

    submission: Submission
    """Where the visitor stands without it."""
    address: Address | None = None
    """Whom the token would let in; None where it would let in nobody."""


@frozen
class Introducing(Proving):
    """The acts of visitors who bring a token."""

    visitor_tokens: VisitorTokens = field(factory=NoHosts, kw_only=True)

    async def introduced(self, segment: str, caller: Caller, token: str) -> Introduction:
        """Whom `token` would let in. Uses nothing up; that a token lets nobody in is written down."""
        at = await self._gate(segment, caller, *WHO)
        if isinstance(at, Submission):
            return Introduction(at)
        visitor = self._named(at, token)
        if isinstance(visitor, str):
            return Introduction(await self._not_taken(at, caller, visitor))
        if await self.storage.used_tokens.used(at.link.site, await self._digest(at, visitor)):
            return Introduction(await self._not_taken(at, caller, USED))
        return Introduction(Submission(at.answer, ask=at.ask), visitor.address)

    async def redeem(self, segment: str, caller: Caller, token: str) -> Submission:
        """Use `token` up and let in whom it names."""
        at = await self._gate(segment, caller, *WHO)
        if isinstance(at, Submission):
            return at
        visitor = self._named(at, token)
        if isinstance(visitor, str):
            return await self._not_taken(at, caller, visitor)
        site = at.link.site
        if not await self.storage.used_tokens.use(site, await self._digest(at, visitor), visitor.forgotten_at):
            return await self._not_taken(at, caller, USED)
        return await self._advance(at, caller, ProofKind.SIGN_IN, address=visitor.address, detail=Method.SIGNED.value)

    def _named(self, at: AtGate, token: str) -> SignedVisitor | str:
        """The visitor whom the token names, or why it lets nobody in here."""
        link = at.link
        try:
            visitor = self.visitor_tokens.read(link.site, token)
        except InvalidValue as error:
            return error.rule
        if fault := visitor.fault(link.id, at.now):
            return fault
        proof = Proof(ProofKind.SIGN_IN, link.id, link.security_version, at.now, visitor.address, Method.SIGNED.value)
        return visitor if identifies(at.prepared.policy, proof) else "the link does not let this visitor in"

    async def _digest(self, at: AtGate, visitor: SignedVisitor) -> bytes:
        named = f"{visitor.issuer}\n{visitor.id}".encode()
        return await self.vault.keyed_digest(named, "visitor token", at.link.site)

    async def _not_taken(self, at: AtGate, caller: Caller, why: str) -> Submission:
        detail = f"{Method.SIGNED.value}: {why}"
        await self._note(Kind.SIGN_IN_REFUSED, at.found, caller, at.now, detail=detail)
        return Submission(at.answer, ask=at.ask)
