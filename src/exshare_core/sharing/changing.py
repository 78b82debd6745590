"""Use cases of a member who shares: create, change, switch, rotate, renew, confirm and delete links.

Each act is all or nothing (spec L13): everything is checked before the one transaction that stores it. What every act
begins with is in `exshare_core.sharing.acting`, looking at links in `exshare_core.sharing.looking`, sending them in
`exshare_core.sharing.sending`; what is asked of them is worked out in `exshare_core.sharing.planning`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from attrs import evolve, frozen

from exshare_core.accounts import Member
from exshare_core.errors import InvalidValue, Refused
from exshare_core.events import Kind
from exshare_core.links import LinkAddress, LinkState, ShareLink
from exshare_core.passwords import normalised
from exshare_core.permissions import Right
from exshare_core.policy import Policy
from exshare_core.ports import LinkRecord
from exshare_core.sharing.planning import Plan, Planning
from exshare_core.sharing.standing import Shown, named_layers, standing
from exshare_core.values import LinkId
from exshare_core.wishes import LinkForm

MAX_GRACE = timedelta(days=30)
"""The longest time that an old address may go on after a rotation (spec L4)."""


@frozen
class Sharing(Planning):
    """A member's acts on the links of one site. `member` None is the operator (spec glossary)."""

    # --- making a link -------------------------------------------------------------------------------------------

    async def create(
        self, member: Member | None, owner: Member, page: str, form: LinkForm, *, id: LinkId | None = None
    ) -> tuple[Shown, str]:
        """Make a link for `page` (an id or an address of the site) owned by `owner`; gives it and its full address.

        An `id` is given by who must know a repeat of the same request; one in use raises Taken.

        For a whole space, `page` is the key of the space, its home page or any page of it.
        Raises InvalidValue (InvalidValues with every broken rule of the form), Refused or Busy, and leaves nothing
        behind then. Only an admin or the operator may name another owner than themselves.
        """
        now = self.clock.now()
        plan = await self._plan_new(member, owner, page, form, now, id)
        link = await self._hashed(plan)
        address, token = await self._new_address(link, now, plan.form.slug)
        events = [
            self._event(
                Kind.LINK_CREATED, now, member, link, detail="service identity" if link.service_identity else ""
            )
        ]
        switches = await self.storage.policies.switches(self.site, link.scope.space)
        await self.storage.links.add(link, address, events)
        return standing(LinkRecord(link, (address,), 0, plan.layers, switches), now, plan.groups), self.url_of(token)

    # --- changing it ---------------------------------------------------------------------------------------------

    async def change(self, member: Member | None, link: LinkId, version: int, form: LinkForm) -> Shown:
        """Change a link's settings, seen at `version`; raises StaleLink when it has changed since (spec L12).

        Raises InvalidValues with every broken rule of the form; nothing is changed then.
        """
        record = await self._record(member, Right.EDIT, link)
        now = self.clock.now()
        plan = await self._plan_change(member, record, version, form, now)
        new = self._by(member, await self._hashed(plan))
        renamed = _renamed(record, plan.form.slug)
        await self.storage.links.replace(new, [self._event(Kind.LINK_CHANGED, now, member, new)], addresses=renamed)
        return await self._shown(evolve(record, link=new, addresses=renamed or record.addresses), now)

    async def disable(self, member: Member | None, link: LinkId) -> Shown:
        """Switch a link off; it answers like one that does not exist."""
        return await self._switch(member, link, Right.EDIT, ShareLink.disabled, Kind.LINK_DISABLED)

    async def enable(self, member: Member | None, link: LinkId) -> Shown:
        """Switch a link on again under the same addresses."""
        return await self._switch(member, link, Right.EDIT, ShareLink.enabled, Kind.LINK_ENABLED)

    async def enable_anew(self, member: Member | None, link: LinkId) -> tuple[Shown, str]:
        """Switch a link on again under a new address alone, as one act: what has leaked stays dead (spec L4).

        Gives the new full address; refuses what `rotate` refuses.
        """
        record = await self._record(member, Right.EDIT, link)
        await self._both_read(member, record.link)
        now = self.clock.now()
        new = evolve(record.link.rotated(now), state=LinkState.ACTIVE)
        kinds = (Kind.LINK_ENABLED, Kind.LINK_ROTATED)
        return await self._readdress(member, record, new, timedelta(), now, kinds)

    async def delete(self, member: Member | None, link: LinkId) -> Shown:
        """Revoke a link for good (spec L4)."""
        return await self._switch(member, link, Right.DELETE, ShareLink.deleted, Kind.LINK_DELETED)

    async def rotate(self, member: Member | None, link: LinkId, grace: timedelta = timedelta()) -> tuple[Shown, str]:
        """Give the link a new address; the old ones end now or after `grace`, never later than they would have.

        Gives the new full address. Proofs won before end at once. Raises InvalidValue for a negative grace or one of
        more than 30 days.
        """
        if not timedelta() <= grace <= MAX_GRACE:
            raise InvalidValue("grace", f"from none to {MAX_GRACE.days} days")
        record = await self._record(member, Right.EDIT, link)
        await self._both_read(member, record.link)
        now = self.clock.now()
        return await self._readdress(member, record, record.link.rotated(now), grace, now, (Kind.LINK_ROTATED,))

    async def renew(self, member: Member | None, link: LinkId) -> Shown:
        """Count a link's longest life anew from now, as often as the layers let members do it (spec P3).

        Where no layer says how often, and when that is used up, an admin of the site or the space must do it; where a
        layer says never, nobody can. Raises Refused with the rule and its layer, and InvalidValue where no layer limits
        the link's life.
        """
        record = await self._record(member, Right.EDIT, link)
        await self._both_read(member, record.link)
        now = self.clock.now()
        mandate = await self._mandate(member, record.link.scope.space)
        _check_renewal((await self._shown(record, now)).policy, record.link, by_admin=mandate.is_space_admin)
        return await self._store(member, record, record.link.renewed(now), Kind.LINK_RENEWED, now)

    async def confirm(self, member: Member | None, link: LinkId) -> Shown:
        """Agree to a link's settings as they are: what layers were loosened since comes into force for it (spec P4).

        Where nothing is held back, nothing is changed.
        """
        record = await self._record(member, Right.EDIT, link)
        await self._both_read(member, record.link)
        now = self.clock.now()
        shown = await self._shown(record, now)
        if not shown.held_back_by:
            return shown
        return await self._store(member, record, record.link.confirmed(now), Kind.LINK_CONFIRMED, now)

    # --- the steps -----------------------------------------------------------------------------------------------

    async def _switch(
        self,
        member: Member | None,
        link: LinkId,
        right: Right,
        change: Callable[[ShareLink, datetime], ShareLink],
        kind: Kind,
    ) -> Shown:
        record = await self._record(member, right, link)
        now = self.clock.now()
        return await self._store(member, record, change(record.link, now), kind, now)

    async def _store(
        self, member: Member | None, record: LinkRecord, new: ShareLink, kind: Kind, now: datetime
    ) -> Shown:
        new = self._by(member, new)
        await self.storage.links.replace(new, [self._event(kind, now, member, new)])
        return await self._shown(evolve(record, link=new), now)

    async def _readdress(
        self,
        member: Member | None,
        record: LinkRecord,
        new: ShareLink,
        grace: timedelta,
        now: datetime,
        kinds: Iterable[Kind],
    ) -> tuple[Shown, str]:
        """Store the link with a new address, after which the old ones end."""
        address, token = await self._new_address(new, now, record.slug)
        old = tuple(_ended(one, now, grace) for one in record.addresses if one.lives(now))
        new = self._by(member, new)
        events = [self._event(kind, now, member, new) for kind in kinds]
        await self.storage.links.replace(new, events, addresses=(*old, address))
        kept = tuple(one for one in record.addresses if not one.lives(now))
        shown = await self._shown(evolve(record, link=new, addresses=(*kept, *old, address)), now)
        return shown, self.url_of(token)

    async def _hashed(self, plan: Plan) -> ShareLink:
        """The link of a plan with the hash of its new password, where it gets one."""
        if plan.form.password is None:
            return plan.link
        stored = await self.hasher.hash(normalised(plan.form.password))
        return evolve(plan.link, wish=evolve(plan.link.wish, password_hash=stored))


