"""What the admins of one site have set, as one value: layers, configurations, schemes, and how a loosening is treated.

The whole of it has one version (spec L12, P10): who changes any part does so on what they have seen, and the change is
stored whole or not at all. What stands above a link is worked out here; what comes of it is `policy` and `gates`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import Enum

from attrs import evolve, field, frozen

from exshare_core.capabilities import LADDERS, Capabilities
from exshare_core.errors import InvalidValue
from exshare_core.events import Actor
from exshare_core.policy import Layer, Limits
from exshare_core.schemes import NOBODY, Grantees, Scheme
from exshare_core.values import MemberId, SiteId, SpaceKey

SITE_LAYER = "site"
DEFAULT = "default"
"""The configuration of every space that has no named one (spec P1)."""


def configuration_layer(name: str) -> str:
    """What the layer of a configuration is called where values name their origin."""
    return f"configuration {name}"


def space_layer(space: SpaceKey) -> str:
    """What the layer of a space is called where values name their origin."""
    return f"space {space}"


class Loosening(Enum):
    """What becomes of links when a layer is loosened above them (spec P4)."""

    RESTORE = "restore"
    """Wishes come into force again by themselves."""
    CONFIRM = "confirm"
    """What was taken away stays away until the link's owner, or who may edit the link, confirms its settings."""


class Leavers(Enum):
    """What becomes of the links of a member who leaves (spec L15)."""

    STOP = "stop"
    """They are suspended, and go on if the member comes back."""
    KEEP = "keep"
    """They go on under the site's service identity, which their pages in the managers' view name, with a new owner."""
    TRANSFER = "transfer"
    """They get a new owner, and reach what that member may read."""


@frozen(slots=True)
class Defaults:
    """What the form of a new link is filled with; enforces nothing (spec L9)."""

    name: str = ""
    """The pattern of a new link's name, stored unexpanded: ``{space}``, ``{page}`` (ids), ``{date}`` are filled in."""
    capabilities: Capabilities = Capabilities()
    days: int | None = None
    """After how many days a new link expires."""
    children: bool = False


@frozen(slots=True)
class Configuration:
    """A set of limits and defaults for the spaces that have no other, or for those that it is assigned to."""

    limits: Limits = Limits()
    defaults: Defaults = Defaults()


@frozen(slots=True)
class SpaceRules:
    """What is set for one space: its configuration's name, its own limits, its admins and its scheme."""

    configuration: str | None = None
    """None is the site's default configuration."""
    limits: Limits = Limits()
    admins: Grantees = NOBODY
    """Who sees and manages every link of the space and sets its limits (spec R3)."""
    scheme: Scheme | None = None
    """Narrows the site's scheme (spec R2)."""


@frozen(slots=True)
class Held:
    """What a layer was before it was loosened; it stays above links that were confirmed before `at` (spec P4)."""

    layer: str
    limits: Limits
    at: datetime
    space: SpaceKey | None = None
    """Set where a space was given another configuration: what its former one was holds on for this space only."""
    without: frozenset[SpaceKey] = frozenset()
    """Spaces that were given the configuration only after it had been loosened, so that their links never met it."""

    @property
    def above(self) -> str:
        """The name of the layer beside which it stands: its own, or that of the one space that it holds for."""
        return self.layer if self.space is None else space_layer(self.space)


def layers_above(
    space: SpaceKey, site: Limits, configuration: tuple[str, Limits], own: Limits, held: Iterable[Held]
) -> tuple[Layer, ...]:
    """The layers above a link of `space`, outermost first, each with what it was while that still holds.

    The site and the configuration, by its name, are always there; the space only where it restricts something. Of
    `held`, those that stand beside other layers, or that this space came under too late, are left out.
    """
    key = SpaceKey(space.upper())
    names = SITE_LAYER, configuration_layer(configuration[0]), space_layer(key)
    before: dict[str, list[Layer]] = {name: [] for name in names}
    for one in held:
        if one.above in before and key not in one.without:
            before[one.above].append(Layer(one.layer, one.limits, one.at))
    inner = [] if own == Limits() else [Layer(names[2], own)]
    return (
        *(Layer(names[0], site), *before[names[0]]),
        *(Layer(names[1], configuration[1]), *before[names[1]]),
        *(*inner, *before[names[2]]),
    )


@frozen(slots=True)
class Permissions:
    """What decides which member may do what with the links of one space (spec R1-R3)."""

    scheme: Scheme | None = None
    """The site's own; None leaves every member what `schemes.WITHOUT` grants (spec R2)."""
    space_scheme: Scheme | None = None
    """Narrows the site's."""
    space_admins: Grantees = NOBODY


