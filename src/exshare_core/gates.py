"""The visitor's gates in the order of spec G8, and `decide()`: the one function that judges an attempt.

Preparing a link's gates costs some microseconds and depends only on stored facts; it can be kept as long as the link,
the address and the layers keep their versions. Deciding runs the prepared gates over one attempt and reads nothing
else: no clock, no database, no global. INVARIANT: a gate that raises denies; a link without layers denies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache

from attrs import frozen

from exshare_core.attempts import PROOF_LIFE, Attempt, Method, Proof, ProofKind
from exshare_core.decisions import Answer, Decision, Effect, Stage, Verdict
from exshare_core.links import LINK_LAYER, LinkAddress, LinkState, ShareLink, Switches
from exshare_core.policy import Layer, Policy, outer
from exshare_core.values import Address, Networks, People

Gate = Callable[[Attempt], Verdict]


@frozen(slots=True)
class Prepared:
    """The gates of one link through one of its addresses, ready to be asked, and the policy behind them."""

    link: ShareLink
    policy: Policy
    gates: tuple[tuple[Stage, Gate], ...]
    expires_at: datetime | None
    """The expiry in force: the link's own or the end of the longest life that policy allows."""


def prepare(
    link: ShareLink,
    address: LinkAddress,
    layers: Iterable[Layer],
    switches: Switches,
    groups: frozenset[str] | None = frozenset(),
) -> Prepared | None:
    """Bind the gates of `link` to its facts; None when no layer is given, which means that nothing is allowed.

    `layers` are outermost first and do not hold the link's own wish: it is added here, as the innermost. `groups` are
    those of the link's owner, None when they could not be found out; they matter where a layer has rules for groups.
    """
    above = outer(tuple([layer for layer in layers if layer.holds_for(link.confirmed_at)]), groups)
    if above is None:
        return None
    policy = above.narrowed(link.layer)
    expires_at, expiry_layers = expiry(link, policy)
    gates: list[tuple[Stage, Gate]] = [
        (Stage.EXISTS, _exists(link, address)),
        (Stage.POLICY, _always(suspension(link, policy, switches))),
        (Stage.TIME, _time(link.wish.starts_at, expires_at, expiry_layers)),
    ]
    if (networks := _network_gate(policy)) is not None:
        gates.append((Stage.NETWORK, networks))
    if (people := _people_gate(link, policy)) is not None:
        gates.append((Stage.PEOPLE, people))
    if link.wish.password_hash is not None:
        gates.append((Stage.PASSWORD, _password(link)))
    if policy.limits.terms:
        gates.append((Stage.TERMS, _terms(link, policy)))
    if policy.limits.opens is not None:
        gates.append((Stage.USES, _uses(link, policy.limits.opens, policy)))
    return Prepared(link, policy, tuple(gates), expires_at)


def decide(prepared: Prepared | None, attempt: Attempt) -> Decision:
    """ALLOW, ASK or DENY, with the verdict of every gate in order. Pure; never raises.

    A link that was not found and a link without layers are both `None` here, and denied alike.
    """
    if prepared is None:
        return NOTHING_THERE
    verdicts = []
    strictest = allow = Effect.ALLOW
    for stage, gate in prepared.gates:
        try:
            verdict = gate(attempt)
        except Exception as error:
            verdict = _failed(stage, type(error).__name__)
        if verdict.effect is not allow and verdict.effect > strictest:
            strictest = verdict.effect
        verdicts.append(verdict)
    return Decision(strictest, tuple(verdicts))


def findable(prepared: Prepared) -> bool:
    """Whether search engines may find the link's pages: it asks for that, no layer forbids it, and no gate stands before
    them and no end after them, since what was found once stays found (spec V1).
    """
    wish, limits = prepared.link.wish, prepared.policy.limits
    open_to_all = {stage for stage, _ in prepared.gates} <= {Stage.EXISTS, Stage.POLICY, Stage.TIME}
    endless = wish.starts_at is None and prepared.expires_at is None
    return wish.indexing and limits.indexing is not False and open_to_all and endless


def framed_by(prepared: Prepared) -> frozenset[str]:
    """The origins whose pages may show the link in a frame: those that it lists and every layer allows (spec G10)."""
    return prepared.policy.limits.frame_origins or frozenset()


NOTHING_THERE = Decision(Effect.DENY, (Verdict(Stage.EXISTS, Effect.DENY, "there is no such link", Answer.UNKNOWN),))

NO_LAYER = Verdict(Stage.POLICY, Effect.DENY, "no layer allows sharing on this site", Answer.UNAVAILABLE)
"""What members are told of a link above which there is no layer at all; a stranger is told that there is no link."""

_FINE = tuple(Verdict(stage, Effect.ALLOW, "passed", Answer.ALLOW) for stage in Stage)
"""By stage, which are numbered from 0."""


def _failed(stage: Stage, error: str) -> Verdict:
    answer = Answer.UNKNOWN if stage is Stage.EXISTS else Answer.UNAVAILABLE
    return Verdict(stage, Effect.DENY, f"the gate failed with {error}", answer)


