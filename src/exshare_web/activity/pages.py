"""Pages of what happened: the list with its filters and charts, and the exports of what it shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from exshare_core.errors import AdapterFailed, InvalidValue, InvalidValues, NotFound, Refused
from exshare_core.events import Actor, Topic
from exshare_core.governing.auditing import LONGEST_CHART, Charts, Sight, Told, Trail
from exshare_core.permissions import sees_all
from exshare_core.ports import FIRST, LAST, Sought
from exshare_core.values import LinkId, MemberId
from exshare_web import member_names
from exshare_web.activity import drawing, exports
from exshare_web.activity.asking import Asked, asked, spot_of, word_of
from exshare_web.manager import words
from exshare_web.manager.pages import base, framed
from exshare_web.manager.session import Desk

PER_PAGE = 50
SPANS = (7, 30, 60)
"""Days of the charts that can be chosen where no span is asked for."""
MOST_SERVED = 200
"""Links that can be switched off together from here."""

_SCOPE = ("link", "space")
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Nothing happened before; a chart that would end earlier ends here."""
_log = structlog.get_logger()


async def show(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/activity``: of a link, a space or the site, with whatever else narrows it."""
    query = request.query_params
    if not any(query.get(name) for name in _SCOPE) and not sees_all(desk.member, desk.site):
        return await _of_own_space(request, desk)
    problem, errors, wanted, after = "", dict[str, str](), Asked({}, Sought()), None
    try:
        wanted = await asked(query, lambda text: desk.auditing.named(desk.member, text), desk.auditing.mailbox)
        after = spot_of(query.get("after", ""))
        trail = await desk.auditing.look(desk.member, wanted.sought, after=after, limit=PER_PAGE)
    except InvalidValue as error:
        failures = error.failures if isinstance(error, InvalidValues) else (error,)
        errors = {one.field: one.rule for one in failures}
        problem = "Some of what you ask for makes no sense; nothing is filtered by it."
        wanted, trail = await _without(desk, query)
    typed = {**wanted.words, **{name: query.get(name, "") for name in errors}}
    whole = await _charts(desk, wanted.sought, query.get("days", "")) if after is None else None
    is_served = bool(trail.events) and after is None and _is_served(wanted)
    served, all_served = await desk.auditing.links(desk.member, wanted.sought, MOST_SERVED) if is_served else ((), True)
    names = await desk.auditing.names(desk.member)
    links = {one.event.link for one in trail.events} | ({one for one, _ in whole.links} if whole else set())
    return await framed(
        request,
        desk,
        "activity.html",
        400 if errors else 200,
        heading=_heading(wanted),
        typed=typed,
        errors=errors,
        problem=problem,
        trail=trail,
        sees_people=trail.sight >= Sight.PEOPLE,
        sees_places=trail.sight >= Sight.PLACES,
        member_called=partial(member_names.called, names),
        called=await _called(desk, links),
        charts=whole,
        chart=drawing.chart(whole.days) if whole else None,
        share=drawing.share,
        spans=SPANS,
        first=after is None,
        narrowed=any(name not in _SCOPE for name in wanted.words),
        scope=urlencode({name: wanted.get(name) for name in _SCOPE if wanted.get(name)}),
        query=urlencode(wanted.words),
        more=word_of(trail.more),
        topics=tuple((topic, sorted(kind.value for kind in topic.kinds)) for topic in Topic),
        actors=[one.value for one in Actor],
        detail=lambda event: member_names.with_names(names, words.detail(event)),
        days=(whole.last - whole.first).days + 1 if whole else 0,
        of_site=not any(wanted.get(name) for name in _SCOPE),
        kept_days=desk.auditing.retention.days,
        link_word=wanted.get("link"),
        is_served=is_served,
        served=served,
        all_served=all_served,
        head=(await desk.auditing.stands(desk.member)).head if is_served and desk.member.admin else None,
    )


def export(form: str) -> Callable[[Request, Desk], Awaitable[Response]]:
    """``GET /manage/{site}/activity.csv`` and ``.json``: everything that the same filters show, as a file."""
    write: Callable[[AsyncIterator[Told], Mapping[MemberId, str]], AsyncIterator[Any]]
    write, media = (exports.as_csv, "text/csv") if form == "csv" else (exports.as_json, "application/json")

    async def endpoint(request: Request, desk: Desk) -> Response:
        wanted = await asked(
            request.query_params, lambda text: desk.auditing.named(desk.member, text), desk.auditing.mailbox
        )
        # Refused before the first byte, or not at all
        await desk.auditing.look(desk.member, wanted.sought, limit=1)
        names = await desk.auditing.names(desk.member)
        lines = write(desk.auditing.every(desk.member, wanted.sought), names)
        name = f'attachment; filename="activity-{desk.site}.{form}"'
        return StreamingResponse(lines, media_type=media, headers={"content-disposition": name})

    return endpoint


async def _of_own_space(request: Request, desk: Desk) -> Response:
    """Who governs a space and not the site is shown what happened in it."""
    spaces = await desk.governing.spaces(desk.member)
    if not spaces:
        raise Refused(
            "only admins of the site may see everything that happened; see the activity of your links instead"
        )
    return RedirectResponse(f"{base(request, desk)}/activity?{urlencode({'space': spaces[0]})}", 303)


async def _without(desk: Desk, query: Mapping[str, str]) -> tuple[Asked, Trail]:
    """The same scope without what makes no sense; a scope that makes none is not there."""
    try:
        wanted = await asked({name: query.get(name, "") for name in _SCOPE}, _nobody, desk.auditing.mailbox)
    except InvalidValue:
        raise NotFound("there is no such link or space") from None
    return wanted, await desk.auditing.look(desk.member, wanted.sought, limit=PER_PAGE)


async def _nobody(text: str) -> MemberId:
    raise InvalidValue("member", "is not asked for")


async def _charts(desk: Desk, sought: Sought, days: str) -> Charts:
    """The charts of the span that is asked for, or of the last days."""
    today = desk.auditing.clock.now().astimezone(UTC).date()
    last = today if sought.before == LAST else (max(sought.before, _EARLIEST) - timedelta(microseconds=1)).date()
    last = min(last, today)
    count = int(days) if days.isascii() and days.isdigit() and int(days[:4]) in SPANS else 30
    first = last - timedelta(days=count - 1) if sought.since == FIRST else sought.since.date()
    first = max(min(first, last), last - LONGEST_CHART)
    return await desk.auditing.charts(desk.member, sought, first=first, last=last)


async def _called(desk: Desk, links: Iterable[LinkId | None]) -> Mapping[LinkId, str]:
    """What links are called: by the name that members gave them, else by the title of their page, where it can be had."""
    shown = {}
    for one in {link for link in links if link is not None}:
        try:
            shown[one] = (await desk.sharing.show(desk.member, one)).link
        except (NotFound, Refused, AdapterFailed):
            continue
    titles = {}
    if roots := sorted({one.scope.root for one in shown.values() if not one.name}):
        try:
            titles = dict(await desk.sharing.titles(desk.member, roots))
        except (AdapterFailed, Refused) as error:
            _log.warning("titles not fetched", failure=type(error).__name__, site=desk.site)
    return {link: one.name or titles.get(one.scope.root, f"Page {one.scope.root}") for link, one in shown.items()}


def _is_served(wanted: Asked) -> bool:
    """Whether it is asked who was served a page (spec M8)."""
    return bool(wanted.get("page")) and wanted.sought.kinds == Topic.VISITS.kinds


def _heading(wanted: Asked) -> str:
    """What the list is of, in words."""
    if _is_served(wanted):
        return f"Who was served page {wanted.get('page')}"
    if wanted.get("page"):
        return f"Activity around page {wanted.get('page')}"
    if wanted.get("link"):
        return "Activity of a link"
    return f"Activity in {wanted.sought.space}" if wanted.get("space") else "Activity"
