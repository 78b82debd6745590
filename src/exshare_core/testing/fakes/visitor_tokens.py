"""Tokens of signed visitors in memory: a token is a name for what was signed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256

from attrs import define, field

from exshare_core.errors import InvalidValue
from exshare_core.signed_visitors import SignedVisitor
from exshare_core.values import SiteId


@define
class MemoryVisitorTokens:
    """A VisitorTokens that knows the hosts of each site by name, and every token that was signed here."""

    hosts: Mapping[SiteId, Collection[str]]
    signed: dict[str, tuple[SignedVisitor, str, frozenset[str]]] = field(factory=dict)
    """Of each token what it says, who signed it, and what it leaves out."""

    @property
    def tokens(self) -> MemoryVisitorTokens:
        """The same, as the contract asks for it."""
        return self

    def sign(self, visitor: SignedVisitor, *, by: str, leaving_out: Collection[str] = ()) -> str:
        """A token of the host `by`."""
        token = sha256(f"{len(self.signed)} {visitor} {by}".encode()).hexdigest()
        self.signed[token] = (visitor, by, frozenset(leaving_out))
        return token

    def read(self, site: SiteId, token: str) -> SignedVisitor:
        """What was signed."""
        visitor, by, left_out = self.signed.get(token, (None, "", frozenset[str]()))
        if visitor is None:
            raise InvalidValue("visitor", "nobody signed the token")
        if left_out:
            raise InvalidValue("visitor", "the token leaves something out")
        if visitor.issuer not in self.hosts.get(site, ()) or by != visitor.issuer:
            raise InvalidValue("visitor", "no host of this site signed the token")
        return visitor
