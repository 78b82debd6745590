"""What admins set, rehearse, switch and are told: by right, on what was seen, whole or not at all, and on the record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from attrs import evolve

from exshare_core.accounts import Member
from exshare_core.decisions import Effect, Stage
from exshare_core.errors import Broken, Busy, InvalidValue, NotFound, Refused, StalePolicy
from exshare_core.events import Actor, Kind
from exshare_core.governance import DEFAULT, Configuration, Defaults, Difference, Loosening, SitePolicy, SpaceRules
from exshare_core.governing import Governing
from exshare_core.impact import Consequence
from exshare_core.links import Switches
from exshare_core.policy import GroupRule, Limits
from exshare_core.schemes import EVERYONE, Granted, Grantees, Scheme
from exshare_core.sharing import LinkForm
from exshare_core.testing.samples import NOW, after
from exshare_core.values import Address, LinkId, Networks, People, SpaceKey
from tests.unit.office import ACME, ADA_ACCOUNT, BETA, BOSS_ACCOUNT, DAY, GUIDE, PASSWORD, PLAN, Office, run

TEAM = SpaceKey("TEAM")
LEADS = Grantees(groups=frozenset({"leads"}))


@pytest.fixture
def office() -> Office:
    """A site with Ada, Bob and an admin."""
    return Office()


def policy(office: Office) -> SitePolicy:
    """What is set now."""
    return run(office.governing.policy(None))


def change(office: Office, member: Member | None = None, **fields: Any) -> SitePolicy:
    """Set fields of the policy, on what is set now."""
    return run(office.governing.change(member, evolve(policy(office), **fields)))


# --- setting ---------------------------------------------------------------------------------------------------


def test_a_change_is_stored_with_its_row_and_its_event(office: Office) -> None:
    """P5, M7: what is set is in force at once, and the history and the activity say who did it."""
    changed = change(office, office.boss, limits=Limits(opens=5))
    (row,) = run(office.governing.history(office.boss))
    (event,) = (one for one in office.events() if one.kind is Kind.POLICY_CHANGED)

    assert (2, 5) == (changed.version, policy(office).limits.opens)
    assert (2, Actor.MEMBER, office.boss.id) == (row.version, row.actor, row.member)
    assert (Difference("site: opens", "not set", "5"),) == row.changes
    assert (Actor.MEMBER, office.boss.id, "version 2") == (event.actor, event.member, event.detail)


def test_a_change_of_nothing_stores_nothing(office: Office) -> None:
    """L12: saving what is set already makes no version and no row."""
    change(office)

    assert 1 == policy(office).version
    assert () == run(office.governing.history(None))


def test_the_second_of_two_changes_is_refused_with_the_fresh_version(office: Office) -> None:
    """L12: who changed on what is no longer in force is told which version is."""
    seen = policy(office)
    change(office, limits=Limits(opens=5))
    with pytest.raises(StalePolicy) as refused:
        run(office.governing.change(office.boss, evolve(seen, limits=Limits(opens=9))))

    assert (2, 5) == (refused.value.current, policy(office).limits.opens)


def test_a_change_without_meaning_changes_nothing(office: Office) -> None:
    """P1: a configuration that is assigned and not there is refused by name, and nothing of the change is stored."""
    with pytest.raises(InvalidValue, match="the space TEAM is assigned to the configuration `gone`"):
        change(office, limits=Limits(opens=5), spaces={TEAM: SpaceRules("gone")})

    assert SitePolicy(ACME) == policy(office)
    assert not [one for one in office.events() if one.kind is Kind.POLICY_CHANGED]


def test_a_named_configuration_in_use_cannot_be_removed(office: Office) -> None:
    """P1: it has to be taken from its spaces first."""
    configurations = {DEFAULT: Configuration(), "strict": Configuration()}
    change(office, configurations=configurations, spaces={TEAM: SpaceRules("strict")})
    with pytest.raises(InvalidValue, match="`strict`, which is not there"):
        change(office, configurations={DEFAULT: Configuration()})

    assert {DEFAULT, "strict"} == set(policy(office).configurations)


def test_nobody_sets_what_is_held_back(office: Office) -> None:
    """P4: what is held back follows from changes alone, whatever somebody hands in."""
    change(office, limits=Limits(opens=2))
    change(office, limits=Limits())
    before = policy(office)
    run(office.governing.change(None, evolve(before, held=(), limits=Limits(children=False))))

    assert before.held == policy(office).held


def test_what_is_set_on_one_site_is_not_set_on_another(office: Office) -> None:
    """A policy of another site is refused."""
    with pytest.raises(InvalidValue, match="what is set on one site"):
        run(office.governing.change(None, SitePolicy(BETA, limits=Limits(opens=1))))


ADMINS_ONLY: list[Callable[[Governing, Member], Coroutine[Any, Any, object]]] = [
    lambda it, who: it.policy(who),
    lambda it, who: it.change(who, SitePolicy(ACME)),
    lambda it, who: it.history(who),
    lambda it, who: it.dry_run(who, SitePolicy(ACME)),
    lambda it, who: it.dry_run_switch(who, None, False),
    lambda it, who: it.dry_run_switch(who, TEAM, False),
    lambda it, who: it.switches(who, None),
    lambda it, who: it.switches(who, TEAM),
    lambda it, who: it.switch(who, None, False),
    lambda it, who: it.switch(who, TEAM, False),
    lambda it, who: it.stopped(who),
    lambda it, who: it.space(who, TEAM),
    lambda it, who: it.change_space(who, TEAM, 1, Limits()),
    lambda it, who: it.dry_run_space(who, TEAM, 1, Limits()),
]


@pytest.mark.parametrize("act", ADMINS_ONLY)
def test_governing_is_for_admins(
    office: Office, act: Callable[[Governing, Member], Coroutine[Any, Any, object]]
) -> None:
    """R3: no member governs by any scheme, and nobody by being an admin somewhere else."""
    change(office, scheme=Scheme(dict.fromkeys(Granted, EVERYONE)))
    foreign = office.member("Chief of beta", site=BETA, admin=True)
    for who in (office.ada, foreign, evolve(office.boss, disabled=True)):
        with pytest.raises(Refused):
            run(act(office.governing, who))


# --- schemes ---------------------------------------------------------------------------------------------------


def test_a_scheme_decides_who_makes_links(office: Office) -> None:
    """R1: from the next act on, only whom the scheme names makes links."""
    office.content.groups[ADA_ACCOUNT] = frozenset({"leads"})
    change(office, scheme=Scheme({Granted.CREATE: LEADS}))
    office.create(office.ada)
    with pytest.raises(Refused, match=r"you may not create links \(set by permission scheme\)"):
        office.create(office.bob)


def test_unknown_groups_keep_a_member_waiting(office: Office) -> None:
    """R4: who may be meant by a group that cannot be found out is told to come back; nothing is made."""
    change(office, scheme=Scheme({Granted.CREATE: LEADS}))
    office.content.access_unknown = True
    with pytest.raises(Busy):
        office.create(office.ada)

    assert office.nothing_was_stored()


def test_admins_of_a_space_manage_its_links_and_set_its_layer(office: Office) -> None:
    """R3: Bob, by a group, sees, changes and deletes Ada's link, and narrows his space and nothing else."""
    shown = office.create(office.ada)
    office.content.groups[office.bob.identity or ADA_ACCOUNT] = frozenset({"leads"})
    change(office, spaces={TEAM: SpaceRules(admins=LEADS)})
    run(office.governing.change_space(office.bob, TEAM, policy(office).version, Limits(opens=3)))

    assert shown.link.id == run(office.sharing.show(office.bob, shown.link.id)).link.id
    assert Limits(opens=3) == policy(office).rules(TEAM).limits
    assert LEADS == policy(office).rules(TEAM).admins
    assert "disabled" == run(office.sharing.disable(office.bob, shown.link.id)).state
    with pytest.raises(Refused):
        run(office.governing.change(office.bob, evolve(policy(office), limits=Limits(opens=99))))
    with pytest.raises(Refused):
        run(office.governing.change_space(office.bob, SpaceKey("OTHER"), policy(office).version, Limits()))


