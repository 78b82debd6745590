"""Whether an ID token is the provider's word, to us, about this errand and of this time.

The rules are those of OpenID Connect Core 3.1.3.7 and RFC 8725. Nothing in a token chooses how it is
judged: neither its algorithm nor a key or an address of keys that it carries.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from typing import Any

import orjson
from attrs import frozen
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from exshare_adapters.authlib_identity.keys import Key
from exshare_core.errors import Broken
from exshare_core.identities import MOST_SUBJECT

LEEWAY = 60
"""Seconds by which the provider's clock may differ from ours (security reference R14, R15)."""

LONGEST_HEADER = 8 * 1024
LONGEST_PAYLOAD = 128 * 1024

Claims = Mapping[str, Any]


@frozen
class Expected:
    """What an ID token must say."""

    issuer: str
    client_id: str
    nonce: str
    algorithms: Collection[str]
    now: int
    """Seconds since 1970."""


@frozen
class Named:
    """What the header of a token says about its signature; believed only as far as it picks from what is allowed."""

    algorithm: str
    kid: str | None


def named(token: str, algorithms: Collection[str]) -> Named:
    """The algorithm and key that a token names; raises Broken unless it is a signed token by one of `algorithms`."""
    try:
        header = jws.extract_compact(token.encode("ascii"), registry=_registry(algorithms)).headers()
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise Broken("the ID token is not a signed token") from None
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if algorithm not in algorithms:
        raise Broken("the ID token is not signed by an algorithm that is allowed for this provider")
    if not isinstance(kind, str) or kind.upper() != "JWT":
        raise Broken("the ID token is a token of another kind")
    if kid is not None and not isinstance(kid, str):
        raise Broken("the ID token does not name its key by a text")
    return Named(str(algorithm), kid)


def claims_of(token: str, key: Key, by: Named, expected: Expected) -> Claims:
    """The claims of an ID token; raises Broken, naming the rule and never a value, for one that breaks any rule."""
    claims = _object(payload_of(token, key, by))
    try:
        _checked(expected).validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise Broken(f"the ID token is not good: {_rule(error)}") from None
    nonce, subject = claims["nonce"], claims["sub"]
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise Broken("the ID token is about another sign-in")
    if not 1 <= len(subject) <= MOST_SUBJECT or not subject.isprintable():
        raise Broken("the ID token does not name its subject in 1 to 255 characters")
    _check_audience(claims, expected.client_id)
    return claims


def payload_of(token: str, key: Key, by: Named) -> bytes:
    """What was signed; raises Broken unless `key` signed it by the algorithm that `by` names."""
    try:
        signed = jws.deserialize_compact(token, key.jose, [by.algorithm], _registry([by.algorithm]))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Broken(f"the ID token is not good: {_rule(error)}") from None
    return signed.payload or b""


def _object(payload: bytes) -> dict[str, Any]:
    try:
        claims = orjson.loads(payload)
    except (orjson.JSONDecodeError, RecursionError):
        claims = None
    if not isinstance(claims, dict):
        raise Broken("the ID token holds no claims")
    return claims


def _registry(algorithms: Collection[str]) -> JWSRegistry:
    """Providers may add to a header what they like; what must be understood (``crit``) and is not is refused."""
    registry = JWSRegistry(algorithms=[*algorithms], strict_check_header=False)
    registry.max_header_length, registry.max_payload_length = LONGEST_HEADER, LONGEST_PAYLOAD
    return registry


def _checked(expected: Expected) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=expected.now,
        leeway=LEEWAY,
        iss={"essential": True, "value": expected.issuer},
        sub={"essential": True},
        aud={"essential": True, "value": expected.client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True},
    )


def _check_audience(claims: Claims, client_id: str) -> None:
    """A token for others as well is ours only if it was given out to us."""
    audience, party = claims["aud"], claims.get("azp")
    alone = audience in (client_id, [client_id])
    if party != client_id and not (party is None and alone):
        raise Broken("the ID token was given out to another client")


def _rule(error: Exception) -> str:
    """The kind of fault, by the library's word and the claim's name; values of the token are left out."""
    claim = getattr(error, "claim", None)
    kind = getattr(error, "error", None) or type(error).__name__
    return f"{kind} ({claim})" if isinstance(claim, str) else str(kind)
