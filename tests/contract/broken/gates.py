"""Repositories of codes and wrong proofs that break a promise."""

from __future__ import annotations

import asyncio
from typing import Any

from exshare_core.guessing import Tally
from exshare_core.testing.fakes.codes import MemoryCodes
from exshare_core.testing.fakes.queues import MemoryGuesses
from tests.contract.broken.rows import stored


class KeepsUsedCodes(MemoryCodes):
    """A code that was used fits again."""

    async def attempt(self, site: Any, link: Any, session: Any, *given: Any) -> Any:
        found = await super().attempt(site, link, session, *given)
        if found is not None:
            self.state.codes[(site, link), session] = found
        return found


class AcceptsAnyCode(MemoryCodes):
    """The digest is not compared."""

    async def attempt(self, site: Any, link: Any, session: Any, digest: Any, *given: Any) -> Any:
        code = self.state.codes.get(((site, link), session))
        return await super().attempt(site, link, session, digest if code is None else code.code_digest, *given)


class CountsNoTries(MemoryCodes):
    """Wrong tries cost nothing."""

    async def attempt(self, site: Any, link: Any, session: Any, *given: Any) -> Any:
        before = self.state.codes.get(((site, link), session))
        found = await super().attempt(site, link, session, *given)
        if found is None and before is not None:
            self.state.codes[(site, link), session] = before
        return found


class AllowsOneTryLess(MemoryCodes):
    """The limit is compared with the wrong sign."""

    async def attempt(self, site: Any, link: Any, session: Any, digest: Any, most: int, at: Any) -> Any:
        return await super().attempt(site, link, session, digest, most - 1, at)


class TriesInTwoSteps(MemoryCodes):
    """Between reading a code and writing it, others may come in."""

    async def attempt(self, site: Any, link: Any, session: Any, *given: Any) -> Any:
        before = self.state.codes.get(((site, link), session))
        await asyncio.sleep(0)
        if before is not None:
            self.state.codes[(site, link), session] = before
        return await super().attempt(site, link, session, *given)


class AcceptsExpiredCodes(MemoryCodes):
    """A code fits at the instant of its expiry."""

    async def attempt(self, site: Any, link: Any, session: Any, digest: Any, most: Any, at: Any) -> Any:
        code = self.state.codes.get(((site, link), session))
        return await super().attempt(
            site, link, session, digest, most, min(at, code.expires_at.replace(year=2020)) if code else at
        )


class IgnoresTheSession(MemoryCodes):
    """A code that was sent to one browser fits in another."""

    async def attempt(self, site: Any, link: Any, session: Any, *given: Any) -> Any:
        owners = [owner for key, owner in self.state.codes if key == (site, link)]
        return await super().attempt(site, link, owners[0] if owners else session, *given)


class KeepsTheFirstCode(MemoryCodes):
    """A second code is sent and not stored."""

    async def ask(self, code: Any, *given: Any) -> int:
        key = (code.site, code.link), code.session
        first = self.state.codes.get(key)
        tries = await super().ask(code, *given)
        self.state.codes[key] = first or code
        return tries


class ANewCodeResetsTheCount(MemoryCodes):
    """Whoever asks again may try again."""

    async def ask(self, code: Any, *given: Any) -> int:
        self.state.codes.pop(((code.site, code.link), code.session), None)
        return await super().ask(code, *given)


class ExpiredCodesHandOnTheirCount(MemoryCodes):
    """The count lives for ever."""

    async def ask(self, code: Any, at: Any, *given: Any) -> int:
        return await super().ask(code, at.replace(year=2020), *given)


class AsksWithoutLetters(MemoryCodes):
    """A code is stored and not sent."""

    async def ask(self, code: Any, at: Any, events: Any, letters: Any) -> int:
        return await super().ask(code, at, events, [])