def test_an_admin_of_a_space_cannot_relax_the_site(office: Office) -> None:
    """P1, R3: what is above the space is shown, and holds whatever the space says."""
    change(
        office, limits=Limits(opens=2), spaces={TEAM: SpaceRules(admins=Grantees(members=frozenset({office.bob.id})))}
    )
    run(office.governing.change_space(office.bob, TEAM, policy(office).version, Limits(opens=50)))
    view = run(office.governing.space(office.bob, TEAM))

    assert view.above is not None
    assert (2, 50) == (view.above.limits.opens, view.limits.opens)
    assert 2 == office.create(office.ada).policy.limits.opens  # type: ignore[union-attr]


def test_an_admin_cannot_lock_themselves_out(office: Office) -> None:
    """R3: after the emptiest scheme, the strictest layer and the switches, an admin still governs and takes it back."""
    strictest = Limits(people=People(), networks=Networks(), opens=1, password_demanded=True)
    change(office, office.boss, scheme=Scheme(), limits=strictest)
    run(office.governing.switch(office.boss, None, False))
    run(office.governing.switch(office.boss, None, True))
    change(office, office.boss, scheme=None, limits=Limits())

    assert Limits() == policy(office).limits


def test_admins_obey_policy(office: Office) -> None:
    """R3: an admin makes no link that a layer forbids."""
    change(office, limits=Limits(password_demanded=True))
    with pytest.raises(InvalidValue, match="a password is demanded"):
        office.create(office.boss)


