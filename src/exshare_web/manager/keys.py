"""A member's API keys: make one, which is shown once, see their last use, and revoke them (spec A2)."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exshare_core.api_keys import ApiKey, KeyForm, Operation, operations_of
from exshare_core.errors import InvalidValue, InvalidValues, Refused
from exshare_core.values import ApiKeyId, Networks
from exshare_web.manager.forms import Filled, Reading, errors_of
from exshare_web.manager.pages import base, framed, said
from exshare_web.manager.session import Desk
from exshare_web.visitor.request import shell

SAYS = {
    Operation.LINKS_READ: "See links and explain them",
    Operation.LINKS_CREATE: "Make links",
    Operation.LINKS_EDIT: "Change, switch, rotate, renew and confirm links",
    Operation.LINKS_DELETE: "Delete links",
    Operation.LINKS_SEND: "Send links by mail",
    Operation.ACTIVITY_READ: "See what happened to links",
    Operation.POLICY_READ: "See what is set on the site",
    Operation.POLICY_CHANGE: "Change what is set on the site, and stop sharing",
    Operation.MEMBERS_READ: "See the members of the site",
    Operation.MEMBERS_CHANGE: "Lock members out and let them in",
    Operation.KEYS_MANAGE: "See, make and revoke your keys; those that it makes can do no more than it can",
}
"""Operations in the words that members read."""

FIELDS = frozenset({"csrf", "name", "operations", "from", "until", "networks"})


@frozen
class Shown:
    """A key in the list."""

    key: ApiKey
    state: str


async def show(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/keys``."""
    return await _page(request, desk, 200, Filled({}))


async def make(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/keys``: a new key, whose text stands on the answer and nowhere else."""
    typed = Filled(desk.fields, places=FIELDS)
    try:
        _, text = await shell(request).services.keying.make(desk.member, desk.site, _form(desk))
    except InvalidValue as error:
        names = {"valid_from": "from", "valid_until": "until"}
        errors = {names.get(name, name): rule for name, rule in errors_of(error).items()}
        return await _page(request, desk, 422, Filled(desk.fields, errors, FIELDS))
    except Refused as error:
        return await _page(request, desk, 403, typed, problem=said(error))
    return await _page(request, desk, 201, Filled({}), made=text)


async def revoke(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/keys/{key}/revoke``."""
    await shell(request).services.keying.revoke(desk.member, desk.site, ApiKeyId(request.path_params["key"]))
    return RedirectResponse(f"{base(request, desk)}/keys?done=revoked", 303)


def _form(desk: Desk) -> KeyForm:
    reading = Reading(desk.fields)
    reading.refuse_unknown(FIELDS)
    words = desk.fields.get("operations", "").split()
    form = KeyForm(
        name=desk.fields.get("name", ""),
        operations=reading.tried(lambda: operations_of(words), frozenset()),
        valid_from=reading.moment("from", None),
        valid_until=reading.moment("until", None),
        networks=reading.entries("networks", Networks.parse, Networks())
        if desk.fields.get("networks", "").strip()
        else None,
    )
    if reading.failures:
        raise InvalidValues(tuple(reading.failures))
    return form


async def _page(
    request: Request, desk: Desk, status: int, filled: Filled, *, made: str = "", problem: str = ""
) -> Response:
    keying = shell(request).services.keying
    keys = await keying.list(desk.member, desk.site)
    return await framed(
        request,
        desk,
        "keys.html",
        status,
        keys=[Shown(one, _state(one, keying.clock.now())) for one in keys],
        operations=[(one.value, SAYS[one]) for one in Operation],
        filled=filled,
        made=made,
        problem=problem,
        done="The key is revoked." if request.query_params.get("done") == "revoked" and not made else "",
    )


def _state(key: ApiKey, now: datetime) -> str:
    """Whether the key is good now, wherever it is used from."""
    if key.revoked_at is not None:
        return "revoked"
    if key.valid_from is not None and now < key.valid_from:
        return "not valid yet"
    return "ended" if key.valid_until is not None and now >= key.valid_until else "active"
