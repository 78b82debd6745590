"""Content adapters that break a promise."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

from attrs import evolve, field, frozen

from exshare_core.content import Absence, Absent, ByteRange, MayRead, Node, NodeKind
from exshare_core.errors import AdapterFailed, Broken
from exshare_core.ports import Content
from exshare_core.testing.content import ContentContract
from exshare_core.testing.fakes.content import (
    MemoryAccess,
    MemoryDirectory,
    MemoryFiles,
    MemoryFinder,
    MemoryPages,
    MemorySite,
    MemoryStream,
)
from exshare_core.testing.fakes.prepared import MemoryPreparedSite
from exshare_core.values import AccountId, PageId
from tests.contract.broken.rows import Row, row


class LosesTitles(MemoryPages):
    """A page comes without its title."""

    async def read(self, *given: Any) -> Any:
        reading = await super().read(*given)
        return reading if isinstance(reading, Absent) else evolve(reading, draft=evolve(reading.draft, title=""))


class _ChangesFacts(MemoryPages):
    def change(self, facts: Any) -> Any:
        return facts

    def _facts(self, *given: Any) -> Any:
        facts = super()._facts(*given)
        return facts if isinstance(facts, Absent) else self.change(facts)


class CountsThePageAmongItsAncestors(_ChangesFacts):
    """The way from the top has the page itself."""

    def change(self, facts: Any) -> Any:
        return evolve(facts, ancestors=(*facts.ancestors, facts.page))


class ForgetsInheritedRestrictions(_ChangesFacts):
    """Only a page's own restrictions are told."""

    def change(self, facts: Any) -> Any:
        return evolve(facts, restricted=facts.restricted & {facts.page})


class ReadsAsTheConnector(_ChangesFacts):
    """Whoever asks, the connector's right is told."""

    def change(self, facts: Any) -> Any:
        return evolve(facts, may_read=MayRead.YES)


class TakesUnknownForNo(_ChangesFacts):
    """What cannot be found out is lost access."""

    def change(self, facts: Any) -> Any:
        return evolve(facts, may_read=MayRead.NO if facts.may_read is MayRead.UNKNOWN else facts.may_read)


class ShowsTrash(MemoryPages):
    """Trashed pages are read like any other."""

    async def read(self, page: Any, identity: Any) -> Any:
        found = self.site.pages.get(page)
        if found is not None and found.absent is Absence.TRASHED:
            self.site.pages[page] = evolve(found, absent=None)
        return await super().read(page, identity)


@frozen
class KeepsPages(MemoryPages):
    """A page that was read once is never read again."""

    kept: dict[PageId, Any] = field(factory=dict)

    async def read(self, page: Any, identity: Any) -> Any:
        if page not in self.kept:
            self.kept[page] = await MemoryPages.read(self, page, identity)
        return self.kept[page]


class TrustsTheAnswer(MemoryPages):
    """Any page is as good as the one that was asked for."""

    async def read(self, page: Any, identity: Any) -> Any:
        return await super().read(self.site.mixed_up.get(page, page), identity)


class GuessesWhenBusy(MemoryPages):
    """When the other side fails, pages are said to be missing."""

    async def read(self, page: Any, identity: Any) -> Any:
        try:
            return await super().read(page, identity)
        except AdapterFailed:
            return Absent(page, Absence.MISSING)


class RaisesWhatItGets(MemoryPages):
    """Passing failures and nonsense are one kind of error."""

    async def read(self, page: Any, identity: Any) -> Any:
        try:
            return await super().read(page, identity)
        except AdapterFailed as error:
            raise AdapterFailed("something failed") from error


class LeavesOutAbsentPages(MemoryPages):
    """`facts` has no entry for what is not there."""

    async def facts(self, *given: Any) -> Any:
        return {page: one for page, one in (await super().facts(*given)).items() if not isinstance(one, Absent)}


class ListsPagesOnly(MemoryPages):
    """Folders and whiteboards are left out."""

    async def level(self, *given: Any) -> Any:
        nodes, more = await super().level(*given)
        return tuple(node for node in nodes if node.kind is NodeKind.PAGE), more


class RepeatsTheFirstEntries(MemoryPages):
    """The offset is not kept."""

    async def level(self, parent: Any, limit: int, offset: int = 0) -> Any:
        return await super().level(parent, limit)


class LooksOneLevelDown(MemoryPages):
    """What is further below is not told."""

    async def below(self, root: Any, most: int) -> Any:
        nodes, _ = await self.level(root, most)
        return frozenset(node.id for node in nodes)


class TellsAPart(MemoryPages):
    """Where there is too much, as much as fits is told."""

    async def below(self, root: Any, most: int) -> Any:
        return frozenset(sorted(await super().below(root, 10_000) or ())[:most])


class KnowsIdsOnly(MemoryFinder):
    """Addresses name nothing."""

    async def locate(self, text: str) -> Any:
        return await super().locate(text) if text.isdigit() else None


