"""Use cases of local members: being added, setting a password by a one-time link, signing in and out.

Nobody has a default password: an operator adds a member, who gets a one-time set-up link or a password given on the
spot. Every refusal of a sign-in is the same refusal, in the same time (spec M1, G7).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from attrs import evolve, frozen

from exshare_core.accounts import SETUP_LIFE, Member, MemberSession
from exshare_core.errors import InvalidValue, NotFound, Taken
from exshare_core.events import Actor, Event, Kind
from exshare_core.guessing import link_wait, network_wait
from exshare_core.links import checked_name
from exshare_core.passwords import LEAST_AS_ONLY_GATE, check_password, normalised
from exshare_core.ports import Clock, PasswordHasher, Storage, TokenGenerator, Vault
from exshare_core.values import AccountId, IPAddress, MemberId, SiteId, Token

EVERYWHERE = SiteId("-")
"""Stands for "all sites" where an event or a counter needs a site; no site can have this name."""

TOUCH_EVERY = timedelta(minutes=1)


@frozen(slots=True)
class SignedIn:
    """What came of a sign-in: a session's secret id, or how long to wait before the next try, or neither."""

    member: Member | None = None
    session: str | None = None
    wait: timedelta = timedelta()


@frozen
class Membership:
    """The local members of one deployment."""

    storage: Storage
    clock: Clock
    tokens: TokenGenerator
    hasher: PasswordHasher
    vault: Vault

    async def add(
        self,
        name: str,
        *,
        site: SiteId | None,
        admin: bool = False,
        identity: AccountId | None = None,
        password: str | None = None,
    ) -> tuple[Member, str | None]:
        """Add a member; without a password, give the token of a one-time set-up link as well.

        Raises InvalidValue for a bad name or password and Taken for a name in use; nothing is stored then. A member
        of all sites is always an admin (spec R6).
        """
        now = self.clock.now()
        name = checked_name(name)
        if not name or len(name) > 100:
            raise InvalidValue("name", "from 1 to 100 characters")
        if site is None and not admin:
            raise InvalidValue("site", "a member who is no admin belongs to one site; name it")
        if identity is not None and not 1 <= len(identity.strip()) <= 128:
            raise InvalidValue("identity", "from 1 to 128 characters")
        member = Member(MemberId(self.tokens.id()), name, site, admin, identity, created_at=now)
        setup = None
        if password is not None:
            member = evolve(member, password_hash=await self._hashed(password))
        else:
            setup = self.tokens.token()
            member = evolve(member, setup_digest=Token(setup).digest, setup_expires=now + SETUP_LIFE)
        if await self.storage.members.by_name(name, site) is not None:
            raise Taken(f"name: there is a member called `{name}` already")
        await self.storage.members.add(
            member, [Event(Kind.MEMBER_ADDED, site or EVERYWHERE, now, Actor.OPERATOR, member=member.id)]
        )
        return member, setup

    async def named(self, name: str, site: SiteId) -> Member:
        """The member called `name`, or with that id, who may act on `site`; raises NotFound."""
        member = await self.storage.members.by_name(name, site) or await self.storage.members.get(MemberId(name))
        if member is None or not member.belongs_to(site):
            raise NotFound(f"there is no member `{name[:100]}` on this site")
        return member

    async def invited(self, setup: str) -> Member | None:
        """The member whose one-time set-up link this is, while it is good; reading it uses nothing up."""
        token = Token.parse(setup)
        if token is None:
            return None
        member = await self.storage.members.by_setup(token.digest)
        if member is None or member.setup_expires is None or self.clock.now() >= member.setup_expires:
            return None
        return None if member.disabled else member

    async def set_up(self, setup: str, password: str) -> Member:
        """Set the first password by a one-time link, which is used up by it; raises NotFound and InvalidValue."""
        member = await self.invited(setup)
        if member is None:
            raise NotFound("this set-up link is not, or no longer, good")
        changed = evolve(
            member,
            password_hash=await self._hashed(password),
            setup_digest=None,
            setup_expires=None,
            version=member.version + 1,
        )
        await self.storage.members.replace(changed, [])
        await self.storage.members.close_sessions(member.id)
        return changed

    async def sign_in(self, site: SiteId, name: str, password: str, network: IPAddress | None) -> SignedIn:
        """Check a name and password. Unknown names cost and count what known ones do."""
        now = self.clock.now()
        keys = await self._guess_keys(site, name, network)
        tallies = await self.storage.guesses.tally(keys, now)
        wait = max(network_wait(tallies[0], now), link_wait(tallies[1], now))
        if wait:
            return SignedIn(wait=wait)
        await self.storage.guesses.wrong(keys, now)
        member = await self.storage.members.by_name(name.strip()[:100], site)
        if not await self._right(member, site, password):
            where = None if network is None else str(network)
            event = Event(Kind.SIGN_IN_FAILED, site, now, Actor.VISITOR, network=where)
            await self.storage.activity.append([event])
            return SignedIn()
        assert member is not None
        await self.storage.guesses.right(keys)
        await self._rehashed(member, password)
        secret = self.tokens.token()
        session = MemberSession(Token(secret).digest, member.id, now, now)
        event = Event(Kind.SIGNED_IN, site, now, Actor.MEMBER, member=member.id)
        await self.storage.members.open_session(session, [event])
        return SignedIn(member, secret)

    async def session(self, secret: str | None) -> Member | None:
        """The member behind a browser's session, while it is good."""
        token = Token.parse(secret) if secret else None
        if token is None:
            return None
        session = await self.storage.members.session(token.digest)
        now = self.clock.now()
        if session is None or not session.lives(now):
            return None
        member = await self.storage.members.get(session.member)
        if member is None or member.disabled:
            return None
        if now - session.seen_at >= TOUCH_EVERY:
            await self.storage.members.touch_session(evolve(session, seen_at=now))
        return member

    async def sign_out(self, secret: str, site: SiteId) -> None:
        """End a session; an unknown one is fine."""
        token = Token.parse(secret)
        if token is not None:
            event = Event(Kind.SIGNED_OUT, site, self.clock.now(), Actor.MEMBER)
            await self.storage.members.close_session(token.digest, [event])

    async def _hashed(self, password: str) -> str:
        return await self.hasher.hash(check_password(password, LEAST_AS_ONLY_GATE))

    async def _right(self, member: Member | None, site: SiteId, password: str) -> bool:
        if member is None or member.password_hash is None or not member.belongs_to(site):
            await self.hasher.verify_dummy(normalised(password))
            return False
        return await self.hasher.verify(member.password_hash, normalised(password))

    async def _rehashed(self, member: Member, password: str) -> None:
        if member.password_hash is not None and self.hasher.outdated(member.password_hash):
            stronger = await self.hasher.hash(normalised(password))
            changed = evolve(member, password_hash=stronger, version=member.version + 1)
            try:
                await self.storage.members.replace(changed, [])
            except Taken:
                return

    async def _guess_keys(self, site: SiteId, name: str, network: IPAddress | None) -> Sequence[bytes]:
        who = name.strip().casefold()[:100]
        return [
            await self.vault.keyed_digest(f"{who}\n{network}".encode(), "guess sign-in network", site),
            await self.vault.keyed_digest(who.encode(), "guess sign-in account", site),
        ]

