"""A link in the words that members read: what is in force, and which layer said so (spec P5)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from attrs import frozen

from exshare_core.attempts import Method
from exshare_core.capabilities import LADDERS
from exshare_core.events import Event
from exshare_core.explaining import VERSION, InForce, beginning, unanswerable, values_in_force
from exshare_core.gates import terms_in_force
from exshare_core.links import LINK_LAYER, LabelMode
from exshare_core.policy import Policy
from exshare_core.sharing import Counted
from exshare_core.sharing.standing import Shown, named_layers
from exshare_core.values import MemberId, Networks, People
from exshare_web.manager.offers import WORDS, duration, number_of

_CHOSEN: Mapping[LabelMode, str] = {
    LabelMode.ANY: "with any of",
    LabelMode.ALL: "with all of",
    LabelMode.NONE: "without",
}


@frozen
class Row:
    """One thing about a link; `set_by` names the layers behind it where it is not only the link's own wish."""

    term: str
    value: str
    set_by: str = ""
    texts: tuple[str, ...] = ()
    """Whole texts, for who wants to read them."""


@frozen
class Reached:
    """What a link reaches, in words."""

    numbers: str
    more: tuple[str, ...] = ()
    """What is left out, and what could not be found out."""


def reached(counted: Counted) -> Reached:
    """Pages and files that a link reaches: exact, or the least there is (spec M2)."""
    pages = f"{'' if counted.all_pages else 'at least '}{number_of(counted.pages, 'page')}"
    files = f"{'' if counted.all_files else 'at least '}{number_of(counted.files, 'file')}"
    more = []
    if counted.restricted:
        verb = "is" if counted.restricted == 1 else "are"
        more.append(f"{number_of(counted.restricted, 'page')} {verb} left out because of view restrictions.")
    if counted.unknown:
        more.append(f"Of {number_of(counted.unknown, 'page')} it could not be found out now.")
    return Reached(f"{pages}, {files}", tuple(more))


def origins(policy: Policy) -> tuple[Row, ...]:
    """Every value in force with the layers behind it; of what visitors may do, what they may (spec P5)."""
    return tuple(Row(one.restriction, _in_force(one, policy), ", ".join(one.layers)) for one in values_in_force(policy))


def _in_force(one: InForce, policy: Policy) -> str:
    if one.restriction != "capabilities":
        return one.value
    allowed = [name for name in sorted(policy.limits.capabilities or {}) if policy.rung(name)]
    return ", ".join(f"{name}={LADDERS[name][policy.rung(name)]}" for name in allowed) or "nothing but the page"


def protection(shown: Shown) -> str:
    """The gates of a link in a few words, for a list."""
    policy, wish = shown.policy, shown.link.wish
    gates = (
        ("password", wish.password_hash is not None),
        ("people", policy is not None and policy.limits.people is not None),
        ("sign-in", policy is not None and signing_in(policy) != ""),
        ("networks", policy is not None and policy.limits.networks is not None),
        ("terms", policy is not None and bool(policy.limits.terms)),
    )
    return ", ".join(name for name, there in gates if there) or "none"


def rows(shown: Shown, names: Mapping[MemberId, str]) -> tuple[Row, ...]:
    """What is in force for a link now."""
    link, policy = shown.link, shown.policy
    owner = names.get(link.owner, link.owner)
    about = (
        Row("Owner", f"{owner}, through the site's service identity" if link.service_identity else owner),
        Row("Created", _minute(link.created_at)),
    )
    if policy is None:
        return about
    limits = policy.limits
    return (
        Row("Who", _people(limits.people), _set_by(policy, "people")),
        *_signing_in(policy),
        Row("Password", "none" if link.wish.password_hash is None else "needed"),
        Row("From where", _networks(limits.networks), _set_by(policy, "networks")),
        *_terms(policy),
        *_frames(policy),
        *((Row("Opens at", _minute(link.wish.starts_at)),) if link.wish.starts_at else ()),
        Row("Ends", _minute(shown.ends_at) if shown.ends_at else "never", _ended_by(shown, policy)),
        Row("Opened", _opened(shown.record.opens, limits.opens), _set_by(policy, "opens")),
        Row("Reaches", _reach(shown), _set_by(policy, "children") if link.scope.children else ""),
        Row("Shows", _allowed(shown, policy)),
        *_held_back(shown, policy),
        *_without_links(policy),
        *((Row("Leads on to", _listed(link.wish.leads_to)),) if link.wish.leads_to else ()),
        *about,
    )


def warnings(shown: Shown, methods: Collection[Method]) -> tuple[str, ...]:
    """What nobody can do that the link demands, where visitors sign in by `methods` only."""
    demanded = "" if shown.policy is None else unanswerable(shown.policy, methods)
    return (demanded,) if demanded else ()


