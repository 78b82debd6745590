"""What is written of macros is what is done with them."""

from __future__ import annotations

import re
from pathlib import Path

from exshare_adapters.confluence.macros import (
    ARCHIVES,
    INCLUDES,
    LISTS,
    LISTS_OF_FILES,
    OF_ONE_PAGE,
    OUTCOMES,
    READERS,
    REPORTS,
    reads_elsewhere,
)

PAGE = Path(__file__).resolve().parents[2] / "docs" / "pages.md"


def test_every_macro_that_is_not_a_placeholder_is_written_down() -> None:
    """In the table of macros of the page on pages, row by row."""
    table = PAGE.read_text(encoding="utf-8").partition("| macro |")[2].partition("\n\n")[0]
    rows = [
        frozenset(re.findall(r"`([a-z-]+)`", row.split("|")[1])) for row in table.splitlines() if row.startswith("| `")
    ]

    assert [INCLUDES, frozenset(LISTS), OUTCOMES - REPORTS, REPORTS, LISTS_OF_FILES] == rows


def test_every_macro_with_a_treatment_of_its_own_reads_elsewhere() -> None:
    """Or shows files, which is so of another page only where one is named."""
    assert frozenset() == (INCLUDES | set(LISTS) | OUTCOMES) - READERS
    assert frozenset() == LISTS_OF_FILES - ARCHIVES
    assert frozenset() == OF_ONE_PAGE & OUTCOMES


def test_macros_of_jira_read_elsewhere_whatever_they_are_called() -> None:
    """There are many, and more to come."""
    names = ("jira", "jiraissues", "jirachart", "include", "panel", "toc")

    assert [True, True, True, True, False, False] == [reads_elsewhere(name) for name in names]
