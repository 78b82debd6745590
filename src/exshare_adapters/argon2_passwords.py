"""Passwords hashed by Argon2id in a few threads of their own, so that neither the event loop nor memory suffers."""

from __future__ import annotations

import asyncio
import secrets
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from attrs import field, frozen

from exshare_adapters.peppers import Pepper, fitting, parted, seasoned
from exshare_core.errors import Broken, Busy, InvalidValue

if TYPE_CHECKING:
    from argon2 import Parameters

T = TypeVar("T")

THREADS = 2
"""Hashes made at once; each takes `memory_kib` while it is being made."""

WAITING = 64
"""Hashes that may be waiting or in the making; whoever comes then is told to come again."""

OF_ONE = 16
"""How many of these may be tries at one stored hash, so that nobody keeps all others waiting by guessing at one link."""

SALT_BYTES = 16
HASH_BYTES = 32

LEAST_KIB = 19 * 1024
LEAST_KIB_IN_ONE_PASS = 46 * 1024
MOST_KIB = 1024 * 1024
MOST_PASSES = 100


@frozen(kw_only=True)
class Argon2Settings:
    """What a hash costs. The floor is 46 MiB in one pass or 19 MiB in two (spec G1; OWASP's equal choices)."""

    memory_kib: int = LEAST_KIB_IN_ONE_PASS
    """Memory of one hash in KiB."""
    time_cost: int = 1
    """How many passes are made over that memory."""
    parallelism: int = 1
    """How many lanes the memory is divided into."""
    peppers: tuple[Pepper, ...] = field(default=(), repr=False)
    """What goes into new hashes is the first; hashes with the others, or with none, still verify."""

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.time_cost <= MOST_PASSES:
            raise InvalidValue("time_cost", f"from 1 to {MOST_PASSES}")
        if not 1 <= self.parallelism <= 16:
            raise InvalidValue("parallelism", "from 1 to 16")
        least = LEAST_KIB_IN_ONE_PASS if self.time_cost == 1 else LEAST_KIB
        if not least <= self.memory_kib <= MOST_KIB:
            raise InvalidValue(
                "memory_kib",
                f"from {least} to {MOST_KIB} with a `time_cost` of {self.time_cost}; "
                f"the floor is {LEAST_KIB_IN_ONE_PASS} (46 MiB), or {LEAST_KIB} (19 MiB) from a `time_cost` of 2 on",
            )


class Argon2Hasher:
    """A PasswordHasher by Argon2id. Any event loop may use it; use `opened`, or call `close` in the end.

    Every method raises Busy when too many hashes wait already.
    """

    def __init__(self, settings: Argon2Settings) -> None:
        from argon2 import PasswordHasher

        self._argon2 = PasswordHasher(
            time_cost=settings.time_cost,
            memory_cost=settings.memory_kib,
            parallelism=settings.parallelism,
            hash_len=HASH_BYTES,
            salt_len=SALT_BYTES,
        )
        self._peppers = settings.peppers
        self._pepper = settings.peppers[0] if settings.peppers else None
        self._dummy = seasoned(self._pepper, _hash_of_nothing(settings))
        self._today = _parameters(self._dummy)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="exshare-argon2")
        self._waiting = 0
        self._tries: Counter[str] = Counter()

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: Argon2Settings) -> AsyncIterator[Argon2Hasher]:
        """A hasher whose threads end with the context."""
        hasher = cls(settings)
        try:
            yield hasher
        finally:
            hasher.close()

    def close(self) -> None:
        """End the threads; hashes that wait are given up."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def hash(self, password: str) -> str:
        """See `PasswordHasher.hash`: in PHC form, with its parameters, behind the name of its pepper."""
        secret = _encoded(password, self._pepper)
        return await self._threaded(lambda: seasoned(self._pepper, self._argon2.hash(secret)))

    async def verify(self, stored: str, password: str) -> bool:
        """See `PasswordHasher.verify`; Busy as well when too many others try the same hash."""
        if self._tries[stored] >= OF_ONE:
            raise Busy("too many tries at one password are being checked", retry_after=2)
        self._tries[stored] += 1
        try:
            return await self._threaded(lambda: self._fits(stored, password))
        finally:
            self._tries[stored] -= 1
            if not self._tries[stored]:
                del self._tries[stored]

    async def verify_dummy(self, password: str) -> None:
        """See `PasswordHasher.verify_dummy`: verifies against a hash with today's parameters that nothing has."""
        await self._threaded(lambda: self._fits(self._dummy, password))

    def outdated(self, stored: str) -> bool:
        """Whether any parameter of the hash is below today's, or its pepper is another; raises Broken for a broken hash.

        A hash that is stronger in every part stays: lowering the settings weakens nothing that is stored.
        """
        found, today = _parameters(stored), self._today
        return (
            fitting(self._peppers, parted(stored)[0]) is not self._pepper
            or found.type is not today.type
            or found.version < today.version
            or found.memory_cost < today.memory_cost
            or found.time_cost < today.time_cost
            or found.hash_len < today.hash_len
            or found.salt_len < today.salt_len
        )

    def _fits(self, stored: str, password: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

        name, hashed = parted(stored)
        try:
            return self._argon2.verify(hashed, _encoded(password, fitting(self._peppers, name)))
        except VerifyMismatchError:
            return False
        except (InvalidHashError, VerificationError, UnicodeError) as error:
            raise Broken("a stored password hash is damaged") from error

    async def _threaded(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING:
            raise Busy("too many passwords are being checked", retry_after=2)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def _encoded(password: str, pepper: Pepper | None) -> bytes:
    """In UTF-8; a lone surrogate, which a form can smuggle in, makes another password and no error."""
    encoded = password.encode("utf-8", "surrogatepass")
    return encoded if pepper is None else pepper.into(encoded)


def _hash_of_nothing(settings: Argon2Settings) -> str:
    """A hash in full form whose digest is drawn at random: it costs what any other costs, and no password fits it."""
    from argon2.low_level import ARGON2_VERSION

    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (SALT_BYTES, HASH_BYTES))
    costs = f"m={settings.memory_kib},t={settings.time_cost},p={settings.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${digest}"


def _parameters(stored: str) -> Parameters:
    from argon2 import extract_parameters
    from argon2.exceptions import InvalidHashError

    try:
        return extract_parameters(parted(stored)[1])
    except (InvalidHashError, ValueError, IndexError) as error:
        raise Broken("a stored password hash is damaged") from error
