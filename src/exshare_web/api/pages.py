"""Pages over the API: those that can be shared, whether one is, and the badge that says so in Confluence (spec M10)."""

from __future__ import annotations

from datetime import timedelta

from exshare_core.api_keys import Operation
from exshare_core.errors import InvalidValue, NotFound
from exshare_core.sharing.telling import Told
from exshare_core.values import PageId, page_id
from exshare_web.api import models
from exshare_web.api.calls import Call
from exshare_web.api.declaring import Done, Parameter
from exshare_web.visitor.request import shell

LONGEST_SEARCH = 500
"""Characters of what pages are looked for by; an address of one may be long."""


async def find(call: Call) -> models.Pages:
    """Pages that the member may share now, by address, id or words of the title; they are asked of Confluence."""
    text = call.query.get("text", "")
    if not 1 <= len(text.strip()) <= LONGEST_SEARCH:
        raise InvalidValue("text", f"from 1 to {LONGEST_SEARCH} characters")
    found = await call.sharing.pages(call.member, text)
    return models.Pages(pages=[models.Found(id=one.id, title=one.title) for one in found])


async def shared(call: Call) -> models.Shared:
    """Whether a page is shared, and by how many links that the member may see: its own, and those that reach it."""
    return _shared(await call.sharing.told(call.member, _page(call)))


async def badge(call: Call, wanted: models.NewBadge) -> models.Badge:
    """Make the address of a badge: a line of text that tells the same, for a frame in a page of the site's Confluence.

    Whoever has the address sees what the member may see of this one page, until it ends or the member is locked out.
    """
    life = timedelta(seconds=min(max(wanted.seconds, 0), 10**9))
    last, until = await call.sharing.badge(call.member, _page(call), life)
    services = shell(call.request).services
    return models.Badge(url=f"{services.manage_url}/badge/{call.site}/{last}", valid_until=until)


def _shared(told: Told) -> models.Shared:
    return models.Shared(
        page=told.page,
        shared=told.shared,
        links=[models.LinksInState(state=state, links=number) for state, number in sorted(told.states.items())],
        more=told.more,
    )


def _page(call: Call) -> PageId:
    """The page that the address names; raises NotFound for what can be no id of one."""
    try:
        return page_id(call.path("page"))
    except InvalidValue:
        raise NotFound("there is no such page") from None


OPERATIONS: tuple[Done, ...] = (
    Done(
        method="GET",
        path="/pages",
        summary="Find pages to share",
        needs=Operation.LINKS_CREATE,
        handler=find,
        parameters=(Parameter("text", "An address, an id, or words of the title."),),
    ),
    Done(
        method="GET",
        path="/pages/{page}/shared",
        summary="See whether a page is shared",
        needs=Operation.LINKS_READ,
        handler=shared,
    ),
    Done(
        method="POST",
        path="/pages/{page}/badge",
        summary="Make a badge for a page",
        needs=Operation.LINKS_READ,
        handler=badge,
        status=201,
    ),
)
