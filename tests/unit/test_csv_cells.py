"""Cells that no spreadsheet runs, whatever stands in them (CWE-1236)."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exshare_web import csv_cells

CELLS = [
    ("plain", '"plain"'),
    ("=1+1", '"\'=1+1"'),
    ("+49 1", '"\'+49 1"'),
    ("-1", '"\'-1"'),
    ("@SUM(A1)", '"\'@SUM(A1)"'),
    ("\t=1", '"\'\t=1"'),
    ("\r=1", '"\'\r=1"'),
    ("  =1", '"\'  =1"'),
    ("＝1", '"\'＝1"'),
    ('say "=1"', '"say ""=1"""'),
    ("a,b\r\n=c", '"a,b\r\n=c"'),
    (-5, '"-5"'),
    (None, '""'),
    ("a\0b", '"ab"'),
]


@pytest.mark.parametrize(("value", "expected"), CELLS)
def test_a_cell_is_shown_and_never_run(value: object, expected: str) -> None:
    """What a spreadsheet would take for a formula begins with an apostrophe; quotation marks are doubled."""
    assert expected == csv_cells.cell(value)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=4))
def test_a_line_reads_back_as_it_was_written(values: list[str]) -> None:
    """Every cell comes back, with an apostrophe where there was a formula, in its own column."""
    line = csv_cells.line(values)
    (read,) = csv.reader(io.StringIO(line, newline=""))

    assert [one.replace("\0", "") for one in values] == [
        cell[1:] if cell.startswith("'") and not value.startswith("'") else cell
        for cell, value in zip(read, values, strict=True)
    ]
