"""`decide()` answers as the specification says: the table, its mutants, and what must always hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from attrs import evolve

from exshare_core.attempts import Attempt, Method, Proof, ProofKind, Visit
from exshare_core.decisions import Answer, Decision, Effect, Stage, combine
from exshare_core.gates import Prepared, decide, prepare, terms_version
from exshare_core.links import LinkAddress, Scope, ShareLink, Switches, Wish
from exshare_core.policy import Layer, Limits
from exshare_core.values import AccountId, Address, LinkId, MemberId, PageId, SiteId, SpaceKey, network_address
from tests.unit.decision_table import DAY, NOON, ROWS

LINK = LinkId("thelink")
SITE = SiteId("acme")


def prepared(facts: dict[str, Any]) -> Prepared | None:
    """The link that a row describes, with its gates bound."""
    created = facts.get("created_at", NOON - DAY + DAY / 2)
    link = ShareLink(
        id=LINK,
        site=SITE,
        scope=Scope(PageId("100"), SpaceKey("DEV")),
        wish=Wish(
            people=facts.get("people"),
            networks=facts.get("networks"),
            starts_at=facts.get("starts_at"),
            expires_at=facts.get("expires_at"),
            max_opens=facts.get("max_opens"),
            password_hash="$hash" if facts.get("password") else None,
            sign_in=facts.get("sign_in", False),
            sso=facts.get("sso", False),
            terms=facts.get("terms", ""),
        ),
        owner=MemberId("ada"),
        acts_as=AccountId("account"),
        created_by=MemberId("ada"),
        created_at=created,
        renewed_at=facts.get("renewed_at", created),
        changed_at=created,
        security_version=facts.get("security_version", 1),
    )
    if "state" in facts:
        link = evolve(link, state=facts["state"])
    address = LinkAddress(
        LinkId(facts.get("address_of", LINK)),
        SITE,
        b"digest",
        None,
        created,
        valid_until=facts.get("valid_until"),
        revoked_at=facts.get("revoked_at"),
    )
    layers = facts.get("layers", (Layer("site", facts.get("site", Limits())), Layer("configuration default")))
    return prepare(link, address, layers, _switches(facts))


def _switches(facts: dict[str, Any]) -> Switches:
    return Switches(facts.get("site_on", True), facts.get("space_on", True), facts.get("owner_in", True))


def attempted(facts: dict[str, Any]) -> Attempt:
    """The attempt that a row describes; proofs are of security version 1."""
    at: datetime = facts.get("proved_at", NOON)
    proofs = []
    subject = LinkId(facts.get("proof_for", LINK))
    if facts.get("password_proved"):
        proofs.append(Proof(ProofKind.PASSWORD, subject, 1, at))
    if "proved" in facts:
        proofs.append(Proof(ProofKind.ADDRESS, subject, 1, at, Address.parse(facts["proved"])))
    for method in Method:
        if method.value in facts:
            named = facts[method.value]
            address = None if named is None else Address.parse(named)
            proofs.append(Proof(ProofKind.SIGN_IN, subject, 1, at, address, method.value))
    if "accepted" in facts:
        proofs.append(Proof(ProofKind.TERMS, subject, 1, at, None, terms_version(facts["accepted"])))
    visit = None
    if "visit" in facts:
        visit = Visit("visit", SITE, LINK, b"session", 1, facts["visit"], facts.get("seen", facts["visit"]))
    network = facts.get("network", "203.0.113.7")
    return Attempt(
        NOON, None if network is None else network_address(network), tuple(proofs), visit, facts.get("opens", 0)
    )


def outcome(row: tuple[Any, ...], gates: Prepared | None) -> tuple[Effect, Answer, bool]:
    """What a decision came to, and whether some reason holds the row's word."""
    decision = decide(gates, attempted(row[2]))
    reasons = " ".join(verdict.rule for verdict in decision.members_face())
    return decision.effect, decision.strangers_face(), row[5] in reasons


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_row_of_the_table_holds(row: tuple[Any, ...]) -> None:
    """The effect, the stranger's answer and the member's reason are those written by hand from the spec."""
    expected = (row[3], row[4], True)

    assert expected == outcome(row, prepared(row[1]))


def without(gates: Prepared | None, stage: Stage) -> Prepared | None:
    """The same link with one gate dropped."""
    if gates is None:
        return None
    return evolve(gates, gates=tuple(one for one in gates.gates if one[0] is not stage))


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.CONTENT])
def test_dropping_any_one_gate_fails_a_row(stage: Stage) -> None:
    """A `decide()` that forgets one gate is caught by the table."""
    failing = [row[0] for row in ROWS if outcome(row, without(prepared(row[1]), stage)) != (row[3], row[4], True)]

    assert [] != failing


def test_a_gate_that_raises_denies() -> None:
    """A failing gate is a denial, never a pass and never an exception."""

    def broken(attempt: Attempt) -> Any:
        raise RuntimeError("secret detail")

    whole = prepared({})
    assert whole is not None
    decision = decide(evolve(whole, gates=((Stage.NETWORK, broken),)), attempted({}))

    assert (Effect.DENY, Answer.UNAVAILABLE) == (decision.effect, decision.strangers_face())
    assert "secret" not in decision.verdicts[0].rule


def test_no_verdict_at_all_denies() -> None:
    """Combining nothing denies: nobody has allowed anything."""
    decision = combine([])

    assert (Effect.DENY, Answer.UNKNOWN) == (decision.effect, decision.strangers_face())


def test_a_decision_without_verdicts_tells_a_stranger_nothing() -> None:
    """Even a malformed denial answers as for an unknown link."""
    assert Answer.UNKNOWN is Decision(Effect.DENY, ()).strangers_face()
