"""Who is meant, as three fields: everyone, groups by name, members by name."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from exshare_core.errors import InvalidValue, NotFound
from exshare_core.schemes import Grantees
from exshare_core.values import MemberId
from exshare_web.manager.forms import Reading
from exshare_web.manager.session import Desk
from exshare_web.visitor.request import shell

LONGEST_NAME = 500
"""Characters of a group's name, as in a policy document."""


def grantee_fields(prefix: str) -> frozenset[str]:
    """The names of the three fields."""
    return frozenset({f"{prefix}_everyone", f"{prefix}_groups", f"{prefix}_members"})


def fields_of(prefix: str, grantees: Grantees, names: Mapping[MemberId, str]) -> dict[str, str]:
    """The three fields as they are now; who is no longer known is shown by id."""
    return {
        f"{prefix}_everyone": "on" if grantees.everyone else "",
        f"{prefix}_groups": "\n".join(sorted(grantees.groups)),
        f"{prefix}_members": "\n".join(sorted(names.get(one, one) for one in grantees.members)),
    }


async def read_grantees(request: Request, desk: Desk, reading: Reading, prefix: str, old: Grantees) -> Grantees:
    """Who the three fields mean; a name that nobody has is noted beside its field."""
    members = set()
    for name in _lines(reading, f"{prefix}_members"):
        found = await _member(request, desk, name, old)
        if found is None:
            reading.failures.append(InvalidValue(f"{prefix}_members", f"there is no member `{name[:60]}` on this site"))
        else:
            members.add(found)
    groups = _lines(reading, f"{prefix}_groups")
    if any(len(name) > LONGEST_NAME for name in groups):
        reading.failures.append(InvalidValue(f"{prefix}_groups", f"at most {LONGEST_NAME} characters a name"))
    return Grantees(reading.ticked(f"{prefix}_everyone"), frozenset(groups), frozenset(members))


async def _member(request: Request, desk: Desk, name: str, old: Grantees) -> MemberId | None:
    """The member of this name or id; who is meant already may be gone, and is not lost by saving something else."""
    if MemberId(name) in old.members:
        return MemberId(name)
    try:
        return (await shell(request).services.membership.named(name, desk.site)).id
    except NotFound:
        return None


def _lines(reading: Reading, name: str) -> list[str]:
    return [line.strip() for line in reading.fields.get(name, "").splitlines() if line.strip()]
