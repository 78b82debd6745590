"""Lists of links: mine, of a page, of a space, of the whole site; filters, order, columns, and the same as a file (M3)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from urllib.parse import urlencode

from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from exshare_core.errors import AdapterFailed, InvalidValue, InvalidValues, Refused
from exshare_core.listings import NEWEST, Condition, Gate, Order, Sort
from exshare_core.sharing import Shown
from exshare_core.sharing.bulk import Deed
from exshare_core.sharing.listing import Listed
from exshare_core.values import MemberId, PageId
from exshare_web import cookies, csv_cells
from exshare_web.list_queries import FILTERS, LONGEST, SORTS, Asked, asked, sort_of
from exshare_web.manager import words
from exshare_web.manager.links import titles
from exshare_web.manager.pages import errors_by_field, framed, said, status_of
from exshare_web.manager.session import Desk
from exshare_web.visitor.request import shell

PER_PAGE = 50
PER_STRETCH = 200
"""Links of a file that are read together."""

COLUMNS: Mapping[str, str] = {
    "state": "State",
    "protection": "Protection",
    "ends": "Ends",
    "opens": "Opens",
    "opened": "Last opened",
    "space": "Space",
    "owner": "Owner",
    "creator": "Made by",
    "created": "Created",
    "modifier": "Changed by",
    "changed": "Changed",
}
"""The columns beside the page, in their order."""

USUAL = ("state", "protection", "ends", "opens", "created")
SORTED_BY: Mapping[str, Sort] = {
    "ends": Sort.EXPIRES,
    "opens": Sort.OPENS,
    "opened": Sort.LAST_OPENED,
    "created": Sort.CREATED,
    "changed": Sort.CHANGED,
}
"""The columns by which a list can be ordered."""

CHIPS: Mapping[str, str] = {
    "space": "Space",
    "page": "Page",
    "name": "Name",
    "state": "State",
    "protection": "Protection",
    "people": "For",
    "owner": "Owner",
    "creator": "Made by",
    "modifier": "Changed by",
    "never_opened": "Never opened",
    "owner_inactive": "Owner inactive",
    "expires_from": "Ends from",
    "expires_before": "Ends before",
    "created_from": "Created from",
    "created_before": "Created before",
}

DEEDS: Mapping[Deed, str] = {
    Deed.DISABLE: "Switch off",
    Deed.ENABLE: "Switch on",
    Deed.EXPIRE: "Change the end",
    Deed.RENEW: "Renew",
    Deed.TRANSFER: "Give to another member",
    Deed.DELETE: "Delete",
}

GIVEN = "The link belongs to somebody else now, and is not among yours any more."

CSV_COLUMNS = (
    "id", "page", "title", "name", "space", "state", "reason", "protection", "ends", "opens", "last opened", "owner",
    "made by", "created", "changed by", "changed",
)  # fmt: skip


@frozen
class Chip:
    """A filter that is on, and the address of the list without it."""

    label: str
    value: str
    without: str


async def show_list(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/links``: the links that the filters find; all of the site for an admin, else one's own."""
    texts = {name: text[: LONGEST + 1] for name, text in request.query_params.items()}
    try:
        wanted = await asked(texts, desk.sharing, desk.member)
        listed = await desk.sharing.search(desk.member, wanted.wanted, wanted.order, after=wanted.after, limit=PER_PAGE)
    except (InvalidValue, Refused, AdapterFailed) as error:
        return await _page(request, desk, texts, None, Listed((), None), error)
    return await _page(request, desk, texts, wanted, listed, None)


