"""Why an attempt is allowed or refused: every gate, every value, whose it is, and what would satisfy it (P9)."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from attrs import evolve

from exshare_core.attempts import Method
from exshare_core.decisions import Answer, Decision, Effect, Stage, Verdict
from exshare_core.explaining import (
    REMEDIES,
    SIGNING_IN,
    Explanation,
    InForce,
    Said,
    beginning,
    explain,
    in_words,
    unanswerable,
    worded,
)
from exshare_core.gates import prepare
from exshare_core.links import Switches, Wish
from exshare_core.policy import GroupRule, Layer, Limits, Policy
from exshare_core.testing.samples import NOW, a_link, after, an_address, fresh_site
from exshare_core.values import Address, Networks, People

LINK = a_link(fresh_site(), wish=Wish(people=People.parse(["example.com"]), password_hash="$hash$", max_opens=9))
LAYERS = (
    Layer("site", Limits(people=People.parse(["*.example.com"]), lifetime=timedelta(days=30))),
    Layer("configuration default", Limits(networks=Networks.parse(["192.0.2.0/24"]))),
    Layer("space TEAM", Limits(lifetime=timedelta(days=7), opens=5)),
)
ADA, HERE = Address.parse("ada@example.com"), ip_address("192.0.2.7")


def explained(**changes: Any) -> Explanation:
    """The explanation of an attempt at the link above; the rest as for `explain`."""
    given = {"at": NOW, "network": HERE, "address": ADA, "opens": 0, "live": None, **changes}
    prepared = prepare(LINK, an_address(LINK), LAYERS, Switches())
    return explain(prepared, given["at"], given["network"], given["address"], given["opens"], given["live"])


def gates(explanation: Explanation) -> dict[str, str]:
    """What each gate says, by its stage."""
    return {said.stage.name: f"{said.effect.name} {said.rule}" for said in explanation.gates}


def test_every_gate_is_named_with_its_verdict() -> None:
    """P9: all gates are told in their order, those that let pass included."""
    assert {
        "EXISTS": "ALLOW passed",
        "POLICY": "ALLOW passed",
        "TIME": "ALLOW passed",
        "NETWORK": "ALLOW passed",
        "PEOPLE": "ALLOW passed",
        "PASSWORD": "ASK the password is needed",
        "USES": "ASK opening it uses one of its opens",
    } == gates(explained())


@pytest.mark.parametrize(
    ("changes", "stage", "rule", "layers"),
    [
        ({"address": None}, "PEOPLE", "ASK an allowed mail address must be proved", ("link",)),
        (
            {"address": Address.parse("eve@example.org")},
            "PEOPLE",
            "ASK an allowed mail address must be proved",
            ("link",),
        ),
        (
            {"network": ip_address("198.51.100.1")},
            "NETWORK",
            "DENY not from an allowed network",
            ("configuration default",),
        ),
        ({"network": None}, "NETWORK", "DENY not from an allowed network", ("configuration default",)),
        ({"at": after(days=8)}, "TIME", "DENY expired at 2026-05-22 12:30 UTC", ("space TEAM",)),
        ({"opens": 5}, "USES", "DENY all of its 5 opens are used", ("space TEAM",)),
    ],
)
def test_who_comes_when_and_from_where_is_judged(
    changes: dict[str, Any], stage: str, rule: str, layers: tuple[str, ...]
) -> None:
    """P9: the same link answers another person, network or time with the gate, the rule and the layer behind it."""
    explanation = explained(**changes)
    (said,) = (one for one in explanation.gates if one.stage.name == stage)

    assert (rule, layers) == (gates(explanation)[stage], said.layers)


def test_what_would_satisfy_a_gate_is_said_and_only_there() -> None:
    """P9: a gate that stops says what would satisfy it; one that lets pass says nothing."""
    by_stage = {said.stage: said.remedy for said in explained().gates}

    assert "enter the link's password" == by_stage[Stage.PASSWORD]
    assert "" == by_stage[Stage.NETWORK]
    assert set(Stage) == set(REMEDIES)


def test_every_value_in_force_names_its_layers_and_all_that_took_part() -> None:
    """P5: each value says who made it what it is, and what every layer says of it."""
    values = {one.restriction: one for one in explained().values}

    assert (
        InForce("lifetime", "7 days", ("space TEAM",), (("site", "30 days"), ("space TEAM", "7 days")))
        == values["lifetime"]
    )
    assert (
        InForce("people", "example.com", ("link",), (("site", "*.example.com"), ("link", "example.com")))
        == values["people"]
    )
    assert InForce("opens", "5", ("space TEAM",), (("space TEAM", "5"), ("link", "9"))) == values["opens"]
    assert {"capabilities", "lifetime", "opens", "people", "networks", "frame_origins"} == set(values)


def test_the_end_in_force_is_told() -> None:
    """P3: the earliest of all lifetimes counts, from the last renewal."""
    assert NOW + timedelta(days=7) == explained().expires_at


def test_live_facts_come_after_the_gates() -> None:
    """P9, L15: what Confluence says of the page is one more verdict, and stops like the others."""
    live = Decision(
        Effect.DENY,
        (Verdict(Stage.CONTENT, Effect.DENY, "the label internal forbids sharing", Answer.ABSENT, ("site",)),),
    )
    explanation = explained(live=live)

    assert (Effect.DENY, Stage.CONTENT) == (explanation.effect, explanation.gates[-1].stage)
    assert "the label internal forbids sharing" == explanation.gates[-1].rule


SIGNED: tuple[tuple[dict[str, Any], Method | None, str, str], ...] = (
    ({}, None, "ASK signing in is demanded", SIGNING_IN[Answer.ASK_SIGN_IN]),
    ({"address": None}, Method.ACCOUNT, "ASK an allowed mail address must be proved", REMEDIES[Stage.PEOPLE]),
    ({"address": Address.parse("eve@example.org")}, Method.SSO, "ASK an allowed mail address must be proved",
     REMEDIES[Stage.PEOPLE]),
    ({}, Method.ACCOUNT, "ALLOW passed", ""),
    ({}, Method.SSO, "ALLOW passed", ""),
    ({}, Method.SIGNED, "ALLOW passed", ""),
)  # fmt: skip
"""Who comes to a link that demands signing in and has a list; how they signed in; what the gate says and advises."""


@pytest.mark.parametrize(("changes", "signed_in", "rule", "remedy"), SIGNED)
def test_how_somebody_signed_in_is_judged(
    changes: dict[str, Any], signed_in: Method | None, rule: str, remedy: str
) -> None:
    """G4, P9: who has not signed in is told to, and who has but is on no list is told that it is the lists."""
    link = evolve(LINK, wish=evolve(LINK.wish, sign_in=True))
    prepared = prepare(link, an_address(link), LAYERS, Switches())
    address = changes.get("address", ADA)
    explanation = explain(prepared, NOW, HERE, address, 0, signed_in=signed_in)
    (said,) = (one for one in explanation.gates if one.stage is Stage.PEOPLE)

    assert (rule, remedy) == (f"{said.effect.name} {said.rule}", said.remedy)


def test_an_organisation_is_not_any_account() -> None:
    """G4: where an organisation is demanded, other ways to sign in do not pass, and the remedy says what would."""
    link = evolve(LINK, wish=Wish())
    prepared = prepare(link, an_address(link), [Layer("space TEAM", Limits(sso_demanded=True))], Switches())
    said = {
        method: next(one for one in explain(prepared, NOW, HERE, ADA, 0, signed_in=method).gates
                     if one.stage is Stage.PEOPLE)
        for method in Method
    }  # fmt: skip

    assert {Method.ACCOUNT: Effect.ASK, Method.SSO: Effect.ALLOW, Method.SIGNED: Effect.ASK} == {
        method: one.effect for method, one in said.items()
    }
    assert ("sign in with an organisation", ("space TEAM",)) == (
        said[Method.ACCOUNT].remedy,
        said[Method.ACCOUNT].layers,
    )


@pytest.mark.parametrize(
    ("limits", "methods", "told"),
    [
        (Limits(), (), ""),
        (Limits(sign_in_demanded=True), (), "visitors must sign in, and no way to sign in is set up"),
        (Limits(sign_in_demanded=True), (Method.ACCOUNT,), ""),
        (Limits(sign_in_demanded=True), (Method.SIGNED,), ""),
        (Limits(sso_demanded=True), (), "visitors must sign in with an organisation, and none is set up"),
        (
            Limits(sso_demanded=True),
            (Method.ACCOUNT, Method.SIGNED),
            "visitors must sign in with an organisation, and none is set up",
        ),
        (Limits(sso_demanded=True), (Method.SSO,), ""),
    ],
)
def test_a_demand_that_nobody_can_meet_is_named(limits: Limits, methods: tuple[Method, ...], told: str) -> None:
    """G4: by the ways to sign in that the site has."""
    assert told == unanswerable(Policy(limits, {}, ()), methods)


def test_texts_to_accept_are_told_by_their_beginning() -> None:
    """G6, P5: length and version stand for a long text; short ones are whole; no two texts are told alike."""
    long = "All who read this promise\n\nto keep it to themselves, for as long as it matters."
    same = f"{long[:-1]}!"

    assert "none" == in_words("terms", frozenset())
    assert "not set" == in_words("terms", None)
    assert "“Be kind.” (8 characters, version 0bb870e2817b)" == in_words("terms", frozenset({"Be kind."}))
    assert beginning(long).startswith("“All who read this promise to keep it to themselves, for as…” (79 characters, ")
    assert beginning(long) != beginning(same)
    assert f"{beginning('A')}; {beginning('B')}" == in_words("terms", frozenset({"B", "A"}))


def test_without_any_layer_the_reason_is_that() -> None:
    """P1: no layer at all allows nothing, and that is said."""
    explanation = explain(None, NOW, None, None, 0)
    said = Said(Stage.POLICY, Effect.DENY, "no layer allows sharing on this site", (), REMEDIES[Stage.POLICY])

    assert Explanation(Effect.DENY, (said,), (), None) == explanation


def test_a_suspension_is_told_with_its_layer() -> None:
    """P3, P9: a demand that the link does not meet is the rule, and the layer that makes it is named."""
    bare = evolve(LINK, wish=Wish())
    prepared = prepare(bare, an_address(bare), [Layer("space TEAM", Limits(password_demanded=True))], Switches())
    (said,) = (one for one in explain(prepared, NOW, HERE, None, 0).gates if one.stage is Stage.POLICY)

    assert (Effect.DENY, "a password is demanded", ("space TEAM",)) == (said.effect, said.rule, said.layers)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "not set"),
        (True, "yes"),
        (False, "no"),
        (12, "12"),
        (timedelta(days=1, hours=12), "1 day 12 hours"),
        (People(), "nobody and nothing"),
        (
            People.parse(["*.example.org", "ada@example.com", "example.com"]),
            "ada@example.com, example.com, *.example.org",
        ),
        (Networks.parse(["2001:db8::/32", "192.0.2.0/24"]), "192.0.2.0/24, 2001:db8::/32"),
        (frozenset({"b", "a"}), "a, b"),
        (frozenset(), "nobody and nothing"),
        ({"edit": 0, "comments": 1}, "comments=view, edit=off"),
        (frozenset({GroupRule("interns", Limits(opens=3, children=False))}), "interns: opens 3, children no"),
    ],
)
def test_values_are_worded_as_a_person_would_write_them(value: Any, words: str) -> None:
    """P5, P9: no value is shown in the form of a program."""
    assert words == worded(value)
