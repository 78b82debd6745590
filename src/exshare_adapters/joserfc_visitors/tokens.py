"""Whether a token is a host's word, and what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from exshare_adapters.joserfc_visitors.compact import Compact, claims_of, named, parted, wrong
from exshare_adapters.joserfc_visitors.keys import Host, HostKey
from exshare_core.errors import InvalidValue
from exshare_core.signed_visitors import SignedVisitor
from exshare_core.values import Address, SiteId

LONGEST_ID = 255
_LAST_SECOND = 253_402_300_799
"""The last second of the year 9999, in seconds since 1970."""


class JoserfcVisitorTokens:
    """The VisitorTokens of hosts whose keys are configured."""

    def __init__(self, hosts: Mapping[SiteId, Sequence[Host]]) -> None:
        self._hosts = {site: {host.issuer: host for host in own} for site, own in hosts.items()}

    def read(self, site: SiteId, token: str) -> SignedVisitor:
        """See `VisitorTokens.read`. Who says to have signed is believed only as far as it picks among the site's hosts."""
        compact = parted(token)
        algorithm, kid = named(compact)
        claims = claims_of(compact)
        issuer = claims.get("iss")
        host = self._hosts.get(site, {}).get(issuer) if isinstance(issuer, str) else None
        if host is None:
            raise wrong("the token's issuer is no host of this site")
        key = host.key_for(algorithm, kid)
        if key is None:
            raise wrong("the token's issuer has no such key, or the token does not say which")
        if not good(compact, key):
            raise wrong("the token's signature is not its issuer's")
        return _visitor(host.issuer, claims)


def good(compact: Compact, key: HostKey) -> bool:
    """Whether `key` signed the token, by the one algorithm that the key is for."""
    algorithm = JWSRegistry(algorithms=[key.algorithm]).get_alg(key.algorithm)
    try:
        return algorithm.verify(compact.signed, compact.signature, key.jose)
    except (JoseError, ValueError, TypeError):
        return False


def _visitor(issuer: str, claims: Mapping[str, Any]) -> SignedVisitor:
    return SignedVisitor(
        issuer,
        _id(claims.get("jti")),
        _address(claims.get("email")),
        _audience(claims.get("aud")),
        _instant(claims, "iat"),
        _instant(claims, "exp"),
        _instant(claims, "nbf") if "nbf" in claims else None,
    )


def _id(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_ID or not value.isprintable():
        raise wrong(f"the token does not name itself by a `jti` of 1 to {LONGEST_ID} characters")
    return value


def _address(value: object) -> Address:
    try:
        return Address.parse(value if isinstance(value, str) else "")
    except InvalidValue:
        raise wrong("the token does not name its visitor by a mail address in `email`") from None


def _audience(value: object) -> str:
    """The one link that a token is for: a token for several could be used at each."""
    named = value[0] if isinstance(value, list) and len(value) == 1 else value
    if not isinstance(named, str):
        raise wrong("the token does not name one link in `aud`")
    return named


def _instant(claims: Mapping[str, Any], name: str) -> datetime:
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LAST_SECOND:
        raise wrong(f"the token's `{name}` is not a number of whole seconds since 1970")
    return datetime.fromtimestamp(value, UTC)
