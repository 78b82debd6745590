"""What a member may do with links (spec section 5), as pure checks.

Without a permission scheme every member may create, and may view, edit, delete and send their own links; an admin of
the site may do so with every link (spec R2, R3). Admins obey policy like everyone.
"""

from __future__ import annotations

from enum import Enum

from exshare_core.accounts import Member
from exshare_core.errors import Refused
from exshare_core.values import MemberId, SiteId


class Right(Enum):
    """The things a member can want to do with a link."""

    CREATE = "create links"
    VIEW = "view this link"
    EDIT = "edit this link"
    DELETE = "delete this link"
    SEND = "send this link by mail"


def check(member: Member | None, right: Right, site: SiteId, owner: MemberId | None = None) -> None:
    """Raise Refused unless `member` may do it on `site`; None is the operator, who may do everything.

    `owner` is the owner of the link in question; None when the right concerns no link in particular. An admin may act
    for every owner, also at creation.
    """
    if member is None:
        return
    check_membership(member, site)
    if member.admin or owner is None or owner == member.id:
        return
    raise Refused(f"you may not {right.value}: it belongs to somebody else")


def check_membership(member: Member | None, site: SiteId) -> None:
    """Raise Refused unless `member` belongs to `site` or is the operator."""
    if member is not None and not member.belongs_to(site):
        raise Refused("you are no member of this site")


def sees_all(member: Member | None, site: SiteId) -> bool:
    """Whether `member` may list the links of everybody on `site`."""
    return member is None or (member.admin and member.belongs_to(site))
