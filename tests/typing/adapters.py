"""Every adapter and every fake stands for its port: read by the type checker, run by nobody."""

from __future__ import annotations

from exshare_adapters.argon2_passwords import Argon2Hasher
from exshare_adapters.authlib_identity.provider import OidcProvider
from exshare_adapters.confluence.body import ConfluenceRenderer
from exshare_adapters.confluence.cloud_access import CloudAccess
from exshare_adapters.confluence.cloud_discussions import CloudDiscussions
from exshare_adapters.confluence.cloud_files import CloudFiles
from exshare_adapters.confluence.cloud_finder import CloudFinder
from exshare_adapters.confluence.cloud_histories import CloudHistories
from exshare_adapters.confluence.cloud_pages import CloudPages
from exshare_adapters.confluence.datacenter_access import DataCenterAccess
from exshare_adapters.confluence.datacenter_discussions import DataCenterDiscussions
from exshare_adapters.confluence.datacenter_files import DataCenterFiles
from exshare_adapters.confluence.datacenter_finder import DataCenterFinder
from exshare_adapters.confluence.datacenter_histories import DataCenterHistories
from exshare_adapters.confluence.datacenter_pages import DataCenterPages
from exshare_adapters.confluence.directory import ConfluenceDirectory
from exshare_adapters.confluence.files import Flow
from exshare_adapters.confluence.searching import ConfluenceSearch
from exshare_adapters.file_mail import FileMailer
from exshare_adapters.joserfc_visitors.tokens import JoserfcVisitorTokens
from exshare_adapters.mailgun_mail.mailer import MailgunMailer
from exshare_adapters.postgres.accounts import PostgresAccounts
from exshare_adapters.postgres.activity import PostgresActivity
from exshare_adapters.postgres.chain import PostgresChain
from exshare_adapters.postgres.codes import PostgresCodes
from exshare_adapters.postgres.departures import PostgresDepartures
from exshare_adapters.postgres.failures import PostgresFailures
from exshare_adapters.postgres.guesses import PostgresGuesses
from exshare_adapters.postgres.links import PostgresLinks
from exshare_adapters.postgres.members import PostgresMembers
from exshare_adapters.postgres.outbox import PostgresOutbox
from exshare_adapters.postgres.policies import PostgresPolicies
from exshare_adapters.postgres.storage import PostgresStorage
from exshare_adapters.postgres.used_tokens import PostgresUsedTokens
from exshare_adapters.smtp_mail.mailer import SmtpMailer
from exshare_adapters.sqlite.accounts import SqliteAccounts
from exshare_adapters.sqlite.activity import SqliteActivity
from exshare_adapters.sqlite.chain import SqliteChain
from exshare_adapters.sqlite.codes import SqliteCodes
from exshare_adapters.sqlite.departures import SqliteDepartures
from exshare_adapters.sqlite.failures import SqliteFailures
from exshare_adapters.sqlite.guesses import SqliteGuesses
from exshare_adapters.sqlite.links import SqliteLinks
from exshare_adapters.sqlite.members import SqliteMembers
from exshare_adapters.sqlite.outbox import SqliteOutbox
from exshare_adapters.sqlite.policies import SqlitePolicies
from exshare_adapters.sqlite.storage import SqliteStorage
from exshare_adapters.sqlite.used_tokens import SqliteUsedTokens
from exshare_adapters.system import SystemClock, SystemTokens
from exshare_adapters.totp import Totp
from exshare_adapters.typst_pdf import TypstPrinter
from exshare_adapters.vault import AesGcmVault
from exshare_core.ports import (
    AccessChecker,
    AccountRepository,
    ActivityChain,
    ActivityLog,
    AuthenticatorCodes,
    BodyRenderer,
    Checked,
    Clock,
    CodeRepository,
    DepartureRepository,
    Directory,
    Discussions,
    FailureLog,
    FileSource,
    FileStream,
    GuessCounter,
    Histories,
    IdentityProvider,
    LinkRepository,
    Mailer,
    MemberRepository,
    Migrated,
    Outbox,
    PageFinder,
    PageSource,
    PasswordHasher,
    PdfPrinter,
    PolicyRepository,
    Search,
    Storage,
    TokenGenerator,
    UsedTokens,
    Vault,
    VisitorTokens,
)
from exshare_core.testing.fakes.accounts import MemoryAccounts
from exshare_core.testing.fakes.activity import MemoryActivity, MemoryChain, MemoryFailures
from exshare_core.testing.fakes.authenticator import CountingAuthenticatorCodes
from exshare_core.testing.fakes.codes import MemoryCodes
from exshare_core.testing.fakes.content import (
    MemoryAccess,
    MemoryDirectory,
    MemoryFiles,
    MemoryFinder,
    MemoryPages,
    MemorySearch,
    MemoryStream,
)
from exshare_core.testing.fakes.departures import MemoryDepartures
from exshare_core.testing.fakes.discussing import MemoryDiscussions, MemoryHistories
from exshare_core.testing.fakes.identities import MemoryIdentityProvider, MemorySignInSystem
from exshare_core.testing.fakes.links import MemoryLinks
from exshare_core.testing.fakes.mailer import CollectingMailer, MemoryMailSystem
from exshare_core.testing.fakes.members import MemoryMembers
from exshare_core.testing.fakes.passwords import CheapHasher
from exshare_core.testing.fakes.policies import MemoryPolicies
from exshare_core.testing.fakes.prepared import MemoryPreparedSite, MemoryRendererSetting
from exshare_core.testing.fakes.printing import MemoryPrinter
from exshare_core.testing.fakes.queues import MemoryGuesses, MemoryOutbox
from exshare_core.testing.fakes.rendering import MemoryRenderer
from exshare_core.testing.fakes.storage import MemoryStorage
from exshare_core.testing.fakes.system import CountingTokens, FakeClock
from exshare_core.testing.fakes.used_tokens import MemoryUsedTokens
from exshare_core.testing.fakes.vault import FakeVault
from exshare_core.testing.fakes.visitor_tokens import MemoryVisitorTokens
from exshare_core.testing.identities import SignInSystem
from exshare_core.testing.mailer import MailSystem
from exshare_core.testing.prepared import PreparedSite
from exshare_core.testing.renderer import RendererSetting
from exshare_core.testing.visitor_tokens import VisitorTokenSystem
from exshare_core.visiting.introducing import NoHosts