class TakesAnyHost(MemoryFinder):
    """The last part of any address is an id."""

    async def locate(self, text: str) -> Any:
        return await super().locate(text.rpartition("/")[2])


class SearchesWithCase(MemoryFinder):
    """Words are compared as they are written."""

    async def search(self, words: str, limit: int) -> Any:
        return await super().search(words, limit) if words.islower() else ()


class QuotesNothing(MemoryFinder):
    """A quote in the words ends them, and finds everything after."""

    async def search(self, words: str, limit: int) -> Any:
        if '"' in words:
            return (Node(PageId("1"), "Home", NodeKind.PAGE),)
        return await super().search(words, limit)


class NamesAbsentPages(MemoryFinder):
    """Trashed pages have titles."""

    async def titles(self, pages: Any) -> Any:
        return {page: self.site.pages[page].title for page in pages if page in self.site.pages}


class KnowsEverySpace(MemoryFinder):
    """An unknown space has a home page."""

    async def home(self, space: Any) -> Any:
        return PageId("1")


class ListsFirstPageOfFiles(MemoryFiles):
    """Only the first two files are listed."""

    async def attachments(self, page: Any) -> Any:
        return (await super().attachments(page))[:2]


class FindsAnyFile(MemoryFiles):
    """An unknown id gives some file."""

    async def attachment(self, attachment: Any) -> Any:
        return await super().attachment(attachment) or next(iter(self.site.files.values()))[0]


class DropsTheEnd(MemoryFiles):
    """The last byte is not sent, and not missed."""

    @asynccontextmanager
    async def stream(self, attachment: Any, wanted: Any) -> Any:
        async with super().stream(attachment, wanted) as stream:
            yield MemoryStream(stream.data[:-1], len(stream.data[:-1]), stream.first, stream.total)


class _OneChunk(MemoryStream):
    async def chunks(self) -> Any:
        yield self.data


class SendsInOnePiece(MemoryFiles):
    """The whole file is held in memory."""

    @asynccontextmanager
    async def stream(self, attachment: Any, wanted: Any) -> Any:
        async with super().stream(attachment, wanted) as stream:
            yield _OneChunk(stream.data, stream.length, stream.first, stream.total)


class IgnoresTheRange(MemoryFiles):
    """The whole file flows whatever was asked for."""

    @asynccontextmanager
    async def stream(self, attachment: Any, wanted: ByteRange | None) -> Any:
        async with super().stream(attachment, None) as stream:
            yield stream


class BelievesTheStream(MemoryFiles):
    """A file that ends early or late is taken as it comes."""

    @asynccontextmanager
    async def stream(self, attachment: Any, wanted: Any) -> Any:
        async with super().stream(attachment, wanted) as stream:
            yield MemoryStream(stream.data, len(stream.data), stream.first, stream.total)


@frozen
class RunsOutOfConnections(MemoryFiles):
    """A stream that was left early keeps its connection."""

    left: list[object] = field(factory=list)

    @asynccontextmanager
    async def stream(self, attachment: Any, wanted: Any) -> Any:
        if len(self.left) > 10:
            raise Broken("there is no free connection")
        self.left.append(attachment)
        async with MemoryFiles.stream(self, attachment, wanted) as stream:
            yield stream


class LeavesOutForbiddenPages(MemoryAccess):
    """Pages that may not be read get no answer."""

    async def may_read(self, *given: Any) -> Any:
        return {page: one for page, one in (await super().may_read(*given)).items() if one is not False}


class AllowsEverybody(MemoryAccess):
    """The connector's right is told for every account."""

    async def may_read(self, pages: Any, identity: Any) -> Any:
        return dict.fromkeys(pages, True)


class SaysNoWhenUnanswered(MemoryAccess):
    """No answer is lost access."""

    async def may_read(self, *given: Any) -> Any:
        return {page: bool(one) for page, one in (await super().may_read(*given)).items()}


class TakesTheConfiguredIdentity(MemoryAccess):
    """The connector is who the configuration says."""

    async def service_identity(self) -> AccountId:
        return AccountId("connector@example.com")


class ComplainsAlways(MemoryAccess):
    """The check finds something wrong with everything."""

    async def check(self) -> Any:
        return (*(await super().check()), "it is late: go to bed")


class ComplainsNever(MemoryAccess):
    """The check finds nothing."""

    async def check(self) -> Any:
        return ()


class KnowsOneGroup(MemoryDirectory):
    """Only the first page of groups is read."""

    async def groups(self, identity: AccountId) -> Any:
        found = await super().groups(identity)
        return found and frozenset(sorted(found)[:1])


class TakesUnknownForNoGroup(MemoryDirectory):
    """What cannot be found out is taken for being in no group."""

    async def groups(self, identity: AccountId) -> Any:
        return await super().groups(identity) or frozenset()


