"""Use cases of admins: what is set on one site, what a change of it would do, the kill switches, and why a link answers.

What is set is one value with one version: a change is made on what was seen and stored whole or not at all, and of two
changes at once the second is refused with the version now in force (StalePolicy). What becomes of links is never
written to them: it follows at their next request (spec P3). Admins obey policy like everyone, and nothing that they set
can take from them the right to set it back: that right comes with being an admin and not from any scheme.
"""

from __future__ import annotations

from datetime import datetime

from attrs import evolve, frozen

from exshare_core.accounts import Member
from exshare_core.attempts import Method
from exshare_core.content import Absent, reach
from exshare_core.decisions import Answer, Decision, Effect, Stage, Verdict
from exshare_core.differences import differences
from exshare_core.errors import AdapterFailed, Busy, InvalidValue, NotFound, Refused, StalePolicy
from exshare_core.events import Actor, Event, Kind
from exshare_core.explaining import Explanation, explain
from exshare_core.gates import Prepared, prepare
from exshare_core.governance import Permissions, PolicyChange, SitePolicy, assign, check_policy, hold_back, space_layer
from exshare_core.governing.rehearsing import DryRun, Turned, rehearse
from exshare_core.groups import identity_of, mandate_of, member_groups, owner_groups
from exshare_core.links import ShareLink, Switches
from exshare_core.permissions import (
    Mandate,
    Right,
    Shift,
    asks_groups,
    check_admin,
    check_membership,
    sees_all,
    shifts,
)
from exshare_core.policy import Limits, Policy, outer
from exshare_core.ports import Clock, Content, LinkRecord, Storage
from exshare_core.schemes import NOBODY, Grantees
from exshare_core.values import Address, IPAddress, LinkId, SiteId, SpaceKey


@frozen(slots=True)
class SpaceView:
    """What the admins of a space see of what is set for it."""

    space: SpaceKey
    version: int
    configuration: str
    limits: Limits
    """The space's own, which its admins may change."""
    above: Policy | None
    """The meet of the layers above the space: what its own limits can only narrow."""
    switches: Switches
    admins: Grantees = NOBODY
    """Who governs the space besides the admins of the site, who alone can change it."""


