"""A whole storage in memory: for use cases under test, and for nothing that must outlive the process."""

from __future__ import annotations

from datetime import datetime

from exshare_core.attempts import PROOF_LIFE
from exshare_core.errors import Busy
from exshare_core.external_accounts import SHARE_LIFE
from exshare_core.guessing import FORGOTTEN_AFTER
from exshare_core.ports import (
    AccountRepository,
    ActivityChain,
    ActivityLog,
    ApiKeyRepository,
    BrandingRepository,
    CodeRepository,
    DepartureRepository,
    FailureLog,
    GuessCounter,
    LinkRepository,
    MemberRepository,
    Outbox,
    PolicyRepository,
    UsedTokens,
)
from exshare_core.testing.fakes.accounts import MemoryAccounts
from exshare_core.testing.fakes.activity import MemoryActivity, MemoryChain, MemoryFailures
from exshare_core.testing.fakes.api_keys import MemoryApiKeys
from exshare_core.testing.fakes.brandings import MemoryBrandings
from exshare_core.testing.fakes.codes import MemoryCodes
from exshare_core.testing.fakes.departures import MemoryDepartures
from exshare_core.testing.fakes.links import MemoryLinks
from exshare_core.testing.fakes.members import MemoryMembers
from exshare_core.testing.fakes.policies import MemoryPolicies
from exshare_core.testing.fakes.queues import MemoryGuesses, MemoryOutbox
from exshare_core.testing.fakes.state import State
from exshare_core.testing.fakes.used_tokens import MemoryUsedTokens


class MemoryStorage:
    """A Storage that keeps everything in dicts.
    `reachable` False makes `ping` fail as a lost database does.
    """

    def __init__(self) -> None:
        self.state = State()
        self.reachable = True
        self.links: LinkRepository = MemoryLinks(self.state)
        self.codes: CodeRepository = MemoryCodes(self.state)
        self.departures: DepartureRepository = MemoryDepartures(self.state)
        self.used_tokens: UsedTokens = MemoryUsedTokens(self.state)
        self.policies: PolicyRepository = MemoryPolicies(self.state)
        self.brandings: BrandingRepository = MemoryBrandings(self.state)
        self.members: MemberRepository = MemoryMembers(self.state)
        self.accounts: AccountRepository = MemoryAccounts(self.state)
        self.api_keys: ApiKeyRepository = MemoryApiKeys(self.state)
        self.activity: ActivityLog = MemoryActivity(self.state)
        self.chain: ActivityChain = MemoryChain(self.state)
        self.failures: FailureLog = MemoryFailures(self.state)
        self.outbox: Outbox = MemoryOutbox(self.state)
        self.guesses: GuessCounter = MemoryGuesses(self.state)

    async def ping(self) -> None:
        """Return while the storage is reachable, else raise Busy."""
        if not self.reachable:
            raise Busy("the storage does not answer")

    async def prune(self, now: datetime) -> None:
        """Forget what can no longer count for anything at `now`."""
        state = self.state
        state.visits = {key: visit for key, visit in state.visits.items() if visit.lives(now)}
        state.proofs = {key: proof for key, proof in state.proofs.items() if now < proof.proved_at + PROOF_LIFE}
        state.codes = {key: code for key, code in state.codes.items() if now < code.expires_at}
        state.departures = {key: one for key, one in state.departures.items() if now < one.expires_at}
        state.used_tokens = {key: until for key, until in state.used_tokens.items() if now < until}
        state.sessions = {key: session for key, session in state.sessions.items() if session.lives(now)}
        state.steps = {key: step for key, step in state.steps.items() if step.lives(now, enrols=True)}
        state.account_sessions = {key: one for key, one in state.account_sessions.items() if one.lives(now)}
        state.account_steps = {key: one for key, one in state.account_steps.items() if one.lives(now)}
        state.shares = {key: one for key, one in state.shares.items() if now < one.opened_at + SHARE_LIFE}
        state.requests = {key: kept for key, kept in state.requests.items() if now < kept[1]}
        state.tallies = {
            key: tally
            for key, tally in state.tallies.items()
            if tally.last_at is not None and now - tally.last_at < FORGOTTEN_AFTER
        }
