"""Use cases of a member who shares: create, change, rotate, switch, delete, send and list links.

Each act is all or nothing (spec L13): everything is checked before the one transaction that stores it. An act that
concerns a page needs the present read access of the owner, and of the acting member, to that page (spec R5, L18).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from attrs import evolve, field, frozen

from exshare_core import permissions
from exshare_core.accounts import Member
from exshare_core.capabilities import LADDERS, Capabilities
from exshare_core.content import Absent, MayRead, Node, NodeKind, PageFacts, reach
from exshare_core.decisions import Answer, Effect, Stage
from exshare_core.dispatching import seal_letter
from exshare_core.errors import Busy, CannotUnseal, InvalidValue, NotFound, Refused, StaleLink
from exshare_core.events import Actor, Event, Kind
from exshare_core.gates import Attempt, decide, prepare
from exshare_core.letters import Letter, LetterKind, header_text
from exshare_core.links import (
    LinkAddress,
    LinkState,
    Scope,
    ShareLink,
    Wish,
    checked_description,
    checked_name,
    checked_opens,
    checked_times,
)
from exshare_core.passwords import LEAST, LEAST_AS_ONLY_GATE, check_password
from exshare_core.permissions import Right
from exshare_core.policy import Layer, Policy, effective
from exshare_core.ports import (
    Clock,
    Content,
    LinkRecord,
    PasswordHasher,
    Storage,
    TokenGenerator,
    Vault,
)
from exshare_core.values import (
    AccountId,
    Address,
    LinkId,
    MemberId,
    Networks,
    PageId,
    People,
    SiteId,
    Token,
)

ADDRESS_PURPOSE = "address"
"""The vault's purpose for the sealed token of an address."""

INVITATION_LIFE = timedelta(days=2)
"""How long an invitation is tried before it is given up."""

MAX_RECIPIENTS = 50


@frozen(slots=True)
class LinkForm:
    """What a member fills in to make or change a link. None means "not asked for", except as `keep` says."""

    name: str = ""
    description: str = ""
    password: str | None = field(default=None, repr=False)
    keep_password: bool = False
    """When changing a link: leave its password as it is; `password` must then be None."""
    people: People | None = None
    networks: Networks | None = None
    starts_at: datetime | None = None
    expires_at: datetime | None = None
    max_opens: int | None = None
    children: bool = False
    restricted_pages: bool = False
    allow: Capabilities = Capabilities()


@frozen(slots=True)
class Shown:
    """A link as a member sees it, with its state now."""

    record: LinkRecord
    state: str
    """``active``, ``disabled``, ``deleted``, ``suspended``, ``not started``, ``expired`` or ``used up`` (spec L4)."""
    reason: str = ""
    layers: tuple[str, ...] = ()

    @property
    def link(self) -> ShareLink:
        """The link itself."""
        return self.record.link


