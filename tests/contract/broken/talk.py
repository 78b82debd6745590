"""Adapters of comments, histories, statuses and comparisons that break a promise."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from exshare_core.comparing import Passage, Sort
from exshare_core.content import Rendered
from exshare_core.discussion import CommentId
from exshare_core.errors import AdapterFailed
from exshare_core.testing.discussing import DiscussionsContract, HistoriesContract
from exshare_core.testing.fakes.content import MemoryPages
from exshare_core.testing.fakes.discussing import MemoryDiscussions, MemoryHistories
from exshare_core.testing.fakes.prepared import MemoryPreparedSite
from exshare_core.testing.fakes.rendering import MemoryRenderer
from tests.contract.broken.content import BrokenSite, using
from tests.contract.broken.rendering import by
from tests.contract.broken.rows import Row, row


class ForgetsResolutions(MemoryDiscussions):
    """What is resolved looks open."""

    async def threads(self, page: Any, *, names: bool) -> Any:
        return tuple(evolve(one, resolved=False) for one in await super().threads(page, names=names))


class HangsNowhere(MemoryDiscussions):
    """Inline comments are told as comments on the whole page."""

    async def threads(self, page: Any, *, names: bool) -> Any:
        return tuple(evolve(one, anchor=None) for one in await super().threads(page, names=names))


class AnswersOnce(MemoryDiscussions):
    """Answers to answers are left out."""

    async def replies(self, threads: Any, *, names: bool) -> Any:
        found = await super().replies(threads, names=names)
        return {id: answers[:1] for id, answers in found.items()}


class NamesEverybodyAlways(MemoryDiscussions):
    """Authors are told whether that is wished or not."""

    async def threads(self, page: Any, *, names: bool) -> Any:
        return await super().threads(page, names=True)


class NamesNobody(MemoryDiscussions):
    """Authors are never told."""

    async def replies(self, threads: Any, *, names: bool) -> Any:
        return await super().replies(threads, names=False)


class SaysTheFirst(MemoryDiscussions):
    """Whatever is asked for, the first comment's words come."""

    async def drafts(self, comments: Any) -> Any:
        found = await super().drafts(comments)
        return dict.fromkeys(found, next(iter(found.values()))) if found else {}


class SaysWhatIsThere(MemoryDiscussions):
    """A comment that was changed is read as it is now."""

    async def drafts(self, comments: Any) -> Any:
        return await super().drafts([evolve(one, version=1) for one in comments])


class SwallowsWhatCannotBeRead(MemoryDiscussions):
    """A comment that cannot be read looks as if it had never been written."""

    async def drafts(self, comments: Any) -> Any:
        return {id: draft for id, draft in (await super().drafts(comments)).items() if draft is not None}


class TalksAboutNothing(MemoryDiscussions):
    """A page that is not there has the comments of all pages."""

    async def threads(self, page: Any, *, names: bool) -> Any:
        return await super().threads(page, names=names) or tuple(one.comment for one in self.site.comments)


class FallsSilent(MemoryDiscussions):
    """When the other side fails, nobody has said anything."""

    async def threads(self, *given: Any, names: bool) -> Any:
        try:
            return await super().threads(*given, names=names)
        except AdapterFailed:
            return ()

    async def replies(self, threads: Any, *, names: bool) -> Any:
        try:
            return await super().replies(threads, names=names)
        except AdapterFailed:
            return {CommentId(one.id): () for one in threads}


class OldestFirst(MemoryHistories):
    """Versions come in the order in which they were made."""

    async def versions(self, *given: Any, names: bool) -> Any:
        found, more = await super().versions(*given, names=names)
        return found[::-1], more


class AlwaysFromTheTop(MemoryHistories):
    """The place to go on from is not kept."""

    async def versions(self, page: Any, limit: int, before: Any = None, *, names: bool) -> Any:
        return await super().versions(page, limit, names=names)


class SignsEveryVersion(MemoryHistories):
    """Authors are told whether that is wished or not."""

    async def read(self, *given: Any, names: bool) -> Any:
        return await super().read(*given, names=True)


class ReadsTheNewest(MemoryHistories):
    """Any version is read as the newest."""

    async def read(self, page: Any, version: int, *, names: bool) -> Any:
        found, newest = await super().read(page, version, names=names), await super().read(page, 4, names=names)
        if not found or not found.draft or not newest or not newest.draft:
            return found
        return evolve(found, draft=evolve(found.draft, body=newest.draft.body))


class CutsByTheNewest(MemoryHistories):
    """What is excluded is read from the newest version's storage."""

    async def read(self, page: Any, version: int, *, names: bool) -> Any:
        found, newest = await super().read(page, version, names=names), await super().read(page, 4, names=names)
        if not found or not found.draft or not newest or not newest.draft:
            return found
        return evolve(found, draft=evolve(found.draft, macros=newest.draft.macros))


