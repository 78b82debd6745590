"""Why an attempt is allowed or refused, for those who may know: every verdict with its layer and its remedy (spec P9).

A stranger never sees any of this; `decisions.Decision.strangers_face` is all there is for strangers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from exshare_core import spans
from exshare_core.capabilities import LADDERS
from exshare_core.decisions import Decision, Effect, Stage, Verdict, combine
from exshare_core.gates import NO_LAYER, Attempt, Prepared, Proof, ProofKind, decide
from exshare_core.policy import WIDEST, Policy
from exshare_core.values import Address, IPAddress, Networks, People


@frozen(slots=True)
class Said:
    """What one gate says of the attempt."""

    stage: Stage
    effect: Effect
    rule: str
    layers: tuple[str, ...]
    remedy: str
    """What would satisfy it, in words; empty when it is satisfied."""


@frozen(slots=True)
class InForce:
    """One restriction as it is in force, and who set what of it."""

    restriction: str
    value: str
    layers: tuple[str, ...]
    """Who made it what it is, outermost first."""
    contributions: tuple[tuple[str, str], ...]
    """Every layer that sets it, outermost first, with what that layer says."""


@frozen(slots=True)
class Explanation:
    """An attempt with everything that was judged about it."""

    effect: Effect
    gates: tuple[Said, ...]
    values: tuple[InForce, ...]
    expires_at: datetime | None


def explain(
    prepared: Prepared | None,
    at: datetime,
    network: IPAddress | None,
    address: Address | None,
    opens: int,
    live: Decision | None = None,
) -> Explanation:
    """What would be decided of somebody who comes at `at` from `network`, having proved `address` if one is given.

    Passwords are taken as not yet given: whether somebody knows one is no fact of ours. `live` is what was found out of
    the link's own page; it is asked of a visitor after all gates. Without any layer `prepared` is None.
    """
    if prepared is None:
        return Explanation(Effect.DENY, (_said(NO_LAYER),), (), None)
    proofs: tuple[Proof, ...] = ()
    if address is not None:
        link = prepared.link
        proofs = (Proof(ProofKind.ADDRESS, link.id, link.security_version, at, address),)
    verdicts = decide(prepared, Attempt(at, network, proofs, None, opens)).verdicts
    decision = combine((*verdicts, *(() if live is None else live.verdicts)))
    gates = tuple(_said(verdict) for verdict in decision.verdicts)
    return Explanation(decision.effect, gates, values_in_force(prepared.policy), prepared.expires_at)


def values_in_force(policy: Policy) -> tuple[InForce, ...]:
    """Every restriction that some layer sets, with its origin."""
    return tuple(
        InForce(
            name,
            worded(getattr(policy.limits, name)),
            policy.set_by(name),
            tuple((layer, worded(value)) for layer, value in policy.setters[name]),
        )
        for name in WIDEST
        if name in policy.setters
    )


REMEDIES = {
    Stage.EXISTS: "switch the link on, or use its present address",
    Stage.POLICY: "give the link what is demanded, or change the layer that demands it",
    Stage.TIME: "wait for the start, or move the expiry within what the layers allow",
    Stage.NETWORK: "come from one of the allowed networks, or add this one to every list",
    Stage.PEOPLE: "prove an address that every list admits",
    Stage.PASSWORD: "enter the link's password",
    Stage.TERMS: "accept the terms",
    Stage.USES: "press Open while opens are left, or raise their number",
    Stage.CONTENT: "share a page that the link reaches",
}
"""What would satisfy a gate, in words."""


def _said(verdict: Verdict) -> Said:
    remedy = "" if verdict.effect is Effect.ALLOW else REMEDIES[verdict.stage]
    return Said(verdict.stage, verdict.effect, verdict.rule, verdict.layers, remedy)


def worded(value: Any) -> str:
    """A value of a restriction as a person would write it."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (People, Networks)):
        return _listed(value.entries())
    if isinstance(value, timedelta):
        return spans.written(value)
    if isinstance(value, Mapping):
        return _listed(f"{name}={_rung(name, rung)}" for name, rung in sorted(value.items()))
    if isinstance(value, frozenset):
        return _listed(sorted(map(_item, value)))
    return str(value)


def _rung(name: str, rung: int) -> str:
    ladder = LADDERS.get(name, ())
    return ladder[rung] if rung < len(ladder) else str(rung)


def _item(value: Any) -> str:
    group = getattr(value, "group", None)
    return value if isinstance(value, str) else f"{group}: {_listed(f'{n} {worded(v)}' for n, v in value.limits.given)}"


def _listed(entries: Iterable[str]) -> str:
    return ", ".join(entries) or "nobody and nothing"
