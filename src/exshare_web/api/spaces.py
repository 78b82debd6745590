"""Spaces over the API: what is set for each, and its own restrictions, which its admins may change."""

from __future__ import annotations

from exshare_core.api_keys import Operation
from exshare_core.errors import InvalidValue, NotFound
from exshare_core.explaining import in_words
from exshare_core.governing import SpaceView
from exshare_core.policy_document import read_limits, write_limits
from exshare_core.policy_keys import write_grantees
from exshare_core.values import SpaceKey, space_key
from exshare_web.api import models
from exshare_web.api.calls import Call
from exshare_web.api.declaring import DRY_RUN, Done
from exshare_web.api.policy import dry_run_of


async def list_spaces(call: Call) -> models.Spaces:
    """The spaces for which something is set and that the member governs; all of them for an admin of the site."""
    return models.Spaces(spaces=list(await call.governing.spaces(call.member)))


async def show(call: Call) -> models.Space:
    """What is set for one space, for its admins and those of the site."""
    return _space(await call.governing.space(call.member, _key(call)))


async def limit(call: Call, wanted: models.SpaceLimits) -> models.Space | models.DryRun:
    """Replace the restrictions of one space, or only say what that would do."""
    space, limits = _key(call), read_limits(wanted.limits)
    if call.flag("dry_run"):
        return dry_run_of(await call.governing.dry_run_space(call.member, space, call.version, limits))
    await call.governing.change_space(call.member, space, call.version, limits)
    return _space(await call.governing.space(call.member, space))


def _space(view: SpaceView) -> models.Space:
    above = () if view.above is None else view.above.limits.given
    return models.Space(
        key=view.space,
        version=view.version,
        configuration=view.configuration,
        limits=write_limits(view.limits),
        above=[
            models.ValueInForce(
                restriction=name,
                value=in_words(name, value),
                layers=[] if view.above is None else list(view.above.set_by(name)),
            )
            for name, value in above
        ],
        admins=list(write_grantees(view.admins)),
        on=view.switches.site_on and view.switches.space_on,
    )


def _key(call: Call) -> SpaceKey:
    """The space that the address names; raises NotFound for what can be no key of one."""
    try:
        return space_key(call.path("space"))
    except InvalidValue:
        raise NotFound("there is no such space") from None


OPERATIONS: tuple[Done, ...] = (
    Done(method="GET", path="/spaces", summary="List spaces", needs=Operation.POLICY_READ, handler=list_spaces),
    Done(method="GET", path="/spaces/{space}", summary="See a space", needs=Operation.POLICY_READ, handler=show),
    Done(
        method="PUT",
        path="/spaces/{space}",
        summary="Replace the restrictions of a space",
        needs=Operation.POLICY_CHANGE,
        handler=limit,
        parameters=(DRY_RUN,),
        conditional=True,
    ),
)