def renewable(shown: Shown) -> str:
    """What a renewal of the link does and who may make it, in sentences; empty where none is possible (spec P3)."""
    policy = shown.policy
    if policy is None or policy.limits.lifetime is None or policy.limits.renewals == 0:
        return ""
    life = (
        f"Layers limit its life to {duration(policy.limits.lifetime)} (set by {_set_by(policy, 'lifetime') or 'link'})."
    )
    most, used = policy.limits.renewals, shown.link.renewals
    if most is None:
        return f"{life} An admin of the site or the space renews it."
    if used >= most:
        return f"{life} All of its {most} renewals are used: an admin of the site or the space renews it."
    return f"{life} {used} of its {most} renewals are used."


SOON = timedelta(days=14)
"""How long before the end of a link's longest life a renewal is offered by itself."""


def ends_soon(shown: Shown, now: datetime) -> bool:
    """Whether the longest life that layers allow ends the link soon, or has ended it: what a renewal would mend (M6)."""
    capped = shown.ends_at is not None and shown.ends_at != shown.link.wish.expires_at
    return capped and shown.ends_at is not None and shown.ends_at - now <= SOON


def signing_in(policy: Policy) -> str:
    """How visitors must sign in under `policy`; empty where they need not."""
    if policy.limits.sso_demanded:
        return "needed, with an organisation"
    return "needed" if policy.limits.sign_in_demanded else ""


def detail(event: Event) -> str:
    """What an event says beside its kind; the version of terms by as many digits as elsewhere."""
    return _VERSION.sub(lambda found: found[0][:VERSION], event.detail)


_VERSION = re.compile(r"(?<=\bterms )[0-9a-f]{64}\Z")


def _signing_in(policy: Policy) -> tuple[Row, ...]:
    if not (how := signing_in(policy)):
        return ()
    return (
        Row("Signing in", how, _set_by(policy, "sso_demanded" if policy.limits.sso_demanded else "sign_in_demanded")),
    )


def _terms(policy: Policy) -> tuple[Row, ...]:
    if not (texts := terms_in_force(policy)):
        return ()
    return (Row("Terms to accept", "; ".join(map(beginning, texts)), _set_by(policy, "terms"), texts),)


def _frames(policy: Policy) -> tuple[Row, ...]:
    if not policy.limits.frame_origins:
        return ()
    return (Row("May be framed by", _listed(policy.limits.frame_origins), _set_by(policy, "frame_origins")),)


def _people(people: People | None) -> str:
    if people is None:
        return "everyone with the link"
    return ", ".join(people.entries()) or "nobody"


def _networks(networks: Networks | None) -> str:
    if networks is None:
        return "everywhere"
    return ", ".join(networks.entries()) or "nowhere"


def _opened(opens: int, most: int | None) -> str:
    times = "once" if opens == 1 else f"{opens} times"
    return times if most is None else f"{times} of at most {most}"


def _reach(shown: Shown) -> str:
    scope, limits = shown.link.scope, shown.policy.limits if shown.policy else None
    if not scope.children or (limits and limits.children is False):
        return "this page only"
    chosen = "" if scope.labels is None else f" {_CHOSEN[scope.labels.mode]} the labels {_listed(scope.labels.labels)}"
    left_out = f", leaving out {_listed(scope.carve_outs)} and what is below" if scope.carve_outs else ""
    restricted = ", restricted ones too" if scope.restricted_pages else ""
    present = "" if scope.present is None else ", no pages that came later"
    pages = "this page and the whole space" if scope.whole_space else "this page and those below"
    return f"{pages}{chosen}{left_out}{restricted}{present}"


def _listed(entries: Iterable[str]) -> str:
    return ", ".join(sorted(entries))


def _allowed(shown: Shown, policy: Policy) -> str:
    held = {word for word, _ in _above(shown, policy)}
    allowed = [WORDS.get(word, word) for word in shown.link.wish.capabilities.words() if word not in held]
    return "; ".join(["the page", *(words[:1].lower() + words[1:] for words in allowed)])


def _without_links(policy: Policy) -> tuple[Row, ...]:
    if policy.limits.external_links is not False:
        return ()
    return (Row("Links to other sites", "shown as words", _set_by(policy, "external_links")),)


def _held_back(shown: Shown, policy: Policy) -> tuple[Row, ...]:
    """What the link asks for and a layer takes away: kept, shown, and not in force (spec P4)."""
    return tuple(Row("Held back", WORDS.get(word, word), layers) for word, layers in _above(shown, policy))


def _above(shown: Shown, policy: Policy) -> tuple[tuple[str, str], ...]:
    layers = ", ".join(one for one in policy.set_by("capabilities") if one != LINK_LAYER)
    wished = shown.link.wish.capabilities
    return tuple(
        (name if len(LADDERS[name]) == 2 else f"{name}={LADDERS[name][rung]}", layers)
        for name, rung in wished.rungs
        if rung > policy.rung(name)
    )


def _ended_by(shown: Shown, policy: Policy) -> str:
    return "" if shown.ends_at == shown.link.wish.expires_at else _set_by(policy, "lifetime")


def _set_by(policy: Policy, restriction: str) -> str:
    return named_layers(policy.set_by(restriction)) or ""


def _minute(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"
