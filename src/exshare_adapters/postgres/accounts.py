"""External accounts and their sessions in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from exshare_adapters.account_rows import (
    account_of,
    account_params,
    account_session_of,
    account_session_params,
    account_step_of,
    account_step_params,
    share_of,
    share_params,
)
from exshare_adapters.columns import Params
from exshare_adapters.postgres.along import put_along
from exshare_adapters.postgres.connection import Statements
from exshare_adapters.postgres.database import Database
from exshare_adapters.postgres.renewal import renew
from exshare_adapters.rows import proof_of
from exshare_core.errors import Taken
from exshare_core.events import Event
from exshare_core.external_accounts import AccountSession, AccountStep, ExternalAccount, KeptShare
from exshare_core.letters import SealedLetter
from exshare_core.ports import StoredProof
from exshare_core.values import ExternalAccountId, LinkId, SiteId


class PostgresAccounts:
    """The AccountRepository of one PostgreSQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, account: ExternalAccount, events: Sequence[Event], letters: Sequence[SealedLetter] = ()
    ) -> None:
        """See `AccountRepository.add`; the unique index on the digest raises Taken."""

        async def work(db: Statements) -> None:
            await db.run("accounts.add", account_params(account))
            await put_along(db, events, letters)

        await self._database.write(work)

    async def get(self, site: SiteId, account: ExternalAccountId) -> ExternalAccount | None:
        """See `AccountRepository.get`."""
        row = await self._database.read(lambda db: db.one("accounts.get", site=site, id=account))
        return None if row is None else account_of(row)

    async def by_digest(self, site: SiteId, digest: bytes) -> ExternalAccount | None:
        """See `AccountRepository.by_digest`."""
        row = await self._database.read(lambda db: db.one("accounts.by_digest", site=site, digest=digest))
        return None if row is None else account_of(row)

    async def replace(
        self,
        account: ExternalAccount,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
        *,
        ends: bool = False,
    ) -> None:
        """See `AccountRepository.replace`."""

        async def work(db: Statements) -> None:
            if not await db.run("accounts.replace", account_params(account)):
                raise Taken("the account has changed meanwhile")
            if ends:
                await _close(db, account.site, account.id)
            await put_along(db, events, letters)

        await self._database.write(work)

    async def delete(
        self,
        site: SiteId,
        account: ExternalAccountId,
        events: Sequence[Event],
        letters: Sequence[SealedLetter] = (),
    ) -> None:
        """See `AccountRepository.delete`."""
        params: Params = {"site": site, "account": account}

        async def work(db: Statements) -> None:
            if not await db.run("accounts.delete", params):
                return
            await _close(db, site, account)
            await db.run("accounts.delete_shares", params)
            await db.run("accounts.forget_personal", params)
            await put_along(db, events, letters)

        await self._database.write(work)

    async def list(self, site: SiteId) -> tuple[ExternalAccount, ...]:
        """See `AccountRepository.list`."""
        rows = await self._database.read(lambda db: db.all("accounts.list", site=site))
        return tuple(map(account_of, rows))

    async def open_session(self, session: AccountSession, events: Sequence[Event], renews: bytes | None = None) -> None:
        """See `AccountRepository.open_session`."""
        place: Params = {"site": session.site, "session": session.session}

        async def work(db: Statements) -> None:
            await renew(db, renews, session.session)
            await db.run("accounts.open_session", account_session_params(session))
            await db.run("accounts.close_step", place)
            await put_along(db, events)

        await self._database.write(work)

    async def session(self, site: SiteId, session: bytes) -> AccountSession | None:
        """See `AccountRepository.session`."""
        row = await self._database.read(lambda db: db.one("accounts.session", site=site, session=session))
        return None if row is None else account_session_of(row)

    async def sessions(self, site: SiteId, account: ExternalAccountId) -> tuple[AccountSession, ...]:
        """See `AccountRepository.sessions`."""
        rows = await self._database.read(lambda db: db.all("accounts.sessions", site=site, account=account))
        return tuple(map(account_session_of, rows))

    async def touch_session(self, session: AccountSession) -> None:
        """See `AccountRepository.touch_session`."""
        await self._database.run("accounts.touch_session", account_session_params(session))

    async def close_session(self, site: SiteId, session: bytes, events: Sequence[Event]) -> None:
        """See `AccountRepository.close_session`."""
        place: Params = {"site": site, "session": session}

        async def work(db: Statements) -> None:
            await db.run("accounts.forget_proofs_of_session", place)
            await db.run("accounts.close_session", place)
            await put_along(db, events)

        await self._database.write(work)

    async def close_sessions(
        self,
        site: SiteId,
        account: ExternalAccountId,
        events: Sequence[Event],
        *,
        name: str | None = None,
        but: bytes | None = None,
    ) -> None:
        """See `AccountRepository.close_sessions`."""

        async def work(db: Statements) -> None:
            await _close(db, site, account, name, but)
            await put_along(db, events)

        await self._database.write(work)

    async def open_step(self, step: AccountStep) -> None:
        """See `AccountRepository.open_step`."""
        await self._database.run("accounts.open_step", account_step_params(step))

    async def step(self, site: SiteId, session: bytes) -> AccountStep | None:
        """See `AccountRepository.step`."""
        row = await self._database.read(lambda db: db.one("accounts.step", site=site, session=session))
        return None if row is None else account_step_of(row)

    async def close_step(self, site: SiteId, session: bytes) -> bool:
        """See `AccountRepository.close_step`."""
        return await self._database.run("accounts.close_step", {"site": site, "session": session}) > 0

    async def proofs(self, site: SiteId, account: ExternalAccountId) -> tuple[StoredProof, ...]:
        """See `AccountRepository.proofs`."""
        rows = await self._database.read(lambda db: db.all("accounts.proofs", site=site, account=account))
        return tuple(map(proof_of, rows))

    async def keep_share(self, share: KeptShare) -> None:
        """See `AccountRepository.keep_share`."""
        await self._database.run("accounts.keep_share", share_params(share))

    async def shares(self, site: SiteId, account: ExternalAccountId, limit: int) -> tuple[KeptShare, ...]:
        """See `AccountRepository.shares`."""
        rows = await self._database.read(lambda db: db.all("accounts.shares", site=site, account=account, limit=limit))
        return tuple(map(share_of, rows))

    async def forget_share(self, site: SiteId, account: ExternalAccountId, link: LinkId) -> None:
        """See `AccountRepository.forget_share`."""
        await self._database.run("accounts.forget_share", {"site": site, "account": account, "link": link})


async def _close(
    db: Statements, site: SiteId, account: ExternalAccountId, name: str | None = None, but: bytes | None = None
) -> None:
    """Forget sessions of an account with what it proved in them, and its steps unless one session is named."""
    params: Params = {"site": site, "account": account, "name": name, "but": but}
    await db.run("accounts.forget_proofs", params)
    await db.run("accounts.close_sessions", params)
    if name is None:
        await db.run("accounts.close_steps", {"site": site, "account": account})
