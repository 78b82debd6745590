"""Which member somebody is who has signed in elsewhere: met again, met for the first time, or nobody here (spec M1, R5).

A member is known by what the provider calls them, and never by a mailbox, which may pass to somebody else. At the first
sign-in the member who is tied to the same Confluence identity is met, or made; without one nobody is let in whom the
operator has not tied to the provider.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from exshare_core.accounts import Member
from exshare_core.departing import Gateway
from exshare_core.errors import Busy, InvalidValue, Taken
from exshare_core.events import Actor, Event, Kind
from exshare_core.identities import Identity
from exshare_core.letters import header_text
from exshare_core.links import checked_name
from exshare_core.membership.attending import MAX_MEMBER_NAME, Attending
from exshare_core.values import MemberId, Subject

TRIES = 3
"""How often it is begun again when somebody changes a member meanwhile."""


@frozen
class Welcoming(Attending):
    """The members of one deployment as identity providers know them."""

    async def recognised(self, gateway: Gateway, identity: Identity) -> Member | None:
        """The member whom `identity` speaks of, as they are by it; None for nobody, and for one who is locked out.

        Groups, and what follows from them, are those of this sign-in. Raises Busy when members change too fast.
        """
        for _ in range(TRIES):
            try:
                return await self._recognised(gateway, identity)
            except Taken:
                continue
        raise Busy("the member is being changed by others", retry_after=1)

    async def tie(self, member: MemberId, subject: Subject | None) -> Member:
        """Tie a member to what an identity provider calls them, or with None to none any more.

        Raises NotFound, and Taken for a subject of another member and when the member was changed meanwhile.
        """
        known = await self._known(member)
        changed = evolve(known, subject=subject, claimed_groups=None, version=known.version + 1)
        await self.storage.members.replace(changed, [self._event(Kind.MEMBER_TIED, changed, Actor.OPERATOR)])
        await self.storage.members.close_sessions(changed.id)
        return changed

    async def _recognised(self, gateway: Gateway, identity: Identity) -> Member | None:
        site, account = gateway.site, identity.account
        member, kind = await self.storage.members.by_subject(identity.who, site), None
        if member is None and account is not None:
            member, kind = await self.storage.members.by_identity(account, site), Kind.MEMBER_TIED
        if member is None:
            return None if account is None else await self._made(gateway, identity)
        if not member.belongs_to(site):
            return None
        known = _by(gateway, identity, member)
        events = [] if kind is None else [self._event(kind, known, Actor.MEMBER, gateway.name)]
        if known.admin != member.admin:
            change = Kind.ADMIN_GRANTED if known.admin else Kind.ADMIN_TAKEN
            events.append(self._event(change, known, Actor.MEMBER, gateway.name))
        if known == member:
            return member
        changed = evolve(known, version=member.version + 1)
        await self.storage.members.replace(changed, events)
        return changed

    async def _made(self, gateway: Gateway, identity: Identity) -> Member:
        """A new member under the first name that is free; raises Taken when none is."""
        now = self.clock.now()
        for name in _names(identity):
            member = Member(MemberId(self.tokens.id()), name, gateway.site, created_at=now)
            member = _by(gateway, identity, member)
            if await self.storage.members.by_name(name, gateway.site) is None:
                added = Event(Kind.MEMBER_ADDED, gateway.site, now, Actor.MEMBER, member=member.id, detail=gateway.name)
                await self.storage.members.add(member, [added])
                return member
        raise Taken("every name for the member is in use")


def _by(gateway: Gateway, identity: Identity, member: Member) -> Member:
    """The member as the provider tells of them. Members of all sites are no site's provider's to make or unmake.

    A provider that has the word about groups and says nothing of them puts nobody into any.
    """
    groups = (identity.groups or frozenset()) if gateway.groups_from_claims else None
    admin = member.admin
    if gateway.admin_groups and identity.groups is not None and member.site is not None:
        admin = bool(gateway.admin_groups & identity.groups)
    return evolve(
        member,
        subject=identity.who,
        identity=identity.account or member.identity,
        claimed_groups=groups,
        admin=admin,
    )


def _names(identity: Identity) -> Iterator[str]:
    """Names for a new member, the best first; each is one that an operator could have given."""
    told = identity.name
    wanted = [told, "" if identity.address is None else str(identity.address)]
    for name in (*wanted, f"{told[:60]} ({identity.subject[:30]})".strip(), identity.subject):
        try:
            fitting = header_text("name", checked_name(name[:MAX_MEMBER_NAME]))
        except InvalidValue:
            continue
        if fitting:
            yield fitting
