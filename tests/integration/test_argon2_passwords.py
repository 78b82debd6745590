"""What a password's hash costs, who may wait for it, and when it is made anew (spec G1; threat: hashing as a lever)."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import argon2
import pytest

from exshare_adapters import argon2_passwords
from exshare_adapters.argon2_passwords import Argon2Hasher, Argon2Settings
from exshare_core.errors import Broken, Busy, InvalidValue

T = TypeVar("T")

FLOOR = Argon2Settings(memory_kib=19 * 1024, time_cost=2)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Drive one coroutine."""
    return asyncio.run(work)


def test_the_default_is_46_mebibytes_in_one_pass() -> None:
    """A hash says what it cost: Argon2id, 46 MiB, one pass, one lane, 16 bytes of salt and 32 of hash."""

    async def hashed() -> str:
        async with Argon2Hasher.opened(Argon2Settings()) as hasher:
            return await hasher.hash("a few unrelated words")

    assert re.fullmatch(r"\$argon2id\$v=19\$m=47104,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}", run(hashed()))


FINE = [(47104, 1, 1), (19456, 2, 1), (19456, 3, 1), (65536, 3, 4), (1048576, 100, 16)]

WEAK_OR_ABSURD = [
    (47103, 1, 1, "memory_kib"),
    (19456, 1, 1, "memory_kib"),
    (19455, 2, 1, "memory_kib"),
    (19455, 100, 1, "memory_kib"),
    (1048577, 1, 1, "memory_kib"),
    (47104, 0, 1, "time_cost"),
    (47104, 101, 1, "time_cost"),
    (47104, 1, 0, "parallelism"),
    (47104, 1, 17, "parallelism"),
]


@pytest.mark.parametrize(("memory", "passes", "lanes"), FINE)
def test_settings_at_or_above_the_floor_are_taken(memory: int, passes: int, lanes: int) -> None:
    """46 MiB in one pass, 19 MiB in two, or more."""
    assert memory == Argon2Settings(memory_kib=memory, time_cost=passes, parallelism=lanes).memory_kib


@pytest.mark.parametrize(("memory", "passes", "lanes", "name"), WEAK_OR_ABSURD)
def test_settings_below_the_floor_are_refused_by_name(memory: int, passes: int, lanes: int, name: str) -> None:
    """The key to mend is named."""
    with pytest.raises(InvalidValue) as caught:
        Argon2Settings(memory_kib=memory, time_cost=passes, parallelism=lanes)

    assert name == caught.value.field


# (today's memory and passes, those of a stored hash, whether it is made anew)
AGES = [
    ((19456, 2), (19456, 2), False),
    ((19456, 2), (19456, 3), False),
    ((19456, 2), (47104, 2), False),
    ((19456, 3), (19456, 2), True),
    ((47104, 1), (19456, 2), True),
    ((19456, 2), (47104, 1), True),
]


@pytest.mark.parametrize(("today", "stored", "expected"), AGES)
def test_a_hash_is_made_anew_when_the_cost_has_risen(
    today: tuple[int, int], stored: tuple[int, int], expected: bool
) -> None:
    """Any part that is below today's makes a hash outdated; being stronger does not."""
    hashed = argon2.PasswordHasher(memory_cost=stored[0], time_cost=stored[1], parallelism=1).hash("x")

    async def outdated() -> bool:
        async with Argon2Hasher.opened(Argon2Settings(memory_kib=today[0], time_cost=today[1])) as hasher:
            return hasher.outdated(hashed)

    assert expected == run(outdated())


def test_another_kind_of_argon2_is_outdated_and_verifies() -> None:
    """What an older program hashed by Argon2i opens, and is made anew."""
    kind = argon2.PasswordHasher(memory_cost=19456, time_cost=2, parallelism=1, type=argon2.Type.I)
    hashed = kind.hash("x")

    async def tried() -> tuple[bool, bool]:
        async with Argon2Hasher.opened(FLOOR) as hasher:
            return await hasher.verify(hashed, "x"), hasher.outdated(hashed)

    assert (True, True) == run(tried())