def _deny(stage: Stage, rule: str, layers: tuple[str, ...] = (LINK_LAYER,)) -> Verdict:
    answer = Answer.UNKNOWN if stage is Stage.EXISTS else Answer.UNAVAILABLE
    return Verdict(stage, Effect.DENY, rule, answer, layers)


def _always(verdict: Verdict) -> Gate:
    return lambda attempt: verdict


def _exists(link: ShareLink, address: LinkAddress) -> Gate:
    if link.state is LinkState.DELETED:
        return _always(_deny(Stage.EXISTS, "the link is deleted"))
    if link.state is LinkState.DISABLED:
        return _always(_deny(Stage.EXISTS, "the link is disabled by its owner"))
    if address.link != link.id or address.site != link.site:
        return _always(_deny(Stage.EXISTS, "the address belongs to another link"))
    if address.revoked_at is None and address.valid_until is None:
        return _always(_FINE[Stage.EXISTS])
    rotated_out = _deny(Stage.EXISTS, "this address of the link has been withdrawn")
    fine = _FINE[Stage.EXISTS]
    return lambda attempt: fine if address.lives(attempt.at) else rotated_out


def suspension(link: ShareLink, policy: Policy, switches: Switches) -> Verdict:
    """What policy takes away from a link that lacks what is now demanded (spec P3, P7). Derived, never stored."""
    limits = policy.limits
    if not switches.site_on:
        return _deny(Stage.POLICY, "sharing is switched off for the site", ("site",))
    if not switches.space_on:
        return _deny(Stage.POLICY, "sharing is switched off for the space", ("space",))
    if not switches.owner_in:
        return _deny(Stage.POLICY, "its owner has left")
    if limits.password_demanded and link.wish.password_hash is None:
        return _deny(Stage.POLICY, "a password is demanded", policy.set_by("password_demanded"))
    if limits.expiry_demanded and limits.lifetime is None and link.wish.expires_at is None:
        return _deny(Stage.POLICY, "an expiry is demanded", policy.set_by("expiry_demanded"))
    if limits.people_demanded and limits.people is None:
        return _deny(Stage.POLICY, "a list of allowed people is demanded", policy.set_by("people_demanded"))
    return _FINE[Stage.POLICY]


def expiry(link: ShareLink, policy: Policy) -> tuple[datetime | None, tuple[str, ...]]:
    """When the link ends under `policy`, if ever, and who set that: its own expiry or the longest life (spec P3)."""
    own = link.wish.expires_at
    if policy.limits.lifetime is None:
        return own, (LINK_LAYER,)
    capped = link.renewed_at + policy.limits.lifetime
    if own is not None and own <= capped:
        return own, (LINK_LAYER,)
    return capped, policy.set_by("lifetime")


def _time(starts_at: datetime | None, expires_at: datetime | None, expiry_layers: tuple[str, ...]) -> Gate:
    fine = _FINE[Stage.TIME]
    if starts_at is None and expires_at is None:
        return _always(fine)

    def gate(attempt: Attempt) -> Verdict:
        if starts_at is not None and attempt.at < starts_at:
            return _deny(Stage.TIME, f"not open before {starts_at:%Y-%m-%d %H:%M} UTC")
        if expires_at is not None and attempt.at >= expires_at:
            return _expired(expires_at, expiry_layers)
        return fine

    return gate


def _expired(expires_at: datetime, layers: tuple[str, ...]) -> Verdict:
    return _deny(Stage.TIME, f"expired at {expires_at:%Y-%m-%d %H:%M} UTC", layers)


def _network_gate(policy: Policy) -> Gate | None:
    allowed = policy.limits.networks
    blocked = Networks.parse(policy.limits.blocked_networks) if policy.limits.blocked_networks else None
    if allowed is None and blocked is None:
        return None
    fine = _FINE[Stage.NETWORK]

    def gate(attempt: Attempt) -> Verdict:
        if attempt.network is None or (allowed is not None and not allowed.admits(attempt.network)):
            return _deny(Stage.NETWORK, "not from an allowed network", policy.set_by("networks"))
        if blocked is not None and blocked.admits(attempt.network):
            return _deny(Stage.NETWORK, "from a blocked network", policy.set_by("blocked_networks"))
        return fine

    return gate


@lru_cache(maxsize=256)
def _parsed(entries: frozenset[str]) -> People:
    return People.parse(entries)


def admits(policy: Policy, address: Address) -> bool:
    """Whether the lists in force let `address` pass: on the list and not blocked (spec G2, G3)."""
    people, blocked = policy.limits.people, policy.limits.blocked_people
    return (people is None or people.admits(address)) and not (blocked and _parsed(blocked).admits(address))


def may_register(policy: Policy, address: Address) -> bool:
    """Whether `address` may have an account made for it by a link under `policy`: an account would get it through the
    gate, and there is a gate (spec G2).
    """
    limits = policy.limits
    asks = limits.people is not None or limits.sign_in_demanded
    return bool(asks) and not limits.sso_demanded and admits(policy, address)


