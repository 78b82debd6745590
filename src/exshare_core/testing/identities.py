"""The promises of IdentityProvider, held against a real provider or a stand-in for one.

The author's factory opens a `SignInSystem`: the adapter under test, and what a person would do at the provider with a
browser. What cannot be offered is named in `cannot` with a reason; its tests then show as expected failures.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import ClassVar, Protocol
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import evolve, frozen

from exshare_core.errors import Broken, Busy
from exshare_core.identities import Declined, Errand, Identity
from exshare_core.ports import IdentityProvider
from exshare_core.testing.contract import Contract, promise
from exshare_core.testing.samples import fresh_digest
from exshare_core.values import Address

CALLBACK = "https://share.example.com/sso/acme/staff/callback"


@frozen
class Person:
    """Somebody whom the provider knows."""

    subject: str
    name: str
    address: str
    verified: bool = True


ADA = Person("ada-1", "Ada Lovelace", "ada.lovelace@example.com")
GRACE = Person("grace-2", "Grace Hopper", "grace@example.com")
UNSURE = Person("mallory-3", "Mallory", "ceo@example.com", verified=False)
PEOPLE = (ADA, GRACE, UNSURE)


class SignInSystem(Protocol):
    """The adapter under test and the provider behind it, which knows `PEOPLE`."""

    @property
    def provider(self) -> IdentityProvider:
        """The adapter under test."""

    @property
    def issuer(self) -> str:
        """The name that the provider goes by."""

    async def sign_in(self, departure: str, person: Person) -> Mapping[str, str]:
        """What a browser brings back when `person` signs in at the address `departure`."""

    async def refuse(self, departure: str) -> Mapping[str, str]:
        """What a browser brings back when whoever sits there refuses to sign in."""

    async def go_down(self) -> None:
        """Make the provider answer nothing from now on."""


def fresh_token() -> str:
    """43 characters that nobody else has."""
    return urlsafe_b64encode(fresh_digest()).decode().rstrip("=")


def an_errand() -> Errand:
    """An errand that nobody else has."""
    return Errand(fresh_token(), fresh_token(), fresh_token(), CALLBACK)


async def _arrived(system: SignInSystem, person: Person) -> Identity:
    errand = an_errand()
    answer = await system.sign_in(await system.provider.departure(errand), person)
    identity = await system.provider.arrival(errand, answer)

    assert isinstance(identity, Identity)

    return identity


class IdentityProviderContract(Contract[SignInSystem]):
    """A person who leaves comes back as who they are; whatever else comes back is refused."""

    abilities: ClassVar[frozenset[str]] = frozenset({"refuse", "go_down"})

    @promise
    async def test_a_departure_carries_its_state(self, system: SignInSystem) -> None:
        """The address has the errand's own state, so that the answer can be told from others."""
        errand = an_errand()
        url = await system.provider.departure(errand)

        assert [errand.state] == parse_qs(urlsplit(url).query)["state"]

    @promise
    async def test_a_departure_keeps_its_verifier(self, system: SignInSystem) -> None:
        """What proves at the end that whoever left has returned is not in the address, with or without a hint."""
        errand = an_errand()
        urls = [await system.provider.departure(errand, hint) for hint in (None, Address.parse(ADA.address))]

        assert [False, False] == [errand.verifier in url for url in urls]

    @promise
    async def test_an_arrival_says_who_it_is(self, system: SignInSystem) -> None:
        """The identity has the provider's name, the person's subject, name and verified mailbox."""
        found = await _arrived(system, ADA)

        assert (system.issuer, ADA.subject, ADA.name) == (found.issuer, found.subject, found.name)
        assert Address.parse(ADA.address) == found.address

    @promise
    async def test_a_person_is_the_same_each_time_and_nobody_else(self, system: SignInSystem) -> None:
        """One person has one subject, however often they come; another has another."""
        first, again, other = [await _arrived(system, person) for person in (ADA, ADA, GRACE)]

        assert (first.issuer, first.subject) == (again.issuer, again.subject)
        assert first.subject != other.subject

    @promise
    async def test_a_mailbox_that_is_not_verified_is_none(self, system: SignInSystem) -> None:
        """An address that the provider has not made sure of is not told; the person is signed in all the same."""
        found = await _arrived(system, UNSURE)

        assert (UNSURE.subject, None) == (found.subject, found.address)

    @promise
    async def test_a_hint_proves_nothing(self, system: SignInSystem) -> None:
        """Whoever signs in is who they are, whatever address was hinted at."""
        errand = an_errand()
        departure = await system.provider.departure(errand, Address.parse(ADA.address))
        found = await system.provider.arrival(errand, await system.sign_in(departure, GRACE))

        assert isinstance(found, Identity)
        assert GRACE.subject == found.subject

    @promise
    async def test_an_answer_without_its_state_is_refused(self, system: SignInSystem) -> None:
        """An answer with another state, an empty one or none is Broken."""
        errand = an_errand()
        answer = await system.sign_in(await system.provider.departure(errand), ADA)
        stateless = {name: value for name, value in answer.items() if name != "state"}
        for wrong in ({**answer, "state": fresh_token()}, {**answer, "state": ""}, stateless):
            with pytest.raises(Broken):
                await system.provider.arrival(errand, wrong)

    @promise
    async def test_an_answer_to_another_errand_is_refused(self, system: SignInSystem) -> None:
        """An answer that was got by another errand is Broken, whatever state it is given."""
        mine, theirs = an_errand(), an_errand()
        await system.provider.departure(mine)
        stolen = await system.sign_in(await system.provider.departure(theirs), ADA)
        with pytest.raises(Broken):
            await system.provider.arrival(mine, {**stolen, "state": mine.state})

    @promise
    async def test_an_answer_is_bound_to_what_the_provider_signed(self, system: SignInSystem) -> None:
        """An errand with another nonce than the one that left is Broken."""
        errand = an_errand()
        answer = await system.sign_in(await system.provider.departure(errand), ADA)
        with pytest.raises(Broken):
            await system.provider.arrival(evolve(errand, nonce=fresh_token()), answer)

    @promise
    async def test_an_answer_is_good_once(self, system: SignInSystem) -> None:
        """The same answer a second time is Broken."""
        errand = an_errand()
        answer = await system.sign_in(await system.provider.departure(errand), ADA)
        first = await system.provider.arrival(errand, answer)

        assert isinstance(first, Identity)

        with pytest.raises(Broken):
            await system.provider.arrival(errand, answer)

    @promise
    async def test_an_answer_that_holds_nothing_is_refused(self, system: SignInSystem) -> None:
        """An answer with the right state and nothing else, or with a made-up code, is Broken."""
        errand = an_errand()
        await system.provider.departure(errand)
        for answer in ({}, {"code": ""}, {"code": "made-up"}, {"code": "x" * 100_000}):
            with pytest.raises(Broken):
                await system.provider.arrival(errand, {"state": errand.state, **answer})

    @promise
    async def test_a_provider_that_says_no_is_declined(self, system: SignInSystem) -> None:
        """Who refuses to sign in, at the provider, is Declined and nobody."""
        self.needs("refuse")
        errand = an_errand()
        answer = await system.refuse(await system.provider.departure(errand))

        assert isinstance(await system.provider.arrival(errand, answer), Declined)

    @promise
    async def test_what_a_provider_adds_is_bounded_words(self, system: SignInSystem) -> None:
        """A refusal's words are printable and few, and its code is a word, whatever came back."""
        self.needs("refuse")
        errand = an_errand()
        answer = await system.refuse(await system.provider.departure(errand))
        noise = {"error": "<b>no\r\n", "error_description": "\x1b[31m<script>\u202e" + "x" * 100_000}
        said = await system.provider.arrival(errand, {**answer, **noise})

        assert isinstance(said, Declined)
        assert said.words.isprintable()
        assert 200 >= len(said.words)
        assert "bno" == said.code

    @promise
    async def test_a_provider_that_is_down_is_busy(self, system: SignInSystem) -> None:
        """When the provider cannot be asked, departures from then on or arrivals are Busy, and nobody is signed in."""
        self.needs("go_down")
        errand = an_errand()
        answer = await system.sign_in(await system.provider.departure(errand), ADA)
        await system.go_down()
        with pytest.raises(Busy):
            await system.provider.arrival(errand, answer)