class AsksWithoutTransaction(MemoryCodes):
    """When the letters fail, the code is there already."""

    async def ask(self, code: Any, at: Any, events: Any, letters: Any) -> int:
        tries = await super().ask(code, at, events, [])
        self.state.record([], letters)
        return tries


class StartsAtOne(MemoryGuesses):
    """Who has tried nothing has failed once."""

    async def tally(self, keys: Any, now: Any) -> Any:
        return tuple(one if one.failures else Tally(1, now) for one in await super().tally(keys, now))


class CountsTheFirstKeyOnly(MemoryGuesses):
    """Only the network is counted, not the link."""

    async def wrong(self, keys: Any, now: Any) -> Any:
        return await super().wrong(keys[:1], now) + (1,) * len(keys[1:])


class AnswersInStoredOrder(MemoryGuesses):
    """Tallies come in the order of their keys' bytes."""

    async def tally(self, keys: Any, now: Any) -> Any:
        return await super().tally(sorted(keys), now)


class LosesACount(MemoryGuesses):
    """Between reading a tally and writing it, others may come in."""

    async def wrong(self, keys: Any, now: Any) -> Any:
        before = {key: self.state.tallies.get(key, Tally()) for key in keys}
        await asyncio.sleep(0)
        self.state.tallies.update({key: Tally(one.failures + 1, now) for key, one in before.items()})
        return tuple(self.state.tallies[key].failures for key in keys)


class NumbersAfterwards(MemoryGuesses):
    """The number is read when others may have counted as well."""

    async def wrong(self, keys: Any, now: Any) -> Any:
        await super().wrong(keys, now)
        await asyncio.sleep(0)
        return tuple(one.failures for one in await self.tally(keys, now))


class ForgivesNothing(MemoryGuesses):
    """A right proof leaves the tallies."""

    async def right(self, keys: Any) -> None:
        return None


class ForgetsNothing(MemoryGuesses):
    """A tally lives for ever."""

    async def tally(self, keys: Any, now: Any) -> Any:
        return tuple(self.state.tallies.get(key, Tally()) for key in keys)


ROWS = [
    stored("codes", KeepsUsedCodes, "the_right_code_is_given_once"),
    stored("codes", AcceptsAnyCode, "a_wrong_code_is_refused"),
    stored("codes", CountsNoTries, "every_wrong_try_counts", "a_new_code_keeps_the_count_of_wrong_tries"),
    stored("codes", AllowsOneTryLess, "the_last_try_may_be_right"),
    stored("codes", TriesInTwoSteps, "wrong_tries_at_once_all_count", "of_right_tries_at_once_one_succeeds"),
    stored("codes", AcceptsExpiredCodes, "an_expired_code_is_refused"),
    stored("codes", IgnoresTheSession, "a_code_is_of_one_session_link_and_site"),
    stored("codes", KeepsTheFirstCode, "a_new_code_replaces_the_earlier"),
    stored("codes", ANewCodeResetsTheCount, "a_new_code_keeps_the_count_of_wrong_tries"),
    stored("codes", ExpiredCodesHandOnTheirCount, "an_expired_code_hands_on_no_count"),
    stored("codes", AsksWithoutLetters, "ask_stores_code_events_and_letters_together"),
    stored("codes", AsksWithoutTransaction, "ask_that_fails_half_way_stores_nothing"),
    stored("guesses", StartsAtOne, "an_unknown_key_has_an_empty_tally"),
    stored("guesses", CountsTheFirstKeyOnly, "every_wrong_proof_counts_for_every_key"),
    stored("guesses", AnswersInStoredOrder, "tallies_come_in_the_order_of_their_keys"),
    stored("guesses", LosesACount, "parallel_wrong_proofs_all_count"),
    stored("guesses", NumbersAfterwards, "every_wrong_proof_has_a_number_of_its_own"),
    stored("guesses", ForgivesNothing, "a_right_proof_starts_its_keys_again"),
    stored("guesses", ForgetsNothing, "a_tally_is_forgotten_after_a_day"),
]