# --- rehearsing ------------------------------------------------------------------------------------------------


def test_a_dry_run_lists_and_counts_what_would_happen_and_changes_nothing(office: Office) -> None:
    """P6: suspended, cut and restored links by name and number; afterwards everything is as it was."""
    bare, listed = (
        office.create(name="bare"),
        office.create(name="listed", password=PASSWORD, people=People.parse(["a.example"])),
    )
    wanted = evolve(policy(office), limits=Limits(password_demanded=True, people=People.parse(["b.example"])))
    found = run(office.governing.dry_run(office.boss, wanted))
    by_name = {one.name: (one.consequence, one.reasons) for one in found.impacts}

    assert {
        "bare": (Consequence.SUSPENDED, ("a password is demanded",)),
        "listed": (Consequence.CUT, ("people",)),
    } == by_name
    assert (2, [1, 1, 0]) == (found.links, [found.count(one) for one in Consequence])
    assert sorted([bare.link.id, listed.link.id]) == [one.link for one in found.impacts]
    assert SitePolicy(ACME) == policy(office)
    assert "active" == run(office.sharing.show(office.boss, bare.link.id)).state


def test_a_dry_run_is_what_happens(office: Office) -> None:
    """P6: after the change, the links that were listed as suspended are suspended, and no other."""
    for number in range(6):
        office.create(name=f"{number}", password=PASSWORD if number % 2 else None)
    wanted = evolve(policy(office), limits=Limits(password_demanded=True))
    foretold = {one.link for one in run(office.governing.dry_run(None, wanted)).impacts}
    run(office.governing.change(None, wanted))
    happened = {one.link.id for one in run(office.sharing.list(None)) if one.state == "suspended"}

    assert 3 == len(happened)
    assert foretold == happened


@pytest.mark.parametrize(("loosening", "restored"), [(Loosening.RESTORE, 1), (Loosening.CONFIRM, 0)])
def test_a_dry_run_of_a_loosening_follows_the_sites_choice(office: Office, loosening: Loosening, restored: int) -> None:
    """P4, P6: what would come back is listed where wishes are restored, and nothing where they wait for their owners."""
    office.create()
    change(office, limits=Limits(password_demanded=True), loosening=loosening)
    office.clock.forward(days=1)
    found = run(office.governing.dry_run(None, evolve(policy(office), limits=Limits())))

    assert restored == found.count(Consequence.RESTORED)


def test_a_dry_run_names_what_is_decided_live_and_what_it_would_shut(office: Office) -> None:
    """P6: rules on labels and groups need live facts; a scheme for nobody and lists without anybody are minded."""
    rule = GroupRule("contractors", Limits(lifetime=7 * DAY))
    limits = Limits(forbidden_labels=frozenset({"internal"}), group_rules=frozenset({rule}), people=People())
    found = run(office.governing.dry_run(None, evolve(policy(office), limits=limits, scheme=Scheme())))

    assert ("labels that forbid sharing", "rules for the groups of a link's owner") == found.decided_live
    assert (
        "nobody but admins can make links on this site",
        "no visitor is on every list of allowed people on this site",
    ) == found.warnings