def identifies(policy: Policy, proof: Proof) -> bool:
    """Whether `proof` says who somebody is as well as the policy demands, and the lists in force let that person pass.

    Where there is a list of either kind, who has no confirmed mailbox is on none and passes none.
    """
    limits = policy.limits
    if proof.kind is ProofKind.SIGN_IN:
        enough = proof.detail == Method.SSO.value or not limits.sso_demanded
    else:
        enough = proof.kind is ProofKind.ADDRESS and not (limits.sign_in_demanded or limits.sso_demanded)
    if proof.address is None:
        return enough and limits.people is None and not limits.blocked_people
    return enough and admits(policy, proof.address)


def _people_gate(link: ShareLink, policy: Policy) -> Gate | None:
    limits = policy.limits
    if limits.people is None and not limits.sign_in_demanded and not limits.sso_demanded:
        return None
    fine = _FINE[Stage.PEOPLE]

    def gate(attempt: Attempt) -> Verdict:
        for proof in attempt.proofs:
            if _good(proof, link, attempt.at) and identifies(policy, proof):
                return fine
        return _who_is_asked(policy)

    return gate


def _who_is_asked(policy: Policy) -> Verdict:
    """What is said to those who have not shown who they are."""
    limits = policy.limits
    if limits.sso_demanded:
        rule = "signing in with an organisation is demanded"
        return Verdict(Stage.PEOPLE, Effect.ASK, rule, Answer.ASK_SSO, policy.set_by("sso_demanded"))
    if limits.sign_in_demanded:
        rule = "signing in is demanded"
        return Verdict(Stage.PEOPLE, Effect.ASK, rule, Answer.ASK_SIGN_IN, policy.set_by("sign_in_demanded"))
    rule = "an allowed mail address must be proved"
    return Verdict(Stage.PEOPLE, Effect.ASK, rule, Answer.ASK_ADDRESS, policy.set_by("people"))


def _password(link: ShareLink) -> Gate:
    fine = _FINE[Stage.PASSWORD]

    def gate(attempt: Attempt) -> Verdict:
        for proof in attempt.proofs:
            if proof.kind is ProofKind.PASSWORD and _good(proof, link, attempt.at):
                return fine
        return _PASSWORD_NEEDED

    return gate


_PASSWORD_NEEDED = Verdict(Stage.PASSWORD, Effect.ASK, "the password is needed", Answer.ASK_PASSWORD, (LINK_LAYER,))


def terms_in_force(policy: Policy) -> tuple[str, ...]:
    """The texts to accept, those of outer layers first."""
    texts = (text for _, own in policy.setters.get("terms", ()) for text in sorted(own))
    return tuple(dict.fromkeys(texts))


def terms_version(texts: Iterable[str]) -> str:
    """What tells these texts from any others: 64 hexadecimal digits. Their order does not matter."""
    each = sorted(hashlib.sha256(text.encode()).digest() for text in texts)
    return hashlib.sha256(b"".join(each)).hexdigest()


def _terms(link: ShareLink, policy: Policy) -> Gate:
    fine = _FINE[Stage.TERMS]
    version = terms_version(terms_in_force(policy))
    rule = "the terms must be accepted"
    asking = Verdict(Stage.TERMS, Effect.ASK, rule, Answer.ASK_TERMS, policy.set_by("terms"))

    def gate(attempt: Attempt) -> Verdict:
        for proof in attempt.proofs:
            if proof.kind is ProofKind.TERMS and proof.detail == version and _good(proof, link, attempt.at):
                return fine
        return asking

    return gate


def _good(proof: Proof, link: ShareLink, at: datetime) -> bool:
    return (
        proof.link == link.id and proof.security_version == link.security_version and at < proof.proved_at + PROOF_LIFE
    )


def _uses(link: ShareLink, most: int, policy: Policy) -> Gate:
    fine = _FINE[Stage.USES]

    def gate(attempt: Attempt) -> Verdict:
        visit = attempt.visit
        if visit is not None and visit.goes_on(link, attempt.at):
            return fine
        if attempt.opens < most:
            rule = "opening it uses one of its opens"
            return Verdict(Stage.USES, Effect.ASK, rule, Answer.ASK_OPEN, policy.set_by("opens"))
        return _used_up(most, policy.set_by("opens"))

    return gate


def _used_up(most: int, layers: tuple[str, ...]) -> Verdict:
    return _deny(Stage.USES, f"all of its {most} opens are used", layers)


def over(link: ShareLink, policy: Policy, at: datetime, opens: int) -> Verdict | None:
    """What has ended the link for every new visitor at `at`: its expiry, or its opens; None while neither has."""
    expires_at, layers = expiry(link, policy)
    if expires_at is not None and at >= expires_at:
        return _expired(expires_at, layers)
    most = policy.limits.opens
    return None if most is None or opens < most else _used_up(most, policy.set_by("opens"))
