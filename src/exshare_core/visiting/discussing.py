"""The use case of a visitor who reads what was said about a page of a share (spec V6).

Who reaches a page, by a link with the capability `comments`, reaches its comments. They are cut and sanitised by the
same rules as the page, and none tells of words that the page itself does not show (spec L8). One that cannot be read
keeps its place and spoils no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import field, frozen

from exshare_core.content import Draft, PageFacts, Reading, Rendered
from exshare_core.decisions import Answer
from exshare_core.discussion import Anchor, Comment, CommentId, discussed, in_one_line, quotable
from exshare_core.errors import Broken
from exshare_core.values import PageId
from exshare_core.visiting.browsing import Addresses, Browsing
from exshare_core.visiting.entrance import Admission

COMMENTS = 25
"""Comments per request, answers included: what each says is asked of Confluence by itself."""


@frozen(slots=True)
class From:
    """Where a part of a discussion begins: with which thread, and with which of its answers; with the first without."""

    thread: CommentId | None = None
    answer: CommentId | None = None


@frozen(slots=True)
class Remark:
    """One comment, ready to be shown."""

    id: CommentId
    html: str | None = field(repr=False)
    """None where it cannot be read, or not be cut and sanitised."""
    written_at: datetime | None
    author: str | None = field(repr=False)


@frozen(slots=True)
class Thread:
    """A comment and the answers to it that belong to this part of the discussion."""

    remark: Remark
    answers: tuple[Remark, ...]
    inline: bool
    """Whether it is about some words of the page."""
    quote: str = field(repr=False)
    """Those words, where the page shows them."""
    resolved: bool
    goes_on: bool
    """Whether answers before these were in an earlier part."""


@frozen(slots=True)
class Discussion:
    """A part of what was said about a page."""

    page: PageId
    title: str = field(repr=False)
    threads: tuple[Thread, ...]
    next: From | None = None
    """Where the next part begins, when there is more."""


@frozen(slots=True)
class _Part:
    """Comments picked for one request: each thread's own comment with those answers that belong to it."""

    picked: Sequence[tuple[Comment, Sequence[Comment]]]
    next: From | None
    goes_on: bool
    """Whether the first thread has answers before these."""

    @property
    def comments(self) -> tuple[Comment, ...]:
        return tuple(one for thread, answers in self.picked for one in (thread, *answers))


@frozen
class Discussing(Browsing):
    """A visitor's look at comments."""

    async def discussion(
        self, admission: Admission, page: PageId, addresses: Addresses, start: From, *, shown: bool = True
    ) -> Discussion | Answer:
        """A part of what was said about a reached page; needs the capability `comments`.

        Answers, fails and returns an open as `page` does.
        """
        looked = self._discussion(admission, page, addresses, start)
        return await self._given(admission, page, looked, shown=shown, detail="comments")

    async def _discussion(
        self, admission: Admission, page: PageId, addresses: Addresses, start: From
    ) -> Discussion | Answer:
        policy, discussions = admission.prepared.policy, self._content(admission).discussions
        if policy.rung("comments") < 1:
            return Answer.ABSENT
        found = await self._stood(admission, page)
        if isinstance(found, Answer):
            return found
        reading, root = found
        names = policy.rung("names") > 0
        threads = discussed(await discussions.threads(page, names=names), reading.draft)
        left = threads[_place(threads, start.thread) :]
        part = _part(left, await discussions.replies(left[:COMMENTS], names=names) if left else {}, start)
        drafts = await discussions.drafts(part.comments) if part.picked else {}
        readable = {id: draft for id, draft in drafts.items() if draft is not None}
        bodies = await self._bodies(admission, reading, root, readable, addresses) if readable else {}
        anchors = [one.anchor for one, _ in part.picked if one.anchor is not None]
        quotes = await self._quotes(admission, reading, root, addresses, anchors) if anchors else {}
        made = [
            _thread(
                _remark(thread, bodies),
                tuple(_remark(one, bodies) for one in answers if one.id in drafts),
                thread,
                quotes,
                goes_on=place == 0 and part.goes_on,
            )
            for place, (thread, answers) in enumerate(part.picked)
            if thread.id in drafts
        ]
        return Discussion(page, reading.draft.title, tuple(made), part.next)

    async def _bodies(
        self,
        admission: Admission,
        reading: Reading,
        root: PageFacts | None,
        drafts: Mapping[CommentId, Draft],
        addresses: Addresses,
    ) -> Mapping[CommentId, Rendered]:
        """What comments say, those left out that cannot be shown.

        What they show of other pages is found out for all at once; only where that fails, for each by itself.
        """
        try:
            rendered = await self._shown_beside(admission, reading, root, tuple(drafts.values()), addresses)
        except Broken:
            if len(drafts) == 1:
                return {}
            each = [
                await self._bodies(admission, reading, root, {id: draft}, addresses) for id, draft in drafts.items()
            ]
            return {id: body for bodies in each for id, body in bodies.items()}
        return dict(zip(drafts, rendered, strict=True))

    async def _quotes(
        self,
        admission: Admission,
        reading: Reading,
        root: PageFacts | None,
        addresses: Addresses,
        anchors: Sequence[Anchor],
    ) -> Mapping[Anchor, str]:
        """The words that inline comments are about: those that this link's page shows."""
        try:
            (rendered,) = await self._rendered(admission, reading.facts, root, [reading.draft], addresses)
            passages = await self._content(admission).renderer.passages(rendered)
        except Broken:
            return {}
        shown = in_one_line(" ".join([passage.words for passage in passages]))
        return {anchor: quotable(anchor, shown) for anchor in anchors}


def _part(threads: Sequence[Comment], answers: Mapping[CommentId, Sequence[Comment]], start: From) -> _Part:
    """What belongs to one request. A thread that does not fit goes on in the next one, after its own comment again."""
    picked: list[tuple[Comment, Sequence[Comment]]] = []
    left, given = COMMENTS, 0
    for thread in threads:
        if not left:
            return _Part(picked, From(thread.id), goes_on=given > 0)
        waiting = answers.get(thread.id, ())
        if thread.id == start.thread:
            given = _place(waiting, start.answer)
            waiting = waiting[given:]
        taken = waiting[: left - 1]
        picked.append((thread, taken))
        left -= 1 + len(taken)
        if len(taken) < len(waiting):
            return _Part(picked, From(thread.id, waiting[len(taken)].id), goes_on=given > 0)
    return _Part(picked, None, goes_on=given > 0)


def _place(comments: Sequence[Comment], id: CommentId | None) -> int:
    """Where a comment stands among others, or, since ids grow, what came after it where it is gone by now."""
    if id is None:
        return 0
    after = next((place for place, one in enumerate(comments) if int(one.id) > int(id)), len(comments))
    return next((place for place, one in enumerate(comments) if one.id == id), after)


def _thread(
    remark: Remark, answers: tuple[Remark, ...], thread: Comment, quotes: Mapping[Anchor, str], *, goes_on: bool
) -> Thread:
    return Thread(
        remark,
        answers,
        inline=thread.anchor is not None,
        quote="" if thread.anchor is None else quotes.get(thread.anchor, ""),
        resolved=thread.resolved,
        goes_on=goes_on,
    )


def _remark(comment: Comment, bodies: Mapping[CommentId, Rendered]) -> Remark:
    body = bodies.get(comment.id)
    return Remark(comment.id, None if body is None else body.html, comment.written_at, comment.author)
