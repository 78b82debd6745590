"""Strategies for all that admins set: limits, layers, schemes, and the policy of a whole site."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from exshare_core.governance import (
    DEFAULT,
    SITE_LAYER,
    Configuration,
    Defaults,
    Held,
    Leavers,
    Loosening,
    SitePolicy,
    SpaceRules,
    configuration_layer,
    space_layer,
)
from exshare_core.policy import GroupRule, Layer, Limits
from exshare_core.schemes import Granted, Grantees, Scheme
from exshare_core.testing.strategies.links import capabilities, rungs
from exshare_core.testing.strategies.words import (
    NETWORKS,
    ORIGINS,
    ids,
    instants,
    labels,
    lines,
    networks,
    people,
    site_ids,
    space_keys,
)
from exshare_core.values import MemberId, SiteId, SpaceKey


@cache
def limits() -> SearchStrategy[Limits]:
    """What a layer restricts: any restriction may be absent, and lists may be empty."""
    rules = st.builds(GroupRule, st.sampled_from(["contractors", "interns", "büro"]), _plain_limits())
    return st.builds(_with_rules, _plain_limits(), st.none() | st.frozensets(rules, max_size=2))


@cache
def few_limits() -> SearchStrategy[Limits]:
    """Limits that often restrict nothing at all: cheap to draw where many are needed."""
    return st.just(Limits()) | limits()


def _with_rules(plain: Limits, rules: frozenset[GroupRule] | None) -> Limits:
    return evolve(plain, group_rules=rules)


@cache
def _plain_limits() -> SearchStrategy[Limits]:
    def maybe(strategy: SearchStrategy[object]) -> SearchStrategy[object]:
        return st.none() | strategy

    entries = st.frozensets(st.sampled_from(["example.com", "*.example.org", "ada@example.com"]), max_size=3)
    return st.builds(
        Limits,
        capabilities=maybe(rungs()),
        password_demanded=maybe(st.booleans()),
        expiry_demanded=maybe(st.booleans()),
        people_demanded=maybe(st.booleans()),
        sign_in_demanded=maybe(st.booleans()),
        sso_demanded=maybe(st.booleans()),
        terms=maybe(st.frozensets(st.sampled_from(["Keep it to yourself.", "Regeln:\n\n1. keine"]), max_size=2)),
        password_length=maybe(st.integers(1, 64)),
        lifetime=maybe(st.timedeltas(timedelta(seconds=1), timedelta(days=3650))),
        opens=maybe(st.integers(1, 1000)),
        people=maybe(people()),
        networks=maybe(networks()),
        blocked_people=maybe(entries),
        blocked_networks=maybe(st.frozensets(st.sampled_from(NETWORKS), max_size=3)),
        forbidden_labels=maybe(st.frozensets(st.sampled_from(["internal", "draft", "größe"]))),
        demanded_labels=maybe(st.frozensets(st.sampled_from(["public", "a-b_c"]))),
        restricted_pages=maybe(st.booleans()),
        children=maybe(st.booleans()),
        password_by_mail=maybe(st.booleans()),
        renewals=maybe(st.integers(0, 20)),
        frame_origins=maybe(st.frozensets(st.sampled_from(ORIGINS), max_size=2)),
        indexing=maybe(st.booleans()),
        external_links=maybe(st.booleans()),
        excluded_names=maybe(labels()),
    )


@cache
def layers() -> SearchStrategy[Layer]:
    """Layers under the names that the hosted service has."""
    names = st.sampled_from(["site", "configuration default", "space TEAM", "link"])
    return st.builds(Layer, names, limits())


@cache
def _names() -> SearchStrategy[str]:
    """Names of configurations, those of layers among them."""
    characters = st.characters(exclude_categories=["Cs", "Cc", "Cf", "Cn", "Co", "Zl", "Zp", "Zs"])
    return st.sampled_from(["strict", "default 2", "site", "space TEAM", "größe"]) | st.text(
        characters, min_size=1, max_size=60
    ).filter(str.isprintable)


@cache
def grantees() -> SearchStrategy[Grantees]:
    """Everyone, nobody, and anything between."""
    groups = st.frozensets(st.sampled_from(["leads", "confluence-users", "büro", "A b"]), max_size=3)
    return st.builds(
        Grantees,
        everyone=st.booleans(),
        groups=groups,
        members=st.frozensets(ids().map(MemberId), max_size=2),
    )


@cache
def schemes() -> SearchStrategy[Scheme]:
    """Schemes that grant nothing, something to nobody, or more."""
    return st.builds(Scheme, st.dictionaries(st.sampled_from(Granted), grantees(), max_size=5))


@cache
def defaults() -> SearchStrategy[Defaults]:
    """What a new link's form is filled with."""
    return st.builds(
        Defaults,
        name=st.sampled_from(["", "{space}: {page}"]) | lines(60),
        capabilities=capabilities(),
        days=st.none() | st.integers(1, 3650),
        children=st.booleans(),
    )


def site_policies(site: SearchStrategy[SiteId] | None = None) -> SearchStrategy[SitePolicy]:
    """Everything that admins can set on a site, as `check_policy` lets it pass, with layers held back."""
    names = st.frozensets(_names(), max_size=2).map(lambda more: sorted({DEFAULT, *more}))
    spaces = st.frozensets(st.sampled_from(["TEAM", "DEV"]).map(SpaceKey) | space_keys(), max_size=3).map(sorted)
    homes = site if site is not None else site_ids()
    return st.tuples(homes, names, spaces).flatmap(lambda drawn: _site_policies(*drawn))


def _site_policies(site: SiteId, configurations: list[str], spaces: list[SpaceKey]) -> SearchStrategy[SitePolicy]:
    layers = [SITE_LAYER, *map(configuration_layer, configurations), *map(space_layer, spaces)]
    late = st.frozensets(st.sampled_from(spaces or [SpaceKey("TEAM")]), max_size=1)
    anywhere = st.builds(Held, st.sampled_from(layers), few_limits(), instants(), without=late)
    somewhere = st.builds(
        Held,
        st.sampled_from([configuration_layer("gone"), configuration_layer(DEFAULT)]),
        few_limits(),
        instants(),
        st.sampled_from(spaces or [SpaceKey("TEAM")]),
    )
    rules = st.builds(
        SpaceRules,
        configuration=st.none() | st.sampled_from(configurations),
        limits=few_limits(),
        admins=grantees(),
        scheme=st.none() | schemes(),
    )
    return st.builds(
        SitePolicy,
        site=st.just(site),
        version=st.integers(1, 1000),
        limits=few_limits(),
        configurations=st.fixed_dictionaries(
            dict.fromkeys(configurations, st.builds(Configuration, few_limits(), defaults()))
        ),
        spaces=st.fixed_dictionaries(dict.fromkeys(spaces, rules)),
        scheme=st.none() | schemes(),
        loosening=st.sampled_from(Loosening),
        held=st.lists(anywhere | somewhere, max_size=3).map(tuple),
    ).flatmap(_with_leavers)


def _with_leavers(policy: SitePolicy) -> SearchStrategy[SitePolicy]:
    """The same with any choice for leavers; links that do not stop have a new owner."""
    going_on = st.builds(
        evolve,
        st.just(policy),
        leavers=st.sampled_from([Leavers.KEEP, Leavers.TRANSFER]),
        heir=ids().map(MemberId),
    )
    return st.just(policy) | going_on
