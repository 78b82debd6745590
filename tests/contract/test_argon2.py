"""Argon2id keeps every promise of PasswordHasher, at the least cost that the settings allow."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from argon2 import PasswordHasher as Argon2

from exshare_adapters.argon2_passwords import Argon2Hasher, Argon2Settings
from exshare_adapters.peppers import Pepper
from exshare_core.ports import PasswordHasher
from exshare_core.testing.passwords import PasswordHasherContract


class TestArgon2(PasswordHasherContract):
    """The hasher with its threads."""

    def open(self) -> AbstractAsyncContextManager[PasswordHasher]:
        """One at the floor of the settings."""
        return Argon2Hasher.opened(Argon2Settings(memory_kib=19 * 1024, time_cost=2))

    async def weaker_hash(self, password: str) -> str:
        """A hash as another program with a quarter of the memory would have made it."""
        return Argon2(time_cost=2, memory_cost=5 * 1024, parallelism=1).hash(password)


class TestPepperedArgon2(PasswordHasherContract):
    """The same with a pepper, over hashes that were made without one."""

    def open(self) -> AbstractAsyncContextManager[PasswordHasher]:
        """One at the floor of the settings, with a pepper."""
        return Argon2Hasher.opened(Argon2Settings(memory_kib=19 * 1024, time_cost=2, peppers=(Pepper(b"p" * 32),)))

    async def weaker_hash(self, password: str) -> str:
        """A hash as it was made before there was a pepper."""
        async with Argon2Hasher.opened(Argon2Settings(memory_kib=19 * 1024, time_cost=2)) as before:
            return await before.hash(password)
