"""Who is signed in: sessions of members, and what all acts of members on their own accounts share."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from attrs import evolve, field, frozen

from exshare_core.accounts import Member, MemberSession, Way
from exshare_core.authenticating import Authenticating
from exshare_core.errors import NotFound
from exshare_core.events import Actor, Event, Kind
from exshare_core.factors import Demand, SecondFactor
from exshare_core.guessing import network_wait
from exshare_core.limiting import Door, KnownBrowsers
from exshare_core.passwords import LEAST_AS_ONLY_GATE, check_password, normalised
from exshare_core.ports import AuthenticatorCodes, Clock, PasswordHasher, Storage, TokenGenerator, Vault
from exshare_core.values import EVERYWHERE, IPAddress, MemberId, SiteId, Token

MAX_MEMBER_NAME = 100

TOUCH_EVERY = timedelta(minutes=1)
"""How often a session's last use is written down."""


@frozen(slots=True)
class Presence:
    """A member who is signed in, and the session in which they are."""

    member: Member
    session: MemberSession


@frozen
class Attending:
    """The sessions of one deployment's members."""

    storage: Storage
    clock: Clock
    tokens: TokenGenerator
    hasher: PasswordHasher
    vault: Vault
    codes: AuthenticatorCodes
    demand: Demand = Demand.OPTIONAL
    """Of whom a second factor is demanded."""
    issuer: str = field(default="exshare", kw_only=True)
    """What an authenticator app calls this deployment."""

    async def present(self, secret: str | None, network: IPAddress | None = None) -> Presence | None:
        """The member behind a browser's session, while it is good; its last use is written down now and then.

        A session that began with a password alone is good for nothing where a second factor is demanded by now.
        """
        token = Token.parse(secret) if secret else None
        if token is None:
            return None
        session = await self.storage.members.session(token.digest)
        now = self.clock.now()
        if session is None or not session.lives(now):
            return None
        member = await self.storage.members.get(session.member)
        if member is None or member.disabled or (session.way is Way.PASSWORD and self.owes_factor(member)):
            return None
        seen = evolve(session, seen_at=now, network=session.network if network is None else str(network))
        if now - session.seen_at >= TOUCH_EVERY:
            await self.storage.members.touch_session(seen)
        return Presence(member, seen)

    async def session(self, secret: str | None) -> Member | None:
        """The member behind a browser's session, while it is good."""
        present = await self.present(secret)
        return None if present is None else present.member

    def owes_factor(self, member: Member) -> bool:
        """Whether the member must have a second factor and has none."""
        return member.factor is None and self.demand.meant_for(admin=member.admin)

    # --- shared by the acts -------------------------------------------------------------------------------------------

    @property
    def _factors(self) -> Authenticating:
        return Authenticating(self.codes, self.vault, self.tokens)

    @property
    def _sign_in_door(self) -> Door:
        return Door(self.storage.guesses, self.vault, EVERYWHERE, "sign-in")

    @property
    def _code_door(self) -> Door:
        """Who stands here knows the password already, so that an account waits up to an hour, and few are kept out."""
        return Door(self.storage.guesses, self.vault, EVERYWHERE, "second factor", network_wait)

    @property
    def _browsers(self) -> KnownBrowsers:
        return KnownBrowsers(self.vault, self.tokens, EVERYWHERE, "browser of a member")

    async def _began(self, member: Member, site: SiteId, network: IPAddress | None, way: Way) -> str:
        """Open a session; its secret id, which is always a new one."""
        now, secret, where = self.clock.now(), self.tokens.token(), None if network is None else str(network)
        session = MemberSession(Token(secret).digest, member.id, now, now, self.tokens.id(), way, now, where)
        event = Event(Kind.SIGNED_IN, site, now, Actor.MEMBER, member=member.id, detail=way.value, network=where)
        await self.storage.members.open_session(session, [event])
        return secret

    async def _matches(self, member: Member | None, password: str) -> bool:
        """Whether this is the member's password; where there is none, the same work is done for nothing."""
        if member is None or member.password_hash is None:
            await self.hasher.verify_dummy(normalised(password))
            return False
        return await self.hasher.verify(member.password_hash, normalised(password))

    async def _hashed(self, password: str, name: str, site: SiteId | None) -> str:
        """The hash of a new password for a member called `name`; raises InvalidValues naming every rule it breaks."""
        return await self.hasher.hash(check_password(password, LEAST_AS_ONLY_GATE, words=words_known(name, site)))

    async def _known(self, member: MemberId) -> Member:
        known = await self.storage.members.get(member)
        if known is None:
            raise NotFound(f"there is no member `{member[:60]}`")
        return known

    async def _used(self, member: Member, typed: str, now: datetime) -> tuple[Member, bool] | None:
        """The member after a code was used up, and whether it was a recovery code; None when it was neither.

        It is not stored yet. A member without a second factor has no code that could be right.
        """
        if member.factor is None:
            return None
        used = await self._factors.used(member.factor, site_of(member), member.id, typed, now)
        if used is None:
            return None
        return self._with_factor(member, used), used.step == member.factor.step

    def _with_factor(self, member: Member, factor: SecondFactor | None) -> Member:
        return evolve(member, factor=factor, version=member.version + 1)

    def _event(self, kind: Kind, member: Member, actor: Actor, detail: str = "") -> Event:
        return Event(kind, site_of(member), self.clock.now(), actor, member=member.id, detail=detail)


def site_of(member: Member) -> SiteId:
    """The site of a member's secrets and events."""
    return member.site or EVERYWHERE


def words_known(name: str, site: SiteId | None) -> tuple[str, ...]:
    """What everyone knows who guesses at a member's password."""
    return (name, site or "")


def typed_name(text: str) -> str:
    """A name as it was typed, in the one form in which names are kept; broken characters fit nobody."""
    return unicodedata.normalize("NFC", text.strip())[:MAX_MEMBER_NAME].encode("utf-8", "replace").decode()
