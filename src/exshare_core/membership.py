"""Use cases of local members: being added, setting a password by a one-time link, signing in and out.

Nobody has a default password: an operator adds a member, who gets a one-time set-up link or a password given on the
spot. Every refusal of a sign-in is the same refusal, after the same work (spec M1, G7).
"""

from __future__ import annotations

import unicodedata
from datetime import timedelta

from attrs import evolve, frozen

from exshare_core.accounts import SETUP_LIFE, Member, MemberSession
from exshare_core.errors import InvalidValue, NotFound, Taken
from exshare_core.events import Actor, Event, Kind
from exshare_core.guessing import counted_as, link_wait, network_wait
from exshare_core.letters import header_text
from exshare_core.links import checked_name
from exshare_core.passwords import LEAST_AS_ONLY_GATE, check_password, normalised
from exshare_core.ports import Clock, PasswordHasher, Storage, TokenGenerator, Vault
from exshare_core.values import EVERYWHERE, AccountId, IPAddress, MemberId, SiteId, Token

MAX_MEMBER_NAME = 100

TOUCH_EVERY = timedelta(minutes=1)
"""How often a session's last use is written down."""


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
        name = _member_name(name)
        if site is None and not admin:
            raise InvalidValue("site", "a member who is no admin belongs to one site; name it")
        member = Member(MemberId(self.tokens.id()), name, site, admin, _identity(identity), created_at=now)
        setup = None
        if password is not None:
            member = evolve(member, password_hash=await self._hashed(password))
        else:
            member, setup = self._with_setup(member)
        if await self.storage.members.by_name(name, site) is not None:
            raise Taken(f"name: there is a member called `{name}` already")
        await self.storage.members.add(member, [self._event(Kind.MEMBER_ADDED, member, Actor.OPERATOR)])
        return member, setup

    async def invite(self, member: MemberId) -> tuple[Member, str]:
        """Give a member a new one-time set-up link, which replaces an earlier one; the member and its token.

        For a link that ran out and for a password that was lost. The password in force stays good until a new one is
        set. Raises NotFound, and Taken when the member was changed meanwhile.
        """
        known = await self._known(member)
        changed, setup = self._with_setup(evolve(known, version=known.version + 1))
        await self.storage.members.replace(changed, [self._event(Kind.MEMBER_INVITED, changed, Actor.OPERATOR)])
        return changed, setup

    async def disable(self, member: MemberId) -> Member:
        """Lock a member out at once, in every browser; their links stay. Raises NotFound and Taken."""
        known = await self._known(member)
        changed = evolve(known, disabled=True, setup_digest=None, setup_expires=None, version=known.version + 1)
        await self.storage.members.replace(changed, [self._event(Kind.MEMBER_DISABLED, changed, Actor.OPERATOR)])
        await self.storage.members.close_sessions(changed.id)
        return changed

    async def enable(self, member: MemberId) -> Member:
        """Let a member sign in again with the password they had. Raises NotFound and Taken."""
        known = await self._known(member)
        changed = evolve(known, disabled=False, version=known.version + 1)
        await self.storage.members.replace(changed, [self._event(Kind.MEMBER_ENABLED, changed, Actor.OPERATOR)])
        return changed

    async def named(self, name: str, site: SiteId) -> Member:
        """The member called `name`, or with that id, who may act on `site`; raises NotFound."""
        named = await self.storage.members.by_name(_typed_name(name), site)
        member = named or await self.storage.members.get(MemberId(name.strip()))
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
        """Set a password by a one-time link, which is used up by it, and sign the member out everywhere.

        Raises InvalidValues naming every rule that the password breaks, and NotFound for a link that is not, or no
        longer, good; the link stays good after a refused password.
        """
        member = await self.invited(setup)
        if member is None:
            raise NotFound(_NO_SETUP)
        changed = evolve(
            member,
            password_hash=await self._hashed(password),
            setup_digest=None,
            setup_expires=None,
            version=member.version + 1,
        )
        try:
            await self.storage.members.replace(changed, [self._event(Kind.PASSWORD_SET, changed, Actor.MEMBER)])
        except Taken:
            raise NotFound(_NO_SETUP) from None
        await self.storage.members.close_sessions(member.id)
        return changed

    async def sign_in(self, site: SiteId, name: str, password: str, network: IPAddress | None) -> SignedIn:
        """Check a name and password. Unknown names cost and count what known ones do.

        A try is counted before it is checked, so that parallel ones cannot outrun the count. Tries count per name and
        network, per name, and, when wrong, per network over all names, so that one password is not tried on everyone.
        """
        now = self.clock.now()
        network_key, name_key, spray_key = await self._guess_keys(site, name, network)
        by_network, by_name, spray = await self.storage.guesses.tally((network_key, name_key, spray_key), now)
        wait = max(network_wait(by_network, now), link_wait(by_name, now), link_wait(spray, now))
        if wait:
            return SignedIn(wait=wait)
        await self.storage.guesses.wrong((network_key, name_key), now)
        where = None if network is None else str(network)
        member = await self.storage.members.by_name(_typed_name(name), site)
        if not await self._right(member, site, password) or member is None:
            await self.storage.guesses.wrong((spray_key,), now)
            event = Event(Kind.SIGN_IN_FAILED, site, now, Actor.VISITOR, network=where)
            await self.storage.activity.append([event])
            return SignedIn()
        await self.storage.guesses.right((network_key, name_key))
        await self._rehashed(member, password)
        secret = self.tokens.token()
        session = MemberSession(Token(secret).digest, member.id, now, now)
        event = Event(Kind.SIGNED_IN, site, now, Actor.MEMBER, member=member.id, network=where)
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

    async def sign_out(self, secret: str) -> None:
        """End a session; an unknown one is fine, and leaves no trace in the activity."""
        token = Token.parse(secret)
        session = None if token is None else await self.storage.members.session(token.digest)
        if session is not None:
            member = await self.storage.members.get(session.member)
            events = [] if member is None else [self._event(Kind.SIGNED_OUT, member, Actor.MEMBER)]
            await self.storage.members.close_session(session.digest, events)

    def _with_setup(self, member: Member) -> tuple[Member, str]:
        setup = self.tokens.token()
        expires = self.clock.now() + SETUP_LIFE
        return evolve(member, setup_digest=Token(setup).digest, setup_expires=expires), setup

    async def _known(self, member: MemberId) -> Member:
        known = await self.storage.members.get(member)
        if known is None:
            raise NotFound(f"there is no member `{member[:60]}`")
        return known

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

    async def _guess_keys(self, site: SiteId, name: str, network: IPAddress | None) -> tuple[bytes, bytes, bytes]:
        who, where = _typed_name(name).casefold(), counted_as(network)
        return (
            await self.vault.keyed_digest(f"{who}\n{where}".encode(), "guess sign-in network", site),
            await self.vault.keyed_digest(who.encode(), "guess sign-in account", site),
            await self.vault.keyed_digest(where.encode(), "guess sign-in spray", site),
        )

    def _event(self, kind: Kind, member: Member, actor: Actor) -> Event:
        return Event(kind, member.site or EVERYWHERE, self.clock.now(), actor, member=member.id)


_NO_SETUP = "this set-up link is not, or no longer, good"


def _typed_name(text: str) -> str:
    """A name as it was typed, in the one form in which names are kept; broken characters fit nobody."""
    return unicodedata.normalize("NFC", text.strip())[:MAX_MEMBER_NAME].encode("utf-8", "replace").decode()


def _member_name(text: str) -> str:
    name = header_text("name", checked_name(unicodedata.normalize("NFC", text)))
    if not 1 <= len(name) <= MAX_MEMBER_NAME:
        raise InvalidValue("name", f"from 1 to {MAX_MEMBER_NAME} characters")
    return name


def _identity(text: AccountId | None) -> AccountId | None:
    if text is None:
        return None
    stripped = text.strip()
    if not 1 <= len(stripped) <= 128 or any(ord(char) <= 32 for char in stripped):
        raise InvalidValue("identity", "from 1 to 128 characters without spaces")
    return AccountId(stripped)
