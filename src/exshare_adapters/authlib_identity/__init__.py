"""Sign-in by OpenID Connect, with Authlib for the protocol and joserfc for the tokens: the settings, and how it is opened."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

from attrs import field, frozen

from exshare_core.errors import InvalidValue, unknown
from exshare_core.ports import IdentityProvider

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"
)  # fmt: skip
"""What may sign an ID token. None of them has a secret in common with us: a key that signs for us would sign for
whoever stole our configuration, and "none" signs for everybody (RFC 8725 3.1, 3.2)."""

CLIENT_AUTH = {"basic": "client_secret_basic", "post": "client_secret_post"}
"""How the client's secret may be shown to the provider, by our word and by the protocol's."""

LONGEST_TIMEOUT = 30.0

_PRINTABLE = re.compile(r"[\x21-\x7e]{1,2000}\Z")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,200}\Z")


@frozen(kw_only=True)
class OidcSettings:
    """Which provider signs people in, and which of its claims mean something here."""

    issuer: str
    """The provider, exactly as it names itself, for example ``https://login.example.com/realms/staff``."""
    client_id: str
    """What the provider calls this deployment."""
    client_secret: str | None = field(default=None, repr=False)
    """What proves to the provider that it is this deployment; none for a public client."""
    client_auth: str | None = None
    """``basic`` or ``post``: how the secret is shown; by default as the provider says that it can."""
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    """What is asked for; ``openid`` must be among it."""
    algorithms: tuple[str, ...] = ("RS256",)
    """What may sign an ID token; what a token says of itself counts for nothing."""
    groups_claim: str | None = None
    """The claim that lists the person's groups."""
    identity_claim: str | None = None
    """The claim that holds the person's account id (Cloud) or user key (Data Center) in Confluence."""
    announces_pkce: bool = True
    """False for a provider that keeps to PKCE (RFC 7636) and does not say so where it describes itself."""
    ca_file: Path | None = None
    """A PEM file of further authorities whose certificates are trusted for this provider."""
    insecure: bool = False
    """Whether http and hosts with private or loopback addresses are allowed."""
    timeout: float = 10.0
    """The longest time for one question to the provider, in seconds."""

    def __attrs_post_init__(self) -> None:
        _check_issuer(self.issuer, insecure=self.insecure)
        for name, value in (("client_id", self.client_id), ("client_secret", self.client_secret)):
            if value is not None and not _PRINTABLE.match(value):
                raise InvalidValue(name, "must be printable ASCII without spaces; was it copied whole?")
        if self.client_auth is not None and self.client_auth not in CLIENT_AUTH:
            raise InvalidValue("client_auth", f"must be one of {', '.join(CLIENT_AUTH)}")
        if self.client_auth is not None and self.client_secret is None:
            raise InvalidValue("client_auth", "is given without `client_secret`")
        if not all(_SCOPE.match(scope) for scope in self.scopes) or "openid" not in self.scopes:
            raise InvalidValue("scopes", "must be names of scopes with `openid` among them")
        _check_algorithms(self.algorithms)
        for name, claim in (("groups_claim", self.groups_claim), ("identity_claim", self.identity_claim)):
            if claim is not None and not (1 <= len(claim) <= 200 and claim.isprintable()):
                raise InvalidValue(name, "must be the name of a claim")
        if not 1 <= self.timeout <= LONGEST_TIMEOUT:
            raise InvalidValue("timeout", f"from 1 to {LONGEST_TIMEOUT:.0f} seconds")


async def open_oidc(settings: OidcSettings, /) -> AsyncIterator[IdentityProvider]:
    """Yield the provider over one kept client. Asks it nothing yet: one that is down holds nothing else up."""
    from exshare_adapters.authlib_identity.provider import opened

    async with opened(settings) as provider:
        yield provider


def _check_issuer(issuer: str, *, insecure: bool) -> None:
    try:
        parts = urlsplit(issuer)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidValue("issuer", f"`{issuer[:80]}` is not an address") from None
    if parts.username is not None or parts.password is not None:
        raise InvalidValue("issuer", "must not hold a user or password")
    if not host or parts.query or parts.fragment or not _PRINTABLE.match(issuer):
        raise InvalidValue("issuer", f"`{issuer[:80]}` is not a plain address such as https://login.example.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and insecure):
        raise InvalidValue("issuer", f"`{issuer[:80]}` must be https")


def _check_algorithms(algorithms: tuple[str, ...]) -> None:
    if not algorithms:
        raise InvalidValue("algorithms", "must name one at least")
    for one in algorithms:
        if one not in ALGORITHMS:
            raise InvalidValue("algorithms", unknown("algorithm", one, ALGORITHMS, "accepted"))
