"""The promises of PageSource and PageFinder."""

from __future__ import annotations

import pytest

from exshare_core.content import Absent, MayRead, NodeKind, PageFacts, Reading
from exshare_core.errors import Broken, Busy
from exshare_core.testing.contract import promise
from exshare_core.testing.prepared import ContentAbilities, PreparedSite
from exshare_core.values import AccountId, PageId, SpaceKey


async def _read(site: PreparedSite, page: PageId, identity: AccountId | None = None) -> Reading:
    reading = await site.content.pages.read(page, identity or site.prepared.reader)

    assert isinstance(reading, Reading)

    return reading


class PageSourceContract(ContentAbilities):
    """A page is read as it is now, with all that judges it, or is absent; nothing is guessed."""

    @promise
    async def test_a_page_is_read_with_its_title(self, site: PreparedSite) -> None:
        """`read` gives the draft of the page that was asked for."""
        draft = (await _read(site, site.prepared.page)).draft

        assert (site.prepared.page, site.prepared.title) == (draft.page, draft.title)

    @promise
    async def test_a_page_is_read_with_its_facts(self, site: PreparedSite) -> None:
        """Facts hold space, kind, labels, title, the way from the top without the page itself, and the reader's right."""
        prepared = site.prepared
        expected = PageFacts(
            prepared.page,
            prepared.space,
            NodeKind.PAGE,
            prepared.ancestors,
            prepared.labels,
            frozenset(),
            MayRead.YES,
            prepared.title,
        )

        assert expected == (await _read(site, prepared.page)).facts

    @promise
    async def test_restrictions_are_told_with_the_page_that_has_them(self, site: PreparedSite) -> None:
        """A restricted page names itself; a page below it names that ancestor."""
        prepared = site.prepared

        assert frozenset({prepared.restricted}) == (await _read(site, prepared.restricted)).facts.restricted
        assert frozenset({prepared.restricted}) == (await _read(site, prepared.below_restricted)).facts.restricted

    @promise
    async def test_a_page_that_the_identity_may_not_read_is_no(self, site: PreparedSite) -> None:
        """`may_read` is NO for a page that the identity may not read, though the connector may."""
        assert MayRead.NO is (await _read(site, site.prepared.forbidden)).facts.may_read

    @promise
    async def test_a_page_that_is_not_there_is_absent(self, site: PreparedSite) -> None:
        """Missing, trashed, archived and draft pages are Absent,
        with the reason where Confluence tells it.
        """
        for page, why in site.prepared.absent.items():
            assert Absent(page, why) == await site.content.pages.read(page, site.prepared.reader)

    @promise
    async def test_a_page_is_read_afresh(self, site: PreparedSite) -> None:
        """A change upstream is seen by the next read."""
        self.needs("retitle")
        await _read(site, site.prepared.page)
        await site.retitle(site.prepared.page, "A new title")

        assert "A new title" == (await _read(site, site.prepared.page)).draft.title

    @promise
    async def test_the_answer_must_be_of_the_page_asked_for(self, site: PreparedSite) -> None:
        """An answer that is of another page raises Broken."""
        self.needs("answer_with_another_page")
        await site.answer_with_another_page(site.prepared.page)
        with pytest.raises(Broken):
            await site.content.pages.read(site.prepared.page, site.prepared.reader)

    @promise
    async def test_a_passing_failure_is_busy(self, site: PreparedSite) -> None:
        """When the other side cannot answer now, `read`, `facts`, `level` and `below` raise Busy and guess nothing."""
        self.needs("stop_answering")
        await site.stop_answering()
        with pytest.raises(Busy):
            await site.content.pages.read(site.prepared.page, site.prepared.reader)
        with pytest.raises(Busy):
            await site.content.pages.facts([site.prepared.page], site.prepared.reader)
        with pytest.raises(Busy):
            await site.content.pages.level(site.prepared.page, 50)
        with pytest.raises(Busy):
            await site.content.pages.below(site.prepared.page, 50)

    @promise
    async def test_nonsense_is_broken(self, site: PreparedSite) -> None:
        """When the other side answers something that makes no sense, `read`, `facts`, `level` and `below` raise Broken."""
        self.needs("answer_nonsense")
        await site.answer_nonsense()
        with pytest.raises(Broken):
            await site.content.pages.read(site.prepared.page, site.prepared.reader)
        with pytest.raises(Broken):
            await site.content.pages.facts([site.prepared.page], site.prepared.reader)
        with pytest.raises(Broken):
            await site.content.pages.level(site.prepared.page, 50)
        with pytest.raises(Broken):
            await site.content.pages.below(site.prepared.page, 50)

    @promise
    async def test_an_unknown_right_is_unknown(self, site: PreparedSite) -> None:
        """When only the right cannot be found out, the page is read and `may_read` is UNKNOWN; so says `facts`."""
        self.needs("stop_access_checks")
        await site.stop_access_checks()
        reading = await _read(site, site.prepared.page)

        assert MayRead.UNKNOWN is reading.facts.may_read
        assert {site.prepared.page: reading.facts} == dict(
            await site.content.pages.facts([site.prepared.page], site.prepared.reader)
        )

    @promise
    async def test_facts_have_an_entry_for_every_page(self, site: PreparedSite) -> None:
        """`facts` answers for every page asked for, absent ones included, and as `read` does."""
        prepared = site.prepared
        asked = [prepared.page, prepared.restricted, prepared.forbidden, *prepared.absent]
        facts = await site.content.pages.facts(asked, prepared.reader)

        assert set(asked) == set(facts)
        for page in asked:
            reading = await site.content.pages.read(page, prepared.reader)
            assert (reading.facts if isinstance(reading, Reading) else reading) == facts[page]
        assert {} == dict(await site.content.pages.facts([], prepared.reader))

    @promise
    async def test_several_pages_are_read_as_one_is(self, site: PreparedSite) -> None:
        """`readings` has an entry for every page asked for, absent ones included, which is what `read` gives."""
        prepared = site.prepared
        asked = [prepared.page, prepared.forbidden, *prepared.absent]
        readings = await site.content.pages.readings(asked, prepared.reader)

        assert {page: await site.content.pages.read(page, prepared.reader) for page in asked} == dict(readings)

    @promise
    async def test_several_pages_are_busy_while_nothing_answers(self, site: PreparedSite) -> None:
        """When the other side cannot answer now, `readings` raises Busy."""
        self.needs("stop_answering")
        await site.stop_answering()
        with pytest.raises(Busy):
            await site.content.pages.readings([site.prepared.page], site.prepared.reader)

    @promise
    async def test_a_level_is_in_order_and_of_all_kinds(self, site: PreparedSite) -> None:
        """`level` gives pages, folders and others in Confluence's order,
        without archived and trashed ones.
        """
        nodes, more = await site.content.pages.level(site.prepared.page, 50)

        assert site.prepared.level == tuple((node.id, node.kind) for node in nodes)
        assert more is False

    @promise
    async def test_a_level_is_complete_over_paging(self, site: PreparedSite) -> None:
        """Read one by one, a level has each entry once, and says whether there are more."""
        wanted = [page for page, _ in site.prepared.level]
        seen: list[PageId] = []
        for offset in range(len(wanted)):
            nodes, more = await site.content.pages.level(site.prepared.page, 1, offset)
            seen += [node.id for node in nodes]

            assert (offset < len(wanted) - 1) == more
        assert wanted == seen

    @promise
    async def test_everything_below_is_told_however_deep(self, site: PreparedSite) -> None:
        """`below` gives what `level` gives, and what is below each of that, of every kind."""
        pages, root = site.content.pages, site.prepared.ancestors[-1]
        seen: set[PageId] = set()
        left = [root]
        while left:
            nodes, _ = await pages.level(left.pop(), 250)
            left += [node.id for node in nodes]
            seen |= {node.id for node in nodes}

        assert {page for page, _ in site.prepared.level} < seen
        assert frozenset(seen) == await pages.below(root, len(seen))

    @promise
    async def test_more_below_than_asked_for_is_no_part_of_it(self, site: PreparedSite) -> None:
        """With fewer entries allowed than there are `below` is None; of a page that is not there nothing is below."""
        wanted = {page for page, _ in site.prepared.level}

        assert await site.content.pages.below(site.prepared.page, len(wanted) - 1) is None
        assert frozenset() == await site.content.pages.below(next(iter(site.prepared.absent)), 10)

    @promise
    async def test_a_page_is_said_to_be_what_it_is(self, site: PreparedSite) -> None:
        """`status` tells name and tone where a page is said to be something, and None elsewhere."""
        expected = dict(site.prepared.statuses)

        assert expected == {page: await site.content.pages.status(page) for page in expected}

    @promise
    async def test_a_status_is_busy_while_nothing_answers(self, site: PreparedSite) -> None:
        """While the other side cannot answer, no page that is said to be something is said to be nothing."""
        self.needs("stop_answering")
        said = [page for page, status in site.prepared.statuses.items() if status is not None]
        await site.stop_answering()
        for page in said:
            with pytest.raises(Busy):
                await site.content.pages.status(page)


