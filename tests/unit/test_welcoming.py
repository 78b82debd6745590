"""Who somebody is who has signed in elsewhere, and how a browser is taken back: what no page can be made to show."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

import pytest
from attrs import define, evolve, field, frozen

from exshare_core.accounts import Member
from exshare_core.departing import Departing, Gateway
from exshare_core.errors import Busy, Taken
from exshare_core.events import Event
from exshare_core.identities import Declined, Identity
from exshare_core.membership import Membership
from exshare_core.testing import (
    CheapHasher,
    CountingAuthenticatorCodes,
    CountingTokens,
    FakeClock,
    FakeVault,
    MemoryIdentityProvider,
    MemoryStorage,
)
from exshare_core.testing.fakes.members import MemoryMembers
from exshare_core.testing.identities import ADA
from exshare_core.values import AccountId, Address, MemberId, SiteId

T = TypeVar("T")

SITE = SiteId("acme")
ISSUER = "https://login.example.com"
ACCOUNT = AccountId("557058:somebody")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Drive one coroutine."""
    return asyncio.run(work)


@frozen
class Busily(MemoryMembers):
    """Members who are changed by somebody else just before each of the first `times` writes."""

    times: list[int] = field(factory=lambda: [1])

    async def replace(self, member: Member, events: Sequence[Event]) -> None:
        """Let somebody else come first."""
        if self.times[0] > 0:
            self.times[0] -= 1
            stored = self.state.members[member.id]
            self.state.members[member.id] = evolve(stored, version=stored.version + 1)
        await super().replace(member, events)


@define
class House:
    """The members of one deployment and one provider."""

    storage: MemoryStorage = field(factory=MemoryStorage)
    provider: MemoryIdentityProvider = field(factory=MemoryIdentityProvider)
    clock: FakeClock = field(factory=FakeClock)
    tokens: CountingTokens = field(factory=CountingTokens)
    vault: FakeVault = field(factory=FakeVault)

    @property
    def gateway(self) -> Gateway:
        """The provider on the site."""
        return Gateway(SITE, "staff", "Staff", self.provider, admin_groups=frozenset({"admins"}))

    @property
    def membership(self) -> Membership:
        """The members."""
        codes = CountingAuthenticatorCodes()
        return Membership(self.storage, self.clock, self.tokens, CheapHasher(), self.vault, codes)

    @property
    def departing(self) -> Departing:
        """The way to the provider and back."""
        return Departing(
            self.storage, self.clock, self.tokens, self.vault, lambda site, name: f"https://x/{site}/{name}"
        )

    def comes(self, **changes: Any) -> Member | None:
        """Who it is that the provider has signed in."""
        identity = evolve(Identity(ISSUER, "ada-1", "Ada Lovelace", account=ACCOUNT), **changes)
        return run(self.membership.recognised(self.gateway, identity))


NAMES: list[tuple[str, str | None, str]] = [
    ("Ada Lovelace", "ada@example.com", "Ada Lovelace"),
    ("taken", "ada@example.com", "ada@example.com"),
    ("", "ada@example.com", "ada@example.com"),
    ("taken", None, "taken (ada-1)"),
    ("", None, "(ada-1)"),
    ("=?utf-8?q?a=0d=0aBcc:_evil?=", None, "ada-1"),
    ("x" * 100, None, "x" * 100),
]
"""What the provider tells of a person, and the name that a new member gets; the member ``taken`` is there already."""


@pytest.mark.parametrize(("told", "address", "name"), NAMES)
def test_a_new_member_gets_the_best_name_that_is_free(told: str, address: str | None, name: str) -> None:
    """The person's own name, else their mailbox, else what the provider calls them; never one that is in use."""
    house = House()
    run(house.membership.add("TAKEN", site=SITE, password="a long sentence to sign in with"))
    found = house.comes(name=told, address=None if address is None else Address.parse(address))

    assert found is not None
    assert name == found.name


def test_a_member_who_is_changed_meanwhile_is_met_all_the_same() -> None:
    """A change by somebody else at the same moment is looked at anew, and the sign-in goes on."""
    house = House()
    first = house.comes()
    house.storage.members = Busily(house.storage.state)
    again = house.comes(groups=frozenset({"admins"}))

    assert first is not None
    assert again is not None
    assert (first.id, True) == (again.id, again.admin)


def test_a_member_who_is_changed_all_the_time_is_busy() -> None:
    """After three times whoever signs in is told to come again, and nothing is lost."""
    house = House()
    house.comes()
    house.storage.members = Busily(house.storage.state, [100])
    with pytest.raises(Busy):
        house.comes(groups=frozenset({"admins"}))


def test_a_sign_in_that_changes_nothing_writes_nothing() -> None:
    """Who comes again as they were is the member as stored: the version stays."""
    house = House()

    assert house.comes() == house.comes()


def test_who_tells_no_groups_unmakes_nobody() -> None:
    """Where the provider is not asked for groups, an admin stays one; where it names none, they are none any more."""
    house = House()
    house.comes(groups=frozenset({"admins"}))
    found = [house.comes(groups=None), house.comes(groups=frozenset())]

    assert [True, False] == [one.admin for one in found if one is not None]


def test_a_member_of_all_sites_is_no_providers_to_unmake() -> None:
    """R6: an admin of all sites whom the operator tied to a site's provider stays one, whatever its groups say."""
    house = House()
    root, _ = run(house.membership.add("root", site=None, admin=True, password="a long sentence to sign in with"))
    run(house.membership.tie(root.id, Identity(ISSUER, "ada-1").who))
    found = house.comes(account=None)

    assert found is not None
    assert (root.id, None, True) == (found.id, found.site, found.admin)


def test_a_subject_is_tied_once() -> None:
    """The operator cannot tie two members of a site to one person, nor anybody who is not there."""
    house = House()
    house.comes()
    other, _ = run(house.membership.add("other", site=SITE, password="a long sentence to sign in with"))
    with pytest.raises(Taken):
        run(house.membership.tie(other.id, Identity(ISSUER, "ada-1").who))

    assert other == run(house.storage.members.get(MemberId(other.id)))


def test_the_way_back_leads_where_the_browser_was_going() -> None:
    """What was said at the departure comes back with the identity, to the browser that left."""
    house, browser = House(), CountingTokens().token()
    url = run(house.departing.leave(house.gateway, browser, "link abc"))
    back = run(house.departing.come_back(house.gateway, browser, house.provider.signed_in(url, ADA.subject)))

    assert back is not None
    assert "link abc" == back.onward
    assert isinstance(back.said, Identity)
    assert ADA.subject == back.said.subject


def test_a_departure_under_another_key_is_over() -> None:
    """When the key was changed meanwhile, nobody comes back: nothing is broken by it."""
    house, browser = House(), CountingTokens().token()
    url = run(house.departing.leave(house.gateway, browser, "members"))
    answer = house.provider.signed_in(url, ADA.subject)
    house.vault = FakeVault(b"another key")

    assert run(house.departing.come_back(house.gateway, browser, answer)) is None


def test_a_refusal_is_over_too() -> None:
    """Who was declined comes back once, like everybody."""
    house, browser = House(), CountingTokens().token()
    url = run(house.departing.leave(house.gateway, browser, "members"))
    state = house.provider.signed_in(url, ADA.subject)["state"]
    answer = {"state": state, "error": "access_denied"}
    first = run(house.departing.come_back(house.gateway, browser, answer))

    assert first is not None
    assert Declined("access_denied") == first.said
    assert run(house.departing.come_back(house.gateway, browser, answer)) is None