class TakesTheNearest(MemoryHistories):
    """For a number that is not there the newest version is read."""

    async def read(self, page: Any, version: int, *, names: bool) -> Any:
        return await super().read(page, version, names=names) or await super().read(page, 4, names=names)


class LosesWhatCannotBeRead(MemoryHistories):
    """A version that cannot be read looks as if the page never had it."""

    async def read(self, page: Any, version: int, *, names: bool) -> Any:
        found = await super().read(page, version, names=names)
        return None if found is None or found.draft is None else found


class ForgetsWhenBusy(MemoryHistories):
    """When the other side fails, there are no versions."""

    async def versions(self, *given: Any, names: bool) -> Any:
        try:
            return await super().versions(*given, names=names)
        except AdapterFailed:
            return (), False


class SaysNothing(MemoryPages):
    """No page is ever said to be anything."""

    async def status(self, page: Any) -> Any:
        return None


class WithholdsNothing(MemoryRenderer):
    """Files that must not be shown are."""

    async def render(self, draft: Any, without: Any, pages: Any, view: Any, *given: Any, **named: Any) -> Rendered:
        return await super().render(draft, without, pages, evolve(view, withheld=frozenset()), *given, **named)


class LosesBlocks(MemoryRenderer):
    """A rendering is one heap of words."""

    async def passages(self, rendered: Rendered) -> Any:
        words = " ".join(one.words for one in await super().passages(rendered))
        return (Passage(words, Sort.TEXT),)


class LosesRows(MemoryRenderer):
    """The cells of a table are one row."""

    async def passages(self, rendered: Rendered) -> Any:
        return tuple(evolve(one, begins=False) for one in await super().passages(rendered))


class ComparesNothing(MemoryRenderer):
    """All renderings are too different."""

    async def compare(self, before: Rendered, after: Rendered) -> Any:
        return None


class ComparesAnything(MemoryRenderer):
    """What is too different looks as if nothing had stayed the same, after however much work."""

    async def compare(self, before: Rendered, after: Rendered) -> Any:
        return await super().compare(before, after) or ()


def saying(broken: Any, *tests: str) -> Row:
    """A row for broken discussions."""
    return _talking(DiscussionsContract, "discussions", broken, *tests)


def recalling(broken: Any, *tests: str) -> Row:
    """A row for broken histories."""
    return _talking(HistoriesContract, "histories", broken, *tests)


def _talking(contract: Any, port: str, broken: Any, *tests: str) -> Row:
    def opened() -> BrokenSite:
        site = MemoryPreparedSite().site
        return BrokenSite(site, broken=evolve(site.content(), **{port: broken(site)}))

    opened.__name__ = broken.__name__
    return row(contract, opened, *tests)


ROWS = [
    saying(ForgetsResolutions, "every_thread_is_told_with_its_place"),
    saying(HangsNowhere, "every_thread_is_told_with_its_place"),
    saying(AnswersOnce, "every_answer_is_told_below_its_thread"),
    saying(NamesEverybodyAlways, "authors_are_told_only_where_names_are_wished"),
    saying(NamesNobody, "authors_are_told_only_where_names_are_wished"),
    saying(SaysTheFirst, "comments_say_what_was_written"),
    saying(SaysWhatIsThere, "a_comment_that_changed_is_left_out"),
    saying(SwallowsWhatCannotBeRead, "a_comment_that_cannot_be_read_spoils_no_other"),
    saying(TalksAboutNothing, "nobody_talks_about_what_is_not_there"),
    saying(FallsSilent, "comments_are_busy_while_nothing_answers"),
    recalling(OldestFirst, "versions_are_told_newest_first"),
    recalling(AlwaysFromTheTop, "versions_are_complete_over_paging"),
    recalling(SignsEveryVersion, "authors_of_versions_are_told_only_where_wished"),
    recalling(ReadsTheNewest, "a_version_is_read_as_it_was"),
    recalling(CutsByTheNewest, "what_a_version_excludes_stands_in_its_own_storage"),
    recalling(TakesTheNearest, "a_version_that_is_not_there_is_none"),
    recalling(LosesWhatCannotBeRead, "a_version_that_cannot_be_read_has_no_draft"),
    recalling(ForgetsWhenBusy, "versions_are_busy_while_nothing_answers"),
    using("pages", SaysNothing, "a_page_is_said_to_be_what_it_is", "a_status_is_busy_while_nothing_answers"),
    by(WithholdsNothing, "a_file_that_is_withheld_is_neither_shown_nor_linked"),
    by(LosesBlocks, "a_rendering_can_be_read_block_by_block"),
    by(LosesRows, "the_rows_of_a_table_can_be_told"),
    by(ComparesNothing, "two_renderings_are_compared"),
    by(ComparesAnything, "what_differs_in_too_much_is_not_compared"),
]
