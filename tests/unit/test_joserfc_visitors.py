"""Hosts' tokens and keys that are refused, each by the rule that it breaks (RFC 7515, 7517, 7518, 7519, 8725)."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwk, jws

from exshare_adapters.joserfc_visitors.compact import LONGEST, parted
from exshare_adapters.joserfc_visitors.keys import Host, HostKey, host_of, public_keys, secret_key
from exshare_adapters.joserfc_visitors.tokens import JoserfcVisitorTokens, good
from exshare_core.errors import InvalidValue
from exshare_core.values import SiteId
from tests.corpora import items

SITE = SiteId("acme")
HOST = "https://intranet.example.com"
CLAIMS: dict[str, Any] = {
    "iss": HOST,
    "aud": "link-1",
    "jti": "token-1",
    "email": "ada@example.com",
    "iat": 1_800_000_000,
    "exp": 1_800_000_300,
}
HEADER: dict[str, Any] = {"alg": "Ed25519", "typ": "visitor+jwt"}
KEY = jwk.OKPKey.import_key(
    {
        "kty": "OKP",
        "crv": "Ed25519",
        "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }
)
"""The key of RFC 8037, appendix A.1, whose private part everybody knows."""
PUBLIC: dict[str, Any] = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
EC: dict[str, Any] = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
SECRET = "s" * 32


def written(part: bytes | dict[str, Any]) -> str:
    """A part of a token."""
    content = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(content).decode().rstrip("=")


def signed(header: bytes | dict[str, Any] | None = None, claims: bytes | dict[str, Any] | None = None) -> str:
    """A token whose signature is right, whatever it says."""
    said = f"{written(HEADER if header is None else header)}.{written(CLAIMS if claims is None else claims)}"
    algorithm = jws.JWSRegistry(algorithms=["Ed25519"]).get_alg("Ed25519")
    return f"{said}.{written(algorithm.sign(said.encode(), KEY))}"


def tokens(*keys: HostKey) -> JoserfcVisitorTokens:
    """A site with one host that has these keys, or the one of the tests."""
    return JoserfcVisitorTokens({SITE: [Host(HOST, keys or public_keys([PUBLIC]))]})


def refusal(token: str, *keys: HostKey) -> str:
    """Why a token is refused."""
    with pytest.raises(InvalidValue) as refused:
        tokens(*keys).read(SITE, token)
    return refused.value.rule


NO_TEXTS = "the token's header does not name its algorithm and key by texts"
MORE = "the token's header holds more than `alg`, `kid` and `typ`"
NO_KIND = "the token's header does not say `typ` as `visitor+jwt`"
NO_KEY = "the token's issuer has no such key, or the token does not say which"
NO_HEADER = "the token's header is not a JSON object that names everything once"
NO_CLAIMS = "the token's payload is not a JSON object that names everything once"


def test_a_token_that_is_right_is_read() -> None:
    """The token that every other one here differs from in one thing."""
    assert "ada@example.com" == str(tokens().read(SITE, signed()).address)


@pytest.mark.parametrize(
    "header",
    [
        {**HEADER, "typ": "VISITOR+JWT"},
        {**HEADER, "typ": "application/visitor+jwt"},
        {**HEADER, "alg": "EdDSA"},
    ],
)
def test_a_header_may_be_written_in_other_words(header: dict[str, Any]) -> None:
    """A media type has no case, and Ed25519 has an older name (RFC 7515 4.1.9, RFC 9864)."""
    assert "token-1" == tokens().read(SITE, signed(header)).id


@pytest.mark.parametrize(
    ("header", "rule"),
    [
        ({"typ": "visitor+jwt"}, NO_TEXTS),
        ({**HEADER, "alg": None}, NO_TEXTS),
        ({**HEADER, "alg": ["Ed25519"]}, NO_TEXTS),
        ({**HEADER, "kid": 1}, NO_TEXTS),
        ({**HEADER, "alg": "none"}, NO_KEY),
        ({**HEADER, "alg": "None"}, NO_KEY),
        ({**HEADER, "alg": ""}, NO_KEY),
        ({**HEADER, "alg": "ed25519"}, NO_KEY),
        ({**HEADER, "alg": "HS256"}, NO_KEY),
        ({**HEADER, "alg": "Ed448"}, NO_KEY),
        ({**HEADER, "kid": "other"}, NO_KEY),
        ({**HEADER, "kid": "../../etc/passwd"}, NO_KEY),
        ({"alg": "Ed25519"}, NO_KIND),
        ({**HEADER, "typ": "JWT"}, NO_KIND),
        ({**HEADER, "typ": "at+jwt"}, NO_KIND),
        ({**HEADER, "typ": ["visitor+jwt"]}, NO_KIND),
        ({**HEADER, "crit": ["exp"]}, MORE),
        ({**HEADER, "crit": []}, MORE),
        ({**HEADER, "b64": False}, MORE),
        ({**HEADER, "zip": "DEF"}, MORE),
        ({**HEADER, "jku": "https://evil.example/keys"}, MORE),
        ({**HEADER, "jwk": PUBLIC}, MORE),
        ({**HEADER, "x5u": "https://evil.example/chain"}, MORE),
        ({**HEADER, "x5c": ["MIIB"]}, MORE),
        ({**HEADER, "cty": "JWT"}, MORE),
        ({**HEADER, "enc": "A256GCM"}, MORE),
        (b'{"alg":"none","alg":"Ed25519","typ":"visitor+jwt"}', NO_HEADER),
        (b'["alg"]', NO_HEADER),
        (b"null", NO_HEADER),
        (b"\xff\xfe", NO_HEADER),
        (b"[" * 1500, NO_HEADER),
    ],
)
def test_a_header_that_says_anything_else_is_refused(header: Any, rule: str) -> None:
    """A header picks among what was agreed on and says what the token is; it brings nothing (RFC 8725 3.1, 3.10, 3.11)."""
    assert rule == refusal(signed(header))


@pytest.mark.parametrize(
    ("claims", "rule"),
    [
        ({"iss": "https://evil.example"}, "the token's issuer is no host of this site"),
        ({"iss": HOST + "/"}, "the token's issuer is no host of this site"),
        ({"iss": [HOST]}, "the token's issuer is no host of this site"),
        ({"jti": ""}, "the token does not name itself by a `jti` of 1 to 255 characters"),
        ({"jti": "x" * 256}, "the token does not name itself by a `jti` of 1 to 255 characters"),
        ({"jti": 7}, "the token does not name itself by a `jti` of 1 to 255 characters"),
        ({"jti": "a\nb"}, "the token does not name itself by a `jti` of 1 to 255 characters"),
        ({"email": "ada"}, "the token does not name its visitor by a mail address in `email`"),
        ({"email": "ada@example.com, eve@example.com"}, "the token does not name its visitor by a mail address in `email`"),
        ({"email": ["ada@example.com"]}, "the token does not name its visitor by a mail address in `email`"),
        ({"email": "ada@example.com\r\nBcc: eve@example.com"}, "the token does not name its visitor by a mail address in `email`"),
        ({"aud": []}, "the token does not name one link in `aud`"),
        ({"aud": ["link-1", "link-2"]}, "the token does not name one link in `aud`"),
        ({"aud": {"link-1": 1}}, "the token does not name one link in `aud`"),
        ({"iat": "1800000000"}, "the token's `iat` is not a number of whole seconds since 1970"),
        ({"iat": True}, "the token's `iat` is not a number of whole seconds since 1970"),
        ({"exp": 1_800_000_300.5}, "the token's `exp` is not a number of whole seconds since 1970"),
        ({"exp": -1}, "the token's `exp` is not a number of whole seconds since 1970"),
        ({"exp": 10**30}, "the token's `exp` is not a number of whole seconds since 1970"),
        ({"exp": None}, "the token's `exp` is not a number of whole seconds since 1970"),
        ({"nbf": None}, "the token's `nbf` is not a number of whole seconds since 1970"),
    ],
)  # fmt: skip
def test_claims_of_another_form_are_refused(claims: dict[str, Any], rule: str) -> None:
    """What a claim holds is exactly what it should be, or the token is none."""
    assert rule == refusal(signed(claims={**CLAIMS, **claims}))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"foo",
        b"[]",
        b'"text"',
        b'{"iss":"https://intranet.example.com","iss":"portal"}',
        b'{"exp":NaN}',
        b'{"exp":Infinity}',
        b'{"a":' * 400,
        b"\xff",
        b"9" * 2500,
    ],
)
def test_a_payload_that_is_no_object_is_refused(payload: bytes) -> None:
    """JSON that can be read in two ways is read in none."""
    assert refusal(signed(claims=payload)) in (NO_CLAIMS, "the token is not written in base64url")


def test_claims_that_mean_nothing_here_do_no_harm() -> None:
    """A host may say more than is asked."""
    claims = {**CLAIMS, "sub": "u-7", "name": "Ada", "groups": ["staff"], "email_verified": False}

    assert tokens().read(SITE, signed()) == tokens().read(SITE, signed(claims=claims))


def test_a_token_has_one_way_of_being_written() -> None:
    """Padding, blanks, the other alphabet and unused bits are refused, though some readers of base64 forgive them."""
    token = signed()
    head, body, signature = token.split(".")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    loose = signature[:-1] + last[last.index(signature[-1]) ^ 1]
    others = (
        f"{head}==.{body}.{signature}",
        f"{head}.{body}.{signature}==",
        f"{head} .{body}.{signature}",
        f"{head}\n.{body}.{signature}",
        f"{head}.{body}.{signature}\u0660",
        f"{head}.{body}.{loose}",
        f"{head}.{body}.{signature.replace('-', '+').replace('_', '/')}+",
        f"{head}.{body}.",
        f".{body}.{signature}",
    )

    assert urlsafe_b64decode(f"{loose}==") == urlsafe_b64decode(f"{signature}==")
    assert ["the token is not written in base64url"] * len(others) == [refusal(other) for other in others]
    assert "the token is not in the compact form of three parts" == refusal(f"{token}.{signature}")


def test_a_long_token_is_refused_before_it_is_read() -> None:
    """A token has at most 4096 characters."""
    fitting = signed(claims={**CLAIMS, "more": "x" * 2300})

    assert LONGEST >= len(fitting)
    assert "token-1" == tokens().read(SITE, fitting).id
    assert "the token has more than 4096 characters" == refusal(signed(claims={**CLAIMS, "more": "x" * 4096}))


# --- keys ------------------------------------------------------------------------------------------------------------


def test_a_public_key_is_no_secret() -> None:
    """A token that is signed with what everybody may know of a key, as if that were a secret, is refused (RFC 8725 3.1)."""
    said = f"{written({**HEADER, 'alg': 'HS256'})}.{written(CLAIMS)}"
    for known in (PUBLIC["x"].encode(), urlsafe_b64decode(PUBLIC["x"] + "="), json.dumps(PUBLIC).encode()):
        forged = f"{said}.{written(hmac.digest(known, said.encode(), sha256))}"

        assert NO_KEY == refusal(forged)


def test_each_of_several_keys_is_named() -> None:
    """While a host changes its keys there are two: a token that names one is read, and one that names none is not."""
    keys = public_keys(
        [{**PUBLIC, "kid": "new"}, {**jwk.OKPKey.generate_key("Ed25519").as_dict(private=False), "kid": "old"}]
    )

    assert "token-1" == tokens(*keys).read(SITE, signed({**HEADER, "kid": "new"})).id
    assert "the token's signature is not its issuer's" == refusal(signed({**HEADER, "kid": "old"}), *keys)
    assert NO_KEY == refusal(signed(), *keys)


def test_keys_of_several_kinds_need_no_name_in_a_token() -> None:
    """Where the algorithm leaves one key, it is certain which is meant."""
    keys = public_keys([{**PUBLIC, "kid": "a"}, {**EC, "kid": "b"}])

    assert "token-1" == tokens(*keys).read(SITE, signed()).id


SHORT = {"kty": "RSA", "n": written(b"\xff" * 128), "e": "AQAB"}


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ([], "must be from 1 to 20 keys"),
        ([{**PUBLIC, "kid": str(number)} for number in range(21)], "must be from 1 to 20 keys"),
        (["key"], "key 1 is not a JWK"),
        ([{**PUBLIC, "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}], "key 1 holds more than a public key; keep the rest with the host that signs"),
        ([{"kty": "oct", "k": "c2VjcmV0"}], "key 1 holds more than a public key; keep the rest with the host that signs"),
        ([PUBLIC, PUBLIC], "each of several keys needs a `kid` of its own, since tokens name their key by it"),
        ([{**PUBLIC, "kid": "a"}, {**EC, "kid": "a"}], "each of several keys needs a `kid` of its own, since tokens name their key by it"),
        ([{}], "key 1 is not for EdDSA with Ed25519, for ES256 or for RS256"),
        ([{**PUBLIC, "crv": "X25519"}], "key 1 is not for EdDSA with Ed25519, for ES256 or for RS256"),
        ([{**EC, "crv": "P-521"}], "key 1 is not for EdDSA with Ed25519, for ES256 or for RS256"),
        ([{**EC, "crv": ["P-256"]}], "key 1 is not for EdDSA with Ed25519, for ES256 or for RS256"),
        ([{**EC, "alg": "ES512"}], "key 1 is made for `ES512`, not for ES256"),
        ([{**EC, "alg": "none"}], "key 1 is made for `none`, not for ES256"),
        ([{**EC, "use": "enc"}], "key 1 is not made for checking signatures"),
        ([{**EC, "key_ops": ["sign"]}], "key 1 is not made for checking signatures"),
        ([{**EC, "key_ops": 3}], "key 1 is not made for checking signatures"),
        ([{**EC, "kid": ""}], "key 1 needs a `kid` of 1 to 200 printable characters"),
        ([{**EC, "kid": 7}], "key 1 needs a `kid` of 1 to 200 printable characters"),
        ([{**EC, "y": EC["x"]}], "key 1 cannot be read"),
        ([{"kty": "EC", "crv": "P-256"}], "key 1 cannot be read"),
        ([{**PUBLIC, "x": "AA"}], "key 1 cannot be read"),
        ([SHORT], "key 1 is too short: an RSA key needs 2048 bits"),
        ([{"kty": "RSA", "n": "ü", "e": "AQAB"}], "key 1 is too short: an RSA key needs 2048 bits"),
    ],
)  # fmt: skip
def test_keys_that_will_not_do_are_named(entries: Any, rule: str) -> None:
    """Every fault of a key is told with its place, before anything is served."""
    with pytest.raises(InvalidValue) as refused:
        public_keys(entries)

    assert ("keys", rule) == (refused.value.field, refused.value.rule)


def test_a_secret_is_as_long_as_its_signature() -> None:
    """A shared secret has 32 bytes at least (RFC 7518 3.2)."""
    with pytest.raises(InvalidValue, match="must have at least 32 bytes"):
        secret_key("s" * 31)

    assert 1 == len(secret_key("é" * 16))


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (None, "names a file that cannot be read: No such file or directory"),
        (b"{", "names a file that is not JSON"),
        (b"\xff", "names a file that is not JSON"),
        (b"[]", 'names a file that is not a set of keys: {"keys": [...]}'),
        (b'{"keys": 1}', 'names a file that is not a set of keys: {"keys": [...]}'),
        (b'{"keys": [1]}', "key 1 is not a JWK"),
        (b" " * 70_000, "names a file of more than 65536 bytes"),
    ],
)
def test_a_file_of_keys_that_will_not_do_is_named(tmp_path: Path, content: bytes | None, rule: str) -> None:
    """Whatever is wrong with the file, it is told under the name of its key."""
    file = tmp_path / "keys.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InvalidValue) as refused:
        host_of(HOST, keys_file=file)

    assert ("keys_file", rule) == (refused.value.field, refused.value.rule)


def test_a_host_is_made_in_four_ways(tmp_path: Path) -> None:
    """Keys or a secret, in the configuration or in a file of their own, whose last line break is none of it."""
    keys, secret = tmp_path / "keys.json", tmp_path / "secret"
    keys.write_text(json.dumps({"keys": [PUBLIC]}))
    secret.write_text(f"{SECRET}\n")
    hosts = (
        host_of(HOST, keys=[PUBLIC]),
        host_of(HOST, keys_file=keys),
        host_of(HOST, secret=SECRET),
        host_of(HOST, secret_file=secret),
    )

    assert ["Ed25519", "Ed25519", "HS256", "HS256"] == [host.keys[0].algorithm for host in hosts]
    assert hosts[2].keys[0].jose.as_dict() == hosts[3].keys[0].jose.as_dict()


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({}, "is missing: give `keys`, `keys_file`, `secret` or `secret_file`"),
        ({"keys": [PUBLIC], "secret": SECRET}, "is not alone: give one of `keys`, `keys_file`, `secret` or `secret_file`"),
    ],
)  # fmt: skip
def test_a_host_has_keys_of_one_kind(given: dict[str, Any], rule: str) -> None:
    """A secret beside public keys would be one more way in."""
    with pytest.raises(InvalidValue) as refused:
        host_of(HOST, **given)

    assert ("keys", rule) == (refused.value.field, refused.value.rule)


# --- what others have collected ---------------------------------------------------------------------------------------


def _host_key(private: dict[str, Any]) -> tuple[HostKey, ...]:
    """The key of a vector as a host would have given it to us; none where it would have been refused."""
    try:
        if private.get("kty") == "oct" and private.get("alg") != "HS256":
            return ()
        if private.get("kty") == "oct":
            content = urlsafe_b64decode(f"{private['k']}==")
            return (
                (HostKey(private.get("kid"), ("HS256",), jwk.OctKey.import_key(content)),) if len(content) >= 32 else ()
            )
        return public_keys([{name: value for name, value in private.items() if name not in PRIVATE}])
    except (InvalidValue, ValueError, KeyError):
        return ()


PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})


def _vector_keys(group: dict[str, Any]) -> list[HostKey]:
    """The keys of a vector; none where a set has secrets among public keys, which no configuration of ours can."""
    private = group["private"]
    entries = private.get("keys", [private])
    if len({entry.get("kty") == "oct" for entry in entries}) > 1:
        return []
    return [key for entry in entries for key in _host_key(entry)]


@pytest.mark.parametrize(
    "corpus", ["jwt-wycheproof-jws", "jwt-wycheproof-jwk", "jwt-wycheproof-jwe", "jwt-wycheproof-crypto"]
)
def test_no_vector_of_others_is_a_visitors_token(corpus: str) -> None:
    """None of them says that it is one, and every one is refused with the one error that there is."""
    for item in items(corpus):
        keys = _vector_keys(item["group"])
        with pytest.raises(InvalidValue):
            JoserfcVisitorTokens({SITE: [Host(HOST, tuple(keys))]}).read(SITE, str(item["input"]))


def test_no_signature_of_others_is_taken_that_should_not_be() -> None:
    """Beneath the rules for what a token of ours says, signatures are judged as the vectors' makers judge them."""
    judged = {}
    for corpus in ("jwt-wycheproof-jws", "jwt-wycheproof-jwk", "jwt-wycheproof-crypto"):
        for item in items(corpus):
            keys = _vector_keys(item["group"])
            if keys and "doubtful" not in item:
                judged[item["id"]] = (item["expect"] == "valid", _taken(str(item["input"]), Host(HOST, tuple(keys))))
    falsely = [name for name, (expected, taken) in judged.items() if taken and not expected]
    missed = [name for name, (expected, taken) in judged.items() if expected and not taken]

    assert ([], []) == (falsely, missed)
    assert (True, True) == (sum(taken for _, taken in judged.values()) > 10, len(judged) > 150)


def _taken(token: str, host: Host) -> bool:
    try:
        compact = parted(token)
    except InvalidValue:
        return False
    key = host.key_for(str(compact.header.get("alg")), compact.header.get("kid"))
    return key is not None and good(compact, key)
