"""The promises of AuthenticatorCodes, and an app to hold against them."""

from __future__ import annotations

import hmac
from base64 import b32decode
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from attrs import field, frozen
from hypothesis import strategies as st

from exshare_core.errors import Broken, InvalidValue
from exshare_core.ports import AuthenticatorCodes
from exshare_core.testing.contract import Contract, law, promise

STEP = timedelta(seconds=30)

PUBLISHED_SECRET = b"12345678901234567890"
PUBLISHED = (
    (59, "287082", 1),
    (1111111109, "081804", 37037036),
    (1111111111, "050471", 37037037),
    (1234567890, "005924", 41152263),
    (2000000000, "279037", 66666666),
    (20000000000, "353130", 666666666),
)
"""Seconds since 1970, the last six digits of the code and its step: RFC 6238, appendix B, SHA-1."""

AT = datetime.fromtimestamp(1234567890, UTC)


@frozen(slots=True)
class AuthenticatorApp:
    """An authenticator app on somebody's telephone: it knows what the QR code told it, and the time."""

    account: str
    issuer: str
    secret: bytes = field(repr=False)

    @classmethod
    def scan(cls, uri: str) -> AuthenticatorApp:
        """The app after it has read this address; raises InvalidValue for what some common app does not understand."""
        parts = urlsplit(uri)
        known = {"secret": None, "issuer": None, "algorithm": "SHA1", "digits": "6", "period": "30"}
        try:
            told = parse_qs(parts.query, keep_blank_values=True, strict_parsing=True)
            (secret,), (issuer,) = told["secret"], told["issuer"]
        except (KeyError, ValueError) as error:
            raise InvalidValue("uri", "it does not name one secret and one issuer") from error
        if any(len(values) != 1 or known.get(name, "") not in (None, values[0]) for name, values in told.items()):
            raise InvalidValue("uri", "it asks for what some apps cannot do")
        if (parts.scheme, parts.netloc) != ("otpauth", "totp") or "+" in parts.query or "=" in secret:
            raise InvalidValue("uri", "it is not written as every app reads it")
        named, _, account = parts.path.removeprefix("/").partition(":")
        if unquote(named) != issuer:
            raise InvalidValue("uri", "it names the issuer in two ways")
        return cls(unquote(account), issuer, b32decode(secret + "=" * (-len(secret) % 8)))

    def code(self, at: datetime) -> str:
        """What the app shows at `at`: six digits."""
        return reckoned(self.secret, step_of(at))


def step_of(at: datetime) -> int:
    """The number of the 30 seconds that `at` is in."""
    return int(at.timestamp()) // 30


