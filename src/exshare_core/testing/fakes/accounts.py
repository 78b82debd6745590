"""External accounts and their sessions in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import evolve, frozen

from exshare_core.errors import Taken
from exshare_core.events import Event
from exshare_core.external_accounts import AccountSession, AccountStep, ExternalAccount, KeptShare
from exshare_core.letters import SealedLetter
from exshare_core.ports import StoredProof
from exshare_core.testing.fakes.state import State
from exshare_core.values import ExternalAccountId, LinkId, SiteId


@frozen
class MemoryAccounts:
    """An AccountRepository over a `State`."""

    state: State

    async def add(
        self, account: ExternalAccount, events: Sequence[Event], letters: Sequence[SealedLetter] = ()
    ) -> None:
        """Store a new account of a mailbox that has none."""
        key = account.site, account.id
        if key in self.state.accounts:
            raise Taken("the id of the account is in use")
        self._check_digest(account)
        with self.state.transaction():
            self.state.accounts[key] = account
            self.state.record(events, letters)

    async def get(self, site: SiteId, account: ExternalAccountId) -> ExternalAccount | None:
        """The account with this id."""
        return self.state.accounts.get((site, account))

    async def by_digest(self, site: SiteId, digest: bytes) -> ExternalAccount | None:
        """The account of this mailbox."""
        return next((one for one in self.state.accounts.values() if (one.site, one.digest) == (site, digest)), None)

    async def replace(
        self,
        account: ExternalAccount,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
        *,
        ends: bool = False,
    ) -> None:
        """Store a changed account."""
        key = account.site, account.id
        stored = self.state.accounts.get(key)
        if stored is None or stored.version != account.version - 1:
            raise Taken("the account has changed meanwhile")
        self._check_digest(account)
        with self.state.transaction():
            self.state.accounts[key] = account
            if ends:
                self._close(account.site, account.id, lambda _: True)
            self.state.record(events, letters)

    async def delete(
        self,
        site: SiteId,
        account: ExternalAccountId,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
    ) -> None:
        """Forget an account and everything of it."""
        if (site, account) not in self.state.accounts:
            return
        with self.state.transaction():
            del self.state.accounts[site, account]
            self.state.forget_account(site, account)
            self._close(site, account, lambda _: True)
            shares = self.state.shares
            self.state.shares = {key: one for key, one in shares.items() if key[:2] != (site, account)}
            self.state.record(events, letters)

    async def list(self, site: SiteId) -> tuple[ExternalAccount, ...]:
        """The accounts of a site, the oldest first."""
        found = [one for one in self.state.accounts.values() if one.site == site]
        return tuple(sorted(found, key=lambda one: (one.created_at, one.id)))

    async def open_session(self, session: AccountSession, events: Sequence[Event], renews: bytes | None = None) -> None:
        """Store who is signed in in a browser."""
        with self.state.transaction():
            self.state.renew(renews, session.session)
            self.state.account_sessions[session.site, session.session] = session
            self.state.account_steps.pop((session.site, session.session), None)
            self.state.record(events)

    async def session(self, site: SiteId, session: bytes) -> AccountSession | None:
        """Who is signed in in this browser."""
        return self.state.account_sessions.get((site, session))

    async def sessions(self, site: SiteId, account: ExternalAccountId) -> tuple[AccountSession, ...]:
        """The sessions of an account, the one used last first."""
        found = [one for one in self.state.account_sessions.values() if (one.site, one.account) == (site, account)]
        return tuple(sorted(found, key=lambda one: (one.seen_at, one.began_at), reverse=True))

    async def touch_session(self, session: AccountSession) -> None:
        """Move a session forward."""
        key = session.site, session.session
        stored = self.state.account_sessions.get(key)
        if stored is not None and stored.seen_at < session.seen_at:
            moved = evolve(stored, seen_at=session.seen_at, network=session.network)
            self.state.account_sessions[key] = moved

    async def close_session(self, site: SiteId, session: bytes, events: Sequence[Event]) -> None:
        """Sign a browser out."""
        with self.state.transaction():
            closed = self.state.account_sessions.pop((site, session), None)
            if closed is not None:
                self._forget_proofs(site, closed.account, lambda browser: browser == session)
            self.state.record(events)

    async def close_sessions(
        self,
        site: SiteId,
        account: ExternalAccountId,
        events: Sequence[Event],
        *,
        name: str | None = None,
        but: bytes | None = None,
    ) -> None:
        """Sign browsers of an account out."""
        with self.state.transaction():
            if name is None:
                self._close(site, account, lambda browser: browser != but)
            else:
                named = {one.session for one in self.state.account_sessions.values() if one.name == name} - {but}
                self._close_sessions(site, account, lambda browser: browser in named)
            self.state.record(events)

    async def open_step(self, step: AccountStep) -> None:
        """Store a step."""
        self.state.account_steps[step.site, step.session] = step

    async def step(self, site: SiteId, session: bytes) -> AccountStep | None:
        """The step of this browser."""
        return self.state.account_steps.get((site, session))

    async def close_step(self, site: SiteId, session: bytes) -> bool:
        """Forget a step."""
        return self.state.account_steps.pop((site, session), None) is not None

    async def proofs(self, site: SiteId, account: ExternalAccountId) -> tuple[StoredProof, ...]:
        """What an account proved."""
        return tuple(one for one in self.state.proofs.values() if (one.site, one.account) == (site, account))

    async def keep_share(self, share: KeptShare) -> None:
        """Store a share."""
        self.state.shares[share.site, share.account, share.link] = share

    async def shares(self, site: SiteId, account: ExternalAccountId, limit: int) -> tuple[KeptShare, ...]:
        """The shares of an account, the latest first."""
        found = [one for key, one in self.state.shares.items() if key[:2] == (site, account)]
        return tuple(sorted(found, key=lambda one: (one.opened_at, one.link), reverse=True)[:limit])

    async def forget_share(self, site: SiteId, account: ExternalAccountId, link: LinkId) -> None:
        """Forget a share."""
        self.state.shares.pop((site, account, link), None)

    def _check_digest(self, account: ExternalAccount) -> None:
        for other in self.state.accounts.values():
            if (other.site, other.digest) == (account.site, account.digest) and other.id != account.id:
                raise Taken("the mailbox has an account")

    def _close(self, site: SiteId, account: ExternalAccountId, closes: Callable[[bytes], bool]) -> None:
        """Forget the sessions of some browsers, what the account proved in them, and all of its steps."""
        self._close_sessions(site, account, closes)
        steps = self.state.account_steps
        self.state.account_steps = {
            key: one for key, one in steps.items() if (one.site, one.account) != (site, account)
        }

    def _close_sessions(self, site: SiteId, account: ExternalAccountId, closes: Callable[[bytes], bool]) -> None:
        sessions = self.state.account_sessions
        self.state.account_sessions = {
            key: one
            for key, one in sessions.items()
            if (one.site, one.account) != (site, account) or not closes(one.session)
        }
        self._forget_proofs(site, account, closes)

    def _forget_proofs(self, site: SiteId, account: ExternalAccountId, of: Callable[[bytes], bool]) -> None:
        proofs = self.state.proofs
        self.state.proofs = {
            key: one for key, one in proofs.items() if (one.site, one.account) != (site, account) or not of(one.session)
        }
