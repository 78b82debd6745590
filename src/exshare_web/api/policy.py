"""What admins set, over the API: the whole of it as one TOML document, its dry run, its history, and the switches."""

from __future__ import annotations

from starlette.responses import Response

from exshare_core.errors import InvalidValue, StalePolicy
from exshare_core.governing.rehearsing import DryRun
from exshare_core.impact import Consequence
from exshare_core.policy_document import LARGEST_DOCUMENT, read_policy, write_policy
from exshare_core.values import SpaceKey, space_key
from exshare_web.api import bodies, models, problems
from exshare_web.api.calls import Call

TOML = "application/toml"


async def show(call: Call) -> Response:
    """Everything that is set, as a document that can be kept, reviewed and sent back."""
    policy = await call.governing.policy(call.member)
    return Response(write_policy(policy), media_type=TOML, headers={"etag": f'"{policy.version}"'})


async def replace(call: Call) -> Response:
    """Replace everything that is set by a document, or only say what that would do."""
    version = call.seen()
    if version is None:
        return problems.answer(problems.UNCONDITIONAL, "send If-Match with the version that you have seen")
    policy = await call.governing.policy(call.member)
    if policy.version != version:
        raise StalePolicy(policy.version)
    wanted = read_policy(await _document(call), policy)
    if _flag(call, "dry_run"):
        return _json(dry_run_of(await call.governing.dry_run(call.member, wanted)))
    changed = await call.governing.change(call.member, wanted)
    answer = _json(models.PolicyVersion(version=changed.version))
    answer.headers["etag"] = f'"{changed.version}"'
    return answer


async def switch(call: Call) -> Response:
    """Whether links of the site, or of one space, may open."""
    switches = await call.governing.switches(call.member, _space(call))
    return _json(models.Switch(on=switches.site_on and switches.space_on))


async def turn(call: Call) -> Response:
    """Stop all links of the site, or of one space, at once, or let them go on; or only say what that would do."""
    wanted = bodies.read(models.Switch, await call.body())
    space = _space(call)
    if _flag(call, "dry_run"):
        return _json(dry_run_of(await call.governing.dry_run_switch(call.member, space, wanted.on)))
    switches = await call.governing.switch(call.member, space, wanted.on)
    return _json(models.Switch(on=switches.site_on and switches.space_on))


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


def _flag(call: Call, name: str) -> bool:
    text = call.query.get(name, "false")
    if text not in ("true", "false"):
        raise InvalidValue(name, "must be true or false")
    return text == "true"


def _space(call: Call) -> SpaceKey | None:
    """The space that the query names; None is the site."""
    return None if "space" not in call.query else space_key(call.query["space"])


def _json(value: object) -> Response:
    return Response(bodies.written(value), media_type="application/json")
