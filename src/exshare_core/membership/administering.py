"""What admins of a site may do with its members: see them, lock them out, let them in again, and sign them out.

Everything else is the operator's: who is added, who is an admin, and who somebody is in Confluence (spec M1, R5, R6). A
member of all sites is of no single one, so that no admin of one may lock them out of the others.
"""

from __future__ import annotations

from attrs import evolve, frozen

from exshare_core import permissions
from exshare_core.accounts import Member
from exshare_core.errors import NotFound, Refused, Stale
from exshare_core.events import Actor, Event, Kind
from exshare_core.membership.attending import Attending
from exshare_core.values import MemberId, SiteId


@frozen
class Administering(Attending):
    """The members of one site, for its admins."""

    async def of_site(self, admin: Member, site: SiteId) -> tuple[Member, ...]:
        """Who belongs to `site`, those of all sites and those who are locked out among them; raises Refused."""
        permissions.check_admin(admin, site)
        return await self.storage.members.list(site)

    async def one_of(self, admin: Member, site: SiteId, member: MemberId) -> Member:
        """One of them; raises Refused for who is no admin there, and NotFound."""
        permissions.check_admin(admin, site)
        found = await self.storage.members.get(member)
        if found is None or found.site not in (None, site):
            raise NotFound("there is no such member of this site")
        return found

    async def lock_out(self, admin: Member, site: SiteId, member: MemberId, version: int) -> Member:
        """Lock a member out at once, in every browser and with every key, as it was seen at `version`.

        Raises Refused, NotFound, Stale where it was changed since, and Refused for oneself: there may be no other admin.
        """
        known = await self._theirs(admin, site, member, version)
        if known.id == admin.id:
            raise Refused("nobody can lock themselves out")
        changed = evolve(known, disabled=True, setup_digest=None, setup_expires=None, version=known.version + 1)
        await self.storage.members.replace(changed, [self._by(Kind.MEMBER_DISABLED, admin, site, changed)])
        await self.storage.members.close_sessions(changed.id)
        return changed

    async def let_in(self, admin: Member, site: SiteId, member: MemberId, version: int) -> Member:
        """Let a member sign in again with the password they had; raises as `lock_out`."""
        known = await self._theirs(admin, site, member, version)
        changed = evolve(known, disabled=False, version=known.version + 1)
        await self.storage.members.replace(changed, [self._by(Kind.MEMBER_ENABLED, admin, site, changed)])
        return changed

    async def _theirs(self, admin: Member, site: SiteId, member: MemberId, version: int) -> Member:
        known = await self.one_of(admin, site, member)
        if known.site is None:
            raise Refused("a member of all sites is the operator's business")
        if known.version != version:
            raise Stale(known.version)
        return known

    def _by(self, kind: Kind, admin: Member, site: SiteId, member: Member) -> Event:
        """What an admin did, with the id of the member that it was done to."""
        return Event(kind, site, self.clock.now(), Actor.MEMBER, member=admin.id, detail=member.id)
