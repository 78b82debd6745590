"""Members and their sessions in memory."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from exshare_core.accounts import Member, MemberSession, SignInStep
from exshare_core.errors import Taken
from exshare_core.events import Event
from exshare_core.testing.fakes.state import State
from exshare_core.values import AccountId, MemberId, SiteId, Subject


@frozen
class MemoryMembers:
    """A MemberRepository over a `State`."""

    state: State

    async def add(self, member: Member, events: Sequence[Event]) -> None:
        """Store a new member under a free name."""
        if member.id in self.state.members:
            raise Taken("the id of the member is in use")
        self._check_name(member)
        with self.state.transaction():
            self.state.members[member.id] = member
            self.state.record(events)

    async def get(self, member: MemberId) -> Member | None:
        """The member with this id."""
        return self.state.members.get(member)

    async def by_name(self, name: str, site: SiteId | None) -> Member | None:
        """The member with this name on this site or on all."""
        for member in self.state.members.values():
            if member.site in (None, site) and member.name.casefold() == name.casefold():
                return member
        return None

    async def by_subject(self, subject: Subject, site: SiteId) -> Member | None:
        """The member with this subject on this site, else on all."""
        found = [one for one in self.state.members.values() if one.subject == subject and one.site in (None, site)]
        return min(found, key=lambda one: one.site is None, default=None)

    async def by_identity(self, identity: AccountId, site: SiteId) -> Member | None:
        """The first member of this site with this identity and no subject."""
        every = self.state.members.values()
        found = [one for one in every if one.identity == identity and one.site == site and one.subject is None]
        return min(found, key=lambda one: (one.created_at is None, str(one.created_at), one.id), default=None)

    async def by_setup(self, digest: bytes) -> Member | None:
        """The member with this set-up token."""
        return next((one for one in self.state.members.values() if one.setup_digest == digest), None)

    async def replace(self, member: Member, events: Sequence[Event]) -> None:
        """Store a changed member."""
        stored = self.state.members.get(member.id)
        if stored is None or stored.version != member.version - 1:
            raise Taken("the member has changed meanwhile")
        self._check_name(member)
        with self.state.transaction():
            self.state.members[member.id] = member
            self.state.record(events)

    async def list(self, site: SiteId | None) -> tuple[Member, ...]:
        """Members by name."""
        members = [one for one in self.state.members.values() if site is None or one.site in (None, site)]
        return tuple(sorted(members, key=lambda member: member.name.casefold()))

    async def open_session(self, session: MemberSession, events: Sequence[Event]) -> None:
        """Store a session."""
        with self.state.transaction():
            self.state.sessions[session.digest] = session
            self.state.record(events)

    async def session(self, digest: bytes) -> MemberSession | None:
        """The session with this digest."""
        return self.state.sessions.get(digest)

    async def sessions(self, member: MemberId) -> tuple[MemberSession, ...]:
        """The member's sessions, the one used last first."""
        found = [one for one in self.state.sessions.values() if one.member == member]
        return tuple(sorted(found, key=lambda one: (one.seen_at, one.began_at), reverse=True))

    async def touch_session(self, session: MemberSession) -> None:
        """Move a session forward."""
        stored = self.state.sessions.get(session.digest)
        if stored is not None and stored.seen_at < session.seen_at:
            moved = evolve(stored, seen_at=session.seen_at, network=session.network)
            self.state.sessions[session.digest] = moved

    async def renew_session(self, former: bytes, session: MemberSession, events: Sequence[Event]) -> bool:
        """Give a session another id."""
        if former not in self.state.sessions:
            return False
        with self.state.transaction():
            del self.state.sessions[former]
            self.state.sessions[session.digest] = session
            self.state.record(events)
        return True

    async def close_session(self, digest: bytes, events: Sequence[Event]) -> None:
        """Forget a session."""
        with self.state.transaction():
            self.state.sessions.pop(digest, None)
            self.state.record(events)

    async def close_sessions(
        self, member: MemberId, events: Sequence[Event] = (), *, name: str | None = None, but: bytes | None = None
    ) -> int:
        """Forget sessions of a member, and the steps unless one session is named."""
        closed = [
            key
            for key, one in self.state.sessions.items()
            if one.member == member and name in (None, one.name) and key != but
        ]
        with self.state.transaction():
            for key in closed:
                del self.state.sessions[key]
            if name is None:
                self.state.steps = {key: one for key, one in self.state.steps.items() if one.member != member}
            self.state.record(events)
        return len(closed)

    async def open_step(self, step: SignInStep) -> None:
        """Store a step."""
        self.state.steps[step.digest] = step

    async def step(self, digest: bytes) -> SignInStep | None:
        """The step with this digest."""
        return self.state.steps.get(digest)

    async def close_step(self, digest: bytes) -> bool:
        """Forget a step."""
        return self.state.steps.pop(digest, None) is not None

    async def close_steps(self, member: MemberId) -> None:
        """Forget all steps of a member."""
        self.state.steps = {key: one for key, one in self.state.steps.items() if one.member != member}

    def _check_name(self, member: Member) -> None:
        if any(_clash(member, other) for other in self.state.members.values() if other.id != member.id):
            raise Taken(f"name: there is a member called `{member.name}` already")
        others = [one for one in self.state.members.values() if one.id != member.id and one.site == member.site]
        if member.subject is not None and any(one.subject == member.subject for one in others):
            raise Taken("another member signs in so")


def _clash(one: Member, other: Member) -> bool:
    return one.name.casefold() == other.name.casefold() and (
        one.site is None or other.site is None or one.site == other.site
    )
