"""The ports: how the core meets the world. Each promise is one sentence with "must" that a test can hold against it.

Adapters implement these protocols and judge nothing. Storage returns dead links like living ones; expiry, passwords
and policy are the core's business. A write names one aggregate and carries its events and letters in one transaction:
all of it is stored, or nothing. Everything may raise `Busy` or `Broken`; foreign errors are translated once, at the
edge, keeping the cause. No method is optional.
"""

from __future__ import annotations

from exshare_core.ports.activity import (
    FIRST,
    LAST,
    ActivityChain,
    ActivityLog,
    ChainState,
    ClearMailbox,
    FailureLog,
    HeldInClear,
    Recorded,
    Sought,
    Spot,
    Tallied,
)
from exshare_core.ports.content import (
    NO_LISTS,
    NO_TITLES,
    AccessChecker,
    BodyRenderer,
    Content,
    Directory,
    FileSource,
    FileStream,
    PageFinder,
    PageSource,
    View,
)
from exshare_core.ports.discussing import Discussions, Histories
from exshare_core.ports.identity import IdentityProvider, VisitorTokens
from exshare_core.ports.machine import (
    AuthenticatorCodes,
    Checked,
    Clock,
    PasswordHasher,
    TokenGenerator,
    Vault,
)
from exshare_core.ports.mail import Mailer
from exshare_core.ports.migrating import Descent, Dropped, Migrated, Schema
from exshare_core.ports.people import AccountRepository, ApiKeyRepository, MemberRepository
from exshare_core.ports.presenting import BrandingRepository, StyleSheets
from exshare_core.ports.printing import Booklet, PdfPrinter, Sheet
from exshare_core.ports.records import Found, LinkRecord, PendingCode, PendingDeparture, StoredProof, Stretch, Swept
from exshare_core.ports.searching import Place, Search
from exshare_core.ports.storage import (
    CodeRepository,
    DepartureRepository,
    GuessCounter,
    LinkRepository,
    Outbox,
    PolicyRepository,
    Storage,
    UsedTokens,
)

__all__ = [
    "FIRST",
    "LAST",
    "NO_LISTS",
    "NO_TITLES",
    "AccessChecker",
    "AccountRepository",
    "ActivityChain",
    "ActivityLog",
    "ApiKeyRepository",
    "AuthenticatorCodes",
    "BodyRenderer",
    "Booklet",
    "BrandingRepository",
    "ChainState",
    "Checked",
    "ClearMailbox",
    "Clock",
    "CodeRepository",
    "Content",
    "DepartureRepository",
    "Descent",
    "Directory",
    "Discussions",
    "Dropped",
    "FailureLog",
    "FileSource",
    "FileStream",
    "Found",
    "GuessCounter",
    "HeldInClear",
    "Histories",
    "IdentityProvider",
    "LinkRecord",
    "LinkRepository",
    "Mailer",
    "MemberRepository",
    "Migrated",
    "Outbox",
    "PageFinder",
    "PageSource",
    "PasswordHasher",
    "PdfPrinter",
    "PendingCode",
    "PendingDeparture",
    "Place",
    "PolicyRepository",
    "Recorded",
    "Schema",
    "Search",
    "Sheet",
    "Sought",
    "Spot",
    "Storage",
    "StoredProof",
    "Stretch",
    "StyleSheets",
    "Swept",
    "Tallied",
    "TokenGenerator",
    "UsedTokens",
    "Vault",
    "View",
    "VisitorTokens",
]
