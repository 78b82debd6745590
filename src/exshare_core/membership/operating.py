"""Use cases of local members: being added, setting a password by a one-time link, and all that they do themselves.

Nobody has a default password: an operator adds a member, who gets a one-time set-up link or a password given on the
spot. How members sign in is `signing_in`'s business, how they change that is `securing`'s.
"""

from __future__ import annotations

import unicodedata

from attrs import evolve, frozen

from exshare_core.accounts import SETUP_LIFE, Member
from exshare_core.errors import InvalidValue, NotFound, Taken
from exshare_core.events import Actor, Kind
from exshare_core.letters import header_text
from exshare_core.links import checked_name
from exshare_core.membership.administering import Administering
from exshare_core.membership.attending import MAX_MEMBER_NAME, typed_name
from exshare_core.membership.securing import Securing
from exshare_core.membership.signing_in import SigningIn
from exshare_core.membership.welcoming import Welcoming
from exshare_core.values import AccountId, Address, MemberId, SiteId, Token


@frozen
class Membership(SigningIn, Securing, Welcoming, Administering):
    """The local members of one deployment: what operators do for them, and what they do themselves."""

    async def add(
        self,
        name: str,
        *,
        site: SiteId | None,
        admin: bool = False,
        identity: AccountId | None = None,
        password: str | None = None,
        address: Address | None = None,
    ) -> tuple[Member, str | None]:
        """Add a member; without a password, give the token of a one-time set-up link as well. Notices go to `address`.

        Raises InvalidValue for a bad name or password and Taken for a name in use; nothing is stored then. A member
        of all sites is always an admin (spec R6).
        """
        now = self.clock.now()
        name = _member_name(name)
        if site is None and not admin:
            raise InvalidValue("site", "a member who is no admin belongs to one site; name it")
        id = MemberId(self.tokens.id())
        member = Member(id, name, site, admin, _identity(identity), created_at=now, address=address)
        setup = None
        if password is not None:
            member = evolve(member, password_hash=await self._hashed(password, name, site))
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
        """Lock a member out at once, in every browser, and suspend their links; `leaving` settles what becomes of them.

        Raises NotFound and Taken.
        """
        known = await self._known(member)
        changed = evolve(known, disabled=True, setup_digest=None, setup_expires=None, version=known.version + 1)
        await self.storage.members.replace(changed, [self._event(Kind.MEMBER_DISABLED, changed, Actor.OPERATOR)])
        await self.storage.members.close_sessions(changed.id)
        return changed

    async def send_notices(self, member: MemberId, address: Address | None, actor: Actor = Actor.OPERATOR) -> Member:
        """Send a member's notices to this mailbox from now on, or nowhere. Raises NotFound and Taken."""
        known = await self._known(member)
        changed = evolve(known, address=address, version=known.version + 1)
        await self.storage.members.replace(changed, [self._event(Kind.NOTICES_MOVED, changed, actor)])
        return changed

    async def reset_factor(self, member: MemberId) -> Member:
        """Take away a second factor that was lost, and sign the member out everywhere. Raises NotFound and Taken.

        For this alone the operator is needed: a new password never takes a second factor away (ASVS 6.4.3).
        """
        known = await self._known(member)
        changed = self._with_factor(known, None)
        await self.storage.members.replace(changed, [self._event(Kind.FACTOR_REMOVED, changed, Actor.OPERATOR)])
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
        named = await self.storage.members.by_name(typed_name(name), site)
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

        A second factor stays as it is.

        Raises InvalidValues naming every rule that the password breaks, and NotFound for a link that is not, or no
        longer, good; the link stays good after a refused password.
        """
        member = await self.invited(setup)
        if member is None:
            raise NotFound(_NO_SETUP)
        changed = evolve(
            member,
            password_hash=await self._hashed(password, member.name, member.site),
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

    def _with_setup(self, member: Member) -> tuple[Member, str]:
        setup = self.tokens.token()
        expires = self.clock.now() + SETUP_LIFE
        return evolve(member, setup_digest=Token(setup).digest, setup_expires=expires), setup

    async def _known(self, member: MemberId) -> Member:
        known = await self.storage.members.get(member)
        if known is None:
            raise NotFound(f"there is no member `{member[:60]}`")
        return known


_NO_SETUP = "this set-up link is not, or no longer, good"


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
