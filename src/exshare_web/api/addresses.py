"""Over the API: addresses of people's own at a link, what it reaches, and the way to see it as its visitors do."""

from __future__ import annotations

import attrs

from exshare_core.api_keys import Operation
from exshare_core.sharing import Counted, Personal
from exshare_core.values import Address
from exshare_web.api import models
from exshare_web.api.calls import Call
from exshare_web.api.declaring import Done
from exshare_web.api.links import changed, each, form_of, link_named, owner_of


async def list_addresses(call: Call) -> models.PersonalAddresses:
    """The addresses of a link that are somebody's own, without where they lead: each says that by itself."""
    found = await call.sharing.personal(call.member, link_named(call))
    return models.PersonalAddresses(addresses=[_address(one) for one in found])


async def add(call: Call, wanted: models.NewAddresses) -> models.PersonalAddresses:
    """Give people addresses of their own, each with where it leads; one that cannot be made stops all of them."""
    recipients = each("recipients", wanted.recipients, Address.parse)
    made = await call.sharing.add_personal(call.member, link_named(call), recipients, wanted.valid_until)
    return models.PersonalAddresses(addresses=[_address(one, url) for one, url in made])


async def show(call: Call) -> models.PersonalAddress:
    """One address of somebody's own, with where it leads: needs what showing the link's own address needs."""
    found, url = await call.sharing.reveal_personal(call.member, link_named(call), _id(call))
    return _address(found, url)


async def revoke(call: Call) -> models.PersonalAddress:
    """Withdraw one address of somebody's own; the others go on."""
    return _address(await call.sharing.revoke_personal(call.member, link_named(call), _id(call)))


async def reach(call: Call) -> models.Reach:
    """How many pages and files a link reaches now; exact up to 200 pages, else the least there is."""
    return _reach(await call.sharing.reach(call.member, link_named(call)))


async def reach_of_new(call: Call, wanted: models.NewLink) -> models.Reach:
    """What a link would reach that is not made yet; refused as making it would be, and nothing is stored."""
    owner = await owner_of(call, wanted)
    return _reach(await call.sharing.check_new(call.member, owner, wanted.page, form_of(wanted)))


async def reach_of_change(call: Call, changes: models.LinkChange) -> models.Reaches:
    """What a link reaches now and would with other settings; refused as the change would be, and nothing is stored."""
    link, form = await changed(call, changes)
    now, after = await call.sharing.check_change(call.member, link, call.version, form)
    return models.Reaches(now=_reach(now), after=_reach(after))


async def preview(call: Call, wanted: models.PreviewAs) -> models.Preview:
    """A way for the key's member to see the link as its visitors do, without using an open."""
    visitor = None if wanted.visitor is None else Address.parse(wanted.visitor)
    return models.Preview(url=await call.sharing.preview(call.member, link_named(call), visitor))


def _address(one: Personal, url: str | None = None) -> models.PersonalAddress:
    address = one.address
    return models.PersonalAddress(
        id=one.id,
        recipient=None if one.recipient is None else str(one.recipient),
        created_at=address.created_at,
        valid_until=address.valid_until,
        revoked_at=address.revoked_at,
        opens=one.opens,
        used_at=one.used_at,
        alive=one.lives,
        url=url,
    )


def _reach(counted: Counted) -> models.Reach:
    return models.Reach(**attrs.asdict(counted))


def _id(call: Call) -> str:
    return call.path("address")[:60]


OPERATIONS = (
    Done(
        method="GET",
        path="/links/{link}/addresses",
        summary="List personal addresses",
        needs=Operation.LINKS_READ,
        handler=list_addresses,
    ),
    Done(
        method="POST",
        path="/links/{link}/addresses",
        summary="Make personal addresses",
        needs=Operation.LINKS_EDIT,
        handler=add,
        status=201,
    ),
    Done(
        method="GET",
        path="/links/{link}/addresses/{address}",
        summary="Show a personal address",
        needs=Operation.LINKS_READ,
        handler=show,
    ),
    Done(
        method="DELETE",
        path="/links/{link}/addresses/{address}",
        summary="Withdraw a personal address",
        needs=Operation.LINKS_EDIT,
        handler=revoke,
    ),
    Done(
        method="GET",
        path="/links/{link}/reach",
        summary="Count what a link reaches",
        needs=Operation.LINKS_READ,
        handler=reach,
    ),
    Done(
        method="POST",
        path="/reach",
        summary="Count what a new link would reach",
        needs=Operation.LINKS_CREATE,
        handler=reach_of_new,
    ),
    Done(
        method="POST",
        path="/links/{link}/reach",
        summary="Count what a change would reach",
        needs=Operation.LINKS_EDIT,
        handler=reach_of_change,
        conditional=True,
    ),
    Done(
        method="POST",
        path="/links/{link}/preview",
        summary="Preview a link",
        needs=Operation.LINKS_READ,
        handler=preview,
    ),
)
