"""The promises of Discussions and of Histories, over one prepared site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from attrs import evolve

from exshare_core.discussion import Comment, CommentId
from exshare_core.errors import Busy
from exshare_core.testing.contract import promise
from exshare_core.testing.prepared import ContentAbilities, PreparedComment, PreparedSite
from exshare_core.values import PageId

ABSENT = PageId("999999999")


class DiscussionsContract(ContentAbilities):
    """What was said is told whole, in order, and as it is."""

    @promise
    async def test_every_thread_is_told_with_its_place(self, site: PreparedSite) -> None:
        """`threads` has the comments on the page that answer no other, oldest first, with marker, words, and whether
        they are resolved.
        """
        prepared = site.prepared
        expected = [(one.id, prepared.discussed, one.mark, one.quote, one.resolved) for one in prepared.discussion]
        found = await site.content.discussions.threads(prepared.discussed, names=False)

        assert expected == [
            (
                one.id,
                one.page,
                "" if one.anchor is None else one.anchor.mark,
                "" if one.anchor is None else one.anchor.words,
                one.resolved,
            )
            for one in found
        ]

    @promise
    async def test_every_answer_is_told_below_its_thread(self, site: PreparedSite) -> None:
        """`replies` has an entry for each thread, with the answers and the answers to them, oldest first."""
        threads = await _threads(site)
        found = await site.content.discussions.replies(threads, names=False)

        assert {one.id: [answer.id for answer in _below(one)] for one in site.prepared.discussion} == {
            id: [one.id for one in answers] for id, answers in found.items()
        }

    @promise
    async def test_authors_are_told_only_where_names_are_wished(self, site: PreparedSite) -> None:
        """With `names` every comment has the name of its author, without it none has any."""
        for names in (True, False):
            threads = await site.content.discussions.threads(site.prepared.discussed, names=names)
            answers = await site.content.discussions.replies(threads, names=names)
            found = {one.id: one.author for one in (*threads, *(one for some in answers.values() for one in some))}

            assert {one.id: one.author if names else None for one in _all(site.prepared.discussion)} == found

    @promise
    async def test_comments_say_what_was_written(self, site: PreparedSite) -> None:
        """`drafts` has for each comment its words and its page."""
        threads = await _threads(site)
        answers = await site.content.discussions.replies(threads, names=False)
        comments = [*threads, *(one for some in answers.values() for one in some)]
        found = await site.content.discussions.drafts(comments)

        said = {id: draft for id, draft in found.items() if draft is not None}
        told = [one for one in _all(site.prepared.discussion) if one.readable]

        assert {one.id: True for one in told} == {one.id: one.words in said[CommentId(one.id)].body for one in told}
        assert {site.prepared.discussed} == {draft.page for draft in said.values()}
        assert len(comments) == len(found)

    @promise
    async def test_a_comment_that_cannot_be_read_spoils_no_other(self, site: PreparedSite) -> None:
        """`drafts` has None for each comment that cannot be read and for no other, and answers below it are told."""
        threads = await _threads(site)
        answers = await site.content.discussions.replies(threads, names=False)
        found = await site.content.discussions.drafts([*threads, *(one for some in answers.values() for one in some)])

        assert {one.id: one.readable for one in _all(site.prepared.discussion)} == {
            id: draft is not None for id, draft in found.items()
        }

    @promise
    async def test_a_comment_that_changed_is_left_out(self, site: PreparedSite) -> None:
        """`drafts` leaves out what is not there any more as it was listed, and gives nothing in its place."""
        first, second, *_ = await _threads(site)
        changed, gone = evolve(first, version=first.version + 7), evolve(first, id=CommentId("999999999"))

        assert {second.id} == set(await site.content.discussions.drafts([changed, gone, second]))

    @promise
    async def test_nobody_talks_about_what_is_not_there(self, site: PreparedSite) -> None:
        """A page that is missing has no comments; of no comments there are no answers and no drafts."""
        discussions = site.content.discussions

        assert () == await discussions.threads(ABSENT, names=True)
        assert {} == dict(await discussions.replies([], names=True))
        assert {} == dict(await discussions.drafts([]))

    @promise
    async def test_comments_are_busy_while_nothing_answers(self, site: PreparedSite) -> None:
        """While the other side cannot answer, comments are listed, answered and read with Busy: none is said to be gone."""
        self.needs("stop_answering")
        threads = [Comment(CommentId("40070012345"), site.prepared.discussed, 1)]
        await site.stop_answering()
        with pytest.raises(Busy):
            await site.content.discussions.threads(site.prepared.discussed, names=False)
        with pytest.raises(Busy):
            await site.content.discussions.replies(threads, names=False)
        with pytest.raises(Busy):
            await site.content.discussions.drafts(threads)


class HistoriesContract(ContentAbilities):
    """What a page was is told version by version, each by itself."""

    @promise
    async def test_versions_are_told_newest_first(self, site: PreparedSite) -> None:
        """`versions` has number and message of every version, newest first, each with the time at which it was made."""
        versions, more = await site.content.histories.versions(site.prepared.revised, 50, names=False)

        assert [(one.number, one.message) for one in site.prepared.versions] == [
            (one.number, one.message) for one in versions
        ]
        assert not more
        assert sorted([one.made_at for one in versions if one.made_at], reverse=True) == [
            one.made_at for one in versions
        ]

    @promise
    async def test_versions_are_complete_over_paging(self, site: PreparedSite) -> None:
        """Asked for one by one, each before the last, the same versions come, and the last says that it is the last."""
        numbers: list[int] = []
        before, more = None, True
        while more and len(numbers) < 20:
            (version,), more = await site.content.histories.versions(site.prepared.revised, 1, before, names=False)
            numbers.append(version.number)
            before = version.number

        assert [one.number for one in site.prepared.versions] == numbers
        assert ((), False) == await site.content.histories.versions(site.prepared.revised, 1, before, names=False)

    @promise
    async def test_authors_of_versions_are_told_only_where_wished(self, site: PreparedSite) -> None:
        """With `names` every version has the name of its author, without it none has any."""
        histories, page = site.content.histories, site.prepared.revised
        for names in (True, False):
            expected = [one.author if names else None for one in site.prepared.versions]
            listed, _ = await histories.versions(page, 50, names=names)
            read = [await histories.read(page, one.number, names=names) for one in site.prepared.versions]

            assert expected == [one.author for one in listed]
            assert expected == [one and one.version.author for one in read]

    @promise
    async def test_a_version_is_read_as_it_was(self, site: PreparedSite) -> None:
        """`read` gives the words of the version asked for and of no other, with its number and message."""
        prepared = site.prepared
        told = [one for one in prepared.versions if one.readable]
        for one in told:
            past = await site.content.histories.read(prepared.revised, one.number, names=False)

            assert past is not None
            assert past.draft is not None
            assert (one.number, one.message) == (past.version.number, past.version.message)
            assert [one.words] == [other.words for other in told if other.words in past.draft.body]

    @promise
    async def test_a_version_that_cannot_be_read_has_no_draft(self, site: PreparedSite) -> None:
        """`read` gives number, message and time of such a version, and no draft; `versions` lists it as the others."""
        histories, page = site.content.histories, site.prepared.revised
        pasts = [await histories.read(page, one.number, names=False) for one in site.prepared.versions]
        listed, _ = await histories.versions(page, 50, names=False)

        assert [(one.number, one.readable) for one in site.prepared.versions] == [
            (past.version.number, past.draft is not None) for past in pasts if past is not None
        ]
        assert [one.made_at for one in listed] == [past.version.made_at for past in pasts if past is not None]

    @promise
    async def test_what_a_version_excludes_stands_in_its_own_storage(self, site: PreparedSite) -> None:
        """The draft of a version names the excluded parts that this version has."""
        prepared = site.prepared
        pasts = [
            await site.content.histories.read(prepared.revised, one.number, names=False) for one in prepared.versions
        ]

        assert [one.excludes for one in prepared.versions] == [
            past.draft is not None and any(macro.excluded for macro in past.draft.macros)
            for past in pasts
            if past is not None
        ]

    @promise
    async def test_a_version_that_is_not_there_is_none(self, site: PreparedSite) -> None:
        """A number that the page has not, and any version of a page that is missing, is None; no version is listed."""
        histories = site.content.histories

        assert await histories.read(site.prepared.revised, 77, names=False) is None
        assert await histories.read(ABSENT, 1, names=False) is None
        assert ((), False) == await histories.versions(ABSENT, 5, names=False)

    @promise
    async def test_versions_are_busy_while_nothing_answers(self, site: PreparedSite) -> None:
        """While the other side cannot answer, versions are listed and read with Busy."""
        self.needs("stop_answering")
        await site.stop_answering()
        with pytest.raises(Busy):
            await site.content.histories.versions(site.prepared.revised, 5, names=False)
        with pytest.raises(Busy):
            await site.content.histories.read(site.prepared.revised, 1, names=False)


async def _threads(site: PreparedSite) -> tuple[Comment, ...]:
    return await site.content.discussions.threads(site.prepared.discussed, names=False)


def _below(comment: PreparedComment) -> list[PreparedComment]:
    """All answers below a comment, oldest first: ids grow."""
    return sorted(_all(comment.answers), key=lambda one: int(one.id))


def _all(comments: Sequence[PreparedComment]) -> Iterator[PreparedComment]:
    for one in comments:
        yield one
        yield from _all(one.answers)