@pytest.mark.parametrize("broken", ["", "no hash", "$argon2id$v=19$m=x,t=1,p=1$a$b", "$argon2id$v=19$m=1"])
def test_the_age_of_a_broken_hash_is_not_guessed(broken: str) -> None:
    """`outdated` raises Broken for what is no hash."""

    async def outdated() -> bool:
        async with Argon2Hasher.opened(FLOOR) as hasher:
            return hasher.outdated(broken)

    with pytest.raises(Broken):
        run(outdated())


def test_a_dummy_costs_what_a_hash_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is verified for nobody goes the way of any hash, with today's parameters, and is never the same twice."""
    settings, seen = Argon2Settings(memory_kib=20000, time_cost=3, parallelism=2), list[str]()
    verify = argon2.PasswordHasher.verify

    def noted(self: argon2.PasswordHasher, stored: str, password: bytes) -> bool:
        seen.append(stored)
        return verify(self, stored, password)

    async def verified() -> None:
        async with Argon2Hasher.opened(settings) as hasher:
            await hasher.verify_dummy("x")

    monkeypatch.setattr(argon2.PasswordHasher, "verify", noted)
    for _ in range(2):
        run(verified())
    parameters = [argon2.extract_parameters(one) for one in seen]

    assert [(20000, 3, 2, 16, 32, argon2.Type.ID)] * 2 == [
        (one.memory_cost, one.time_cost, one.parallelism, one.salt_len, one.hash_len, one.type) for one in parameters
    ]
    assert 2 == len(set(seen))


def test_a_lone_surrogate_is_a_character_like_any_other() -> None:
    """What cannot be written in UTF-8 verifies if it was hashed, and is no error."""

    async def tried() -> list[bool]:
        async with Argon2Hasher.opened(FLOOR) as hasher:
            stored = await hasher.hash("\ud800")
            return [await hasher.verify(stored, one) for one in ("\ud800", "\udc00", "?")]

    assert [True, False, False] == run(tried())


def test_hashing_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """While two hashes are in the making, in threads of the hasher's own, the event loop goes on."""
    begun, may_end, names = threading.Barrier(3), threading.Event(), set[str]()

    def slow(self: argon2.PasswordHasher, password: bytes) -> str:
        names.add(threading.current_thread().name.rpartition("_")[0])
        begun.wait(10)
        may_end.wait(10)
        return f"{type(self).__name__} {password.decode()}"

    async def at_once() -> list[str]:
        async with Argon2Hasher.opened(FLOOR) as hasher:
            waiting = asyncio.gather(*(hasher.hash(one) for one in "ab"))
            await asyncio.to_thread(begun.wait, 10)
            may_end.set()
            return await waiting

    monkeypatch.setattr(argon2.PasswordHasher, "hash", slow)

    assert (["PasswordHasher a", "PasswordHasher b"], {"exshare-argon2"}) == (run(at_once()), names)


def test_no_more_than_a_bounded_number_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes when too many wait is told to come again, and those who wait are served."""
    monkeypatch.setattr(argon2_passwords, "WAITING", 3)

    async def rushed() -> list[object]:
        async with Argon2Hasher.opened(FLOOR) as hasher:
            rush = await asyncio.gather(*(hasher.hash("x") for _ in range(5)), return_exceptions=True)
            return [*rush, await hasher.hash("x")]

    found = run(rushed())

    assert [str, str, str, Busy, Busy, str] == [type(one) for one in found]


def test_tries_at_one_password_leave_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who tries one password very often at once is told to come again, while others and new ones are served."""
    monkeypatch.setattr(argon2_passwords, "OF_ONE", 2)

    async def rushed() -> tuple[list[object], bool]:
        async with Argon2Hasher.opened(FLOOR) as hasher:
            one, other = await hasher.hash("x"), await hasher.hash("y")
            tries = [hasher.verify(one, "x") for _ in range(4)]
            rush = await asyncio.gather(*tries, hasher.verify(other, "y"), hasher.hash("z"), return_exceptions=True)
            return [type(found) for found in rush], await hasher.verify(one, "x")

    assert ([bool, bool, Busy, Busy, bool, str], True) == run(rushed())


def test_any_event_loop_may_use_one_hasher() -> None:
    """A hasher that was made in one loop verifies in another."""
    hasher = Argon2Hasher(FLOOR)
    stored = run(hasher.hash("x"))

    assert (True, False) == (run(hasher.verify(stored, "x")), run(hasher.verify(stored, "y")))

    hasher.close()