async def export(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/links.csv``: everything that the same filters find, as a file that is written while it is read."""
    try:
        wanted = await asked(dict(request.query_params), desk.sharing, desk.member)
        first = await desk.sharing.search(
            desk.member, wanted.wanted, wanted.order, after=wanted.after, limit=PER_STRETCH
        )
    except (InvalidValue, Refused, AdapterFailed) as error:
        return await _page(request, desk, dict(request.query_params), None, Listed((), None), error)
    name = f'attachment; filename="links-{desk.site}.csv"'
    return StreamingResponse(_lines(desk, wanted, first), media_type="text/csv", headers={"content-disposition": name})


async def _lines(desk: Desk, wanted: Asked, first: Listed) -> AsyncIterator[str]:
    """The file, stretch by stretch. Whoever loses the right to the list meanwhile gets no more of it."""
    yield csv_cells.BEGINNING + csv_cells.line(CSV_COLUMNS)
    listed = first
    while True:
        names = await _names(desk, listed.shown)
        called = await titles(desk, [one.link.scope.root for one in listed.shown]) if listed.shown else {}
        for one in listed.shown:
            yield csv_cells.line(_cells(one, names, called))
        if listed.after is None:
            return
        listed = await desk.sharing.search(
            desk.member, wanted.wanted, wanted.order, after=listed.after, limit=PER_STRETCH
        )


def _cells(one: Shown, names: Mapping[MemberId, str], called: Mapping[PageId, str]) -> tuple[object, ...]:
    link, record = one.link, one.record
    return (
        link.id, link.scope.root, called.get(link.scope.root, ""), link.name, link.scope.space, one.state, one.reason,
        words.protection(one), _iso(one.ends_at), record.opens, _iso(record.last_opened_at),
        names.get(link.owner, link.owner), names.get(link.created_by, link.created_by), _iso(link.created_at),
        "" if link.changed_by is None else names.get(link.changed_by, link.changed_by), _iso(link.changed_at),
    )  # fmt: skip


async def _page(
    request: Request,
    desk: Desk,
    texts: Mapping[str, str],
    wanted: Asked | None,
    listed: Listed,
    error: InvalidValue | Refused | AdapterFailed | None,
) -> Response:
    kept = {name: texts[name] for name in FILTERS if texts.get(name)} if wanted is None else wanted.texts
    columns, chosen = _columns(request, of_many=desk.member.admin or bool(kept.get("space") or kept.get("page")))
    answer = await framed(
        request,
        desk,
        "links.html",
        200 if error is None else status_of(error),
        links=[(one, words.protection(one)) for one in listed.shown],
        titles=await titles(desk, [one.link.scope.root for one in listed.shown]) if listed.shown else {},
        guessed_at=await desk.sharing.guessed_at([one.link.id for one in listed.shown]),
        names=await _names(desk, listed.shown),
        more=listed.next,
        first=not texts.get("after"),
        texts={name: kept.get(name, "") for name in FILTERS},
        query=urlencode(kept),
        chips=_chips(kept),
        headline=_headline(desk, kept),
        done=GIVEN if request.query_params.get("done") == "transfer" else "",
        faults={} if not isinstance(error, InvalidValue) else _faults(error),
        problem="" if error is None else _problem(error),
        columns=columns,
        headings={name: _heading(name, kept, NEWEST if wanted is None else wanted.order) for name in columns},
        all_columns=COLUMNS,
        order=sort_of(NEWEST if wanted is None else wanted.order),
        orders=_orders(),
        conditions=[one.value for one in Condition],
        gates=[one.value for one in Gate],
        deeds={one.value: said_so for one, said_so in DEEDS.items()},
        lists_spaces=await desk.sharing.lists_spaces(desk.member),
    )
    if chosen:
        secure = shell(request).services.secure
        cookies.write(answer, cookies.COLUMNS, ".".join(columns), secure=secure, seconds=cookies.A_YEAR)
    return answer


def _columns(request: Request, *, of_many: bool) -> tuple[tuple[str, ...], bool]:
    """The columns that are shown, with the owner in a list `of_many`, and whether they were chosen just now."""
    chosen = "columns" in request.query_params
    wanted: Iterable[str] = request.query_params.getlist("column")
    if not chosen:
        secure = shell(request).services.secure
        remembered = cookies.kept(request, cookies.COLUMNS, secure=secure)
        wanted = (*USUAL, *(("owner",) if of_many else ())) if remembered is None else remembered.split(".")
    known = set(wanted)
    return tuple(name for name in COLUMNS if name in known), chosen


def _chips(kept: Mapping[str, str]) -> list[Chip]:
    """The filters that are on; each can be taken off by itself."""
    return [
        Chip(CHIPS[name], "" if text.lower() in ("yes", "on", "true") else text, urlencode(_without(kept, name)))
        for name, text in kept.items()
        if name in CHIPS
    ]


def _without(kept: Mapping[str, str], name: str) -> dict[str, str]:
    return {other: text for other, text in kept.items() if other != name}


def _headline(desk: Desk, kept: Mapping[str, str]) -> str:
    if kept.get("space"):
        return f"Links of the space {kept['space']}"
    if kept.get("page"):
        return "Links of a page"
    return "All links" if desk.member.admin and kept.get("owner") != "me" else "My links"


def _heading(name: str, kept: Mapping[str, str], order: Order) -> tuple[str, str, str]:
    """What stands above a column, the address that orders by it, and which way it is ordered now."""
    sort = SORTED_BY.get(name)
    if sort is None:
        return COLUMNS[name], "", ""
    now = order.sort is sort
    turned = Order(sort, not order.falling if now else True)
    query = urlencode({**_without(kept, "sort"), "sort": sort_of(turned)})
    return COLUMNS[name], query, ("descending" if order.falling else "ascending") if now else ""


def _orders() -> dict[str, str]:
    called = {
        "created": ("Newest first", "Oldest first"),
        "changed": ("Changed last first", "Changed longest ago first"),
        "expires": ("Ends last, or never, first", "Ends soonest first"),
        "name": ("Name, Z to A", "Name, A to Z"),
        "last-opened": ("Opened last first", "Opened longest ago, or never, first"),
        "opens": ("Most opens first", "Fewest opens first"),
    }
    return {f"{sign}{sort}": called[sort][sign == ""] for sort in SORTS for sign in ("-", "")}


def _faults(error: InvalidValue) -> dict[str, str]:
    return dict(errors_by_field(error)) if isinstance(error, InvalidValues) else {error.field: error.rule}


def _problem(error: InvalidValue | Refused | AdapterFailed) -> str:
    if not isinstance(error, InvalidValues):
        return said(error)
    return " ".join(f"{CHIPS.get(one.field, one.field.capitalize())}: {one.rule}." for one in error.failures)


async def _names(desk: Desk, shown: Iterable[Shown]) -> Mapping[MemberId, str]:
    links = [one.link for one in shown]
    ids = {*(link.owner for link in links), *(link.created_by for link in links), *(link.changed_by for link in links)}
    return await desk.sharing.names(desk.member, ids)


def _iso(moment: object) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
