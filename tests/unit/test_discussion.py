"""Which comments on a page may be told, and which words they may quote."""

from __future__ import annotations

import pytest

from exshare_core.content import Draft
from exshare_core.discussion import Anchor, Comment, CommentId, discussed, in_one_line, quotable
from exshare_core.values import PageId

PAGE = PageId("10")


def comment(id: str, mark: str | None = None) -> Comment:
    """A comment on the page, or on words of it."""
    return Comment(CommentId(id), PAGE, 1, anchor=None if mark is None else Anchor(mark, "words"))


def test_only_comments_on_the_page_and_on_shown_markers_are_told() -> None:
    """L8: a comment whose marker is gone, or stands in an excluded part, or is empty, is not told at all."""
    draft = Draft(PAGE, "Plan", "<p>words</p>", marks=frozenset({"shown"}))
    threads = [comment("1"), comment("2", "shown"), comment("3", "gone"), comment("4", ""), comment("5")]

    assert ["1", "2", "5"] == [one.id for one in discussed(threads, draft)]


@pytest.mark.parametrize(
    ("words", "shown", "expected"),
    [
        ("mind the step", "Begin here, and mind the step.", "mind the step"),
        (" mind\n the  step ", "and mind the\u00a0step", "mind the step"),
        ("across two\nparagraphs", "It goes across two paragraphs.", "across two paragraphs"),
        ("4711", "47 11", ""),
        ("5", "It was made in 2025.", ""),
        ("(5)", "It has (5) steps", "(5)"),
        ("小心", "请小心台阶", "小心"),
        ("x" * 300, f"y {'x' * 300}", f"{'x' * 280} …"),
        ("ab " * 200, "ab " * 200, f"{('ab ' * 93)[:-1]} …"),
        ("the secret", "Begin here.", ""),
        ("mind the secret", "mind the step", ""),
        ("", "anything", ""),
        (" ", "anything", ""),
    ],
)
def test_only_words_that_are_shown_are_quoted(words: str, shown: str, expected: str) -> None:
    """Words are quoted where the page shows them, however they are spaced, and nothing else is: what two cells of a table
    would spell together stands nowhere. Of many words the beginning is quoted.
    """
    assert expected == quotable(Anchor("mark", words), in_one_line(shown))
