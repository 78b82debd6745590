"""What a member may read on a Data Center site, who the connector is, and whether it may ask (spec L15)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from attrs import frozen

from exshare_adapters.confluence.client import who
from exshare_adapters.confluence.cloud_access import AS_BOOL
from exshare_adapters.confluence.datacenter import DataCenter
from exshare_adapters.confluence.datacenter_rights import CAN_USE, VIEW_SPACE, Rights
from exshare_adapters.confluence.failures import Missing
from exshare_adapters.confluence.remedies import explained
from exshare_adapters.confluence.shapes import entries, identifier, optional_text, part, text
from exshare_adapters.confluence.together import together, within
from exshare_core.content import MayRead
from exshare_core.errors import AdapterFailed, CredentialRejected
from exshare_core.values import AccountId, PageId, page_id

MAY_ASK = (
    "the connector may not ask what other people may read: its account needs to see global permissions, space"
    " permissions and groups, as Confluence administrators do"
)


@frozen
class DataCenterAccess:
    """The AccessChecker of a Data Center site; the calls are named in `datacenter_rights`."""

    site: DataCenter
    rights: Rights

    async def may_read(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, bool | None]:
        """Reads each page's space and restrictions, and the person's rights once for all."""
        async with within(), together() as requests:
            results = {
                page: requests.start(partial(self._may_read, page_id(page), identity)) for page in dict.fromkeys(pages)
            }
        return {page: AS_BOOL[result.value] for page, result in results.items()}

    async def service_identity(self) -> AccountId:
        """The connector's user key, from ``GET /rest/api/user/current``; an anonymous answer is a
        rejection.
        """
        async with within():
            user = await who(self.site.api)
        key = optional_text(user, "userKey")
        if user.get("type") == "anonymous" or not key:
            raise CredentialRejected("the site answers the connector as an anonymous visitor")
        return AccountId(key)

    async def check(self) -> tuple[str, ...]:
        """Tries, in this order: who the connector is, reading, and each call that a person's right rests
        on.
        """
        try:
            own = await self.service_identity()
        except AdapterFailed as error:
            return (explained(error, self.site.api),)
        try:
            async with within():
                return await self._checked(own)
        except AdapterFailed as error:
            return (explained(error, self.site.api),)

    async def _checked(self, own: AccountId) -> tuple[str, ...]:
        params = {"type": "page", "limit": "1", "expand": "space,ancestors"}
        listed = entries(await self.site.api.get("/rest/api/content", params))
        if not listed:
            return ("the connector sees no page: give its account view rights in the spaces to share from",)
        page, space = identifier(listed[0]), text(part(listed[0], "space"), "key")
        try:
            person = await self.rights.person(own)
            if person is None:
                return (MAY_ASK,)
            await self.rights.granted("/rest/api/permissions", CAN_USE, person)
            await self.rights.granted(f"/rest/api/space/{space}/permissions", VIEW_SPACE, person)
            await self.rights.levels(page, ())
        except (CredentialRejected, Missing):
            return (MAY_ASK,)
        return ()

    async def _may_read(self, page: PageId, identity: AccountId) -> MayRead:
        try:
            content = await self.site.content(page)
        except Missing:
            return MayRead.NO
        except AdapterFailed:
            return MayRead.UNKNOWN
        if content.absent is not None:
            return MayRead.NO
        return await self.rights.may_read(page, content.key, content.ancestors, identity)
