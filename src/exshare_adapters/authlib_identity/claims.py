"""From claims to an identity: what is not of the form that it should be counts as not said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from exshare_adapters.authlib_identity import OidcSettings
from exshare_core.errors import InvalidValue
from exshare_core.identities import Identity
from exshare_core.values import AccountId, Address

MOST_GROUPS = 2000
LONGEST_GROUP = 255
LONGEST_NAME = 100
LONGEST_ACCOUNT = 128

Claims = Mapping[str, Any]


def wanted(settings: OidcSettings) -> Collection[str]:
    """The claims that mean something here."""
    own = (settings.groups_claim, settings.identity_claim)
    return ("email", "email_verified", *(claim for claim in own if claim is not None))


def identity_of(claims: Claims, settings: OidcSettings) -> Identity:
    """The identity that verified claims speak of."""
    return Identity(
        settings.issuer,
        claims["sub"],
        _name(claims),
        _address(claims),
        _groups(claims.get(settings.groups_claim)) if settings.groups_claim else None,
        _account(claims.get(settings.identity_claim)) if settings.identity_claim else None,
    )


def _name(claims: Claims) -> str:
    for claim in ("name", "preferred_username"):
        value = claims.get(claim)
        if isinstance(value, str) and value.strip() and value.isprintable():
            return value.strip()[:LONGEST_NAME]
    return ""


def _address(claims: Claims) -> Address | None:
    """The mailbox, if the provider says by the truth ``true``, and by no text, that it made sure of it (R29, R30)."""
    value = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(value, str):
        return None
    try:
        return Address.parse(value)
    except InvalidValue:
        return None


def _groups(value: object) -> frozenset[str]:
    entries = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    texts = [one for one in entries if isinstance(one, str) and 1 <= len(one) <= LONGEST_GROUP and one.isprintable()]
    return frozenset(texts[:MOST_GROUPS])


def _account(value: object) -> AccountId | None:
    fine = isinstance(value, str) and 1 <= len(value) <= LONGEST_ACCOUNT
    return AccountId(str(value)) if fine and all(32 < ord(char) != 127 for char in str(value)) else None
