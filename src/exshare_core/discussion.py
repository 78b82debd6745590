"""What members said about a page, and which of it may be told: comments, where they hang, and what they quote (spec V6).

A comment belongs to its page: who reaches the page reaches its comments. What is marked as excluded in the page is not
talked about either: a comment that hangs on such words is not there, and no comment quotes words that are not shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NewType

from attrs import field, frozen

from exshare_core.content import Draft
from exshare_core.finding import stands
from exshare_core.values import PageId

MOST_QUOTED = 280
"""Characters of the page that a comment quotes; who wants to read more reads the page."""

CommentId = NewType("CommentId", str)
"""Digits, as Confluence gives them."""


@frozen(slots=True)
class Anchor:
    """Where an inline comment hangs."""

    mark: str
    """What the marker around the words in the page's storage is called."""
    words: str = field(default="", repr=False)
    """The words that were marked when the comment was written; they may have changed since."""


@frozen(slots=True)
class Comment:
    """A comment as Confluence lists it; `storage` and `body` are for the adapter that gave them alone."""

    id: CommentId
    page: PageId
    version: int
    written_at: datetime | None = None
    author: str | None = field(default=None, repr=False)
    """The display name, where it was asked for and is known."""
    anchor: Anchor | None = None
    """None for a comment on the page as a whole."""
    resolved: bool = False
    storage: str | None = field(default="", repr=False)
    """None where it came in no form that can be read."""
    body: str | None = field(default=None, repr=False)
    """The rendering, where it came with the list."""


def discussed(threads: Iterable[Comment], draft: Draft) -> tuple[Comment, ...]:
    """Those comments on the page of `draft` that may be told, in their order (spec L8).

    One that hangs on words stays only where its marker stands in the page outside every excluded part. What became of
    the others cannot be known: their words were taken out, or lie in a part that never leaves.
    """
    return tuple(one for one in threads if one.anchor is None or one.anchor.mark in draft.marks)


def quotable(anchor: Anchor, shown: str) -> str:
    """The words that an inline comment is about, if they stand in the page as it is shown; else nothing.

    `shown` is all that the page shows, in one line. Words that stand in several blocks count where spaces part them:
    what those blocks would spell together stands nowhere, and neither does what is only a part of a word.
    """
    words = in_one_line(anchor.words)
    if not words or not stands(words, shown):
        return ""
    return words if len(words) <= MOST_QUOTED else f"{words[:MOST_QUOTED].rsplit(' ', 1)[0]} …"


def in_one_line(text: str) -> str:
    """The text with single spaces between its words: how they were spaced says nothing of what they are."""
    return " ".join(text.split())
