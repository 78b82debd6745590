"""Vaults, hashers, clocks and token generators that break a promise."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

from exshare_core.errors import Broken, Busy, CannotUnseal
from exshare_core.ports import Vault
from exshare_core.testing.clocks import ClockContract
from exshare_core.testing.fakes.passwords import CheapHasher
from exshare_core.testing.fakes.system import CountingTokens, FakeClock
from exshare_core.testing.fakes.vault import FakeVault
from exshare_core.testing.passwords import PasswordHasherContract
from exshare_core.testing.tokens import TokenGeneratorContract
from exshare_core.testing.vault import VaultContract
from exshare_core.values import Sealed, SiteId
from tests.contract.broken.rows import row

ANY = SiteId("any")


class CutsZeros(FakeVault):
    """Trailing zeros of a value are lost."""

    async def seal(self, value: bytes, *given: Any) -> Sealed:
        return await super().seal(value.rstrip(b"\x00"), *given)


class SealsAlwaysAlike(FakeVault):
    """The nonce is always the same."""

    async def seal(self, *given: Any) -> Sealed:
        self._count = 0
        return await super().seal(*given)


class SealsInClear(FakeVault):
    """The value stands in what is sealed."""

    def _hidden(self, value: bytes, *given: Any) -> bytes:
        return value


class IgnoresThePurpose(FakeVault):
    """A value opens, and digests are equal, for every purpose."""

    async def seal(self, value: bytes, purpose: str, site: SiteId, id: str) -> Sealed:
        return await super().seal(value, "", site, id)

    async def open(self, sealed: Sealed, purpose: str, site: SiteId, id: str) -> bytes:
        return await super().open(sealed, "", site, id)

    async def keyed_digest(self, value: bytes, purpose: str, site: SiteId) -> bytes:
        return await super().keyed_digest(value, "", site)


class IgnoresTheSite(FakeVault):
    """A value opens, and digests are equal, on every site."""

    async def seal(self, value: bytes, purpose: str, site: SiteId, id: str) -> Sealed:
        return await super().seal(value, purpose, ANY, id)

    async def open(self, sealed: Sealed, purpose: str, site: SiteId, id: str) -> bytes:
        return await super().open(sealed, purpose, ANY, id)

    async def keyed_digest(self, value: bytes, purpose: str, site: SiteId) -> bytes:
        return await super().keyed_digest(value, purpose, ANY)


class IgnoresTheId(FakeVault):
    """A value opens for every id."""

    async def seal(self, value: bytes, purpose: str, site: SiteId, id: str) -> Sealed:
        return await super().seal(value, purpose, site, "")

    async def open(self, sealed: Sealed, purpose: str, site: SiteId, id: str) -> bytes:
        return await super().open(sealed, purpose, site, "")


class RunsPartsTogether(FakeVault):
    """What binds a value is joined with a separator that may stand in it."""

    def _hmac(self, *parts: bytes) -> bytes:
        return super()._hmac(b":".join(parts))


class ChecksHalfTheTag(FakeVault):
    """Only the first half of the tag is compared."""

    async def open(self, sealed: Sealed, purpose: str, site: SiteId, id: str) -> bytes:
        nonce, hidden = sealed[:16], sealed[16:-32]
        tag = self._tag(nonce, hidden, purpose, site, id)
        if sealed[-32:-16] != tag[:16]:
            raise CannotUnseal("the sealed value does not open")
        return await super().open(Sealed(nonce + hidden + tag), purpose, site, id)


class TrustsTheLength(FakeVault):
    """Too few bytes are another kind of error."""

    async def open(self, sealed: Sealed, *given: Any) -> bytes:
        if len(sealed) < 48:
            raise Broken("too short")
        return await super().open(sealed, *given)


class HasOneKeyForAll(FakeVault):
    """The key is the same everywhere."""


class HashesWithoutKey(FakeVault):
    """A digest is a plain hash."""

    async def keyed_digest(self, value: bytes, purpose: str, site: SiteId) -> bytes:
        return sha256(purpose.encode() + site.encode() + value).digest()


class FoldsDigests(FakeVault):
    """Values that differ by case have one digest."""

    async def keyed_digest(self, value: bytes, *given: Any) -> bytes:
        return await super().keyed_digest(value.lower(), *given)


class ShortensDigests(FakeVault):
    """A digest has 16 bytes."""

    async def keyed_digest(self, *given: Any) -> bytes:
        return (await super().keyed_digest(*given))[:16]


def _another(self: object) -> AbstractAsyncContextManager[Vault]:
    return nullcontext(HasOneKeyForAll())


class AcceptsEverything(CheapHasher):
    """Any password verifies."""

    async def verify(self, stored: str, password: str) -> bool:
        return await super().verify(stored, password) or True


class RefusesScripts(CheapHasher):
    """A password that is not ASCII never verifies."""

    async def verify(self, stored: str, password: str) -> bool:
        return password.isascii() and await super().verify(stored, password)


class CutsPasswords(CheapHasher):
    """Only the first 72 characters count."""

    async def hash(self, password: str) -> str:
        return await super().hash(password[:72])

    async def verify(self, stored: str, password: str) -> bool:
        return await super().verify(stored, password[:72])


class SaltsNothing(CheapHasher):
    """The salt is always the same."""

    async def hash(self, password: str) -> str:
        self._count = 0
        return await super().hash(password)


class KeepsPasswords(CheapHasher):
    """The password stands in its hash."""

    async def hash(self, password: str) -> str:
        return f"{await super().hash(password)}#{password}"

    async def verify(self, stored: str, password: str) -> bool:
        return await super().verify(stored.partition("#")[0], password)


class SaysNoToBrokenHashes(CheapHasher):
    """A damaged store looks like a wrong password."""

    async def verify(self, stored: str, password: str) -> bool:
        try:
            return await super().verify(stored, password)
        except Broken:
            return False


class RaisesForDummies(CheapHasher):
    """A dummy tells that there is nobody."""

    async def verify_dummy(self, password: str) -> None:
        raise Busy("there is nothing to verify")


class IsAlwaysOutdated(CheapHasher):
    """Every hash is weaker than today's."""

    def outdated(self, stored: str) -> bool:
        return True


