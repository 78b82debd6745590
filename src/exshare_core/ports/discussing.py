"""What members said about pages of one site, and what the pages were before, both read live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from exshare_core.content import Draft
from exshare_core.discussion import Comment, CommentId
from exshare_core.history import Past, Version
from exshare_core.values import PageId


class Discussions(Protocol):
    """Comments on pages of one site. Must raise Busy or Broken rather than find nothing.

    Whether a page's comments may be told is not judged here. A page that is not there has none.
    """

    async def threads(self, page: PageId, *, names: bool) -> tuple[Comment, ...]:
        """Every current comment on the page that answers no other, oldest first, complete over paging.

        Must say of each inline comment where it hangs, and of each whether it is resolved. Must leave authors out unless
        `names` is True. One that cannot be read must spoil no other: it has its place, and hangs nowhere where it is
        not known on which words.
        """

    async def replies(self, threads: Sequence[Comment], *, names: bool) -> Mapping[CommentId, tuple[Comment, ...]]:
        """For each of `threads` every current answer to it, and to its answers however deep, oldest first.

        Must have an entry for each, and leave authors out as `threads` does.
        """

    async def drafts(self, comments: Sequence[Comment]) -> Mapping[CommentId, Draft | None]:
        """What each of `comments` says, as it came, with its macros, links and files as `PageSource.read` names them.

        Must leave out a comment that is gone or was changed meanwhile, and never give another in its place. One that
        is there but cannot be read must be None, whatever the others are.
        """


class Histories(Protocol):
    """The versions of pages of one site. Must raise Busy or Broken rather than find nothing.

    Which versions a link shows is not judged here.
    """

    async def versions(
        self, page: PageId, limit: int, before: int | None = None, *, names: bool
    ) -> tuple[tuple[Version, ...], bool]:
        """The versions of a current page, newest first: those with lower numbers than `before`, at most `limit`, and
        whether there are more. Must leave authors out unless `names` is True. A page that is not there has none. What
        cannot be read of one version must spoil no other.
        """

    async def read(self, page: PageId, version: int, *, names: bool) -> Past | None:
        """A version with its body as it was; None for a number that the page has not.

        The draft must name the macros, the excluded parts and the markers that stand in the storage of this very
        version. Must check that storage and rendering are of the version and the page asked for. A version whose words
        cannot be read must have no draft.
        """
