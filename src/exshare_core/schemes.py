"""Permission schemes as values: which rights are granted to whom (spec R1, R2).

A scheme grants; what it does not grant is not allowed. An empty list means nobody, and "everyone" is a value of its own:
an admin who takes the last group out of a list closes the act and does not open it to all.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen

from exshare_core.values import MemberId


class Granted(Enum):
    """What a scheme can grant: the seven rights of spec R1, each told apart by whose link it is where that matters."""

    CREATE = "create"
    VIEW_OWN = "view-own-on-page"
    VIEW_PAGE = "view-all-on-page"
    VIEW_SPACE = "view-all-in-space"
    EDIT_OWN = "edit-own"
    EDIT_OTHERS = "edit-others"
    DELETE_OWN = "delete-own"
    DELETE_OTHERS = "delete-others"
    SEND_OWN = "send-own"
    SEND_OTHERS = "send-others"


@frozen(slots=True)
class Grantees:
    """Who is meant: everyone, or the members and groups that are named. Empty is nobody (spec R1)."""

    everyone: bool = False
    groups: frozenset[str] = frozenset()
    """Names of groups in Confluence, compared exactly."""
    members: frozenset[MemberId] = frozenset()

    def include(self, member: MemberId, groups: frozenset[str] | None) -> bool:
        """Whether `member` is meant; `groups` are None when they could not be found out, and then grant nothing."""
        return self.everyone or member in self.members or bool(groups and self.groups & groups)

    @property
    def asks_groups(self) -> bool:
        """Whether somebody may be meant by their group alone."""
        return bool(self.groups) and not self.everyone


NOBODY = Grantees()
EVERYONE = Grantees(everyone=True)


@frozen(slots=True)
class Scheme:
    """Rights and who has them. A right that is not named is nobody's; several grants unite."""

    grants: Mapping[Granted, Grantees] = field(factory=dict)

    def of(self, granted: Granted) -> Grantees:
        """Who has this right."""
        return self.grants.get(granted, NOBODY)


WITHOUT = Scheme(
    dict.fromkeys((Granted.CREATE, Granted.VIEW_OWN, Granted.EDIT_OWN, Granted.DELETE_OWN, Granted.SEND_OWN), EVERYONE)
)
"""What holds on a site without a scheme: every member may create, and see, edit, delete and send their own (spec R2)."""
