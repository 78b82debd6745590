"""One thing done to many links: first what would come of it, then doing it, both told while they go on (spec M3).

The answer is one page that is written as the work goes: each batch is a line, and the report stands at its end. Nothing
is kept about the work: what is done is done, link by link, and stays so if the browser or the server goes away; the
same order given again passes what is so already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

import structlog
from attrs import define, field, frozen
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from exshare_core.errors import AdapterFailed, ExshareError, InvalidValue, InvalidValues, Refused
from exshare_core.listings import NEWEST, Place, read, written
from exshare_core.sharing.bulk import Bulk, Chosen, Deed, Errand, Fate, Outcome
from exshare_core.values import LinkId
from exshare_web import cookies
from exshare_web.list_queries import FILTERS, asked, link_id, moment
from exshare_web.manager.lists import DEEDS
from exshare_web.manager.pages import framed, said, status_of
from exshare_web.manager.session import Desk
from exshare_web.visitor.request import network, shell

_log = structlog.get_logger()

LONGEST = timedelta(seconds=60)
"""How long one answer goes on; then the member decides whether to go on."""
MOST_TOLD = 200
"""Refusals that are told one by one."""
HERE = "<!-- here -->"
"""Stands in a template where the work is told."""

WHICH: Mapping[str, str] = {
    "selected": "the selected links",
    "found": "everything that the filters find",
    "others": "everything that the filters find but the selected links",
}


@frozen
class Order:
    """What a form asks for."""

    errand: Errand
    chosen: Chosen
    which: str
    seen_at: datetime
    after: Place | None


@define
class Report:
    """What came of the links so far."""

    fates: Counter[Fate] = field(factory=Counter)
    told: list[Outcome] = field(factory=list)
    """Those of which nothing came, with the reason."""
    rest: str = ""
    """Where the rest begins, if there is a rest."""
    stopped: str = ""
    """What stopped the work, in a sentence."""

    def add(self, outcomes: tuple[Outcome, ...]) -> None:
        """Count what came of a batch."""
        self.fates.update(one.fate for one in outcomes)
        bad = [one for one in outcomes if one.fate in (Fate.REFUSED, Fate.CHANGED, Fate.UNANSWERED)]
        self.told += bad[: MOST_TOLD - len(self.told)]

    @property
    def looked_at(self) -> int:
        """Links so far."""
        return self.fates.total()

    def count(self, fate: str) -> int:
        """How many links had this fate."""
        return self.fates[Fate(fate)]


async def rehearse(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/bulk``: what would come of it, and the form that does it."""
    return await _answer(request, desk, rehearse=True)


