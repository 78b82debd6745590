"""Use cases of a member who shares: create, change, switch, rotate, renew, confirm and delete links.

Each act is all or nothing (spec L13): everything is checked before the one transaction that stores it. What every act
begins with is in `exshare_core.sharing.acting`, looking at links in `exshare_core.sharing.looking`, sending them in
`exshare_core.sharing.sending`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from attrs import evolve, frozen

from exshare_core import permissions
from exshare_core.accounts import Member
from exshare_core.content import PageFacts, reach
from exshare_core.decisions import Answer
from exshare_core.errors import Busy, InvalidValue, NotFound, Refused, StaleLink
from exshare_core.events import Kind
from exshare_core.governance import SitePolicy
from exshare_core.groups import identity_of
from exshare_core.links import (
    ADDRESS_PURPOSE,
    MAX_LEADS,
    LinkAddress,
    Scope,
    ShareLink,
    Wish,
    checked_description,
    checked_name,
    segment,
)
from exshare_core.passwords import normalised
from exshare_core.permissions import Mandate, Right
from exshare_core.policy import Layer, Policy
from exshare_core.ports import LinkRecord
from exshare_core.sharing.scoping import Scoping
from exshare_core.sharing.sending import Sending
from exshare_core.sharing.standing import Shown, named_layers, policy_above, standing
from exshare_core.values import AccountId, LinkId, PageId, SpaceKey, Token
from exshare_core.wishes import LinkForm, check_form, prefilled

MAX_GRACE = timedelta(days=30)
"""The longest time that an old address may go on after a rotation (spec L4)."""


@frozen(slots=True)
class Beginning:
    """A page that a member may share now, and what is known before the form is filled in."""

    page: PageId
    title: str
    policy: Policy
    """What the layers above the new link demand and forbid."""
    restricted: bool
    """Whether the page, or one above it, has view restrictions (spec L6)."""
    service_identity: bool
    """Whether the link would share as the connector's own account (spec R5)."""
    form: LinkForm = LinkForm()
    """What the space's configuration fills in (spec L9)."""


