"""The permission scheme of a site or of one space as a table: ten rights, and who has each of them (spec R1, R2)."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from attrs import evolve, frozen
from starlette.requests import Request
from starlette.responses import Response

from exshare_core.errors import InvalidValue, InvalidValues
from exshare_core.governance import SitePolicy, assign
from exshare_core.permissions import Shift
from exshare_core.schemes import NOBODY, WITHOUT, Granted, Scheme
from exshare_core.values import MemberId, SpaceKey
from exshare_web.admin.grantees import fields_of, grantee_fields, read_grantees
from exshare_web.admin.proposals import STEPS, Form, Wanted, Whole, submitted, version
from exshare_web.admin.spaces import space_of
from exshare_web.admin.words import RIGHTS
from exshare_web.manager.forms import Filled, Reading
from exshare_web.manager.pages import base, framed
from exshare_web.manager.session import Desk

CHOICE = "scheme_choice"
FIELDS = frozenset({CHOICE}).union(*(grantee_fields(one.value) for one in Granted))


async def show(request: Request, desk: Desk) -> Response:
    """``GET /manage/{site}/policy/scheme``: of the site, or of the space that the address names."""
    return await _page(request, desk, _space(request), None, 200)


async def submit(request: Request, desk: Desk) -> Response:
    """``POST /manage/{site}/policy/scheme``: preview a change of the scheme, save it, or go on with it."""
    space, path = _space(request), f"{base(request, desk)}/policy"
    query = "" if space is None else f"?{urlencode({'key': space})}"
    back = path if space is None else f"{path}/space{query}"
    return await submitted(
        request,
        desk,
        Form(
            heading="Who may do what on this site" if space is None else f"Who may do what in the space {space}",
            action=f"{path}/scheme{query}",
            back=back,
            done=f"{back}{'&' if query else '?'}done=saved",
            read=partial(_read, request, desk, space),
            show=partial(_page, request, desk, space),
        ),
    )


def _space(request: Request) -> SpaceKey | None:
    return space_of(request) if "key" in request.query_params else None


def _scheme(policy: SitePolicy, space: SpaceKey | None) -> Scheme | None:
    return policy.scheme if space is None else policy.rules(space).scheme


async def _page(request: Request, desk: Desk, space: SpaceKey | None, filled: Filled | None, status: int) -> Response:
    policy = await desk.governing.policy(desk.member)
    scheme = _scheme(policy, space)
    saved = await _fields(desk, policy, scheme)
    return await framed(
        request,
        desk,
        "admin_scheme.html",
        status,
        space=space,
        rights=tuple(RIGHTS.items()),
        filled=evolve(filled or Filled(saved), places=FIELDS),
        saved=saved,
        stale=status == 412,
    )


async def _fields(desk: Desk, policy: SitePolicy, scheme: Scheme | None) -> dict[str, str]:
    """The form as it is; a scheme to begin from, where there is none, grants what holds without any."""
    shown = WITHOUT if scheme is None else scheme
    ids: set[MemberId | None] = {one for grantees in shown.grants.values() for one in grantees.members}
    names = await desk.sharing.names(desk.member, ids)
    fields = {"version": str(policy.version), CHOICE: "none" if scheme is None else "own"}
    for one in Granted:
        fields |= fields_of(one.value, shown.of(one), names)
    return fields


@frozen
class OfRights(Whole):
    """A change of a scheme, which can also tell whose rights it changes."""

    space: SpaceKey | None

    async def shifts(self) -> tuple[tuple[Shift, ...], int]:
        """The rights that change hands, and for how many members that cannot be said."""
        permissions = self.policy.permissions(SpaceKey("") if self.space is None else self.space)
        return await self.desk.governing.dry_run_rights(self.desk.member, self.space, permissions)


async def _read(request: Request, desk: Desk, space: SpaceKey | None) -> Wanted:
    policy = await desk.governing.policy(desk.member)
    reading = Reading(desk.fields)
    reading.refuse_unknown(STEPS | FIELDS)
    if desk.fields.get(CHOICE) not in ("none", "own"):
        reading.failures.append(InvalidValue(CHOICE, "choose one of the two"))
    scheme = await _read_scheme(request, desk, reading, _scheme(policy, space))
    if reading.failures:
        raise InvalidValues(tuple(reading.failures))
    if space is None:
        wanted = evolve(policy, scheme=scheme)
    else:
        wanted = assign(policy, space, evolve(policy.rules(space), scheme=scheme))
    return OfRights(desk, evolve(wanted, version=version(desk)), space)


async def _read_scheme(request: Request, desk: Desk, reading: Reading, old: Scheme | None) -> Scheme | None:
    grants = {
        one: await read_grantees(request, desk, reading, one.value, NOBODY if old is None else old.of(one))
        for one in Granted
    }
    if desk.fields.get(CHOICE) != "own":
        return None
    written = frozenset() if old is None else frozenset(old.grants)
    return Scheme({one: grantees for one, grantees in grants.items() if grantees != NOBODY or one in written})
