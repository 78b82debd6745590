"""The promises of GuessCounter."""

from __future__ import annotations

import asyncio

from exshare_core.guessing import Tally
from exshare_core.ports import Storage
from exshare_core.testing.contract import Contract, promise
from exshare_core.testing.samples import NOW, after, fresh_digest


class GuessCounterContract(Contract[Storage]):
    """Wrong proofs are counted exactly and forgotten after a day."""

    @promise
    async def test_an_unknown_key_has_an_empty_tally(self, storage: Storage) -> None:
        """A key that was never counted has no failures and no last one."""
        assert (Tally(), Tally()) == await storage.guesses.tally([fresh_digest(), fresh_digest()], NOW)

    @promise
    async def test_every_wrong_proof_counts_for_every_key(self, storage: Storage) -> None:
        """`wrong` adds one to each key and remembers when, to the microsecond; other keys stay."""
        one, two, other = fresh_digest(), fresh_digest(), fresh_digest()
        await storage.guesses.wrong([one, two], NOW)
        await storage.guesses.wrong([one], after(seconds=3, microseconds=1))
        tallies = await storage.guesses.tally([one, two, other], after(seconds=9))

        assert (Tally(2, after(seconds=3, microseconds=1)), Tally(1, NOW), Tally()) == tallies

    @promise
    async def test_tallies_come_in_the_order_of_their_keys(self, storage: Storage) -> None:
        """`tally` answers key by key, in the order asked, whatever order they are stored in."""
        keys = [fresh_digest() for _ in range(6)]
        for count, key in enumerate(keys):
            for _ in range(count):
                await storage.guesses.wrong([key], NOW)
        forwards = [tally.failures for tally in await storage.guesses.tally(keys, NOW)]
        backwards = [tally.failures for tally in await storage.guesses.tally(keys[::-1], NOW)]

        assert [0, 1, 2, 3, 4, 5] == forwards
        assert [5, 4, 3, 2, 1, 0] == backwards
        assert () == await storage.guesses.tally([], NOW)

    @promise
    async def test_parallel_wrong_proofs_all_count(self, storage: Storage) -> None:
        """Wrong proofs at the same moment are counted one by one, in whatever order they name their keys."""
        keys = [fresh_digest(), fresh_digest()]
        await asyncio.gather(*(storage.guesses.wrong(keys[:: 1 if n % 2 else -1], NOW) for n in range(20)))

        assert (Tally(20, NOW), Tally(20, NOW)) == await storage.guesses.tally(keys, NOW)

    @promise
    async def test_every_wrong_proof_has_a_number_of_its_own(self, storage: Storage) -> None:
        """`wrong` gives the number of each key, in the order asked and this one included; of those at the same moment no
        two get the same.
        """
        one, two = fresh_digest(), fresh_digest()
        await storage.guesses.wrong([two], NOW)
        first = await storage.guesses.wrong([one, two], NOW)
        numbers = await asyncio.gather(
            *(storage.guesses.wrong([two, one][:: 1 if n % 2 else -1], NOW) for n in range(9))
        )
        later = await storage.guesses.wrong([one], after(hours=24, seconds=1))

        assert (1, 2) == first
        assert [*range(2, 11)] == sorted(min(pair) for pair in numbers)
        assert [*range(3, 12)] == sorted(max(pair) for pair in numbers)
        assert ((1,), ()) == (later, await storage.guesses.wrong([], NOW))

    @promise
    async def test_a_right_proof_starts_its_keys_again(self, storage: Storage) -> None:
        """`right` sets its keys back to nothing and leaves others; an unknown key is fine."""
        cleared, kept = fresh_digest(), fresh_digest()
        await storage.guesses.wrong([cleared, kept], NOW)
        await storage.guesses.right([cleared, fresh_digest()])

        assert (Tally(), Tally(1, NOW)) == await storage.guesses.tally([cleared, kept], NOW)

    @promise
    async def test_a_tally_is_forgotten_after_a_day(self, storage: Storage) -> None:
        """A key that saw nothing wrong for 24 hours has an empty tally and starts at one;
        before, it goes on.
        """
        key, other = fresh_digest(), fresh_digest()
        for _ in range(3):
            await storage.guesses.wrong([key, other], NOW)

        assert (Tally(3, NOW),) == await storage.guesses.tally([key], after(hours=23, minutes=59))
        assert (Tally(),) == await storage.guesses.tally([key], after(hours=24, seconds=1))

        await storage.guesses.wrong([key], later := after(hours=24, seconds=1))
        await storage.guesses.wrong([other], soon := after(hours=23, minutes=59))
        assert (Tally(1, later), Tally(4, soon)) == await storage.guesses.tally([key, other], later)
