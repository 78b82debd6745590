"""Which versions of a page a link shows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from exshare_core.history import Version, may_recall, tells_why
from exshare_core.policy import Layer, Limits, Policy, effective
from exshare_core.testing.samples import NOW

BEFORE, LATER = NOW - timedelta(microseconds=1), NOW + timedelta(days=1)
CURRENT = 7


def policy(**rungs: int) -> Policy:
    """A policy under which a link has these capabilities and no others."""
    names = {"history": 0, "old-versions": 0} | {name.replace("_", "-"): rung for name, rung in rungs.items()}
    made = effective([Layer("link", Limits(capabilities=names))])
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("number", "made_at", "rungs", "shown"),
    [
        (CURRENT, LATER, {}, False),
        (CURRENT, BEFORE, {}, False),
        (CURRENT, BEFORE, {"old_versions": 1}, False),
        (CURRENT, BEFORE, {"history": 1}, True),
        (CURRENT, None, {"history": 1}, True),
        (6, LATER, {"history": 1}, True),
        (6, NOW, {"history": 1}, True),
        (6, BEFORE, {"history": 1}, False),
        (6, None, {"history": 1}, False),
        (6, BEFORE, {"history": 1, "old_versions": 1}, True),
        (6, None, {"history": 1, "old_versions": 1}, True),
        (6, BEFORE, {"old_versions": 1}, False),
    ],
)
def test_versions_older_than_the_link_need_a_capability_of_their_own(
    number: int, made_at: datetime | None, rungs: dict[str, int], shown: bool
) -> None:
    """L8: of a link made at `NOW` the current version and those since then are shown with `history`, older ones and
    those of unknown age with `old-versions` beside it, and nothing without `history`.
    """
    assert shown is may_recall(policy(**rungs), Version(number, made_at), CURRENT, NOW).allowed


@pytest.mark.parametrize(
    ("number", "made_at", "rungs", "told"),
    [
        (CURRENT, LATER, {"history": 1}, True),
        (CURRENT, NOW, {"history": 1}, True),
        (CURRENT, BEFORE, {"history": 1}, False),
        (CURRENT, None, {"history": 1}, False),
        (CURRENT, BEFORE, {"history": 1, "old_versions": 1}, True),
        (6, LATER, {"history": 1}, True),
        (6, BEFORE, {"history": 1}, False),
        (CURRENT, LATER, {}, False),
        (CURRENT, LATER, {"old_versions": 1}, False),
    ],
)
def test_what_was_written_before_the_link_is_not_told(
    number: int, made_at: datetime | None, rungs: dict[str, int], told: bool
) -> None:
    """L8: a message from before the link may speak of what was taken out then, that of the current version too."""
    assert told is tells_why(policy(**rungs), Version(number, made_at), NOW)
