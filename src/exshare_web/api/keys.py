"""API keys over the API: the one that a request came with."""

from __future__ import annotations

from exshare_web.api import models
from exshare_web.api.calls import Call
from exshare_web.api.declaring import ROOT, Done


async def who_am_i(call: Call) -> models.WhoAmI:
    """The key that the request came with."""
    key = call.key
    return models.WhoAmI(
        site=key.site,
        member=call.member.name,
        name=key.name,
        operations=sorted(one.value for one in key.operations),
        valid_until=key.valid_until,
        uses=key.uses,
    )


OPERATIONS: tuple[Done, ...] = (
    Done(method="GET", path=f"{ROOT}/key", summary="See the key", needs=None, handler=who_am_i),
)
