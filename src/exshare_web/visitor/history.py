"""The history of a page of a share: its versions, one of them as it was, and what changed between two (spec V6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response

from exshare_core.comparing import Change, Sort
from exshare_core.decisions import Answer
from exshare_core.visiting import Comparison, History, OldPage
from exshare_web.headers import CONTENT_POLICY
from exshare_web.visitor.beside import Asked, beside, number_of

AROUND = 1
"""Lines that stay in sight before and after one that changed."""
WORTH_FOLDING = 3
"""The fewest unchanged lines that are folded up together."""

Line = tuple[Change, ...]
"""A passage, or those that stand in one row of a table."""


@frozen
class Stretch:
    """Lines that stand together, folded up where nothing of them changed and they are far from what did."""

    lines: tuple[Line, ...]
    folded: bool


async def show(request: Request) -> Response:
    """``GET /s/{segment}/p/{page}/history?before=``: the versions that the link shows, newest first."""
    return await beside(request, "page_history.html", _look, _values)


async def show_version(request: Request) -> Response:
    """``GET /s/{segment}/p/{page}/history/{version}``: the page as it was."""
    return await beside(request, "page_version.html", _look_back, _old_values, CONTENT_POLICY)


async def show_changes(request: Request) -> Response:
    """``GET /s/{segment}/p/{page}/compare?from=&to=``: what changed; without numbers, what changed last.

    What is no number answers as a version that is not shown.
    """
    return await beside(request, "page_compare.html", _compare, _compared_values)


async def _look(asked: Asked) -> History | Answer:
    before = asked.number("before")
    return await asked.visiting.history(asked.admission, asked.page, before, asked.addresses, shown=asked.shown)


def _values(asked: Asked, found: History) -> dict[str, Any]:
    return {"title": found.title, "found": found, "part": "before" in asked.request.query_params}


async def _look_back(asked: Asked) -> OldPage | Answer:
    number = number_of(asked.request.path_params["version"])
    if number is None:
        return Answer.ABSENT
    return await asked.visiting.old_page(asked.admission, asked.page, number, asked.addresses, shown=asked.shown)


def _old_values(_: Asked, found: OldPage) -> dict[str, Any]:
    return {"title": found.title, "found": found}


async def _compare(asked: Asked) -> Comparison | Answer:
    older, newer = asked.number("from"), asked.number("to")
    if any(
        asked.request.query_params.get(name) and number is None for name, number in (("from", older), ("to", newer))
    ):
        return Answer.ABSENT
    return await asked.visiting.comparison(
        asked.admission, asked.page, older, newer, asked.addresses, shown=asked.shown
    )


def _compared_values(_: Asked, found: Comparison) -> dict[str, Any]:
    changes = found.changes
    stretches = None if changes is None else tuple(stretched(changes))
    same = changes is not None and all(change.stays for change in changes)
    return {"title": found.title, "found": found, "stretches": stretches, "same": same}


def stretched(changes: Sequence[Change]) -> Iterator[Stretch]:
    """The passages in order, in stretches: what changed with a little around it, and what can be folded up."""
    lines = _lines(changes)
    changed = [any(not change.stays for change in line) for line in lines]
    near = [any(changed[max(0, place - AROUND) : place + AROUND + 1]) for place in range(len(lines))]
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and near[end] == near[start]:
            end += 1
        yield Stretch(tuple(lines[start:end]), folded=not near[start] and end - start >= WORTH_FOLDING)
        start = end


def _lines(changes: Sequence[Change]) -> list[Line]:
    """The passages line by line: the cells of one row are one."""
    lines: list[list[Change]] = []
    for change in changes:
        within = lines and change.sort is Sort.CELL and lines[-1][-1].sort is Sort.CELL and not change.begins
        if within:
            lines[-1].append(change)
        else:
            lines.append([change])
    return [tuple(line) for line in lines]
