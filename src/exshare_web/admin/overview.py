"""What is set on a site at a glance: the layers one over another, the spaces, the switches, and ways to each of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from attrs import evolve, frozen
from starlette.requests import Request
from starlette.responses import Response

from exshare_core.errors import InvalidValue, InvalidValues, NotFound
from exshare_core.explaining import in_words
from exshare_core.governance import Leavers, Loosening, SitePolicy, SpaceRules
from exshare_core.policy import Limits
from exshare_core.values import MemberId, SpaceKey
from exshare_web.admin.proposals import STEPS, Form, Wanted, Whole, submitted, version
from exshare_web.admin.words import TITLES
from exshare_web.manager.forms import Filled, Reading
from exshare_web.manager.pages import base, framed
from exshare_web.manager.session import Desk
from exshare_web.visitor.request import shell

DONE: Mapping[str, str] = {
    "saved": "Saved. It holds from each link's next request.",
    "removed": "The configuration is removed.",
    "stopped": "Sharing is stopped. No link there opens any more.",
    "resumed": "Sharing goes on. Links open as they did before.",
    "applied": "The document is applied. It holds from each link's next request.",
}
"""What has just been done, by the word that stands in the address afterwards."""


@frozen
class SpaceRow:
    """One space in the list."""

    key: SpaceKey
    configuration: str
    sets: str
    """What it restricts itself, in a few words."""
    admins: bool
    scheme: bool
    on: bool


async def show(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/policy``: everything for admins of the site, and for admins of spaces their spaces."""
    if desk.member.admin:
        return await overview(request, desk)
    spaces = await desk.governing.spaces(desk.member)
    if not spaces:
        await desk.governing.policy(desk.member)
    return await framed(request, desk, "admin_spaces.html", spaces=spaces)


async def overview(request: Request, desk: Desk, status: int = 200, filled: Filled | None = None) -> Response:
    """The page for admins of the site; `filled` holds what was typed into one of its small forms and not accepted."""
    policy = await desk.governing.policy(desk.member)
    stopped = await desk.governing.stopped(desk.member)
    return await framed(
        request,
        desk,
        "admin_policy.html",
        status,
        policy=policy,
        site_sets=summary(policy.limits),
        configurations=[
            (name, summary(one.limits), _spaces_under(policy, name))
            for name, one in sorted(policy.configurations.items())
        ],
        spaces=_rows(policy, stopped),
        site_on=None not in stopped,
        stopped=sorted(one for one in stopped if one is not None),
        loosening=Loosening,
        heir=await _name_of(desk, policy.heir),
        filled=filled or Filled({"version": str(policy.version)}),
        done=DONE.get(request.query_params.get("done", ""), "") if request.method == "GET" else "",
    )


async def _name_of(desk: Desk, member: MemberId | None) -> str:
    """The name of a member; the id of one who is none any more."""
    return "" if member is None else (await desk.sharing.names(desk.member, {member})).get(member, member)


def summary(limits: Limits) -> tuple[tuple[str, str], ...]:
    """What a layer sets, as pairs of a title and a value in words."""
    return tuple((TITLES[name], in_words(name, value)) for name, value in limits.given)


def _spaces_under(policy: SitePolicy, name: str) -> tuple[SpaceKey, ...]:
    return tuple(sorted(key for key, rules in policy.spaces.items() if rules.configuration == name))


def _rows(policy: SitePolicy, stopped: frozenset[SpaceKey | None]) -> list[SpaceRow]:
    """The spaces that something is set for, and those that are stopped."""
    keys = {*policy.spaces, *(one for one in stopped if one is not None)}
    return [_row(key, policy, key not in stopped) for key in sorted(keys)]


def _row(key: SpaceKey, policy: SitePolicy, on: bool) -> SpaceRow:
    rules = policy.rules(key)
    sets = ", ".join(title for title, _ in summary(rules.limits))
    return SpaceRow(
        key, policy.configuration(key), sets, rules.admins != SpaceRules().admins, rules.scheme is not None, on
    )


# --- what becomes of links when a layer is loosened ----------------------------------------------------------------


async def submit_loosening(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/policy/loosening``: choose what becomes of older links (spec P4), after a preview."""
    path = f"{base(request, desk)}/policy"
    return await submitted(
        request,
        desk,
        Form(
            heading="When a layer is loosened",
            action=f"{path}/loosening",
            back=path,
            done=f"{path}?done=saved",
            read=partial(_read_loosening, desk),
            show=lambda filled, status: overview(request, desk, status, filled),
        ),
    )


async def _read_loosening(desk: Desk) -> Wanted:
    policy = await desk.governing.policy(desk.member)
    reading = Reading(desk.fields)
    reading.refuse_unknown(STEPS | {"loosening"})
    known = {one.value: one for one in Loosening}
    chosen = known.get(desk.fields.get("loosening", ""))
    if chosen is None:
        reading.failures.append(InvalidValue("loosening", "choose one of the two"))
    if reading.failures or chosen is None:
        raise InvalidValues(tuple(reading.failures))
    return Whole(desk, evolve(policy, loosening=chosen, version=version(desk)))


# --- what becomes of the links of leavers ----------------------------------------------------------------------------


async def submit_leavers(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/policy/leavers``: choose what becomes of leavers' links (spec L15), after a preview."""
    path = f"{base(request, desk)}/policy"
    return await submitted(
        request,
        desk,
        Form(
            heading="When a member leaves",
            action=f"{path}/leavers",
            back=path,
            done=f"{path}?done=saved",
            read=partial(_read_leavers, request, desk),
            show=lambda filled, status: overview(request, desk, status, filled),
        ),
    )


async def _read_leavers(request: Request, desk: Desk) -> Wanted:
    policy = await desk.governing.policy(desk.member)
    reading = Reading(desk.fields)
    reading.refuse_unknown(STEPS | {"leavers", "heir"})
    chosen = {one.value: one for one in Leavers}.get(desk.fields.get("leavers", ""))
    heir = None
    if chosen is None:
        reading.failures.append(InvalidValue("leavers", "choose one of the three"))
    elif chosen is not Leavers.STOP:
        heir = await _heir(request, desk, reading)
    if reading.failures or chosen is None:
        raise InvalidValues(tuple(reading.failures))
    return Whole(desk, evolve(policy, leavers=chosen, heir=heir, version=version(desk)))


async def _heir(request: Request, desk: Desk, reading: Reading) -> MemberId | None:
    """The member that is named as the new owner; a preview carries the name on, so that it is looked up twice."""
    name = desk.fields.get("heir", "").strip()
    try:
        return (await shell(request).services.membership.named(name, desk.site)).id
    except NotFound:
        reading.failures.append(InvalidValue("heir", "there is no member of this name on the site"))
        return None
