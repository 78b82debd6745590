"""Who may do what with links when a site has no permission scheme (R2, R3)."""

from __future__ import annotations

import pytest
from attrs import evolve

from exshare_core.accounts import Member
from exshare_core.errors import Refused
from exshare_core.permissions import Mandate, Right, sees_all
from exshare_core.values import MemberId, SiteId

ACME, BETA = SiteId("acme"), SiteId("beta")
MEMBER = Member(MemberId("ada"), "Ada", ACME)
ADMIN = Member(MemberId("boss"), "Boss", ACME, admin=True)
EVERYWHERE = Member(MemberId("chief"), "Chief", None, admin=True)
OTHER = MemberId("somebody-else")

# (who, on which site, whose link, may they)
ROWS = [
    ("the operator, any link", None, ACME, OTHER, True),
    ("a member, their own", MEMBER, ACME, MEMBER.id, True),
    ("a member, somebody else's", MEMBER, ACME, OTHER, False),
    ("a member, a new one", MEMBER, ACME, None, True),
    ("a member, their own on another site", MEMBER, BETA, MEMBER.id, False),
    ("a member, a new one on another site", MEMBER, BETA, None, False),
    ("an admin, somebody else's", ADMIN, ACME, OTHER, True),
    ("an admin, on another site", ADMIN, BETA, OTHER, False),
    ("an admin of all sites, anywhere", EVERYWHERE, BETA, OTHER, True),
    ("a disabled member, their own", evolve(MEMBER, disabled=True), ACME, MEMBER.id, False),
    ("a disabled admin", evolve(ADMIN, disabled=True), ACME, OTHER, False),
    ("a disabled admin of all sites", evolve(EVERYWHERE, disabled=True), ACME, OTHER, False),
]


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize(("row", "who", "site", "owner", "may"), ROWS)
def test_every_right_for_every_kind_of_member(
    row: str, who: Member | None, site: SiteId, owner: MemberId | None, may: bool, right: Right
) -> None:
    """R2, R3: members act on their own links, admins on all of their sites, and nobody anywhere else."""
    if may:
        Mandate(who, site).check(right, owner)
    else:
        with pytest.raises(Refused, match="no member of this site|it belongs to somebody else"):
            Mandate(who, site).check(right, owner)
            pytest.fail(row)


@pytest.mark.parametrize(
    ("who", "site", "expected"),
    [
        (None, ACME, True),
        (MEMBER, ACME, False),
        (ADMIN, ACME, True),
        (ADMIN, BETA, False),
        (EVERYWHERE, BETA, True),
        (evolve(ADMIN, disabled=True), ACME, False),
    ],
)
def test_only_admins_and_the_operator_list_all_links(who: Member | None, site: SiteId, expected: bool) -> None:
    """R3: a member's list is their own."""

    assert expected == sees_all(who, site)


def test_a_refusal_says_what_and_why() -> None:
    """A member is told which right is missing, in words."""
    with pytest.raises(Refused, match="you may not delete this link: it belongs to somebody else"):
        Mandate(MEMBER, ACME).check(Right.DELETE, OTHER)
