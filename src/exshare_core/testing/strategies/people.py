"""Strategies for those who sign in: members, external accounts, their browsers and their keys."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from exshare_core.accounts import Member, MemberSession, Way
from exshare_core.api_keys import ApiKey, Operation
from exshare_core.external_accounts import AccountSession, ExternalAccount
from exshare_core.factors import SecondFactor
from exshare_core.testing.strategies.words import (
    account_ids,
    addresses,
    any_networks,
    ids,
    instants,
    lines,
    sealed,
    site_ids,
)
from exshare_core.values import ApiKeyId, ExternalAccountId, MemberId, Sealed, Subject


@cache
def members() -> SearchStrategy[Member]:
    """Members of some site, or of all."""
    return st.builds(
        Member,
        id=ids().map(MemberId),
        name=lines(100).filter(bool),
        site=st.none() | site_ids(),
        admin=st.booleans(),
        identity=st.none() | account_ids(),
        password_hash=st.none() | st.text("abcXYZ019$+/=,", min_size=1, max_size=120),
        setup_digest=st.none() | st.binary(min_size=32, max_size=32),
        setup_expires=st.none() | instants(),
        created_at=st.none() | instants(),
        disabled=st.booleans(),
        version=st.integers(1, 1000),
        factor=st.none() | second_factors(),
        subject=st.none() | st.builds(Subject, lines(200).filter(bool), lines(255).filter(bool)),
        claimed_groups=st.none() | st.frozensets(lines(100).filter(bool), max_size=4),
        address=st.none() | addresses(),
    )


@cache
def second_factors() -> SearchStrategy[SecondFactor]:
    """Second factors with some recovery codes left, or none."""
    return st.builds(
        SecondFactor,
        secret=st.binary(min_size=1, max_size=100).map(Sealed),
        step=st.integers(0, 2**33),
        recovery=st.lists(st.binary(min_size=32, max_size=32), max_size=10).map(tuple),
        since=instants(),
    )


@cache
def member_sessions() -> SearchStrategy[MemberSession]:
    """Sessions of members, alive or not."""
    return st.builds(
        MemberSession,
        digest=st.binary(min_size=32, max_size=32),
        member=ids().map(MemberId),
        began_at=instants(),
        seen_at=instants(),
        name=st.just("") | ids(),
        way=st.sampled_from(Way),
        confirmed_at=st.none() | instants(),
        network=st.none() | st.sampled_from(["192.0.2.7", "2001:db8::1"]),
    )


@cache
def external_accounts() -> SearchStrategy[ExternalAccount]:
    """External accounts, disabled or not."""
    return st.builds(
        ExternalAccount,
        id=ids().map(ExternalAccountId),
        site=site_ids(),
        digest=st.binary(min_size=32, max_size=32),
        address=sealed(),
        password_hash=st.text("abc$=,+/09", min_size=1, max_size=60),
        created_at=instants(),
        confirmed_at=instants(),
        disabled=st.booleans(),
        version=st.integers(1, 10**6),
        factor=st.none() | second_factors(),
    )


@cache
def account_sessions() -> SearchStrategy[AccountSession]:
    """Sessions of external accounts, alive or not."""
    return st.builds(
        AccountSession,
        session=st.binary(min_size=32, max_size=32),
        site=site_ids(),
        account=ids().map(ExternalAccountId),
        name=ids(),
        began_at=instants(),
        seen_at=instants(),
        network=st.none() | st.sampled_from(["192.0.2.7", "2001:db8::1"]),
    )


@cache
def api_keys() -> SearchStrategy[ApiKey]:
    """API keys; `site` is nobody's."""
    return st.builds(
        ApiKey,
        id=ids().map(ApiKeyId),
        site=site_ids(),
        member=ids().map(MemberId),
        name=lines(),
        digest=st.binary(min_size=32, max_size=32),
        operations=st.frozensets(st.sampled_from(Operation), max_size=4),
        created_at=instants(),
        valid_from=st.none() | instants(),
        valid_until=st.none() | instants(),
        networks=st.none() | any_networks(),
        uses=st.integers(0, 1000),
        last_used_at=st.none() | instants(),
        revoked_at=st.none() | instants(),
    )
