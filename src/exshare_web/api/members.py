"""The members of a site over the API: admins see them, lock them out, let them in, and sign them out."""

from __future__ import annotations

from exshare_core import accounts
from exshare_core.api_keys import Operation
from exshare_core.errors import InvalidValue
from exshare_core.values import MemberId
from exshare_web.api import models
from exshare_web.api.calls import Call
from exshare_web.api.declaring import AFTER, LIMIT, Done
from exshare_web.visitor.request import shell

MOST = 200


async def list_members(call: Call) -> models.Members:
    """Who belongs to the site, by name; those who are locked out among them."""
    limit, after = call.number("limit", 50, MOST), call.query.get("after", "")
    if after and not (len(after) <= 60 and after.isalnum()):
        raise InvalidValue("after", "must be what `next` said")
    found = await shell(call.request).services.membership.of_site(call.member, call.site)
    ordered = sorted(found, key=lambda one: (one.name.casefold(), one.id))
    start = next((place + 1 for place, one in enumerate(ordered) if one.id == after), 0)
    shown, more = ordered[start : start + limit], len(ordered) > start + limit
    return models.Members(members=[_member(one) for one in shown], next=shown[-1].id if more else None)


async def show(call: Call) -> models.Member:
    """One member."""
    return _member(await shell(call.request).services.membership.one_of(call.member, call.site, _id(call)))


async def lock_out(call: Call) -> models.LockedOut:
    """Lock a member out at once, in every browser and with every key. What becomes of their links is the site's choice."""
    services = shell(call.request).services
    member = await services.membership.lock_out(call.member, call.site, _id(call), call.version)
    settled = await services.leaving[call.site].settle(member.id)
    return models.LockedOut(
        version=member.version,
        became=settled.choice.value,
        links=list(settled.links),
        owner=None if settled.heir is None else settled.heir.name,
    )


async def let_in(call: Call) -> models.Member:
    """Let a member sign in again with the password they had; links that are still theirs go on."""
    membership = shell(call.request).services.membership
    return _member(await membership.let_in(call.member, call.site, _id(call), call.version))


def _id(call: Call) -> MemberId:
    return MemberId(call.path("member")[:60])


def _member(member: accounts.Member) -> models.Member:
    return models.Member(
        id=member.id,
        version=member.version,
        name=member.name,
        admin=member.admin,
        all_sites=member.site is None,
        identity=member.identity,
        second_factor=member.factor is not None,
        disabled=member.disabled,
    )


OPERATIONS: tuple[Done, ...] = (
    Done(
        method="GET",
        path="/members",
        summary="List members",
        needs=Operation.MEMBERS_READ,
        handler=list_members,
        parameters=(AFTER, LIMIT),
    ),
    Done(method="GET", path="/members/{member}", summary="See a member", needs=Operation.MEMBERS_READ, handler=show),
    Done(
        method="POST",
        path="/members/{member}/disable",
        summary="Lock a member out",
        needs=Operation.MEMBERS_CHANGE,
        handler=lock_out,
        conditional=True,
    ),
    Done(
        method="POST",
        path="/members/{member}/enable",
        summary="Let a member in",
        needs=Operation.MEMBERS_CHANGE,
        handler=let_in,
        conditional=True,
    ),
)
