"""Use cases of a member who shares: create, change, rotate, switch, delete, send and list links.

Each act is all or nothing (spec L13): everything is checked before the one transaction that stores it. An act that
concerns a page needs the present read access of the owner, and of the acting member, to that page (spec R5, L18).
Links of other members and of other sites are answered alike: there is no such link (reference product, incident 5).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from attrs import evolve, frozen

from exshare_core import permissions
from exshare_core.accounts import Member
from exshare_core.content import Absent, MayRead, Node, NodeKind, PageFacts, reach
from exshare_core.decisions import Answer
from exshare_core.dispatching import seal_letter
from exshare_core.errors import AdapterFailed, Busy, CannotUnseal, InvalidValue, NotFound, Refused, StaleLink
from exshare_core.events import Actor, Event, Kind
from exshare_core.gates import admits
from exshare_core.governance import SitePolicy
from exshare_core.groups import identity_of, mandate_of, owner_groups
from exshare_core.letters import Letter, LetterKind, header_text
from exshare_core.links import (
    ADDRESS_PURPOSE,
    MAX_LEADS,
    LinkAddress,
    Scope,
    ShareLink,
    Wish,
    checked_description,
    checked_name,
    lasting,
    segment,
)
from exshare_core.passwords import normalised
from exshare_core.permissions import Mandate, Right
from exshare_core.policy import Layer, Policy
from exshare_core.ports import Clock, Content, LinkRecord, PasswordHasher, Storage, TokenGenerator, Vault
from exshare_core.schemes import Granted
from exshare_core.scoping import Scoping
from exshare_core.standing import Shown, named_layers, policy_above, standing, with_facts
from exshare_core.values import AccountId, Address, LinkId, MemberId, PageId, SiteId, SpaceKey, Token
from exshare_core.wishes import LinkForm, check_form, prefilled

__all__ = [
    "ADDRESS_PURPOSE",
    "INVITATION_LIFE",
    "MAX_GRACE",
    "MAX_RECIPIENTS",
    "Beginning",
    "LinkForm",
    "Sharing",
    "Shown",
]

INVITATION_LIFE = timedelta(days=2)
"""How long an invitation is tried before it is given up."""

MAX_RECIPIENTS = 50
"""Letters that one act may send."""

MAX_GRACE = timedelta(days=30)
"""The longest time that an old address may go on after a rotation (spec L4)."""

_NO_LINK = "there is no such link on this site"
"""One sentence for a link that is not there and for one that this caller may not see."""


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

    # --- making a link -------------------------------------------------------------------------------------------

    async def pages(self, member: Member, text: str, limit: int = 20) -> tuple[Node, ...]:
        """Pages that `text` finds by address, id or words; only those that `member` may read now (spec R5).

        Raises Busy when it could not be found out for any of them.
        """
        permissions.check_membership(member, self.site)
        identity, _ = await self._identity(member, member)
        located = await self.content.finder.locate(text.strip())
        if located is None:
            found = await self.content.finder.search(text.strip(), limit)
            hits = {node.id: node for node in found if node.kind in _SHAREABLE}
            readable = await self._readable(list(hits), identity)
            return tuple(hits[page] for page in readable)
        titles = await self.content.finder.titles(await self._readable([located], identity))
        return tuple(Node(page, title, NodeKind.PAGE) for page, title in titles.items())

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

    async def create(self, member: Member | None, owner: Member, page: str, form: LinkForm) -> tuple[Shown, str]:
        """Make a link for `page` (an id or an address of the site) owned by `owner`; gives it and its full address.

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

    async def send(self, member: Member, link: LinkId, recipients: Sequence[Address], note: str = "") -> int:
        """Put an invitation for each recipient into the outbox, one letter each; the number of them (spec M5).

        The letter holds the address and the member's own words, never the password. Raises InvalidValue for too many
        recipients, for words that cannot be sent, and for a recipient whom the link would not let in.
        """
        record = await self._record(member, Right.SEND, link)
        unique = tuple({one.key: one for one in recipients}.values())
        shown = await self._shown(record, self.clock.now())
        _check_recipients(unique, shown)
        await self._both_read(member, record.link)
        url = await self.url(record)
        if url is None or not shown.opens_for_some:
            raise Refused(f"the link cannot be sent: it is {shown.state}")
        variables = {"sender": header_text("name", member.name), "link": url, "note": _checked_note(note)}
        now = self.clock.now()
        letters = [
            await seal_letter(
                self.vault,
                Letter(self.tokens.id(), self.site, LetterKind.INVITATION, recipient, variables),
                now,
                now + INVITATION_LIFE,
            )
            for recipient in unique
        ]
        detail = "1 letter" if len(letters) == 1 else f"{len(letters)} letters"
        event = self._event(Kind.LINK_SENT, now, member, record.link, detail=detail)
        await self.storage.outbox.put(letters, [event])
        return len(letters)

    # --- looking at links ----------------------------------------------------------------------------------------

    async def show(self, member: Member | None, link: LinkId) -> Shown:
        """A link with its state now; raises NotFound, also for a link that this member may not see."""
        return await self._shown(await self._record(member, Right.VIEW, link), self.clock.now())

    async def look(self, member: Member | None, link: LinkId) -> Shown:
        """As `show`, and with what Confluence says of its page now, where Confluence answers."""
        shown = await self.show(member, link)
        root, acts_as = shown.link.scope.root, shown.link.acts_as
        try:
            return with_facts(shown, (await self.content.pages.facts([root], acts_as))[root])
        except AdapterFailed:
            return shown

    async def reveal(self, member: Member | None, link: LinkId) -> str | None:
        """The full address of a link's living address, for who may see it and can read the page (spec L2, L18)."""
        record = await self._record(member, Right.VIEW, link)
        if member is not None:
            await self._both_read(member, record.link)
        return await self.url(record)

    async def url(self, record: LinkRecord) -> str | None:
        """The full address of the living address of `record` that goes on longest, or None when none can be shown."""
        address = lasting(record.addresses, self.clock.now())
        if address is None or address.sealed is None:
            return None
        try:
            token = await self.vault.open(address.sealed, ADDRESS_PURPOSE, self.site, record.link.id)
        except CannotUnseal:
            return None
        return self.url_of(segment(address.slug, token.decode("ascii")))

    async def find(self, member: Member | None, text: str) -> Shown:
        """The link that `text` names: its id, its full address or the token of one; raises NotFound."""
        segment = text.strip().partition("#")[0].partition("?")[0].rstrip("/").rsplit("/s/", 1)[-1].partition("/")[0]
        token = Token.parse(segment)
        record = None if token is None else await self.storage.links.get_by_digest(token.digest)
        if record is not None and record.link.site == self.site:
            return await self.show(member, record.link.id)
        return await self.show(member, LinkId(text.strip()[:60]))

    async def list(
        self,
        member: Member | None,
        *,
        page: PageId | None = None,
        space: SpaceKey | None = None,
        after: LinkId | None = None,
        limit: int = 50,
    ) -> tuple[Shown, ...]:
        """Links newest first: all of the site for an admin or the operator, else the member's own.

        Of one page, a member is given the links of others as well that they may view there; of one space, all of it, if
        they govern it or are granted that (spec R1, R3). Raises Refused for a space whose links they may not all see.
        """
        permissions.check_membership(member, self.site)
        now = self.clock.now()
        if space is not None:
            (await self._mandate(member, space)).check_whole_space()
        elif member is not None and page is not None and not permissions.sees_all(member, self.site):
            return await self._visible(member, page, after, limit, now)
        owner = None if space is not None or permissions.sees_all(member, self.site) else member
        records = await self.storage.links.list(
            self.site, owner=owner.id if owner else None, page=page, space=space, after=after, limit=limit
        )
        return tuple([await self._shown(record, now) for record in records])

    async def lists_spaces(self, member: Member) -> bool:
        """Whether the site lets `member` see all links of a space, unless that space says otherwise (spec R1).

        Who may because they govern some space is not meant.
        """
        permissions.check_membership(member, self.site)
        return permissions.sees_all(member, self.site) or (await self._mandate(member, SpaceKey(""))).has(
            Granted.VIEW_SPACE
        )

    async def titles(self, member: Member, pages: Collection[PageId]) -> Mapping[PageId, str]:
        """Titles now of those pages that `member` may read; the others show as their id (spec L18)."""
        permissions.check_membership(member, self.site)
        identity, _ = await self._identity(member, member)
        allowed = await self.content.access.may_read(pages, identity)
        readable = [page for page in pages if allowed.get(page) is True]
        return await self.content.finder.titles(readable) if readable else {}

    async def names(self, member: Member | None, ids: Collection[MemberId | None]) -> Mapping[MemberId, str]:
        """The names of those members, where they are still known on this site: for owners and for the activity."""
        permissions.check_membership(member, self.site)
        return {one.id: one.name for one in await self.storage.members.list(self.site) if one.id in ids}

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
        return await self._store(member, record, change(record.link, now), kind, now)

    async def _store(
        self, member: Member | None, record: LinkRecord, new: ShareLink, kind: Kind, now: datetime
    ) -> Shown:
        await self.storage.links.replace(new, [self._event(kind, now, member, new)])
        return await self._shown(evolve(record, link=new), now)

    async def _record(self, member: Member | None, right: Right, link: LinkId) -> LinkRecord:
        record = await self.storage.links.get(self.site, link)
        if record is None:
            raise NotFound(_NO_LINK)
        mandate = await self._mandate(member, record.link.scope.space)
        try:
            mandate.check(Right.VIEW, record.link.owner)
        except Refused:
            raise NotFound(_NO_LINK) from None
        mandate.check(right, record.link.owner)
        return record

    async def _visible(
        self, member: Member, page: PageId, after: LinkId | None, limit: int, now: datetime
    ) -> tuple[Shown, ...]:
        """Up to `limit` links of a page that `member` may view, after the link `after`."""
        shown: list[Shown] = []
        mandates: dict[SpaceKey, Mandate] = {}
        while records := await self.storage.links.list(self.site, page=page, after=after, limit=limit):
            for record in records:
                link = record.link
                if (space := link.scope.space) not in mandates:
                    mandates[space] = await self._mandate(member, space)
                if mandates[space].may(Right.VIEW, link.owner):
                    shown.append(await self._shown(record, now))
                if len(shown) == limit:
                    return tuple(shown)
            after = records[-1].link.id
        return tuple(shown)

    async def _mandate(self, member: Member | None, space: SpaceKey) -> Mandate:
        return await mandate_of(member, self.site, space, self.storage.policies, self.content.directory)

    async def _groups(self, layers: Iterable[Layer], owner: AccountId | None) -> frozenset[str] | None:
        return await owner_groups(layers, owner, self.content.directory)

    async def _shown(self, record: LinkRecord, now: datetime) -> Shown:
        """The link as it stands now, under the rules for its owner's groups (spec P8)."""
        return standing(record, now, await self._groups(record.layers, identity_of(record.link)))

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

    async def _identity(self, member: Member | None, owner: Member) -> tuple[AccountId, bool]:
        """The Confluence identity that `owner` shares as, and whether it is the connector's own (spec R5)."""
        if owner.identity is not None:
            return owner.identity, False
        if owner.admin:
            return await self.content.access.service_identity(), True
        if member is not None and member.id == owner.id:
            raise Refused("you are not tied to a Confluence account, so you cannot share: ask your operator")
        raise Refused("the owner is not tied to a Confluence account, so they cannot share")

    async def _readable(self, pages: Sequence[PageId], identity: AccountId) -> Sequence[PageId]:
        """Those of `pages` that the identity may read, in their order; raises Busy when none could be answered."""
        allowed = await self.content.access.may_read(pages, identity) if pages else {}
        if pages and all(allowed.get(page) is None for page in pages):
            raise Busy("your access to the pages could not be confirmed")
        return [page for page in pages if allowed.get(page) is True]

    async def _facts(self, page: PageId, identity: AccountId) -> PageFacts:
        """The facts of a page that the identity can read now. A page that is hidden from it is not there (spec R5)."""
        facts = (await self.content.pages.facts([page], identity)).get(page)
        if facts is None or isinstance(facts, Absent) or facts.may_read is MayRead.NO:
            raise InvalidValue("page", f"there is no page {page} that the link's owner can read")
        if facts.may_read is MayRead.UNKNOWN:
            raise Busy("the owner's access to the page could not be confirmed")
        if facts.kind not in _SHAREABLE:
            raise InvalidValue("page", f"{page} is a {facts.kind.value}, which cannot be shared")
        return facts

    async def _actor(self, member: Member | None, acts_as: AccountId) -> AccountId | None:
        """The identity of the acting member, where it is another than the link's. The operator's is not asked."""
        if member is None:
            return None
        identity, _ = await self._identity(member, member)
        return None if identity == acts_as else identity

    async def _actor_reads(self, member: Member | None, acts_as: AccountId, page: PageId) -> None:
        """The acting member must read the page as well (spec L18)."""
        if (identity := await self._actor(member, acts_as)) is None:
            return
        allowed = (await self.content.access.may_read([page], identity)).get(page)
        if allowed is None:
            raise Busy("your access to the page could not be confirmed")
        if not allowed:
            raise Refused("you cannot read the page of this link in Confluence")

    async def _both_read(self, member: Member | None, link: ShareLink) -> PageFacts:
        facts = await self._facts(link.scope.root, link.acts_as)
        await self._actor_reads(member, link.acts_as, link.scope.root)
        return facts

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
        check_form(form, above, now, old)
        if form.password is not None:
            return form.wish(await self.hasher.hash(normalised(form.password)))
        return form.wish(old.wish.password_hash if old is not None and form.keep_password else None)

    async def _new_address(self, link: ShareLink, now: datetime, slug: str) -> tuple[LinkAddress, str]:
        """A new address, and the path segment that visitors use."""
        text = self.tokens.token()
        sealed = await self.vault.seal(text.encode("ascii"), ADDRESS_PURPOSE, self.site, link.id)
        return LinkAddress(link.id, self.site, Token(text).digest, sealed, now, slug=slug), segment(slug, text)

    def _event(self, kind: Kind, at: datetime, member: Member | None, link: ShareLink, detail: str = "") -> Event:
        actor = Actor.OPERATOR if member is None else Actor.MEMBER
        who: MemberId | None = None if member is None else member.id
        return Event(kind, self.site, at, actor, link.id, who, link.scope.root, detail)


