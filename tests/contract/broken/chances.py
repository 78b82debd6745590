"""Random values, hashes and seals that look right and are weaker than they must be, and a mailer to match."""

from __future__ import annotations

from random import Random
from typing import Any

from attrs import evolve

from exshare_core.testing.fakes.mailer import CollectingMailer, MemoryMailSystem
from exshare_core.testing.fakes.passwords import CheapHasher
from exshare_core.testing.fakes.system import CountingTokens
from exshare_core.testing.fakes.vault import FakeVault
from exshare_core.testing.mailer import MailerContract
from exshare_core.testing.passwords import PasswordHasherContract
from exshare_core.testing.tokens import TokenGeneratorContract
from exshare_core.testing.vault import VaultContract
from exshare_core.values import Sealed, SiteId
from tests.contract.broken.rows import row

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


class Tokens(CountingTokens):
    """Good ones, drawn anew each time."""

    def __init__(self) -> None:
        super().__init__()
        self._count = Random().randrange(10**12)


class UsesLettersAndDigitsOnly(Tokens):
    """Two of the 64 characters never come."""

    def token(self) -> str:
        return super().token().replace("_", "a").replace("-", "b")


class FoldsTooManyBytes(Tokens):
    """A byte is made a character by the rest of a division that leaves a rest: some come more often."""

    def token(self) -> str:
        drawn = self._next() + self._next()
        return "".join(ALPHABET[min(byte % 66, 63)] for byte in drawn[:43])


class DrawsDigitsFromBytes(Tokens):
    """A byte is made a digit by its last one: 256 is no multiple of ten."""

    def code(self) -> str:
        return "".join(str(byte % 10) for byte in self._next()[:8])


class HasOneSeed(CountingTokens):
    """Every process draws the same tokens, ids and codes."""


class StopsAtNul(CheapHasher):
    """A password ends at its first NUL, as strings of C do."""

    async def hash(self, password: str) -> str:
        return await super().hash(password.partition("\0")[0])

    async def verify(self, stored: str, password: str) -> bool:
        return await super().verify(stored, password.partition("\0")[0])


class ReadsAsciiOnly(CheapHasher):
    """All other letters are one."""

    async def hash(self, password: str) -> str:
        return await super().hash(password.encode("ascii", "replace").decode())

    async def verify(self, stored: str, password: str) -> bool:
        return await super().verify(stored, password.encode("ascii", "replace").decode())


class StripsPasswords(CheapHasher):
    """Blanks before a password are dropped."""

    async def hash(self, password: str) -> str:
        return await super().hash(password.lstrip())

    async def verify(self, stored: str, password: str) -> bool:
        return await super().verify(stored, password.lstrip())


class DummiesCostNothing(CheapHasher):
    """Who has no account hears so at once."""

    def __init__(self) -> None:
        super().__init__(rounds=20_000)

    async def verify_dummy(self, password: str) -> None:
        return None


class FoldsIds(FakeVault):
    """Ids are compared without case."""

    async def seal(self, value: bytes, purpose: str, site: SiteId, id: str) -> Sealed:
        return await super().seal(value, purpose, site, id.lower())

    async def open(self, sealed: Sealed, purpose: str, site: SiteId, id: str) -> bytes:
        return await super().open(sealed, purpose, site, id.lower())


class CutsIds(FakeVault):
    """Only the beginning of an id is bound."""

    async def seal(self, value: bytes, purpose: str, site: SiteId, id: str) -> Sealed:
        return await super().seal(value, purpose, site, id[:32])

    async def open(self, sealed: Sealed, purpose: str, site: SiteId, id: str) -> bytes:
        return await super().open(sealed, purpose, site, id[:32])


class _LowersAddresses(CollectingMailer):
    async def send(self, message: Any) -> None:
        recipient = evolve(message.recipient, local=message.recipient.local.lower())
        await super().send(evolve(message, recipient=recipient))


def lowers_addresses() -> MemoryMailSystem:
    """A mailer that writes every address small."""
    return MemoryMailSystem(_LowersAddresses())


ROWS = [
    row(TokenGeneratorContract, UsesLettersAndDigitsOnly, "tokens_vary_in_every_place"),
    row(TokenGeneratorContract, FoldsTooManyBytes, "every_character_of_a_token_is_equally_likely"),
    row(TokenGeneratorContract, DrawsDigitsFromBytes, "every_digit_of_a_code_is_equally_likely"),
    row(TokenGeneratorContract, HasOneSeed, "another_generator_draws_other_values"),
    row(PasswordHasherContract, StopsAtNul, "every_character_counts"),
    row(PasswordHasherContract, ReadsAsciiOnly, "every_character_counts"),
    row(PasswordHasherContract, StripsPasswords, "no_other_password_verifies"),
    row(PasswordHasherContract, DummiesCostNothing, "a_dummy_costs_what_a_password_costs"),
    row(VaultContract, FoldsIds, "a_seal_is_bound_to_its_id"),
    row(VaultContract, CutsIds, "a_seal_is_bound_to_its_id"),
    row(MailerContract, lowers_addresses, "messages_are_sent_one_by_one"),
]
