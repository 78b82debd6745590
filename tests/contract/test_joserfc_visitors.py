"""Tokens checked by joserfc keep every promise of VisitorTokens, whatever the kind of key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from typing import Any, ClassVar

from attrs import asdict, frozen
from joserfc import jwk, jwt

from exshare_adapters.joserfc_visitors.keys import Host, public_keys, secret_key
from exshare_adapters.joserfc_visitors.tokens import JoserfcVisitorTokens
from exshare_core.signed_visitors import SignedVisitor
from exshare_core.testing.visitor_tokens import (
    INTRANET,
    NEIGHBOUR,
    OTHER_SITE,
    PORTAL,
    SITE,
    STRANGER,
    VisitorTokensContract,
    VisitorTokenSystem,
)

CLAIMS = {
    "issuer": "iss",
    "id": "jti",
    "address": "email",
    "audience": "aud",
    "issued_at": "iat",
    "expires_at": "exp",
    "not_before": "nbf",
}
"""What each part of a visitor is called in a token."""


def a_key(algorithm: str) -> jwk.Key:
    """A fresh key with which a host signs."""
    if algorithm == "Ed25519":
        return jwk.OKPKey.generate_key("Ed25519")
    if algorithm == "ES256":
        return jwk.ECKey.generate_key("P-256")
    return jwk.RSAKey.generate_key(2048)


def shown(key: jwk.Key, **more: str) -> Mapping[str, Any]:
    """What a host shows of its key."""
    return {**key.as_dict(private=False), **more}


@frozen
class Hosts:
    """Hosts whose keys are all for one algorithm, and the adapter that knows them."""

    tokens: JoserfcVisitorTokens
    keys: Mapping[str, jwk.Key]
    algorithm: str

    @classmethod
    def made(cls, algorithm: str) -> Hosts:
        """Fresh hosts."""
        keys = {name: a_key(algorithm) for name in (INTRANET, PORTAL, NEIGHBOUR, STRANGER)}
        known = {name: Host(name, public_keys([shown(key, kid="k1")])) for name, key in keys.items()}
        hosts = {SITE: (known[INTRANET], known[PORTAL]), OTHER_SITE: (known[NEIGHBOUR],)}
        return cls(JoserfcVisitorTokens(hosts), keys, algorithm)

    @classmethod
    def made_with_secrets(cls) -> Hosts:
        """Hosts that have each agreed on a secret."""
        secrets = {name: f"{name} {'s' * 32}" for name in (INTRANET, PORTAL, NEIGHBOUR, STRANGER)}
        known = {name: Host(name, secret_key(secret)) for name, secret in secrets.items()}
        hosts = {SITE: (known[INTRANET], known[PORTAL]), OTHER_SITE: (known[NEIGHBOUR],)}
        keys = {name: jwk.OctKey.import_key(secret.encode()) for name, secret in secrets.items()}
        return cls(JoserfcVisitorTokens(hosts), keys, "HS256")

    def sign(self, visitor: SignedVisitor, *, by: str, leaving_out: Collection[str] = ()) -> str:
        """A token as a host makes it."""
        parts = {name: value for name, value in asdict(visitor, recurse=False).items() if name not in leaving_out}
        claims = {CLAIMS[name]: claim_of(value) for name, value in parts.items() if value is not None}
        header = {"alg": self.algorithm, "typ": "visitor+jwt"}
        return jwt.encode(header, claims, self.keys[by], algorithms=[self.algorithm])


def claim_of(value: object) -> Any:
    """A part of a visitor as a token says it."""
    return int(value.timestamp()) if isinstance(value, datetime) else str(value)


class _Signed(VisitorTokensContract):
    algorithm: ClassVar[str]

    def open(self) -> AbstractAsyncContextManager[VisitorTokenSystem]:
        """Fresh hosts with keys for the algorithm."""
        return nullcontext(Hosts.made(self.algorithm))


class TestEdDsa(_Signed):
    """Ed25519."""

    algorithm = "Ed25519"


class TestEs256(_Signed):
    """ECDSA over P-256."""

    algorithm = "ES256"


class TestRs256(_Signed):
    """RSA with PKCS #1 v1.5."""

    algorithm = "RS256"


class TestHs256(VisitorTokensContract):
    """A secret that both sides have."""

    def open(self) -> AbstractAsyncContextManager[VisitorTokenSystem]:
        """Fresh secrets."""
        return nullcontext(Hosts.made_with_secrets())
