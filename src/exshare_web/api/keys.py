"""API keys over the API: the one that a request came with, and those of its member."""

from __future__ import annotations

from exshare_core.api_keys import ApiKey, KeyForm, Operation, check_within, operations_of
from exshare_core.errors import Taken
from exshare_core.values import ApiKeyId, Networks
from exshare_web.api import models
from exshare_web.api.calls import Call
from exshare_web.api.declaring import ROOT, Done
from exshare_web.visitor.request import shell


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


async def list_keys(call: Call) -> models.Keys:
    """The keys of the member, newest first; revoked ones among them."""
    found = await shell(call.request).services.keying.list(call.member, call.site)
    return models.Keys(keys=[_key(one) for one in found])


async def make(call: Call, wanted: models.NewKey) -> models.Key:
    """Make a key for the same member, with no more operations, no longer life and no more networks than this one has.

    A repeat of the request under its ``Idempotency-Key`` makes none and cannot show the first one again: 409.
    """
    form = KeyForm(
        name=wanted.name,
        operations=operations_of(wanted.operations),
        valid_from=wanted.valid_from,
        valid_until=wanted.valid_until,
        networks=None if wanted.networks is None else Networks.parse(wanted.networks),
    )
    check_within(form, call.key)
    repeated = await call.repeated_as()
    id = None if repeated is None else ApiKeyId(repeated)
    try:
        made, text = await shell(call.request).services.keying.make(call.member, call.site, form, id)
    except Taken:
        raise Taken("this request has made its key already, and no key is shown twice") from None
    return _key(made, text)


async def revoke(call: Call) -> models.Key:
    """Take all worth from a key at once; an admin of the site may revoke everybody's."""
    key = ApiKeyId(call.path("key")[:60])
    return _key(await shell(call.request).services.keying.revoke(call.member, call.site, key))


def _key(key: ApiKey, text: str | None = None) -> models.Key:
    return models.Key(
        id=key.id,
        name=key.name,
        operations=sorted(one.value for one in key.operations),
        created_at=key.created_at,
        valid_from=key.valid_from,
        valid_until=key.valid_until,
        networks=None if key.networks is None else list(key.networks.entries()),
        uses=key.uses,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
        text=text,
    )


OPERATIONS: tuple[Done, ...] = (
    Done(method="GET", path=f"{ROOT}/key", summary="See the key", needs=None, handler=who_am_i),
    Done(method="GET", path="/keys", summary="List your keys", needs=Operation.KEYS_MANAGE, handler=list_keys),
    Done(
        method="POST",
        path="/keys",
        summary="Make a key",
        needs=Operation.KEYS_MANAGE,
        handler=make,
        status=201,
        repeatable=True,
    ),
    Done(method="DELETE", path="/keys/{key}", summary="Revoke a key", needs=Operation.KEYS_MANAGE, handler=revoke),
)
