"""What a change of layers or switches would do to one link, by the visitor's own evaluator (P6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings

from exshare_core.attempts import Attempt
from exshare_core.capabilities import Capabilities
from exshare_core.decisions import Effect, Stage
from exshare_core.gates import decide, prepare
from exshare_core.impact import Consequence, Impact, decided_live, impact
from exshare_core.links import LinkState, Scope, ShareLink, Switches, Wish
from exshare_core.policy import Layer, Limits, outer
from exshare_core.testing import strategies
from exshare_core.testing.samples import NOW, SPACE, a_link, after, an_address, fresh_site
from exshare_core.values import Networks, PageId, People

ON = (Switches(), Switches())
DAY = timedelta(days=1)


def under(*limits: Limits) -> Any:
    """The policy of layers with these limits, the first of which is the site's."""
    names = ("site", "configuration default", "space TEAM")
    return outer(tuple(Layer(name, one) for name, one in zip(names, limits, strict=False)))


def change(
    link: ShareLink, before: Any, then: Any, switches: Any = ON, now: Any = NOW, opens: int = 0
) -> Impact | None:
    """The impact of a change above the link, under its own wish."""
    was, becomes = (None if one is None else one.narrowed(link.layer) for one in (before, then))
    return impact(link, was, becomes, switches, now, opens)


def link(**wish: Any) -> ShareLink:
    """A link with no more than what is given."""
    return a_link(fresh_site(), wish=Wish(**wish))


FREE, LOCKED = link(), link(password_hash="$hash$")
LISTED = link(people=People.parse(["ada@example.com", "example.org"]))
TREE = evolve(FREE, scope=Scope(PageId("1"), SPACE, children=True))
GENEROUS = link(capabilities=Capabilities((("attachments", 1), ("labels", 1))))
ENDED = link(expires_at=NOW)

# (what, the link, before, after, what becomes of it, why, whose rule it is)
ROWS: list[tuple[str, ShareLink, Limits, Limits, Consequence | None, tuple[str, ...], tuple[str, ...]]] = [
    ("nothing changes", FREE, Limits(), Limits(), None, (), ()),
    ("a password is demanded of one without", FREE, Limits(), Limits(password_demanded=True), Consequence.SUSPENDED,
     ("a password is demanded",), ("site",)),
    ("a password is demanded of one with it", LOCKED, Limits(), Limits(password_demanded=True), None, (), ()),
    ("a password is no longer demanded", FREE, Limits(password_demanded=True), Limits(), Consequence.RESTORED,
     ("a password is demanded",), ("site",)),
    ("another demand replaces the first", FREE, Limits(password_demanded=True), Limits(expiry_demanded=True), None, (), ()),
    ("an expiry is demanded", FREE, Limits(), Limits(expiry_demanded=True), Consequence.SUSPENDED,
     ("an expiry is demanded",), ("site",)),
    ("a lifetime gives it one", FREE, Limits(), Limits(expiry_demanded=True, lifetime=30 * DAY), Consequence.CUT,
     ("lifetime",), ("site",)),
    ("a list of people is demanded", FREE, Limits(), Limits(people_demanded=True), Consequence.SUSPENDED,
     ("a list of allowed people is demanded",), ("site",)),
    ("a list narrows a list", LISTED, Limits(), Limits(people=People.parse(["example.com"])), Consequence.CUT,
     ("people",), ("site", "link")),
    ("a list that covers a list does nothing", LISTED, Limits(), Limits(people=People.parse(["example.com", "example.org"])),
     None, (), ()),
    ("a narrower list is let go", LISTED, Limits(people=People.parse(["example.com"])), Limits(), Consequence.RESTORED,
     ("people",), ("site", "link")),
    ("networks bind a link without a list", FREE, Limits(), Limits(networks=Networks.parse(["192.0.2.0/24"])),
     Consequence.CUT, ("networks",), ("site",)),
    ("people are blocked", FREE, Limits(), Limits(blocked_people=frozenset({"example.org"})), Consequence.CUT,
     ("blocked_people",), ("site",)),
    ("nobody is blocked", FREE, Limits(), Limits(blocked_people=frozenset()), None, (), ()),
    ("a capability it uses is taken", GENEROUS, Limits(), Limits(capabilities={"labels": 0}), Consequence.CUT,
     ("capabilities",), ("site", "link")),
    ("a capability it does not use is taken", FREE, Limits(), Limits(capabilities={"labels": 0}), None, (), ()),
    ("a capability it uses comes back", GENEROUS, Limits(capabilities={"labels": 0}), Limits(), Consequence.RESTORED,
     ("capabilities",), ("site", "link")),
    ("child pages are taken from one that has them", TREE, Limits(), Limits(children=False), Consequence.CUT,
     ("children",), ("site",)),
    ("child pages are taken from one that has none", FREE, Limits(), Limits(children=False), None, (), ()),
    ("child pages are allowed in so many words", TREE, Limits(), Limits(children=True), None, (), ()),
    ("its life is over by the new cap", evolve(FREE, renewed_at=NOW - 8 * DAY), Limits(), Limits(lifetime=7 * DAY),
     Consequence.SUSPENDED, ("expired at 2026-05-14 12:30 UTC",), ("site",)),
    ("its life goes on by the new cap", evolve(FREE, renewed_at=NOW - 8 * DAY), Limits(lifetime=7 * DAY),
     Limits(lifetime=9 * DAY), Consequence.RESTORED, ("expired at 2026-05-14 12:30 UTC",), ("site",)),
    ("its life is shorter than it asks", link(expires_at=after(days=60)), Limits(), Limits(lifetime=30 * DAY),
     Consequence.CUT, ("lifetime",), ("site",)),
    ("its life is as short as it asks", link(expires_at=after(days=10)), Limits(), Limits(lifetime=30 * DAY), None, (), ()),
    ("what is over is left alone", ENDED, Limits(), Limits(password_demanded=True), None, (), ()),
    ("what is off is left alone", evolve(FREE, state=LinkState.DISABLED), Limits(), Limits(password_demanded=True), None,
     (), ()),
    ("one is given and another taken", GENEROUS, Limits(capabilities={"labels": 0}), Limits(capabilities={"attachments": 0}),
     Consequence.CUT, ("capabilities",), ("site", "link")),
]  # fmt: skip


