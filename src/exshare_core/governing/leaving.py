"""The use case of a member who leaves: their links stop, or go on as the site's admins have chosen (spec L15).

That somebody has left is known at once: a member who is locked out owns no living link, and Confluence is asked about
the owner at each view in any case. What is done here hands links over; it never gives a link to an identity that
nobody chose, and each of them is logged.
"""

from __future__ import annotations

from attrs import evolve, frozen

from exshare_core.accounts import Member
from exshare_core.errors import NotFound, Refused, StaleLink
from exshare_core.events import Actor, Event, Kind
from exshare_core.governance import Leavers, SitePolicy
from exshare_core.links import LinkState, ShareLink
from exshare_core.ports import Clock, Content, Storage
from exshare_core.values import AccountId, LinkId, MemberId, SiteId

PAGE = 500
"""How many links are looked at together."""


@frozen(slots=True)
class Settlement:
    """What became of the links of somebody who left one site."""

    site: SiteId
    choice: Leavers
    links: tuple[LinkId, ...]
    """Those that stop or were handed over; deleted ones are not among them."""
    heir: Member | None = None
    """Who owns them now."""


@frozen
class Leaving:
    """What becomes of links on one site whose owner leaves."""

    site: SiteId
    storage: Storage
    content: Content
    clock: Clock

    async def settle(self, leaver: MemberId) -> Settlement:
        """Do with the links of `leaver`, who is locked out by now, what the site has chosen; safe to do again.

        Raises Refused while the leaver may still act, when the new owner cannot take links over, and Busy when
        Confluence does not say who the connector is; links that were handed over by then stay so.
        """
        member = await self.storage.members.get(leaver)
        if member is None:
            raise NotFound("there is no such member")
        if not member.disabled:
            raise Refused(f"{member.name} has not left: lock the member out first")
        policy = await self.storage.policies.policy(self.site) or SitePolicy(self.site)
        owned = await self._owned(leaver)
        ids = tuple(link.id for link in owned)
        if policy.leavers is Leavers.STOP or not owned:
            return Settlement(self.site, policy.leavers, ids)
        heir = await self._heir(policy)
        service = policy.leavers is Leavers.KEEP
        acts_as = await self.content.access.service_identity() if service else heir.identity
        if acts_as is None:
            raise Refused(f"{heir.name} is tied to no Confluence identity and cannot take over links")
        for link in owned:
            await self._hand_over(link, heir, acts_as, service=service)
        return Settlement(self.site, policy.leavers, ids, heir)

    async def _owned(self, owner: MemberId) -> tuple[ShareLink, ...]:
        found: list[ShareLink] = []
        last: LinkId | None = None
        while records := await self.storage.links.list(self.site, owner=owner, after=last, limit=PAGE):
            found += [record.link for record in records if record.link.state is not LinkState.DELETED]
            last = records[-1].link.id
        return tuple(found)

    async def _heir(self, policy: SitePolicy) -> Member:
        heir = None if policy.heir is None else await self.storage.members.get(policy.heir)
        if heir is None or not heir.belongs_to(self.site):
            raise Refused("who should take over the links of leavers is no member of this site any more")
        return heir

    async def _hand_over(self, link: ShareLink, heir: Member, acts_as: AccountId, *, service: bool) -> None:
        """Give one link away. Somebody who changes it at the same moment goes first."""
        former = link.owner
        while True:
            now = self.clock.now()
            changed = evolve(link.handed_over(now, heir.id, acts_as, service_identity=service), changed_by=None)
            detail = "service identity" if service else "owner"
            event = Event(
                Kind.LINK_HANDED_OVER,
                link.site,
                now,
                Actor.OPERATOR,
                link.id,
                heir.id,
                link.scope.root,
                detail,
                space=link.scope.space,
            )
            try:
                await self.storage.links.replace(changed, [event])
                return
            except StaleLink:
                record = await self.storage.links.get(link.site, link.id)
                if record is None or record.link.owner != former or record.link.state is LinkState.DELETED:
                    return
                link = record.link
