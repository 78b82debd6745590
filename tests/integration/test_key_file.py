"""The vault's key lies in a file that is the owner's alone, is made once and whole, and never shows (spec L2, S1)."""

from __future__ import annotations

import asyncio
import os
import stat
from base64 import b64encode
from collections.abc import Coroutine
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import pytest

from exshare_adapters.vault import AesGcmVault, VaultKey, load_or_create_key
from exshare_core.errors import CannotUnseal, InvalidValue
from exshare_core.values import Sealed, SiteId

T = TypeVar("T")

SITE = SiteId("acme")
SECRET = bytes(range(32))


def run(work: Coroutine[Any, Any, T]) -> T:
    """Drive one coroutine."""
    return asyncio.run(work)


def written(path: Path, content: bytes, mode: int = 0o600) -> Path:
    """A file with this content and mode."""
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_new_key_is_the_owners_alone(tmp_path: Path) -> None:
    """The file has mode 0600, a folder that is made 0700, and nothing else is left beside it."""
    path = tmp_path / "data" / "exshare.key"
    load_or_create_key(path)

    assert {"exshare.key": 0o600} == {one.name: stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()}
    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)


def test_a_key_is_made_once(tmp_path: Path) -> None:
    """What was made is read from then on; two files hold two keys."""
    path = tmp_path / "one.key"
    made = load_or_create_key(path)

    assert made == load_or_create_key(path)
    assert made != load_or_create_key(tmp_path / "another.key")


def _secret(path: Path) -> bytes:
    return load_or_create_key(path).secret


def test_processes_that_start_together_get_one_key(tmp_path: Path) -> None:
    """Whoever comes first makes the key, and everybody has it (many web processes, one deployment)."""
    paths = [tmp_path / f"{turn}" / "exshare.key" for turn in range(25) for _ in range(4)]
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as processes:
        secrets = list(processes.map(_secret, paths))

    assert [1] * 25 == [len(set(secrets[first : first + 4])) for first in range(0, 100, 4)]
    assert [["exshare.key"]] * 25 == [[one.name for one in path.parent.iterdir()] for path in paths[::4]]


@pytest.mark.parametrize(
    "content",
    [b64encode(SECRET), b64encode(SECRET) + b"\n", SECRET.hex().encode(), SECRET.hex().upper().encode() + b"\n"],
    ids=["base64", "base64 as openssl writes it", "hexadecimal", "hexadecimal in capitals"],
)
def test_a_key_may_be_written_in_two_ways(tmp_path: Path, content: bytes) -> None:
    """``openssl rand -base64 32`` and ``openssl rand -hex 32`` both make a key file."""
    assert VaultKey(SECRET) == load_or_create_key(written(tmp_path / "a.key", content))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o666])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """The error names the setting and the command that mends it, and the file is left as it was."""
    path = written(tmp_path / "a.key", b64encode(SECRET), mode)
    with pytest.raises(InvalidValue) as caught:
        load_or_create_key(path)

    assert ("key_file", f"`{path}` may be read by others; run `chmod 600 {path}`") == (
        caught.value.field,
        caught.value.rule,
    )
    assert b64encode(SECRET) == path.read_bytes()


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", SECRET, b64encode(SECRET[:31]), b64encode(SECRET + b"x"), b"password", SECRET.hex().encode()[:-2]],
    ids=["empty", "a line", "raw", "too short", "too long", "a word", "too few digits"],
)
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    """A damaged key is never replaced by a new one: what was sealed would be lost. Nothing of it is shown."""
    path = written(tmp_path / "a.key", content)
    with pytest.raises(InvalidValue, match="does not hold 32 bytes in base64 or hexadecimal digits") as caught:
        load_or_create_key(path)

    assert "key_file" == caught.value.field
    assert content == path.read_bytes()
    assert "password" not in str(caught.value)


def test_a_place_where_no_key_can_be_is_refused(tmp_path: Path) -> None:
    """A folder in the file's place, a pipe, and a file in the folder's place are named."""
    written(tmp_path / "file", b"")
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "file" / "a.key"):
        with pytest.raises(InvalidValue) as caught:
            load_or_create_key(path)

        assert "key_file" == caught.value.field
        assert f"`{path}`" in caught.value.rule


def test_a_key_does_not_show() -> None:
    """Printing a key shows nothing of it."""
    assert "VaultKey()" == repr(VaultKey(SECRET))


def test_each_use_has_a_key_of_its_own() -> None:
    """No derived key is the secret or another, and each is the same in every run."""
    keys = [VaultKey(SECRET).derived(use) for use in ("seal", "digest", "seal")]

    assert (True, 3) == (keys[0] == keys[2], len({*keys, SECRET}))


def test_what_was_sealed_before_opens_still() -> None:
    """The stored form is fixed: a value sealed by the first version opens, and a digest is what it was."""
    vault = AesGcmVault(VaultKey(SECRET))

    assert b"a token" == run(vault.open(Sealed(bytes.fromhex(SEALED_BY_THE_FIRST)), "address", SITE, "link"))
    assert DIGEST_BY_THE_FIRST == run(vault.keyed_digest(b"ada@example.com", "code", SITE)).hex()


def test_another_key_is_told_from_a_changed_value() -> None:
    """An operator who put the wrong key file in place is told so."""
    sealed = run(AesGcmVault(VaultKey(SECRET)).seal(b"x", "proof", SITE, "link"))
    with pytest.raises(CannotUnseal, match="sealed under another key; is `key_file` the right one"):
        run(AesGcmVault(VaultKey(SECRET[::-1])).open(sealed, "proof", SITE, "link"))

    with pytest.raises(CannotUnseal, match="was changed, or belongs to something else"):
        run(AesGcmVault(VaultKey(SECRET)).open(sealed, "proof", SITE, "another"))

    with pytest.raises(CannotUnseal, match="a form that this version does not know"):
        run(AesGcmVault(VaultKey(SECRET)).open(Sealed(b"\x02" + sealed[1:]), "proof", SITE, "link"))


SEALED_BY_THE_FIRST = "0101ad8ac26465666768696a6b6c6d6e6fd5d3d1ab51d87b5024cdaa88d47a765469ea3d739807e6"
DIGEST_BY_THE_FIRST = "c1e7cb7a075cc45145e2bfab3e1e81b703170efe9354885bcd7db4013a28d3d7"
