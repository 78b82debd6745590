"""What `compare()` tells of two texts, and how much work it may take."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exshare_core import comparing
from exshare_core.comparing import Change, Fate, Passage, Run, Sort, TooDifferent, compare

WORDS = st.lists(st.sampled_from(["Rise", " ", "at", "six", ",", "wash", "wörk", "\n"]), max_size=8).map("".join)
PASSAGES = st.lists(st.builds(Passage, WORDS.filter(str.strip), st.sampled_from([Sort.TEXT, Sort.ITEM])), max_size=8)
SAME, REMOVED, ADDED = Fate.SAME, Fate.REMOVED, Fate.ADDED


def side(changes: Sequence[Change], without: Fate) -> list[str]:
    """The passages as they were on one side: the words that have not the other side's fate."""
    texts = ["".join(run.words for run in change.runs if run.fate is not without) for change in changes]
    return [text for text in texts if text]


def told(before: Sequence[str], after: Sequence[str]) -> list[list[tuple[Fate, str]]]:
    """What became of some paragraphs."""
    changes = compare([Passage(text) for text in before], [Passage(text) for text in after])
    return [[(run.fate, run.words) for run in change.runs] for change in changes]


@settings(max_examples=30, deadline=None)
@given(PASSAGES, PASSAGES)
def test_both_sides_can_be_read_off_the_changes(before: list[Passage], after: list[Passage]) -> None:
    """What is not added is the old text, what is not removed the new one, in order and to the letter."""
    changes = compare(before, after)

    assert [one.words for one in before] == side(changes, ADDED)
    assert [one.words for one in after] == side(changes, REMOVED)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [], []),
        (["a"], ["a"], [[(SAME, "a")]]),
        ([], ["a"], [[(ADDED, "a")]]),
        (["a"], [], [[(REMOVED, "a")]]),
        (
            ["Rise at six.", "Work."],
            ["Rise at seven.", "Work.", "Sleep."],
            [
                [(SAME, "Rise at "), (REMOVED, "six"), (ADDED, "seven"), (SAME, ".")],
                [(SAME, "Work.")],
                [(ADDED, "Sleep.")],
            ],
        ),
        (
            ["Nothing of this stays here"],
            ["Another paragraph entirely"],
            [[(REMOVED, "Nothing of this stays here")], [(ADDED, "Another paragraph entirely")]],
        ),
    ],
    ids=["nothing", "the same", "all new", "all gone", "word by word", "too little in common"],
)
def test_changes_are_told_as_people_would(
    before: list[str], after: list[str], expected: list[list[tuple[Fate, str]]]
) -> None:
    """A passage that kept most of its words changed by words; one that kept few was taken out, and another put in."""
    assert expected == told(before, after)


def test_passages_of_different_kinds_are_no_change_of_one_another() -> None:
    """A heading in the place of a paragraph with the same words is another passage."""
    changes = compare([Passage("Soon", Sort.TEXT)], [Passage("Soon", Sort.HEADING)])

    assert (
        Change(Sort.TEXT, (Run(REMOVED, "Soon"),)),
        Change(Sort.HEADING, (Run(ADDED, "Soon"),)),
    ) == changes


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([f"a{number}" for number in range(20_000)], [f"b{number}" for number in range(20_000)]),
        (["a", "b"] * 20_000, ["b", "a", "a"] * 12_000),
        ([" ".join("abcdef"[number * number % 6] for number in range(80_000))], [" ".join("fa" * 40_000)]),
    ],
    ids=["nothing in common", "much of a kind", "one endless paragraph"],
)
def test_no_two_texts_cost_more_than_is_allowed(
    before: list[str], after: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands in two texts, no more than the allowed steps are taken; then the two are too different, or the
    passages count as replaced.
    """
    steps = 0
    spend = comparing._Budget.spend

    def counted(budget: comparing._Budget, number: int) -> None:
        nonlocal steps
        steps += number
        spend(budget, number)

    monkeypatch.setattr(comparing._Budget, "spend", counted)
    with suppress(TooDifferent):
        compare([Passage(text) for text in before], [Passage(text) for text in after])

    assert steps <= comparing.WORK + max(len(text) for text in (*before, *after)) + len(before) + len(after)


def test_a_few_changes_in_a_long_text_are_found() -> None:
    """Fifty paragraphs of twenty thousand that changed are told, and all others stay."""
    before = [f"Line {number} stays." for number in range(20_000)]
    after = [text.replace("stays", "went") if number % 400 == 0 else text for number, text in enumerate(before)]
    changes = compare([Passage(text) for text in before], [Passage(text) for text in after])

    assert (20_000, 50) == (len(changes), sum(not change.stays for change in changes))
