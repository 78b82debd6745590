"""What admins set, over the API: the whole of it as one TOML document, its dry run and history, and the switches."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import Response

from exshare_core.api_keys import Operation
from exshare_core.errors import InvalidValue, StalePolicy
from exshare_core.governing.rehearsing import DryRun
from exshare_core.impact import Consequence
from exshare_core.policy_document import LARGEST_DOCUMENT, read_policy, write_policy
from exshare_web.api import models
from exshare_web.api.calls import Call
from exshare_web.api.declaring import AFTER, DRY_RUN, LIMIT, SPACE, Done

TOML = "application/toml"
MOST = 200
"""Changes in one answer."""
_LARGE = (Middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_DOCUMENT),)
"""A policy document may be larger than any other body."""


async def show(call: Call) -> Response:
    """Everything that is set, as a document that can be kept, reviewed and sent back."""
    policy = await call.governing.policy(call.member)
    return Response(write_policy(policy), media_type=TOML, headers={"etag": f'"{policy.version}"'})


async def replace(call: Call) -> models.PolicyVersion | models.DryRun:
    """Replace everything that is set by a document, or only say what that would do."""
    policy = await call.governing.policy(call.member)
    if policy.version != call.version:
        raise StalePolicy(policy.version)
    wanted = read_policy(await _document(call), policy)
    if call.flag("dry_run"):
        return dry_run_of(await call.governing.dry_run(call.member, wanted))
    changed = await call.governing.change(call.member, wanted)
    return models.PolicyVersion(version=changed.version)


async def history(call: Call) -> models.PolicyHistory:
    """Who changed what is set, when, and from what to what."""
    limit, after = call.number("limit", 50, MOST), call.number("after", 10**9, 10**9)
    found = await call.governing.history(call.member, before=after, limit=limit + 1)
    names = await call.sharing.names(call.member, {one.member for one in found})
    shown = [
        models.PolicyChanged(
            version=one.version,
            at=one.at,
            actor=one.actor.value,
            member=None if one.member is None else names.get(one.member, one.member),
            changes=[models.Changed(what=it.what, old=it.old, new=it.new) for it in one.changes],
        )
        for one in found[:limit]
    ]
    return models.PolicyHistory(changes=shown, next=str(shown[-1].version) if len(found) > limit else None)


async def switch(call: Call) -> models.Switch:
    """Whether links of the site, or of one space, may open."""
    switches = await call.governing.switches(call.member, call.space())
    return models.Switch(on=switches.site_on and switches.space_on)


async def turn(call: Call, wanted: models.Switch) -> models.Switch | models.DryRun:
    """Stop all links of the site, or of one space, at once, or let them go on; or only say what that would do."""
    space = call.space()
    if call.flag("dry_run"):
        return dry_run_of(await call.governing.dry_run_switch(call.member, space, wanted.on))
    switches = await call.governing.switch(call.member, space, wanted.on)
    return models.Switch(on=switches.site_on and switches.space_on)


def dry_run_of(found: DryRun) -> models.DryRun:
    """What a change would do."""
    return models.DryRun(
        version=found.version,
        differences=[models.Changed(what=one.what, old=one.old, new=one.new) for one in found.differences],
        looked_at=found.links,
        suspended=found.count(Consequence.SUSPENDED),
        cut=found.count(Consequence.CUT),
        restored=found.count(Consequence.RESTORED),
        links=[
            models.Affected(
                link=one.link,
                page=one.page,
                consequence=one.consequence.value,
                reasons=list(one.reasons),
                layers=list(one.layers),
            )
            for one in found.impacts
        ],
        decided_live=list(found.decided_live),
        warnings=list(found.warnings),
    )


async def _document(call: Call) -> str:
    body = await call.request.body()
    if len(body) > LARGEST_DOCUMENT:
        raise InvalidValue("body", f"at most {LARGEST_DOCUMENT} bytes")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidValue("body", "is not UTF-8 text") from None


OPERATIONS: tuple[Done, ...] = (
    Done(
        method="GET",
        path="/policy",
        summary="See everything that is set",
        needs=Operation.POLICY_READ,
        handler=show,
        gives=TOML,
    ),
    Done(
        method="PUT",
        path="/policy",
        summary="Replace everything that is set",
        needs=Operation.POLICY_CHANGE,
        handler=replace,
        takes=TOML,
        parameters=(DRY_RUN,),
        conditional=True,
        middleware=_LARGE,
    ),
    Done(
        method="GET",
        path="/policy/history",
        summary="See who changed what is set",
        needs=Operation.POLICY_READ,
        handler=history,
        parameters=(AFTER, LIMIT),
    ),
    Done(
        method="GET",
        path="/switch",
        summary="See whether sharing is on",
        needs=Operation.POLICY_READ,
        handler=switch,
        parameters=(SPACE,),
    ),
    Done(
        method="PUT",
        path="/switch",
        summary="Stop sharing or let it go on",
        needs=Operation.POLICY_CHANGE,
        handler=turn,
        parameters=(SPACE, DRY_RUN),
    ),
)
