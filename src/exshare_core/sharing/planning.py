"""What a member asks of a link, worked out and checked in everything before anything is stored (spec L13, L18).

The same plan is what is stored and what is counted: how many pages and files a link would reach is known before it is
saved (spec M2).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import evolve, frozen

from exshare_core import permissions
from exshare_core.accounts import Member
from exshare_core.content import PageFacts, reach
from exshare_core.decisions import Answer
from exshare_core.errors import Busy, InvalidValue, NotFound, Refused, StaleLink
from exshare_core.governance import SitePolicy
from exshare_core.groups import identity_of
from exshare_core.links import MAX_LEADS, Scope, ShareLink, Wish, checked_description, checked_name
from exshare_core.permissions import Mandate, Right
from exshare_core.planned import written
from exshare_core.policy import Layer, Policy
from exshare_core.ports import LinkRecord
from exshare_core.sharing.counting import Counted, Counting
from exshare_core.sharing.previewing import Previewing
from exshare_core.sharing.scoping import Scoping
from exshare_core.sharing.standing import named_layers, policy_above
from exshare_core.values import AccountId, Address, LinkId, PageId, SpaceKey
from exshare_core.wishes import LinkForm, check_form, prefilled

NOT_HASHED = ""
"""Stands in a plan for the hash of a new password: nothing that is not stored needs one."""


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


@frozen(slots=True)
class Plan:
    """A link as it would be stored. Where it gets a new password, `NOT_HASHED` stands for its hash."""

    link: ShareLink
    form: LinkForm
    above: Policy
    layers: tuple[Layer, ...]
    groups: frozenset[str] | None

    @property
    def policy(self) -> Policy:
        """What would be in force for the link."""
        return self.above.narrowed(self.link.layer)


@frozen
class Planning(Previewing):
    """What a member may ask of links, before it is stored."""

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

    async def check_new(self, member: Member | None, owner: Member, page: str, form: LinkForm) -> Counted:
        """What a link that `create` would make would reach; stores nothing and raises as `create` does.

        A new password is judged and not hashed.
        """
        plan = await self._plan_new(member, owner, page, form, self.clock.now())
        return await self._count(plan.link, plan.policy)

    async def check_change(
        self, member: Member | None, link: LinkId, version: int, form: LinkForm
    ) -> tuple[Counted, Counted]:
        """What a link reaches now, and what it would after `change`; stores nothing and raises as `change` does."""
        record = await self._record(member, Right.EDIT, link)
        now = self.clock.now()
        await self._both_read(member, record.link)
        plan = await self._plan_change(member, record, version, form, now)
        policy = (await self._shown(record, now)).policy or plan.policy
        before = await self._count(record.link, policy)
        if plan.link.scope == record.link.scope and plan.policy == policy:
            return before, before
        return before, await self._count(plan.link, plan.policy)

    async def preview_change(
        self, member: Member, link: LinkId, version: int, form: LinkForm, visitor: Address | None = None
    ) -> str:
        """Where `member` can begin a preview, as of `preview`, of the link as it would be after `change`.

        Stores nothing and raises as `change` does, and InvalidValue for settings that are too long to be carried.
        """
        record = await self._record(member, Right.EDIT, link)
        await self._both_read(member, record.link)
        plan = await self._plan_change(member, record, version, form, self.clock.now())
        return await self._granted(member, record.link, visitor, written(record.link, plan.link))

    async def reach(self, member: Member | None, link: LinkId) -> Counted:
        """What a link reaches now, for who may see it and can read its page; raises AdapterFailed where that is unknown.

        Whether its gates let anybody in is not asked.
        """
        record = await self._record(member, Right.VIEW, link)
        await self._both_read(member, record.link)
        policy = (await self._shown(record, self.clock.now())).policy
        if policy is None:
            raise Refused("no layer allows sharing on this site, or the link has no living address")
        return await self._count(record.link, policy)

    async def _count(self, link: ShareLink, policy: Policy) -> Counted:
        return await Counting(self.content, link.acts_as).count(link.scope, policy)

    # --- plans ---------------------------------------------------------------------------------------------------

    async def _plan_new(
        self,
        member: Member | None,
        owner: Member,
        page: str,
        form: LinkForm,
        now: datetime,
        id: LinkId | None = None,
    ) -> Plan:
        """A new link with everything checked; raises as `Sharing.create` says."""
        Mandate(member, self.site).check(Right.CREATE, owner.id)
        if not owner.belongs_to(self.site):
            raise Refused("the owner is no member of this site")
        acts_as, service = await self._identity(member, owner)
        facts = await self._root(page, form, acts_as)
        (await self._mandate(member, facts.space)).check(Right.CREATE, owner.id)
        await self._actor_reads(member, acts_as, facts.page)
        layers = await self.storage.policies.layers(self.site, facts.space)
        groups = await self._groups(layers, None if service else acts_as)
        above = _above(layers, now, groups)
        scope, form = await self._scoping(member, acts_as).scope(form, Scope(facts.page, facts.space))
        form, leads_to = await self._leading(member, form, None)
        wish = evolve(self._wish(form, above, now, None), leads_to=leads_to)
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
        await self._check_restricted(member, link, above, None)
        return Plan(link, form, above, layers, groups)

    async def _plan_change(
        self, member: Member | None, record: LinkRecord, version: int, form: LinkForm, now: datetime
    ) -> Plan:
        """The link with other settings, everything checked; raises as `Sharing.change` says."""
        old = record.link
        if old.version != version:
            raise StaleLink(old.version)
        groups = await self._groups(record.layers, identity_of(old))
        above = _above(record.layers, now, groups)
        scope, form = await self._scoping(member, old.acts_as).scope(form, old.scope, old.scope)
        if scope != old.scope:
            _check_reach(evolve(old, scope=scope), above, await self._both_read(member, old))
        form, leads_to = await self._leading(member, form, old)
        wish = evolve(self._wish(form, above, now, old), leads_to=leads_to)
        new = old.edited(now, wish=wish, scope=scope, name=form.name, description=form.description)
        if scope != old.scope:
            await self._check_restricted(member, new, above, old)
        return Plan(new, form, above, record.layers, groups)

    async def _check_restricted(
        self, member: Member | None, link: ShareLink, above: Policy, old: ShareLink | None
    ) -> None:
        """Whoever shares restricted pages for somebody else must be able to read each that is added (spec L18)."""
        if not link.scope.restricted_pages or (actor := await self._actor(member, link.acts_as)) is None:
            return
        counting = Counting(self.content, link.acts_as)
        shared = await counting.restricted(link.scope, above.narrowed(link.layer))
        if shared is None:
            raise Refused("there are too many pages here to confirm that you can read every restricted one among them")
        if old is not None and old.scope.restricted_pages:
            shared_before = await counting.restricted(old.scope, above.narrowed(old.layer))
            shared = sorted(set(shared) - set(shared_before or ()))
        allowed = await self.content.access.may_read(shared, actor) if shared else {}
        if any(allowed.get(page) is None for page in shared):
            raise Busy("your access to the restricted pages could not be confirmed")
        if not all(allowed[page] for page in shared):
            raise Refused("you cannot read all of the restricted pages that this would share")

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

    def _wish(self, form: LinkForm, above: Policy, now: datetime, old: ShareLink | None) -> Wish:
        """What the form asks for; raises InvalidValues with every rule that it breaks."""
        check_form(form, above, now, old, (self.site,))
        if form.password is not None:
            return form.wish(NOT_HASHED)
        return form.wish(old.wish.password_hash if old is not None and form.keep_password else None)


def _above(layers: Iterable[Layer], now: datetime, groups: frozenset[str] | None) -> Policy:
    policy = policy_above(layers, now, groups)
    if policy is None:
        raise Refused("no layer allows sharing on this site")
    return policy


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
