"""What was said about the pages of the shell's site, and what they were before: put there for tests that look at it."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve

from exshare_core.content import Draft, MacroUse, PageStatus, Tone
from exshare_core.discussion import Anchor, Comment, CommentId
from exshare_core.history import Past, Version
from exshare_core.testing.fakes.discussing import MemoryComment
from exshare_core.values import PageId
from tests.integration.shell import CHILD, Shell

MARK, HIDDEN_MARK = "mark-shown", "mark-hidden"
EXCLUDED = MacroUse("excerpt", "m-excluded", 0, excluded=True)
CUT = '<div data-macro-id="m-excluded">the secret margin</div>'
BODY = f"<p>Begin here, and mind the step.</p>{CUT}"
"""The page that is talked about: it has an excluded part, and two markers of comments."""


def furnish(shell: Shell, made_at: datetime | None = None) -> None:
    """Comments, three versions and a status for `CHILD`; the last version and half of the comments were made at
    `made_at` or now, the others a year before.
    """
    at = made_at or shell.clock.now()
    before = at - timedelta(days=365)
    site = shell.content
    site.pages[CHILD] = evolve(
        site.pages[CHILD],
        draft=Draft(CHILD, "", BODY, (EXCLUDED,), marks=frozenset({MARK}), version=3, author="Grace Hopper"),
    )
    site.statuses[CHILD] = PageStatus("In <review>", Tone.BLUE)
    site.versions[CHILD] = [
        past(1, before, "<p>The first secret.</p>", "Told too much"),
        past(2, at, f"<p>Begin there.</p>{CUT}", "Cut <short>", EXCLUDED),
        past(3, at, BODY, "", EXCLUDED),
    ]
    say(shell, "701", "How long does it take?", before)
    say(shell, "702", "A day.", at, parent="701", author="Grace Hopper")
    say(shell, "703", "Which step?", at, anchor=Anchor(MARK, "mind  the\nstep"))
    say(shell, "704", "Why this margin?", at, anchor=Anchor(HIDDEN_MARK, "the secret margin"))
    say(shell, "705", "All done.", at, resolved=True)


def past(number: int, at: datetime, body: str, message: str, *macros: MacroUse) -> Past:
    """A version of `CHILD`."""
    draft = Draft(CHILD, "First steps", body, macros, version=number, changed_at=at)
    return Past(Version(number, at, "Ada Lovelace", message), draft)


def say(
    shell: Shell,
    id: str,
    words: str,
    at: datetime,
    *,
    parent: str | None = None,
    author: str = "Ada Lovelace",
    anchor: Anchor | None = None,
    resolved: bool = False,
    page: PageId = CHILD,
    macros: tuple[MacroUse, ...] = (),
) -> None:
    """One more comment."""
    comment = Comment(CommentId(id), page, 1, at, author, anchor=anchor, resolved=resolved)
    draft = Draft(page, "First steps", f"<p>{words}</p>", macros, version=1)
    shell.content.comments.append(MemoryComment(comment, draft, None if parent is None else CommentId(parent)))
