"""Compares two texts passage by passage and, where a passage changed, word by word, within a fixed amount of work.

The shortest list of changes is found by the greedy algorithm of E. W. Myers, "An O(ND) Difference Algorithm and Its
Variations" (1986), whose cost grows with how much differs. The work is counted, so that what two texts cost can never
be more than `WORK` allows, whatever stands in them.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import TypeVar

from attrs import define, field, frozen

WORK = 600_000
"""The most steps that one comparison may take: about half a second on a machine of 2020."""
MOST_APART = 1_500
"""The most insertions and deletions that are looked for at once: what is kept of them grows with its square."""
ALIKE = 0.4
"""The share of a passage's words that has to stay for it to count as changed, and not as taken out and put in."""
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


T = TypeVar("T")


class Fate(Enum):
    """What became of some words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class Sort(Enum):
    """What kind of block a passage is."""

    TEXT = "text"
    HEADING = "heading"
    ITEM = "item"
    CELL = "cell"
    CODE = "code"


@frozen(slots=True)
class Passage:
    """The words of one block, in the order in which they are read."""

    words: str = field(repr=False)
    sort: Sort = Sort.TEXT
    begins: bool = field(default=False, eq=False)
    """Whether it is what a row of a table begins with. Words that came to stand elsewhere in a row are the same words."""


@frozen(slots=True)
class Run:
    """Words with one fate."""

    fate: Fate
    words: str = field(repr=False)


@frozen(slots=True)
class Change:
    """A passage with what became of its words."""

    sort: Sort
    runs: tuple[Run, ...]
    begins: bool = False
    """As of the passage."""

    @property
    def stays(self) -> bool:
        """Whether nothing of it changed."""
        return all(run.fate is Fate.SAME for run in self.runs)


class TooDifferent(Exception):
    """The comparison would take more work than is allowed."""


def compare(before: Sequence[Passage], after: Sequence[Passage]) -> tuple[Change, ...]:
    """What became of the passages of `before` on the way to `after`, in reading order.

    The words that are not added make up `before`, those that are not removed make up `after`. Raises TooDifferent when
    that takes too much work.
    """
    budget = _Budget(WORK)
    changes: list[Change] = []
    removed: list[Passage] = []
    added: list[Passage] = []
    for fate, passage in _script(before, after, budget):
        if fate is Fate.SAME:
            changes += _replaced(removed, added, budget)
            removed, added = [], []
            changes.append(Change(passage.sort, (Run(Fate.SAME, passage.words),), passage.begins))
        else:
            (removed if fate is Fate.REMOVED else added).append(passage)
    return (*changes, *_replaced(removed, added, budget))


def _replaced(removed: Sequence[Passage], added: Sequence[Passage], budget: _Budget) -> Iterator[Change]:
    """Passages in the place of others: those of one kind that share enough of their words are one that changed."""
    waiting = list(added)
    for old in removed:
        changed = None
        if waiting and old.sort is waiting[0].sort:
            changed = _changed(old, waiting[0], budget)
        if changed is None:
            yield Change(old.sort, (Run(Fate.REMOVED, old.words),), old.begins)
        else:
            yield changed
            del waiting[0]
    for new in waiting:
        yield Change(new.sort, (Run(Fate.ADDED, new.words),), new.begins)


def _changed(old: Passage, new: Passage, budget: _Budget) -> Change | None:
    """The two as one passage, word by word; None where too little is left of the old one."""
    runs: list[Run] = []
    kept = 0
    try:
        script = list(_script(_WORD.findall(old.words), _WORD.findall(new.words), budget))
    except TooDifferent:
        if budget.left < 0:
            raise
        return None
    for fate, word in script:
        if fate is Fate.SAME:
            kept += len(word)
        if runs and runs[-1].fate is fate:
            runs[-1] = Run(fate, runs[-1].words + word)
        else:
            runs.append(Run(fate, word))
    if kept < ALIKE * min(len(old.words), len(new.words)):
        return None
    return Change(new.sort, tuple(runs), new.begins)


@define
class _Budget:
    """The steps that are left."""

    left: int

    def spend(self, steps: int) -> None:
        """Take some steps; raises TooDifferent when there are not so many left."""
        self.left -= steps
        if self.left < 0:
            raise TooDifferent


def _script(before: Sequence[T], after: Sequence[T], budget: _Budget) -> Iterator[tuple[Fate, T]]:
    """The shortest way from one sequence to the other, what is removed before what is added."""
    begin = 0
    while begin < min(len(before), len(after)) and before[begin] == after[begin]:
        begin += 1
    end = 0
    while end < min(len(before), len(after)) - begin and before[-1 - end] == after[-1 - end]:
        end += 1
    budget.spend((begin + end) // 16)
    yield from ((Fate.SAME, one) for one in before[:begin])
    yield from _core(before[begin : len(before) - end], after[begin : len(after) - end], budget)
    yield from ((Fate.SAME, one) for one in before[len(before) - end :])


def _core(before: Sequence[T], after: Sequence[T], budget: _Budget) -> Iterator[tuple[Fate, T]]:
    if not before or not after:
        yield from ((Fate.REMOVED, one) for one in before)
        yield from ((Fate.ADDED, one) for one in after)
        return
    steps: list[tuple[Fate, T]] = []
    x, y = len(before), len(after)
    for apart, reached in reversed(list(enumerate(_waves(before, after, budget)))):
        diagonal = x - y
        down = diagonal == -apart or (diagonal != apart and _at(reached, diagonal - 1) < _at(reached, diagonal + 1))
        previous = diagonal + 1 if down else diagonal - 1
        from_x = _at(reached, previous) if apart else 0
        from_y = from_x - previous if apart else 0
        while x > from_x and y > from_y:
            x, y = x - 1, y - 1
            steps.append((Fate.SAME, before[x]))
        if apart:
            steps.append((Fate.ADDED, after[from_y]) if down else (Fate.REMOVED, before[from_x]))
        x, y = from_x, from_y
    yield from reversed(steps)


def _waves(before: Sequence[T], after: Sequence[T], budget: _Budget) -> Iterator[array[int]]:
    """For each number of changes, how far each diagonal had come with one change less, until the end is reached.

    Of a wave only the diagonals from ``-apart`` to ``apart`` are kept; `_at` reads one.
    """
    reached = array("l", [0])
    for apart in range(MOST_APART):
        yield reached
        wave = array("l", bytes(array("l").itemsize * (2 * apart + 1)))
        for diagonal in range(-apart, apart + 1, 2):
            if not apart:
                x = 0
            elif diagonal == -apart or (diagonal != apart and _at(reached, diagonal - 1) < _at(reached, diagonal + 1)):
                x = _at(reached, diagonal + 1)
            else:
                x = _at(reached, diagonal - 1) + 1
            y, start = x - diagonal, x
            while x < len(before) and y < len(after) and before[x] == after[y]:
                x, y = x + 1, y + 1
            budget.spend(1 + x - start)
            wave[diagonal + apart] = x
            if x >= len(before) and y >= len(after):
                return
        reached = wave
    raise TooDifferent


def _at(wave: array[int], diagonal: int) -> int:
    """How far a diagonal has come."""
    return wave[diagonal + len(wave) // 2]
