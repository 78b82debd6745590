"""The whole web shell over the fakes of the contract kit, driven in this process as a browser would drive it.

One Confluence with a small tree, one member who owns links, everything in memory. Links are made through `Sharing`, so
that a test begins with what a member can really make.
"""

from __future__ import annotations

import asyncio
import atexit
from collections import Counter
from collections.abc import Coroutine
from contextlib import ExitStack
from functools import cache
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from anyio.from_thread import BlockingPortal, start_blocking_portal
from attrs import define, evolve, field, frozen
from starlette.applications import Starlette
from starlette.testclient import TestClient

from exshare_adapters.tinycss2_styles import Tinycss2Styles
from exshare_core.accounts import Member
from exshare_core.content import Attachment, Draft, NodeKind
from exshare_core.departing import Departing, Gateway
from exshare_core.dispatching import Dispatched, Dispatching
from exshare_core.elsewhere import Elsewhere
from exshare_core.errors import AdapterFailed
from exshare_core.events import Actor, Event
from exshare_core.factors import Demand
from exshare_core.governance import PolicyChange, assign, hold_back
from exshare_core.governing import Governing
from exshare_core.governing.auditing import Auditing
from exshare_core.governing.leaving import Leaving
from exshare_core.governing.presenting import Presenting
from exshare_core.joining import Joining
from exshare_core.links import ShareLink
from exshare_core.membership import Membership
from exshare_core.membership.keying import Keying
from exshare_core.policy import Limits
from exshare_core.ports import LinkRecord, Storage
from exshare_core.sharing import LinkForm, Sharing
from exshare_core.testing import (
    CheapHasher,
    CollectingMailer,
    CountingAuthenticatorCodes,
    CountingTokens,
    FakeClock,
    FakeVault,
    MemoryPage,
    MemoryPrinter,
    MemorySite,
    MemoryStorage,
)
from exshare_core.values import AccountId, AttachmentId, LinkId, PageId, SiteId, SpaceKey
from exshare_core.visiting import Visiting
from exshare_web.app import create_app
from exshare_web.services import Services
from exshare_web.ways import callback_url, ways_of

T = TypeVar("T")

SITE = SiteId("acme")
BASE_URL = "https://share.example.com"
OWNER = AccountId("557058:owner")
BOSS = AccountId("557058:boss")
MEMBER_PASSWORD = "a long sentence to sign in with"
PASSWORD = "five words nobody would guess"
"""The password of links that tests make with one."""

ROOT, CHILD, FOLDER, INSIDE, BOARD, SECRET, ELSEWHERE = map(PageId, ("10", "11", "12", "13", "14", "20", "30"))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
PDF = b"%PDF-1.7\n" + b"a page of figures\n" * 40
PICTURE, PLAN, HIDDEN, OF_CHILD, OF_ELSEWHERE = map(AttachmentId, ("att500", "att501", "att502", "att510", "att530"))


@cache
def _portal() -> BlockingPortal:
    """The loop in which all clients of this process are answered: to begin one anew takes longer than most answers."""
    running = ExitStack()
    atexit.register(running.close)
    return running.enter_context(start_blocking_portal())


