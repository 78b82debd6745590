"""The named configurations of a site: making one, and removing one that no space is assigned to."""

from __future__ import annotations

from urllib.parse import urlencode

from attrs import evolve
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.errors import InvalidValue, NotFound, Refused, StalePolicy
from exshare_core.governance import DEFAULT, Configuration, SitePolicy, configuration_layer
from exshare_web.admin.overview import overview
from exshare_web.admin.proposals import STALE, STEPS, version
from exshare_web.manager.forms import Filled, Reading
from exshare_web.manager.pages import base
from exshare_web.manager.session import Desk


async def create(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/policy/configurations``: make one, with nothing set or as another one is.

    No link is under it yet, so there is nothing to rehearse.
    """
    name, pattern = desk.fields.get("name", "").strip(), desk.fields.get("like", "")
    try:
        policy = await desk.governing.policy(desk.member)
        await desk.governing.change(desk.member, evolve(_with_new(desk, policy, name, pattern), version=version(desk)))
    except StalePolicy as error:
        filled = Filled({**desk.fields, "version": str(error.current)}, {"name": STALE})
        return await overview(request, desk, 412, filled)
    except InvalidValue as error:
        return await overview(request, desk, 400, Filled(desk.fields, {"name": error.rule}))
    query = urlencode({"of": configuration_layer(name), "done": "created"})
    return RedirectResponse(f"{base(request, desk)}/policy/layer?{query}", 303)


def _with_new(desk: Desk, policy: SitePolicy, name: str, pattern: str) -> SitePolicy:
    reading = Reading(desk.fields)
    reading.refuse_unknown(STEPS | {"name", "like"})
    if reading.failures:
        raise reading.failures[0]
    if name in policy.configurations:
        raise InvalidValue("name", "there is a configuration of this name")
    if pattern and pattern not in policy.configurations:
        raise InvalidValue("like", "there is no configuration to begin from")
    new = policy.configurations[pattern] if pattern else Configuration()
    return evolve(policy, configurations={**policy.configurations, name: new})


async def remove(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/policy/configurations/remove``: remove one; refused while a space is assigned to it."""
    name = desk.fields.get("name", "")
    policy = await desk.governing.policy(desk.member)
    if name not in policy.configurations:
        raise NotFound("there is no such configuration")
    if reason := _why_kept(policy, name):
        raise Refused(reason)
    others = {one: configuration for one, configuration in policy.configurations.items() if one != name}
    await desk.governing.change(desk.member, evolve(policy, configurations=others, version=version(desk)))
    return RedirectResponse(f"{base(request, desk)}/policy?done=removed", 303)


def _why_kept(policy: SitePolicy, name: str) -> str:
    """Why a configuration cannot be removed, in words; empty if it can be."""
    if name == DEFAULT:
        return "the default configuration cannot be removed: every space without another is under it"
    used = sorted(key for key, rules in policy.spaces.items() if rules.configuration == name)
    if not used:
        return ""
    some = ", ".join(used[:10]) + (f" and {len(used) - 10} more" if len(used) > 10 else "")
    return f"it is in use by {some}. Assign them to another configuration first"
