"""The keys with which a host may sign: which there are, and which algorithm each is for.

Each key is for one algorithm, by what it is and not by what a token says of itself (RFC 8725 3.1). A key that can sign
for its host has no business here, but for a secret that was agreed on as such.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from attrs import field, frozen
from joserfc import jwk
from joserfc.errors import JoseError

from exshare_core.errors import InvalidValue, printable

LEAST_SECRET = 32
"""Bytes of a secret, as many as its signature has (RFC 7518 3.2)."""

LEAST_MODULUS = 2048
"""Bits of an RSA modulus (RFC 7518 3.3)."""

MOST_KEYS = 20
LONGEST_FILE = 64 * 1024
LONGEST_KID = 200

_ALGORITHMS: Mapping[tuple[object, object], tuple[str, ...]] = {
    ("OKP", "Ed25519"): ("Ed25519", "EdDSA"),
    ("EC", "P-256"): ("ES256",),
    ("RSA", None): ("RS256",),
}
"""By kind and curve of a key, the names that its one algorithm goes by (RFC 7518 3.1, RFC 8037 3.1, RFC 9864 2.2)."""

_PUBLIC = ("kty", "crv", "x", "y", "n", "e")
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})


@frozen
class HostKey:
    """One key of a host."""

    kid: str | None
    names: Collection[str]
    """What the one algorithm that the key is for may be called in a token."""
    jose: jwk.Key = field(repr=False)

    @property
    def algorithm(self) -> str:
        """The name by which joserfc knows the algorithm."""
        return next(iter(self.names))


@frozen
class Host:
    """A host that names visitors of a site, and its keys."""

    issuer: str
    keys: tuple[HostKey, ...]

    def key_for(self, algorithm: str, kid: str | None) -> HostKey | None:
        """The key that a token's signature is to be checked with; None where it is missing or not certain which it is.

        A token that names no key can only mean the one that there is.
        """
        fitting = [key for key in self.keys if algorithm in key.names and (kid is None or key.kid == kid)]
        return fitting[0] if len(fitting) == 1 else None


def host_of(
    issuer: str,
    *,
    keys: Sequence[object] | None = None,
    keys_file: Path | None = None,
    secret: str | None = None,
    secret_file: Path | None = None,
) -> Host:
    """The host whose keys are given in one of these four ways; raises InvalidValue for any fault of theirs."""
    given = [one is not None for one in (keys, keys_file, secret, secret_file)]
    if sum(given) != 1:
        rule = "is missing: give" if not any(given) else "is not alone: give one of"
        raise InvalidValue("keys", f"{rule} `keys`, `keys_file`, `secret` or `secret_file`")
    if keys is not None:
        return Host(issuer, public_keys(keys))
    if keys_file is not None:
        return Host(issuer, read_keys(keys_file))
    if secret is not None:
        return Host(issuer, secret_key(secret))
    assert secret_file is not None
    return Host(issuer, read_secret(secret_file))


def public_keys(entries: Sequence[object], name: str = "keys") -> tuple[HostKey, ...]:
    """The keys in a list of JWKs (RFC 7517); raises InvalidValue, with `name` as the field, for any that will not do."""
    if not 1 <= len(entries) <= MOST_KEYS:
        raise InvalidValue(name, f"must be from 1 to {MOST_KEYS} keys")
    keys = tuple(_public_key(entry, place, name) for place, entry in enumerate(entries, 1))
    kids = [key.kid for key in keys]
    if len(keys) > 1 and (None in kids or len(set(kids)) < len(kids)):
        raise InvalidValue(name, "each of several keys needs a `kid` of its own, since tokens name their key by it")
    return keys


def read_keys(file: Path, name: str = "keys_file") -> tuple[HostKey, ...]:
    """The keys in a file that holds a JWK set; raises InvalidValue for one that cannot be read or will not do."""
    try:
        found = json.loads(_content(file, name))
    except (ValueError, RecursionError):
        raise InvalidValue(name, "names a file that is not JSON") from None
    entries = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(entries, list):
        raise InvalidValue(name, 'names a file that is not a set of keys: {"keys": [...]}')
    return public_keys(entries, name)


def secret_key(secret: str, name: str = "secret") -> tuple[HostKey, ...]:
    """A secret that the host shares with us; raises InvalidValue for one that is too short."""
    if len(secret.encode()) < LEAST_SECRET:
        raise InvalidValue(name, f"must have at least {LEAST_SECRET} bytes; make it with a generator of random secrets")
    return (HostKey(None, ("HS256",), jwk.OctKey.import_key(secret.encode())),)


def read_secret(file: Path, name: str = "secret_file") -> tuple[HostKey, ...]:
    """The secret in a file, without the line break at its end; raises InvalidValue as the others do."""
    try:
        text = _content(file, name).decode()
    except UnicodeDecodeError:
        raise InvalidValue(name, "names a file that is not UTF-8 text") from None
    return secret_key(text.removesuffix("\n").removesuffix("\r"), name)


def _content(file: Path, name: str) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(LONGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "that is no path"
        raise InvalidValue(name, f"names a file that cannot be read: {reason}") from None
    if len(content) > LONGEST_FILE:
        raise InvalidValue(name, f"names a file of more than {LONGEST_FILE} bytes")
    return content


def _public_key(entry: object, place: int, name: str) -> HostKey:
    if not isinstance(entry, Mapping):
        raise InvalidValue(name, f"key {place} is not a JWK")
    if _PRIVATE & entry.keys():
        raise InvalidValue(name, f"key {place} holds more than a public key; keep the rest with the host that signs")
    kind, curve, kid, algorithm = (entry.get(part) for part in ("kty", "crv", "kid", "alg"))
    names = _ALGORITHMS.get((kind, curve)) if isinstance(kind, str) and isinstance(curve, str | None) else None
    if names is None:
        raise InvalidValue(name, f"key {place} is not for EdDSA with Ed25519, for ES256 or for RS256")
    if algorithm not in (None, *names):
        raise InvalidValue(name, f"key {place} is made for `{printable(str(algorithm)[:40])}`, not for {names[-1]}")
    if entry.get("use", "sig") != "sig" or not _may_verify(entry.get("key_ops", ["verify"])):
        raise InvalidValue(name, f"key {place} is not made for checking signatures")
    if kid is not None and not (isinstance(kid, str) and 1 <= len(kid) <= LONGEST_KID and kid.isprintable()):
        raise InvalidValue(name, f"key {place} needs a `kid` of 1 to {LONGEST_KID} printable characters")
    if kind == "RSA" and _bits(entry.get("n")) < LEAST_MODULUS:
        raise InvalidValue(name, f"key {place} is too short: an RSA key needs {LEAST_MODULUS} bits")
    try:
        jose = jwk.import_key({part: str(entry[part]) for part in _PUBLIC if part in entry})
        jose.get_op_key("verify")
    except (JoseError, ValueError, TypeError, KeyError):
        raise InvalidValue(name, f"key {place} cannot be read") from None
    return HostKey(kid, names, jose)


def _bits(modulus: object) -> int:
    try:
        number = urlsafe_b64decode(f"{modulus}==") if isinstance(modulus, str) else b""
    except ValueError:
        return 0
    return int.from_bytes(number).bit_length()


def _may_verify(operations: object) -> bool:
    return isinstance(operations, list) and "verify" in operations
