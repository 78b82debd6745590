"""What a change of the layers would do to a link, before anybody saves it (spec P6).

The judgement is the visitor's own: the same policies are met and the same verdicts asked, on stored facts. What depends
on live facts (labels, restrictions, the owner's right) is decided at the next request and only named here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from attrs import frozen

from exshare_core.decisions import Effect, Verdict
from exshare_core.gates import NO_LAYER, expiry, over, suspension
from exshare_core.links import LinkState, ShareLink, Switches
from exshare_core.policy import MEETS, Layer, Policy, outer
from exshare_core.values import LinkId, MemberId, PageId


class Consequence(Enum):
    """What becomes of a link."""

    SUSPENDED = "suspended"
    """It stops, and would go on if the change were taken back."""
    CUT = "cut"
    """It goes on with less than now."""
    RESTORED = "restored"
    """It starts again, or gets back what it once wished for."""


@frozen(slots=True)
class Impact:
    """What a change does to one link, and why."""

    link: LinkId
    owner: MemberId
    page: PageId
    name: str
    consequence: Consequence
    reasons: tuple[str, ...]
    """For a suspension its rule; else the restrictions whose value changes, by name."""
    layers: tuple[str, ...] = ()
    """Who sets the rule, or the values, outermost first; for what is restored, who set them before."""


LIVE: Mapping[str, str] = {
    "forbidden_labels": "labels that forbid sharing",
    "demanded_labels": "labels that sharing demands",
    "restricted_pages": "pages with view restrictions",
    "excluded_names": "parts that are left out of pages",
    "group_rules": "rules for the groups of a link's owner",
}
"""Restrictions that bite on what Confluence says at the moment, with the words that tell an admin so."""


def decided_live(before: Iterable[Layer], after: Iterable[Layer]) -> tuple[str, ...]:
    """The rules among what changes that no stored fact can answer, in words."""
    one, other = outer(tuple(before)), outer(tuple(after))
    return tuple(words for name, words in LIVE.items() if _value(one, name) != _value(other, name))


def impact(
    link: ShareLink,
    before: Policy | None,
    after: Policy | None,
    switches: tuple[Switches, Switches],
    now: datetime,
    opens: int = 0,
) -> Impact | None:
    """What changes for `link`, opened `opens` times, when its policy turns from `before` into `after`.

    Both are what is in force for the link, its own wish included; None is no layer at all. Gives None when nothing
    changes: a link that is off, or stopped both before and after, is left alone.
    """
    if link.state is not LinkState.ACTIVE or (before is after and switches[0] == switches[1]):
        return None
    stopped, stops = _stop(link, before, switches[0], now, opens), _stop(link, after, switches[1], now, opens)
    if stops is not None:
        return None if stopped is not None else _told(link, Consequence.SUSPENDED, (stops.rule,), stops.layers)
    if stopped is not None:
        return _told(link, Consequence.RESTORED, (stopped.rule,), stopped.layers)
    assert before is not None
    assert after is not None
    return _narrowed(link, before, after)


def _stop(link: ShareLink, policy: Policy | None, switches: Switches, now: datetime, opens: int) -> Verdict | None:
    """What keeps everybody out, and would for good, or None."""
    if policy is None:
        return NO_LAYER
    suspended = suspension(link, policy, switches)
    return over(link, policy, now, opens) if suspended.effect is Effect.ALLOW else suspended


def _narrowed(link: ShareLink, before: Policy, after: Policy) -> Impact | None:
    """Which values in force change for this link. What is both cut and given back counts as cut."""
    less: list[str] = []
    more: list[str] = []
    for name, seen in _SEEN.items():
        was, becomes = seen(link, before), seen(link, after)
        if was != becomes:
            (less if _is_less(name, was, becomes) else more).append(name)
    if not less and not more:
        return None
    names = tuple(less or more)
    layers = tuple(dict.fromkeys(layer for name in names for layer in (after if less else before).set_by(name)))
    return _told(link, Consequence.CUT if less else Consequence.RESTORED, names, layers)


def _limit(name: str) -> Callable[[ShareLink, Policy], Any]:
    return lambda link, policy: getattr(policy.limits, name)


def _blocks(name: str) -> Callable[[ShareLink, Policy], Any]:
    """A block of nobody is none."""
    return lambda link, policy: getattr(policy.limits, name) or None


def _wished(name: str) -> Callable[[ShareLink, Policy], Any]:
    """A permission that only matters to a link that asks for it."""
    return lambda link, policy: getattr(link.scope, name) and getattr(policy.limits, name) is not False


_SEEN: Mapping[str, Callable[[ShareLink, Policy], Any]] = {
    "capabilities": _limit("capabilities"),
    "people": _limit("people"),
    "networks": _limit("networks"),
    "blocked_people": _blocks("blocked_people"),
    "blocked_networks": _blocks("blocked_networks"),
    "sign_in_demanded": _blocks("sign_in_demanded"),
    "sso_demanded": _blocks("sso_demanded"),
    "terms": _blocks("terms"),
    "frame_origins": _limit("frame_origins"),
    "opens": _limit("opens"),
    "children": _wished("children"),
    "restricted_pages": _wished("restricted_pages"),
    "external_links": lambda link, policy: policy.limits.external_links is not False,
    "indexing": lambda link, policy: link.wish.indexing and policy.limits.indexing is not False,
    "lifetime": lambda link, policy: expiry(link, policy)[0],
}
"""The restrictions that a link can feel without being stopped, and what of each it feels."""


def _is_less(name: str, was: Any, becomes: Any) -> bool:
    """Whether a value became stricter. Absent is widest; an expiry is stricter the sooner it comes."""
    if was is None or becomes is None:
        return becomes is not None
    if name == "lifetime":
        return bool(becomes < was)
    return bool(MEETS[name](was, becomes) != was)


def _told(link: ShareLink, what: Consequence, reasons: tuple[str, ...], layers: tuple[str, ...]) -> Impact:
    return Impact(link.id, link.owner, link.scope.root, link.name, what, reasons, layers)


def _value(policy: Policy | None, name: str) -> Any:
    """What a layer says, or None where it keeps nothing from anybody."""
    value = None if policy is None else getattr(policy.limits, name)
    return None if value is True or value == frozenset() else value
