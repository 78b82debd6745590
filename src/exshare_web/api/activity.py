"""What happened over the API: of a link, a space or the site; whether it is what was written down; what failed lately."""

from __future__ import annotations

from collections.abc import Mapping

from exshare_core.api_keys import Operation
from exshare_core.failures import MOST_KEPT
from exshare_core.governing.auditing import Told
from exshare_core.ports import Spot
from exshare_core.sealing import Head
from exshare_core.values import MemberId
from exshare_web.activity.asking import FIELDS, asked, spot_of, word_of
from exshare_web.api import models
from exshare_web.api.calls import Call
from exshare_web.api.declaring import AFTER, LIMIT, SPACE, Done, Parameter

MOST = 200
"""Events in one answer."""


async def of_link(call: Call) -> models.Activity:
    """What happened to a link, newest first; of persons as much as the member may see."""
    return await _found(call, {"link": call.path("link")})


async def of_site(call: Call) -> models.Activity:
    """What happened on the site or in a space, newest first: for admins of the site, or of the space that is named."""
    return await _found(call, {})


async def chain(call: Call) -> models.Chain:
    """Where the chain over the activity stands; `head` is to be kept where nobody could change it with the rest."""
    stands = await call.auditing.stands(call.member)
    return models.Chain(
        head=None if stands.head is None else str(stands.head),
        removed_up_to=0 if stands.anchor is None else stands.anchor.number,
        unsealed=stands.unsealed,
        unsealed_since=stands.unsealed_since,
        kept_days=call.auditing.retention.days,
    )


async def verification(call: Call) -> models.Verification:
    """Walk along the whole chain now, and hold it against a head that was kept elsewhere. Takes as long as it has rows."""
    kept = call.query.get("head")
    verdict = await call.auditing.verify(call.member, None if kept is None else Head.parse(kept))
    broken = verdict.broken
    return models.Verification(
        whole=verdict.whole,
        rows=verdict.rows,
        without_personal=verdict.without_personal,
        unsealed=verdict.unsealed,
        strays=verdict.strays,
        broken_row=None if broken is None else broken.number,
        fault=None if broken is None else broken.fault.value,
        head=None if verdict.last is None else str(verdict.last),
    )


async def failures(call: Call) -> models.Failures:
    """What failed towards Confluence or mail lately, newest first, without anything of what it was about."""
    found = await call.auditing.failures(call.member, call.number("limit", 50, MOST_KEPT))
    return models.Failures(
        failures=[
            models.FailureCount(
                minute=one.minute, port=one.port, operation=one.operation, outcome=one.outcome, count=one.count
            )
            for one in found
        ]
    )


async def _found(call: Call, scope: dict[str, str]) -> models.Activity:
    wanted = await asked(
        {**call.query, **scope}, lambda text: call.auditing.named(call.member, text), call.auditing.mailbox
    )
    after: Spot | None = spot_of(call.query.get("after", ""))
    limit = call.number("limit", 50, MOST)
    trail = await call.auditing.look(call.member, wanted.sought, after=after, limit=limit)
    names = await call.sharing.names(call.member, {one.event.member for one in trail.events})
    return models.Activity(
        events=[_happened(one, names) for one in trail.events],
        next=word_of(trail.more),
    )


def _happened(one: Told, names: Mapping[MemberId, str]) -> models.Happened:
    event = one.event
    return models.Happened(
        number=one.number,
        kind=event.kind.value,
        at=event.at,
        actor=event.actor.value,
        member=None if event.member is None else names.get(event.member, event.member),
        link=event.link,
        space=event.space,
        page=event.page,
        detail=event.detail,
        network=event.network,
        address=one.address,
        account=event.account,
    )


_ABOUT = {
    "link": "Only what happened to this link, by id.",
    "page": "Only what concerns this page or file, by id.",
    "what": "Only one kind, such as `opened`, or a topic: visits, gates, changes, sign-ins or administration.",
    "actor": "Only what was done by a visitor, a member, the operator or the system.",
    "member": "Only what this member did or was subject to, by name or id.",
    "visitor": "Only what was done with this account or whole mail address, for who may see it.",
    "network": "Only what was done from this IP address, for who may see it.",
    "since": "From this day or instant on, in UTC.",
    "until": "Before this instant in UTC, or up to the end of this day.",
}
_FILTERS = tuple(SPACE if name == "space" else Parameter(name, _ABOUT[name]) for name in FIELDS)
_OF_LINK = tuple(one for one in _FILTERS if one.name not in ("link", "space"))

OPERATIONS = (
    Done(
        method="GET",
        path="/links/{link}/activity",
        summary="See what happened to a link",
        needs=Operation.ACTIVITY_READ,
        handler=of_link,
        parameters=(*_OF_LINK, AFTER, LIMIT),
    ),
    Done(
        method="GET",
        path="/activity",
        summary="See what happened",
        needs=Operation.ACTIVITY_READ,
        handler=of_site,
        parameters=(*_FILTERS, AFTER, LIMIT),
    ),
    Done(
        method="GET",
        path="/activity/chain",
        summary="See where the chain stands",
        needs=Operation.ACTIVITY_READ,
        handler=chain,
    ),
    Done(
        method="GET",
        path="/activity/verification",
        summary="Verify the activity",
        needs=Operation.ACTIVITY_READ,
        handler=verification,
        parameters=(Parameter("head", "A head that was kept elsewhere."),),
    ),
    Done(
        method="GET",
        path="/failures",
        summary="See what failed lately",
        needs=Operation.ACTIVITY_READ,
        handler=failures,
        parameters=(LIMIT,),
    ),
)
"""What of the API is about what happened."""
