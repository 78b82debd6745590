"""Use cases of members at the door: a password, then a second factor where there is one, and out again.

Every refusal of a password is the same refusal, after the same work (spec M1, G7). Before the last step there is no
session: what the browser holds between them is good for the next step alone, and for five minutes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve, field, frozen

from exshare_core.accounts import Member, MemberSession, SignInStep, Way
from exshare_core.authenticating import Proposal
from exshare_core.errors import Taken
from exshare_core.events import Actor, Event, Kind
from exshare_core.limiting import Knock
from exshare_core.membership.attending import Attending, site_of, typed_name
from exshare_core.passwords import normalised
from exshare_core.values import IPAddress, SiteId, Token

STEP_TRIES = 5
"""Wrong codes after which a step is over and the password is asked for again."""


@frozen(slots=True)
class SignedIn:
    """What came of a step of a sign-in: a session, or a further step, or how long to wait, or none of these."""

    member: Member | None = None
    session: str | None = field(default=None, repr=False)
    """The secret id of a session: the sign-in is done."""
    wait: timedelta = timedelta()
    step: str | None = field(default=None, repr=False)
    """The secret id of the next step: a second factor is owed."""
    browser: str | None = field(default=None, repr=False)
    """What the browser brings along next time, so that strangers' guesses do not keep it waiting."""
    site: SiteId | None = None
    """The site that was chosen at the beginning."""
    over: bool = False
    """The step is over; the sign-in begins anew."""
    recovery: tuple[str, ...] = field(default=(), repr=False)
    """Recovery codes of a second factor that was set up on the way, to be shown this once."""


@frozen(slots=True)
class Owed:
    """What a browser in the middle of a sign-in owes: a code, or a second factor to be set up first."""

    member: Member
    site: SiteId
    enrols: bool


