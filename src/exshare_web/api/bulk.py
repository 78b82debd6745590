"""One thing done to many links over the API, a few of them a call, and a link given to another member."""

from __future__ import annotations

from collections import Counter

from exshare_core.api_keys import Operation
from exshare_core.errors import InvalidValue
from exshare_core.listings import NEWEST, read, written
from exshare_core.sharing.bulk import Bulk, Chosen, Deed, Errand, Outcome
from exshare_core.values import LinkId
from exshare_web.api import models
from exshare_web.api.calls import Call
from exshare_web.api.declaring import AFTER, DRY_RUN, Done, Parameter
from exshare_web.api.links import filters_of, link_named, shown_again
from exshare_web.list_queries import FILTERS, asked, link_id

MOST = 100
"""Links that one call looks at."""

FILTERED = tuple(Parameter(name, about) for name, about in FILTERS.items())


async def do(call: Call, wanted: models.BulkOrder) -> models.BulkDone:
    """Do one thing to many links: to those named, or with ``all`` to everything that the filters find but those.

    Each link is judged singly, as if it were changed alone; what changed since it was seen is left alone. A call looks
    at 100 links at most: send the same again with ``after`` until ``next`` is absent, and ``seen_at`` of the first
    answer. Doing it twice does nothing twice, with an ``Idempotency-Key`` or without.
    """
    errand = await _errand(call, wanted)
    if errand.deed is Deed.DELETE:
        call.key.allow(Operation.LINKS_DELETE)
    links = dict(_seen(one) for one in wanted.links)
    texts = {name: text for name, text in filters_of(call).items() if name in FILTERS}
    if texts and not wanted.all:
        raise InvalidValue("all", "filters are for `all`: true; without it the links are named")
    await call.repeated_as()
    now = call.sharing.clock.now()
    seen_at = now if wanted.seen_at is None else min(wanted.seen_at, now)
    listed = (await asked(texts, call.sharing, call.member)).wanted if wanted.all else None
    batch = await Bulk(call.sharing).batch(
        call.member,
        errand,
        Chosen(links, listed),
        seen_at=seen_at,
        after=read(NEWEST, call.query["after"]) if "after" in call.query else None,
        rehearse=call.flag("dry_run"),
        limit=MOST,
    )
    counted = Counter(one.fate.value for one in batch.outcomes)
    return models.BulkDone(
        done=counted["done"],
        as_it_was=counted["as it was"],
        refused=counted["refused"],
        changed_meanwhile=counted["changed meanwhile"],
        not_answered=counted["not answered"],
        links=[_told(one) for one in batch.outcomes],
        seen_at=seen_at,
        next=None if batch.after is None else written(NEWEST, batch.after),
    )


async def transfer(call: Call, wanted: models.NewOwner) -> models.Link:
    """Give a link to another member. Both of you must be able to read its page now; what they may read bounds it."""
    heir = await call.sharing.member_named(call.member, wanted.owner)
    return await shown_again(call, await call.sharing.transfer(call.member, link_named(call), heir))


async def _errand(call: Call, wanted: models.BulkOrder) -> Errand:
    deed = Deed(wanted.deed)
    heir = None if wanted.owner is None else await call.sharing.member_named(call.member, wanted.owner)
    return Errand(deed, heir, wanted.expires_at)


def _seen(text: str) -> tuple[LinkId, int | None]:
    """A link, with the version that was seen where one is written behind a full stop."""
    id, stop, version = text.partition(".")
    if stop and not (version.isascii() and version.isdigit() and len(version) < 10):
        raise InvalidValue("links", "must be ids, each with or without a full stop and the version that you have seen")
    return link_id(id), int(version) if stop else None


def _told(one: Outcome) -> models.BulkOutcome:
    return models.BulkOutcome(
        link=one.link,
        fate=one.fate.value,
        rule=one.rule,
        layer=one.layer,
    )


OPERATIONS: tuple[Done, ...] = (
    Done(
        method="POST",
        path="/links/bulk",
        summary="Do one thing to many links",
        needs=Operation.LINKS_EDIT,
        handler=do,
        parameters=(*FILTERED, AFTER, DRY_RUN),
        repeatable=True,
    ),
    Done(
        method="POST",
        path="/links/{link}/transfer",
        summary="Give a link to another member",
        needs=Operation.LINKS_EDIT,
        handler=transfer,
    ),
)