def test_a_dry_run_of_what_has_changed_meanwhile_is_refused(office: Office) -> None:
    """L12, P6: it would be the rehearsal of another change."""
    seen = policy(office)
    change(office, limits=Limits(opens=5))
    with pytest.raises(StalePolicy):
        run(office.governing.dry_run(None, evolve(seen, limits=Limits(opens=9))))


# --- switches --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("space", "rule"), [(None, "for the site"), (TEAM, "for the space")])
def test_a_switch_stops_links_and_lets_them_go_on(office: Office, space: SpaceKey | None, rule: str) -> None:
    """P7: off suspends, on restores, nothing of the link is touched, and both are on the record."""
    link = office.create().link
    foretold = run(office.governing.dry_run_switch(office.boss, space, False))
    off = run(office.governing.switch(office.boss, space, False))
    stopped = run(office.sharing.show(office.ada, link.id))
    run(office.governing.switch(None, space, True))
    again = run(office.sharing.show(office.ada, link.id))
    kinds = [(one.kind, one.actor) for one in office.events() if one.link is None and "sharing" in one.kind.value]

    assert Switches(site_on=space is not None, space_on=space is None) == off
    assert [link.id] == [one.link for one in foretold.impacts]
    assert ("suspended", f"sharing is switched off {rule}") == (stopped.state, stopped.reason)
    assert ("active", link) == (again.state, again.link)
    assert [(Kind.SHARING_STOPPED, Actor.MEMBER), (Kind.SHARING_RESUMED, Actor.OPERATOR)] == kinds


def test_admins_of_a_space_turn_its_switch_and_no_other(office: Office) -> None:
    """R3, P7: Bob stops his own space, whatever case its key is written in, and is on the record as who did it."""
    link = office.create().link
    change(office, spaces={TEAM: SpaceRules(admins=Grantees(members=frozenset({office.bob.id})))})
    off = run(office.governing.switch(office.bob, SpaceKey("team"), False))
    stopped = run(office.sharing.show(office.ada, link.id)).state
    elsewhere: list[Callable[[SpaceKey | None], Coroutine[Any, Any, object]]] = [
        lambda space: office.governing.switches(office.bob, space),
        lambda space: office.governing.dry_run_switch(office.bob, space, True),
        lambda space: office.governing.switch(office.bob, space, False),
    ]
    for act in elsewhere:
        for space in (None, SpaceKey("OTHER")):
            with pytest.raises(Refused):
                run(act(space))
    (event,) = (one for one in office.events() if one.kind is Kind.SHARING_STOPPED)

    assert Switches(site_on=True, space_on=False) == off == run(office.governing.switches(office.bob, TEAM))
    assert "suspended" == stopped
    assert (Actor.MEMBER, office.bob.id, "space TEAM") == (event.actor, event.member, event.detail)
    assert frozenset({TEAM}) == run(office.governing.stopped(office.boss))


def test_the_dry_run_of_a_space_s_switch_looks_at_its_links_only(office: Office) -> None:
    """P6, R3: how many links other spaces have is neither counted nor told."""
    link, other = office.create().link, office.create().link
    office.alter(other, scope=evolve(other.scope, space=SpaceKey("OTHER")))
    change(office, spaces={TEAM: SpaceRules(admins=Grantees(members=frozenset({office.bob.id})))})
    found = run(office.governing.dry_run_switch(office.bob, TEAM, False))

    assert (1, [link.id]) == (found.links, [one.link for one in found.impacts])
    assert 2 == run(office.governing.dry_run_switch(office.boss, None, False)).links


# --- explaining ------------------------------------------------------------------------------------------------


def test_an_explanation_names_every_gate_and_the_live_facts(office: Office) -> None:
    """P9: gates on stored facts, then what Confluence says of the page, each with its layer."""
    change(office, limits=Limits(networks=Networks.parse(["192.0.2.0/24"])))
    link = office.create(password=PASSWORD).link
    found = run(office.governing.explain(office.ada, link.id))
    said = {one.stage: (one.effect, one.layers) for one in found.gates}

    assert Effect.DENY is found.effect
    assert (Effect.DENY, ("site",)) == said[Stage.NETWORK]
    assert (Effect.ASK, ("link",)) == said[Stage.PASSWORD]
    assert (Effect.ALLOW, ()) == said[Stage.CONTENT]


