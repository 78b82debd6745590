"""The promises of Vault."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from hashlib import sha256
from typing import ClassVar

import pytest
from hypothesis import strategies as st

from exshare_core.errors import CannotUnseal
from exshare_core.ports import Vault
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.values import Sealed, SiteId

SITE, OTHER = SiteId("acme"), SiteId("globex")
VALUE = b"a token that nobody may read \x00\xff"


async def _refused(vault: Vault, sealed: bytes, purpose: str, site: SiteId, id: str) -> None:
    with pytest.raises(CannotUnseal):
        await vault.open(Sealed(sealed), purpose, site, id)


class VaultContract(Contract[Vault]):
    """What is sealed opens for the same purpose, site and id, and for nothing else."""

    abilities: ClassVar[frozenset[str]] = frozenset({"open_with_another_key"})

    def open_with_another_key(self) -> AbstractAsyncContextManager[Vault]:
        """Open a vault with another key than `open` does, or declare in `cannot` why that is impossible."""
        raise AssertionError("write `open_with_another_key`, or name it in `cannot` with a reason")

    @law(st.sampled_from([b"", b"\x00", b"zeros \x00\x00", b" blanks ", b"\r\n"]) | st.binary(max_size=2000))
    async def test_what_is_sealed_opens(self, vault: Vault, value: bytes) -> None:
        """Any bytes come back from `open` as they went into `seal`."""
        sealed = await vault.seal(value, "proof", SITE, "link")

        assert value == await vault.open(sealed, "proof", SITE, "link")

    @promise
    async def test_seals_differ_each_time(self, vault: Vault) -> None:
        """The same value sealed twice for the same purpose, site and id gives different bytes."""
        sealed = [await vault.seal(VALUE, "proof", SITE, "link") for _ in range(50)]

        assert 50 == len(set(sealed))

    @promise
    async def test_a_seal_hides_its_value(self, vault: Vault) -> None:
        """The value does not stand in what is sealed."""
        sealed = await vault.seal(VALUE * 4, "proof", SITE, "link")

        assert -1 == bytes(sealed).find(VALUE[:12])

    @promise
    async def test_a_seal_is_bound_to_its_purpose(self, vault: Vault) -> None:
        """`open` raises CannotUnseal for another purpose."""
        await _refused(vault, await vault.seal(VALUE, "proof", SITE, "link"), "address", SITE, "link")

    @promise
    async def test_a_seal_is_bound_to_its_site(self, vault: Vault) -> None:
        """`open` raises CannotUnseal for another site."""
        await _refused(vault, await vault.seal(VALUE, "proof", SITE, "link"), "proof", OTHER, "link")

    @promise
    async def test_a_seal_is_bound_to_its_id(self, vault: Vault) -> None:
        """`open` raises CannotUnseal for another id, also one that differs by case or in its last character only."""
        for one, other in (("link", "another"), ("link", "LINK"), ("9" * 40, "9" * 39 + "8")):
            await _refused(vault, await vault.seal(VALUE, "proof", SITE, one), "proof", SITE, other)

    @promise
    async def test_purpose_site_and_id_do_not_run_together(self, vault: Vault) -> None:
        """Moving letters or separators from one of purpose, site and id to the next makes another binding."""
        sealed = await vault.seal(VALUE, "ab", SiteId("cd"), "ef")
        for purpose, site, id in (
            ("a", "bcd", "ef"),
            ("abc", "d", "ef"),
            ("ab", "c", "def"),
            ("ab", "cde", "f"),
        ):
            await _refused(vault, sealed, purpose, SiteId(site), id)
        for mark in ("\n", "\x00", ":", "|", "/", " "):
            marked = await vault.seal(VALUE, f"a{mark}b", SiteId("c"), "d")
            await _refused(vault, marked, "a", SiteId(f"b{mark}c"), "d")

    @promise
    async def test_a_changed_seal_does_not_open(self, vault: Vault) -> None:
        """`open` raises CannotUnseal when any single byte was changed."""
        sealed = await vault.seal(VALUE, "proof", SITE, "link")
        for place in range(len(sealed)):
            changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
            await _refused(vault, changed, "proof", SITE, "link")

    @promise
    async def test_a_cut_or_longer_seal_does_not_open(self, vault: Vault) -> None:
        """`open` raises CannotUnseal for bytes that were cut off or added, and for none at all."""
        sealed = await vault.seal(VALUE, "proof", SITE, "link")
        for broken in (
            b"",
            sealed[:1],
            sealed[:12],
            sealed[:-1],
            sealed[1:],
            sealed + b"\x00",
            b"\x00" * 64,
            VALUE,
        ):
            await _refused(vault, broken, "proof", SITE, "link")

    @promise
    async def test_another_key_opens_nothing(self, vault: Vault) -> None:
        """`open` raises CannotUnseal for what was sealed under another key."""
        self.needs("open_with_another_key")
        sealed = await vault.seal(VALUE, "proof", SITE, "link")
        async with self.open_with_another_key() as other:
            await _refused(other, sealed, "proof", SITE, "link")

    @law(st.tuples(st.binary(max_size=200), st.binary(max_size=200)))
    async def test_digests_are_equal_for_equal_values_only(self, vault: Vault, value: tuple[bytes, bytes]) -> None:
        """Keyed digests are 32 bytes, and equal when the values are equal and never otherwise."""
        one = await vault.keyed_digest(value[0], "guess", SITE)
        again = await vault.keyed_digest(value[0], "guess", SITE)
        other = await vault.keyed_digest(value[1], "guess", SITE)

        assert (32, one) == (len(one), again)
        assert (value[0] == value[1]) == (one == other)

    @promise
    async def test_digests_differ_by_case(self, vault: Vault) -> None:
        """Values that differ by case or by a trailing zero have different digests."""
        values = [b"code", b"CODE", b"code\x00", b"code "]

        assert 4 == len({await vault.keyed_digest(value, "guess", SITE) for value in values})

    @promise
    async def test_digests_are_bound_to_their_purpose(self, vault: Vault) -> None:
        """One value has different digests for different purposes."""
        assert await vault.keyed_digest(VALUE, "guess", SITE) != await vault.keyed_digest(VALUE, "code", SITE)

    @promise
    async def test_digests_are_bound_to_their_site(self, vault: Vault) -> None:
        """One value has different digests on different sites."""
        assert await vault.keyed_digest(VALUE, "guess", SITE) != await vault.keyed_digest(VALUE, "guess", OTHER)

    @promise
    async def test_purpose_site_and_value_do_not_run_together(self, vault: Vault) -> None:
        """Moving letters or separators from one of purpose,
        site and value to the next makes another digest.
        """
        inputs: list[tuple[bytes, str, str]] = [(b"ef", "ab", "cd"), (b"ef", "abc", "d"), (b"def", "ab", "c")]
        for mark in ("\n", "\x00", ":", "|", "/", " "):
            inputs += [(b"d", f"a{mark}b", "c"), (b"d", "a", f"b{mark}c"), (f"c{mark}d".encode(), "a", "b")]
        digests = {await vault.keyed_digest(value, purpose, SiteId(site)) for value, purpose, site in inputs}

        assert len(inputs) == len(digests)

    @promise
    async def test_digests_need_the_key(self, vault: Vault) -> None:
        """Another key gives another digest, and no digest is a plain hash of what it is made from."""
        digest = await vault.keyed_digest(VALUE, "guess", SITE)

        assert digest not in {sha256(one).digest() for one in (VALUE, b"guess" + VALUE, b"guessacme" + VALUE)}
        self.needs("open_with_another_key")
        async with self.open_with_another_key() as other:
            assert digest != await other.keyed_digest(VALUE, "guess", SITE)
