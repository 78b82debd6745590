"""OpenID Connect keeps every promise of IdentityProvider, against a stand-in and against a provider of another's making."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx
from attrs import frozen

from exshare_adapters.authlib_identity import OidcSettings
from exshare_adapters.authlib_identity.provider import opened
from exshare_core.ports import Checked, IdentityProvider
from exshare_core.testing.checking import CheckedContract
from exshare_core.testing.identities import IdentityProviderContract, Person, SignInSystem
from tests.certified_provider import CLIENT, SECRET, Certified, certified_provider
from tests.foreign_provider import foreign_provider
from tests.sign_in_provider import ISSUER, Provider


@frozen
class StandIn:
    """The adapter and the stand-in that it speaks to."""

    provider: IdentityProvider
    behind: Provider
    issuer: str = ISSUER

    async def sign_in(self, departure: str, person: Person) -> Mapping[str, str]:
        """At the stand-in nobody is asked for a password."""
        return self.behind.sign_in(departure, person)

    async def refuse(self, departure: str) -> Mapping[str, str]:
        """What the protocol has for somebody who turns back."""
        return {"error": "access_denied", "state": parse_qs(urlsplit(departure).query)["state"][0]}

    async def go_down(self) -> None:
        """Whatever is asked, there is no connection."""

        async def down(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("no connection")

        self.behind.answers = dict.fromkeys(("openid-configuration", "token", "keys", "userinfo"), down)


class TestOidc(IdentityProviderContract):
    """A provider that does everything right."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[SignInSystem]:
        """A fresh stand-in and an adapter for it."""
        behind = Provider()
        async with opened(behind.settings(), behind.transport, behind.clock) as provider:
            yield StandIn(provider, behind)


class TestOidcChecked(CheckedContract):
    """The provider as it is tried."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Checked]:
        """One that answers."""
        behind = Provider()
        async with opened(behind.settings(), behind.transport) as provider:
            yield provider

    @asynccontextmanager
    async def open_faulty(self) -> AsyncIterator[Checked]:
        """One that goes by another name."""
        behind = Provider(description={"issuer": "https://login.example.net"})
        async with opened(behind.settings(), behind.transport) as provider:
            yield provider


@frozen
class ForeignProvider:
    """The adapter and a running server on loopback."""

    provider: IdentityProvider
    issuer: str
    running: ExitStack

    async def sign_in(self, departure: str, person: Person) -> Mapping[str, str]:
        """Fill in the form of its page, as a browser would."""
        async with httpx.AsyncClient() as browser:
            answer = await browser.post(departure, data={"sub": person.subject})
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    async def refuse(self, departure: str) -> Mapping[str, str]:
        """Not offered."""
        raise AssertionError

    async def go_down(self) -> None:
        """Stop the server."""
        await asyncio.to_thread(self.running.close)


class TestOidcProviderMock(IdentityProviderContract):
    """A provider made by others, over real connections."""

    cannot: ClassVar[Mapping[str, str]] = {"refuse": "this provider forgets the state when somebody refuses"}

    @asynccontextmanager
    async def open(self) -> AsyncIterator[SignInSystem]:
        """A fresh server with our people, and an adapter for it."""
        with ExitStack() as running:
            issuer = running.enter_context(foreign_provider())
            settings = OidcSettings(
                issuer=issuer, client_id="exshare", client_secret="any", insecure=True, announces_pkce=False
            )
            async with opened(settings) as provider:
                yield ForeignProvider(provider, issuer, running)


@frozen
class CertifiedProvider:
    """The adapter and a running provider that is certified to keep to the protocol."""

    provider: IdentityProvider
    behind: Certified

    @property
    def issuer(self) -> str:
        """See `SignInSystem.issuer`."""
        return self.behind.issuer

    async def sign_in(self, departure: str, person: Person) -> Mapping[str, str]:
        """The way of a browser through its pages."""
        return await self.behind.visited(departure, person.subject)

    async def refuse(self, departure: str) -> Mapping[str, str]:
        """The same of somebody who turns back."""
        return await self.behind.visited(departure, None)

    async def go_down(self) -> None:
        """End the process."""
        await asyncio.to_thread(self.behind.stop)


class TestOidcCertified(IdentityProviderContract):
    """A certified provider that demands PKCE, names itself in every answer, and tells mailboxes when asked only."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[SignInSystem]:
        """A fresh process with our people, and an adapter for it."""
        with certified_provider() as behind:
            settings = OidcSettings(issuer=behind.issuer, client_id=CLIENT, client_secret=SECRET, insecure=True)
            async with opened(settings) as provider:
                yield CertifiedProvider(provider, behind)
