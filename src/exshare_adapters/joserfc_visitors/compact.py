"""The compact form of a signed token (RFC 7515 7.1), read in the one way that leaves nothing to interpretation.

Three parts in canonical base64url; header and claims are JSON objects that name nothing twice. A header holds what
picks the key and says what kind of token it is, and nothing else: no key, no address of keys, no extension, no
compression.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from exshare_core.errors import InvalidValue

LONGEST = 4096
"""Characters of a token."""

KIND = "visitor+jwt"
"""What a token says that it is, so that none that was signed for another purpose is taken for one (RFC 8725 3.11)."""

_HEADER = frozenset({"alg", "kid", "typ"})


@frozen
class Compact:
    """A token in its parts, which have been read and not checked."""

    header: Mapping[str, Any]
    payload: bytes = field(repr=False)
    signed: bytes = field(repr=False)
    """What the signature is over."""
    signature: bytes = field(repr=False)


def parted(token: str) -> Compact:
    """The parts of a token; raises InvalidValue, naming the rule and nothing of the token, for what is none."""
    if len(token) > LONGEST:
        raise wrong(f"the token has more than {LONGEST} characters")
    parts = token.split(".")
    if len(parts) != 3:
        raise wrong("the token is not in the compact form of three parts")
    header, payload, signature = (_bytes(part) for part in parts)
    return Compact(_object(header, "header"), payload, f"{parts[0]}.{parts[1]}".encode(), signature)


def named(compact: Compact) -> tuple[str, str | None]:
    """The algorithm, and the key if it names one, of a token whose header says that it is one of ours; else InvalidValue."""
    algorithm, kid, kind = (compact.header.get(name) for name in ("alg", "kid", "typ"))
    if not compact.header.keys() <= _HEADER:
        raise wrong("the token's header holds more than `alg`, `kid` and `typ`")
    if not isinstance(kind, str) or kind.lower() not in (KIND, f"application/{KIND}"):
        raise wrong(f"the token's header does not say `typ` as `{KIND}`")
    if not isinstance(algorithm, str) or not isinstance(kid, str | None):
        raise wrong("the token's header does not name its algorithm and key by texts")
    return algorithm, kid


def claims_of(compact: Compact) -> Mapping[str, Any]:
    """What the token says; raises InvalidValue unless that is an object."""
    return _object(compact.payload, "payload")


def wrong(rule: str) -> InvalidValue:
    """What is wrong with a token, in words that hold nothing of it."""
    return InvalidValue("visitor", rule)


def _bytes(part: str) -> bytes:
    """What a part stands for, if it is written in the one way in which that can be written."""
    try:
        found = urlsafe_b64decode(f"{part}{'=' * (-len(part) % 4)}".encode("ascii"))
    except ValueError:
        found = b""
    if not found or urlsafe_b64encode(found).decode().rstrip("=") != part:
        raise wrong("the token is not written in base64url")
    return found


def _object(content: bytes, what: str) -> Mapping[str, Any]:
    try:
        found = json.loads(content.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise wrong(f"the token's {what} is not a JSON object that names everything once")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("named twice")
    return found


def _no_number(word: str) -> float:
    raise ValueError(word)
