"""Walks every link of a site through a change that nobody has saved yet (spec P6).

Links that see the same layers share one meet of them, and those that wish for the same share what is in force, so that
most links cost no meet at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from attrs import evolve, field, frozen

from exshare_core.attempts import Method
from exshare_core.differences import differences, warnings
from exshare_core.governance import Difference, SitePolicy
from exshare_core.impact import Consequence, Impact, decided_live, impact
from exshare_core.links import ShareLink, Switches
from exshare_core.policy import Layer, Limits, Policy, outer
from exshare_core.ports import Storage
from exshare_core.values import LinkId, SpaceKey

SWEEP = 1000
"""How many links are read at once."""

MOST_WISHES = 256
"""For how many different wishes of one space's links the policies in force are remembered."""


@frozen(slots=True)
class Turned:
    """A kill switch that would be turned: of one space, or of the site."""

    space: SpaceKey | None
    on: bool

    def above(self, space: SpaceKey, switches: Switches) -> Switches:
        """The switches above `space` after that."""
        if self.space is None:
            return evolve(switches, site_on=self.on)
        return evolve(switches, space_on=self.on) if self.space.upper() == space.upper() else switches


@frozen(slots=True)
class DryRun:
    """What a change would do, before anybody saves it (spec P6)."""

    version: int
    """The version of the policy that it was worked out on."""
    differences: tuple[Difference, ...]
    links: int
    """How many links were looked at."""
    impacts: tuple[Impact, ...]
    """Every link for which something changes, in the order of their ids."""
    decided_live: tuple[str, ...] = ()
    """Rules among the changes that only the next request can answer, in words."""
    warnings: tuple[str, ...] = ()
    """What the change would shut that may not be meant, in sentences."""

    def count(self, consequence: Consequence) -> int:
        """How many links it would suspend, cut or restore."""
        return sum(one.consequence is consequence for one in self.impacts)


async def rehearse(
    storage: Storage,
    before: SitePolicy,
    after: SitePolicy,
    now: datetime,
    turned: Turned | None = None,
    *,
    only: SpaceKey | None = None,
    methods: Collection[Method] = (),
) -> DryRun:
    """What becomes of every link of the site when `before` turns into `after`, or a switch is turned.

    `methods` are those by which visitors of the site can sign in: what demands another is warned of.

    With `only`, links of other spaces are neither looked at nor counted: their number is nobody's business who governs
    one space.
    """
    links, impacts = 0, list[Impact]()
    spaces: dict[SpaceKey, _Above] = {}
    last: LinkId | None = None
    while swept := await storage.links.sweep(before.site, after=last, limit=SWEEP):
        looked_at = [one for one in swept if only is None or one.link.scope.space.upper() == only.upper()]
        for one in looked_at:
            space = one.link.scope.space
            if space not in spaces:
                now_above = await storage.policies.switches(before.site, space)
                then_above = now_above if turned is None else turned.above(space, now_above)
                spaces[space] = _Above((before.layers(space), after.layers(space)), (now_above, then_above))
            found = spaces[space].impact(one.link, one.opens, now) if one.owner_in else None
            if found is not None:
                impacts.append(found)
        links += len(looked_at)
        last = swept[-1].link.id
    live, unmeant = _live_rules(before, after), warnings(before, after, methods)
    return DryRun(before.version, differences(before, after), links, tuple(impacts), live, unmeant)


Pair = tuple[Policy | None, Policy | None]
"""A policy before a change and after it; one and the same where both restrict alike, whatever layers they come from."""

_Age = tuple[bool, ...]
"""Which of the layers held back hold for a link: links of one age see the same layers."""


@frozen
class _Above:
    """What stands above the links of one space before and after a change."""

    layers: tuple[tuple[Layer, ...], tuple[Layer, ...]]
    switches: tuple[Switches, Switches]
    instants: tuple[datetime, ...] = field(init=False)
    """Before which one of the layers held back holds."""
    above: dict[_Age, Pair] = field(factory=dict, init=False)
    in_force: dict[tuple[_Age, Limits], Pair] = field(factory=dict, init=False)
    """By age and wish: most links of a space wish for one of few things."""

    @instants.default
    def _instants(self) -> tuple[datetime, ...]:
        return tuple(sorted({one.before for side in self.layers for one in side if one.before is not None}))

    def impact(self, link: ShareLink, opens: int, now: datetime) -> Impact | None:
        """What changes for one link."""
        age = tuple([link.confirmed_at < instant for instant in self.instants])
        if age not in self.above:
            self.above[age] = self._met(link.confirmed_at)
        before, after = self.above[age]
        if before is after and self.switches[0] == self.switches[1]:
            return None
        key = age, link.wish.limits
        pair = self.in_force.get(key)
        if pair is None:
            if len(self.in_force) >= MOST_WISHES:
                self.in_force.clear()
            pair = self.in_force[key] = _alike(*(one and one.narrowed(link.layer) for one in (before, after)))
        return impact(link, *pair, self.switches, now, opens)

    def _met(self, confirmed_at: datetime) -> Pair:
        return _alike(*(outer(tuple(one for one in side if one.holds_for(confirmed_at))) for side in self.layers))


def _alike(before: Policy | None, after: Policy | None) -> Pair:
    if before is not None and after is not None and before.limits == after.limits:
        return before, before
    return before, after


def _live_rules(before: SitePolicy, after: SitePolicy) -> tuple[str, ...]:
    """What of a change no stored fact can answer, in whichever layer it is."""
    rules: dict[str, None] = {}
    for name in after.changed_layers(before):
        rules |= dict.fromkeys(
            decided_live([Layer(name, before.limits_of(name))], [Layer(name, after.limits_of(name))])
        )
    for space in sorted({*before.spaces, *after.spaces}):
        if before.configuration(space) != after.configuration(space):
            rules |= dict.fromkeys(decided_live(_present(before, space), _present(after, space)))
    return tuple(rules)


def _present(policy: SitePolicy, space: SpaceKey) -> Iterable[Layer]:
    return (one for one in policy.layers(space) if one.before is None)