@frozen
class Sharing:
    """A member's acts on the links of one site. `member` None is the operator (spec glossary)."""

    site: SiteId
    storage: Storage
    content: Content
    clock: Clock
    tokens: TokenGenerator
    hasher: PasswordHasher
    vault: Vault
    url_of: Callable[[str], str]
    """The full address that visitors use, from the segment that ends in a token."""

    async def create(self, member: Member | None, owner: Member, page: str, form: LinkForm) -> tuple[Shown, str]:
        """Make a link for `page` (an id or an address of the site) owned by `owner`; gives it and its full address.

        Raises InvalidValue, Refused or Busy, and leaves nothing behind then.
        """
        permissions.check(member, Right.CREATE, self.site)
        if not owner.belongs_to(self.site):
            raise Refused("the owner is no member of this site")
        root = await self._located(page)
        acts_as, service = await self._identity(owner)
        facts = await self._facts(root, acts_as)
        await self._actor_reads(member, owner, root)
        now = self.clock.now()
        scope = Scope(root, facts.space, children=form.children, restricted_pages=form.restricted_pages)
        layers = await self._layers(facts)
        wish = await self._wish(form, layers, now, None)
        link = ShareLink(
            id=LinkId(self.tokens.id()),
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
        self._reached(link, layers, facts)
        address, token = await self._new_address(link, now)
        events = [self._event(Kind.LINK_CREATED, now, member, link, detail="service identity" if service else "")]
        await self.storage.links.add(link, address, events)
        switches = await self.storage.policies.switches(self.site, facts.space)
        record = LinkRecord(link, (address,), 0, layers, switches)
        return self._shown(record), self.url_of(token)

    async def change(self, member: Member | None, link: LinkId, version: int, form: LinkForm) -> Shown:
        """Change a link's settings, seen at `version`; raises StaleLink when it has changed since (spec L12)."""
        record = await self._record(member, Right.EDIT, link)
        old = record.link
        if old.version != version:
            raise StaleLink(old.version)
        scope = evolve(old.scope, children=form.children, restricted_pages=form.restricted_pages)
        if scope != old.scope:
            facts = await self._both_read(member, old)
            self._reached(evolve(old, scope=scope), record.layers, facts)
        now = self.clock.now()
        wish = await self._wish(form, record.layers, now, old.wish)
        new = old.edited(now, wish=wish, scope=scope, name=form.name, description=form.description)
        await self.storage.links.replace(new, [self._event(Kind.LINK_CHANGED, now, member, new)])
        return self._shown(evolve(record, link=new))

    async def disable(self, member: Member | None, link: LinkId) -> Shown:
        """Switch a link off; it answers like one that does not exist."""
        return await self._switch(member, link, Right.EDIT, ShareLink.disabled, Kind.LINK_DISABLED)

    async def enable(self, member: Member | None, link: LinkId) -> Shown:
        """Switch a link on again under the same addresses."""
        return await self._switch(member, link, Right.EDIT, ShareLink.enabled, Kind.LINK_ENABLED)

    async def delete(self, member: Member | None, link: LinkId) -> Shown:
        """Revoke a link for good (spec L4)."""
        return await self._switch(member, link, Right.DELETE, ShareLink.deleted, Kind.LINK_DELETED)

    async def rotate(
        self, member: Member | None, link: LinkId, grace: timedelta = timedelta()
    ) -> tuple[Shown, str]:
        """Give the link a new address; the old ones end now or after `grace`. Gives the new full address."""
        record = await self._record(member, Right.EDIT, link)
        await self._both_read(member, record.link)
        now = self.clock.now()
        new = record.link.rotated(now)
        address, token = await self._new_address(new, now)
        old = tuple(
            evolve(one, valid_until=now + grace) if grace else one.revoked(now)
            for one in record.addresses
            if one.lives(now)
        )
        event = self._event(Kind.LINK_ROTATED, now, member, new)
        await self.storage.links.replace(new, [event], addresses=(*old, address))
        kept = tuple(one for one in record.addresses if not one.lives(now))
        return self._shown(evolve(record, link=new, addresses=(*kept, *old, address))), self.url_of(token)

    async def show(self, member: Member | None, link: LinkId) -> Shown:
        """A link with its state now; raises NotFound, also for a link that this member may not see."""
        return self._shown(await self._record(member, Right.VIEW, link))

    async def reveal(self, member: Member | None, link: LinkId) -> str | None:
        """The full address of a link's living address, for who may see it and can read the page (spec L2, L18)."""
        record = await self._record(member, Right.VIEW, link)
        if member is not None:
            await self._both_read(member, record.link)
        return await self.url(record)

    async def url(self, record: LinkRecord) -> str | None:
        """The full address of the newest living address of `record`, or None when there is none to show."""
        now = self.clock.now()
        for address in sorted(record.addresses, key=lambda one: one.created_at, reverse=True):
            if address.sealed is not None and address.recipient is None and address.lives(now):
                try:
                    token = await self.vault.open(address.sealed, ADDRESS_PURPOSE, self.site, record.link.id)
                except CannotUnseal:
                    return None
                return self.url_of((f"{address.slug}-" if address.slug else "") + token.decode("ascii"))
        return None

    async def find(self, member: Member | None, text: str) -> Shown:
        """The link that `text` names: an id, an address or a token; raises NotFound."""
        token = Token.parse(text.rstrip("/").rsplit("/s/", 1)[-1].split("/", 1)[0].split("?", 1)[0])
        record = None
        if token is not None:
            record = await self.storage.links.get_by_digest(token.digest)
        if record is None:
            record = await self.storage.links.get(self.site, LinkId(text.strip()))
        if record is None or record.link.site != self.site:
            raise NotFound(f"there is no link `{text.strip()[:12]}…` on this site")
        return await self.show(member, record.link.id)

    async def list(
        self,
        member: Member | None,
        *,
        page: PageId | None = None,
        after: LinkId | None = None,
        limit: int = 50,
    ) -> tuple[Shown, ...]:
        """Links newest first: all of the site for an admin or the operator, else the member's own."""
        owner = None if permissions.sees_all(member, self.site) else member
        records = await self.storage.links.list(
            self.site, owner=owner.id if owner else None, page=page, after=after, limit=limit
        )
        return tuple(self._shown(record) for record in records)

    async def pages(self, member: Member, text: str, limit: int = 20) -> tuple[Node, ...]:
        """Pages that `text` finds by address, id or words; only those that `member` may read now (spec R5)."""
        identity, _ = await self._identity(member)
        located = await self.content.finder.locate(text)
        if located is not None:
            titles = await self.content.finder.titles([located])
            nodes = tuple(Node(page, title, NodeKind.PAGE) for page, title in titles.items())
        else:
            nodes = await self.content.finder.search(text, limit)
        allowed = await self.content.access.may_read([node.id for node in nodes], identity)
        return tuple(node for node in nodes if allowed.get(node.id) is True)

    async def titles(self, member: Member, pages: Collection[PageId]) -> Mapping[PageId, str]:
        """Titles now of those pages that `member` may read; the others show as their id (spec L18)."""
        identity, _ = await self._identity(member)
        allowed = await self.content.access.may_read(pages, identity)
        readable = [page for page in pages if allowed.get(page) is True]
        return await self.content.finder.titles(readable) if readable else {}

    async def send(
        self, member: Member, link: LinkId, recipients: Sequence[Address], note: str
    ) -> int:
        """Put an invitation for each recipient into the outbox; the number of them (spec M5)."""
        record = await self._record(member, Right.SEND, link)
        if not 1 <= len(recipients) <= MAX_RECIPIENTS:
            raise InvalidValue("recipients", f"from 1 to {MAX_RECIPIENTS} addresses")
        await self._both_read(member, record.link)
        url = await self.url(record)
        if url is None or record.link.state is not LinkState.ACTIVE:
            raise Refused("the link has no address that could be sent")
        now = self.clock.now()
        variables = {"sender": header_text("name", member.name), "link": url, "note": checked_description(note)}
        unique = {one.key: one for one in recipients}.values()
        letters = [
            await seal_letter(
                self.vault,
                Letter(self.tokens.id(), self.site, LetterKind.INVITATION, recipient, variables),
                now,
                now + INVITATION_LIFE,
            )
            for recipient in unique
        ]
        event = self._event(Kind.LINK_SENT, now, member, record.link, detail=f"{len(letters)} letters")
        await self.storage.outbox.put(letters, [event])
        return len(letters)

    async def activity(self, member: Member | None, link: LinkId, limit: int = 50) -> tuple[Event, ...]:
        """The latest events of a link that this member may see, newest first."""
        record = await self._record(member, Right.VIEW, link)
        return await self.storage.activity.of_link(self.site, record.link.id, limit)

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
        new = change(record.link, now)
        await self.storage.links.replace(new, [self._event(kind, now, member, new)])
        return self._shown(evolve(record, link=new))

    async def _record(self, member: Member | None, right: Right, link: LinkId) -> LinkRecord:
        record = await self.storage.links.get(self.site, link)
        if record is None:
            raise NotFound("there is no such link on this site")
        try:
            permissions.check(member, Right.VIEW, self.site, record.link.owner)
        except Refused:
            raise NotFound("there is no such link on this site") from None
        permissions.check(member, right, self.site, record.link.owner)
        return record

    async def _located(self, page: str) -> PageId:
        located = await self.content.finder.locate(page.strip())
        if located is None:
            raise InvalidValue("page", f"`{page.strip()[:80]}` is neither a page id nor an address of this site")
        return located

    async def _identity(self, owner: Member) -> tuple[AccountId, bool]:
        """The Confluence identity an owner shares as, and whether it is the connector's own (spec R5)."""
        if owner.identity is not None:
            return owner.identity, False
        if not owner.admin:
            raise Refused("you are not tied to a Confluence identity, so you cannot share; ask the operator")
        return await self.content.access.service_identity(), True

    async def _facts(self, page: PageId, identity: AccountId) -> PageFacts:
        facts = (await self.content.pages.facts([page], identity)).get(page)
        if facts is None or isinstance(facts, Absent):
            raise InvalidValue("page", f"there is no page {page} that could be shared")
        return facts

    async def _layers(self, facts: PageFacts) -> tuple[Layer, ...]:
        layers = await self.storage.policies.layers(self.site, facts.space)
        if not layers:
            raise Refused("no layer allows sharing on this site")
        return layers

    async def _actor_reads(self, member: Member | None, owner: Member, page: PageId) -> None:
        """The acting member must read the page as well (spec L18). The operator's access is not asked."""
        if member is None or member.id == owner.id:
            return
        identity, _ = await self._identity(member)
        allowed = (await self.content.access.may_read([page], identity)).get(page)
        if allowed is None:
            raise Busy("your access to the page could not be confirmed")
        if not allowed:
            raise Refused("you may not read the page")

    async def _both_read(self, member: Member | None, link: ShareLink) -> PageFacts:
        owner = await self.storage.members.get(link.owner)
        facts = await self._facts(link.scope.root, link.acts_as)
        if facts.may_read is MayRead.UNKNOWN:
            raise Busy("the owner's access to the page could not be confirmed")
        if facts.may_read is MayRead.NO:
            raise Refused("the owner of the link may not read the page any more")
        if owner is not None:
            await self._actor_reads(member, owner, link.scope.root)
        return facts

    def _reached(self, link: ShareLink, layers: tuple[Layer, ...], facts: PageFacts) -> None:
        """Refuse a link that could not show its own root."""
        policy = effective((*layers, link.layer))
        assert policy is not None
        decision = reach(link.scope, policy, facts)
        if decision.allowed:
            return
        if decision.strangers_face() is Answer.BUSY:
            raise Busy("the owner's access to the page could not be confirmed")
        verdict = decision.members_face()[0]
        raise Refused(verdict.rule, ", ".join(verdict.layers) if verdict.layers != ("link",) else None)

    async def _wish(self, form: LinkForm, layers: tuple[Layer, ...], now: datetime, old: Wish | None) -> Wish:
        checked_times(form.starts_at, form.expires_at, now)
        wish = Wish(
            capabilities=form.allow,
            people=form.people,
            networks=form.networks,
            starts_at=form.starts_at,
            expires_at=form.expires_at,
            max_opens=checked_opens(form.max_opens),
            password_hash=old.password_hash if old is not None and form.keep_password else None,
        )
        outer = effective(layers)
        assert outer is not None
        self._locked(form, outer)
        if form.password is not None:
            alone = form.people is None and form.networks is None
            least = max(LEAST_AS_ONLY_GATE if alone else LEAST, outer.limits.password_length or 0)
            wish = evolve(wish, password_hash=await self.hasher.hash(check_password(form.password, least)))
        self._demanded(wish, outer)
        return wish

    def _locked(self, form: LinkForm, outer: Policy) -> None:
        """Refuse what an outer layer has locked, naming it (spec P5)."""
        highest = outer.limits.capabilities or {}
        for name, rung in form.allow.rungs:
            if rung > highest.get(name, rung):
                words = LADDERS[name][highest[name]]
                raise Refused(f"{name} is limited to {words}", ", ".join(outer.set_by("capabilities")))
        if form.children and outer.limits.children is False:
            raise Refused("child pages are not allowed", ", ".join(outer.set_by("children")))
        if form.restricted_pages and outer.limits.restricted_pages is False:
            raise Refused("restricted pages are not allowed", ", ".join(outer.set_by("restricted_pages")))

    def _demanded(self, wish: Wish, outer: Policy) -> None:
        """Refuse a link that would be suspended from its first moment (spec L13, P3)."""
        limits = outer.limits
        if limits.password_demanded and wish.password_hash is None:
            raise Refused("a password is demanded", ", ".join(outer.set_by("password_demanded")))
        if limits.expiry_demanded and wish.expires_at is None and limits.lifetime is None:
            raise Refused("an expiry is demanded", ", ".join(outer.set_by("expiry_demanded")))
        if limits.people_demanded and wish.people is None and limits.people is None:
            raise Refused("a list of allowed people is demanded", ", ".join(outer.set_by("people_demanded")))

    async def _new_address(self, link: ShareLink, now: datetime) -> tuple[LinkAddress, str]:
        text = self.tokens.token()
        sealed = await self.vault.seal(text.encode("ascii"), ADDRESS_PURPOSE, self.site, link.id)
        return LinkAddress(link.id, self.site, Token(text).digest, sealed, now), text

    def _shown(self, record: LinkRecord) -> Shown:
        link = record.link
        if link.state is not LinkState.ACTIVE:
            return Shown(record, link.state.value)
        now = self.clock.now()
        address = next((one for one in record.addresses if one.lives(now)), None)
        if address is None:
            return Shown(record, "active", "it has no living address")
        decision = decide(
            prepare(link, address, record.layers, record.switches), Attempt(now, None, opens=record.opens)
        )
        for verdict in decision.verdicts:
            if verdict.effect is Effect.DENY and verdict.stage is not Stage.NETWORK:
                state = _STATES.get(verdict.stage, "suspended")
                if verdict.stage is Stage.TIME and link.wish.starts_at is not None and now < link.wish.starts_at:
                    state = "not started"
                return Shown(record, state, verdict.rule, verdict.layers)
        return Shown(record, "active")

    def _event(
        self, kind: Kind, at: datetime, member: Member | None, link: ShareLink, detail: str = ""
    ) -> Event:
        actor = Actor.OPERATOR if member is None else Actor.MEMBER
        who: MemberId | None = None if member is None else member.id
        return Event(kind, self.site, at, actor, link.id, who, link.scope.root, detail)


_STATES = {Stage.TIME: "expired", Stage.USES: "used up"}