NO_PERMISSIONS = Permissions(Scheme())
"""What holds on a site that was never made: nobody may do anything."""


@frozen(slots=True)
class Difference:
    """One thing that a change made different, in words for admins (spec M7)."""

    what: str
    old: str
    new: str


@frozen(slots=True)
class PolicyChange:
    """One row of the history: who made which version of a site's policy, and what became different."""

    site: SiteId
    version: int
    at: datetime
    actor: Actor
    member: MemberId | None = None
    """None for the operator."""
    changes: tuple[Difference, ...] = ()


@frozen(slots=True)
class SitePolicy:
    """Everything that admins have set on one site."""

    site: SiteId
    version: int = 1
    limits: Limits = Limits()
    """The site's own layer."""
    configurations: Mapping[str, Configuration] = field(factory=lambda: {DEFAULT: Configuration()})
    spaces: Mapping[SpaceKey, SpaceRules] = field(factory=dict)
    """By key in upper case; a space that is not named has no rules of its own."""
    scheme: Scheme | None = None
    loosening: Loosening = Loosening.CONFIRM
    held: tuple[Held, ...] = ()
    leavers: Leavers = Leavers.STOP
    heir: MemberId | None = None
    """Who owns the links of leavers then, unless they stop."""

    def rules(self, space: SpaceKey) -> SpaceRules:
        """What is set for `space`."""
        return self.spaces.get(SpaceKey(space.upper()), SpaceRules())

    def configuration(self, space: SpaceKey) -> str:
        """The name of the one configuration above a link of `space`."""
        return self.rules(space).configuration or DEFAULT

    def layers(self, space: SpaceKey) -> tuple[Layer, ...]:
        """The layers above a link of `space`, outermost first, each with what it was while that still holds."""
        name = self.configuration(space)
        configuration = name, self.configurations[name].limits
        return layers_above(space, self.limits, configuration, self.rules(space).limits, self.held)

    def permissions(self, space: SpaceKey) -> Permissions:
        """What decides who may do what with the links of `space`."""
        rules = self.rules(space)
        return Permissions(self.scheme, rules.scheme, rules.admins)

    def limits_of(self, layer: str) -> Limits:
        """The limits of a layer by its name; none for a layer that is not there."""
        if layer == SITE_LAYER:
            return self.limits
        kind, _, name = layer.partition(" ")
        if kind == "configuration" and name in self.configurations:
            return self.configurations[name].limits
        return self.rules(SpaceKey(name)).limits if kind == "space" else Limits()

    def changed_layers(self, before: SitePolicy) -> tuple[str, ...]:
        """The names of the layers whose limits differ from those in `before`, outermost first."""
        names = [SITE_LAYER]
        names += [configuration_layer(name) for name in sorted({*self.configurations, *before.configurations})]
        names += [space_layer(space) for space in sorted({*self.spaces, *before.spaces})]
        return tuple(name for name in names if self.limits_of(name) != before.limits_of(name))


def check_policy(policy: SitePolicy) -> None:
    """Raise InvalidValue for what has no meaning: a configuration that is assigned and not there, strange names."""
    if DEFAULT not in policy.configurations:
        raise InvalidValue("configurations", f"the configuration `{DEFAULT}` cannot be removed")
    for name in policy.configurations:
        if not 1 <= len(name) <= 60 or not name.isprintable() or name != name.strip():
            raise InvalidValue("configurations", f"`{name[:60]}` is no name: use 1 to 60 printable characters")
    for space, rules in policy.spaces.items():
        if space != space.upper() or not 1 <= len(space) <= 255:
            raise InvalidValue("spaces", f"`{space[:60]}` is no key of a space in upper case")
        if rules.configuration is not None and rules.configuration not in policy.configurations:
            rule = (
                f"the space {space} is assigned to the configuration `{rules.configuration[:60]}`, which is not there"
            )
            raise InvalidValue("spaces", rule)
    if (policy.heir is None) is not (policy.leavers is Leavers.STOP):
        raise InvalidValue("heir", "links that do not stop with their owner need a new one, and only those do")
    check_contradictions(policy)


