"""What a mistaken or hostile identity provider may try, each fault by itself (security reference 1.8)."""

from __future__ import annotations

import asyncio
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import httpx
import pytest
from attrs import evolve, frozen
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import OctKey

from exshare_adapters.authlib_identity import ALGORITHMS
from exshare_adapters.authlib_identity.keys import key_for, usable_keys
from exshare_adapters.authlib_identity.provider import OidcProvider, opened
from exshare_adapters.authlib_identity.tokens import named, payload_of
from exshare_core.errors import AdapterFailed, Broken, Busy, CredentialRejected, InvalidValue
from exshare_core.identities import Declined, Errand, Identity
from exshare_core.testing.fakes.system import FakeClock
from exshare_core.testing.identities import ADA, an_errand
from tests.corpora import items
from tests.sign_in_provider import ANOTHER, CLIENT, EC, ISSUER, RSA, SECRET, Provider, encoded, public, seconds, signed

START = FakeClock().now()
T = TypeVar("T")
NOTHING: Mapping[str, Any] = MappingProxyType({})
Made = Callable[[], Provider]
Bring = Mapping[str, str]


@frozen
class Case:
    """One thing that a provider does, and what becomes of the person who comes back from it."""

    id: str
    """The row of the reference, and a word that tells its rows here apart."""
    provider: Made
    refused: type[AdapterFailed] | None = Broken
    """How it is refused; None where the person is signed in."""
    settings: Mapping[str, Any] = NOTHING
    bring: Callable[[Bring], Bring] = dict
    """What becomes of the answer on its way through the browser."""


def arrived(
    provider: Provider, settings: Mapping[str, Any] = NOTHING, bring: Callable[[Bring], Bring] = dict
) -> Identity | Declined:
    """Who has come back from the provider, the whole way there and back."""

    async def go(adapter: OidcProvider) -> Identity | Declined:
        errand = an_errand()
        answer = provider.sign_in(await adapter.departure(errand))
        return await adapter.arrival(errand, bring(answer))

    return talked(provider, go, settings)


def talked(
    provider: Provider, work: Callable[[OidcProvider], Awaitable[T]], settings: Mapping[str, Any] = NOTHING
) -> T:
    """What `work` makes of an adapter for this provider."""

    async def go() -> T:
        async with opened(provider.settings(**settings), provider.transport, provider.clock) as adapter:
            return await work(adapter)

    return asyncio.run(go())


def told(**claims: Any) -> Made:
    """A provider whose ID tokens say something else."""
    return lambda: Provider(claims=claims)


def headed(**header: Any) -> Made:
    """A provider whose ID tokens carry something else in their header, and are signed as ever."""
    return lambda: Provider(header=header)


def describing(**description: Any) -> Made:
    """A provider that says something else of itself."""
    return lambda: Provider(description=description)


def replying(word: str, reply: Callable[[httpx.Request], httpx.Response]) -> Made:
    """A provider that answers something else in one place."""

    async def answer(request: httpx.Request) -> httpx.Response:
        return reply(request)

    return lambda: Provider(answers={word: answer})


def unsigned(payload: bytes, header: dict[str, Any]) -> str:
    """A token with the algorithm of the header and no signature."""
    return f"{encoded(header)}.{encoded(payload)}."


def by_secret(secret: bytes, alg: str = "HS256") -> Made:
    """A provider, or somebody else, that signs with a secret."""
    key = OctKey.import_key(encoded(secret))
    return lambda: Provider(sign=lambda payload, header: signed(payload, key, {**header, "alg": alg}))


def by_attacker(**header: Any) -> Made:
    """Tokens signed by a key of somebody else's, which the header offers."""
    return lambda: Provider(key=ANOTHER, header=header)


def encrypted(payload: bytes, header: dict[str, Any]) -> str:
    """Five parts, as an encrypted token has."""
    return ".".join((encoded({"alg": "RSA-OAEP", "enc": "A256GCM"}), *[encoded(payload)] * 4))


