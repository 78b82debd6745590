"""What the form of a link offers under the layers above it: locked options are shown with their layer (spec P5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from attrs import frozen

from exshare_core.capabilities import LADDERS, offered
from exshare_core.links import MAX_TERMS, ShareLink
from exshare_core.passwords import LEAST, LEAST_AS_ONLY_GATE
from exshare_core.policy import Policy
from exshare_core.wishes import setters

WORDS: Mapping[str, str] = {
    "comments=view": "Show comments",
    "attachments=view": "List and download the page's files",
    "labels": "Show labels",
    "status": "Show what a page is said to be, such as a rough draft",
    "history=view": "Show the history since the link was made",
    "old-versions": "Show versions from before the link as well",
    "names": "Show the names of people",
    "confluence-links": "Keep links into Confluence",
    "includes": "Show content included from pages outside the share",
}
"""Capabilities in the words that a member reads."""

PRESENT_LABEL = "Of those below, only the ones that are there now: later ones stay out"
PASSWORD_HINT = (
    f"at least {LEAST_AS_ONLY_GATE} characters, or {LEAST} beside signing in or a list of people or networks"
)
TERMS_HINT = f"an empty line begins a new paragraph; at most {MAX_TERMS:,} characters"


@frozen
class Option:
    """A box to tick. `locked_by` names the layers that forbid it; empty when none does."""

    name: str
    value: str
    label: str
    locked_by: str = ""


@frozen
class Demand:
    """A choice of how visitors must sign in. `exceeded_by` names the layers that demand more; empty when none does."""

    value: str
    label: str
    exceeded_by: str = ""


@frozen
class Offer:
    """The boxes of the form, and what the layers say beside its fields."""

    scope: tuple[Option, ...]
    sign_in: tuple[Demand, ...]
    indexing: Option
    allow: tuple[Option, ...]
    hints: Mapping[str, str]

    def hint(self, field: str) -> str:
        """What stands beside the field, or nothing."""
        return self.hints.get(field, "")


def offer(policy: Policy | None, old: ShareLink | None = None) -> Offer:
    """What may be chosen under `policy`, the meet of the layers above the link; None when it is not known now."""
    scope = (
        Option("children", "on", "The pages below it as well", _locked(policy, "children")),
        Option("present_only", "on", PRESENT_LABEL, _locked(policy, "children")),
        Option("whole_space", "on", "The whole space, beginning with its home page", _locked(policy, "children")),
        Option("restricted_pages", "on", "Pages with view restrictions too", _locked(policy, "restricted_pages")),
    )
    allow = tuple(Option("allow", word, WORDS.get(word, word), _capability_lock(policy, word)) for word in offered())
    indexing = Option("indexing", "on", "Search engines may find it", _locked(policy, "indexing"))
    hints = {"password": PASSWORD_HINT, "terms": TERMS_HINT} if policy is None else _hints(policy, old)
    return Offer(scope, _demands(policy), indexing, allow, hints)


def _demands(policy: Policy | None) -> tuple[Demand, ...]:
    sso = _demanded(policy, "sso_demanded")
    return (
        Demand("none", "Not needed", _demanded(policy, "sign_in_demanded") or sso),
        Demand("any", "With an account here, or with an organisation", sso),
        Demand("sso", "With an organisation only"),
    )


def _demanded(policy: Policy | None, demand: str) -> str:
    return setters(policy, demand) if policy is not None and getattr(policy.limits, demand) else ""


def _locked(policy: Policy | None, restriction: str) -> str:
    if policy is None or getattr(policy.limits, restriction) is not False:
        return ""
    return setters(policy, restriction)


def _capability_lock(policy: Policy | None, word: str) -> str:
    if policy is None or policy.limits.capabilities is None:
        return ""
    name, _, rung = word.partition("=")
    wanted = LADDERS[name].index(rung or "on")
    return setters(policy, "capabilities") if policy.limits.capabilities.get(name, wanted) < wanted else ""


def _hints(policy: Policy, old: ShareLink | None) -> Mapping[str, str]:
    """A sentence for every field that a layer has a say in."""
    limits = policy.limits
    said: dict[str, list[str]] = {"password": [PASSWORD_HINT], "terms": [TERMS_HINT]}

    def say(field: str, restriction: str, words: str) -> None:
        said.setdefault(field, []).append(f"{words} (set by {setters(policy, restriction)})")

    if limits.password_length is not None and limits.password_length > LEAST:
        say("password", "password_length", f"never less than {limits.password_length}")
    if limits.password_demanded:
        say("password", "password_demanded", "demanded")
    if limits.people is not None:
        say("people", "people", f"within {', '.join(limits.people.entries()) or 'nobody'}")
    if limits.people_demanded and limits.people is None:
        say("people", "people_demanded", "demanded")
    if limits.networks is not None:
        say("networks", "networks", f"within {', '.join(limits.networks.entries()) or 'no network'}")
    if limits.terms:
        say("terms", "terms", "visitors accept other terms as well")
    if limits.frame_origins is not None:
        say("frame_origins", "frame_origins", f"within {', '.join(sorted(limits.frame_origins)) or 'no site'}")
    if limits.lifetime is not None:
        since = "creation" if old is None or old.renewed_at == old.created_at else "renewal"
        say("expires", "lifetime", f"at most {duration(limits.lifetime)} after the {since}")
    if limits.expiry_demanded and limits.lifetime is None:
        say("expires", "expiry_demanded", "demanded")
    if limits.opens is not None:
        say("max_opens", "opens", f"at most {limits.opens}")
    return {field: "; ".join(words) for field, words in said.items()}


def duration(span: timedelta) -> str:
    """A span of time as people say it, in whole days, hours or minutes."""
    for unit, seconds in (("day", 86400), ("hour", 3600)):
        if span.total_seconds() >= seconds and span.total_seconds() % seconds == 0:
            return number_of(int(span.total_seconds() // seconds), unit)
    return number_of(max(1, int(span.total_seconds() // 60)), "minute")


def number_of(number: int, unit: str) -> str:
    """So many of something, such as ``1 page`` and ``2 pages``."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