def check_contradictions(policy: SitePolicy) -> None:
    """Raise InvalidValue for a layer that no link could ever satisfy; disjoint lists are allowed and mean nobody."""
    for name in (SITE_LAYER, *map(configuration_layer, policy.configurations), *map(space_layer, policy.spaces)):
        limits = policy.limits_of(name)
        _check_limits(name, limits)
        for rule in sorted(limits.group_rules or (), key=lambda one: one.group):
            _check_limits(f"{name}, group {rule.group[:60]}", rule.limits)


def _check_limits(name: str, limits: Limits) -> None:
    both = (limits.forbidden_labels or frozenset()) & (limits.demanded_labels or frozenset())
    if both:
        raise InvalidValue(f"{name}: labels", f"`{min(both)}` is both forbidden and demanded")
    for capability, rung in sorted((limits.capabilities or {}).items()):
        if rung not in range(len(LADDERS.get(capability, ()))):
            raise InvalidValue(f"{name}: capabilities", f"`{capability[:60]}` has no rung {rung}")
    if limits.password_length is not None and not 1 <= limits.password_length <= 256:
        raise InvalidValue(f"{name}: password_length", "from 1 to 256")
    if limits.lifetime is not None and limits.lifetime.total_seconds() <= 0:
        raise InvalidValue(f"{name}: lifetime", "must be longer than nothing")
    if limits.opens is not None and limits.opens < 1:
        raise InvalidValue(f"{name}: opens", "at least 1")
    if limits.renewals is not None and limits.renewals < 0:
        raise InvalidValue(f"{name}: renewals", "not less than 0, which is never")


def hold_back(before: SitePolicy, after: SitePolicy, at: datetime) -> SitePolicy:
    """`after`, with every layer that it loosens kept as it was for links confirmed before `at`, if the site says so.

    No link is rewritten: what a layer was becomes one more layer for those links (spec P4). A space that is given a
    looser configuration keeps its former one in the same way. Choosing "restore" lets go of everything that was held
    back; so does tightening a layer again to what was held.
    """
    if after.loosening is Loosening.RESTORE:
        return evolve(after, held=())
    moved = sorted(
        space for space in {*before.spaces, *after.spaces} if before.configuration(space) != after.configuration(space)
    )
    stays = (_without(one, moved, after) for one in (*before.held, *_loosened(before, after, at)))
    held = (*stays, *(one for space in moved for one in _left(before, space, at)))
    return evolve(after, held=tuple(one for past, one in enumerate(held, 1) if _still_counts(one, held[past:], after)))


def _loosened(before: SitePolicy, after: SitePolicy, at: datetime) -> Iterator[Held]:
    for name in after.changed_layers(before):
        if not _covers(after.limits_of(name), before.limits_of(name)):
            yield Held(name, before.limits_of(name), at)


def _without(one: Held, moved: Iterable[SpaceKey], after: SitePolicy) -> Held:
    """A held layer that does not reach the spaces which only now come under its configuration."""
    joined = {space for space in moved if one.above == configuration_layer(after.configuration(space))}
    return evolve(one, without=one.without | joined) if joined else one


def _left(before: SitePolicy, space: SpaceKey, at: datetime) -> Iterator[Held]:
    """What the configuration that `space` leaves was, earlier and until now."""
    name = before.configuration(space)
    layer = configuration_layer(name)
    for one in before.held:
        if one.above == layer and space not in one.without:
            yield Held(layer, one.limits, one.at, space)
    yield Held(layer, before.configurations[name].limits, at, space)


def _still_counts(one: Held, younger: tuple[Held, ...], policy: SitePolicy) -> bool:
    """Whether a held layer restricts anything that neither the present one nor a younger held one does."""
    kind, _, name = one.layer.partition(" ")
    if one.space is None and kind == "configuration" and name not in policy.configurations:
        return False
    above = one.layer if one.space is None else configuration_layer(policy.configuration(one.space))
    others = (
        two.limits for two in younger if two.above == one.above and two.at >= one.at and two.without <= one.without
    )
    return not any(_covers(limits, one.limits) for limits in (policy.limits_of(above), *others))


def _covers(strict: Limits, lax: Limits) -> bool:
    """Whether `strict` restricts all that `lax` does, so that `lax` adds nothing to it."""
    return strict.meet(lax) == strict


def assign(policy: SitePolicy, space: SpaceKey, rules: SpaceRules) -> SitePolicy:
    """The policy with other rules for one space; rules that set nothing are not kept."""
    spaces = {key: one for key, one in policy.spaces.items() if key != space.upper()}
    if rules != SpaceRules():
        spaces[SpaceKey(space.upper())] = rules
    return evolve(policy, spaces=spaces)
