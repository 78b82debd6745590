"""Sends browsers to an OpenID Connect provider and makes sure of what they bring back (OpenID Connect Core 3.1).

The code flow with PKCE, and no other. Authlib builds the requests of the protocol and joserfc checks signatures; what
goes over the wire goes through our own client, so that its walls stand here too.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from exshare_adapters.authlib_identity import CLIENT_AUTH, OidcSettings
from exshare_adapters.authlib_identity.claims import Claims, identity_of, wanted
from exshare_adapters.authlib_identity.discovery import Discovery, Metadata, object_of
from exshare_adapters.authlib_identity.tokens import Expected, claims_of, named
from exshare_adapters.http import Answer, Client, Limits, Transport, open_client
from exshare_adapters.system import SystemClock
from exshare_core.errors import AdapterFailed, Broken, Busy, CredentialRejected
from exshare_core.identities import Declined, Errand, Identity
from exshare_core.ports import Clock
from exshare_core.values import Address

LONGEST_ANSWER = 512 * 1024
"""Bytes of anything that a provider answers."""

LONGEST_CODE = 4096
NOT_NOW = ("temporarily_unavailable", "server_error")
"""What a provider sends a browser back with when it cannot answer (RFC 6749 4.1.2.1)."""


@asynccontextmanager
async def opened(
    settings: OidcSettings, transport: Transport | None = None, clock: Clock | None = None
) -> AsyncIterator[OidcProvider]:
    """A provider over one kept client; `transport` and `clock` replace the network and the time, for tests."""
    limits = Limits(total=settings.timeout, silence=settings.timeout, body=LONGEST_ANSWER, retries=1)
    async with open_client(
        insecure=settings.insecure, ca_file=settings.ca_file, limits=limits, transport=transport
    ) as client:
        yield OidcProvider(settings, client, clock or SystemClock())


class OidcProvider:
    """An IdentityProvider over one client registered with one provider."""

    def __init__(self, settings: OidcSettings, http: Client, clock: Clock) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._discovery = Discovery(settings, http, clock)

    async def departure(self, errand: Errand, hint: Address | None = None) -> str:
        """See `IdentityProvider.departure`."""
        metadata = await self._discovery.metadata()
        try:
            url: str = prepare_grant_uri(
                metadata.authorization_endpoint,
                client_id=self._settings.client_id,
                response_type="code",
                redirect_uri=errand.callback,
                scope=list(self._settings.scopes),
                state=errand.state,
                nonce=errand.nonce,
                code_challenge=create_s256_code_challenge(errand.verifier),
                code_challenge_method="S256",
                login_hint=None if hint is None else str(hint),
            )
        except ValueError:
            raise Broken("the provider's `authorization_endpoint` is no address that can be added to") from None
        return url

    async def arrival(self, errand: Errand, answer: Mapping[str, str]) -> Identity | Declined:
        """See `IdentityProvider.arrival`."""
        if not hmac.compare_digest(answer.get("state", "").encode(), errand.state.encode()):
            raise Broken("the answer is to another sign-in")
        metadata = await self._discovery.metadata()
        # One provider's answer must not be taken for another's (RFC 9207); each has its own callback besides.
        if answer.get("iss", self._settings.issuer) != self._settings.issuer:
            raise Broken("the answer is another provider's")
        if metadata.names_itself and "iss" not in answer:
            raise Broken("the answer does not say which provider it is from")
        if "error" in answer:
            return _declined(answer)
        code = answer.get("code", "")
        if not 1 <= len(code) <= LONGEST_CODE:
            raise Broken("the answer holds no code")
        tokens = await self._exchanged(code, errand, metadata)
        claims = await self._verified(tokens.get("id_token"), errand)
        return identity_of(await self._completed(claims, tokens, metadata), self._settings)

    async def check(self) -> tuple[str, ...]:
        """See `Checked.check`: asks for the provider's description and keys, and whether they go with the settings."""
        what = f"provider `{self._settings.issuer}`"
        try:
            metadata, keys = await self._discovery.metadata(), await self._discovery.keys()
        except AdapterFailed as error:
            return (f"{what}: {error}",)
        found = []
        if not set(self._settings.algorithms) & set(metadata.algorithms):
            offered = ", ".join(metadata.algorithms)[:200]
            found.append(f"{what}: it signs with {offered}, which `algorithms` does not allow")
        elif not any(key.fits(one) for key in keys for one in self._settings.algorithms):
            found.append(f"{what}: none of its keys can be used with `algorithms`")
        return tuple(found)

    async def _exchanged(self, code: str, errand: Errand, metadata: Metadata) -> Mapping[str, object]:
        """The tokens that the provider gives for a code, to whoever left with this errand."""
        body = prepare_token_request(
            "authorization_code", redirect_uri=errand.callback, code=code, code_verifier=errand.verifier
        )
        _, headers, body = self._client_auth(metadata).prepare("POST", metadata.token_endpoint, {}, body)
        answer = await self._http.request(
            "POST", metadata.token_endpoint, headers=headers, data=dict(parse_qsl(body, keep_blank_values=True))
        )
        if answer.status in (400, 401, 403):
            raise _refusal(answer)
        return object_of(answer, "tokens")

    def _client_auth(self, metadata: Metadata) -> ClientAuth:
        settings = self._settings
        if settings.client_secret is None:
            method = "none"
        elif settings.client_auth is not None:
            method = CLIENT_AUTH[settings.client_auth]
        else:
            offered = [one for one in CLIENT_AUTH.values() if one in metadata.client_auth]
            method = offered[0] if offered else CLIENT_AUTH["basic"]
        return ClientAuth(settings.client_id, settings.client_secret, method)

    async def _verified(self, token: object, errand: Errand) -> Claims:
        if not isinstance(token, str):
            raise Broken("the provider gave no ID token")
        settings = self._settings
        by = named(token, settings.algorithms)
        key = await self._discovery.key(by.kid, by.algorithm)
        if key is None:
            raise Broken("the ID token is signed by no key of the provider's")
        now = int(self._clock.now().timestamp())
        expected = Expected(settings.issuer, settings.client_id, errand.nonce, settings.algorithms, now)
        return claims_of(token, key, by, expected)

    async def _completed(self, claims: Claims, tokens: Mapping[str, object], metadata: Metadata) -> Claims:
        """The claims, with what the ID token leaves out and the provider tells when it is asked (Core 5.3)."""
        missing = [claim for claim in wanted(self._settings) if claim not in claims]
        access = tokens.get("access_token")
        if not missing or metadata.userinfo_endpoint is None or not isinstance(access, str):
            return claims
        if str(tokens.get("token_type", "")).lower() != "bearer" or not (access.isascii() and access.isprintable()):
            raise Broken("the provider gave an access token of a kind that is not known")
        answer = await self._http.request(
            "GET", metadata.userinfo_endpoint, headers={"authorization": f"Bearer {access}"}
        )
        more = object_of(answer, "userinfo")
        if more.get("sub") != claims["sub"]:
            raise Broken("the provider's userinfo is about somebody else")
        # A mailbox and the word that it was verified are taken from one place, or each could be about another.
        told = claims if {"email", "email_verified"} <= claims.keys() else more
        return {**more, **claims, "email": told.get("email"), "email_verified": told.get("email_verified")}


def _declined(answer: Mapping[str, str]) -> Declined:
    said = Declined.of(answer["error"], answer.get("error_description", ""))
    if said.code in NOT_NOW:
        raise Busy(f"the provider could not sign anybody in: {said.code}")
    return said


def _refusal(answer: Answer) -> AdapterFailed:
    """Why no tokens were given, by the protocol's word for it (RFC 6749 5.2)."""
    try:
        found = answer.json()
    except Broken:
        found = None
    word = found.get("error") if isinstance(found, dict) else None
    if word == "invalid_client":
        return CredentialRejected("the provider does not accept `client_id` with `client_secret`")
    return Broken(f"the provider did not accept the code: {Declined.of(str(word or answer.status)).code}")
