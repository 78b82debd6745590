"""Strategies for links, what their owners wish, and their addresses."""

from __future__ import annotations

from functools import cache

from attrs import evolve, frozen
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from exshare_core.capabilities import LADDERS, Capabilities
from exshare_core.links import LabelFilter, LabelMode, LinkAddress, LinkState, Scope, ShareLink, Switches, Wish
from exshare_core.testing.strategies.words import (
    ORIGINS,
    account_ids,
    addresses,
    any_networks,
    ids,
    instants,
    labels,
    lines,
    page_ids,
    people,
    sealed,
    site_ids,
    space_keys,
    texts,
)
from exshare_core.values import LinkId, MemberId, SiteId


@cache
def rungs() -> SearchStrategy[dict[str, int]]:
    """Rungs of capabilities by name, the lowest included."""
    pairs = st.sampled_from(sorted(LADDERS)).flatmap(
        lambda name: st.tuples(st.just(name), st.integers(0, len(LADDERS[name]) - 1))
    )
    return st.lists(pairs, max_size=6).map(dict)


@cache
def capabilities() -> SearchStrategy[Capabilities]:
    """Wishes for any rung of any capability."""
    return rungs().map(lambda rungs: Capabilities(tuple(sorted((n, r) for n, r in rungs.items() if r))))


@cache
def scopes() -> SearchStrategy[Scope]:
    """What a link reaches."""
    return st.builds(
        Scope,
        root=page_ids(),
        space=space_keys(),
        children=st.booleans(),
        labels=st.none() | st.builds(LabelFilter, st.sampled_from(LabelMode), labels()),
        carve_outs=st.frozensets(page_ids(), max_size=4),
        restricted_pages=st.booleans(),
        whole_space=st.booleans(),
        present=st.none() | st.frozensets(page_ids(), max_size=4),
    )


@cache
def wishes() -> SearchStrategy[Wish]:
    """What a member asks for; absent lists and empty ones both."""
    return st.builds(
        Wish,
        capabilities=capabilities(),
        people=st.none() | people(),
        networks=st.none() | any_networks(),
        starts_at=st.none() | instants(),
        expires_at=st.none() | instants(),
        max_opens=st.none() | st.integers(1, 1_000_000),
        sign_in=st.booleans(),
        sso=st.booleans(),
        terms=st.just("") | texts(),
        frame_origins=st.frozensets(st.sampled_from(ORIGINS), max_size=2),
        indexing=st.booleans(),
        leads_to=st.frozensets(ids().map(LinkId), max_size=3),
        password_hash=st.none() | st.text("abcXYZ019$+/=,", min_size=1, max_size=120),
    )


def share_links(site: SearchStrategy[SiteId] | None = None) -> SearchStrategy[ShareLink]:
    """Share links in any state, at any version."""
    return st.builds(
        ShareLink,
        id=ids().map(LinkId),
        site=site if site is not None else site_ids(),
        scope=scopes(),
        wish=wishes(),
        owner=ids().map(MemberId),
        acts_as=account_ids(),
        created_by=ids().map(MemberId),
        created_at=instants(),
        renewed_at=instants(),
        changed_at=instants(),
        name=lines(),
        description=texts(),
        service_identity=st.booleans(),
        state=st.sampled_from(LinkState),
        version=st.integers(1, 1000),
        security_version=st.integers(1, 1000),
        renewals=st.integers(0, 100),
        confirmed_at=instants(),
    )


@cache
def link_addresses() -> SearchStrategy[LinkAddress]:
    """Addresses of links; `link` and `site` are those of nobody."""
    return st.builds(
        LinkAddress,
        link=ids().map(LinkId),
        site=site_ids(),
        digest=st.binary(min_size=32, max_size=32),
        sealed=st.none() | sealed(),
        created_at=instants(),
        recipient=st.none() | addresses().map(str),
        slug=st.just("") | st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True),
        valid_until=st.none() | instants(),
        revoked_at=st.none() | instants(),
    )


@frozen
class Stored:
    """A link with one of its addresses."""

    link: ShareLink
    address: LinkAddress


@cache
def links_with_address() -> SearchStrategy[Stored]:
    """Links together with an address that is theirs."""
    return st.builds(
        lambda link, address: Stored(link, evolve(address, link=link.id, site=link.site)),
        share_links(),
        link_addresses(),
    )


@cache
def switches() -> SearchStrategy[Switches]:
    """Kill switches."""
    return st.builds(Switches, st.booleans(), st.booleans())
