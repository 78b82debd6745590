"""Why an attempt is allowed or refused, for those who may know: every verdict with its layer and its remedy (spec P9).

A stranger never sees any of this; `decisions.Decision.strangers_face` is all there is for strangers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import evolve, frozen

from exshare_core import spans
from exshare_core.attempts import Attempt, Method, Proof, ProofKind
from exshare_core.capabilities import LADDERS
from exshare_core.decisions import Answer, Decision, Effect, Stage, Verdict, combine
from exshare_core.gates import NO_LAYER, Prepared, decide, identifies, terms_version
from exshare_core.links import ShareLink
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
    signed_in: Method | None = None,
) -> Explanation:
    """What would be decided of somebody who comes at `at` from `network`, having proved `address` if one is given.

    With `signed_in` they have signed in that way, and `address` is the mailbox that is confirmed of them; without it the
    address was proved by a code. Passwords are taken as not yet given, and terms as not yet accepted: neither is a fact
    of ours. `live` is what was found out of the link's own page; it is asked of a visitor after all gates. Without any
    layer `prepared` is None.
    """
    if prepared is None:
        return Explanation(Effect.DENY, (_said(NO_LAYER),), (), None)
    proofs = _proofs(prepared.link, at, address, signed_in)
    judged = decide(prepared, Attempt(at, network, proofs, None, opens)).verdicts
    verdicts = tuple(_of_lists(verdict, prepared.policy, proofs) for verdict in judged)
    decision = combine((*verdicts, *(() if live is None else live.verdicts)))
    gates = tuple(_said(verdict) for verdict in decision.verdicts)
    return Explanation(decision.effect, gates, values_in_force(prepared.policy), prepared.expires_at)


def _proofs(link: ShareLink, at: datetime, address: Address | None, signed_in: Method | None) -> tuple[Proof, ...]:
    if signed_in is not None:
        detail = signed_in.value
        return (Proof(ProofKind.SIGN_IN, link.id, link.security_version, at, address, detail),)
    if address is not None:
        return (Proof(ProofKind.ADDRESS, link.id, link.security_version, at, address),)
    return ()


def values_in_force(policy: Policy) -> tuple[InForce, ...]:
    """Every restriction that some layer sets, with its origin."""
    return tuple(
        InForce(
            name,
            in_words(name, getattr(policy.limits, name)),
            policy.set_by(name),
            tuple((layer, in_words(name, value)) for layer, value in policy.setters[name]),
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

SIGNING_IN: Mapping[Answer, str] = {
    Answer.ASK_SIGN_IN: "sign in, with an account here or with an organisation",
    Answer.ASK_SSO: "sign in with an organisation",
}
"""The same where signing in is what the gate asks."""


def _of_lists(verdict: Verdict, policy: Policy, proofs: tuple[Proof, ...]) -> Verdict:
    """What the gate of people says to who has signed in as is demanded and whom the lists stop: that it is the lists."""
    if verdict.answer not in SIGNING_IN:
        return verdict
    unlisted = evolve(policy, limits=evolve(policy.limits, people=None, blocked_people=None))
    if not any(identifies(unlisted, proof) for proof in proofs):
        return verdict
    layers = tuple(dict.fromkeys((*policy.set_by("people"), *policy.set_by("blocked_people"))))
    return evolve(verdict, rule="an allowed mail address must be proved", answer=Answer.ASK_ADDRESS, layers=layers)


def _said(verdict: Verdict) -> Said:
    remedy = "" if verdict.effect is Effect.ALLOW else SIGNING_IN.get(verdict.answer, REMEDIES[verdict.stage])
    return Said(verdict.stage, verdict.effect, verdict.rule, verdict.layers, remedy)


def _whole_words(words: str) -> str:
    """Without the last one, which may have been cut; of a single one all that there is."""
    return words.rpartition(" ")[0] or words


def unanswerable(policy: Policy, methods: Collection[Method]) -> str:
    """What `policy` demands and nobody can do where visitors sign in by `methods` only; empty when there is no such."""
    if policy.limits.sso_demanded and Method.SSO not in methods:
        return "visitors must sign in with an organisation, and none is set up"
    if policy.limits.sign_in_demanded and not methods:
        return "visitors must sign in, and no way to sign in is set up"
    return ""


def in_words(restriction: str, value: Any) -> str:
    """The value of a restriction as a person would write it; a text to accept by its beginning, length and version."""
    if restriction == "terms" and value is not None:
        return "; ".join(map(beginning, sorted(value))) or "none"
    return worded(value)


BEGINNING = 60
"""Characters of a text that stand for all of it where there is no room."""

VERSION = 12
"""Digits of the version of terms that stand for all of it."""


def beginning(text: str) -> str:
    """What stands for a text to accept where there is no room for it; no two texts have the same."""
    words = " ".join(text.split())
    cut = words if len(words) <= BEGINNING else f"{_whole_words(words[:BEGINNING])}…"
    return f"“{cut}” ({len(text)} characters, version {terms_version([text])[:VERSION]})"


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
    return (
        value
        if isinstance(value, str)
        else f"{group}: {_listed(f'{n} {in_words(n, v)}' for n, v in value.limits.given)}"
    )


def _listed(entries: Iterable[str]) -> str:
    return ", ".join(entries) or "nobody and nothing"