class PageFinderContract(ContentAbilities):
    """Pages are found by id, by address and by words."""

    @promise
    async def test_ids_and_addresses_name_their_page(self, site: PreparedSite) -> None:
        """`locate` knows ids and every form of address of this site."""
        located = {text: await site.content.finder.locate(text) for text in site.prepared.locations}

        assert site.prepared.locations == located

    @promise
    async def test_foreign_addresses_name_no_page(self, site: PreparedSite) -> None:
        """`locate` is None for addresses elsewhere and for what is no address."""
        for text in site.prepared.foreign:
            assert await site.content.finder.locate(text) is None

    @promise
    async def test_a_foreign_address_is_never_fetched(self, site: PreparedSite) -> None:
        """`locate` tells that an address is foreign while nothing answers: it asks nobody for it."""
        self.needs("stop_answering")
        await site.stop_answering()

        assert {None} == {await site.content.finder.locate(text) for text in site.prepared.foreign}

    @promise
    async def test_nothing_is_found_in_vain(self, site: PreparedSite) -> None:
        """While the other side cannot answer, `search` and `titles` raise Busy: nothing is said not to be there."""
        self.needs("stop_answering")
        await site.stop_answering()
        with pytest.raises(Busy):
            await site.content.finder.search(site.prepared.words, 20)
        with pytest.raises(Busy):
            await site.content.finder.titles([site.prepared.page])

    @promise
    async def test_a_space_has_its_home_page(self, site: PreparedSite) -> None:
        """`home` is the home page of a space, whatever the case of its key, and None for a key of no space."""
        prepared, home = site.prepared, site.content.finder.home
        keys = (
            prepared.space,
            SpaceKey(prepared.space.lower()),
            SpaceKey("ZZNOSUCHSPACE"),
            SpaceKey("../x"),
            SpaceKey(""),
        )

        assert [prepared.home, prepared.home, None, None, None] == [await home(key) for key in keys]

    @promise
    async def test_words_find_pages(self, site: PreparedSite) -> None:
        """`search` finds a page by its words, and no more than `limit`."""
        prepared = site.prepared
        hits = await site.content.finder.search(prepared.words, 20)

        assert prepared.page in [hit.id for hit in hits]
        assert 1 >= len(await site.content.finder.search(prepared.words, 1))

    @promise
    async def test_search_quotes_its_words(self, site: PreparedSite) -> None:
        """Quotes, backslashes and operators in the words widen nothing and break nothing."""
        for words in (
            'zzqx" or type = "page',
            "zzqx' or '1'='1",
            "zzqx\\",
            'zzqx"',
            'zzqx\\" OR space.key is not null',
        ):
            assert () == await site.content.finder.search(words, 20)

    @promise
    async def test_titles_are_of_pages_that_are_there(self, site: PreparedSite) -> None:
        """`titles` has the title of each page that is there and no entry for others."""
        prepared = site.prepared
        titles = await site.content.finder.titles([prepared.page, *prepared.absent])

        assert {prepared.page: prepared.title} == dict(titles)
