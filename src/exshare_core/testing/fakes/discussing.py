"""What was said about the pages of a Confluence in memory, and what they were before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from exshare_core.content import Draft
from exshare_core.discussion import Comment, CommentId
from exshare_core.history import Past, Version
from exshare_core.values import PageId

if TYPE_CHECKING:
    from exshare_core.testing.fakes.content import MemorySite


@frozen
class MemoryComment:
    """A comment with what it says. Comments stand in the order in which they were written."""

    comment: Comment
    draft: Draft | None
    """None where it cannot be read."""
    parent: CommentId | None = None


@frozen
class MemoryDiscussions:
    """A Discussions over a `MemorySite`."""

    site: MemorySite

    async def threads(self, page: PageId, *, names: bool) -> tuple[Comment, ...]:
        """The comments that answer no other."""
        self.site.answer()
        return tuple(_told(one, names=names) for one in self._on(page) if one.parent is None)

    async def replies(self, threads: Sequence[Comment], *, names: bool) -> Mapping[CommentId, tuple[Comment, ...]]:
        """The answers, and the answers to them."""
        self.site.answer()
        return {thread.id: self._below(thread, names=names) for thread in threads}

    async def drafts(self, comments: Sequence[Comment]) -> Mapping[CommentId, Draft | None]:
        """What the comments say that are as they were."""
        self.site.answer()
        wanted = {(one.id, one.version) for one in comments}
        there = [one for comment in comments for one in self._on(comment.page)]
        return {one.comment.id: one.draft for one in there if (one.comment.id, one.comment.version) in wanted}

    def _on(self, page: PageId) -> list[MemoryComment]:
        if self.site.current(page) is None:
            return []
        return [one for one in self.site.comments if one.comment.page == page]

    def _below(self, thread: Comment, *, names: bool) -> tuple[Comment, ...]:
        above = {thread.id}
        found = []
        for one in self._on(thread.page):
            if one.parent in above:
                above.add(one.comment.id)
                found.append(_told(one, names=names))
        return tuple(found)


def _told(one: MemoryComment, *, names: bool) -> Comment:
    return one.comment if names else evolve(one.comment, author=None)


@frozen
class MemoryHistories:
    """A Histories over a `MemorySite`, which keeps the versions of a page oldest first."""

    site: MemorySite = field()

    async def versions(
        self, page: PageId, limit: int, before: int | None = None, *, names: bool
    ) -> tuple[tuple[Version, ...], bool]:
        """The versions of a page, newest first."""
        self.site.answer()
        found = [_version(past, names=names) for past in reversed(self._of(page))]
        found = [one for one in found if before is None or one.number < before]
        return tuple(found[:limit]), len(found) > limit

    async def read(self, page: PageId, version: int, *, names: bool) -> Past | None:
        """A version with its body."""
        self.site.answer()
        found = next((past for past in self._of(page) if past.version.number == version), None)
        return None if found is None else evolve(found, version=_version(found, names=names))

    def _of(self, page: PageId) -> Sequence[Past]:
        return self.site.versions.get(page, []) if self.site.current(page) is not None else []


def _version(past: Past, *, names: bool) -> Version:
    return past.version if names else evolve(past.version, author=None)