class RaisesForGroups(MemoryDirectory):
    """A failure of the other side comes out."""

    async def groups(self, identity: AccountId) -> Any:
        self.site.answer()
        return await super().groups(identity)


class ReadsWhatIsThere(MemoryPages):
    """Of several pages only those that are there have an entry."""

    async def readings(self, *given: Any) -> Any:
        return {page: one for page, one in (await super().readings(*given)).items() if not isinstance(one, Absent)}


class ReadsNothingWhenBusy(MemoryPages):
    """When the other side fails, several pages are said to be missing."""

    async def readings(self, pages: Any, identity: Any) -> Any:
        try:
            return await super().readings(pages, identity)
        except AdapterFailed:
            return {page: Absent(page, Absence.MISSING) for page in pages}


@frozen
class BrokenSite(MemoryPreparedSite):
    """A prepared site with one broken port, kept for as long as the site."""

    broken: Content | None = None

    @property
    def content(self) -> Content:
        return self.broken or self.site.content()


def using(port: str, broken: Any, *tests: str) -> Row:
    """A row for one broken port of content."""

    def opened() -> BrokenSite:
        site: MemorySite = MemoryPreparedSite().site
        return BrokenSite(site, broken=evolve(site.content(), **{port: broken(site)}))

    opened.__name__ = broken.__name__
    return row(ContentContract, opened, *tests)


ROWS = [
    using("pages", LosesTitles, "a_page_is_read_with_its_title"),
    using("pages", CountsThePageAmongItsAncestors, "a_page_is_read_with_its_facts"),
    using("pages", ForgetsInheritedRestrictions, "restrictions_are_told_with_the_page_that_has_them"),
    using("pages", ReadsAsTheConnector, "a_page_that_the_identity_may_not_read_is_no"),
    using("pages", TakesUnknownForNo, "an_unknown_right_is_unknown"),
    using("pages", ShowsTrash, "a_page_that_is_not_there_is_absent"),
    using("pages", KeepsPages, "a_page_is_read_afresh"),
    using("pages", TrustsTheAnswer, "the_answer_must_be_of_the_page_asked_for"),
    using("pages", GuessesWhenBusy, "a_passing_failure_is_busy", "nonsense_is_broken"),
    using("pages", RaisesWhatItGets, "a_passing_failure_is_busy", "nonsense_is_broken"),
    using("pages", LeavesOutAbsentPages, "facts_have_an_entry_for_every_page"),
    using("pages", ReadsWhatIsThere, "several_pages_are_read_as_one_is"),
    using("pages", ReadsNothingWhenBusy, "several_pages_are_busy_while_nothing_answers"),
    using("pages", ListsPagesOnly, "a_level_is_in_order_and_of_all_kinds"),
    using("pages", RepeatsTheFirstEntries, "a_level_is_complete_over_paging"),
    using("pages", LooksOneLevelDown, "everything_below_is_told_however_deep"),
    using("pages", TellsAPart, "more_below_than_asked_for_is_no_part_of_it"),
    using("finder", KnowsIdsOnly, "ids_and_addresses_name_their_page"),
    using("finder", TakesAnyHost, "foreign_addresses_name_no_page"),
    using("finder", SearchesWithCase, "words_find_pages"),
    using("finder", QuotesNothing, "search_quotes_its_words"),
    using("finder", KnowsEverySpace, "a_space_has_its_home_page"),
    using("finder", NamesAbsentPages, "titles_are_of_pages_that_are_there"),
    using("files", ListsFirstPageOfFiles, "all_files_of_a_page_are_listed_by_name"),
    using("files", FindsAnyFile, "a_file_is_found_by_its_id"),
    using("files", DropsTheEnd, "a_file_is_streamed_whole"),
    using("files", SendsInOnePiece, "a_stream_flows_in_small_chunks"),
    using("files", IgnoresTheRange, "a_part_of_a_file_is_streamed"),
    using("files", BelievesTheStream, "too_few_bytes_are_an_error", "too_many_bytes_are_an_error"),
    using("files", RunsOutOfConnections, "a_stream_that_was_left_early_can_be_opened_again"),
    using("access", LeavesOutForbiddenPages, "every_page_gets_an_answer"),
    using("access", AllowsEverybody, "an_unknown_identity_may_read_nothing"),
    using("access", SaysNoWhenUnanswered, "what_cannot_be_found_out_is_none"),
    using("access", TakesTheConfiguredIdentity, "the_service_identity_is_the_connectors_own"),
    using("access", ComplainsAlways, "a_good_connection_passes_the_check"),
    using("access", ComplainsNever, "a_rejected_credential_fails_the_check"),
    using("access", ComplainsNever, "the_check_proves_that_the_connector_may_ask"),
    using("directory", KnowsOneGroup, "all_groups_of_a_person_are_told"),
    using("directory", TakesUnknownForNoGroup, "the_groups_of_an_unknown_person_are_not_known"),
    using("directory", RaisesForGroups, "groups_are_none_while_nothing_answers"),
]
