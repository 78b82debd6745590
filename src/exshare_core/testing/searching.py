"""The promises of Search."""

from __future__ import annotations

import pytest

from exshare_core.errors import Broken, Busy
from exshare_core.ports import Place
from exshare_core.testing.contract import promise
from exshare_core.testing.prepared import ContentAbilities, PreparedSite
from exshare_core.values import PageId

HOSTILE = (
    'zzqx" or type = "page',
    'zzqx") or (id > 0 and text ~ "',
    "zzqx' or '1'='1",
    "zzqx\\",
    'zzqx"',
    'zzqx\\" OR space.key is not null',
    "zzqx) or (type = page",
    "zzqx\nor type = page",
    "zzqx” or type = “page",
    "zzqx\u0000 or type=page",
    "zzqx order by title",
    "zzqx*",
    "*",
    "?",
    "~",
    "",
)
"""What somebody may type who wants to find more than they should; none of it stands in any page."""


async def _found(site: PreparedSite, *words: str, most: int = 50, **place: object) -> tuple[PageId, ...]:
    """What is found at and below the parent of `page`, unless said otherwise."""
    where = Place(**{"root": site.prepared.ancestors[-1], **place})  # type: ignore[arg-type]
    return await site.content.search.candidates(words, where, most)


class SearchContract(ContentAbilities):
    """Words are looked for in their place, as words."""

    @promise
    async def test_a_page_is_found_at_and_below_its_place(self, site: PreparedSite) -> None:
        """A page is found by a word in any case where it is the root itself, and where the root is above it."""
        prepared = site.prepared
        below = await _found(site, prepared.words.upper())
        itself = await _found(site, prepared.words.lower(), root=prepared.page)

        assert {prepared.page, prepared.named, prepared.telling} <= set(below)
        assert {prepared.page, prepared.named, prepared.telling} == set(itself)

    @promise
    async def test_nothing_is_found_elsewhere(self, site: PreparedSite) -> None:
        """What is not below the root is not found, nor what is in another space than the one that is looked in."""
        prepared = site.prepared

        assert () == await _found(site, prepared.words, root=prepared.restricted)
        assert () == await _found(site, prepared.words, space="ZZNOSUCHSPACE")

    @promise
    async def test_a_whole_space_is_looked_through(self, site: PreparedSite) -> None:
        """With a space everything in it is looked through, wherever its root is."""
        prepared = site.prepared
        found = await _found(site, prepared.words, root=prepared.restricted, space=prepared.space)

        assert {prepared.page, prepared.named, prepared.telling} <= set(found)

    @promise
    async def test_all_words_must_be_there(self, site: PreparedSite) -> None:
        """A page that has one word and not the other is not found."""
        assert () == await _found(site, site.prepared.words, "zzqxnosuchword")

    @promise
    async def test_the_beginning_of_a_word_is_enough(self, site: PreparedSite) -> None:
        """A page is found by the first letters of a word that it has."""
        assert site.prepared.page in await _found(site, site.prepared.words[:4])

    @promise
    async def test_titles_come_first(self, site: PreparedSite) -> None:
        """A page with the word in its title comes before one that has it in its text alone."""
        found = await _found(site, site.prepared.words)

        assert found.index(site.prepared.named) < found.index(site.prepared.telling)

    @promise
    async def test_no_more_than_asked_for(self, site: PreparedSite) -> None:
        """There are at most `most`, each once, and the first of them are the same whatever `most` is."""
        many = await _found(site, site.prepared.words)

        assert len(set(many)) == len(many)
        assert many[:1] == await _found(site, site.prepared.words, most=1)
        assert () == await _found(site, site.prepared.words, most=0)

    @promise
    async def test_a_label_is_asked_for(self, site: PreparedSite) -> None:
        """With a label only pages that have it are found."""
        prepared = site.prepared
        label = min(prepared.labels)

        assert (prepared.page,) == await _found(site, prepared.words, root=prepared.page, label=label)
        assert () == await _found(site, prepared.words, label='zz-no-such" or type = "page')

    @promise
    async def test_words_are_nothing_but_words(self, site: PreparedSite) -> None:
        """Quotes, backslashes, brackets, operators, line breaks and jokers widen nothing and break nothing."""
        assert [()] * len(HOSTILE) == [await _found(site, words) for words in HOSTILE]

    @promise
    async def test_nothing_is_looked_for_in_vain(self, site: PreparedSite) -> None:
        """While the other side cannot answer, Busy is raised: nothing is said not to be there."""
        self.needs("stop_answering")
        await site.stop_answering()
        with pytest.raises(Busy):
            await _found(site, site.prepared.words)

    @promise
    async def test_a_search_that_makes_no_sense_is_broken(self, site: PreparedSite) -> None:
        """When the other side answers something that makes no sense, Broken is raised."""
        self.needs("answer_nonsense")
        await site.answer_nonsense()
        with pytest.raises(Broken):
            await _found(site, site.prepared.words)
