"""The fakes keep the promises of the ports that they stand for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import ClassVar

from exshare_core.errors import Busy
from exshare_core.ports import AuthenticatorCodes, Checked, Clock, PasswordHasher, Storage, TokenGenerator, Vault
from exshare_core.testing.authenticator import AuthenticatorCodesContract
from exshare_core.testing.checking import CheckedContract
from exshare_core.testing.clocks import ClockContract
from exshare_core.testing.content import ContentContract
from exshare_core.testing.discussing import DiscussionsContract, HistoriesContract
from exshare_core.testing.fakes.authenticator import CountingAuthenticatorCodes
from exshare_core.testing.fakes.identities import MemoryIdentityProvider, MemorySignInSystem
from exshare_core.testing.fakes.mailer import CollectingMailer, MemoryMailSystem
from exshare_core.testing.fakes.passwords import CheapHasher
from exshare_core.testing.fakes.prepared import MemoryPreparedSite, MemoryRendererSetting
from exshare_core.testing.fakes.printing import MemoryPrinter, printed_facts
from exshare_core.testing.fakes.storage import MemoryStorage
from exshare_core.testing.fakes.system import CountingTokens, FakeClock
from exshare_core.testing.fakes.vault import FakeVault
from exshare_core.testing.fakes.visitor_tokens import MemoryVisitorTokens
from exshare_core.testing.identities import IdentityProviderContract, SignInSystem
from exshare_core.testing.mailer import MailerContract, MailSystem
from exshare_core.testing.passwords import PasswordHasherContract
from exshare_core.testing.prepared import PreparedSite
from exshare_core.testing.printing import PdfPrinterContract, PrinterSetting
from exshare_core.testing.renderer import BodyRendererContract, RendererSetting
from exshare_core.testing.storage import StorageContract
from exshare_core.testing.tokens import TokenGeneratorContract
from exshare_core.testing.vault import VaultContract
from exshare_core.testing.visitor_tokens import (
    INTRANET,
    NEIGHBOUR,
    OTHER_SITE,
    PORTAL,
    SITE,
    VisitorTokensContract,
    VisitorTokenSystem,
)


class TestMemoryStorage(StorageContract):
    """The storage in memory."""

    def open(self) -> AbstractAsyncContextManager[Storage]:
        """A fresh one."""
        return nullcontext(MemoryStorage())

    @asynccontextmanager
    async def open_unreachable(self) -> AsyncIterator[Storage]:
        """One that has been switched off."""
        storage = MemoryStorage()
        storage.reachable = False
        yield storage


class TestMemoryPrinter(PdfPrinterContract):
    """The printer of words alone."""

    def open(self) -> AbstractAsyncContextManager[PrinterSetting]:
        """A fresh one."""
        return nullcontext(PrinterSetting(MemoryPrinter(), MemoryPrinter(most=0), printed_facts))


class TestFakeVault(VaultContract):
    """The vault of HMACs."""

    def open(self) -> AbstractAsyncContextManager[Vault]:
        """One with the usual key."""
        return nullcontext(FakeVault())

    def open_with_another_key(self) -> AbstractAsyncContextManager[Vault]:
        """One with another key."""
        return nullcontext(FakeVault(b"another key"))


class TestCheapHasher(PasswordHasherContract):
    """The cheap password hasher."""

    def open(self) -> AbstractAsyncContextManager[PasswordHasher]:
        """One with two rounds."""
        return nullcontext(CheapHasher())

    async def weaker_hash(self, password: str) -> str:
        """A hash with one round."""
        return await CheapHasher(rounds=1).hash(password)


class TestCountingAuthenticatorCodes(AuthenticatorCodesContract):
    """The codes over counted secrets."""

    def open(self) -> AbstractAsyncContextManager[AuthenticatorCodes]:
        """A fresh one."""
        return nullcontext(CountingAuthenticatorCodes())


class TestCollectingMailer(MailerContract):
    """The mailer that collects."""

    def open(self) -> AbstractAsyncContextManager[MailSystem]:
        """A fresh one."""
        return nullcontext(MemoryMailSystem())


class TestCollectingMailerChecked(CheckedContract):
    """The same as it tries its connection."""

    def open(self) -> AbstractAsyncContextManager[Checked]:
        """One that takes every message."""
        return nullcontext(CollectingMailer())

    @asynccontextmanager
    async def open_faulty(self) -> AsyncIterator[Checked]:
        """One that takes none."""
        mailer = CollectingMailer()
        mailer.failure = Busy("the mail system is busy")
        yield mailer


class TestMemoryIdentityProvider(IdentityProviderContract):
    """The identity provider in memory."""

    def open(self) -> AbstractAsyncContextManager[SignInSystem]:
        """A fresh one."""
        return nullcontext(MemorySignInSystem())


class TestMemoryIdentityProviderChecked(CheckedContract):
    """The same as it tries its connection."""

    def open(self) -> AbstractAsyncContextManager[Checked]:
        """One that answers."""
        return nullcontext(MemoryIdentityProvider())

    @asynccontextmanager
    async def open_faulty(self) -> AsyncIterator[Checked]:
        """One that is down."""
        provider = MemoryIdentityProvider()
        provider.failure = Busy("the provider does not answer")
        yield provider


class TestMemoryVisitorTokens(VisitorTokensContract):
    """The tokens that are names for what was signed."""

    def open(self) -> AbstractAsyncContextManager[VisitorTokenSystem]:
        """One with the hosts of the contract."""
        return nullcontext(MemoryVisitorTokens({SITE: (INTRANET, PORTAL), OTHER_SITE: (NEIGHBOUR,)}))


class TestFakeClock(ClockContract):
    """The clock that is set."""

    def open(self) -> AbstractAsyncContextManager[Clock]:
        """A fresh one."""
        return nullcontext(FakeClock())


class TestCountingTokens(TokenGeneratorContract):
    """The tokens that are counted."""

    cannot: ClassVar[Mapping[str, str]] = {"begin_anew": "it counts from the start, so that a test knows what comes"}

    def open(self) -> AbstractAsyncContextManager[TokenGenerator]:
        """A fresh one."""
        return nullcontext(CountingTokens())


class TestMemoryContent(ContentContract):
    """The site in memory."""

    def open(self) -> AbstractAsyncContextManager[PreparedSite]:
        """One as it was prepared."""
        return nullcontext(MemoryPreparedSite())


class TestMemoryTalk(DiscussionsContract, HistoriesContract):
    """What was said and what was before, in memory."""

    def open(self) -> AbstractAsyncContextManager[PreparedSite]:
        """A fresh site."""
        return nullcontext(MemoryPreparedSite())


class TestMemoryRenderer(BodyRendererContract):
    """The small renderer."""

    def open(self) -> AbstractAsyncContextManager[RendererSetting]:
        """A fresh one."""
        return nullcontext(MemoryRendererSetting())
