"""Identity providers that break a promise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from attrs import evolve

from exshare_core.errors import AdapterFailed, Broken
from exshare_core.identities import Declined, Errand, Identity
from exshare_core.testing.fakes.identities import MemoryIdentityProvider, MemorySignInSystem
from exshare_core.testing.identities import ADA, PEOPLE, IdentityProviderContract
from exshare_core.values import Address
from tests.contract.broken.rows import row


class MakesItsOwnState(MemoryIdentityProvider):
    """The state in the address is another than the errand's."""

    async def departure(self, errand: Errand, hint: Address | None = None) -> str:
        return await super().departure(evolve(errand, state=errand.state[::-1]), hint)


class SendsTheVerifier(MemoryIdentityProvider):
    """The verifier goes along, as in PKCE without a digest."""

    async def departure(self, errand: Errand, hint: Address | None = None) -> str:
        return f"{await super().departure(errand, hint)}&challenge={quote(errand.verifier)}"


class TakesAddressesForSubjects(MemoryIdentityProvider):
    """People are known by their mailbox, which they may change."""

    async def arrival(self, errand: Errand, answer: Mapping[str, str]) -> Identity | Declined:
        found = await super().arrival(errand, answer)
        return evolve(found, subject=str(found.address)) if isinstance(found, Identity) else found


class CountsArrivals(MemoryIdentityProvider):
    """Each arrival is somebody new."""

    def __init__(self) -> None:
        super().__init__()
        self.arrivals = 0

    async def arrival(self, errand: Errand, answer: Mapping[str, str]) -> Identity | Declined:
        found = await super().arrival(errand, answer)
        self.arrivals += 1
        return evolve(found, subject=f"person-{self.arrivals}") if isinstance(found, Identity) else found


class BelievesEveryAddress(MemoryIdentityProvider):
    """An address is told whether or not anybody made sure of it."""

    async def arrival(self, errand: Errand, answer: Mapping[str, str]) -> Identity | Declined:
        found = await super().arrival(errand, answer)
        if not isinstance(found, Identity):
            return found
        known = {person.subject: person.address for person in PEOPLE}
        return evolve(found, address=Address.parse(known[found.subject]))


class BelievesTheHint(MemoryIdentityProvider):
    """Whoever is hinted at has signed in."""

    async def arrival(self, errand: Errand, answer: Mapping[str, str]) -> Identity | Declined:
        given = self.codes.get(answer.get("code", ""))
        hint = None if given is None else given.departure.get("hint")
        found = await super().arrival(errand, answer)
        by_address = {person.address: person.subject for person in PEOPLE}
        return found if hint is None or isinstance(found, Declined) else self.people[by_address[hint]]


class IgnoresTheState(MemoryIdentityProvider):
    """A code alone will do."""

    async def arrival(self, errand: Errand, answer: Mapping[str, str]) -> Identity | Declined:
        return await super().arrival(errand, {**answer, "state": errand.state})


class ChecksNothingButTheCode(MemoryIdentityProvider):
    """The state is compared, and a code of whatever errand is taken."""

    async def arrival(self, errand: Errand, answer: Mapping[str, str]) -> Identity | Declined:
        given = self.codes.pop(answer.get("code", ""), None)
        return await super().arrival(errand, answer) if given is None else given.identity


class TakesCodesAgain(MemoryIdentityProvider):
    """A code stays good."""

    async def arrival(self, errand: Errand, answer: Mapping[str, str]) -> Identity | Declined:
        before = dict(self.codes)
        found = await super().arrival(errand, answer)
        self.codes = before
        return found


class SignsInTheFirstWithoutACode(MemoryIdentityProvider):
    """Where a code is missing or unknown somebody is signed in all the same."""

    async def arrival(self, errand: Errand, answer: Mapping[str, str]) -> Identity | Declined:
        if "error" not in answer and answer.get("code") not in self.codes:
            return self.people[ADA.subject]
        return await super().arrival(errand, answer)


class RaisesRefusals(MemoryIdentityProvider):
    """That somebody said no looks like a fault."""

    async def arrival(self, errand: Errand, answer: Mapping[str, str]) -> Identity | Declined:
        found = await super().arrival(errand, answer)
        if isinstance(found, Declined):
            raise Broken("nobody signed in")
        return found


class RepeatsWhatItHears(MemoryIdentityProvider):
    """A refusal's words are passed on as they came."""

    async def arrival(self, errand: Errand, answer: Mapping[str, str]) -> Identity | Declined:
        found = await super().arrival(errand, answer)
        return found if isinstance(found, Identity) else Declined(answer["error"], answer.get("error_description", ""))


class SaysBrokenToEverything(MemoryIdentityProvider):
    """A provider that is down looks like one that is mistaken."""

    async def arrival(self, errand: Errand, answer: Mapping[str, str]) -> Identity | Declined:
        try:
            return await super().arrival(errand, answer)
        except AdapterFailed as error:
            raise Broken("nobody signed in") from error


def over(provider: type[MemoryIdentityProvider]) -> Any:
    """A system around a broken provider."""

    def opened() -> MemorySignInSystem:
        return MemorySignInSystem(provider())

    opened.__name__ = provider.__name__
    return opened


ROWS = [
    row(IdentityProviderContract, over(MakesItsOwnState), "a_departure_carries_its_state"),
    row(IdentityProviderContract, over(SendsTheVerifier), "a_departure_keeps_its_verifier"),
    row(IdentityProviderContract, over(TakesAddressesForSubjects), "an_arrival_says_who_it_is"),
    row(IdentityProviderContract, over(CountsArrivals), "a_person_is_the_same_each_time_and_nobody_else"),
    row(IdentityProviderContract, over(BelievesEveryAddress), "a_mailbox_that_is_not_verified_is_none"),
    row(IdentityProviderContract, over(BelievesTheHint), "a_hint_proves_nothing"),
    row(IdentityProviderContract, over(IgnoresTheState), "an_answer_without_its_state_is_refused"),
    row(
        IdentityProviderContract,
        over(ChecksNothingButTheCode),
        "an_answer_to_another_errand_is_refused",
        "an_answer_is_bound_to_what_the_provider_signed",
    ),
    row(IdentityProviderContract, over(TakesCodesAgain), "an_answer_is_good_once"),
    row(IdentityProviderContract, over(SignsInTheFirstWithoutACode), "an_answer_that_holds_nothing_is_refused"),
    row(IdentityProviderContract, over(RaisesRefusals), "a_provider_that_says_no_is_declined"),
    row(IdentityProviderContract, over(RepeatsWhatItHears), "what_a_provider_adds_is_bounded_words"),
    row(IdentityProviderContract, over(SaysBrokenToEverything), "a_provider_that_is_down_is_busy"),
]