@pytest.mark.parametrize(("row", "one", "before", "then", "consequence", "reasons", "layers"), ROWS)
def test_what_becomes_of_a_link(
    row: str,
    one: ShareLink,
    before: Limits,
    then: Limits,
    consequence: Consequence | None,
    reasons: tuple[str, ...],
    layers: tuple[str, ...],
) -> None:
    """P6: each kind of change has its consequence, with the rule and the layers behind it."""
    found = change(one, under(before), under(then))

    assert (consequence, reasons, layers) == (
        (None, (), ()) if found is None else (found.consequence, found.reasons, found.layers)
    ), row


def test_an_impact_names_its_link() -> None:
    """P6: the list can be shown without looking the links up again."""
    found = change(FREE, under(Limits()), under(Limits(password_demanded=True)))
    rule, layers = ("a password is demanded",), ("site",)

    assert Impact(FREE.id, FREE.owner, FREE.scope.root, FREE.name, Consequence.SUSPENDED, rule, layers) == found


@pytest.mark.parametrize(
    ("turned", "rule"),
    [
        (Switches(site_on=False), "sharing is switched off for the site"),
        (Switches(space_on=False), "sharing is switched off for the space"),
    ],
)
def test_a_switch_suspends_and_restores(turned: Switches, rule: str) -> None:
    """P6, P7: turning a switch is rehearsed like any change."""
    policy = under(Limits())
    off = change(FREE, policy, policy, (Switches(), turned), NOW)
    on = change(FREE, policy, policy, (turned, Switches()), NOW)

    assert off is not None
    assert on is not None
    assert (Consequence.SUSPENDED, (rule,)) == (off.consequence, off.reasons)
    assert (Consequence.RESTORED, (rule,)) == (on.consequence, on.reasons)


def test_used_up_links_are_left_alone() -> None:
    """P6: a link whose opens are used is stopped both before and after; fewer opens than it had stop it."""
    limited = link(max_opens=5)
    before, then = under(Limits()), under(Limits(opens=3))
    stopped = change(limited, before, then, opens=3)

    assert change(limited, before, then, opens=5) is None
    assert stopped is not None
    assert (Consequence.SUSPENDED, ("all of its 3 opens are used",)) == (stopped.consequence, stopped.reasons)


@pytest.mark.parametrize(
    ("one", "other", "rules"),
    [
        (Limits(), Limits(password_demanded=True), ()),
        (Limits(), Limits(forbidden_labels=frozenset({"internal"})), ("labels that forbid sharing",)),
        (Limits(), Limits(forbidden_labels=frozenset()), ()),
        (Limits(demanded_labels=frozenset({"public"})), Limits(), ("labels that sharing demands",)),
        (Limits(), Limits(restricted_pages=False), ("pages with view restrictions",)),
        (Limits(), Limits(restricted_pages=True), ()),
        (Limits(), Limits(excluded_names=frozenset({"draft"})), ("parts that are left out of pages",)),
    ],
)
def test_rules_that_need_live_facts_are_named(one: Limits, other: Limits, rules: tuple[str, ...]) -> None:
    """P6: what no stored fact can answer is said to be decided live, and only what changes."""
    assert rules == decided_live([Layer("site", one)], [Layer("site", other)])


@settings(max_examples=100)
@given(strategies.share_links(), strategies.limits(), strategies.limits(), strategies.switches(), strategies.switches())
def test_suspended_and_restored_are_what_visitors_would_meet(
    one: ShareLink, before: Limits, then: Limits, was: Switches, becomes: Switches
) -> None:
    """P6: a link is listed as suspended, or restored, exactly when the visitor's own gates begin, or cease, to stop it."""
    address, now = an_address(one), one.created_at
    before, then = evolve(before, group_rules=None), evolve(then, group_rules=None)
    found = change(one, under(before), under(then), (was, becomes), now)
    stops = [
        any(
            verdict.effect is Effect.DENY and verdict.stage in (Stage.POLICY, Stage.TIME, Stage.USES)
            for verdict in decide(
                prepare(one, address, [Layer("site", limits)], switches),
                Attempt(max(now, one.wish.starts_at or now), None),
            ).verdicts
        )
        for limits, switches in ((before, was), (then, becomes))
    ]
    expected = {(False, True): Consequence.SUSPENDED, (True, False): Consequence.RESTORED}.get((stops[0], stops[1]))
    if one.state is not LinkState.ACTIVE or (one.wish.starts_at is not None and one.wish.starts_at > now):
        return
    if expected is not None:
        assert found is not None
        assert expected is found.consequence
    elif stops[1]:
        assert found is None
    else:
        assert found is None or found.consequence in (Consequence.CUT, Consequence.RESTORED)


@pytest.mark.parametrize("before", [None, Limits()])
def test_no_layer_at_all_stops_every_link(before: Limits | None) -> None:
    """P1: without any layer nothing is allowed, and the first layer restores."""
    found = change(FREE, None if before is None else under(before), None)

    assert (None if before is None else Consequence.SUSPENDED) == (found and found.consequence)
