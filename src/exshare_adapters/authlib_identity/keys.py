"""A provider's public keys: which of them may check a signature, by what they are and not by what a token says.

Keys that could also sign, such as shared secrets, are never used, so that no public value is ever taken for a secret
(RFC 8725 3.1); neither are short RSA keys, nor keys that their owner made for something else.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence

from attrs import field, frozen
from joserfc import jwk
from joserfc.errors import JoseError

MOST_KEYS = 50

LEAST_MODULUS = 256
"""Bytes of an RSA modulus: 2048 bits (RFC 7518 3.3)."""

_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "Ed25519": "Ed25519"}
_PUBLIC = ("kty", "n", "e", "crv", "x", "y")
_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


@frozen
class Key:
    """One public key that may check signatures."""

    kid: str | None
    kind: str
    curve: str | None
    algorithm: str | None
    """The one algorithm that the key's owner made it for, where that is said."""
    jose: jwk.Key = field(repr=False)

    def fits(self, algorithm: str) -> bool:
        """Whether the key may check a signature made by `algorithm`: one key, one algorithm (RFC 8725 3.1)."""
        return (
            self.kind == _TYPES[algorithm[:2]]
            and self.curve == _CURVES.get(algorithm)
            and self.algorithm in (None, algorithm)
        )


def usable_keys(found: Mapping[str, object]) -> tuple[Key, ...]:
    """Those keys of a JWK set that may check signatures; what cannot be read is left out."""
    entries = found.get("keys")
    listed = entries[:MOST_KEYS] if isinstance(entries, list) else []
    return tuple(key for entry in listed if isinstance(entry, dict) and (key := _usable(entry)) is not None)


def key_for(keys: Sequence[Key], kid: str | None, algorithm: str) -> Key | None:
    """The key that a token's signature is to be checked with; None where it is missing or not certain which it is.

    A token that names no key can only mean the one that there is (security reference R16).
    """
    fitting = [key for key in keys if key.fits(algorithm) and (kid is None or key.kid == kid)]
    return fitting[0] if len(fitting) == 1 else None


def _usable(entry: Mapping[str, object]) -> Key | None:
    kind, operations = entry.get("kty"), entry.get("key_ops")
    for_signing = entry.get("use", "sig") == "sig" and (operations is None or _may_verify(operations))
    if kind not in _TYPES.values() or not for_signing or (kind == "RSA" and not _long_enough(entry.get("n"))):
        return None
    try:
        jose = jwk.import_key({name: str(entry[name]) for name in _PUBLIC if name in entry})
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    kid, curve, algorithm = (entry.get(name) for name in ("kid", "crv", "alg"))
    return Key(_text(kid), str(kind), _text(curve), _text(algorithm), jose)


def _may_verify(operations: object) -> bool:
    return isinstance(operations, list) and "verify" in operations


def _long_enough(modulus: object) -> bool:
    try:
        number = urlsafe_b64decode(f"{modulus}==") if isinstance(modulus, str) else b""
    except ValueError:
        return False
    return len(number.lstrip(b"\0")) >= LEAST_MODULUS


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
