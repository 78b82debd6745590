"""Comments of a Cloud site, read live: the Discussions over v2 (spec V6; api.md 2.5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from attrs import evolve, frozen

from exshare_adapters.confluence.cloud import PLURALS, WITH_BODY, Cloud
from exshare_adapters.confluence.cloud_pages import CloudLibrary, written
from exshare_adapters.confluence.drafting import Shown, Written, draft, inventoried
from exshare_adapters.confluence.failures import Malformed, Missing, UnexpectedAnswer
from exshare_adapters.confluence.shapes import (
    Json,
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
from exshare_core.values import AccountId, PageId, page_id

_FOOTER, _INLINE = "footer-comments", "inline-comments"
_STORED: Params = {"body-format": "storage", "limit": 250}
_DEEPEST = 20
"""How many levels of answers to answers are followed; nobody reads more."""

Authored = tuple[Comment, AccountId | None]
"""A comment, and the account of who wrote it."""


@frozen
class CloudDiscussions:
    """The Discussions of a Cloud site."""

    cloud: Cloud

    async def threads(self, page: PageId, *, names: bool) -> tuple[Comment, ...]:
        """The comments below a page or blog post and on its words."""
        page_id(page)
        async with within():
            found: list[Authored] = []
            for kind in WITH_BODY:
                try:
                    async with together() as requests:
                        lists = [
                            (place, requests.start(partial(self._listed, f"{PLURALS[kind]}/{possible(page)}/{place}")))
                            for place in (_FOOTER, _INLINE)
                        ]
                except Missing:
                    continue
                found = [one for place, some in lists for one in _comments(some.value, page, inline=place == _INLINE)]
                break
            return _in_order(await self._named(found, names=names))

    async def replies(self, threads: Sequence[Comment], *, names: bool) -> Mapping[CommentId, tuple[Comment, ...]]:
        """What stands below each thread; v2 gives one level of one comment at a time."""
        async with within():
            async with together() as requests:
                results = {thread.id: requests.start(partial(self._below, thread)) for thread in threads}
            every = [one for result in results.values() for one in result.value]
            named = {one.id: one for one in await self._named(every, names=names)}
            return {id: _in_order([named[one.id] for one, _ in result.value]) for id, result in results.items()}

    async def drafts(self, comments: Sequence[Comment]) -> Mapping[CommentId, Draft | None]:
        """Each comment's rendering by itself, with the storage format that came with the list."""
        async with within():
            pages = dict.fromkeys(one.page for one in comments)
            async with together() as requests:
                around = {page: requests.start(partial(self._around, page)) for page in pages}
            async with together() as requests:
                results = [requests.start(partial(self._draft, one, around[one.page].value)) for one in comments]
            return {id: said for result in results for id, said in result.value.items()}

    async def _listed(self, path: str) -> Sequence[Json]:
        return await self.cloud.api.every(f"/api/v2/{path}", _STORED)

    async def _below(self, thread: Comment) -> Sequence[Authored]:
        """Every answer below a comment, level by level."""
        place = _INLINE if thread.anchor is not None else _FOOTER
        found: dict[CommentId, Authored] = {}
        level: list[CommentId] = [thread.id]
        for _ in range(_DEEPEST):
            async with together() as requests:
                lists = [requests.start(partial(self._children, place, one)) for one in level]
            fresh = [one for some in lists for one in _comments(some.value, thread.page, inline=False)]
            level = [one.id for one, _ in fresh if one.id not in found and one.id != thread.id]
            found |= {one.id: (one, author) for one, author in fresh if one.id in level}
            if not level:
                break
        return tuple(found.values())

    async def _children(self, place: str, above: CommentId) -> Sequence[Json]:
        """What answers one comment."""
        try:
            found = await self._listed(f"{place}/{above}/children")
        except Missing:
            return ()
        if any(str(one.get("parentCommentId") or above) != above for one in found):
            raise UnexpectedAnswer("the site answered with an answer to another comment")
        return found

    async def _named(self, comments: Sequence[Authored], *, names: bool) -> Sequence[Comment]:
        """The comments with the names of their authors, where those are wished."""
        accounts: Collection[AccountId] = {author for _, author in comments if author is not None} if names else ()
        known = await self.cloud.display_names(accounts) if accounts else {}
        return [evolve(one, author=known.get(author)) if author else one for one, author in comments]

    async def _around(self, page: PageId) -> Written | None:
        """The page that comments are on, as their links and macros are to be read; None where it is gone."""
        for kind in WITH_BODY:
            try:
                entry = await self.cloud.entry(page, kind)
            except Missing:
                continue
            return None if entry.absent else written(entry, await self.cloud.space_key(entry.space))
        return None

    async def _draft(self, comment: Comment, page: Written | None) -> Mapping[CommentId, Draft | None]:
        """What one comment says, None where that cannot be read; nothing of one that is gone or was changed."""
        if page is None:
            return {}
        try:
            return await self._readable(comment, page)
        except Malformed:
            return {comment.id: None}

    async def _readable(self, comment: Comment, page: Written) -> Mapping[CommentId, Draft]:
        """The same of one that can be read; raises Malformed for any other."""
        if comment.storage is None:
            raise Malformed("what a comment says is not in the answer")
        found = await inventoried(comment.storage)
        place = _INLINE if comment.anchor is not None else _FOOTER
        body_format = "view" if found.locate else "export_view"
        answer = await self._single(comment, place, body_format)
        if answer is None or answer.get("status", "current") != "current" or _version(answer) != comment.version:
            return {}
        body = text(part(answer, "body", body_format), "value")
        shown = Shown(body, comment.version, comment.written_at)
        return {comment.id: await draft(CloudLibrary(self.cloud), evolve(page, storage=comment.storage), found, shown)}

    async def _single(self, comment: Comment, place: str, body_format: str) -> Json | None:
        """A comment by itself. An answer to an inline comment is an inline comment too."""
        for kind in dict.fromkeys((place, _INLINE, _FOOTER)):
            try:
                answer = await self.cloud.api.get(f"/api/v2/{kind}/{comment.id}", {"body-format": body_format})
            except Missing:
                continue
            if CommentId(identifier(answer)) != comment.id:
                raise UnexpectedAnswer("the site answered with another comment than the one asked for")
            return answer
        return None


