"""One site with its pages, members and use cases over the fakes: where the tests of members' use cases begin."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from attrs import define, evolve, field

from exshare_core.accounts import Member
from exshare_core.content import NodeKind
from exshare_core.dispatching import Dispatching
from exshare_core.events import Actor, Event
from exshare_core.factors import Demand
from exshare_core.governance import PolicyChange, assign, hold_back
from exshare_core.governing import Governing
from exshare_core.letters import Message
from exshare_core.links import ShareLink
from exshare_core.membership import Membership
from exshare_core.policy import Limits
from exshare_core.ports import LinkRecord
from exshare_core.sharing import LinkForm, Sharing, Shown
from exshare_core.testing import (
    CheapHasher,
    CollectingMailer,
    CountingAuthenticatorCodes,
    CountingTokens,
    FakeClock,
    FakeVault,
    MemoryPage,
    MemorySite,
    MemoryStorage,
)
from exshare_core.values import AccountId, LinkId, PageId, SiteId, SpaceKey, Token

T = TypeVar("T")

ACME, BETA = SiteId("acme"), SiteId("beta")
ADA_ACCOUNT, BOB_ACCOUNT, BOSS_ACCOUNT = map(AccountId, ("557058:ada", "557058:bob", "557058:boss"))
CONNECTOR = AccountId("557058:connector")
GUIDE, PLAN, SECRET, BOARD, GONE = map(PageId, ("100", "101", "102", "103", "999"))
PASSWORD = "lamp oil and a wick"
"""A password that is long enough to be the only gate."""
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def run(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives."""
    return asyncio.run(work)


def pages() -> MemorySite:
    """A guide with a plan below it, a page that only Ada reads, and a whiteboard."""
    site = MemorySite(accounts={ADA_ACCOUNT, BOB_ACCOUNT, BOSS_ACCOUNT, CONNECTOR}, service=CONNECTOR)
    site.add(
        MemoryPage(GUIDE, "The guide", "<p>How we work.</p>"),
        MemoryPage(PLAN, "The plan", "<p>What we do.</p>", GUIDE),
        MemoryPage(SECRET, "The figures", "<p>What we earn.</p>", readers=frozenset({ADA_ACCOUNT})),
        MemoryPage(BOARD, "The board", kind=NodeKind.WHITEBOARD),
    )
    return site


@define
class Office:
    """Everything that members' use cases touch, so that a test can turn each knob and look at each trace."""

    content: MemorySite = field(factory=pages)
    clock: FakeClock = field(factory=FakeClock)
    storage: MemoryStorage = field(factory=MemoryStorage)
    tokens: CountingTokens = field(factory=CountingTokens)
    hasher: CheapHasher = field(factory=CheapHasher)
    vault: FakeVault = field(factory=FakeVault)
    codes: CountingAuthenticatorCodes = field(factory=CountingAuthenticatorCodes)
    demand: Demand = Demand.OPTIONAL
    mailer: CollectingMailer = field(factory=CollectingMailer)
    membership: Membership = field(init=False)
    sharing: Sharing = field(init=False)
    governing: Governing = field(init=False)
    beta: Sharing = field(init=False)
    """The same acts on another site of the deployment."""
    ada: Member = field(init=False)
    bob: Member = field(init=False)
    boss: Member = field(init=False)
    """An admin of the site."""

    def __attrs_post_init__(self) -> None:
        ports = (self.clock, self.tokens, self.hasher, self.vault)
        self.membership = Membership(self.storage, *ports, self.codes, self.demand)
        self.sharing = Sharing(ACME, self.storage, self.content.content(), *ports, url_of=address_of)
        self.governing = Governing(ACME, self.storage, self.content.content(), self.clock)
        self.beta = Sharing(BETA, self.storage, self.content.content(), *ports, url_of=address_of)
        for site in (ACME, BETA):
            run(self.storage.policies.ensure_site(site))
        self.ada = self.member("Ada", identity=ADA_ACCOUNT)
        self.bob = self.member("Bob", identity=BOB_ACCOUNT)
        self.boss = self.member("Boss", identity=BOSS_ACCOUNT, admin=True)

    def member(self, name: str, **more: Any) -> Member:
        """A new member of the site with a password."""
        more.setdefault("site", ACME)
        added, _ = run(self.membership.add(name, password=PASSWORD, **more))
        return added

    def create(self, owner: Member | None = None, page: str = GUIDE, **form: Any) -> Shown:
        """A link that its owner makes; Ada's unless another is named."""
        owner = owner or self.ada
        shown, _ = run(self.sharing.create(owner, owner, page, LinkForm(**form)))
        return shown

    def record(self, link: ShareLink | LinkId) -> LinkRecord:
        """The link as it is stored."""
        record = run(self.storage.links.get(ACME, link.id if isinstance(link, ShareLink) else link))
        assert record is not None
        return record

    def limit(self, layer: str = "site", **limits: Any) -> None:
        """Give an outer layer (``site`` or ``space KEY``) these limits and no others."""
        old = run(self.storage.policies.policy(ACME))
        assert old is not None
        key = SpaceKey(layer.removeprefix("space "))
        given = Limits(**limits)
        new = evolve(old, limits=given) if layer == "site" else assign(old, key, evolve(old.rules(key), limits=given))
        new = evolve(hold_back(old, new, self.clock.now()), version=old.version + 1)
        change = PolicyChange(ACME, new.version, self.clock.now(), Actor.OPERATOR)
        run(self.storage.policies.replace(new, [], change))

    def govern(self, **fields: Any) -> None:
        """Set fields of the site's policy, as the operator."""
        policy = run(self.governing.policy(None))
        run(self.governing.change(None, evolve(policy, **fields)))

    def alter(self, link: ShareLink, **changes: Any) -> ShareLink:
        """Store what no form offers: fields of the link itself."""
        altered = evolve(link, version=link.version + 1, **changes)
        run(self.storage.links.replace(altered, []))
        return altered

    def events(self) -> list[Event]:
        """Everything that was logged, oldest first."""
        return [self.storage.state.event(row) for row in self.storage.state.events]

    def nothing_was_stored(self) -> bool:
        """Whether there is no link, no address and no letter, and no word of one in the activity."""
        state = self.storage.state
        return not (state.links or state.addresses or state.letters or any(event.link for event in self.events()))

    def letters(self) -> list[Message]:
        """What was sent, after sending what waits."""
        run(Dispatching(self.storage.outbox, lambda _: self.mailer, self.vault, self.clock).batch())
        return self.mailer.sent

    def leads_to_it(self, url: str) -> bool:
        """Whether the address still leads to its link."""
        token = Token.parse(url.rsplit("/", 1)[-1])
        found = None if token is None else run(self.storage.links.find(token.digest, None))
        return found is not None and found.address.lives(self.clock.now())


def address_of(segment: str) -> str:
    """Where visitors find a link in these tests."""
    return f"https://share.example.com/s/{segment}"
