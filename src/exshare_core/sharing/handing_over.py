"""The use case of a member who gives a link to another member, whose access bounds it from then on (spec L15, L18)."""

from __future__ import annotations

from attrs import evolve, frozen

from exshare_core import permissions
from exshare_core.accounts import Member
from exshare_core.errors import InvalidValue, Refused
from exshare_core.events import Kind
from exshare_core.permissions import Right
from exshare_core.sharing.listing import Listing
from exshare_core.sharing.standing import Shown
from exshare_core.values import LinkId, MemberId, SpaceKey

MOST_NAME = 200


@frozen
class HandingOver(Listing):
    """A member's links for others to go on with."""

    async def transfer(self, member: Member | None, link: LinkId, heir: MemberId) -> Shown:
        """Make `heir` the owner of a link; it is theirs at once, with its address and all that it asks for.

        The acting member and the new owner must both be able to read the page now (spec L18), and the new owner must
        be a member of the site who may create links there. Raises Refused with the rule, and Busy when Confluence does
        not answer. A link that is theirs already stays as it is.
        """
        record = await self._record(member, Right.EDIT, link)
        old, now = record.link, self.clock.now()
        owner = await self._heir(heir)
        if old.owner == owner.id:
            return await self._shown(record, now)
        acts_as, service = await self._identity(None, owner)
        await self._heir_may(owner, record.link.scope.space)
        try:
            await self._facts(old.scope.root, acts_as)
        except InvalidValue:
            raise Refused("the new owner cannot read the page of this link in Confluence") from None
        await self._actor_reads(member, acts_as, old.scope.root)
        new = self._by(member, old.handed_over(now, owner.id, acts_as, service_identity=service))
        detail = f"{'service identity' if service else 'owner'} {owner.id}"
        await self.storage.links.replace(new, [self._event(Kind.LINK_HANDED_OVER, now, member, new, detail)])
        return await self._shown(evolve(record, link=new), now)

    async def member_named(self, member: Member | None, text: str) -> MemberId:
        """The member of the site whom a name or an id means, `me` being the acting one; raises InvalidValue."""
        permissions.check_membership(member, self.site)
        name = text.strip()
        if member is not None and name == "me":
            return member.id
        found = None
        if name.isprintable() and 0 < len(name) <= MOST_NAME:
            found = await self.storage.members.by_name(name, self.site)
            found = found or await self.storage.members.get(MemberId(name))
        if found is None or not found.belongs_to(self.site):
            raise InvalidValue("owner", "there is no such member on this site")
        return found.id

    async def _heir(self, heir: MemberId) -> Member:
        owner = await self.storage.members.get(heir)
        if owner is None or not owner.belongs_to(self.site):
            raise InvalidValue("owner", "there is no such member on this site")
        return owner

    async def _heir_may(self, owner: Member, space: SpaceKey) -> None:
        mandate = await self._mandate(owner, space)
        try:
            mandate.check(Right.CREATE)
        except Refused as error:
            raise Refused("the new owner may not create links in this space", error.layer) from None
