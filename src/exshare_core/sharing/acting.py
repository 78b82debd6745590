"""Where every act of a member on a link begins: which link, by which right, and who must be able to read its page.

An act that concerns a page needs the present read access of the owner, and of the acting member, to that page (spec R5,
L18). Links of other members and of other sites are answered alike, as the fifth incident of the reference product
teaches: there is no such link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from attrs import evolve, field, frozen

from exshare_core.accounts import Member
from exshare_core.content import Absent, MayRead, NodeKind, PageFacts
from exshare_core.errors import Busy, InvalidValue, NotFound, Refused
from exshare_core.events import Actor, Event, Kind
from exshare_core.groups import identity_of, mandate_of, owner_groups
from exshare_core.letters import ENGLISH
from exshare_core.links import ShareLink
from exshare_core.permissions import Mandate, Right
from exshare_core.policy import Layer
from exshare_core.ports import Clock, Content, LinkRecord, PasswordHasher, Storage, TokenGenerator, Vault
from exshare_core.sharing.standing import Shown, standing
from exshare_core.values import AccountId, LinkId, MemberId, PageId, SiteId, SpaceKey

SHAREABLE = frozenset({NodeKind.PAGE, NodeKind.BLOG_POST, NodeKind.FOLDER})
"""What a link can begin with."""

_NO_LINK = "there is no such link on this site"
"""One sentence for a link that is not there and for one that this caller may not see."""


@frozen
class Acting:
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
    language: str = field(default=ENGLISH, kw_only=True)
    """The code of the language in which the site writes to people who have not said one (spec V8)."""

    # --- which link, by which right ------------------------------------------------------------------------------

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

    async def _mandate(self, member: Member | None, space: SpaceKey) -> Mandate:
        return await mandate_of(member, self.site, space, self.storage.policies, self.content.directory)

    async def _groups(self, layers: Iterable[Layer], owner: AccountId | None) -> frozenset[str] | None:
        return await owner_groups(layers, owner, self.content.directory)

    async def _shown(self, record: LinkRecord, now: datetime) -> Shown:
        """The link as it stands now, under the rules for its owner's groups (spec P8)."""
        return standing(record, now, await self._groups(record.layers, identity_of(record.link)))

    # --- who reads its page --------------------------------------------------------------------------------------

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
        if facts.kind not in SHAREABLE:
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

    # --- what is written down of it ------------------------------------------------------------------------------

    def _by(self, member: Member | None, link: ShareLink) -> ShareLink:
        """A changed link with who changed it."""
        return evolve(link, changed_by=None if member is None else member.id)

    def _event(self, kind: Kind, at: datetime, member: Member | None, link: ShareLink, detail: str = "") -> Event:
        actor = Actor.OPERATOR if member is None else Actor.MEMBER
        who: MemberId | None = None if member is None else member.id
        return Event(kind, self.site, at, actor, link.id, who, link.scope.root, detail, space=link.scope.space)
