"""Who may do what with links, without a permission scheme and with schemes of the site and the space (R1, R2, R3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve

from exshare_core.accounts import Member
from exshare_core.errors import Busy, Refused
from exshare_core.governance import Permissions
from exshare_core.permissions import Mandate, Right, asks_groups, sees_all
from exshare_core.schemes import EVERYONE, NOBODY, Granted, Grantees, Scheme
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


# (who, the site's scheme, the space's, groups, their admins, what it comes to)
WHOLE_SPACES: list[tuple[Any, ...]] = [
    ("the operator", None, None, None, frozenset(), NOBODY, None),
    ("an admin of the site", ADMIN, {}, None, frozenset(), NOBODY, None),
    ("an admin of another site", evolve(ADMIN, site=BETA), {}, None, frozenset(), NOBODY, "no member of this site"),
    ("an admin of the space", MEMBER, {}, {}, frozenset(), Grantees(members=frozenset({MEMBER.id})), None),
    ("one who is disabled", evolve(MEMBER, disabled=True), {Granted.VIEW_SPACE: EVERYONE}, None, frozenset(),
     Grantees(members=frozenset({MEMBER.id})), "no member of this site"),
    ("a member without a scheme", MEMBER, None, None, frozenset(), NOBODY, "may not see all links of this space"),
    ("who may see all of a page", MEMBER, {Granted.VIEW_PAGE: EVERYONE}, None, frozenset(), NOBODY,
     "may not see all links of this space"),
    ("who may see all of a space", MEMBER, {Granted.VIEW_SPACE: EVERYONE}, None, frozenset(), NOBODY, None),
    ("who the space keeps out", MEMBER, {Granted.VIEW_SPACE: EVERYONE}, {}, frozenset(), NOBODY,
     "may not see all links of this space"),
    ("by a group", MEMBER, {Granted.VIEW_SPACE: Grantees(groups=frozenset({"leads"}))}, None, frozenset({"leads"}),
     NOBODY, None),
    ("by an unknown group", MEMBER, {Granted.VIEW_SPACE: Grantees(groups=frozenset({"leads"}))}, None, None,
     NOBODY, "could not be found out"),
    ("an admin by an unknown group", MEMBER, None, None, None, Grantees(groups=frozenset({"leads"})),
     "could not be found out"),
    ("where no group is named", MEMBER, None, None, None, NOBODY, "may not see all links of this space"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "who", "scheme", "space_scheme", "groups", "admins", "refusal"), WHOLE_SPACES)
def test_all_links_of_a_space_are_for_its_admins_and_who_is_granted_them(
    row: str,
    who: Member | None,
    scheme: Mapping[Granted, Grantees] | None,
    space_scheme: Mapping[Granted, Grantees] | None,
    groups: frozenset[str] | None,
    admins: Grantees,
    refusal: str | None,
) -> None:
    """R1, R3: no right to one page or to one's own links opens the list of a space."""
    of_site, of_space = (None if one is None else Scheme(one) for one in (scheme, space_scheme))
    mandate = Mandate(who, ACME, Permissions(of_site, of_space, admins), groups)
    if refusal is None:
        mandate.check_whole_space()
    else:
        with pytest.raises(Busy if "found out" in refusal else Refused, match=refusal):
            mandate.check_whole_space()
            pytest.fail(row)


def test_a_refusal_says_what_and_why() -> None:
    """A member is told which right is missing, in words."""
    with pytest.raises(Refused, match="you may not delete this link: it belongs to somebody else"):
        Mandate(MEMBER, ACME).check(Right.DELETE, OTHER)


# --- schemes ---------------------------------------------------------------------------------------------------

LEADS, STAFF = Grantees(groups=frozenset({"leads"})), Grantees(groups=frozenset({"staff"}))
ADA = Grantees(members=frozenset({MEMBER.id}))

Site = Mapping[Granted, Grantees]

