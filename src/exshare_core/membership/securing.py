"""Use cases of members on their own way of signing in: password, second factor, sessions.

Whoever changes how a member signs in must have shown within ten minutes that they are the member: an open browser is
not enough (ASVS 7.5.1). Each such act renews the session's id.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve, field, frozen

from exshare_core.accounts import Member, MemberSession
from exshare_core.authenticating import Proposal
from exshare_core.errors import InvalidValue, InvalidValues, NotFound, Refused, Taken, Unconfirmed
from exshare_core.events import Actor, Event, Kind
from exshare_core.limiting import Door
from exshare_core.membership.attending import Attending, Presence, site_of, words_known
from exshare_core.passwords import LEAST_AS_ONLY_GATE, check_password
from exshare_core.values import EVERYWHERE, MemberId, Token


@frozen(slots=True)
class Secured:
    """What came of such an act: the session's new id, or how long to wait, or neither when it was not right."""

    session: str | None = field(default=None, repr=False)
    wait: timedelta = timedelta()
    recovery: tuple[str, ...] = field(default=(), repr=False)
    """Recovery codes, to be shown this once."""


@frozen
class Securing(Attending):
    """Members looking after their own accounts."""

    def check_confirmed(self, present: Presence) -> None:
        """Raises Unconfirmed unless the member has shown within ten minutes who they are."""
        if not present.session.is_confirmed(self.clock.now()):
            raise Unconfirmed("show again who you are: you did so more than 10 minutes ago")

    async def confirm(self, present: Presence, typed: str) -> Secured:
        """Show again who one is, by the password or by a code, for the next ten minutes."""
        member, now = present.member, self.clock.now()
        knock = await self._confirming_door.knock(member.id, None, now, present.session.name)
        if knock.wait:
            return Secured(wait=knock.wait)
        used = await self._used(member, typed, now)
        right = await self._matches(member, typed)
        if used is not None:
            changed, recovered = used
            right = await self._replaced(changed, *([Kind.RECOVERY_CODE_USED] if recovered else []))
        if not right:
            await self.storage.activity.append([self._event(Kind.SIGN_IN_FAILED, member, Actor.MEMBER, "confirmation")])
            return Secured()
        await self._confirming_door.right(knock)
        return Secured(await self._renewed(present, confirmed=True))

    async def change_password(self, present: Presence, old: str, new: str, *, end_others: bool) -> Secured:
        """Choose another password; the old one shows that it is the member who does.

        Raises InvalidValues naming every rule that the new one breaks, and that the old one is not right. Raises
        Refused for a member who has none and signs in through their organisation.
        """
        member, now = present.member, self.clock.now()
        if member.password_hash is None:
            raise Refused("you have no password here; you sign in through your organisation")
        knock = await self._confirming_door.knock(member.id, None, now, present.session.name)
        if knock.wait:
            return Secured(wait=knock.wait)
        failures = _broken_rules(member, new, old)
        if not await self._matches(member, old):
            failures.insert(0, InvalidValue("old", "that is not your password"))
        else:
            await self._confirming_door.right(knock)
        if failures:
            raise InvalidValues(tuple(failures))
        changed = evolve(
            member,
            password_hash=await self._hashed(new, member.name, member.site),
            setup_digest=None,
            setup_expires=None,
            version=member.version + 1,
        )
        if not await self._replaced(changed, Kind.PASSWORD_SET):
            return Secured()
        return await self._after_change(present, changed, end_others)

    async def factor_proposal(self, present: Presence, ticket: str | None = None) -> Proposal | None:
        """A second factor to set up, or to put in the place of the one there is; None for a ticket that is not good.

        With `ticket`, the proposal that was shown before. Raises Unconfirmed.
        """
        self.check_confirmed(present)
        member, bound = present.member, _bound(present)
        if ticket is not None:
            return await self._factors.again(site_of(member), bound, ticket, member.name, self.issuer)
        return await self._factors.propose(site_of(member), bound, member.name, self.issuer)

    async def set_factor(self, present: Presence, ticket: str, code: str, *, end_others: bool) -> Secured:
        """Set up the second factor that was proposed, by a first code of the app. Raises Unconfirmed."""
        self.check_confirmed(present)
        member, now = present.member, self.clock.now()
        confirmed = await self._factors.confirm(site_of(member), _bound(present), ticket, code, member.id, now)
        if confirmed is None:
            return Secured()
        changed = self._with_factor(member, confirmed.factor)
        if not await self._replaced(changed, Kind.FACTOR_SET):
            return Secured()
        return evolve(await self._after_change(present, changed, end_others), recovery=confirmed.recovery)

    async def new_recovery_codes(self, present: Presence) -> Secured:
        """Recovery codes in the place of all earlier ones. Raises Unconfirmed, and NotFound without a second factor."""
        self.check_confirmed(present)
        member = present.member
        if member.factor is None:
            raise NotFound("there is no second factor")
        made = await self._factors.with_new_recovery(member.factor, site_of(member), member.id)
        if not await self._replaced(self._with_factor(member, made.factor), Kind.RECOVERY_CODES_MADE):
            return Secured()
        return Secured(await self._renewed(present), recovery=made.recovery)

    async def remove_factor(self, present: Presence) -> Secured:
        """Sign in with the password alone from now on. Raises Unconfirmed, and Refused where a factor is demanded."""
        self.check_confirmed(present)
        member = present.member
        if self.demand.meant_for(admin=member.admin):
            raise Refused("a second factor is demanded here; you can replace yours, but not go without one")
        if member.factor is not None and not await self._replaced(self._with_factor(member, None), Kind.FACTOR_REMOVED):
            return Secured()
        return Secured(await self._renewed(present))

    # --- sessions -----------------------------------------------------------------------------------------------------

    async def sessions(self, present: Presence) -> tuple[MemberSession, ...]:
        """The member's sessions that are good now, this one first, then those used last."""
        now, this = self.clock.now(), present.session
        others = [
            one
            for one in await self.storage.members.sessions(present.member.id)
            if one.lives(now) and one.digest != this.digest
        ]
        return (this, *others)

    async def end_session(self, present: Presence, name: str) -> None:
        """End one session of the member's; one that is gone is fine."""
        if name:
            await self.storage.members.close_sessions(present.member.id, [self._ended(present.member)], name=name)

    async def end_other_sessions(self, present: Presence) -> int:
        """End every session of the member's but this one; how many there were."""
        member, this = present.member, present.session.digest
        return await self.storage.members.close_sessions(member.id, [self._ended(member)], but=this)

    async def end_all_sessions(self, member: MemberId, actor: Actor = Actor.MEMBER) -> int:
        """Sign a member out everywhere, here as well; how many sessions there were. Raises NotFound."""
        known = await self._known(member)
        return await self.storage.members.close_sessions(member, [self._event(Kind.SESSIONS_ENDED, known, actor)])

    # --- the steps ----------------------------------------------------------------------------------------------------

    @property
    def _confirming_door(self) -> Door:
        """Counts by session alone: who sits at an open browser cannot keep its owner waiting elsewhere."""
        return Door(self.storage.guesses, self.vault, EVERYWHERE, "confirmation")

    async def _replaced(self, changed: Member, *kinds: Kind) -> bool:
        """Store a changed member with what happened; False when somebody changed the member first."""
        events = [self._event(kind, changed, Actor.MEMBER) for kind in kinds]
        try:
            await self.storage.members.replace(changed, events)
        except Taken:
            return False
        return True

    async def _renewed(self, present: Presence, *, confirmed: bool = False) -> str | None:
        """A new id for the session; None when it has ended meanwhile."""
        secret, now = self.tokens.token(), self.clock.now()
        session = evolve(
            present.session,
            digest=Token(secret).digest,
            seen_at=now,
            confirmed_at=now if confirmed else present.session.confirmed_at,
        )
        renewed = await self.storage.members.renew_session(present.session.digest, session, [])
        return secret if renewed else None

    async def _after_change(self, present: Presence, changed: Member, end_others: bool) -> Secured:
        if end_others:
            await self.end_other_sessions(present)
        else:
            await self.storage.members.close_steps(changed.id)
        return Secured(await self._renewed(evolve(present, member=changed), confirmed=True))

    def _ended(self, member: Member) -> Event:
        return self._event(Kind.SESSIONS_ENDED, member, Actor.MEMBER)


def _bound(present: Presence) -> str:
    """Who may confirm a proposal: this session, as long as nothing about the member has changed."""
    return f"{present.session.digest.hex()}\n{present.member.version}"


def _broken_rules(member: Member, new: str, old: str) -> list[InvalidValue]:
    try:
        check_password(new, LEAST_AS_ONLY_GATE, name="new", words=words_known(member.name, member.site))
    except InvalidValues as error:
        return list(error.failures)
    return [InvalidValue("new", "that is the password you have")] if new == old else []