@frozen
class Governing:
    """The acts of admins on one site. `member` None is the operator (spec glossary)."""

    site: SiteId
    storage: Storage
    content: Content
    clock: Clock
    methods: frozenset[Method] = frozenset()
    """How visitors of the site can sign in; a demand that none of them meets is warned of."""

    # --- what is set ---------------------------------------------------------------------------------------------

    async def policy(self, member: Member | None) -> SitePolicy:
        """Everything that is set; raises Refused for who is no admin of the site."""
        check_admin(member, self.site)
        return await self._policy()

    async def change(self, member: Member | None, wanted: SitePolicy) -> SitePolicy:
        """Store `wanted`, whose version is the one that was seen; gives what is now in force.

        What a layer was before it is loosened is held back for older links if the site says so (spec P4). Raises
        InvalidValue for what has no meaning and StalePolicy when somebody else was first; nothing is changed then.
        Where nothing is different, nothing is stored.
        """
        check_admin(member, self.site)
        return await self._store(member, await self._seen(wanted.version), wanted)

    async def history(
        self, member: Member | None, *, before: int | None = None, limit: int = 50
    ) -> tuple[PolicyChange, ...]:
        """Who changed what, newest first (spec M7)."""
        check_admin(member, self.site)
        return await self.storage.policies.history(self.site, before=before, limit=limit)

    async def space(self, member: Member | None, space: SpaceKey) -> SpaceView:
        """What is set for one space; raises Refused for who is neither its admin nor one of the site."""
        await self._check_space(member, space)
        policy = await self._policy()
        outside = (one for one in policy.layers(space) if one.name != space_layer(SpaceKey(space.upper())))
        return SpaceView(
            SpaceKey(space.upper()),
            policy.version,
            policy.configuration(space),
            policy.rules(space).limits,
            outer(tuple(one for one in outside if one.before is None)),
            await self.storage.policies.switches(self.site, space),
            policy.rules(space).admins,
        )

    async def spaces(self, member: Member | None) -> tuple[SpaceKey, ...]:
        """The spaces for which something is set that `member` governs, by key; all of them for admins of the site."""
        check_membership(member, self.site)
        policy = await self._policy()
        if member is None or sees_all(member, self.site):
            return tuple(sorted(policy.spaces))
        groups: frozenset[str] | None = frozenset()
        if any(one.admins.asks_groups for one in policy.spaces.values()):
            groups = await member_groups(member, self.content.directory)
        mandates = {space: Mandate(member, self.site, policy.permissions(space), groups) for space in policy.spaces}
        return tuple(sorted(space for space, mandate in mandates.items() if mandate.is_space_admin))

    async def change_space(self, member: Member | None, space: SpaceKey, version: int, limits: Limits) -> SitePolicy:
        """Set the limits of one space, seen at `version`: all that its admins may set (spec R3). Raises as `change`."""
        await self._check_space(member, space)
        policy = await self._seen(version)
        return await self._store(member, policy, with_space_limits(policy, space, limits), space)

    # --- what a change would do ----------------------------------------------------------------------------------

    async def dry_run(self, member: Member | None, wanted: SitePolicy) -> DryRun:
        """What `change` would do with `wanted` to every link of the site, by the visitor's own evaluator.

        Raises as `change` does, and stores nothing.
        """
        check_admin(member, self.site)
        return await self._dry_run(await self._seen(wanted.version), wanted)

    async def dry_run_space(self, member: Member | None, space: SpaceKey, version: int, limits: Limits) -> DryRun:
        """What `change_space` would do to the links of that space; raises as it does, and stores nothing."""
        await self._check_space(member, space)
        policy = await self._seen(version)
        return await self._dry_run(policy, with_space_limits(policy, space, limits), space)

    async def dry_run_switch(self, member: Member | None, space: SpaceKey | None, on: bool) -> DryRun:
        """What `switch` would do to every link of the site, or of the space where one is named; raises as it does."""
        await self._check_switch(member, space)
        policy = await self._policy()
        return await rehearse(
            self.storage, policy, policy, self.clock.now(), Turned(space, on), only=space, methods=self.methods
        )

    async def dry_run_rights(
        self, member: Member | None, space: SpaceKey | None, wanted: Permissions
    ) -> tuple[tuple[Shift, ...], int]:
        """Which rights would change hands in `space`, or in those without a scheme of their own, and for how many members.

        Admins of the site are not counted: no scheme gives them anything or takes it. The number beside is of members
        whose groups could not be found out: no group counts for them, neither before nor after.
        """
        check_admin(member, self.site)
        policy = await self._policy()
        now = policy.permissions(SpaceKey("") if space is None else space)
        asked = asks_groups(now) or asks_groups(wanted)
        before, after, unknown = list[Mandate](), list[Mandate](), 0
        for one in await self.storage.members.list(self.site):
            if sees_all(one, self.site) or not one.belongs_to(self.site):
                continue
            groups: frozenset[str] | None = frozenset()
            if asked:
                groups = await member_groups(one, self.content.directory)
                unknown += groups is None
            before.append(Mandate(one, self.site, now, groups))
            after.append(Mandate(one, self.site, wanted, groups))
        return shifts(before, after), unknown

    # --- the switches --------------------------------------------------------------------------------------------

    async def stopped(self, member: Member | None) -> frozenset[SpaceKey | None]:
        """The spaces whose own switch is off; None among them where the switch of the site is."""
        check_admin(member, self.site)
        return await self.storage.policies.stopped(self.site)

    async def switches(self, member: Member | None, space: SpaceKey | None) -> Switches:
        """The switches above a space, for who may turn the space's; of the site where none is named."""
        await self._check_switch(member, space)
        return await self.storage.policies.switches(self.site, space or SpaceKey(""))

    async def switch(self, member: Member | None, space: SpaceKey | None, on: bool) -> Switches:
        """Stop the site, or one space of it, at once, or let it go on as before (spec P7).

        Admins of a space turn the switch of that space and no other (spec R3); raises Refused for anybody else. Nothing
        of a link is touched. Gives the switches now in force above the space; of the site where none is named.
        """
        await self._check_switch(member, space)
        kind = Kind.SHARING_RESUMED if on else Kind.SHARING_STOPPED
        what = "site" if space is None else space_layer(SpaceKey(space.upper()))
        await self.storage.policies.switch(
            self.site, space, on, [self._event(kind, self.clock.now(), member, what, space)]
        )
        return await self.storage.policies.switches(self.site, space or SpaceKey(""))

    # --- why -----------------------------------------------------------------------------------------------------

    async def explain(
        self,
        member: Member | None,
        link: LinkId,
        *,
        address: Address | None = None,
        network: IPAddress | None = None,
        at: datetime | None = None,
        signed_in: Method | None = None,
    ) -> Explanation:
        """Why somebody who has proved `address`, from `network`, at an instant (now), would be let in or not (P9).

        With `signed_in` they have signed in that way, as somebody with that address or, without one, with none confirmed.
        Stored facts are judged as of `at`, and what Confluence says of the page as of now; where it says nothing, that
        is said. Raises NotFound for a link that is not there or that `member` may not see.
        """
        record = await self.storage.links.get(self.site, link)
        if record is None or not await self._may_view(member, record.link):
            raise NotFound("there is no such link on this site")
        moment = self.clock.now() if at is None else at
        prepared = await self._prepared(record, moment)
        live = None if prepared is None else await self._live(prepared)
        return explain(prepared, moment, network, address, record.opens, live, signed_in)

    # --- the steps -----------------------------------------------------------------------------------------------

    async def _policy(self) -> SitePolicy:
        policy = await self.storage.policies.policy(self.site)
        if policy is None:
            raise NotFound("there is no such site")
        return policy

    async def _seen(self, version: int) -> SitePolicy:
        """The policy in force, if it still is the one that was seen; else raises StalePolicy."""
        policy = await self._policy()
        if policy.version != version:
            raise StalePolicy(policy.version)
        return policy

    async def _check_space(self, member: Member | None, space: SpaceKey) -> None:
        check_membership(member, self.site)
        mandate = await mandate_of(member, self.site, space, self.storage.policies, self.content.directory)
        if not mandate.is_space_admin:
            if mandate.groups is None and mandate.permissions.space_admins.asks_groups:
                raise Busy("your groups could not be found out")
            raise Refused("only admins of the space or the site may do this")

    async def _check_switch(self, member: Member | None, space: SpaceKey | None) -> None:
        if space is None:
            check_admin(member, self.site)
        else:
            await self._check_space(member, space)

    async def _may_view(self, member: Member | None, link: ShareLink) -> bool:
        policies, directory = self.storage.policies, self.content.directory
        return (await mandate_of(member, self.site, link.scope.space, policies, directory)).may(Right.VIEW, link.owner)

    async def _store(
        self, member: Member | None, before: SitePolicy, wanted: SitePolicy, space: SpaceKey | None = None
    ) -> SitePolicy:
        now = self.clock.now()
        after = _follows(before, wanted, now)
        changes = differences(before, after)
        if not changes:
            return before
        actor = Actor.OPERATOR if member is None else Actor.MEMBER
        row = PolicyChange(self.site, after.version, now, actor, None if member is None else member.id, changes)
        detail = f"version {after.version}"
        event = self._event(Kind.POLICY_CHANGED, now, member, detail, space)
        await self.storage.policies.replace(after, [event], row)
        return after

    async def _dry_run(self, before: SitePolicy, wanted: SitePolicy, only: SpaceKey | None = None) -> DryRun:
        now = self.clock.now()
        return await rehearse(self.storage, before, _follows(before, wanted, now), now, only=only, methods=self.methods)

    async def _prepared(self, record: LinkRecord, moment: datetime) -> Prepared | None:
        """The gates through the newest address that lives, or the newest of all where none does."""
        newest_first = sorted(record.addresses, key=lambda one: one.created_at, reverse=True)
        address = next((one for one in newest_first if one.lives(moment)), newest_first[0])
        groups = await owner_groups(record.layers, identity_of(record.link), self.content.directory)
        return prepare(record.link, address, record.layers, record.switches, groups)

    async def _live(self, prepared: Prepared) -> Decision:
        """What Confluence says of the link's own page now, as the same verdicts that a visitor meets."""
        link = prepared.link
        try:
            facts = (await self.content.pages.facts([link.scope.root], link.acts_as))[link.scope.root]
        except AdapterFailed:
            return _unanswered("Confluence does not answer now", Answer.BUSY)
        if isinstance(facts, Absent):
            return _unanswered(f"the page is {facts.why.value}", Answer.UNAVAILABLE)
        return reach(link.scope, prepared.policy, facts)

    def _event(
        self, kind: Kind, at: datetime, member: Member | None, detail: str, space: SpaceKey | None = None
    ) -> Event:
        actor, who = (Actor.OPERATOR, None) if member is None else (Actor.MEMBER, member.id)
        return Event(kind, self.site, at, actor, member=who, detail=detail, space=space)


def with_space_limits(policy: SitePolicy, space: SpaceKey, limits: Limits) -> SitePolicy:
    """The policy with other limits for one space; nothing else of the space is touched."""
    return assign(policy, space, evolve(policy.rules(space), limits=limits))


def _follows(before: SitePolicy, wanted: SitePolicy, now: datetime) -> SitePolicy:
    """`wanted` as the version after `before`, with what is held back; raises InvalidValue for what has no meaning."""
    if wanted.site != before.site:
        raise InvalidValue("site", "what is set on one site cannot be set on another")
    check_policy(wanted)
    return evolve(hold_back(before, wanted, now), version=before.version + 1)


def _unanswered(rule: str, answer: Answer) -> Decision:
    return Decision(Effect.DENY, (Verdict(Stage.CONTENT, Effect.DENY, rule, answer),))