def run(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives."""
    return asyncio.run(work)


def a_site() -> MemorySite:
    """A handbook with a child, a folder, a board and a restricted page, and one page outside it."""
    site = MemorySite(accounts={OWNER, BOSS})
    draft = Draft(ROOT, "", "", shown_files=frozenset({"picture.png"}), hidden_files=frozenset({"hidden.txt"}))
    site.add(
        MemoryPage(PageId("1"), "Home"),
        MemoryPage(ROOT, "Handbook", "<p>How we work.</p>", PageId("1"), draft=draft),
        MemoryPage(CHILD, "First steps", "<p>Begin here.</p>", ROOT, labels=frozenset({"public"})),
        MemoryPage(FOLDER, "Chapters", parent=ROOT, kind=NodeKind.FOLDER),
        MemoryPage(INSIDE, "Chapter one", "<p>Once.</p>", FOLDER),
        MemoryPage(BOARD, "Drawing board", parent=ROOT, kind=NodeKind.WHITEBOARD),
        MemoryPage(SECRET, "Salaries", "<p>Figures.</p>", ROOT, readers=frozenset({OWNER})),
        MemoryPage(ELSEWHERE, "Elsewhere", "<p>Not shared.</p>", PageId("1")),
    )
    for file, page, name, media_type, data in (
        (PICTURE, ROOT, "picture.png", "image/png", PNG),
        (PLAN, ROOT, "plan.pdf", "application/pdf", PDF),
        (HIDDEN, ROOT, "hidden.txt", "text/plain", b"never leaves"),
        (OF_CHILD, CHILD, "steps.txt", "text/plain", b"one, two, three"),
        (OF_ELSEWHERE, ELSEWHERE, "elsewhere.txt", "text/plain", b"not shared"),
    ):
        site.attach(Attachment(file, page, name, media_type, len(data)), data)
    return site


ONCE_A_SECOND = {("brandings", "of_site")}
"""What is read whoever asks and kept for a second: which request happens to read it says nothing of that request."""


class Recorder:
    """A Storage that notes every call of a port, as ``links.find``, and passes it on, or raises `failure`."""

    def __init__(self, storage: MemoryStorage) -> None:
        self.storage = storage
        self.calls: Counter[str] = Counter()
        self.failure: AdapterFailed | None = None

    def __getattr__(self, port: str) -> Any:
        it = getattr(self.storage, port)
        return it if port in ("state", "reachable", "ping", "prune") else _Port(port, it, self)


@frozen
class _Port:
    name: str
    port: Any
    recorder: Recorder

    def __getattr__(self, method: str) -> Any:
        if self.recorder.failure is not None:
            raise self.recorder.failure
        if (self.name, method) not in ONCE_A_SECOND:
            self.recorder.calls[f"{self.name}.{method}"] += 1
        return getattr(self.port, method)


@frozen
class Made:
    """A link that was made for a test."""

    id: LinkId
    token: str

    @property
    def path(self) -> str:
        """Where visitors open it."""
        return f"/s/{self.token}"

    def page(self, page: PageId) -> str:
        """The address of a page through this link."""
        return f"{self.path}/p/{page}"

    def file(self, file: AttachmentId) -> str:
        """The address of a file through this link."""
        return f"{self.path}/a/{file}"


@define
class Shell:
    """The application and everything behind it, so that a test can turn each knob and look at each trace."""

    base_url: str = BASE_URL
    site: SiteId = SITE
    content: MemorySite = field(factory=a_site)
    clock: FakeClock = field(factory=FakeClock)
    mailer: CollectingMailer = field(factory=CollectingMailer)
    storage: MemoryStorage = field(factory=MemoryStorage)
    tokens: CountingTokens = field(factory=CountingTokens)
    hasher: CheapHasher = field(factory=CheapHasher)
    vault: FakeVault = field(factory=FakeVault)
    codes: CountingAuthenticatorCodes = field(factory=CountingAuthenticatorCodes)
    demand: Demand = Demand.OPTIONAL
    visiting: type[Visiting] = Visiting
    contact: str = ""
    gateways: tuple[Gateway, ...] = ()
    """Where people may sign in."""
    own_url: str = ""
    """Where the site has a host of its own; empty for none."""
    manage_url: str = ""
    """Where members do, if they have a host of their own."""
    recorder: Recorder = field(init=False)
    services: Services = field(init=False)
    app: Starlette = field(init=False)
    owner: Member = field(init=False)
    """A plain member tied to `OWNER`, called ``ada``, who signs in with `MEMBER_PASSWORD`."""

    def __attrs_post_init__(self) -> None:
        self.recorder = Recorder(self.storage)
        storage = cast("Storage", self.recorder)
        ports = (storage, self.clock, self.tokens, self.hasher, self.vault)
        content = self.content.content()
        run(self.storage.policies.ensure_site(self.site))
        sharing = Sharing(self.site, storage, content, *ports[1:], url_of=self._url_of)
        membership = Membership(*ports, self.codes, self.demand)
        visiting = self.visiting(storage, {self.site: content}, *ports[1:])
        joining = Joining(storage, {self.site: content}, *ports[1:], self.codes, self._account_url, proving=visiting)
        departing = Departing(
            storage, self.clock, self.tokens, self.vault, self._callback_of, self._members_callback_of
        )
        own = {self.site: self.own_url} if self.own_url else {}
        self.services = Services(
            base_url=self.base_url,
            manage_url=self.manage_url or self.base_url,
            visiting=visiting,
            membership=membership,
            joining=joining,
            sharing={self.site: sharing},
            governing={self.site: Governing(self.site, storage, content, self.clock, ways_of(self.gateways).methods)},
            leaving={self.site: Leaving(self.site, storage, content, self.clock)},
            auditing={self.site: Auditing(self.site, storage, content, self.clock, self.vault)},
            presenting={self.site: Presenting(self.site, storage, Tinycss2Styles(), self.clock)},
            keying=Keying(storage, self.clock, self.tokens, self.vault),
            elsewhere=Elsewhere(visiting, membership, departing, {self.site: self.gateways}, frozenset(own)),
            tokens=self.tokens,
            ready=self.storage.ping,
            printer=MemoryPrinter(),
            contacts={self.site: self.contact} if self.contact else {},
            own_urls=own,
            ways={self.site: ways_of(self.gateways)},
        )
        self.owner, _ = run(membership.add("ada", site=self.site, identity=OWNER, password=MEMBER_PASSWORD))
        self.app = create_app(self.services)
        self.recorder.calls.clear()

    def use(self, visiting: Visiting) -> None:
        """Serve visitors by another Visiting from now on."""
        self.services = evolve(self.services, visiting=visiting)
        self.app = create_app(self.services)

    def client(self, network: str = "192.0.2.7", **more: Any) -> TestClient:
        """A browser of its own, with its own cookies, that follows no redirect by itself."""
        more.setdefault("follow_redirects", False)
        client = TestClient(self.app, self.base_url, client=(network, 50000), **more)
        client.portal = _portal()
        return client

    @property
    def sharing(self) -> Sharing:
        """What members do with links of the one site."""
        return self.services.sharing[self.site]

    def make_link(self, page: str = ROOT, **form: Any) -> Made:
        """A link of `owner` for `page`; the rest are fields of `LinkForm`."""
        shown, url = run(self.sharing.create(None, self.owner, page, LinkForm(**form)))
        return Made(shown.link.id, urlsplit(url).path.removeprefix("/s/"))

    def edit_link(self, made: Made, **form: Any) -> None:
        """Change the settings of a link to those of a new `LinkForm`."""
        run(self.sharing.change(None, made.id, self.link(made).version, LinkForm(**form)))

    def alter_link(self, made: Made, **changes: Any) -> None:
        """Store what no form offers yet: fields of the link itself."""
        old = self.link(made)
        run(self.storage.links.replace(evolve(old, version=old.version + 1, **changes), []))

    def record(self, made: Made) -> LinkRecord:
        """The link as it is stored, with the number of its opens."""
        record = run(self.storage.links.get(self.site, made.id))
        assert record is not None
        return record

    def link(self, made: Made) -> ShareLink:
        """The link as it is stored."""
        return self.record(made).link

    def limit(self, layer: str = "site", **limits: Any) -> None:
        """Give an outer layer (``site``, ``configuration default`` or ``space TEAM``) these limits and no others."""
        old = run(self.storage.policies.policy(self.site))
        assert old is not None
        kind, _, name = layer.partition(" ")
        given, key = Limits(**limits), SpaceKey(name)
        if kind == "site":
            new = evolve(old, limits=given)
        elif kind == "configuration":
            configuration = evolve(old.configurations[name], limits=given)
            new = evolve(old, configurations={**old.configurations, name: configuration})
        else:
            new = assign(old, key, evolve(old.rules(key), limits=given))
        now = self.clock.now()
        new = evolve(hold_back(old, new, now), version=old.version + 1)
        change = PolicyChange(self.site, new.version, now, Actor.OPERATOR)
        run(self.storage.policies.replace(new, [], change))

    def events(self, made: Made) -> list[Event]:
        """What visitors did with the link, oldest first."""
        events = run(self.storage.activity.of_link(self.site, made.id, 1000))
        return [event for event in reversed(events) if event.actor.value == "visitor"]

    def send_letters(self) -> tuple[Dispatched, ...]:
        """Send what waits in the outbox."""
        dispatching = Dispatching(self.storage.outbox, lambda _: self.mailer, self.vault, self.clock)
        return run(dispatching.batch())

    def _callback_of(self, site: SiteId, provider: str) -> str:
        return callback_url(self.own_url or self.base_url, site, provider)

    def _members_callback_of(self, site: SiteId, provider: str) -> str:
        return callback_url(self.manage_url or self.base_url, site, provider)

    def _account_url(self, site: SiteId) -> str:
        return f"{self.own_url or self.base_url}/account/{site}/sign-in"

    def _url_of(self, segment: str) -> str:
        return f"{self.own_url or self.base_url}/s/{segment}"


UNKNOWN_TOKEN = "N" * 43
"""A token that nobody was ever given."""
