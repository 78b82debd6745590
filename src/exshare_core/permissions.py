"""What a member may do with the links of one space (spec section 5), as pure checks.

The site's scheme and the space's narrow each other: both must grant. Without a scheme every member may create, and may
view, edit, delete and send their own (spec R2). Admins of a space see, edit and delete every link of it; admins of the
site may do everything (spec R3). All of them obey policy like everyone: nothing here lifts a restriction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import Enum

from attrs import frozen

from exshare_core.accounts import Member
from exshare_core.errors import Busy, Refused
from exshare_core.governance import Permissions
from exshare_core.schemes import WITHOUT, Granted
from exshare_core.values import MemberId, SiteId


class Right(Enum):
    """The things a member can want to do with a link."""

    CREATE = "create links"
    VIEW = "view this link"
    EDIT = "edit this link"
    DELETE = "delete this link"
    SEND = "send this link by mail"


_OWN: Mapping[Right, frozenset[Granted]] = {
    Right.CREATE: frozenset({Granted.CREATE}),
    Right.VIEW: frozenset({Granted.VIEW_OWN, Granted.VIEW_PAGE, Granted.VIEW_SPACE}),
    Right.EDIT: frozenset({Granted.EDIT_OWN}),
    Right.DELETE: frozenset({Granted.DELETE_OWN}),
    Right.SEND: frozenset({Granted.SEND_OWN}),
}
"""What lets a member do it with their own link; one of them is enough."""

_OTHERS: Mapping[Right, frozenset[Granted]] = {
    Right.CREATE: frozenset(),
    Right.VIEW: frozenset({Granted.VIEW_PAGE, Granted.VIEW_SPACE}),
    Right.EDIT: frozenset({Granted.EDIT_OTHERS}),
    Right.DELETE: frozenset({Granted.DELETE_OTHERS}),
    Right.SEND: frozenset({Granted.SEND_OTHERS}),
}
"""The same with somebody else's. No scheme grants making links that belong to others."""

_OF_SPACE_ADMINS = frozenset({Right.VIEW, Right.EDIT, Right.DELETE})
"""What an admin of a space may do with every link of it (spec R3)."""


@frozen(slots=True)
class Mandate:
    """A member on a site, with all that decides what they may do with the links of one space.

    `member` None is the operator, who may do everything. `groups` are None when they could not be found out: then no
    group grants anything, and who is refused for that alone is told to come back (Busy).
    """

    member: Member | None
    site: SiteId
    permissions: Permissions = Permissions()
    groups: frozenset[str] | None = frozenset()

    def check(self, right: Right, owner: MemberId | None = None) -> None:
        """Raise Refused unless the member may do it with a link of `owner`; None is a link that is not made yet."""
        check_membership(self.member, self.site)
        if self._may(right, owner):
            return
        if self._groups_would_tell(self._enough(right, owner)):
            raise Busy("your groups could not be found out")
        if owner is None or self.member is None or owner == self.member.id:
            raise Refused(f"you may not {right.value}", "permission scheme")
        raise Refused(f"you may not {right.value}: it belongs to somebody else")

    def may(self, right: Right, owner: MemberId | None = None) -> bool:
        """Whether `check` would let it pass."""
        return (self.member is None or self.member.belongs_to(self.site)) and self._may(right, owner)

    def check_whole_space(self) -> None:
        """Raise Refused unless the member may see every link of the space: its admins, and who is granted it (R1, R3)."""
        check_membership(self.member, self.site)
        if self.is_space_admin or self._granted(Granted.VIEW_SPACE):
            return
        if self._groups_would_tell({Granted.VIEW_SPACE}):
            raise Busy("your groups could not be found out")
        raise Refused("you may not see all links of this space")

    @property
    def is_admin(self) -> bool:
        """Whether the member is the operator or an admin of the site."""
        return sees_all(self.member, self.site)

    @property
    def is_space_admin(self) -> bool:
        """Whether the member may govern the space: its admins, and those of the site."""
        if self.member is None or self.is_admin:
            return True
        admins = self.permissions.space_admins
        return self.member.belongs_to(self.site) and admins.include(self.member.id, self.groups)

    def has(self, granted: Granted) -> bool:
        """Whether the schemes give the member this right. What admins may do beyond that is not asked here."""
        return self.member is not None and self.member.belongs_to(self.site) and self._granted(granted)

    def _may(self, right: Right, owner: MemberId | None) -> bool:
        member = self.member
        if member is None or member.admin or (right in _OF_SPACE_ADMINS and self.is_space_admin):
            return True
        return any(self._granted(one) for one in self._enough(right, owner))

    def _enough(self, right: Right, owner: MemberId | None) -> frozenset[Granted]:
        own = owner is None or (self.member is not None and owner == self.member.id)
        return (_OWN if own else _OTHERS)[right]

    def _granted(self, granted: Granted) -> bool:
        """Whether the site's scheme grants it, and the space's where there is one."""
        assert self.member is not None
        schemes = (self.permissions.scheme or WITHOUT, self.permissions.space_scheme)
        return all(one is None or one.of(granted).include(self.member.id, self.groups) for one in schemes)

    def _groups_would_tell(self, enough: Collection[Granted]) -> bool:
        """Whether the member is refused only because it is not known which groups they are in."""
        if self.groups is not None:
            return False
        every = [self.permissions.scheme or WITHOUT, self.permissions.space_scheme]
        named = [one.of(granted) for one in every if one is not None for granted in enough]
        return any(one.asks_groups for one in (*named, self.permissions.space_admins))


@frozen(slots=True)
class Shift:
    """What a change of schemes does to one right: how many members win it and lose it."""

    granted: Granted
    won: int
    lost: int


def shifts(before: Iterable[Mandate], after: Iterable[Mandate]) -> tuple[Shift, ...]:
    """The rights that change hands, from the mandates of the same members before and after a change."""
    pairs = tuple(zip(before, after, strict=True))
    counted = (
        Shift(
            granted,
            won=sum(new.has(granted) and not old.has(granted) for old, new in pairs),
            lost=sum(old.has(granted) and not new.has(granted) for old, new in pairs),
        )
        for granted in Granted
    )
    return tuple(one for one in counted if one.won or one.lost)


def asks_groups(permissions: Permissions) -> bool:
    """Whether somebody may be meant by their group alone, so that groups have to be found out."""
    schemes = [one for one in (permissions.scheme, permissions.space_scheme) if one is not None]
    meant = [permissions.space_admins, *(grantees for scheme in schemes for grantees in scheme.grants.values())]
    return any(one.asks_groups for one in meant)


def check_membership(member: Member | None, site: SiteId) -> None:
    """Raise Refused unless `member` belongs to `site` or is the operator."""
    if member is not None and not member.belongs_to(site):
        raise Refused("you are no member of this site")


def check_admin(member: Member | None, site: SiteId) -> None:
    """Raise Refused unless `member` is an admin of `site` or the operator."""
    check_membership(member, site)
    if not sees_all(member, site):
        raise Refused("only admins of the site may do this")


def sees_all(member: Member | None, site: SiteId) -> bool:
    """Whether `member` may see and do everything on `site`: its admins and the operator."""
    return member is None or (member.admin and member.belongs_to(site))
