"""What admins set on a site to and from database rows: one mapping for every SQL store.

Everything stands in rows of its own, so that a look-up of one link reads what is above that link and no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from exshare_adapters.codec import Codec
from exshare_adapters.columns import Params, Row, flag, moment, tree, word
from exshare_core.errors import Broken
from exshare_core.events import Actor
from exshare_core.governance import (
    NO_PERMISSIONS,
    Configuration,
    Defaults,
    Difference,
    Held,
    Leavers,
    Loosening,
    Permissions,
    PolicyChange,
    SitePolicy,
    SpaceRules,
    layers_above,
)
from exshare_core.links import Switches
from exshare_core.policy import Layer, Limits
from exshare_core.schemes import NOBODY, Grantees, Scheme
from exshare_core.values import MemberId, SiteId, SpaceKey


def space_key(space: SpaceKey) -> str:
    """The form in which two spellings of one space are equal."""
    return space.upper()


# --- to rows ---


def policy_params(codec: Codec, policy: SitePolicy) -> Params:
    """What stands once for a site."""
    return {
        "site": policy.site,
        "version": policy.version,
        "limits": codec.dump(policy.limits),
        "scheme": None if policy.scheme is None else codec.dump(policy.scheme),
        "loosening": policy.loosening.value,
        "leavers": policy.leavers.value,
        "heir": policy.heir,
    }


def configuration_params(codec: Codec, policy: SitePolicy) -> Iterator[Params]:
    """Every configuration of a site."""
    for name, configuration in policy.configurations.items():
        yield {
            "site": policy.site,
            "name": name,
            "limits": codec.dump(configuration.limits),
            "defaults": codec.dump(configuration.defaults),
        }


def space_params(codec: Codec, policy: SitePolicy) -> Iterator[Params]:
    """What is set for each space of a site."""
    for space, rules in policy.spaces.items():
        yield {
            "site": policy.site,
            "space": space,
            "configuration": rules.configuration,
            "limits": codec.dump(rules.limits),
            "admins": codec.dump(rules.admins),
            "scheme": None if rules.scheme is None else codec.dump(rules.scheme),
        }


def held_params(codec: Codec, policy: SitePolicy) -> Iterator[Params]:
    """What layers of a site were before they were loosened, in order."""
    for position, held in enumerate(policy.held):
        yield {
            "site": policy.site,
            "position": position,
            "above": held.above,
            "layer": held.layer,
            "limits": codec.dump(held.limits),
            "at": held.at,
            "space": held.space,
            "without": codec.dump(sorted(held.without)),
        }


def change_params(codec: Codec, change: PolicyChange) -> Params:
    """Every field of a row of the history."""
    return {
        "site": change.site,
        "version": change.version,
        "at": change.at,
        "actor": change.actor.value,
        "member": change.member,
        "changes": codec.dump(change.changes),
    }


# --- from rows ---


def policy_of(codec: Codec, row: Row) -> SitePolicy:
    """The whole of what is set on a site, from one row."""
    return SitePolicy(
        site=SiteId(row["site"]),
        version=row["version"],
        limits=codec.load(row["limits"], Limits),
        configurations={
            one["name"]: Configuration(codec.load(one["limits"], Limits), codec.load(one["defaults"], Defaults))
            for one in tree(row["configurations"])
        },
        spaces={SpaceKey(one["space"]): _rules_of(codec, one) for one in tree(row["spaces"])},
        scheme=_scheme_of(codec, row["scheme"]),
        loosening=word(Loosening, row["loosening"]),
        leavers=word(Leavers, row["leavers"]),
        heir=None if row["heir"] is None else MemberId(row["heir"]),
        held=_held_of(codec, row["held"]),
    )


def _rules_of(codec: Codec, row: Row) -> SpaceRules:
    return SpaceRules(
        configuration=row["configuration"],
        limits=codec.load(row["limits"], Limits),
        admins=codec.load(row["admins"], Grantees),
        scheme=_scheme_of(codec, row["scheme"]),
    )


def _scheme_of(codec: Codec, stored: str | None) -> Scheme | None:
    return None if stored is None else codec.load(stored, Scheme)


def _held_of(codec: Codec, stored: str) -> tuple[Held, ...]:
    return tuple(
        Held(
            layer=one["layer"],
            limits=codec.shared(one["limits"], Limits),
            at=moment(one["at"]),
            space=one["space"],
            without=codec.shared(one["without"], frozenset[SpaceKey]),
        )
        for one in sorted(tree(stored), key=lambda one: int(one["position"]))
    )


def layers_of(codec: Codec, row: Row) -> tuple[Layer, ...]:
    """The layers above one space, from the columns that every look-up of a link has."""
    return _layers(codec, row["space"], row["site_limits"], row["configuration"], row["configuration_limits"],
                   row["space_limits"], row["held"])  # fmt: skip


@lru_cache(maxsize=4096)
def _layers(
    codec: Codec, space: str, site: str | None, name: str, configuration: str | None, own: str | None, held: str
) -> tuple[Layer, ...]:
    """Remembered by what was read: rows that say the same give the same layers, which are then met only once."""
    if site is None:
        return ()
    if configuration is None:
        raise Broken("a space is assigned to a configuration that is not stored")
    return layers_above(
        SpaceKey(space),
        codec.shared(site, Limits),
        (name, codec.shared(configuration, Limits)),
        Limits() if own is None else codec.shared(own, Limits),
        _held_of(codec, held),
    )


def permissions_of(codec: Codec, row: Row | None) -> Permissions:
    """What decides who may do what with the links of one space."""
    if row is None:
        return NO_PERMISSIONS
    admins = row["space_admins"]
    return Permissions(
        scheme=_scheme_of(codec, row["scheme"]),
        space_scheme=_scheme_of(codec, row["space_scheme"]),
        space_admins=NOBODY if admins is None else codec.load(admins, Grantees),
    )


def change_of(codec: Codec, row: Row) -> PolicyChange:
    """The row of the history."""
    return PolicyChange(
        site=SiteId(row["site"]),
        version=row["version"],
        at=moment(row["at"]),
        actor=word(Actor, row["actor"]),
        member=None if row["member"] is None else MemberId(row["member"]),
        changes=codec.load(row["changes"], tuple[Difference, ...]),
    )


def switches_of(row: Row) -> Switches:
    """The kill switches in a row."""
    return Switches(flag(row["site_on"]), flag(row["space_on"]), not flag(row["owner_out"]))
