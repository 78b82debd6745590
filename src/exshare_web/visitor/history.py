"""The history of a page of a share: its versions, one of them as it was, and what changed between two (spec V6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response

from exshare_core.comparing import Change
from exshare_core.decisions import Answer
from exshare_core.visiting import Comparison, History, OldPage
from exshare_web.headers import CONTENT_POLICY
from exshare_web.visitor.beside import Asked, beside, number_of

AROUND = 1
"""Passages that stay in sight before and after one that changed."""
WORTH_FOLDING = 3
"""The fewest unchanged passages that are folded up together."""


@frozen
class Stretch:
    """Passages that stand together, folded up where nothing of them changed and they are far from what did."""

    changes: tuple[Change, ...]
    folded: bool


async def show(request: Request) -> Response:
    """``GET /s/{segment}/p/{page}/history?before=``: the versions that the link shows, newest first."""
    return await beside(request, "page_history.html", _look, _values)


async def show_version(request: Request) -> Response:
    """``GET /s/{segment}/p/{page}/history/{version}``: the page as it was."""
    return await beside(request, "page_version.html", _look_back, _old_values, CONTENT_POLICY)


async def show_changes(request: Request) -> Response:
    """``GET /s/{segment}/p/{page}/compare?from=&to=``: what changed; without numbers, what changed last."""
    return await beside(request, "page_compare.html", _compare, _compared_values)


async def _look(asked: Asked) -> History | Answer:
    return await asked.visiting.history(asked.admission, asked.page, asked.number("before"), shown=asked.shown)


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
    return await asked.visiting.comparison(
        asked.admission, asked.page, older, newer, asked.addresses, shown=asked.shown
    )


def _compared_values(_: Asked, found: Comparison) -> dict[str, Any]:
    changes = found.changes
    stretches = None if changes is None else tuple(stretched(changes))
    return {"title": found.title, "found": found, "stretches": stretches}


def stretched(changes: Sequence[Change]) -> Iterator[Stretch]:
    """The passages in order, in stretches: what changed with a little around it, and what can be folded up."""
    near = [
        any(not change.stays for change in changes[max(0, place - AROUND) : place + AROUND + 1])
        for place in range(len(changes))
    ]
    start = 0
    while start < len(changes):
        end = start
        while end < len(changes) and near[end] == near[start]:
            end += 1
        yield Stretch(tuple(changes[start:end]), folded=not near[start] and end - start >= WORTH_FOLDING)
        start = end