def nested(payload: bytes, header: dict[str, Any]) -> str:
    """A signed token inside a signed token."""
    inner = signed(payload, RSA, header)
    return signed(inner.encode(), RSA, {**header, "cty": "JWT"})


def by_hand(payload: bytes, header: dict[str, Any]) -> str:
    """Signed as it should be, whatever the header says."""
    said = f"{encoded(header)}.{encoded(payload)}"
    key = RSA.private_key
    assert key is not None

    return f"{said}.{encoded(key.sign(said.encode(), PKCS1v15(), SHA256()))}"


def _written(form: Encoding) -> bytes:
    return RSA.public_key.public_bytes(form, PublicFormat.SubjectPublicKeyInfo)


def _with_iss(issuer: str) -> Callable[[Bring], Bring]:
    return lambda answer: {**answer, "iss": issuer}


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b" " * 65536


async def _never() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.sleep(3600)


OTHER_ISSUER = "https://login.example.net/staff"
JSON = {"content-type": "application/json"}
AUDIENCE = [CLIENT, "another-client"]

CASES = [
    Case("R01 none", lambda: Provider(header={"alg": "none"}, sign=unsigned)),
    Case("R01 NONE", lambda: Provider(header={"alg": "NONE"}, sign=unsigned)),
    Case("R01 nOnE", lambda: Provider(header={"alg": "nOnE"}, sign=unsigned)),
    Case("R01 no algorithm at all", lambda: Provider(header={"alg": None}, sign=unsigned)),
    Case("R01 signature cut off", lambda: Provider(sign=unsigned)),
    Case("R03 by the client's secret", by_secret(SECRET.encode())),
    Case("R03 by the client's secret, HS512", by_secret(SECRET.encode(), "HS512")),
    Case("R04 by the public key in PEM", by_secret(_written(Encoding.PEM))),
    Case("R04 by the public key in DER", by_secret(_written(Encoding.DER))),
    Case("R04 by the public key as it is published", by_secret(json.dumps(public(RSA)).encode())),
    Case("R05 a slash more", told(iss=f"{ISSUER}/")),
    Case("R05 another letter", told(iss=ISSUER.replace("staff", "stafg"))),
    Case("R05 a capital", told(iss=ISSUER.replace("login", "Login"))),
    Case("R05 http", told(iss=ISSUER.replace("https", "http"))),
    Case("R05 a list", told(iss=[ISSUER])),
    Case("R05 missing", told(iss=None)),
    Case("R07 others too, no azp", told(aud=AUDIENCE)),
    Case("R07 others too, azp another", told(aud=AUDIENCE, azp="another-client")),
    Case("R07 others too, azp ours", told(aud=AUDIENCE, azp=CLIENT), None),
    Case("R07 ours alone, azp another", told(azp="another-client")),
    Case("R07 ours alone in a list", told(aud=[CLIENT]), None),
    Case("R07 another's", told(aud="another-client")),
    Case("R07 another's, azp ours", told(aud="another-client", azp=CLIENT)),
    Case("R07 nobody's", told(aud=[])),
    Case("R07 missing", told(aud=None)),
    Case("R11 missing", told(nonce=None)),
    Case("R11 another", told(nonce="another-nonce")),
    Case("R11 empty", told(nonce="")),
    Case("R14 expired 61 seconds ago", told(exp=seconds(START, -61))),
    Case("R14 expired 60 seconds ago", told(exp=seconds(START, -60))),
    Case("R14 expired 59 seconds ago", told(exp=seconds(START, -59)), None),
    Case("R14 never", told(exp=None)),
    Case("R14 a text", told(exp=str(seconds(START, 300)))),
    Case("R14 a truth", told(exp=True)),
    Case("R14 not a number", told(exp=float("nan"))),
    Case("R14 without end", told(exp=float("inf"))),
    Case("R15 made in 61 seconds", told(iat=seconds(START, 61))),
    Case("R15 made in 60 seconds", told(iat=seconds(START, 60)), None),
    Case("R15 made at no time", told(iat=None)),
    Case("R15 good in 61 seconds", told(nbf=seconds(START, 61))),
    Case("R15 good in 60 seconds", told(nbf=seconds(START, 60)), None),
    Case("R16 no kid, one key", headed(kid=None), None),
    Case("R16 no kid, one key of its kind", lambda: Provider(header={"kid": None}, keys=[public(RSA), public(EC)]), None),
    Case("R16 no kid, two keys", lambda: Provider(header={"kid": None}, keys=[public(RSA), public(ANOTHER)])),
    Case("R16 an unknown kid", headed(kid="third")),
    Case("R16 a kid that is no text", lambda: Provider(sign=lambda payload, header: unsigned(payload, {**header, "kid": 1}))),
    Case("R16 two keys of one name", lambda: Provider(keys=[public(ANOTHER, kid="first"), public(RSA)])),
    Case("R19 jku", by_attacker(jku="https://evil.example/keys")),
    Case("R19 jku and its kid", by_attacker(jku="https://evil.example/keys", kid="second")),
    Case("R19 jwk", by_attacker(jwk=public(ANOTHER))),
    Case("R19 x5u", by_attacker(x5u="https://evil.example/chain.pem")),
    Case("R19 jku beside the right key", headed(jku="https://evil.example/keys"), None),
    Case("R19 what must be understood and is not", lambda: Provider(header={"crit": ["urgent"], "urgent": True}, sign=by_hand)),
    Case("R20 a slash more", describing(issuer=f"{ISSUER}/")),
    Case("R20 another", describing(issuer=OTHER_ISSUER)),
    Case("R20 missing", describing(issuer=None)),
    Case("R21 a page", replying("openid-configuration", lambda _: httpx.Response(200, html="<h1>Welcome</h1>"))),
    Case("R21 a page that says JSON", replying("openid-configuration", lambda _: httpx.Response(200, headers=JSON, text="<h1>"))),
    Case("R21 a list", replying("openid-configuration", lambda _: httpx.Response(200, json=[]))),
    Case("R21 without end", replying("openid-configuration", lambda _: httpx.Response(200, headers=JSON, content=_endless()))),
    Case("R21 nested", replying("openid-configuration", lambda _: httpx.Response(200, headers=JSON, text="[" * 200_000))),
    Case("R21 slow", replying("openid-configuration", lambda _: httpx.Response(200, headers=JSON, content=_never())), Busy, {"timeout": 1.0}),
    Case("R21 another host", replying("openid-configuration", lambda _: httpx.Response(302, headers={"location": "https://evil.example/"}))),
    Case("R21 keys from another host", replying("keys", lambda _: httpx.Response(307, headers={"location": "https://evil.example/"}))),
    Case("R21 keys without end", replying("keys", lambda _: httpx.Response(200, headers=JSON, content=_endless()))),
    Case("R21 no keys", lambda: Provider(keys=[])),
    Case("R21 no address of keys", describing(jwks_uri=None)),
    Case("R21 keys in clear", describing(jwks_uri="http://login.example.com/keys")),
    Case("R21 tokens for a script", describing(token_endpoint="javascript:alert(1)")),
    Case("R21 a door that is none", describing(authorization_endpoint="https://login.example.com/a b")),
    Case("R22 another", lambda: Provider(claims={"email": None}, userinfo={"sub": "grace-2"})),
    Case("R22 missing", lambda: Provider(claims={"email": None}, userinfo={"sub": None})),
    Case("R22 the same", lambda: Provider(claims={"email": None}), None),
    Case("R23 no state", Provider, bring=lambda answer: {"code": answer["code"]}),
    Case("R23 another state", Provider, bring=lambda answer: {**answer, "state": "x" * 43}),
    Case("R26 PKCE is not known", describing(code_challenge_methods_supported=["plain"])),
    Case("R26 nothing said of PKCE", describing(code_challenge_methods_supported=None)),
    Case("R26 nothing said, but known", describing(code_challenge_methods_supported=None), None, {"announces_pkce": False}),
    Case("R27 another provider", Provider, bring=_with_iss(OTHER_ISSUER)),
    Case("R27 a slash more", Provider, bring=_with_iss(f"{ISSUER}/")),
    Case("R27 this provider", Provider, None, bring=_with_iss(ISSUER)),
    Case("R27 promised and missing", describing(authorization_response_iss_parameter_supported=True)),
    Case("R27 promised and kept", describing(authorization_response_iss_parameter_supported=True), None, bring=_with_iss(ISSUER)),
    Case("R34 no ID token", lambda: Provider(tokens={"id_token": None})),
    Case("R34 no text", lambda: Provider(tokens={"id_token": 1})),
    Case("R34 an empty one", lambda: Provider(tokens={"id_token": ""})),
    Case("R34 a page", replying("token", lambda _: httpx.Response(200, html="<h1>Thank you</h1>"))),
    Case("R34 somewhere else", replying("token", lambda _: httpx.Response(308, headers={"location": "https://evil.example/"}))),
    Case("R36 encrypted", lambda: Provider(sign=encrypted)),
    Case("R36 nested", lambda: Provider(sign=nested)),
    Case("R36 an access token", headed(typ="at+jwt")),
    Case("R36 a logout token", headed(typ="logout+jwt")),
    Case("R36 no object", lambda: Provider(sign=lambda payload, header: signed(b"[]", RSA, header))),
    Case("R36 too long", told(padding="x" * 200_000)),
    Case("R38 down from the start", replying("openid-configuration", lambda _: httpx.Response(503)), Busy),
    Case("R38 no keys now", replying("keys", lambda _: httpx.Response(500)), Busy),
    Case("R38 no tokens now", replying("token", lambda _: httpx.Response(500)), Busy),
    Case("R38 too many", replying("token", lambda _: httpx.Response(429, headers={"retry-after": "600"})), Busy),
    Case("an algorithm that was not registered", lambda: Provider(key=EC, header={"alg": "ES256", "kid": "curve"}, keys=[public(EC)])),
    Case("an algorithm that was registered", lambda: Provider(key=EC, header={"alg": "ES256", "kid": "curve"}, keys=[public(EC)]), None, {"algorithms": ("ES256",)}),
    Case("a key for encryption", lambda: Provider(keys=[public(RSA, use="enc")])),
    Case("a key for another algorithm", lambda: Provider(keys=[public(RSA, alg="RS512")])),
    Case("a key that may not verify", lambda: Provider(keys=[public(RSA, key_ops=["encrypt"])])),
    Case("a secret among the keys", lambda: Provider(keys=[{"kty": "oct", "kid": "first", "k": encoded(b"x" * 32)}])),
    Case("an RSA key of 1024 bits", lambda: Provider(keys=[public(RSA, n=encoded(b"\xc5" * 128))])),
    Case("no subject", told(sub=None)),
    Case("an empty subject", told(sub="")),
    Case("a subject of 256 characters", told(sub="x" * 256)),
    Case("a subject that is no text", told(sub=7)),
    Case("another client's secret", Provider, CredentialRejected, {"client_secret": "another"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_a_fault_of_the_provider_signs_nobody_in(case: Case) -> None:
    """Each fault alone is refused, in its own way, by a provider that does everything else right."""
    if case.refused is None:
        found = arrived(case.provider(), case.settings, case.bring)

        assert isinstance(found, Identity)
        assert (ISSUER, ADA.subject) == (found.issuer, found.subject)
        return
    with pytest.raises(case.refused) as caught:
        arrived(case.provider(), case.settings, case.bring)

    assert case.refused is type(caught.value)
    assert SECRET not in str(caught.value)


ELSEWHERE = {"R24", "R29", "R30", "R32", "R33", "R39", "R40"}
"""Rows that other tests hold: of mailboxes and words below, of browsers and sessions in test_sign_in_pages."""


def test_every_row_of_the_reference_has_a_case() -> None:
    """No row about relying parties is forgotten."""
    rows = {row["id"] for row in items("oidc-rp-negative")}

    assert rows == {case.id[:3] for case in CASES if re.match(r"R\d\d ", case.id)} | ELSEWHERE


MAILBOXES: list[tuple[dict[str, Any], dict[str, Any], str | None]] = [
    ({}, {}, "ada.lovelace@example.com"),
    ({"email_verified": False}, {}, None),
    ({"email_verified": None}, {"email_verified": None}, None),
    ({"email_verified": "true"}, {}, None),
    ({"email_verified": "false"}, {}, None),
    ({"email_verified": 1}, {}, None),
    ({"email": ["ada.lovelace@example.com"]}, {}, None),
    ({"email": "ada@example.com\r\nBcc: eve@evil.example"}, {}, None),
    ({"email": "ada.lovelace@example.com, eve@evil.example"}, {}, None),
    ({"email": None, "email_verified": None}, {}, "ada.lovelace@example.com"),
    ({"email": None, "email_verified": True}, {"email_verified": None}, None),
    ({"email": None, "email_verified": True}, {"email_verified": False}, None),
    ({"email": "ceo@example.com", "email_verified": None}, {}, "ada.lovelace@example.com"),
]
"""What the ID token says otherwise, what userinfo says otherwise, and the mailbox that is believed (R29, R30)."""


@pytest.mark.parametrize(("claims", "userinfo", "believed"), MAILBOXES)
def test_a_mailbox_counts_only_when_verified_by_a_truth(
    claims: dict[str, Any], userinfo: dict[str, Any], believed: str | None
) -> None:
    """A mailbox and the truth that it was verified come from one place, or there is none; signing in goes on."""
    found = arrived(Provider(claims=claims, userinfo=userinfo))

    assert isinstance(found, Identity)
    assert believed == (None if found.address is None else str(found.address))


def test_a_refusal_is_passed_on_in_bounds() -> None:
    """A description of 100 kB with markup and controls becomes 200 printable characters (R32)."""
    noise = {"error": "access_denied", "error_description": "<script>alert(1)</script>\x1b[31m\n" + "x" * 100_000}
    found = arrived(Provider(), bring=lambda answer: {"state": answer["state"], **noise})

    assert isinstance(found, Declined)
    assert "access_denied" == found.code
    assert "<script>alert(1)</script>?[31m?" == found.words[:31]
    assert 200 == len(found.words)


@pytest.mark.parametrize("error", ["temporarily_unavailable", "server_error"])
def test_a_provider_that_sends_back_because_it_cannot_is_busy(error: str) -> None:
    """A browser that comes back because the provider cannot answer may try again."""
    with pytest.raises(Busy):
        arrived(Provider(), bring=lambda answer: {"state": answer["state"], "error": error})


# --- what is asked, and how often ------------------------------------------------------------------------------------


def test_a_departure_asks_for_a_code_with_pkce() -> None:
    """The address is the provider's own, with what it had in it, and asks for a code with S256, nonce and hint."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # of RFC 7636, appendix B
    errand = Errand("s" * 43, "n" * 43, verifier, "https://share.example.com/sso/acme/staff/callback")
    url = talked(Provider(), lambda adapter: adapter.departure(errand))

    assert (
        f"{ISSUER}/authorize?realm=staff&response_type=code&client_id=exshare"
        "&redirect_uri=https%3A%2F%2Fshare.example.com%2Fsso%2Facme%2Fstaff%2Fcallback&scope=openid+email+profile"
        f"&state={'s' * 43}&nonce={'n' * 43}"
        "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    ) == url


def test_a_person_costs_four_questions_and_the_next_one_one() -> None:
    """Description and keys are fetched once; each person then costs the exchange of a code."""
    provider = Provider()

    async def twice(adapter: OidcProvider) -> None:
        for _ in range(2):
            errand = an_errand()
            await adapter.arrival(errand, provider.sign_in(await adapter.departure(errand)))

    talked(provider, twice)

    assert [
        f"GET {ISSUER}/.well-known/openid-configuration",
        f"POST {ISSUER}/token",
        f"GET {ISSUER}/keys",
        f"POST {ISSUER}/token",
    ] == provider.requests


def test_a_new_key_is_looked_for_once_a_minute() -> None:
    """A key that the provider has begun to use is found; tokens by unknown keys cost one question a minute at most."""
    provider = Provider()

    async def over_time(adapter: OidcProvider) -> list[bool]:
        found = []
        for later, key in ((0, RSA), (59, ANOTHER), (2, ANOTHER), (1, ANOTHER)):
            provider.clock.forward(seconds=later)
            provider.key, provider.header, provider.keys = key, {"kid": key.kid}, [public(key)]
            errand = an_errand()
            try:
                answer = provider.sign_in(await adapter.departure(errand))
                found.append(isinstance(await adapter.arrival(errand, answer), Identity))
            except Broken:
                found.append(False)
        return found

    assert [True, False, True, True] == talked(provider, over_time)
    assert 2 == provider.requests.count(f"GET {ISSUER}/keys")


def test_a_provider_that_is_down_is_not_asked_by_everybody() -> None:
    """R38: who comes within five seconds of a failure is told at once, and nobody waits for one who waits."""
    provider = replying("openid-configuration", lambda _: httpx.Response(404))()
    asked = f"GET {ISSUER}/.well-known/openid-configuration"

    async def crowd(adapter: OidcProvider) -> list[int]:
        counts = []
        for later in (0, 4, 2):
            provider.clock.forward(seconds=later)
            found = await asyncio.gather(*(adapter.departure(an_errand()) for _ in range(20)), return_exceptions=True)
            assert {Broken} == {type(one) for one in found}
            counts.append(provider.requests.count(asked))
        return counts

    assert [1, 1, 2] == talked(provider, crowd)


def test_a_key_that_was_withdrawn_signs_nobody_in_after_an_hour() -> None:
    """What is kept of a provider is asked for again when an hour is over."""
    provider = Provider()

    async def over_time(adapter: OidcProvider) -> None:
        errand = an_errand()
        await adapter.arrival(errand, provider.sign_in(await adapter.departure(errand)))
        provider.clock.forward(hours=1)
        provider.keys = [public(ANOTHER)]
        again = an_errand()
        await adapter.arrival(again, provider.sign_in(await adapter.departure(again)))

    with pytest.raises(Broken, match="no key of the provider's"):
        talked(provider, over_time)


@pytest.mark.parametrize(
    ("settings", "offered", "credential", "shown"),
    [
        ({}, None, "Basic ZXhzaGFyZTp0aGUtc2VjcmV0LW9mLXRoZS1jbGllbnQ=", None),
        ({}, ["client_secret_post"], "", SECRET),
        ({"client_auth": "post"}, None, "", SECRET),
        ({"client_auth": "basic"}, ["client_secret_post"], "Basic ZXhzaGFyZTp0aGUtc2VjcmV0LW9mLXRoZS1jbGllbnQ=", None),
    ],
)
def test_the_secret_is_shown_as_the_provider_can_take_it(
    settings: dict[str, Any], offered: list[str] | None, credential: str, shown: str | None
) -> None:
    """In a header, or in the form where the provider knows no other way or the configuration says so; never in both."""
    provider = Provider(description={"token_endpoint_auth_methods_supported": offered})
    arrived(provider, settings)

    assert [credential] == provider.credentials
    assert [shown] == [form.get("client_secret") for form in provider.forms]


def test_claims_of_our_choice_become_groups_and_an_account() -> None:
    """The claims that the configuration names are read, from userinfo where the ID token has none; no others are."""
    provider = Provider(
        claims={"teams": ["wiki", "", 7, "wiki-admins", "x" * 256]}, userinfo={"confluence": "5b10a2844c20165700ede21g"}
    )
    found = arrived(provider, {"groups_claim": "teams", "identity_claim": "confluence"})

    assert isinstance(found, Identity)
    assert frozenset({"wiki", "wiki-admins"}) == found.groups
    assert "5b10a2844c20165700ede21g" == found.account


@pytest.mark.parametrize(
    ("settings", "claims", "groups"),
    [
        ({}, {"teams": ["wiki"]}, None),
        ({"groups_claim": "teams"}, {}, frozenset()),
        ({"groups_claim": "teams"}, {"teams": {"wiki": True}}, frozenset()),
        ({"groups_claim": "teams"}, {"teams": "wiki"}, frozenset({"wiki"})),
    ],
)
def test_groups_that_are_not_asked_for_are_not_known(
    settings: dict[str, Any], claims: dict[str, Any], groups: frozenset[str] | None
) -> None:
    """Without a claim for them nothing is known of groups; with one, who has none is in none."""
    found = arrived(Provider(claims=claims), settings)

    assert isinstance(found, Identity)
    assert groups == found.groups


@pytest.mark.parametrize("value", ["", "two words", "x" * 129, 7, ["one"], "tab\there"])
def test_an_account_of_another_form_is_none(value: object) -> None:
    """What cannot be the id of an account in Confluence ties nobody to one."""
    found = arrived(Provider(claims={"confluence": value}), {"identity_claim": "confluence"})

    assert isinstance(found, Identity)
    assert found.account is None


# --- the check -------------------------------------------------------------------------------------------------------

CHECKS: list[tuple[Made, Mapping[str, Any], str]] = [
    (replying("openid-configuration", lambda _: httpx.Response(503)), {}, "the provider answered 503 when asked for its description"),
    (replying("openid-configuration", lambda _: httpx.Response(404)), {}, "the provider answered 404 when asked for its description"),
    (describing(issuer=f"{ISSUER}/"), {}, "the provider names itself otherwise than `issuer` in the configuration does, to the letter"),
    (
        describing(code_challenge_methods_supported=None),
        {},
        "the provider does not say that it keeps to PKCE with S256 (RFC 7636): update it, or set `announces_pkce = false` "
        "where its maker says that it does",
    ),
    (Provider, {"algorithms": ("ES256",)}, "it signs with RS256, which `algorithms` does not allow"),
    (lambda: Provider(keys=[public(EC)]), {}, "none of its keys can be used with `algorithms`"),
    (replying("keys", lambda _: httpx.Response(500)), {}, "the provider answered 500 when asked for its set of keys"),
]  # fmt: skip


@pytest.mark.parametrize(("provider", "settings", "said"), CHECKS)
def test_the_check_says_what_to_mend(provider: Made, settings: Mapping[str, Any], said: str) -> None:
    """One sentence names the provider and what is wrong with it."""
    found = talked(provider(), lambda adapter: adapter.check(), settings)

    assert (f"provider `{ISSUER}`: {said}",) == found


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"issuer": "http://login.example.com"}, "issuer: `http://login.example.com` must be https"),
    ({"issuer": "login.example.com"}, "issuer: `login.example.com` is not a plain address such as https://login.example.com"),
    ({"issuer": "https://a:b@login.example.com"}, "issuer: must not hold a user or password"),
    ({"issuer": "https://login.example.com?x=1"}, "issuer: `https://login.example.com?x=1` is not a plain address such as https://login.example.com"),
    ({"issuer": "https://[::1"}, "issuer: `https://[::1` is not an address"),
    ({"client_id": ""}, "client_id: must be printable ASCII without spaces; was it copied whole?"),
    ({"client_secret": "two words"}, "client_secret: must be printable ASCII without spaces; was it copied whole?"),
    ({"client_auth": "header"}, "client_auth: must be one of basic, post"),
    ({"client_secret": None, "client_auth": "post"}, "client_auth: is given without `client_secret`"),
    ({"scopes": ("email",)}, "scopes: must be names of scopes with `openid` among them"),
    ({"scopes": ("openid", "a b")}, "scopes: must be names of scopes with `openid` among them"),
    ({"algorithms": ()}, "algorithms: must name one at least"),
    ({"groups_claim": ""}, "groups_claim: must be the name of a claim"),
    ({"timeout": 0.5}, "timeout: from 1 to 30 seconds"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "said"), REFUSED)
def test_settings_that_will_not_do_are_refused_by_name(settings: dict[str, Any], said: str) -> None:
    """Each setting is checked before anything is opened."""
    with pytest.raises(InvalidValue) as caught:
        Provider().settings(**settings)

    assert said == str(caught.value)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS384", "HS512", "RS1", "rs256", ""])
def test_an_algorithm_that_is_no_signature_cannot_be_chosen(algorithm: str) -> None:
    """Neither none, nor secrets, nor what nobody knows can be allowed by configuration."""
    with pytest.raises(InvalidValue, match="there is no algorithm"):
        Provider().settings(algorithms=("RS256", algorithm))


# --- signatures from the outside -------------------------------------------------------------------------------------


KEY_FOR_ANOTHER_ALGORITHM = "jwt-wycheproof-jws-346"
"""Signed by PS384 with a key that says it is for PS256: one key, one algorithm (RFC 8725 3.1)."""


def _vectors(corpus: str) -> list[dict[str, Any]]:
    return [row for row in items(corpus) if not row.get("doubtful")]


def _accepted(row: Mapping[str, Any]) -> bool:
    """Whether the signature counts, with the keys of the row published and every algorithm allowed."""
    found = row["group"].get("public") or row["group"]["private"]
    keys = usable_keys({"keys": found.get("keys", [found])})
    try:
        by = named(row["input"], ALGORITHMS)
        key = key_for(keys, by.kid, by.algorithm)
        if key is None:
            return False
        payload_of(row["input"], key, by)
    except Broken:
        return False
    return True


@pytest.mark.parametrize(
    "corpus", ["jwt-wycheproof-jws", "jwt-wycheproof-crypto", "jwt-wycheproof-jwk", "jwt-wycheproof-jwe"]
)
def test_no_signature_that_is_not_valid_counts(corpus: str) -> None:
    """Of all test vectors, none that is invalid is accepted, and none is answered with another error."""
    accepted = [row["id"] for row in _vectors(corpus) if row["expect"] == "invalid" and _accepted(row)]

    assert [] == accepted


def test_valid_signatures_by_allowed_algorithms_count() -> None:
    """Valid vectors by algorithms with a public key are accepted, so that the test above refuses something."""
    allowed = [
        row
        for row in _vectors("jwt-wycheproof-jws")
        if row["expect"] == "valid" and _named_algorithm(row["input"]) in ALGORITHMS
    ]

    assert len(allowed) > 10
    assert [KEY_FOR_ANOTHER_ALGORITHM] == [row["id"] for row in allowed if not _accepted(row)]


def _named_algorithm(token: str) -> str:
    header = token.partition(".")[0]
    return str(json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4))).get("alg"))


def test_an_errand_is_never_shown() -> None:
    """The secrets of an errand are in no repr."""
    shown = repr(evolve(an_errand(), verifier="the-verifier", nonce="the-nonce", state="the-state"))

    assert [False] * 3 == [word in shown for word in ("the-verifier", "the-nonce", "the-state")]
