"""One space: what is set for it, who governs it, its switch, and, for admins of the site, its configuration and admins."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from attrs import evolve
from starlette.requests import Request
from starlette.responses import Response

from exshare_core.errors import InvalidValue, InvalidValues, NotFound
from exshare_core.explaining import in_words
from exshare_core.governance import DEFAULT, assign
from exshare_core.policy import Policy
from exshare_core.values import SpaceKey, space_key
from exshare_web.admin.grantees import fields_of, grantee_fields, read_grantees
from exshare_web.admin.overview import DONE, summary
from exshare_web.admin.proposals import STEPS, Form, Wanted, Whole, submitted, version
from exshare_web.admin.words import TITLES
from exshare_web.manager.forms import Filled, Reading
from exshare_web.manager.pages import base, framed
from exshare_web.manager.session import Desk

ADMINS = "admins"
FIELDS = frozenset({"configuration", *grantee_fields(ADMINS)})


def space_of(request: Request) -> SpaceKey:
    """The space that an address names; raises NotFound where it names none."""
    try:
        return space_key(request.query_params.get("key", ""))
    except InvalidValue:
        raise NotFound("there is no such space") from None


async def show(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/policy/space``: for admins of the site, and for those of this space."""
    return await _page(request, desk, space_of(request), None, 200)


async def submit(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/policy/space``: its configuration and its admins, which admins of the site set."""
    space, path = space_of(request), f"{base(request, desk)}/policy"
    here = f"{path}/space?{urlencode({'key': space})}"
    return await submitted(
        request,
        desk,
        Form(
            heading=f"Space {space}",
            action=here,
            back=here,
            done=f"{here}&done=saved",
            read=partial(_read, request, desk, space),
            show=partial(_page, request, desk, space),
        ),
    )


async def _page(request: Request, desk: Desk, space: SpaceKey, filled: Filled | None, status: int) -> Response:
    view = await desk.governing.space(desk.member, space)
    counted = await desk.governing.dry_run_space(desk.member, space, view.version, view.limits)
    policy = await desk.governing.policy(desk.member) if desk.member.admin else None
    names = await desk.sharing.names(desk.member, view.admins.members)
    return await framed(
        request,
        desk,
        "admin_space.html",
        status,
        view=view,
        own=summary(view.limits),
        above=_above(view.above),
        links=counted.links,
        admins=(*sorted(view.admins.groups), *sorted(names.get(one, one) for one in view.admins.members)),
        configurations=() if policy is None else sorted({*policy.configurations} - {DEFAULT}),
        scheme=policy is not None and policy.rules(space).scheme is not None,
        filled=evolve(filled, places=FIELDS)
        if filled
        else Filled(
            {
                "version": str(view.version),
                "configuration": "" if view.configuration == DEFAULT else view.configuration,
                **fields_of(ADMINS, view.admins, names),
            },
            places=FIELDS,
        ),
        done=DONE.get(request.query_params.get("done", ""), "") if request.method == "GET" else "",
    )


def _above(policy: Policy | None) -> tuple[tuple[str, str, str], ...]:
    """What the layers above say: title, value in words, and who set it."""
    if policy is None:
        return ()
    return tuple(
        (TITLES[name], in_words(name, value), ", ".join(policy.set_by(name))) for name, value in policy.limits.given
    )


async def _read(request: Request, desk: Desk, space: SpaceKey) -> Wanted:
    policy = await desk.governing.policy(desk.member)
    reading = Reading(desk.fields)
    reading.refuse_unknown(STEPS | FIELDS)
    name, rules = desk.fields.get("configuration", ""), policy.rules(space)
    if name and name not in policy.configurations:
        reading.failures.append(InvalidValue("configuration", "there is no configuration of this name"))
    admins = await read_grantees(request, desk, reading, ADMINS, rules.admins)
    if reading.failures:
        raise InvalidValues(tuple(reading.failures))
    # A document may name the default configuration; choosing it here leaves that as it is.
    kept = rules.configuration if (rules.configuration or DEFAULT) == (name or DEFAULT) else name or None
    return Whole(
        desk, evolve(assign(policy, space, evolve(rules, configuration=kept, admins=admins)), version=version(desk))
    )