class IsNeverOutdated(CheapHasher):
    """No hash is weaker than today's."""

    def outdated(self, stored: str) -> bool:
        return False


class KnowsTodaysHashesOnly(CheapHasher):
    """A hash with other parameters never verifies."""

    async def verify(self, stored: str, password: str) -> bool:
        return not super().outdated(stored) and await super().verify(stored, password)


async def _weaker(self: object, password: str) -> str:
    return await CheapHasher(rounds=1).hash(password)


class NaiveClock(FakeClock):
    """`now` has no zone."""

    def now(self) -> datetime:
        return super().now().replace(tzinfo=None)


class LocalClock(FakeClock):
    """`now` is a local time."""

    def now(self) -> datetime:
        return super().now().astimezone(timezone(timedelta(hours=2)))


class ShortTokens(CountingTokens):
    """A token has 22 characters, an id 8, a code 6."""

    def token(self) -> str:
        return super().token()[:22]

    def id(self) -> str:
        return super().id()[:8]

    def code(self) -> str:
        return super().code()[:6]


class RepeatsItself(CountingTokens):
    """After a thousand everything comes again."""

    def _next(self) -> bytes:
        self._count %= 1000
        return super()._next()


class CountsUp(CountingTokens):
    """What changes from token to token is their last few characters."""

    def token(self) -> str:
        self._count += 1
        return f"{self._count:043d}"

    def code(self) -> str:
        self._count += 1
        return f"{self._count:08d}"


class NeverStartsWithZero(CountingTokens):
    """A code is a number from 10000000 on."""

    def code(self) -> str:
        return str(10_000_000 + int(super().code()) % 90_000_000)


ROWS = [
    row(VaultContract, CutsZeros, "what_is_sealed_opens"),
    row(VaultContract, SealsAlwaysAlike, "seals_differ_each_time"),
    row(VaultContract, SealsInClear, "a_seal_hides_its_value"),
    row(
        VaultContract,
        IgnoresThePurpose,
        "a_seal_is_bound_to_its_purpose",
        "digests_are_bound_to_their_purpose",
    ),
    row(VaultContract, IgnoresTheSite, "a_seal_is_bound_to_its_site", "digests_are_bound_to_their_site"),
    row(VaultContract, IgnoresTheId, "a_seal_is_bound_to_its_id"),
    row(VaultContract, RunsPartsTogether, "purpose_site_and_id_do_not_run_together"),
    row(VaultContract, RunsPartsTogether, "purpose_site_and_value_do_not_run_together"),
    row(VaultContract, ChecksHalfTheTag, "a_changed_seal_does_not_open"),
    row(VaultContract, TrustsTheLength, "a_cut_or_longer_seal_does_not_open"),
    row(VaultContract, HasOneKeyForAll, "another_key_opens_nothing", open_with_another_key=_another),
    row(VaultContract, HasOneKeyForAll, "digests_need_the_key", open_with_another_key=_another),
    row(VaultContract, HashesWithoutKey, "digests_need_the_key"),
    row(VaultContract, FoldsDigests, "digests_differ_by_case"),
    row(VaultContract, ShortensDigests, "digests_are_equal_for_equal_values_only"),
    row(PasswordHasherContract, RefusesScripts, "the_password_that_was_hashed_verifies"),
    row(PasswordHasherContract, AcceptsEverything, "no_other_password_verifies"),
    row(PasswordHasherContract, CutsPasswords, "every_character_counts"),
    row(PasswordHasherContract, SaltsNothing, "two_hashes_of_one_password_differ"),
    row(PasswordHasherContract, KeepsPasswords, "a_hash_hides_its_password"),
    row(PasswordHasherContract, SaysNoToBrokenHashes, "a_broken_hash_is_an_error"),
    row(PasswordHasherContract, RaisesForDummies, "a_dummy_tells_nothing"),
    row(PasswordHasherContract, IsAlwaysOutdated, "a_new_hash_is_not_outdated"),
    row(PasswordHasherContract, IsNeverOutdated, "a_weaker_hash_is_outdated", weaker_hash=_weaker),
    row(PasswordHasherContract, KnowsTodaysHashesOnly, "a_weaker_hash_still_verifies", weaker_hash=_weaker),
    row(ClockContract, NaiveClock, "now_has_a_zone"),
    row(ClockContract, LocalClock, "now_is_in_utc"),
    row(TokenGeneratorContract, ShortTokens, "a_token_is_43_characters", "a_code_is_8_digits"),
    row(TokenGeneratorContract, ShortTokens, "an_id_is_20_to_40_characters"),
    row(TokenGeneratorContract, RepeatsItself, "tokens_never_repeat", "ids_never_repeat"),
    row(
        TokenGeneratorContract,
        CountsUp,
        "tokens_vary_in_every_place",
        "every_digit_of_a_code_is_equally_likely",
    ),
    row(TokenGeneratorContract, NeverStartsWithZero, "every_digit_of_a_code_is_equally_likely"),
]
