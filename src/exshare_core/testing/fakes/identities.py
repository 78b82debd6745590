"""An identity provider in memory, and the people whom it knows."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode, urlsplit

from attrs import frozen

from exshare_core.errors import AdapterFailed, Broken, Busy
from exshare_core.identities import Declined, Errand, Identity
from exshare_core.testing.identities import PEOPLE, Person
from exshare_core.values import Address


@frozen
class _Given:
    """What a code stands for: who signed in, and with which departure."""

    identity: Identity
    departure: Mapping[str, str]


class MemoryIdentityProvider:
    """An IdentityProvider that knows `people` by their subject, or raises `failure` while one is set."""

    def __init__(self, issuer: str = "https://login.example.com") -> None:
        self.issuer = issuer
        self.failure: AdapterFailed | None = None
        self.people = {person.subject: identity_of(person, issuer) for person in PEOPLE}
        self.codes: dict[str, _Given] = {}

    async def departure(self, errand: Errand, hint: Address | None = None) -> str:
        """An address with everything of the errand but its verifier."""
        self.fail()
        query = {"state": errand.state, "nonce": errand.nonce, "callback": errand.callback}
        return f"{self.issuer}/authorize?{urlencode(query if hint is None else {**query, 'hint': str(hint)})}"

    async def arrival(self, errand: Errand, answer: Mapping[str, str]) -> Identity | Declined:
        """Whoever `signed_in` gave the answer for."""
        self.fail()
        if answer.get("state") != errand.state:
            raise Broken("the answer is to another sign-in")
        if "error" in answer:
            return Declined.of(answer["error"], answer.get("error_description", ""))
        given = self.codes.pop(answer.get("code", ""), None)
        left_with = {"state": errand.state, "nonce": errand.nonce, "callback": errand.callback}
        if given is None or any(given.departure.get(name) != value for name, value in left_with.items()):
            raise Broken("the code is not, or no longer, good")
        return given.identity

    async def check(self) -> tuple[str, ...]:
        """What would go wrong with a departure."""
        return () if self.failure is None else (f"{self.failure}: try again later",)

    def fail(self) -> None:
        """Raise `failure` while one is set."""
        if self.failure is not None:
            raise self.failure

    def signed_in(self, departure: str, subject: str) -> dict[str, str]:
        """What a browser brings back when the person `subject` signs in at the address `departure`."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(departure).query).items()}
        code = f"code-{len(self.codes)}-{asked['nonce']}"
        self.codes[code] = _Given(self.people[subject], asked)
        return {"code": code, "state": asked["state"]}


class MemorySignInSystem:
    """A MemoryIdentityProvider seen from the browser's side, as the contract needs it."""

    def __init__(self, provider: MemoryIdentityProvider | None = None) -> None:
        self.provider = MemoryIdentityProvider() if provider is None else provider

    @property
    def issuer(self) -> str:
        """See `SignInSystem.issuer`."""
        return self.provider.issuer

    async def sign_in(self, departure: str, person: Person) -> Mapping[str, str]:
        """See `SignInSystem.sign_in`."""
        return self.provider.signed_in(departure, person.subject)

    async def refuse(self, departure: str) -> Mapping[str, str]:
        """See `SignInSystem.refuse`."""
        return {"error": "access_denied", "state": parse_qs(urlsplit(departure).query)["state"][0]}

    async def go_down(self) -> None:
        """See `SignInSystem.go_down`."""
        self.provider.failure = Busy("the provider does not answer")


def identity_of(person: Person, issuer: str) -> Identity:
    """The person as the provider tells of them."""
    address = Address.parse(person.address) if person.verified else None
    return Identity(issuer, person.subject, person.name, address)
