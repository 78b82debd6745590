"""Use cases of a member who looks: find pages to share and links, list them, see how one stands, and its address."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from attrs import frozen

from exshare_core import permissions
from exshare_core.accounts import Member
from exshare_core.content import Node, NodeKind
from exshare_core.errors import AdapterFailed, CannotUnseal
from exshare_core.links import ADDRESS_PURPOSE, lasting, segment
from exshare_core.noticing import guessed_at
from exshare_core.permissions import Mandate, Right
from exshare_core.ports import LinkRecord
from exshare_core.schemes import Granted
from exshare_core.sharing.acting import SHAREABLE
from exshare_core.sharing.standing import Shown, with_facts
from exshare_core.sharing.telling import Telling
from exshare_core.values import LinkId, MemberId, PageId, SpaceKey, Token


@frozen
class Looking(Telling):
    """What a member may see of one site: nothing here changes a link or is written down."""

    # --- pages and names -----------------------------------------------------------------------------------------

    async def pages(self, member: Member, text: str, limit: int = 20) -> tuple[Node, ...]:
        """Pages that `text` finds by address, id or words; only those that `member` may read now (spec R5).

        Raises Busy when it could not be found out for any of them.
        """
        permissions.check_membership(member, self.site)
        identity, _ = await self._identity(member, member)
        located = await self.content.finder.locate(text.strip())
        if located is None:
            found = await self.content.finder.search(text.strip(), limit)
            hits = {node.id: node for node in found if node.kind in SHAREABLE}
            readable = await self._readable(list(hits), identity)
            return tuple(hits[page] for page in readable)
        titles = await self.content.finder.titles(await self._readable([located], identity))
        return tuple(Node(page, title, NodeKind.PAGE) for page, title in titles.items())

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

    # --- one link ------------------------------------------------------------------------------------------------

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

    async def guessed_at(self, links: Collection[LinkId]) -> Mapping[LinkId, datetime]:
        """Of links that were shown, those at which somebody guessed a lot within the last day, and when (spec G7)."""
        return await guessed_at(self.storage.guesses, self.vault, self.site, links, self.clock.now())

    # --- many links ----------------------------------------------------------------------------------------------

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
        sees_all = permissions.sees_all(member, self.site)
        if space is not None:
            (await self._mandate(member, space)).check_whole_space()
        elif member is not None and page is not None and not sees_all:
            return await self._visible(member, page, after, limit, now)
        owner = None if member is None or sees_all or space is not None else member.id
        records = await self.storage.links.list(
            self.site, owner=owner, page=page, space=space, after=after, limit=limit
        )
        return tuple([await self._shown(record, now) for record in records])

    async def lists_spaces(self, member: Member) -> bool:
        """Whether the site lets `member` see all links of a space, unless that space says otherwise (spec R1).

        Who may because they govern some space is not meant.
        """
        permissions.check_membership(member, self.site)
        if permissions.sees_all(member, self.site):
            return True
        return (await self._mandate(member, SpaceKey(""))).has(Granted.VIEW_SPACE)

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
