"""A pepper is a key that a stolen database does not hold; it can be changed, and is missed where it is gone (G1)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import argon2
import pytest

from exshare_adapters.argon2_passwords import Argon2Hasher, Argon2Settings
from exshare_adapters.peppers import Pepper, load_peppers, parted
from exshare_core.errors import Broken, InvalidValue

T = TypeVar("T")

OLD, NEW = Pepper(b"o" * 32), Pepper(b"n" * 32)
PASSWORD = "a few unrelated words"


def run(work: Coroutine[Any, Any, T]) -> T:
    """Drive one coroutine."""
    return asyncio.run(work)


def hashed(*peppers: Pepper) -> str:
    """A hash of `PASSWORD` as it is made with these peppers configured."""
    return run(_asked(peppers, lambda hasher: hasher.hash(PASSWORD)))


async def _asked(peppers: tuple[Pepper, ...], ask: Any) -> Any:
    async with Argon2Hasher.opened(Argon2Settings(memory_kib=19456, time_cost=2, peppers=peppers)) as hasher:
        return await ask(hasher)


def judged(stored: str, *peppers: Pepper) -> tuple[bool, bool, bool]:
    """Whether the password verifies, whether another does, and whether the hash is outdated, with these peppers."""

    async def ask(hasher: Argon2Hasher) -> tuple[bool, bool, bool]:
        return await hasher.verify(stored, PASSWORD), await hasher.verify(stored, "x"), hasher.outdated(stored)

    found: tuple[bool, bool, bool] = run(_asked(peppers, ask))
    return found


def test_a_peppered_hash_names_its_pepper_and_nothing_of_it() -> None:
    """The name is eight digits of a digest; what follows is a plain Argon2id hash that the password alone does not fit."""
    stored = hashed(NEW, OLD)
    name, plain = parted(stored)

    assert re.fullmatch(r"\$pepper=[0-9a-f]{8}\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}", stored)
    assert NEW.name == name
    assert "n" * 8 not in repr(NEW)
    with pytest.raises(argon2.exceptions.VerifyMismatchError):
        argon2.PasswordHasher().verify(plain, PASSWORD)


@pytest.mark.parametrize(
    ("made", "today", "outdated"),
    [
        ((), (), False),
        ((), (NEW,), True),
        ((OLD,), (OLD,), False),
        ((OLD,), (NEW, OLD), True),
        ((NEW,), (NEW, OLD), False),
    ],
)
def test_a_pepper_can_be_begun_and_changed(made: tuple[Pepper, ...], today: tuple[Pepper, ...], outdated: bool) -> None:
    """Hashes without a pepper and with an older one verify, and are made anew; those with today's stay."""
    assert (True, False, outdated) == judged(hashed(*made), *today)


@pytest.mark.parametrize("today", [(), (NEW,)])
def test_a_pepper_that_is_gone_is_an_error(today: tuple[Pepper, ...]) -> None:
    """A hash whose pepper was removed or replaced is no wrong password: it says which pepper is missing."""
    with pytest.raises(Broken, match=f"the pepper `{OLD.name}`, which is not configured"):
        judged(hashed(OLD), *today)


def test_a_mark_that_was_changed_fits_nothing() -> None:
    """A hash whose pepper was crossed out does not verify by the password alone."""
    assert (False, False, True) == judged(parted(hashed(OLD))[1], OLD)


def _written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_file_holds_one_pepper_a_line(tmp_path: Path) -> None:
    """In base64 or hexadecimal digits, today's first; empty lines are nothing."""
    path = _written(tmp_path / "pepper", f"{NEW.key.hex()}\n\n{'b29v' * 10}b28=\n")

    assert (NEW, Pepper(b"oo" * 16)) == load_peppers(path)


@pytest.mark.parametrize("text", ["", "\n", "short", f"{'00' * 32}\nshort\n", f"{'00' * 32}\n" * 17, "00" * 31])
def test_a_file_that_holds_none_is_refused(tmp_path: Path, text: str) -> None:
    """No line, too many, or one that is no key: refused by the name of the key, without what was in it."""
    with pytest.raises(InvalidValue) as caught:
        load_peppers(_written(tmp_path / "pepper", text))

    assert "pepper_file" == caught.value.field
    assert "does not hold 1 to 16 lines of 32 bytes" in caught.value.rule
    assert "short" not in caught.value.rule


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """So is one that is not there."""
    for path in (_written(tmp_path / "pepper", "00" * 32, 0o640), tmp_path / "none"):
        with pytest.raises(InvalidValue) as caught:
            load_peppers(path)

        assert "pepper_file" == caught.value.field