# --- of the deployment -----------------------------------------------------------------------------------------------

CLOCKS: tuple[type[Clock], ...] = (SystemClock, FakeClock)
TOKENS: tuple[type[TokenGenerator], ...] = (SystemTokens, CountingTokens)
HASHERS: tuple[type[PasswordHasher], ...] = (Argon2Hasher, CheapHasher)
AUTHENTICATORS: tuple[type[AuthenticatorCodes], ...] = (Totp, CountingAuthenticatorCodes)
PRINTERS: tuple[type[PdfPrinter], ...] = (TypstPrinter, MemoryPrinter)
VAULTS: tuple[type[Vault], ...] = (AesGcmVault, FakeVault)
MAILERS: tuple[type[Mailer], ...] = (SmtpMailer, MailgunMailer, FileMailer, CollectingMailer)
PROVIDERS: tuple[type[IdentityProvider], ...] = (OidcProvider, MemoryIdentityProvider)
VISITOR_TOKENS: tuple[type[VisitorTokens], ...] = (JoserfcVisitorTokens, MemoryVisitorTokens, NoHosts)
CHECKED: tuple[type[Checked], ...] = (
    SmtpMailer, MailgunMailer, FileMailer, CollectingMailer, CloudAccess, DataCenterAccess, MemoryAccess
)  # fmt: skip

# --- of storage ------------------------------------------------------------------------------------------------------

STORAGES: tuple[type[Storage], ...] = (SqliteStorage, PostgresStorage, MemoryStorage)
MIGRATED: tuple[type[Migrated], ...] = (SqliteStorage, PostgresStorage)
LINKS: tuple[type[LinkRepository], ...] = (SqliteLinks, PostgresLinks, MemoryLinks)
CODES: tuple[type[CodeRepository], ...] = (SqliteCodes, PostgresCodes, MemoryCodes)
DEPARTURES: tuple[type[DepartureRepository], ...] = (SqliteDepartures, PostgresDepartures, MemoryDepartures)
USED_TOKENS: tuple[type[UsedTokens], ...] = (SqliteUsedTokens, PostgresUsedTokens, MemoryUsedTokens)
POLICIES: tuple[type[PolicyRepository], ...] = (SqlitePolicies, PostgresPolicies, MemoryPolicies)
ACCOUNTS: tuple[type[AccountRepository], ...] = (SqliteAccounts, PostgresAccounts, MemoryAccounts)
MEMBERS: tuple[type[MemberRepository], ...] = (SqliteMembers, PostgresMembers, MemoryMembers)
ACTIVITIES: tuple[type[ActivityLog], ...] = (SqliteActivity, PostgresActivity, MemoryActivity)
CHAINS: tuple[type[ActivityChain], ...] = (SqliteChain, PostgresChain, MemoryChain)
FAILURES: tuple[type[FailureLog], ...] = (SqliteFailures, PostgresFailures, MemoryFailures)
OUTBOXES: tuple[type[Outbox], ...] = (SqliteOutbox, PostgresOutbox, MemoryOutbox)
COUNTERS: tuple[type[GuessCounter], ...] = (SqliteGuesses, PostgresGuesses, MemoryGuesses)

# --- of content ------------------------------------------------------------------------------------------------------

PAGES: tuple[type[PageSource], ...] = (CloudPages, DataCenterPages, MemoryPages)
DISCUSSIONS: tuple[type[Discussions], ...] = (CloudDiscussions, DataCenterDiscussions, MemoryDiscussions)
HISTORIES: tuple[type[Histories], ...] = (CloudHistories, DataCenterHistories, MemoryHistories)
FINDERS: tuple[type[PageFinder], ...] = (CloudFinder, DataCenterFinder, MemoryFinder)
SEARCHES: tuple[type[Search], ...] = (ConfluenceSearch, MemorySearch)
FILES: tuple[type[FileSource], ...] = (CloudFiles, DataCenterFiles, MemoryFiles)
STREAMS: tuple[type[FileStream], ...] = (Flow, MemoryStream)
CHECKERS: tuple[type[AccessChecker], ...] = (CloudAccess, DataCenterAccess, MemoryAccess)
DIRECTORIES: tuple[type[Directory], ...] = (ConfluenceDirectory, MemoryDirectory)
RENDERERS: tuple[type[BodyRenderer], ...] = (ConfluenceRenderer, MemoryRenderer)

# --- of the contract kit ---------------------------------------------------------------------------------------------

SIGN_IN_SYSTEMS: tuple[type[SignInSystem], ...] = (MemorySignInSystem,)
TOKEN_SYSTEMS: tuple[type[VisitorTokenSystem], ...] = (MemoryVisitorTokens,)
MAIL_SYSTEMS: tuple[type[MailSystem], ...] = (MemoryMailSystem,)
PREPARED: tuple[type[PreparedSite], ...] = (MemoryPreparedSite,)
SETTINGS: tuple[type[RendererSetting], ...] = (MemoryRendererSetting,)
