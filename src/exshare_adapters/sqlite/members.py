"""Local members and their sessions in SQLite."""

from __future__ import annotations

from collections.abc import Sequence

from exshare_adapters.columns import Params
from exshare_adapters.member_rows import (
    member_of,
    member_params,
    name_key,
    session_of,
    session_params,
    step_of,
    step_params,
)
from exshare_adapters.sqlite.along import put_along
from exshare_adapters.sqlite.connection import Statements
from exshare_adapters.sqlite.database import Database
from exshare_core.accounts import Member, MemberSession, SignInStep
from exshare_core.errors import Taken
from exshare_core.events import Event
from exshare_core.values import AccountId, MemberId, SiteId, Subject


class SqliteMembers:
    """The MemberRepository of one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, member: Member, events: Sequence[Event]) -> None:
        """See `MemberRepository.add`."""
        params = member_params(member)

        def work(db: Statements) -> None:
            _check_name(db, params)
            db.run("members.add", params)
            put_along(db, events)

        await self._database.write(work)

    async def get(self, member: MemberId) -> Member | None:
        """See `MemberRepository.get`."""
        row = await self._database.read(lambda db: db.one("members.get", id=member))
        return None if row is None else member_of(row)

    async def by_name(self, name: str, site: SiteId | None) -> Member | None:
        """See `MemberRepository.by_name`."""
        row = await self._database.read(lambda db: db.one("members.by_name", name_key=name_key(name), site=site))
        return None if row is None else member_of(row)

    async def by_subject(self, subject: Subject, site: SiteId) -> Member | None:
        """See `MemberRepository.by_subject`."""
        row = await self._database.read(
            lambda db: db.one("members.by_subject", issuer=subject.issuer, subject=subject.name, site=site)
        )
        return None if row is None else member_of(row)

    async def by_identity(self, identity: AccountId, site: SiteId) -> Member | None:
        """See `MemberRepository.by_identity`."""
        row = await self._database.read(lambda db: db.one("members.by_identity", identity=identity, site=site))
        return None if row is None else member_of(row)

    async def by_setup(self, digest: bytes) -> Member | None:
        """See `MemberRepository.by_setup`."""
        row = await self._database.read(lambda db: db.one("members.by_setup", digest=digest))
        return None if row is None else member_of(row)

    async def replace(self, member: Member, events: Sequence[Event]) -> None:
        """See `MemberRepository.replace`; raises Taken for a name in use, too."""
        params = member_params(member)

        def work(db: Statements) -> None:
            _check_name(db, params)
            if not db.run("members.replace", params):
                raise Taken("the member has changed meanwhile")
            put_along(db, events)

        await self._database.write(work)

    async def list(self, site: SiteId | None) -> tuple[Member, ...]:
        """See `MemberRepository.list`."""
        rows = await self._database.read(lambda db: db.all("members.list", site=site))
        return tuple(map(member_of, rows))

    async def open_session(self, session: MemberSession, events: Sequence[Event]) -> None:
        """See `MemberRepository.open_session`."""

        def work(db: Statements) -> None:
            db.run("members.open_session", session_params(session))
            put_along(db, events)

        await self._database.write(work)

    async def session(self, digest: bytes) -> MemberSession | None:
        """See `MemberRepository.session`."""
        row = await self._database.read(lambda db: db.one("members.session", digest=digest))
        return None if row is None else session_of(row)

    async def sessions(self, member: MemberId) -> tuple[MemberSession, ...]:
        """See `MemberRepository.sessions`."""
        rows = await self._database.read(lambda db: db.all("members.sessions", member=member))
        return tuple(map(session_of, rows))

    async def touch_session(self, session: MemberSession) -> None:
        """See `MemberRepository.touch_session`."""
        await self._database.run("members.touch_session", session_params(session))

    async def renew_session(self, former: bytes, session: MemberSession, events: Sequence[Event]) -> bool:
        """See `MemberRepository.renew_session`."""
        params = {**session_params(session), "former": former}

        def work(db: Statements) -> bool:
            if not db.run("members.renew_session", params):
                return False
            put_along(db, events)
            return True

        return await self._database.write(work)

    async def close_session(self, digest: bytes, events: Sequence[Event]) -> None:
        """See `MemberRepository.close_session`."""

        def work(db: Statements) -> None:
            db.run("members.close_session", {"digest": digest})
            put_along(db, events)

        await self._database.write(work)

    async def close_sessions(
        self, member: MemberId, events: Sequence[Event] = (), *, name: str | None = None, but: bytes | None = None
    ) -> int:
        """See `MemberRepository.close_sessions`."""

        def work(db: Statements) -> int:
            closed = db.run("members.close_sessions", {"member": member, "name": name, "but": but})
            if name is None:
                db.run("members.close_steps", {"member": member})
            put_along(db, events)
            return closed

        return await self._database.write(work)

    async def open_step(self, step: SignInStep) -> None:
        """See `MemberRepository.open_step`."""
        await self._database.run("members.open_step", step_params(step))

    async def step(self, digest: bytes) -> SignInStep | None:
        """See `MemberRepository.step`."""
        row = await self._database.read(lambda db: db.one("members.step", digest=digest))
        return None if row is None else step_of(row)

    async def close_step(self, digest: bytes) -> bool:
        """See `MemberRepository.close_step`."""
        return await self._database.run("members.close_step", {"digest": digest}) > 0

    async def close_steps(self, member: MemberId) -> None:
        """See `MemberRepository.close_steps`."""
        await self._database.run("members.close_steps", {"member": member})


def _check_name(db: Statements, params: Params) -> None:
    """INVARIANT: one name means one member on every site, so that nobody can sign in as somebody else."""
    if db.one("members.name_in_use", name_key=params["name_key"], id=params["id"], site=params["site"]):
        raise Taken("the name is in use already")
