"""Comments of a Data Center site, read live: the Discussions over REST (spec V6; api.md 6.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from attrs import evolve, frozen

from exshare_adapters.confluence.datacenter import DataCenter, name_of, owner_of
from exshare_adapters.confluence.datacenter_pages import DataCenterLibrary, written
from exshare_adapters.confluence.drafting import Shown, Written, draft, inventoried
from exshare_adapters.confluence.failures import Malformed, Missing, UnexpectedAnswer
from exshare_adapters.confluence.shapes import (
    Json,
    entries,
    identifier,
    moment,
    number,
    optional_part,
    optional_text,
    part,
    possible,
    text,
)
from exshare_adapters.confluence.together import together, within
from exshare_adapters.http import Params
from exshare_core.content import Draft
from exshare_core.discussion import Anchor, Comment, CommentId
from exshare_core.values import PageId, page_id

_WHOLE: Params = {
    "depth": "all",
    "location": ("footer", "inline", "resolved"),
    "limit": 100,
    "expand": "body.storage,body.view,version,ancestors,extensions.inlineProperties,extensions.resolution",
}

Placed = tuple[Comment, CommentId | None]
"""A comment, and the thread that it belongs to if it answers another."""


@frozen
class DataCenterDiscussions:
    """The Discussions of a Data Center site: one list has all comments on a page, with what they say."""

    site: DataCenter

    async def threads(self, page: PageId, *, names: bool) -> tuple[Comment, ...]:
        """The comments that answer no other."""
        page_id(page)
        async with within():
            return tuple(_told(one, names=names) for one, thread in await self._listed(page) if thread is None)

    async def replies(self, threads: Sequence[Comment], *, names: bool) -> Mapping[CommentId, tuple[Comment, ...]]:
        """The answers below each thread."""
        async with within():
            lists = {page: await self._listed(page) for page in dict.fromkeys(one.page for one in threads)}
        return {
            thread.id: tuple(_told(one, names=names) for one, above in lists[thread.page] if above == thread.id)
            for thread in threads
        }

    async def drafts(self, comments: Sequence[Comment]) -> Mapping[CommentId, Draft | None]:
        """What the list says now of those comments that are as they were."""
        async with within():
            pages = {page: await self._around(page) for page in dict.fromkeys(one.page for one in comments)}
            there = {one.id: one for page in pages for one, _ in await self._listed(page)}
            async with together() as requests:
                results = {
                    one.id: requests.start(partial(self._draft, there[one.id], around))
                    for one in comments
                    if (around := pages[one.page]) is not None
                    and one.id in there
                    and there[one.id].version == one.version
                }
            return {id: result.value for id, result in results.items()}

    async def _listed(self, page: PageId) -> Sequence[Placed]:
        try:
            found = await self.site.api.every(f"/rest/api/content/{possible(page)}/child/comment", _WHOLE)
        except Missing:
            return ()
        current = [one for one in found if one.get("status", "current") == "current"]
        comments = [comment for one in current if (comment := _comment(one, page)) is not None]
        above = {comment.id: parent for comment, parent in comments}
        placed = [(comment, _thread(comment.id, above)) for comment, _ in comments]
        return sorted(
            placed, key=lambda one: (one[0].written_at.timestamp() if one[0].written_at else 0.0, int(one[0].id))
        )

    async def _around(self, page: PageId) -> Written | None:
        try:
            content = await self.site.content(page)
        except Missing:
            return None
        return None if content.absent is not None else written(content)

    async def _draft(self, comment: Comment, page: Written) -> Draft | None:
        """What a comment says; None where that cannot be read."""
        if comment.storage is None or comment.body is None:
            return None
        try:
            found = await inventoried(comment.storage)
            shown = Shown(comment.body, comment.version, comment.written_at)
            return await draft(DataCenterLibrary(self.site), evolve(page, storage=comment.storage), found, shown)
        except Malformed:
            return None


def _thread(id: CommentId, above: Mapping[CommentId, CommentId | None]) -> CommentId | None:
    """The comment at the beginning of the thread that one is in; None where it begins one itself.

    Some sites name every comment above, some the one right above.
    """
    way: list[CommentId] = [id]
    while (parent := above.get(way[-1])) is not None and parent not in way:
        way.append(parent)
    return way[-1] if len(way) > 1 else None


def _comment(one: Json, page: PageId) -> Placed | None:
    """A comment, and the one right above it; None for an entry whose id, or whose place, is not to be known."""
    try:
        id = CommentId(identifier(one))
        above = [identifier(other) for other in entries(one, "ancestors")] if one.get("ancestors") is not None else []
        extensions = optional_part(one, "extensions")
        hangs = optional_part(extensions, "inlineProperties")
    except Malformed:
        return None
    if not above and owner_of(one) not in (None, page):
        raise UnexpectedAnswer("the site answered with a comment on another page")
    # Only what hangs on words can be resolved there
    inline = bool(hangs) or optional_text(extensions, "location") in ("inline", "resolved")
    anchor = _anchor(hangs) if inline and not above else None
    parent = CommentId(above[-1]) if above else None
    try:
        version = optional_part(one, "version")
        resolution = optional_text(optional_part(extensions, "resolution"), "status")
        comment = Comment(
            id=id,
            page=page,
            version=number(version, "number") if "number" in version else 0,
            written_at=moment(version, "when"),
            author=name_of(optional_part(version, "by")),
            anchor=anchor,
            resolved=resolution == "resolved" or optional_text(extensions, "location") == "resolved",
            storage=_said(one, "storage"),
            body=_said(one, "view"),
        )
    except Malformed:
        return Comment(id, page, 0, anchor=anchor, storage=None), parent
    return comment, parent


def _said(one: Json, form: str) -> str | None:
    """What a comment says in one form; None where it is not there."""
    try:
        return text(part(one, "body", form), "value")
    except Malformed:
        return None


def _anchor(hangs: Json) -> Anchor:
    """Where an inline comment hangs; an empty marker stands nowhere."""
    return Anchor(optional_text(hangs, "markerRef") or "", optional_text(hangs, "originalSelection") or "")


def _told(comment: Comment, *, names: bool) -> Comment:
    return comment if names else evolve(comment, author=None)
