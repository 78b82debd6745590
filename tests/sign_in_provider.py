"""An OpenID Connect provider for tests that does as it is told: by default everything right.

It takes requests as they come off the wire. Each part of what it says can be changed by itself, so that a test names
one fault and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from attrs import define, field, frozen
from joserfc import jws
from joserfc.jwk import ECKey, Key, RSAKey

from exshare_adapters.authlib_identity import OidcSettings
from exshare_core.testing.fakes.system import FakeClock
from exshare_core.testing.identities import PEOPLE, Person

ISSUER = "https://login.example.com/staff"
CLIENT = "exshare"
SECRET = "the-secret-of-the-client"

Reply = httpx.Response
Answering = Callable[[httpx.Request], Awaitable[Reply]]


def rsa(kid: str | None = "first") -> RSAKey:
    """A fresh RSA key with this id."""
    return RSAKey.generate_key(2048, {} if kid is None else {"kid": kid})


RSA = rsa()
ANOTHER = rsa("second")
EC = ECKey.generate_key("P-256", {"kid": "curve"})


def public(key: Key, **changes: Any) -> dict[str, Any]:
    """The public half of a key as a provider publishes it."""
    return {**key.as_dict(private=False), **changes}


def signed(payload: bytes, key: Any, header: Mapping[str, Any]) -> str:
    """A token with any header at all, by any key."""
    registry = jws.JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
    registry.max_header_length = registry.max_payload_length = 1 << 20
    return jws.serialize_compact(dict(header), payload, key, [header["alg"]], registry)


def encoded(part: object) -> str:
    """One part of a token, base64url."""
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(raw).decode().rstrip("=")


@frozen
class _Code:
    person: Person
    asked: Mapping[str, str]


@define
class Provider:
    """A provider at `ISSUER` with one client, and people by subject."""

    clock: FakeClock = field(factory=FakeClock)
    description: dict[str, Any] = field(factory=dict)
    """Changes to what it says of itself; None leaves a key out."""
    keys: list[dict[str, Any]] = field(factory=lambda: [public(RSA)])
    header: dict[str, Any] = field(factory=dict)
    claims: dict[str, Any] = field(factory=dict)
    """Changes to the ID token; None leaves a claim out."""
    key: Any = RSA
    sign: Callable[[bytes, dict[str, Any]], str] | None = None
    """How the ID token is made, in place of signing it."""
    tokens: dict[str, Any] = field(factory=dict)
    userinfo: dict[str, Any] = field(factory=dict)
    answers: dict[str, Answering] = field(factory=dict)
    """What it answers instead, by the last word of a path."""
    requests: list[str] = field(factory=list)
    forms: list[dict[str, str]] = field(factory=list)
    """What came to the token endpoint."""
    credentials: list[str] = field(factory=list)
    """The ``Authorization`` headers that came to the token endpoint."""
    codes: dict[str, _Code] = field(factory=dict)
    given: dict[str, Person] = field(factory=dict)
    """Who each access token was given for."""

    @property
    def transport(self) -> httpx.MockTransport:
        """In place of the network."""
        return httpx.MockTransport(self._answered)

    def settings(self, **changes: Any) -> OidcSettings:
        """Settings that fit this provider."""
        fitting: dict[str, Any] = {"issuer": ISSUER, "client_id": CLIENT, "client_secret": SECRET}
        return OidcSettings(**{**fitting, **changes})

    def sign_in(self, departure: str, person: Person = PEOPLE[0]) -> dict[str, str]:
        """What a browser brings back when `person` signs in at the address `departure`."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(departure).query).items()}
        assert (CLIENT, "code", "S256") == (asked["client_id"], asked["response_type"], asked["code_challenge_method"])
        assert "openid" in asked["scope"].split()

        code = f"code-{len(self.requests)}-{len(self.codes)}"
        self.codes[code] = _Code(person, asked)
        return {"code": code, "state": asked["state"]}

    def described(self) -> dict[str, Any]:
        """What it says of itself."""
        fine = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize?realm=staff",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }
        return _changed(fine, self.description)

    def id_token(self, person: Person, nonce: str) -> str:
        """The ID token of a person, with the changes that were asked for."""
        now = int(self.clock.now().timestamp())
        fine = {"iss": ISSUER, "sub": person.subject, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        about = {"name": person.name, "email": person.address, "email_verified": person.verified}
        payload = json.dumps(_changed({**fine, **about}, self.claims)).encode()
        header = _changed({"alg": "RS256", "kid": "first"}, self.header)
        return signed(payload, self.key, header) if self.sign is None else self.sign(payload, header)

    async def _answered(self, request: httpx.Request) -> Reply:
        self.requests.append(f"{request.method} {request.url}")
        word = request.url.path.rpartition("/")[2]
        if word in self.answers:
            return await self.answers[word](request)
        if word == "openid-configuration":
            return httpx.Response(200, json=self.described())
        if word == "keys":
            return httpx.Response(200, json={"keys": self.keys})
        return self._token(request) if word == "token" else self._userinfo(request)

    def _token(self, request: httpx.Request) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.forms.append(form)
        self.credentials.append(request.headers.get("authorization", ""))
        if not _known(request, form):
            return httpx.Response(401, json={"error": "invalid_client"})
        code = self.codes.pop(form.get("code", ""), None)
        digest = encoded(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if code is None or code.asked["code_challenge"] != digest or code.asked["redirect_uri"] != form["redirect_uri"]:
            return httpx.Response(400, json={"error": "invalid_grant"})
        access = f"access-{len(self.given)}"
        self.given[access] = code.person
        id_token = self.id_token(code.person, code.asked["nonce"])
        fine = {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": id_token}
        return httpx.Response(200, json=_changed(fine, self.tokens))

    def _userinfo(self, request: httpx.Request) -> Reply:
        person = self.given.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if person is None:
            return httpx.Response(401)
        fine = {"sub": person.subject, "email": person.address, "email_verified": person.verified}
        return httpx.Response(200, json=_changed(fine, self.userinfo))


def seconds(moment: datetime, more: float = 0) -> int:
    """An instant as claims write it."""
    return int(moment.timestamp() + more)


def _changed(fine: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**fine, **changes}.items() if value is not None}


def _known(request: httpx.Request, form: Mapping[str, str]) -> bool:
    """Whether it is our client, by either way of showing a secret."""
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if scheme == "Basic":
        return b64decode(shown).decode() == f"{CLIENT}:{SECRET}"
    return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
