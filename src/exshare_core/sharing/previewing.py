"""The use case of a member who asks to see a link as its visitors do (spec M2, L18)."""

from __future__ import annotations

from attrs import frozen

from exshare_core.accounts import Member
from exshare_core.links import ShareLink
from exshare_core.permissions import Right
from exshare_core.previews import ASKED, PREVIEW_LIFE, Grant, sealed
from exshare_core.sharing.addressing import Addressing
from exshare_core.values import Address, LinkId, Token


@frozen
class Previewing(Addressing):
    """A member's way to what visitors see."""

    async def preview(self, member: Member, link: LinkId, visitor: Address | None = None) -> str:
        """Where `member` can begin a preview of the link as it is now, once and within `PREVIEW_LIFE`.

        It shows what `visitor` would see who has done all that the gates ask, or with None somebody whom nobody knows.
        Needs the right to view the link, and the member's and the owner's present read access (spec L18). Raises
        NotFound, Refused, InvalidValue for a page that is gone, and AdapterFailed where a right cannot be found out.
        """
        record = await self._record(member, Right.VIEW, link)
        await self._both_read(member, record.link)
        return await self._granted(member, record.link, visitor)

    async def _granted(self, member: Member, link: ShareLink, visitor: Address | None, planned: str = "") -> str:
        """The address at which a preview begins, of the link as it is or with settings that are not saved."""
        until = self.clock.now() + PREVIEW_LIFE
        grant = Grant(self.site, link.id, link.version, member.id, visitor, until, planned)
        token = self.tokens.token()
        return f"{self.url_of(token)}?preview={await sealed(self.vault, grant, ASKED, Token(token))}"
