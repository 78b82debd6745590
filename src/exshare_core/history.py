"""The versions of a page, and which of them a link may show (spec L5, L8, V6)."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from exshare_core.content import Draft
from exshare_core.decisions import Answer, Decision, Effect, Stage, Verdict, combine
from exshare_core.links import LINK_LAYER
from exshare_core.policy import Policy


@frozen(slots=True)
class Version:
    """One saved state of a page, without its body."""

    number: int
    """From 1; Confluence counts anew when a version is deleted."""
    made_at: datetime | None
    author: str | None = field(default=None, repr=False)
    """The display name, where it was asked for and is known."""
    message: str = field(default="", repr=False)
    """What its author wrote about the change."""


@frozen(slots=True)
class Past:
    """A version with its page as it was then, read live."""

    version: Version
    draft: Draft | None
    """None where its words cannot be read."""


def may_recall(policy: Policy, version: Version, current: int, shared_at: datetime) -> Decision:
    """Whether a link that was made at `shared_at` shows a version of a page that it reaches.

    The version that is current is the page itself. One from before the link may hold what was taken out in time, and
    needs the capability `old-versions` beside `history`; so does one of unknown age.
    """
    if policy.rung("history") < 1:
        return combine([_absent("the history is not shared", policy.set_by("capabilities"))])
    if version.number == current or policy.rung("old-versions") > 0:
        return combine([_SHOWN])
    if version.made_at is None or version.made_at < shared_at:
        return combine([_absent("the version is older than the link")])
    return combine([_SHOWN])


def tells_why(policy: Policy, version: Version, shared_at: datetime) -> bool:
    """Whether a link shows what was written about the change that made a version.

    Of one from before the link, and be it the current one, that may speak of what was taken out then.
    """
    return may_recall(policy, version, _NONE, shared_at).allowed


_NONE = 0
"""The number of no version."""

_SHOWN = Verdict(Stage.CONTENT, Effect.ALLOW, "in the history that is shared", Answer.ALLOW)


def _absent(rule: str, layers: tuple[str, ...] = (LINK_LAYER,)) -> Verdict:
    return Verdict(Stage.CONTENT, Effect.DENY, rule, Answer.ABSENT, layers)