@frozen
class Sharing(Sending):
    """A member's acts on the links of one site. `member` None is the operator (spec glossary)."""

    # --- making a link -------------------------------------------------------------------------------------------

    async def begin(self, member: Member, page: str) -> Beginning:
        """What is known of a new link for `page` (an id or an address) before it is made.

        Raises InvalidValue, Refused or Busy when `member` cannot share the page at all.
        """
        permissions.check_membership(member, self.site)
        acts_as, service = await self._identity(member, member)
        facts = await self._facts(await self._located(page), acts_as)
        (await self._mandate(member, facts.space)).check(Right.CREATE)
        policy = await self.storage.policies.policy(self.site) or SitePolicy(self.site)
        now, layers = self.clock.now(), await self.storage.policies.layers(self.site, facts.space)
        above = _above(layers, now, await self._groups(layers, None if service else acts_as))
        defaults = policy.configurations[policy.configuration(facts.space)].defaults
        titles = await self.content.finder.titles([facts.page])
        return Beginning(
            facts.page,
            titles.get(facts.page, f"Page {facts.page}"),
            above,
            bool(facts.restricted),
            service,
            prefilled(defaults, above, facts.page, facts.space, now),
        )

    async def create(
        self, member: Member | None, owner: Member, page: str, form: LinkForm, *, id: LinkId | None = None
    ) -> tuple[Shown, str]:
        """Make a link for `page` (an id or an address of the site) owned by `owner`; gives it and its full address.

        An `id` is given by who must know a repeat of the same request; one in use raises Taken.

        For a whole space, `page` is the key of the space, its home page or any page of it.
        Raises InvalidValue (InvalidValues with every broken rule of the form), Refused or Busy, and leaves nothing
        behind then. Only an admin or the operator may name another owner than themselves.
        """
        Mandate(member, self.site).check(Right.CREATE, owner.id)
        if not owner.belongs_to(self.site):
            raise Refused("the owner is no member of this site")
        acts_as, service = await self._identity(member, owner)
        facts = await self._root(page, form, acts_as)
        (await self._mandate(member, facts.space)).check(Right.CREATE, owner.id)
        await self._actor_reads(member, acts_as, facts.page)
        now = self.clock.now()
        layers = await self.storage.policies.layers(self.site, facts.space)
        groups = await self._groups(layers, None if service else acts_as)
        above = _above(layers, now, groups)
        scope, form = await self._scoping(member, acts_as).scope(form, Scope(facts.page, facts.space))
        form, leads_to = await self._leading(member, form, None)
        wish = evolve(await self._wish(form, above, now, None), leads_to=leads_to)
        link = ShareLink(
            id=id or LinkId(self.tokens.id()),
            site=self.site,
            scope=scope,
            wish=wish,
            owner=owner.id,
            acts_as=acts_as,
            service_identity=service,
            created_by=owner.id if member is None else member.id,
            created_at=now,
            renewed_at=now,
            changed_at=now,
            name=checked_name(form.name),
            description=checked_description(form.description),
        )
        _check_reach(link, above, facts)
        address, token = await self._new_address(link, now, form.slug)
        events = [self._event(Kind.LINK_CREATED, now, member, link, detail="service identity" if service else "")]
        switches = await self.storage.policies.switches(self.site, facts.space)
        await self.storage.links.add(link, address, events)
        return standing(LinkRecord(link, (address,), 0, layers, switches), now, groups), self.url_of(token)

    # --- changing it ---------------------------------------------------------------------------------------------

    async def change(self, member: Member | None, link: LinkId, version: int, form: LinkForm) -> Shown:
        """Change a link's settings, seen at `version`; raises StaleLink when it has changed since (spec L12).

        Raises InvalidValues with every broken rule of the form; nothing is changed then.
        """
        record = await self._record(member, Right.EDIT, link)
        old = record.link
        if old.version != version:
            raise StaleLink(old.version)
        now = self.clock.now()
        above = _above(record.layers, now, await self._groups(record.layers, identity_of(old)))
        scope, form = await self._scoping(member, old.acts_as).scope(form, old.scope, old.scope)
        if scope != old.scope:
            _check_reach(evolve(old, scope=scope), above, await self._both_read(member, old))
        form, leads_to = await self._leading(member, form, old)
        wish = evolve(await self._wish(form, above, now, old), leads_to=leads_to)
        new = old.edited(now, wish=wish, scope=scope, name=form.name, description=form.description)
        renamed = _renamed(record, form.slug)
        await self.storage.links.replace(new, [self._event(Kind.LINK_CHANGED, now, member, new)], addresses=renamed)
        return await self._shown(evolve(record, link=new, addresses=renamed or record.addresses), now)

    async def disable(self, member: Member | None, link: LinkId) -> Shown:
        """Switch a link off; it answers like one that does not exist."""
        return await self._switch(member, link, Right.EDIT, ShareLink.disabled, Kind.LINK_DISABLED)

    async def enable(self, member: Member | None, link: LinkId) -> Shown:
        """Switch a link on again under the same addresses."""
        return await self._switch(member, link, Right.EDIT, ShareLink.enabled, Kind.LINK_ENABLED)

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
        new = record.link.rotated(now)
        address, token = await self._new_address(new, now, record.slug)
        old = tuple(_ended(one, now, grace) for one in record.addresses if one.lives(now))
        event = self._event(Kind.LINK_ROTATED, now, member, new)
        await self.storage.links.replace(new, [event], addresses=(*old, address))
        kept = tuple(one for one in record.addresses if not one.lives(now))
        shown = await self._shown(evolve(record, link=new, addresses=(*kept, *old, address)), now)
        return shown, self.url_of(token)

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
        await self.storage.links.replace(new, [self._event(kind, now, member, new)])
        return await self._shown(evolve(record, link=new), now)

    async def _located(self, page: str) -> PageId:
        located = await self.content.finder.locate(page.strip())
        if located is None:
            raise InvalidValue("page", f"`{page.strip()[:80]}` is neither a page id nor an address of this site")
        return located

    async def _root(self, page: str, form: LinkForm, acts_as: AccountId) -> PageFacts:
        """The facts of the page that a new link begins with: of a whole space, its home page."""
        if not form.whole_space:
            return await self._facts(await self._located(page), acts_as)
        located = await self.content.finder.locate(page.strip())
        space = SpaceKey(page.strip()) if located is None else (await self._facts(located, acts_as)).space
        home = await self.content.finder.home(space)
        if home is None:
            raise InvalidValue("page", f"`{page.strip()[:80]}` is no page, and no space with a home page, of this site")
        return await self._facts(home, acts_as)

    def _scoping(self, member: Member | None, acts_as: AccountId) -> Scoping:
        """Finds what a form names; whoever acts must be able to read it as well as the owner (spec L18)."""
        return Scoping(self.content, acts_as, lambda: self._actor(member, acts_as))

    async def _leading(
        self, member: Member | None, form: LinkForm, old: ShareLink | None
    ) -> tuple[LinkForm, frozenset[LinkId]]:
        """The links that the form lets this one lead to; those that could not be found are noted in the form.

        Who adds one shows its address to others, and so must be able to see it (spec L18). No entry is ever repeated,
        since it may hold the secret part of an address.
        """
        kept = frozenset[LinkId]() if old is None else old.wish.leads_to
        found: set[LinkId] = set()
        failures: list[InvalidValue] = []
        for number, text in enumerate(form.leads_to[:MAX_LEADS], 1):
            if (known := LinkId(text.strip())) in kept:
                found.add(known)
                continue
            try:
                partner = (await self.find(member, text)).link
                await self._both_read(member, partner)
            except (NotFound, Refused, InvalidValue):
                failures.append(InvalidValue("leads_to", f"entry {number} is no link whose address you can see"))
                continue
            found.add(partner.id)
        if old is not None and old.id in found:
            failures.append(InvalidValue("leads_to", "a link cannot lead to itself"))
        return evolve(form, unread=(*form.unread, *failures)), frozenset(found)

    async def _wish(self, form: LinkForm, above: Policy, now: datetime, old: ShareLink | None) -> Wish:
        check_form(form, above, now, old, (self.site,))
        if form.password is not None:
            return form.wish(await self.hasher.hash(normalised(form.password)))
        return form.wish(old.wish.password_hash if old is not None and form.keep_password else None)

    async def _new_address(self, link: ShareLink, now: datetime, slug: str) -> tuple[LinkAddress, str]:
        """A new address, and the path segment that visitors use."""
        text = self.tokens.token()
        sealed = await self.vault.seal(text.encode("ascii"), ADDRESS_PURPOSE, self.site, link.id)
        return LinkAddress(link.id, self.site, Token(text).digest, sealed, now, slug=slug), segment(slug, text)


def _above(layers: Iterable[Layer], now: datetime, groups: frozenset[str] | None) -> Policy:
    policy = policy_above(layers, now, groups)
    if policy is None:
        raise Refused("no layer allows sharing on this site")
    return policy


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


def _check_reach(link: ShareLink, above: Policy, facts: PageFacts) -> None:
    """Refuse a link that could not show its own root."""
    decision = reach(link.scope, above.narrowed(link.layer), facts)
    if decision.allowed:
        return
    if decision.strangers_face() is Answer.BUSY:
        raise Busy("the owner's access to the page could not be confirmed")
    if facts.restricted and not link.scope.restricted_pages:
        raise InvalidValue("restricted_pages", "the page has view restrictions: tick this to share it all the same")
    verdict = decision.members_face()[0]
    raise Refused(verdict.rule, named_layers(verdict.layers))


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
