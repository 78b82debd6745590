"""Codes of an authenticator app that break a promise."""

from __future__ import annotations

from base64 import b32encode
from datetime import datetime, timedelta

from exshare_core.errors import Broken
from exshare_core.testing.authenticator import AuthenticatorCodesContract, reckoned, step_of
from exshare_core.testing.fakes.authenticator import CountingAuthenticatorCodes
from tests.contract.broken.rows import row


class ShortSecrets(CountingAuthenticatorCodes):
    """A secret has 16 bytes."""

    def secret(self) -> bytes:
        return super().secret()[:16]


class RepeatsSecrets(CountingAuthenticatorCodes):
    """After a hundred the same secrets come again."""

    def secret(self) -> bytes:
        self._count %= 100
        return super().secret()


class LosesZeros(CountingAuthenticatorCodes):
    """A code is a number, without zeros in front."""

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        return super().verify(secret, code.lstrip("0"), at, after)


class CountsQuarters(CountingAuthenticatorCodes):
    """A step has 15 seconds."""

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        return super().verify(secret, code, datetime.fromtimestamp(at.timestamp() * 2, at.tzinfo), after)


class PastesNames(CountingAuthenticatorCodes):
    """Names stand in the address as they are: one can end the path or add a parameter."""

    def uri(self, secret: bytes, account: str, issuer: str) -> str:
        return f"otpauth://totp/{issuer}:{account}?secret={b32encode(secret).decode()}&issuer={issuer}"


class WritesPlusForBlanks(CountingAuthenticatorCodes):
    """A blank in the issuer is a plus sign."""

    def uri(self, secret: bytes, account: str, issuer: str) -> str:
        label, _, query = super().uri(secret, account, issuer).partition("?")
        return f"{label}?{query.replace('%20', '+')}"


class ForgetsTheIssuer(CountingAuthenticatorCodes):
    """Who made the secret is a constant."""

    def uri(self, secret: bytes, account: str, issuer: str) -> str:
        return super().uri(secret, account, "exshare")


class IsStrictAboutClocks(CountingAuthenticatorCodes):
    """Only the present step is good."""

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        step = super().verify(secret, code, at, after)
        return step if step == step_of(at) else None


class IsLaxAboutClocks(CountingAuthenticatorCodes):
    """Two steps to either side are good."""

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        strict = super().verify
        steps = [strict(secret, code, at + timedelta(seconds=by), after) for by in (0, -30, 30)]
        return next((step for step in steps if step is not None), None)


class SaysNowForEveryStep(CountingAuthenticatorCodes):
    """The step of a code is always the present one."""

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        return None if super().verify(secret, code, at, after) is None else step_of(at)


class TakesACodeTwice(CountingAuthenticatorCodes):
    """The last step used does not matter."""

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        return super().verify(secret, code, at, None)


class TakesTheLastStepAgain(CountingAuthenticatorCodes):
    """The last step used is good once more."""

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        return super().verify(secret, code, at, None if after is None else after - 1)


class RefusesBlanks(CountingAuthenticatorCodes):
    """A code is what stands there, blanks included."""

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        return None if " " in code or "\t" in code else super().verify(secret, code, at, after)


class ReadsNumbers(CountingAuthenticatorCodes):
    """A code is whatever Python reads as its number."""

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        try:
            return super().verify(secret, f"{int(code):06d}", at, after)
        except ValueError:
            return super().verify(secret, code, at, after)


class RaisesForWhatIsNoCode(CountingAuthenticatorCodes):
    """What has another length is an error."""

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        if len("".join(code.split())) != 6:
            raise Broken("that is no code")
        return super().verify(secret, code, at, after)


class ComparesFiveDigits(CountingAuthenticatorCodes):
    """The last digit does not matter."""

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        fitting = [step for step in range(step_of(at) - 1, step_of(at) + 2) if reckoned(secret, step)[:5] == code[:5]]
        return next((step for step in fitting if after is None or step > after), None)


class HasOneSecret(CountingAuthenticatorCodes):
    """Whatever the secret, the codes are those of one."""

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        return super().verify(b"12345678901234567890", code, at, after)


class SaysNoToDamagedSecrets(CountingAuthenticatorCodes):
    """A damaged store looks like a wrong code."""

    def verify(self, secret: bytes, code: str, at: datetime, after: int | None) -> int | None:
        return None if len(secret) < 16 else super().verify(secret, code, at, after)


ROWS = [
    row(AuthenticatorCodesContract, ShortSecrets, "a_secret_is_long_enough"),
    row(AuthenticatorCodesContract, RepeatsSecrets, "secrets_never_repeat"),
    row(AuthenticatorCodesContract, LosesZeros, "published_codes_verify"),
    row(AuthenticatorCodesContract, CountsQuarters, "published_codes_verify", "what_an_app_shows_verifies"),
    row(AuthenticatorCodesContract, PastesNames, "names_come_out_of_the_address"),
    row(AuthenticatorCodesContract, ForgetsTheIssuer, "names_come_out_of_the_address"),
    row(AuthenticatorCodesContract, WritesPlusForBlanks, "a_blank_in_a_name_is_read_by_every_app"),
    row(AuthenticatorCodesContract, IsStrictAboutClocks, "the_steps_beside_are_good_too"),
    row(AuthenticatorCodesContract, SaysNowForEveryStep, "the_steps_beside_are_good_too"),
    row(AuthenticatorCodesContract, IsLaxAboutClocks, "older_and_later_codes_are_refused"),
    row(AuthenticatorCodesContract, TakesACodeTwice, "a_code_is_good_once"),
    row(AuthenticatorCodesContract, TakesTheLastStepAgain, "a_code_is_good_once"),
    row(AuthenticatorCodesContract, RefusesBlanks, "blanks_in_a_code_do_not_matter"),
    row(AuthenticatorCodesContract, ReadsNumbers, "what_is_no_code_is_refused"),
    row(AuthenticatorCodesContract, RaisesForWhatIsNoCode, "what_is_no_code_is_refused"),
    row(AuthenticatorCodesContract, ComparesFiveDigits, "every_digit_counts"),
    row(AuthenticatorCodesContract, HasOneSecret, "another_secret_makes_other_codes"),
    row(AuthenticatorCodesContract, SaysNoToDamagedSecrets, "a_damaged_secret_is_an_error"),
]
