"""The promises of PasswordHasher."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import ClassVar

import pytest

from exshare_core.errors import Broken
from exshare_core.ports import PasswordHasher
from exshare_core.testing.contract import Contract, promise

PASSWORD = "ein Paßwort mit Länge"
LONG = "x" * 255


async def _seconds(work: Awaitable[object]) -> float:
    """How long `work` takes. The shortest of several is told apart from nothing on the busiest machine."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await work
    return loop.time() - begun


class PasswordHasherContract(Contract[PasswordHasher]):
    """The password that was hashed verifies, and no other does."""

    abilities: ClassVar[frozenset[str]] = frozenset({"weaker_hash"})

    async def weaker_hash(self, password: str) -> str:
        """A hash of `password` with weaker parameters than today's,
        or declare in `cannot` why there is none.
        """
        raise AssertionError("write `weaker_hash`, or name it in `cannot` with a reason")

    @promise
    async def test_the_password_that_was_hashed_verifies(self, hasher: PasswordHasher) -> None:
        """`verify` is True for the password, in any script and of any length up to 256."""
        for password in (PASSWORD, "correct horse", "密码密码密码密码", LONG + "y", "a\\b$c%d{e}'\""):
            assert await hasher.verify(await hasher.hash(password), password)

    @promise
    async def test_no_other_password_verifies(self, hasher: PasswordHasher) -> None:
        """`verify` is False for anything else: another case, a blank more, one letter less, nothing."""
        stored = await hasher.hash(PASSWORD)
        others = (PASSWORD.upper(), PASSWORD + " ", " " + PASSWORD, PASSWORD[:-1], "", "ein Passwort mit Länge", stored)
        for other in others:
            assert not await hasher.verify(stored, other)

    @promise
    async def test_every_character_counts(self, hasher: PasswordHasher) -> None:
        """Passwords that differ in one character only are different passwords: in the last of a long one, after a NUL,
        or in a letter that is not ASCII.
        """
        for password, other in (
            (LONG + "y", LONG + "z"),
            ("1234567\0y", "1234567\0z"),
            (PASSWORD, "ein Paöwort mit Länge"),
        ):
            assert not await hasher.verify(await hasher.hash(password), other)

    @promise
    async def test_two_hashes_of_one_password_differ(self, hasher: PasswordHasher) -> None:
        """Hashes are salted."""
        assert await hasher.hash(PASSWORD) != await hasher.hash(PASSWORD)

    @promise
    async def test_a_hash_hides_its_password(self, hasher: PasswordHasher) -> None:
        """The password does not stand in its hash."""
        assert "correct horse" not in await hasher.hash("correct horse battery")

    @promise
    async def test_a_broken_hash_is_an_error(self, hasher: PasswordHasher) -> None:
        """`verify` raises Broken for what is no hash, so that a damaged store is seen."""
        stored = await hasher.hash(PASSWORD)
        for broken in ("", "no hash", stored[: len(stored) // 3], "$argon2id$v=19$"):
            with pytest.raises(Broken):
                await hasher.verify(broken, PASSWORD)

    @promise
    async def test_a_dummy_tells_nothing(self, hasher: PasswordHasher) -> None:
        """`verify_dummy` gives nothing and raises nothing, whatever the password."""
        for password in (PASSWORD, "", LONG):
            result: object = await hasher.verify_dummy(password)  # type: ignore[func-returns-value]

            assert result is None

    @promise
    async def test_a_dummy_costs_what_a_password_costs(self, hasher: PasswordHasher) -> None:
        """`verify_dummy` takes about as long as `verify`, so that nobody learns from it which names there are."""
        stored = await hasher.hash(PASSWORD)
        real, dummy = [], []
        for _ in range(5):
            real.append(await _seconds(hasher.verify(stored, PASSWORD)))
            dummy.append(await _seconds(hasher.verify_dummy(PASSWORD)))

        assert min(real) / 4 < min(dummy)

    @promise
    async def test_a_new_hash_is_not_outdated(self, hasher: PasswordHasher) -> None:
        """`outdated` is False for a hash that was made just now."""
        assert not hasher.outdated(await hasher.hash(PASSWORD))

    @promise
    async def test_a_weaker_hash_is_outdated(self, hasher: PasswordHasher) -> None:
        """`outdated` is True for a hash with weaker parameters."""
        self.needs("weaker_hash")

        assert hasher.outdated(await self.weaker_hash(PASSWORD))

    @promise
    async def test_a_weaker_hash_still_verifies(self, hasher: PasswordHasher) -> None:
        """A password that was hashed with weaker parameters still verifies, and others still do not."""
        self.needs("weaker_hash")
        stored = await self.weaker_hash(PASSWORD)

        assert await hasher.verify(stored, PASSWORD)
        assert not await hasher.verify(stored, PASSWORD + "!")