async def do(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/bulk/do``: do it, and tell what came of it."""
    return await _answer(request, desk, rehearse=False)


async def _answer(request: Request, desk: Desk, *, rehearse: bool) -> Response:
    try:
        order = await _order(desk)
        order.errand.check()
        order.chosen.check()
    except (InvalidValue, Refused, AdapterFailed) as error:
        return await framed(
            request, desk, "bulk.html", status_of(error), problem=_sentences(error), query=desk.fields.get("query", ""),
            title="Nothing was done", which="", rehearse=rehearse, here=HERE,
        )  # fmt: skip
    whole = await framed(
        request,
        desk,
        "bulk.html",
        problem=(),
        query=desk.fields.get("query", ""),
        title=_title(order.errand, rehearse=rehearse),
        which=WHICH[order.which],
        rehearse=rehearse,
        here=HERE,
    )
    begin, _, end = bytes(whole.body).partition(HERE.encode())
    return StreamingResponse(
        _told(request, desk, order, begin, end, rehearse=rehearse),
        media_type="text/html",
        headers={"x-accel-buffering": "no"},
    )


async def _told(
    request: Request, desk: Desk, order: Order, begin: bytes, end: bytes, *, rehearse: bool
) -> AsyncIterator[bytes]:
    """The page, written while the work goes on."""
    pages, report = shell(request).pages, Report()
    yield begin
    until = desk.sharing.clock.now() + LONGEST
    bulk, after = Bulk(desk.sharing), order.after
    while True:
        try:
            if not await _still_in(request, desk):
                report.stopped = "You are not signed in any more."
                break
            batch = await bulk.batch(
                desk.member, order.errand, order.chosen, seen_at=order.seen_at, after=after, rehearse=rehearse
            )
        except ExshareError as error:
            _log.warning("bulk stopped", failure=type(error).__name__, site=desk.site)
            report.stopped = said(error)
            break
        report.add(batch.outcomes)
        after = batch.after
        yield pages.encoded("bulk_step.html", report=report)
        if after is None or desk.sharing.clock.now() >= until:
            break
    report.rest = "" if after is None else written(NEWEST, after)
    yield pages.encoded(
        "bulk_report.html",
        report=report,
        rehearse=rehearse,
        base=request.url_for("links", site=desk.site).path.removesuffix("/links"),
        csrf=desk.csrf,
        fields=_kept(desk.fields, order),
        query=desk.fields.get("query", ""),
        deed=DEEDS[order.errand.deed],
        final=order.errand.deed is Deed.DELETE,
    )
    yield end


async def _still_in(request: Request, desk: Desk) -> bool:
    """Whether the member is still signed in, to this site, with the rights that the work began with."""
    it = shell(request)
    secret = cookies.read(request, cookies.MEMBER, secure=it.services.secure)
    present = await it.services.membership.present(secret, network(request))
    return present is not None and present.member.belongs_to(desk.site) and present.member.admin == desk.member.admin


async def _order(desk: Desk) -> Order:
    """The form, read; raises InvalidValues with everything that means nothing."""
    fields, faults = desk.fields, list[InvalidValue]()
    errand = await _errand(desk, faults)
    which = fields.get("which", "selected")
    if which not in WHICH:
        faults.append(InvalidValue("which", f"must be one of {', '.join(WHICH)}"))
    links = _links(fields.get("link", ""), faults)
    wanted = None
    if which != "selected":
        query = dict(parse_qsl(fields.get("query", "")[:4000], max_num_fields=60))
        wanted = (await asked({name: query.get(name, "") for name in FILTERS}, desk.sharing, desk.member)).wanted
    now = desk.sharing.clock.now()
    seen_at = now
    after = None
    try:
        seen_at = min(now, moment(fields["seen_at"])) if fields.get("seen_at") else now
        after = read(NEWEST, fields["after"]) if fields.get("after") else None
    except InvalidValue as error:
        faults.append(error)
    if faults:
        raise InvalidValues(tuple(faults))
    assert errand is not None
    chosen = Chosen(links if which != "found" else {}, wanted)
    return Order(errand, chosen, which, seen_at, after)


async def _errand(desk: Desk, faults: list[InvalidValue]) -> Errand | None:
    fields = desk.fields
    try:
        deed = Deed(fields.get("deed", ""))
    except ValueError:
        faults.append(InvalidValue("deed", "choose what to do"))
        return None
    try:
        if deed is Deed.TRANSFER:
            heir = await desk.sharing.member_named(desk.member, fields.get("owner", ""))
            return Errand(deed, heir=heir)
        if deed is Deed.EXPIRE:
            text = fields.get("expires", "").strip()
            return Errand(
                deed, expires_at=moment(text if "T" not in text or "Z" in text else f"{text}Z") if text else None
            )
    except InvalidValue as error:
        faults.append(InvalidValue("owner" if deed is Deed.TRANSFER else "expires", error.rule))
        return None
    return Errand(deed)


def _links(text: str, faults: list[InvalidValue]) -> dict[LinkId, int | None]:
    """The links that are ticked, each ``id.version``."""
    links: dict[LinkId, int | None] = {}
    for one in text.split():
        id, _, version = one.partition(".")
        try:
            links[link_id(id)] = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
        except InvalidValue as error:
            faults.append(error)
            break
    return links


def _kept(fields: Mapping[str, str], order: Order) -> list[tuple[str, str]]:
    """The fields that say the same again."""
    kept = [(name, fields[name]) for name in ("deed", "owner", "expires", "which", "query") if fields.get(name)]
    links = [("link", one) for one in fields.get("link", "").split()]
    return [*kept, *links, ("seen_at", order.seen_at.isoformat())]


def _title(errand: Errand, *, rehearse: bool) -> str:
    return f"{DEEDS[errand.deed]}: {'what would come of it' if rehearse else 'what came of it'}"


def _sentences(error: ExshareError) -> tuple[str, ...]:
    failures = error.failures if isinstance(error, InvalidValues) else ()
    return tuple(f"{one.field}: {one.rule}." for one in failures) or (said(error),)
