"""Searches that break a promise."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from exshare_core.errors import AdapterFailed
from exshare_core.testing.fakes.content import MemorySearch
from tests.contract.broken.content import using


class _Looks(MemorySearch):
    """A search that looks for something else than was asked for."""

    def words(self, words: Any) -> Any:
        return words

    def place(self, place: Any) -> Any:
        return place

    async def candidates(self, words: Any, place: Any, most: int) -> Any:
        return await super().candidates(self.words(words), self.place(place), most)


class MindsCase(MemorySearch):
    """Words are compared as they are written."""

    async def candidates(self, words: Any, place: Any, most: int) -> Any:
        return await super().candidates(words, place, most) if all(word.islower() for word in words) else ()


class LooksBelowOnly(MemorySearch):
    """The root itself is not looked at."""

    async def candidates(self, words: Any, place: Any, most: int) -> Any:
        return tuple(page for page in await super().candidates(words, place, most) if page != place.root)


class LooksEverywhere(MemorySearch):
    """Wherever a page is, it is found."""

    def _within(self, page: Any, place: Any) -> bool:
        return page.absent is None


class StaysBelowTheRoot(_Looks):
    """A whole space is not looked through."""

    def place(self, place: Any) -> Any:
        return evolve(place, space=None)


class IsContentWithOneWord(_Looks):
    """The first of the words is enough."""

    def words(self, words: Any) -> Any:
        return words[:1]


class WantsWholeWords(MemorySearch):
    """The beginning of a word finds nothing."""

    async def candidates(self, words: Any, place: Any, most: int) -> Any:
        return await super().candidates(words, place, most) if all(len(word) > 4 for word in words) else ()


class OrdersByDate(MemorySearch):
    """What was changed last comes first, whatever its title."""

    async def candidates(self, words: Any, place: Any, most: int) -> Any:
        found = await super().candidates(words, place, 10_000)
        return tuple(sorted(found, reverse=True))[:most]


class FindsTooMuch(MemorySearch):
    """One more than asked for."""

    async def candidates(self, words: Any, place: Any, most: int) -> Any:
        return await super().candidates(words, place, most + 1)


class ForgetsTheLabel(_Looks):
    """Labels are not asked for."""

    def place(self, place: Any) -> Any:
        return evolve(place, label="")


class BelievesQuotes(MemorySearch):
    """A quote in the words ends them, and finds everything after."""

    async def candidates(self, words: Any, place: Any, most: int) -> Any:
        if any('"' in word for word in words):
            return tuple(self.site.pages)[:most]
        return await super().candidates(words, place, most)


class BelievesJokers(MemorySearch):
    """A star stands for everything."""

    async def candidates(self, words: Any, place: Any, most: int) -> Any:
        return tuple(self.site.pages)[:most] if "*" in words else await super().candidates(words, place, most)


class FindsNothingWhenBusy(MemorySearch):
    """When the other side fails, nothing is found."""

    async def candidates(self, words: Any, place: Any, most: int) -> Any:
        try:
            return await super().candidates(words, place, most)
        except AdapterFailed:
            return ()


ROWS = [
    using("search", MindsCase, "a_page_is_found_at_and_below_its_place"),
    using("search", LooksBelowOnly, "a_page_is_found_at_and_below_its_place"),
    using("search", LooksEverywhere, "nothing_is_found_elsewhere"),
    using("search", StaysBelowTheRoot, "a_whole_space_is_looked_through"),
    using("search", IsContentWithOneWord, "all_words_must_be_there"),
    using("search", WantsWholeWords, "the_beginning_of_a_word_is_enough"),
    using("search", OrdersByDate, "titles_come_first"),
    using("search", FindsTooMuch, "no_more_than_asked_for"),
    using("search", ForgetsTheLabel, "a_label_is_asked_for"),
    using("search", BelievesQuotes, "words_are_nothing_but_words"),
    using("search", BelievesJokers, "words_are_nothing_but_words"),
    using("search", FindsNothingWhenBusy, "nothing_is_looked_for_in_vain", "a_search_that_makes_no_sense_is_broken"),
]
