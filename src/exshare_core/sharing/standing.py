"""How a link stands now, as its members see it: its state with the reason and the layer behind it (spec L4, P5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import evolve, frozen

from exshare_core.attempts import Attempt
from exshare_core.content import Absent, PageFacts, reach
from exshare_core.decisions import Answer, Effect, Stage, Verdict
from exshare_core.gates import decide, prepare
from exshare_core.links import LINK_LAYER, LinkState, ShareLink
from exshare_core.policy import Layer, Policy, effective
from exshare_core.ports import LinkRecord

ACTIVE, NOT_STARTED, SUSPENDED = "active", "not started", "suspended"
_STATES = {Stage.TIME: "expired", Stage.USES: "used up"}


@frozen(slots=True)
class Shown:
    """A link as a member sees it, with its state now."""

    record: LinkRecord
    state: str
    """``active``, ``disabled``, ``deleted``, ``suspended``, ``not started``, ``expired`` or ``used up`` (spec L4)."""
    reason: str = ""
    layers: tuple[str, ...] = ()
    """Who set the rule behind the reason, outermost first."""
    policy: Policy | None = None
    """What is in force; None without any layer, when nothing is allowed."""
    above: Policy | None = None
    """What the layers above the link say of settings that are saved now: what a form may offer."""
    ends_at: datetime | None = None
    """The expiry in force: the link's own, or the end of the longest life that policy allows."""

    @property
    def link(self) -> ShareLink:
        """The link itself."""
        return self.record.link

    @property
    def held_back_by(self) -> tuple[str, ...]:
        """The layers that were loosened since the link was last saved, and hold for it until it is (spec P4)."""
        layers = self.record.layers
        held = (one.name for one in layers if one.before is not None and one.holds_for(self.link.confirmed_at))
        return tuple(dict.fromkeys(held))

    @property
    def opens_for_some(self) -> bool:
        """Whether it can be opened now, or will be by itself."""
        return self.state in (ACTIVE, NOT_STARTED)


def standing(record: LinkRecord, now: datetime, groups: frozenset[str] | None = frozenset()) -> Shown:
    """The state of a link at `now`, by stored facts. What stops only some visitors, such as a network, is no state.

    `groups` are those of the link's owner, as for `gates.prepare`.
    """
    link = record.link
    address = next((one for one in record.addresses if one.lives(now)), None)
    prepared = None if address is None else prepare(link, address, record.layers, record.switches, groups)
    shown = Shown(record, ACTIVE, above=policy_above(record.layers, now, groups))
    if prepared is not None:
        shown = evolve(shown, policy=prepared.policy, ends_at=prepared.expires_at)
    if link.state is not LinkState.ACTIVE:
        return evolve(shown, state=link.state.value)
    if address is None:
        return evolve(shown, state=SUSPENDED, reason="it has no living address")
    if prepared is None:
        return evolve(shown, state=SUSPENDED, reason="no layer allows sharing on this site")
    for verdict in decide(prepared, Attempt(now, None, opens=record.opens)).verdicts:
        if verdict.effect is Effect.DENY and verdict.stage is not Stage.NETWORK:
            return evolve(shown, state=_state(verdict, link, now), reason=verdict.rule, layers=verdict.layers)
    return shown


def with_facts(shown: Shown, facts: PageFacts | Absent) -> Shown:
    """The same with what Confluence says of the page now: restricted or unreadable suspends the link (L6, L15)."""
    if shown.state != ACTIVE or shown.policy is None:
        return shown
    if isinstance(facts, Absent):
        return evolve(shown, state=SUSPENDED, reason=f"the page is {facts.why.value}")
    decision = reach(shown.link.scope, shown.policy, facts)
    if decision.allowed or decision.strangers_face() is Answer.BUSY:
        return shown
    verdict = decision.members_face()[0]
    return evolve(shown, state=SUSPENDED, reason=verdict.rule, layers=verdict.layers)


def policy_above(layers: Iterable[Layer], now: datetime, groups: frozenset[str] | None = frozenset()) -> Policy | None:
    """What `layers` say of a link that is saved at `now`; None when there is no layer, and nothing is allowed."""
    return effective([layer for layer in layers if layer.holds_for(now)], groups)


def named_layers(layers: tuple[str, ...]) -> str | None:
    """The layers as a sentence names them, or None where it is only the link's own wish."""
    return ", ".join(layers) if layers and layers != (LINK_LAYER,) else None


def _state(verdict: Verdict, link: ShareLink, now: datetime) -> str:
    if verdict.stage is Stage.TIME and link.wish.starts_at is not None and now < link.wish.starts_at:
        return NOT_STARTED
    return _STATES.get(verdict.stage, SUSPENDED)