_SHAREABLE = frozenset({NodeKind.PAGE, NodeKind.BLOG_POST, NodeKind.FOLDER})


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


def _check_recipients(recipients: Sequence[Address], shown: Shown) -> None:
    if not 1 <= len(recipients) <= MAX_RECIPIENTS:
        raise InvalidValue("recipients", f"from 1 to {MAX_RECIPIENTS} addresses")
    for one in recipients:
        header_text("recipients", str(one))
    outside = [str(one) for one in recipients if shown.policy is not None and not admits(shown.policy, one)]
    if outside:
        raise InvalidValue("recipients", f"`{outside[0]}` is not among the people who may open the link")


def _checked_note(text: str) -> str:
    try:
        return checked_description(text)
    except InvalidValue as error:
        raise InvalidValue("note", error.rule) from None


def _renamed(record: LinkRecord, slug: str) -> tuple[LinkAddress, ...]:
    """All addresses with other words before the token, which mean nothing: every old spelling goes on. None if equal."""
    if slug == record.slug:
        return ()
    return tuple(one if one.recipient is not None else evolve(one, slug=slug) for one in record.addresses)


def _ended(address: LinkAddress, now: datetime, grace: timedelta) -> LinkAddress:
    if not grace:
        return address.revoked(now)
    end = now + grace
    return evolve(address, valid_until=end if address.valid_until is None else min(end, address.valid_until))