@frozen
class SigningIn(Attending):
    """Members signing in and out."""

    async def sign_in(
        self, site: SiteId, name: str, password: str, network: IPAddress | None, browser: str | None = None
    ) -> SignedIn:
        """Check a name and password. Unknown names cost and count what known ones do.

        A try is counted before it is checked, so that parallel ones cannot outrun the count. `browser` is what an
        earlier sign-in gave the browser to keep.
        """
        now, who = self.clock.now(), _counted_name(name)
        knock = await self._sign_in_door.knock(who, network, now, await self._browsers.known(browser, who, now))
        if knock.wait:
            return SignedIn(wait=knock.wait)
        found = await self.storage.members.by_name(typed_name(name), site)
        member = found if found is not None and found.belongs_to(site) else None
        if not await self._matches(member, password) or member is None:
            await self._sign_in_door.wrong(knock, now)
            await self._failed(Kind.SIGN_IN_FAILED, None, site, network, now)
            return SignedIn()
        await self._sign_in_door.right(knock)
        member = await self._rehashed(member, password)
        if member is None:
            return SignedIn()
        if member.factor is not None or self.owes_factor(member):
            return await self._next_step(member, site, now)
        return await self._done(member, site, network, Way.PASSWORD)

    async def welcome(self, member: Member, site: SiteId, network: IPAddress | None) -> SignedIn:
        """Sign in a member for whom the organisation's own sign-in has vouched; second factors are its business.

        Gives nothing to a member who may not act on `site`.
        """
        if not member.belongs_to(site):
            return SignedIn()
        return await self._done(member, site, network, Way.SSO)

    async def owed(self, step: str | None) -> Owed | None:
        """What the browser with this step owes, while the step is good; looking uses nothing up."""
        found = await self._step(step)
        return None if found is None else Owed(found[1], found[0].site, found[1].factor is None)

    async def bring_code(
        self, step: str | None, typed: str, network: IPAddress | None, browser: str | None = None
    ) -> SignedIn:
        """The second step: a code of the authenticator app, or a recovery code; either is good once.

        Five wrong codes end the step; accounts and networks are counted, too, apart from passwords.
        """
        found = await self._step(step)
        if found is None or found[1].factor is None:
            return SignedIn(over=True)
        (state, member), now = found, self.clock.now()
        known = await self._browsers.known(browser, _counted_name(member.name), now)
        knock = await self._code_door.knock(member.id, network, now, known)
        if knock.wait:
            return SignedIn(wait=knock.wait)
        used = await self._used(member, typed, now)
        if used is None or not await self._stored(*used):
            return await self._wrong_code(state, member, knock, network, now)
        if not await self.storage.members.close_step(state.digest):
            return SignedIn(over=True)
        await self._code_door.right(knock)
        return await self._done(used[0], state.site, network, Way.PASSWORD)

    async def proposal(self, step: str | None, ticket: str | None = None) -> Proposal | None:
        """A second factor for a member who must set one up first; with `ticket`, the one that was shown before."""
        found = await self._step(step)
        if found is None or found[1].factor is not None:
            return None
        member, bound = found[1], found[0].digest.hex()
        if ticket is not None:
            return await self._factors.again(site_of(member), bound, ticket, member.name, self.issuer)
        return await self._factors.propose(site_of(member), bound, member.name, self.issuer)

    async def enrol(self, step: str | None, ticket: str, code: str, network: IPAddress | None) -> SignedIn:
        """Set up the second factor that is owed, by a first code of the app, and sign in with it."""
        found = await self._step(step)
        if found is None or found[1].factor is not None:
            return SignedIn(over=True)
        (state, member), now = found, self.clock.now()
        confirmed = await self._factors.confirm(site_of(member), state.digest.hex(), ticket, code, member.id, now)
        if confirmed is None:
            return SignedIn()
        changed = self._with_factor(member, confirmed.factor)
        try:
            await self.storage.members.replace(changed, [self._event(Kind.FACTOR_SET, changed, Actor.MEMBER)])
        except Taken:
            return SignedIn(over=True)
        if not await self.storage.members.close_step(state.digest):
            return SignedIn(over=True)
        return evolve(await self._done(changed, state.site, network, Way.PASSWORD), recovery=confirmed.recovery)

    async def sign_out(self, secret: str) -> None:
        """End a session; an unknown one is fine, and leaves no trace in the activity."""
        token = Token.parse(secret)
        session = None if token is None else await self.storage.members.session(token.digest)
        if session is not None:
            await self._closed(session)

    async def give_up(self, step: str | None) -> None:
        """End a step; an unknown one is fine."""
        token = Token.parse(step) if step else None
        if token is not None:
            await self.storage.members.close_step(token.digest)

    # --- the steps ----------------------------------------------------------------------------------------------------

    async def _closed(self, session: MemberSession) -> None:
        member = await self.storage.members.get(session.member)
        events = [] if member is None else [self._event(Kind.SIGNED_OUT, member, Actor.MEMBER)]
        await self.storage.members.close_session(session.digest, events)

    async def _next_step(self, member: Member, site: SiteId, now: datetime) -> SignedIn:
        secret = self.tokens.token()
        step = SignInStep(Token(secret).digest, member.id, site, now)
        await self.storage.members.open_step(step)
        if not await self._as_before(member):
            await self.storage.members.close_step(step.digest)
            return SignedIn()
        return SignedIn(member, step=secret, site=site)

    async def _done(self, member: Member, site: SiteId, network: IPAddress | None, way: Way) -> SignedIn:
        secret = await self._began(member, site, network, way)
        if not await self._as_before(member):
            await self.storage.members.close_session(Token(secret).digest, [])
            return SignedIn()
        browser = await self._browsers.remember(_counted_name(member.name), self.clock.now())
        return SignedIn(member, secret, browser=browser, site=site)

    async def _as_before(self, member: Member) -> bool:
        """Whether what a member signed in with is still what they sign in with, asked once the session is stored.

        INVARIANT: whoever changes it stores the change first and ends sessions then. So a sign-in that began with what
        was good before either meets the change here, or its session is among those that are ended.
        """
        now = await self.storage.members.get(member.id)
        return now is not None and not now.disabled and _credentials(now) == _credentials(member)

    async def _step(self, secret: str | None) -> tuple[SignInStep, Member] | None:
        """The step that is good now, with its member."""
        token = Token.parse(secret) if secret else None
        state = None if token is None else await self.storage.members.step(token.digest)
        member = None if state is None else await self.storage.members.get(state.member)
        if state is None or member is None or not member.belongs_to(state.site):
            return None
        return (state, member) if state.lives(self.clock.now(), enrols=member.factor is None) else None

    async def _stored(self, changed: Member, recovered: bool) -> bool:
        """Store that a code was used up; False when somebody changed the member first, so that no code works twice."""
        events = [self._event(Kind.RECOVERY_CODE_USED, changed, Actor.MEMBER)] if recovered else []
        try:
            await self.storage.members.replace(changed, events)
        except Taken:
            return False
        return True

    async def _wrong_code(
        self, state: SignInStep, member: Member, knock: Knock, network: IPAddress | None, now: datetime
    ) -> SignedIn:
        await self._code_door.wrong(knock, now)
        await self._failed(Kind.WRONG_SECOND_FACTOR, member, state.site, network, now)
        tries = await self.vault.keyed_digest(state.digest, "guess second factor step", state.site)
        await self.storage.guesses.wrong((tries,), now)
        (tally,) = await self.storage.guesses.tally((tries,), now)
        if tally.failures < STEP_TRIES:
            return SignedIn()
        await self.storage.members.close_step(state.digest)
        return SignedIn(over=True)

    async def _failed(
        self, kind: Kind, member: Member | None, site: SiteId, network: IPAddress | None, now: datetime
    ) -> None:
        who, where = None if member is None else member.id, None if network is None else str(network)
        await self.storage.activity.append([Event(kind, site, now, Actor.VISITOR, member=who, network=where)])

    async def _rehashed(self, member: Member, password: str) -> Member | None:
        """The member with a hash by today's parameters, where the old one is weaker.

        A change meanwhile goes first: None when the password is not the member's any more.
        """
        if member.password_hash is None or not self.hasher.outdated(member.password_hash):
            return member
        stronger = await self.hasher.hash(normalised(password))
        changed = evolve(member, password_hash=stronger, version=member.version + 1)
        try:
            await self.storage.members.replace(changed, [])
        except Taken:
            now = await self.storage.members.get(member.id)
            return now if await self._matches(now, password) else None
        return changed


def _credentials(member: Member) -> tuple[str | None, bytes | None]:
    """What a member signs in with here."""
    return member.password_hash, None if member.factor is None else member.factor.secret


def _counted_name(name: str) -> str:
    """The name that tries count under: one for all sites, since a member of all sites answers to it on each."""
    return typed_name(name).casefold()
