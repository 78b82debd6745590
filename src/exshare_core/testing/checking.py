"""The promises of Checked: an adapter that tries its own connection says what is wrong with it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import ClassVar

from exshare_core.ports import Checked
from exshare_core.testing.contract import Contract, promise


class CheckedContract(Contract[Checked]):
    """A check finds nothing wrong with a good connection, and says in sentences what is wrong with another."""

    abilities: ClassVar[frozenset[str]] = frozenset({"open_faulty"})

    def open_faulty(self) -> AbstractAsyncContextManager[Checked]:
        """Open the adapter over a connection that does not work, or declare in `cannot` why that is impossible."""
        raise AssertionError("write `open_faulty`, or name it in `cannot` with a reason")

    @promise
    async def test_a_good_connection_has_nothing_wrong(self, checked: Checked) -> None:
        """`check` is empty when all is well, however often it is asked."""
        assert [(), ()] == [await checked.check() for _ in range(2)]

    @promise
    async def test_a_faulty_connection_is_told_in_sentences(self, checked: Checked) -> None:
        """`check` says in sentences, and does not raise, what is wrong with a connection that does not work."""
        self.needs("open_faulty")
        async with self.open_faulty() as faulty:
            found = await faulty.check()

        assert isinstance(found, tuple)
        assert found
        assert all(len(sentence.split()) > 2 for sentence in found)