def _comments(found: Sequence[Json], page: PageId, *, inline: bool) -> list[Authored]:
    """Those of a list's entries that are current and have an id."""
    return [
        authored
        for one in found
        if one.get("status", "current") == "current" and (authored := _comment(one, page, inline)) is not None
    ]


def _comment(one: Json, page: PageId, inline: bool) -> Authored | None:
    """An entry. Of one that cannot be read its place is told; an inline one hangs nowhere then."""
    try:
        id = CommentId(identifier(one))
    except Malformed:
        return None
    owner = one.get("pageId") or one.get("blogPostId") or page
    if str(owner) != page:
        raise UnexpectedAnswer("the site answered with a comment on another page")
    try:
        version = optional_part(one, "version")
        author = optional_text(version, "authorId")
        comment = Comment(
            id=id,
            page=page,
            version=_version(one),
            written_at=moment(version, "createdAt"),
            anchor=_anchor(optional_part(one, "properties")) if inline else None,
            resolved=one.get("resolutionStatus") == "resolved",
            storage=stored(one),
        )
    except Malformed:
        return Comment(id, page, 0, anchor=Anchor("") if inline else None, storage=None), None
    return comment, None if author is None else AccountId(author)


def stored(one: Json) -> str | None:
    """The storage format in an entry; None where it is not there."""
    try:
        return text(part(one, "body", "storage"), "value")
    except Malformed:
        return None


def _anchor(properties: Json) -> Anchor:
    """Where an inline comment hangs; an empty marker stands nowhere. Both spellings occur (api.md 2.5)."""
    mark = optional_text(properties, "inlineMarkerRef") or optional_text(properties, "inline-marker-ref")
    words = optional_text(properties, "inlineOriginalSelection") or optional_text(
        properties, "inline-original-selection"
    )
    return Anchor(mark or "", words or "")


def _version(one: Json) -> int:
    version = optional_part(one, "version")
    return number(version, "number") if "number" in version else 0


def _in_order(comments: Sequence[Comment]) -> tuple[Comment, ...]:
    """Oldest first; of one moment by id, which grows. Without a moment a comment comes first."""
    return tuple(sorted(comments, key=lambda one: (one.written_at.timestamp() if one.written_at else 0.0, int(one.id))))
