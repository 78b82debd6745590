"""What two versions of a site's policy differ in, in words for admins (spec M7), and what a change may not have meant.

A difference names a thing as admins know it (a layer and one restriction of it, a right, a space's configuration) with
what it was and what it becomes. Nothing of a link or a page is in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from attrs import fields

from exshare_core.attempts import Method
from exshare_core.capabilities import Capabilities
from exshare_core.explaining import in_words, unanswerable, worded
from exshare_core.governance import (
    SITE_LAYER,
    Configuration,
    Defaults,
    Difference,
    SitePolicy,
    configuration_layer,
    space_layer,
)
from exshare_core.policy import MEETS, Limits, effective
from exshare_core.schemes import WITHOUT, Granted, Grantees, Scheme
from exshare_core.values import SpaceKey


def differences(before: SitePolicy, after: SitePolicy) -> tuple[Difference, ...]:
    """Everything that became different, outermost layer first; what is held back is a consequence and not named."""
    return (
        *_limits(SITE_LAYER, before.limits, after.limits),
        *_scheme("site", before.scheme, after.scheme),
        *_unlike("loosening", before.loosening.value, after.loosening.value),
        *_unlike("leavers", before.leavers.value, after.leavers.value),
        *_unlike("heir", before.heir or "nobody", after.heir or "nobody"),
        *_configurations(before.configurations, after.configurations),
        *(one for space in sorted({*before.spaces, *after.spaces}) for one in _space(space, before, after)),
    )


def warnings(before: SitePolicy, after: SitePolicy, methods: Collection[Method] = ()) -> tuple[str, ...]:
    """What a change would shut that was open, in sentences: things that admins do not want unawares (spec P6).

    `methods` are those by which visitors of the site can sign in.
    """
    return tuple(sentence for sentence in _shut(after, methods) if sentence not in set(_shut(before, methods)))


def unanswerable_demands(policy: SitePolicy, methods: Collection[Method]) -> Iterator[str]:
    """Where visitors must sign in as nobody can, in sentences; `methods` are those by which they can."""
    for where, space in _places(policy):
        above = effective(one for one in policy.layers(space) if one.before is None)
        if above is not None and (demanded := unanswerable(above, methods)):
            yield f"{where}, {demanded}"


def _places(policy: SitePolicy) -> Iterator[tuple[str, SpaceKey]]:
    """The site and each space of its own, in words."""
    yield "on this site", SpaceKey("")
    yield from ((f"in the space {key}", key) for key in sorted(policy.spaces))


def _shut(policy: SitePolicy, methods: Collection[Method]) -> Iterator[str]:
    if (policy.scheme or WITHOUT).of(Granted.CREATE) == Grantees():
        yield "nobody but admins can make links on this site"
    for space, rules in sorted(policy.spaces.items()):
        if rules.scheme is not None and rules.scheme.of(Granted.CREATE) == Grantees():
            yield f"nobody but admins can make links in the space {space}"
    for where, space in _places(policy):
        above = effective(one for one in policy.layers(space) if one.before is None)
        if above is None:
            continue
        if above.limits.people is not None and not above.limits.people.entries():
            yield f"no visitor is on every list of allowed people {where}"
        if above.limits.networks is not None and not above.limits.networks.entries():
            yield f"no network is on every list of allowed networks {where}"
    yield from unanswerable_demands(policy, methods)


def _limits(layer: str, before: Limits, after: Limits) -> Iterator[Difference]:
    for name in MEETS:
        old, new = (in_words(name, getattr(limits, name)) for limits in (before, after))
        yield from _unlike(f"{layer}: {name}", old, new)


def _scheme(where: str, before: Scheme | None, after: Scheme | None) -> Iterator[Difference]:
    if before == after:
        return
    yield from _unlike(f"{where}: permission scheme", _there(before), _there(after))
    for granted in Granted:
        old = None if before is None else before.of(granted)
        new = None if after is None else after.of(granted)
        yield from _unlike(f"{where}: {granted.value}", _meant(old), _meant(new))


def _configurations(before: Mapping[str, Configuration], after: Mapping[str, Configuration]) -> Iterator[Difference]:
    for name in sorted({*before, *after}):
        layer = configuration_layer(name)
        yield from _unlike(layer, _there(before.get(name)), _there(after.get(name)))
        old, new = before.get(name, Configuration()), after.get(name, Configuration())
        yield from _limits(layer, old.limits, new.limits)
        for one in fields(Defaults):
            values = (_default(getattr(it.defaults, one.name)) for it in (old, new))
            yield from _unlike(f"{layer}: default {one.name}", *values)


def _space(space: SpaceKey, before: SitePolicy, after: SitePolicy) -> Iterator[Difference]:
    layer, old, new = space_layer(space), before.rules(space), after.rules(space)
    yield from _unlike(f"{layer}: configuration", before.configuration(space), after.configuration(space))
    yield from _limits(layer, old.limits, new.limits)
    yield from _unlike(f"{layer}: admins", _meant(old.admins), _meant(new.admins))
    yield from _scheme(layer, old.scheme, new.scheme)


def _unlike(what: str, old: str, new: str) -> Iterator[Difference]:
    if old != new:
        yield Difference(what, old, new)


def _there(value: object) -> str:
    return "not there" if value is None else "there"


def _default(value: object) -> str:
    if isinstance(value, Capabilities):
        return ", ".join(value.words()) or "nothing"
    return worded(value) or "none"


def _meant(grantees: Grantees | None) -> str:
    """Who is meant, in words."""
    if grantees is None:
        return "not set"
    if grantees.everyone:
        return "everyone"
    groups = [f"group {name}" for name in sorted(grantees.groups)]
    return ", ".join([*groups, *(f"member {id}" for id in sorted(grantees.members))]) or "nobody"
