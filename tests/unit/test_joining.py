"""Use cases of external people over the fakes: what no page shows, what happens at the same moment, and across sites."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from attrs import define, evolve, field

from exshare_core.authenticating import Proposal
from exshare_core.decisions import Answer
from exshare_core.dispatching import open_letter
from exshare_core.errors import NotFound
from exshare_core.events import Actor, Kind
from exshare_core.gates import may_register
from exshare_core.joining import Joining
from exshare_core.joining.recognising import Entered, Recognised
from exshare_core.letters import Letter
from exshare_core.links import segment
from exshare_core.policy import Layer, Limits, outer
from exshare_core.testing import (
    AuthenticatorApp,
    CheapHasher,
    CountingAuthenticatorCodes,
    CountingTokens,
    FakeClock,
    FakeVault,
    MemorySite,
    MemoryStorage,
)
from exshare_core.testing.samples import a_link, an_address, fresh_digest
from exshare_core.values import Address, ExternalAccountId, People, SiteId, Token, network_address
from exshare_core.visiting.entrance import Caller
from exshare_core.visiting.proving import Proving

T = TypeVar("T")

ACME, BETA = SiteId("acme"), SiteId("beta")
ADA = "ada@example.com"
SECRET, OTHER = "copper lantern under seven bridges", "nineteen blue herons by the canal"


class SlowHasher(CheapHasher):
    """Lets others go on while it hashes."""

    async def hash(self, password: str) -> str:
        """Rest, then hash."""
        await asyncio.sleep(0)
        return await super().hash(password)


@define
class House:
    """Two sites with a link each for Ada's mailbox, and everything that the use cases touch."""

    storage: MemoryStorage = field(factory=MemoryStorage)
    clock: FakeClock = field(factory=FakeClock)
    tokens: CountingTokens = field(factory=CountingTokens)
    hasher: CheapHasher = field(factory=SlowHasher)
    vault: FakeVault = field(factory=FakeVault)
    codes: CountingAuthenticatorCodes = field(factory=CountingAuthenticatorCodes)
    joining: Joining = field(init=False)
    places: dict[SiteId, str] = field(factory=dict)
    """The last part of the address of each site's link."""

    def __attrs_post_init__(self) -> None:
        self.joining = self.made()
        for site in (ACME, BETA):
            run(self.storage.policies.ensure_site(site))
            self.places[site] = self.link(site)

    def made(self, **other: Any) -> Joining:
        """The use cases, over other ports where some are given."""
        contents = {site: MemorySite().content() for site in (ACME, BETA)}
        ports = {"clock": self.clock, "tokens": self.tokens, "hasher": self.hasher, "vault": self.vault, **other}
        proving = Proving(self.storage, contents, **ports)
        return Joining(
            self.storage, contents, **ports, codes=self.codes, account_url="https://share/{}".format, proving=proving
        )

    def link(self, site: SiteId, **address: Any) -> str:
        """Another link of a site for Ada's mailbox, which asks for no password; the last part of its address."""
        link = a_link(site)
        link = evolve(link, wish=evolve(link.wish, password_hash=None))
        text = self.tokens.token()
        run(self.storage.links.add(link, an_address(link, digest=Token(text).digest, **address), []))
        return segment(address.get("slug", ""), text)

    def browser(self) -> Caller:
        """A browser that has been here, with the id that it may get next."""
        return Caller(network_address("192.0.2.7"), fresh_digest(), fresh_digest())

    def code(self) -> str:
        """The code in the letter that was written last."""
        return self.letter().variables["code"]

    def letter(self) -> Letter:
        """The letter that was written last."""
        return run(open_letter(self.vault, list(self.storage.state.letters.values())[-1]))

    def acts(self, actor: Actor) -> list[tuple[Kind, ExternalAccountId | None]]:
        """What this one did, each with the account, oldest first."""
        state = self.storage.state
        events = [state.event(row) for row in state.events]
        return [(one.kind, one.account) for one in events if one.actor is actor]

    def join(self, site: SiteId = ACME, password: str = SECRET) -> Recognised:
        """Ada signed in with her account, made where she has none yet."""
        caller = self.browser()
        run(self.joining.ask_code(site, caller, self.places[site], ADA))
        run(self.joining.enrol(site, caller, self.places[site], ADA, self.code(), password))
        return self.here(site, caller)

    def here(self, site: SiteId, caller: Caller) -> Recognised:
        """Who is signed in in a browser that has its fresh id by now."""
        here = run(self.joining.recognised(site, after(caller)))
        assert here is not None
        return here


