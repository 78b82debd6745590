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
from exshare_core.errors import Broken, InvalidValue, InvalidValues
from exshare_core.links import Wish
from exshare_core.testing.samples import a_link, an_address
from exshare_core.values import SiteId
from exshare_web import container
from exshare_web.container import load_settings
from exshare_web.settings import Settings
from tests.configuration import CONFIG

T = TypeVar("T")

OLD, NEW = Pepper(b"o" * 32), Pepper(b"n" * 32)
PASSWORD = "a few unrelated words"


def run(work: Coroutine[Any, Any, T]) -> T:
    """Drive one coroutine."""
    return asyncio.run(work)


def hashed(*peppers: Pepper) -> str:
    """A hash of `PASSWORD` as it is made with these peppers configured."""
    made: str = run(_asked(peppers, lambda hasher: hasher.hash(PASSWORD)))
    return made


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


def _settings(folder: Path, *peppers: Pepper) -> Settings:
    text = CONFIG
    if peppers:
        _written(folder / "pepper", "\n".join(pepper.key.hex() for pepper in peppers))
        text += '[passwords]\npepper_file = "pepper"\n'
    return load_settings(_written(folder / "exshare.toml", text), {})


def _lost(settings: Settings) -> tuple[str, ...]:
    """What `exshare check` finds wrong with the storage."""
    (storage,) = [one for one in run(container.check(settings)) if one.what == "storage"]
    return storage.wrong


def test_a_lost_pepper_is_found_before_anybody_misses_it(tmp_path: Path) -> None:
    """Once a member or a link has a peppered password, `exshare check` names each pepper that is not configured."""

    async def kept() -> None:
        async with container.opened(_settings(tmp_path, OLD)) as deployment:
            await deployment.services.membership.add("ada", site=SiteId("acme"), password="a sentence to sign in with")
            wish = Wish(password_hash="$pepper=0a1b2c3d$argon2id$v=19$m=47104,t=1,p=1$c2FsdA$aGFzaA")
            link = a_link(SiteId("acme"), wish=wish)
            await deployment.storage.links.add(link, an_address(link), [])

    run(kept())
    said = "a stored password was hashed with the pepper `{}`, which is not configured; put its line back"

    assert [said.format("0a1b2c3d")] == [one.split(" into ")[0] for one in _lost(_settings(tmp_path, NEW, OLD))]
    assert sorted([said.format("0a1b2c3d"), said.format(OLD.name)]) == [
        one.split(" into ")[0] for one in _lost(_settings(tmp_path, NEW))
    ]
    assert 2 == len(_lost(_settings(tmp_path)))


def test_a_file_without_a_pepper_stops_the_start(tmp_path: Path) -> None:
    """The configuration is refused by the name of the key, like every other fault."""
    _written(tmp_path / "pepper", "salt")
    with pytest.raises(InvalidValues) as caught:
        load_settings(_written(tmp_path / "exshare.toml", CONFIG + '[passwords]\npepper_file = "pepper"\n'), {})

    assert ["passwords.pepper_file"] == [one.field for one in caught.value.failures]
