"""What a member may read on a Cloud site, who the connector is, and whether the connection is complete (spec
L15)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from attrs import frozen

from exshare_adapters.confluence.cloud import Cloud
from exshare_adapters.confluence.failures import Forbidden, ScopeMissing
from exshare_adapters.confluence.shapes import entries, identifier, optional_part, optional_text
from exshare_adapters.confluence.together import together, within
from exshare_core.content import MayRead
from exshare_core.errors import AdapterFailed, Broken, Busy, CredentialRejected
from exshare_core.values import AccountId, PageId, page_id

AS_BOOL: Mapping[MayRead, bool | None] = {MayRead.YES: True, MayRead.NO: False, MayRead.UNKNOWN: None}


@frozen
class CloudAccess:
    """The AccessChecker of a Cloud site: v1's permission check, one request a page."""

    cloud: Cloud

    async def may_read(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, bool | None]:
        """Asks ``POST /rest/api/content/{page}/permission/check`` for each page.

        A denial is an answer with status 200; a page that Confluence does not know nobody may read; every
        other answer leaves the question open.
        """
        async with within(), together() as requests:
            results = {
                page: requests.start(partial(self.cloud.allowed, page_id(page), identity))
                for page in dict.fromkeys(pages)
            }
        return {page: AS_BOOL[result.value] for page, result in results.items()}

    async def service_identity(self) -> AccountId:
        """The connector's account id, from ``GET /rest/api/user/current``; an anonymous answer is a
        rejection."""
        async with within():
            user = await self.cloud.api.get("/rest/api/user/current")
        account = optional_text(user, "accountId")
        if user.get("type") == "anonymous" or not account:
            raise CredentialRejected("the site answers the connector as an anonymous visitor")
        return AccountId(account)

    async def check(self) -> tuple[str, ...]:
        """Tries, in this order: who the connector is, v2 reading, and asking for the right of another
        person."""
        try:
            own = await self.service_identity()
        except AdapterFailed as error:
            return (explained(error),)
        try:
            async with within():
                return await self._checked(own)
        except AdapterFailed as error:
            return (explained(error),)

    async def _checked(self, own: AccountId) -> tuple[str, ...]:
        listed = entries(await self.cloud.api.get("/api/v2/pages", {"limit": 25, "status": "current"}))
        if not listed:
            return ("the connector sees no page: give its account view rights in the spaces to share from",)
        page = identifier(listed[0])
        authors = [optional_text(optional_part(one, "version"), "authorId") for one in listed]
        authors += [optional_text(one, "authorId") for one in listed]
        other = next((one for one in authors if one is not None and one != own), own)
        question = {"subject": {"type": "user", "identifier": other}, "operation": "read"}
        try:
            await self.cloud.api.post(f"/rest/api/content/{page}/permission/check", question)
            await self.cloud.api.get(f"/rest/api/content/{page}/restriction/byOperation")
        except ScopeMissing:
            return (
                "the token lacks scopes for access checks: add read:content.permission:confluence and"
                " read:content-details:confluence",
            )
        except Forbidden:
            return (
                "the connector may not ask what other people may read: give its account the global permission"
                " Confluence Administrator",
            )
        return ()


def explained(error: AdapterFailed) -> str:
    """A failure of the connection in a sentence that says how to mend it."""
    reason = str(error)
    if isinstance(error, ScopeMissing):
        return f"{reason}: make a token with the scopes that the documentation lists"
    if isinstance(error, CredentialRejected):
        return f"{reason}: make a new token and set it, and check that the account may use Confluence"
    if isinstance(error, Busy):
        return f"{reason}: check `url` and `api_url`, the network and the name service, then try again"
    if isinstance(error, Broken) and "not public" in reason:
        return f"{reason}: set `insecure = true` for this site if it is meant to be inside your network"
    if isinstance(error, Broken) and "certificate" in reason:
        return f"{reason}: mend the certificate, or add its authority to the trusted ones of this machine"
    return f"{reason}: check that `url` and `api_url` are base addresses of Confluence, with their context path"