def run(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives."""
    return asyncio.run(work)


def after(caller: Caller) -> Caller:
    """The browser once it has its fresh id."""
    return Caller(caller.network, caller.fresh, fresh_digest())


def test_an_account_of_one_site_is_none_at_another() -> None:
    """Neither its password nor its session nor a link of the other site knows it."""
    house = House()
    here = house.join()
    caller = Caller(None, here.session.session, fresh_digest())
    refused = run(house.joining.sign_in(BETA, house.browser(), ADA, SECRET))
    brought = run(house.joining.go_on(house.places[BETA], caller, here))

    assert Entered() == refused
    assert run(house.joining.recognised(BETA, caller)) is None
    assert (Answer.ASK_ADDRESS, False) == (brought.answer, brought.fresh)
    assert [] == [proof for proof in house.storage.state.proofs.values() if proof.site == BETA]


def test_a_mailbox_may_have_an_account_at_each_site() -> None:
    """Two accounts of one mailbox have nothing in common, not even what they are found by."""
    house = House()
    one, other = house.join(ACME), house.join(BETA, OTHER)

    assert one.account.id != other.account.id
    assert one.account.digest != other.account.digest
    assert str(one.address) == str(other.address) == ADA


def test_of_two_who_join_at_once_with_one_mailbox_one_gets_the_account() -> None:
    """Each has a code of their own browser; one account is made, and the other is refused like a wrong code."""
    house = House()
    callers, codes = [house.browser(), house.browser()], []
    for caller in callers:
        run(house.joining.ask_code(ACME, caller, house.places[ACME], ADA))
        codes.append(house.code())

    async def both() -> list[Entered]:
        return await asyncio.gather(
            *(
                house.joining.enrol(ACME, caller, house.places[ACME], ADA, code, SECRET)
                for caller, code in zip(callers, codes, strict=True)
            )
        )

    entered = run(both())

    assert 1 == len(house.storage.state.accounts)
    assert [False, True] == sorted(one.account is not None for one in entered)


def test_a_code_of_the_app_signs_in_one_browser_of_two() -> None:
    """The same code at the same moment in two browsers: one is in, the other has brought a code that was used."""
    house = House()
    app = _with_app(house)
    house.clock.forward(minutes=1)
    callers = [house.browser(), house.browser()]
    owing = [run(house.joining.sign_in(ACME, caller, ADA, SECRET)) for caller in callers]
    code = app.code(house.clock.now())

    async def both() -> list[Entered]:
        return await asyncio.gather(*(house.joining.bring_code(ACME, caller, code) for caller in callers))

    entered = run(both())

    assert [Entered(owes_code=True)] * 2 == owing
    assert [False, True] == sorted(one.account is not None for one in entered)
    assert [False, True] == sorted(one.owes_code for one in entered)


def _with_app(house: House) -> AuthenticatorApp:
    here = house.join()
    caller = Caller(None, here.session.session, fresh_digest())
    proposal = run(house.joining.propose_factor(here, caller, SECRET))
    assert isinstance(proposal, Proposal)
    app = AuthenticatorApp.scan(proposal.uri)
    done = run(house.joining.set_factor(here, caller, proposal.ticket, app.code(house.clock.now())))
    assert done.done
    return app


@pytest.mark.parametrize(("wish", "language"), [("de", "de"), ("en", "en"), (None, "pl")])
def test_letters_of_an_account_speak_as_its_pages_do(wish: str | None, language: str) -> None:
    """V8: a code and a notice are written as who asked for them wished, else as the site speaks."""
    house = House()
    here = house.join()
    polish = evolve(house.joining, language_of={ACME: "pl", BETA: "de"}.__getitem__)
    caller = Caller(None, here.session.session, fresh_digest(), language=wish)
    run(polish.ask_address(here, caller, "new@example.com", SECRET))
    code = house.letter().language
    run(polish.change_password(here, caller, SECRET, OTHER))

    assert [language] * 2 == [code, house.letter().language]


def test_a_change_on_a_stale_account_changes_nothing() -> None:
    """Of two who change an account at the same moment the second is told so, and nothing of theirs is stored."""
    house = House()
    here = house.join()
    run(house.storage.accounts.replace(evolve(here.account, confirmed_at=house.clock.now(), version=2), []))
    caller = Caller(None, here.session.session, fresh_digest())
    done = run(house.joining.change_password(here, caller, SECRET, OTHER))
    stored = run(house.storage.accounts.get(ACME, here.account.id))

    assert (False, False) == (done.done, done.renewed)
    assert stored is not None
    assert here.account.password_hash == stored.password_hash


def test_a_weaker_hash_is_made_anew_at_a_sign_in() -> None:
    """When the parameters rise, the next right password is hashed by them (spec G1)."""
    house = House(hasher=CheapHasher(rounds=1))
    before = house.join().account
    stronger = house.made(hasher=CheapHasher(rounds=2))
    run(stronger.sign_in(ACME, house.browser(), ADA, SECRET))
    stored = run(house.storage.accounts.get(ACME, before.id))

    assert stored is not None
    assert (True, False) == (
        CheapHasher(rounds=2).outdated(before.password_hash),
        CheapHasher(rounds=2).outdated(stored.password_hash),
    )


def test_under_another_key_nobody_is_recognised() -> None:
    """What does not open any more signs nobody in; an operator sees the account without its mailbox."""
    house = House()
    here = house.join()
    strange = house.made(vault=FakeVault(b"another key"))
    caller = Caller(None, here.session.session)

    assert run(strange.recognised(ACME, caller)) is None
    assert [(here.account.id, None)] == [(one.account.id, one.address) for one in run(strange.accounts(ACME))]


@pytest.mark.parametrize(("keeps", "listed"), [(True, ["spring-fair"]), (False, [])])
def test_no_way_to_a_share_is_kept_where_a_site_keeps_no_tokens(keeps: bool, listed: list[str]) -> None:
    """A site whose addresses are shown once keeps none of them with accounts either (spec L2)."""
    house = House()
    place = house.link(ACME, slug="spring-fair", **({} if keeps else {"sealed": None}))
    here = house.join()
    submission = run(house.joining.go_on(place, Caller(None, here.session.session), here))

    assert submission.fresh
    assert listed == [one.words for one in run(house.joining.shares(here))]


def test_words_before_a_token_are_those_of_the_link() -> None:
    """Whatever somebody writes before the token, the share is listed by the words that its owner gave it (spec L2)."""
    house = House()
    place = house.link(ACME, slug="spring-fair")
    here = house.join()
    run(house.joining.go_on(f"win-a-prize-{place[-43:]}", Caller(None, here.session.session), here))

    assert ["spring-fair"] == [one.words for one in run(house.joining.shares(here))]


def test_what_operators_do_is_noted_as_theirs() -> None:
    """Each act names the account and the operator, and nothing of its mailbox; what is not there is NotFound.

    When the account has gone, its deletion alone still names it.
    """
    house = House()
    account = house.join().account
    run(house.joining.disable(ACME, account.id))
    run(house.joining.enable(ACME, account.id))
    run(house.joining.reset_factor(ACME, account.id))
    before = house.acts(Actor.OPERATOR)
    run(house.joining.remove(ACME, account.id))
    after = house.acts(Actor.OPERATOR)
    kinds = (Kind.ACCOUNT_DISABLED, Kind.ACCOUNT_ENABLED, Kind.FACTOR_REMOVED)

    assert [(kind, account.id) for kind in kinds] == before
    assert [*((kind, None) for kind in kinds), (Kind.ACCOUNT_DELETED, account.id)] == after
    assert ADA not in repr(house.storage.state.events) + repr(house.storage.state.personal)
    for act in (house.joining.disable, house.joining.enable, house.joining.reset_factor, house.joining.remove):
        with pytest.raises(NotFound):
            run(act(ACME, account.id))


@pytest.mark.parametrize("name", ["ADA@Example.com", "  ada@example.com "])
def test_an_account_is_found_by_its_mail_address_in_any_form(name: str) -> None:
    """By address without case, or by id; nobody else's, and none of another site."""
    house = House()
    account = house.join().account

    assert account == run(house.joining.named(ACME, name)).account == run(house.joining.named(ACME, account.id)).account
    for site, unknown in ((ACME, "eve@example.com"), (BETA, ADA), (BETA, account.id), (ACME, "")):
        with pytest.raises(NotFound):
            run(house.joining.named(site, unknown))


@pytest.mark.parametrize(
    ("limits", "may"),
    [
        (Limits(), False),
        (Limits(people=People.parse(["example.com"])), True),
        (Limits(people=People.parse(["example.org"])), False),
        (Limits(people=People()), False),
        (Limits(sign_in_demanded=True), True),
        (Limits(sso_demanded=True), False),
        (Limits(sign_in_demanded=True, sso_demanded=True), False),
        (Limits(sign_in_demanded=True, blocked_people=frozenset({"example.com"})), False),
        (Limits(people=People.parse([ADA]), blocked_people=frozenset({ADA})), False),
        (Limits(sign_in_demanded=True, people=People.parse(["example.org"])), False),
    ],
)
def test_who_may_make_an_account_by_a_link(limits: Limits, may: bool) -> None:
    """Only whom an account would get through a gate that there is (spec G2)."""
    policy = outer((Layer("site", limits),), None)
    assert policy is not None

    assert may == may_register(policy, Address.parse(ADA))
