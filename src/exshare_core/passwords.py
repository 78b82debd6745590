"""What a password must be before it is accepted (spec G1): long enough, not too long, not a common one.

No composition rules and no forced rotation: NIST SP 800-63B-4 forbids both.
"""

from __future__ import annotations

import unicodedata

from exshare_core.errors import InvalidValue, InvalidValues

LEAST = 8
LEAST_AS_ONLY_GATE = 15
MOST = 256

_COMMON = frozenset(
    [
        "password",
        "passw0rd",
        "passwort",
        "password1",
        "password12",
        "password123",
        "password1234",
        "password12345",
        "password123456",
        "passwordpassword",
        "passwordpasswordpassword",
        "welcome1",
        "welcome123",
        "letmein123",
        "letmeinplease",
        "changeme",
        "changeme123",
        "iloveyou",
        "iloveyou1",
        "iloveyouforever",
        "trustno1",
        "sunshine",
        "sunshine1",
        "princess",
        "princess1",
        "football",
        "football1",
        "baseball",
        "baseball1",
        "superman",
        "superman1",
        "qwertyui",
        "qwertyuiop",
        "qwerty123",
        "qwerty1234",
        "qwerty12345",
        "qwertyuiopasdfgh",
        "qwertyuiopasdfghjkl",
        "qwertyuiopasdfghjklzxcvbnm",
        "1q2w3e4r",
        "1q2w3e4r5t",
        "1qaz2wsx",
        "1qaz2wsx3edc",
        "1qaz2wsx3edc4rfv",
        "zaq12wsx",
        "zxcvbnm1",
        "asdfghjkl",
        "asdfghjkl1",
        "abcdefgh",
        "abcd1234",
        "abc12345",
        "abc123456",
        "a1b2c3d4",
        "admin123",
        "administrator",
        "administrator1",
        "confluence",
        "confluence1",
        "confluence123",
        "atlassian",
        "atlassian1",
        "exshare",
        "exshare1",
        "exshare123",
        "sharelink",
        "12345678",
        "123456789",
        "1234567890",
        "12345678910",
        "123456789012",
        "1234567890123",
        "12345678901234",
        "123456789012345",
        "1234567890123456",
        "0123456789",
        "987654321",
        "9876543210",
        "0987654321",
        "11111111",
        "111111111111111",
        "00000000",
        "000000000000000",
        "88888888",
        "87654321",
        "66666666",
        "12341234",
        "11223344",
        "112233445566",
        "123123123",
        "123123123123123",
        "123321123",
        "147258369",
        "monkey123",
        "dragon123",
        "shadow123",
        "master123",
        "michael1",
        "jennifer",
        "jordan23",
        "starwars",
        "starwars1",
        "whatever",
        "whatever1",
        "computer",
        "computer1",
        "internet",
        "internet1",
        "samsung1",
        "charlie1",
        "liverpool",
        "chelsea1",
        "pokemon1",
        "correcthorsebatterystaple",
    ]
)
"""Passwords that any guesser tries first; compared without case."""


def normalised(password: str) -> str:
    """The password in Unicode NFKC, so that it verifies whatever keyboard typed it (SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, least: int = LEAST, *, name: str = "password") -> str:
    """The normalised password; raises InvalidValues naming every rule that it breaks (spec G1).

    `least` is the number of characters that policy demands; lengths count code points.
    """
    password = normalised(password)
    failures = []
    if len(password) < least:
        failures.append(InvalidValue(name, f"at least {least} characters"))
    if len(password) > MOST:
        failures.append(InvalidValue(name, f"at most {MOST} characters"))
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in password):
        failures.append(InvalidValue(name, "no control characters"))
    if password.casefold() in _COMMON or (password and len(set(password)) <= 2):
        failures.append(InvalidValue(name, "commonly used; choose one that is hard to guess"))
    if failures:
        raise InvalidValues(tuple(failures))
    return password
