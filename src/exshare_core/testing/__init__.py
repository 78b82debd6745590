"""The public contract kit: what every adapter must keep, as tests to subclass, with fakes that keep it.

Needs pytest and Hypothesis. An author subclasses the contract of a port and writes one factory, `open`.
Names of contracts and of their tests are public: they are neither renamed nor moved lightly.
"""

import pytest

MODULES = [
    "account_sessions",
    "accounts",
    "activity",
    "api_keys",
    "authenticator",
    "brandings",
    "chain",
    "changing",
    "checking",
    "clocks",
    "codes",
    "colleagues",
    "content",
    "contract",
    "departures",
    "directory",
    "discussing",
    "files",
    "guesses",
    "guests",
    "identities",
    "keeping",
    "kept_shares",
    "links",
    "listing",
    "machine",
    "mailer",
    "member_sessions",
    "members",
    "outbox",
    "pages",
    "passwords",
    "policies",
    "renderer",
    "storage",
    "sweeping",
    "tokens",
    "used_tokens",
    "vault",
    "visitor_tokens",
    "visits",
]

pytest.register_assert_rewrite(*(f"{__name__}.{module}" for module in MODULES))

from exshare_core.testing.accounts import AccountRepositoryContract
from exshare_core.testing.activity import ActivityLogContract
from exshare_core.testing.api_keys import ApiKeyRepositoryContract
from exshare_core.testing.authenticator import AuthenticatorApp, AuthenticatorCodesContract
from exshare_core.testing.brandings import BrandingRepositoryContract, StyleSheetsContract
from exshare_core.testing.chain import ActivityChainContract, FailureLogContract
from exshare_core.testing.checking import CheckedContract
from exshare_core.testing.clocks import ClockContract
from exshare_core.testing.codes import CodeRepositoryContract
from exshare_core.testing.content import AccessCheckerContract, ContentContract
from exshare_core.testing.contract import Contract, law, promise
from exshare_core.testing.departures import DepartureRepositoryContract
from exshare_core.testing.directory import DirectoryContract
from exshare_core.testing.discussing import DiscussionsContract, HistoriesContract
from exshare_core.testing.fakes.authenticator import CountingAuthenticatorCodes
from exshare_core.testing.fakes.content import MemoryPage, MemorySite
from exshare_core.testing.fakes.identities import MemoryIdentityProvider
from exshare_core.testing.fakes.mailer import CollectingMailer
from exshare_core.testing.fakes.passwords import CheapHasher
from exshare_core.testing.fakes.printing import MemoryPrinter
from exshare_core.testing.fakes.storage import MemoryStorage
from exshare_core.testing.fakes.system import CountingTokens, FakeClock
from exshare_core.testing.fakes.vault import FakeVault
from exshare_core.testing.fakes.visitor_tokens import MemoryVisitorTokens
from exshare_core.testing.files import FileSourceContract
from exshare_core.testing.guesses import GuessCounterContract
from exshare_core.testing.identities import IdentityProviderContract, Person, SignInSystem
from exshare_core.testing.links import LinkRepositoryContract
from exshare_core.testing.mailer import MailerContract, MailSystem, ReceivedMail
from exshare_core.testing.members import MemberRepositoryContract
from exshare_core.testing.outbox import OutboxContract
from exshare_core.testing.pages import PageFinderContract, PageSourceContract
from exshare_core.testing.passwords import PasswordHasherContract
from exshare_core.testing.policies import PolicyRepositoryContract
from exshare_core.testing.prepared import Preparation, PreparedSite
from exshare_core.testing.printing import PdfPrinterContract, PrintedFacts, PrinterSetting
from exshare_core.testing.renderer import BodyRendererContract, RendererSetting
from exshare_core.testing.searching import SearchContract
from exshare_core.testing.storage import StorageContract
from exshare_core.testing.tokens import TokenGeneratorContract
from exshare_core.testing.used_tokens import UsedTokensContract
from exshare_core.testing.vault import VaultContract
from exshare_core.testing.visitor_tokens import VisitorTokensContract, VisitorTokenSystem

__all__ = [
    "AccessCheckerContract",
    "AccountRepositoryContract",
    "ActivityChainContract",
    "ActivityLogContract",
    "ApiKeyRepositoryContract",
    "AuthenticatorApp",
    "AuthenticatorCodesContract",
    "BodyRendererContract",
    "BrandingRepositoryContract",
    "CheapHasher",
    "CheckedContract",
    "ClockContract",
    "CodeRepositoryContract",
    "CollectingMailer",
    "ContentContract",
    "Contract",
    "CountingAuthenticatorCodes",
    "CountingTokens",
    "DepartureRepositoryContract",
    "DirectoryContract",
    "DiscussionsContract",
    "FailureLogContract",
    "FakeClock",
    "FakeVault",
    "FileSourceContract",
    "GuessCounterContract",
    "HistoriesContract",
    "IdentityProviderContract",
    "LinkRepositoryContract",
    "MailSystem",
    "MailerContract",
    "MemberRepositoryContract",
    "MemoryIdentityProvider",
    "MemoryPage",
    "MemoryPrinter",
    "MemorySite",
    "MemoryStorage",
    "MemoryVisitorTokens",
    "OutboxContract",
    "PageFinderContract",
    "PageSourceContract",
    "PasswordHasherContract",
    "PdfPrinterContract",
    "Person",
    "PolicyRepositoryContract",
    "Preparation",
    "PreparedSite",
    "PrintedFacts",
    "PrinterSetting",
    "ReceivedMail",
    "RendererSetting",
    "SearchContract",
    "SignInSystem",
    "StorageContract",
    "StyleSheetsContract",
    "TokenGeneratorContract",
    "UsedTokensContract",
    "VaultContract",
    "VisitorTokenSystem",
    "VisitorTokensContract",
    "law",
    "promise",
]