def _check_renewal(policy: Policy | None, link: ShareLink, *, by_admin: bool) -> None:
    """Refuse a renewal that the layers keep from this member, or that would do nothing."""
    if policy is None or policy.limits.lifetime is None:
        raise InvalidValue("renewal", "no layer limits the life of this link, so there is nothing to renew")
    most, layer = policy.limits.renewals, named_layers(policy.set_by("renewals"))
    if most == 0:
        raise Refused("links are never renewed", layer)
    if by_admin or (most is not None and link.renewals < most):
        return
    if most is None:
        raise Refused("an admin must renew this link", named_layers(policy.set_by("lifetime")))
    raise Refused(f"all of its {most} renewals are used: an admin must renew it", layer)


def _renamed(record: LinkRecord, slug: str) -> tuple[LinkAddress, ...]:
    """All addresses with other words before the token, which mean nothing: each old spelling goes on. None if equal."""
    if slug == record.slug:
        return ()
    return tuple(one if one.recipient is not None else evolve(one, slug=slug) for one in record.addresses)


def _ended(address: LinkAddress, now: datetime, grace: timedelta) -> LinkAddress:
    if not grace:
        return address.revoked(now)
    end = now + grace
    return evolve(address, valid_until=end if address.valid_until is None else min(end, address.valid_until))
