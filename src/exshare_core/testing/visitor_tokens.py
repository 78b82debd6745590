"""The promises of VisitorTokens, held against whoever can sign tokens for the adapter under test.

The author's factory opens a `VisitorTokenSystem`: the adapter, and the hosts that sign what it reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest
from attrs import evolve, fields

from exshare_core.errors import InvalidValue
from exshare_core.ports import VisitorTokens
from exshare_core.signed_visitors import SignedVisitor
from exshare_core.testing.contract import Contract, promise
from exshare_core.testing.samples import fresh_id
from exshare_core.values import Address, SiteId

SITE, OTHER_SITE = SiteId("acme"), SiteId("beta")
INTRANET, PORTAL = "https://intranet.example.com", "portal"
"""The hosts of `SITE`."""
NEIGHBOUR = "https://neighbour.example.org"
"""The host of `OTHER_SITE`."""
STRANGER = "https://stranger.example.net"
"""A host that nobody knows, with a key that nobody knows."""

PARTS = ("issuer", "id", "address", "audience", "issued_at", "expires_at")
"""What a token has to say."""


class VisitorTokenSystem(Protocol):
    """The adapter under test, and hosts that sign: two of one site, one of another, and a stranger."""

    @property
    def tokens(self) -> VisitorTokens:
        """The adapter under test."""

    def sign(self, visitor: SignedVisitor, *, by: str, leaving_out: Collection[str] = ()) -> str:
        """A token that says `visitor`, but for the parts that are left out, with the key of the host `by`."""


def a_visitor(issuer: str = INTRANET, **changes: Any) -> SignedVisitor:
    """A visitor as a host may name them, by an id that no other token has."""
    visitor = SignedVisitor(
        issuer,
        fresh_id(),
        Address.parse("ada.lovelace@example.com"),
        fresh_id(),
        datetime(2026, 5, 15, 12, 30, tzinfo=UTC),
        datetime(2026, 5, 15, 12, 35, tzinfo=UTC),
    )
    return evolve(visitor, **changes)


def _refused(system: VisitorTokenSystem, token: str, site: SiteId = SITE) -> str:
    """The rule by which a token is refused."""
    with pytest.raises(InvalidValue) as refused:
        system.tokens.read(site, token)
    return refused.value.rule


class VisitorTokensContract(Contract[VisitorTokenSystem]):
    """What a host of the site signed comes out as it went in; nothing else does."""

    @promise
    async def test_a_token_says_what_its_host_signed(self, system: VisitorTokenSystem) -> None:
        """`read` gives every part of the visitor, of each host of the site."""
        for visitor in (
            a_visitor(),
            a_visitor(PORTAL),
            a_visitor(address=Address.parse("zoe@bücher.example"), id="a b-ü"),
            a_visitor(not_before=datetime(2026, 5, 15, 12, 31, tzinfo=UTC)),
            a_visitor(audience="another-link"),
        ):
            assert visitor == system.tokens.read(SITE, system.sign(visitor, by=visitor.issuer))

    @promise
    async def test_reading_uses_nothing_up(self, system: VisitorTokenSystem) -> None:
        """A token is read alike as often as it is brought."""
        visitor = a_visitor()
        token = system.sign(visitor, by=INTRANET)

        assert [visitor, visitor] == [system.tokens.read(SITE, token) for _ in range(2)]

    @promise
    async def test_time_is_not_judged(self, system: VisitorTokenSystem) -> None:
        """A token of long ago, of the far future and for years is read like any other."""
        then, later = datetime(1999, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
        for visitor in (
            a_visitor(issued_at=then, expires_at=then),
            a_visitor(issued_at=later, expires_at=later, not_before=later),
            a_visitor(issued_at=then, expires_at=later),
        ):
            assert visitor == system.tokens.read(SITE, system.sign(visitor, by=INTRANET))

    @promise
    async def test_a_host_speaks_for_its_own_site(self, system: VisitorTokenSystem) -> None:
        """A token of one site's host is nothing on another site, and each site reads its own."""
        here, there = a_visitor(), a_visitor(NEIGHBOUR)
        tokens = system.sign(here, by=INTRANET), system.sign(there, by=NEIGHBOUR)
        _refused(system, tokens[0], OTHER_SITE)
        _refused(system, tokens[1], SITE)
        _refused(system, tokens[0], SiteId("gamma"))

        assert there == system.tokens.read(OTHER_SITE, tokens[1])

    @promise
    async def test_a_strangers_token_is_refused(self, system: VisitorTokenSystem) -> None:
        """Who is no host of the site is not believed, whether they say who they are or not."""
        _refused(system, system.sign(a_visitor(STRANGER), by=STRANGER))
        _refused(system, system.sign(a_visitor(INTRANET), by=STRANGER))

    @promise
    async def test_a_host_signs_in_no_other_name(self, system: VisitorTokenSystem) -> None:
        """A host of the site that names itself as another one of it is refused."""
        _refused(system, system.sign(a_visitor(PORTAL), by=INTRANET))
        _refused(system, system.sign(a_visitor(INTRANET), by=PORTAL))

    @promise
    async def test_a_changed_token_is_refused(self, system: VisitorTokenSystem) -> None:
        """With any one of its characters changed, left out or doubled, a token is worth nothing."""
        for host in (INTRANET, PORTAL):
            for changed in _changed(system.sign(a_visitor(host), by=host)):
                _refused(system, changed)

    @promise
    async def test_what_is_no_token_is_refused(self, system: VisitorTokenSystem) -> None:
        """Whatever text is brought, the only error is InvalidValue."""
        token = system.sign(a_visitor(), by=INTRANET)
        for text in ("", ".", "..", "...", "a.b.c", "x" * 100_000, "\x00", "ü.ü.ü", "\ud800", f"{token}.", f"{token} "):
            _refused(system, text)
        _refused(system, f"{token}\n")
        _refused(system, token + token)

    @promise
    async def test_a_token_that_leaves_something_out_is_refused(self, system: VisitorTokenSystem) -> None:
        """Each part of a visitor must be there, but for the instant before which the token is not good."""
        for part in PARTS:
            _refused(system, system.sign(a_visitor(), by=INTRANET, leaving_out=(part,)))

        assert {*PARTS, "not_before"} == {one.name for one in fields(SignedVisitor)}

    @promise
    async def test_a_refusal_holds_nothing_of_the_token(self, system: VisitorTokenSystem) -> None:
        """The rule that a token breaks can be shown to whoever manages the link."""
        visitor = a_visitor(STRANGER, address=Address.parse("secret-person@example.com"), id="secret-id")
        tokens = [
            system.sign(visitor, by=STRANGER),
            system.sign(evolve(visitor, issuer=INTRANET), by=STRANGER),
            system.sign(evolve(visitor, issuer=INTRANET), by=INTRANET, leaving_out=("expires_at",)),
        ]
        for token in tokens:
            rule = _refused(system, token)

            assert rule.isprintable()
            assert not [one for one in (token, token[-20:], "secret", STRANGER, visitor.audience) if one in rule]


def _changed(token: str) -> Iterator[str]:
    """The token with a change at each of its places."""
    for place, char in enumerate(token):
        before, after = token[:place], token[place + 1 :]
        yield before + ("A" if char != "A" else "B") + after
        yield before + chr(ord(char) ^ 1) + after
        yield before + after
        yield before + char + char + after