def test_an_explanation_says_when_confluence_does_not(office: Office) -> None:
    """P9, L15: what cannot be found out is said, and is no allowance."""
    link = office.create().link
    office.content.failure = Broken("nonsense")
    found = run(office.governing.explain(None, link.id))

    assert (Effect.DENY, "Confluence does not answer now") == (found.effect, found.gates[-1].rule)


def test_an_explanation_is_for_who_may_see_the_link(office: Office) -> None:
    """P9: others are told that there is no such link, as for one that is not there."""
    link = office.create(office.ada).link
    for who, one in ((office.bob, link.id), (office.boss, LinkId("0" * 20))):
        with pytest.raises(NotFound, match="there is no such link on this site"):
            run(office.governing.explain(who, one, address=Address.parse("a@a.example")))


def test_a_deleted_link_is_explained(office: Office) -> None:
    """P9: a link that is gone says so first of all."""
    link = office.create().link
    run(office.sharing.delete(office.ada, link.id))
    found = run(office.governing.explain(office.ada, link.id))

    assert (Stage.EXISTS, "the link is deleted") == (found.gates[0].stage, found.gates[0].rule)


# --- groups of owners ------------------------------------------------------------------------------------------

CONTRACTORS = Limits(group_rules=frozenset({GroupRule("contractors", Limits(password_demanded=True))}))


@pytest.mark.parametrize(
    ("groups", "state"), [({"contractors"}, "suspended"), ({"staff"}, "active"), (None, "suspended")]
)
def test_rules_for_groups_follow_the_owner(office: Office, groups: set[str] | None, state: str) -> None:
    """P8: the rule holds for those in the group, for those whose groups cannot be found out, and for nobody else."""
    link = office.create().link
    change(office, limits=CONTRACTORS)
    office.content.groups[ADA_ACCOUNT] = frozenset(groups or ())
    office.content.access_unknown = groups is None

    assert state == run(office.sharing.show(office.ada, link.id)).state


def test_a_link_of_the_service_identity_is_under_every_rule(office: Office) -> None:
    """P8: whose groups nobody can know is under the rules for all of them."""
    local = office.member("Local", admin=True)
    link = office.create(local).link
    change(office, limits=CONTRACTORS)

    assert "suspended" == run(office.sharing.show(office.boss, link.id)).state


# --- confirming and renewing -----------------------------------------------------------------------------------


def test_confirming_brings_back_what_was_held(office: Office) -> None:
    """P4: after a loosening, what was taken stays away until somebody who may edit the link confirms it."""
    link = office.create().link
    change(office, limits=Limits(password_demanded=True))
    office.clock.forward(days=1)
    change(office, limits=Limits())
    held = run(office.sharing.show(office.ada, link.id))
    confirmed = run(office.sharing.confirm(office.ada, link.id))

    assert ("suspended", ("site",)) == (held.state, held.held_back_by)
    assert ("active", ()) == (confirmed.state, confirmed.held_back_by)
    assert Kind.LINK_CONFIRMED is office.events()[-1].kind


def test_confirming_what_is_not_held_changes_nothing(office: Office) -> None:
    """L12: the link keeps its version, and nothing is written down."""
    link = office.create().link
    before = len(office.events())
    shown = run(office.sharing.confirm(office.ada, link.id))

    assert (link, before) == (shown.link, len(office.events()))


RENEWALS: list[tuple[str, Limits, int, str, str | None]] = [
    ("within the number", Limits(lifetime=7 * DAY, renewals=2), 1, "ada", None),
    ("the number is used", Limits(lifetime=7 * DAY, renewals=2), 2, "ada", r"all of its 2 renewals are used: an admin must renew it \(set by site\)"),
    ("the number is used, by an admin", Limits(lifetime=7 * DAY, renewals=2), 2, "boss", None),
    ("never", Limits(lifetime=7 * DAY, renewals=0), 0, "ada", r"links are never renewed \(set by site\)"),
    ("never, not even by an admin", Limits(lifetime=7 * DAY, renewals=0), 0, "boss", r"links are never renewed"),
    ("no layer says", Limits(lifetime=7 * DAY), 0, "ada", r"an admin must renew this link \(set by site\)"),
    ("no layer says, by an admin", Limits(lifetime=7 * DAY), 0, "boss", None),
    ("nothing to renew", Limits(renewals=9), 0, "ada", "no layer limits the life of this link"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "limits", "renewed", "who", "refusal"), RENEWALS)