# (what is tried, the site's scheme, the space's, the member's groups, the right, whose link, may they)
SCHEMES: list[tuple[str, Site | None, Site | None, set[str], Right, MemberId | None, bool]] = [
    ("without a scheme a member creates", None, None, set(), Right.CREATE, None, True),
    ("an empty scheme grants nothing", {}, None, {"leads"}, Right.CREATE, None, False),
    ("an empty list is nobody", {Granted.CREATE: NOBODY}, None, {"leads"}, Right.CREATE, None, False),
    ("everyone is said in so many words", {Granted.CREATE: EVERYONE}, None, set(), Right.CREATE, None, True),
    ("a group is granted", {Granted.CREATE: LEADS}, None, {"leads"}, Right.CREATE, None, True),
    ("another group is not", {Granted.CREATE: LEADS}, None, {"staff"}, Right.CREATE, None, False),
    ("groups compare exactly", {Granted.CREATE: LEADS}, None, {"Leads"}, Right.CREATE, None, False),
    ("a member is granted by name", {Granted.CREATE: ADA}, None, set(), Right.CREATE, None, True),
    ("several grants unite", {Granted.CREATE: Grantees(False, frozenset({"leads"}), frozenset({MEMBER.id}))}, None,
     set(), Right.CREATE, None, True),
    ("the space narrows", {Granted.CREATE: EVERYONE}, {Granted.CREATE: LEADS}, {"staff"}, Right.CREATE, None, False),
    ("the space does not widen", {Granted.CREATE: LEADS}, {Granted.CREATE: EVERYONE}, {"staff"}, Right.CREATE, None, False),
    ("both grant", {Granted.CREATE: STAFF}, {Granted.CREATE: LEADS}, {"staff", "leads"}, Right.CREATE, None, True),
    ("a space narrows a site without a scheme", None, {Granted.CREATE: LEADS}, {"staff"}, Right.CREATE, None, False),
    ("a space widens no site without a scheme", None, {Granted.EDIT_OTHERS: EVERYONE}, set(), Right.EDIT, OTHER, False),
    ("nobody makes links for others", dict.fromkeys(Granted, EVERYONE), None, set(), Right.CREATE, OTHER, False),
    ("own is not others'", {Granted.EDIT_OWN: EVERYONE}, None, set(), Right.EDIT, OTHER, False),
    ("others' is not own", {Granted.EDIT_OTHERS: EVERYONE}, None, set(), Right.EDIT, MEMBER.id, False),
    ("own may be taken", {Granted.CREATE: EVERYONE}, None, set(), Right.DELETE, MEMBER.id, False),
    ("all links of a page hold the own", {Granted.VIEW_PAGE: EVERYONE}, None, set(), Right.VIEW, MEMBER.id, True),
    ("all links of a page hold others'", {Granted.VIEW_PAGE: EVERYONE}, None, set(), Right.VIEW, OTHER, True),
    ("all links of a space hold others'", {Granted.VIEW_SPACE: LEADS}, None, {"leads"}, Right.VIEW, OTHER, True),
    ("own links are not all", {Granted.VIEW_OWN: EVERYONE}, None, set(), Right.VIEW, OTHER, False),
    ("viewing is not editing", {Granted.VIEW_SPACE: EVERYONE}, None, set(), Right.EDIT, OTHER, False),
    ("others' are deleted by whom it is granted", {Granted.DELETE_OTHERS: LEADS}, None, {"leads"}, Right.DELETE, OTHER, True),
    ("others' are sent by whom it is granted", {Granted.SEND_OTHERS: LEADS}, None, {"leads"}, Right.SEND, OTHER, True),
    ("sending own may be taken", {Granted.CREATE: EVERYONE}, None, set(), Right.SEND, MEMBER.id, False),
]  # fmt: skip


@pytest.mark.parametrize(("row", "site", "space", "groups", "right", "owner", "may"), SCHEMES)
def test_schemes_of_site_and_space_narrow_each_other(
    row: str,
    site: Site | None,
    space: Site | None,
    groups: set[str],
    right: Right,
    owner: MemberId | None,
    may: bool,
) -> None:
    """R1, R2: what both schemes grant is allowed, an empty list is nobody, and a space never widens its site."""
    of_site, of_space = (None if one is None else Scheme(one) for one in (site, space))
    permissions = Permissions(of_site, of_space)
    mandate = Mandate(MEMBER, ACME, permissions, frozenset(groups))

    assert may == mandate.may(right, owner), row


@pytest.mark.parametrize("right", Right)
def test_admins_need_no_scheme(right: Right) -> None:
    """R3: a scheme that grants nothing leaves the site's admins, and the operator, everything."""
    nothing = Permissions(Scheme(), Scheme())

    assert [True, True, False] == [Mandate(who, ACME, nothing).may(right, OTHER) for who in (None, ADMIN, MEMBER)]


@pytest.mark.parametrize(
    ("right", "owner", "may"),
    [
        (Right.VIEW, OTHER, True),
        (Right.EDIT, OTHER, True),
        (Right.DELETE, OTHER, True),
        (Right.SEND, OTHER, False),
        (Right.CREATE, None, False),
        (Right.CREATE, OTHER, False),
    ],
)
def test_admins_of_a_space_see_edit_and_delete_its_links(right: Right, owner: MemberId | None, may: bool) -> None:
    """R3: an admin of the space sees, edits and deletes all of its links; for the rest they are a member like others."""
    by_group = Permissions(Scheme(), Scheme(), LEADS)

    assert may == Mandate(MEMBER, ACME, by_group, frozenset({"leads"})).may(right, owner)
    assert not Mandate(MEMBER, ACME, by_group, frozenset({"staff"})).may(right, owner)


def test_unknown_groups_grant_nothing_and_are_no_refusal() -> None:
    """R1, R4: who may be meant by a group that cannot be found out is told to come back, and is let in to nothing."""
    unknown = Mandate(MEMBER, ACME, Permissions(Scheme({Granted.CREATE: LEADS})), None)
    with pytest.raises(Busy, match="your groups could not be found out"):
        unknown.check(Right.CREATE)
    with pytest.raises(Refused, match="you may not delete this link"):
        unknown.check(Right.DELETE, MEMBER.id)

    assert not unknown.may(Right.CREATE)


def test_a_refusal_by_a_scheme_names_it() -> None:
    """P5, R1: a member learns that it is the permission scheme that keeps a right from them."""
    with pytest.raises(Refused, match=r"you may not create links \(set by permission scheme\)"):
        Mandate(MEMBER, ACME, Permissions(Scheme())).check(Right.CREATE)


@pytest.mark.parametrize(
    ("permissions", "asks"),
    [
        (Permissions(), False),
        (Permissions(Scheme({Granted.CREATE: ADA})), False),
        (Permissions(Scheme({Granted.CREATE: LEADS})), True),
        (Permissions(None, Scheme({Granted.VIEW_OWN: LEADS})), True),
        (Permissions(space_admins=LEADS), True),
        (Permissions(Scheme({Granted.CREATE: Grantees(True, frozenset({"leads"}))})), False),
    ],
)
def test_groups_are_asked_for_only_where_one_is_named(permissions: Permissions, asks: bool) -> None:
    """R4: nothing is asked of Confluence for a site whose schemes name no group."""
    assert asks == asks_groups(permissions)