def reckoned(secret: bytes, step: int) -> str:
    """The code of one step, as RFC 4226 section 5.3 reckons it."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), sha1)
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 10**6:06d}"


class AuthenticatorCodesContract(Contract[AuthenticatorCodes]):
    """What an app shows verifies, in its time and once; nothing else does."""

    @promise
    async def test_a_secret_is_long_enough(self, codes: AuthenticatorCodes) -> None:
        """Every secret has from 20 bytes (RFC 4226, R6) to 64, the most that a digest of SHA-1 takes whole."""
        sizes = [len(codes.secret()) for _ in range(100)]

        assert [] == [size for size in sizes if not 20 <= size <= 64]

    @promise
    async def test_secrets_never_repeat(self, codes: AuthenticatorCodes) -> None:
        """No secret comes twice."""
        assert 1000 == len({codes.secret() for _ in range(1000)})

    @promise
    async def test_published_codes_verify(self, codes: AuthenticatorCodes) -> None:
        """The codes that RFC 6238 publishes are good at their second, zeros in front included, and give their step."""
        steps = [
            codes.verify(PUBLISHED_SECRET, code, datetime.fromtimestamp(second, UTC), None)
            for second, code, _ in PUBLISHED
        ]

        assert [step for *_, step in PUBLISHED] == steps

    @law(st.datetimes(datetime(1971, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC)))
    async def test_what_an_app_shows_verifies(self, codes: AuthenticatorCodes, at: datetime) -> None:
        """An app that has read the address of a fresh secret shows codes that are good, at any time."""
        secret = codes.secret()
        app = AuthenticatorApp.scan(codes.uri(secret, "anna", "exshare"))

        assert codes.verify(secret, app.code(at), at, None) in range(step_of(at) - 1, step_of(at) + 2)

    @law(st.tuples(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40)))
    async def test_names_come_out_of_the_address(self, codes: AuthenticatorCodes, names: tuple[str, str]) -> None:
        """Whatever the account and the issuer are called, an app reads these names and this secret."""
        account, issuer = (name.encode("utf-8", "replace").decode() for name in names)
        secret = codes.secret()

        assert AuthenticatorApp(account, issuer, secret) == AuthenticatorApp.scan(codes.uri(secret, account, issuer))

    @promise
    async def test_a_blank_in_a_name_is_read_by_every_app(self, codes: AuthenticatorCodes) -> None:
        """A blank in an issuer stands as ``%20``: some apps show a plus sign as it is."""
        uri = codes.uri(PUBLISHED_SECRET, "Anna Example", "Ours & Co = Theirs + Nobody's")

        assert ("Anna Example", "Ours & Co = Theirs + Nobody's") == (
            AuthenticatorApp.scan(uri).account,
            AuthenticatorApp.scan(uri).issuer,
        )

    @promise
    async def test_the_steps_beside_are_good_too(self, codes: AuthenticatorCodes) -> None:
        """The code of the step before and of the step after is good, and gives that step: clocks and fingers differ."""
        now = step_of(AT)
        given = [codes.verify(PUBLISHED_SECRET, reckoned(PUBLISHED_SECRET, now + by), AT, None) for by in (-1, 0, 1)]

        assert [now - 1, now, now + 1] == given

    @promise
    async def test_older_and_later_codes_are_refused(self, codes: AuthenticatorCodes) -> None:
        """The code of a step that is two or more away is not good."""
        now = step_of(AT)
        away = [codes.verify(PUBLISHED_SECRET, reckoned(PUBLISHED_SECRET, now + by), AT, None) for by in (-9, -2, 2, 9)]

        assert [None] * 4 == away

    @promise
    async def test_a_code_is_good_once(self, codes: AuthenticatorCodes) -> None:
        """With its own step as the last one used a code is refused, and so is the code of any step before that."""
        now = step_of(AT)
        current, before = reckoned(PUBLISHED_SECRET, now), reckoned(PUBLISHED_SECRET, now - 1)

        assert now == codes.verify(PUBLISHED_SECRET, current, AT, now - 1)
        assert codes.verify(PUBLISHED_SECRET, current, AT, now) is None
        assert codes.verify(PUBLISHED_SECRET, before, AT, now) is None
        assert codes.verify(PUBLISHED_SECRET, current, AT, now + 1) is None

    @promise
    async def test_blanks_in_a_code_do_not_matter(self, codes: AuthenticatorCodes) -> None:
        """Apps show a code in two halves, and people type what they see."""
        for typed in ("005 924", " 005924 ", "00 59 24", "005\t924", "005\u00a0924"):
            assert step_of(AT) == codes.verify(PUBLISHED_SECRET, typed, AT, None)

    @promise
    async def test_what_is_no_code_is_refused(self, codes: AuthenticatorCodes) -> None:
        """Anything but six ASCII digits is not good, and is no error: nothing, too few, too many, other scripts, signs."""
        for typed in (
            "", " ", "5924", "05924", "0005924", "005924005924", "-05924", "+05924", "5924.0", "005924\x00", "0x5924",
            "٠٠٥٩٢٤", "００５９２４", "abcdef", "005924é", "\ud800", "1" * 10_000,
        ):  # fmt: skip
            assert codes.verify(PUBLISHED_SECRET, typed, AT, None) is None

    @promise
    async def test_every_digit_counts(self, codes: AuthenticatorCodes) -> None:
        """A code with one digit changed is not good."""
        near = {reckoned(PUBLISHED_SECRET, step_of(AT) + by) for by in (-1, 0, 1)}
        for place in range(6):
            for digit in "0123456789":
                changed = "005924"[:place] + digit + "005924"[place + 1 :]
                verified = codes.verify(PUBLISHED_SECRET, changed, AT, None) is not None

                assert (changed in near) == verified

    @promise
    async def test_another_secret_makes_other_codes(self, codes: AuthenticatorCodes) -> None:
        """Of fifty fresh secrets hardly one has the same code at the same time."""
        fitting = [codes.verify(codes.secret(), "005924", AT, None) for _ in range(50)]

        assert 2 > sum(step is not None for step in fitting)

    @promise
    async def test_a_damaged_secret_is_an_error(self, codes: AuthenticatorCodes) -> None:
        """`verify` raises Broken for a secret that is too short to be one, so that a damaged store is seen."""
        for damaged in (b"", b"short", PUBLISHED_SECRET[:15]):
            with pytest.raises(Broken):
                codes.verify(damaged, "005924", AT, None)