def test_who_may_renew(office: Office, row: str, limits: Limits, renewed: int, who: str, refusal: str | None) -> None:
    """P3: members as often as the layers say, admins after that, nobody where a layer says never."""
    link = office.alter(office.create(office.ada).link, renewals=renewed)
    change(office, limits=limits)
    office.clock.forward(days=3)
    member: Member = getattr(office, who)
    if refusal is not None:
        with pytest.raises((Refused, InvalidValue), match=refusal):
            run(office.sharing.renew(member, link.id))
        assert NOW == office.record(link).link.renewed_at, row
        return
    shown = run(office.sharing.renew(member, link.id))

    assert (after(days=3), renewed + 1, after(days=10)) == (
        shown.link.renewed_at,
        shown.link.renewals,
        shown.ends_at,
    ), row
    assert Kind.LINK_RENEWED is office.events()[-1].kind


def test_renewing_needs_the_right_to_edit_and_to_read(office: Office) -> None:
    """P3, L18: another member is told that there is no such link; who cannot read the page is refused."""
    link = office.create(office.ada).link
    change(office, limits=Limits(lifetime=7 * DAY, renewals=2))
    with pytest.raises(NotFound):
        run(office.sharing.renew(office.bob, link.id))
    office.content.pages[GUIDE] = evolve(office.content.pages[GUIDE], readers=frozenset({ADA_ACCOUNT}))
    with pytest.raises(Refused, match="you cannot read the page"):
        run(office.sharing.renew(office.boss, link.id))

    assert BOSS_ACCOUNT == office.boss.identity


# --- the form of a new link ------------------------------------------------------------------------------------


def test_defaults_fill_in_the_form_and_enforce_nothing(office: Office) -> None:
    """L9: the form begins as the configuration says, within what layers allow; an empty form makes an empty link."""
    defaults = Defaults("{space}, {page}, {date}, {other}", days=60, children=True)
    change(
        office,
        limits=Limits(lifetime=30 * DAY, children=False),
        configurations={DEFAULT: Configuration(defaults=defaults)},
    )
    form = run(office.sharing.begin(office.ada, PLAN)).form
    plain, _ = run(office.sharing.create(office.ada, office.ada, PLAN, LinkForm()))

    assert ("TEAM, 101, 2026-05-15, {other}", after(days=30), False) == (form.name, form.expires_at, form.children)
    assert ("", None) == (plain.link.name, plain.link.wish.expires_at)


def test_links_of_a_page_are_listed_for_whom_the_scheme_lets_see_them(office: Office) -> None:
    """R1: the links of a page hold those of others where the right is granted, complete over pages of the list."""
    change(office, scheme=Scheme({Granted.CREATE: EVERYONE, Granted.VIEW_OWN: EVERYONE}))
    links = [office.create(owner).link.id for owner in (office.ada, office.bob, office.ada, office.bob, office.ada)]
    own = [one.link.id for one in run(office.sharing.list(office.bob, page=GUIDE))]
    first = run(office.sharing.list(office.bob, page=GUIDE, limit=1))
    rest = run(office.sharing.list(office.bob, page=GUIDE, after=first[-1].link.id, limit=5))
    change(office, scheme=Scheme({Granted.VIEW_PAGE: EVERYONE}))

    assert {links[1], links[3]} == set(own)
    assert own == [one.link.id for one in (*first, *rest)]
    assert set(links) == {one.link.id for one in run(office.sharing.list(office.bob, page=GUIDE))}


def test_changes_at_the_same_moment_do_not_mix(office: Office) -> None:
    """L12: of several changes made on one version, one is in force whole and the others are refused."""

    async def all_at_once() -> list[object]:
        seen = await office.governing.policy(None)
        wanted = [evolve(seen, limits=Limits(opens=number), scheme=Scheme()) for number in range(1, 5)]
        return await asyncio.gather(*(office.governing.change(None, one) for one in wanted), return_exceptions=True)

    results = run(all_at_once())
    stored = [one for one in results if isinstance(one, SitePolicy)]

    assert [policy(office)] == stored
    assert 3 == sum(isinstance(one, StalePolicy) for one in results)
