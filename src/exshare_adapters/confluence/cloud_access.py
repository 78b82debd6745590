"""What a member may read on a Cloud site, who the connector is, and whether the connection is complete (spec
L15).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from attrs import frozen

from exshare_adapters.confluence.client import who
from exshare_adapters.confluence.cloud import Cloud
from exshare_adapters.confluence.cloud_scopes import DETAILS, PAGES, lacked
from exshare_adapters.confluence.failures import Forbidden, Invalid, Missing, ScopeMissing
from exshare_adapters.confluence.remedies import explained, lacking
from exshare_adapters.confluence.shapes import Json, entries, identifier, optional_part, optional_text
from exshare_adapters.confluence.together import together, within
from exshare_core.content import MayRead, NodeKind
from exshare_core.errors import AdapterFailed, CredentialRejected
from exshare_core.values import AccountId, PageId, page_id

MAY_ASK = (
    "the connector may not ask what other people may read: give its account the global permission Confluence"
    " Administrator"
)
AS_BOOL: Mapping[MayRead, bool | None] = {MayRead.YES: True, MayRead.NO: False, MayRead.UNKNOWN: None}


@frozen
class CloudAccess:
    """The AccessChecker of a Cloud site: v1's permission check, one request a page."""

    cloud: Cloud

    async def may_read(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, bool | None]:
        """Asks ``POST /rest/api/content/{page}/permission/check`` for each page, and v2 whether all are current.

        A denial is an answer with status 200; a page that Confluence does not know, or that is archived or in the
        trash, nobody may read; every other answer leaves the question open.
        """
        wanted = [page_id(page) for page in dict.fromkeys(pages)]
        async with within(), together() as requests:
            current = requests.start(partial(self._current, wanted))
            results = {page: requests.start(partial(self.cloud.allowed, page, identity)) for page in wanted}
        return {
            page: current.value[page] if result.value is MayRead.YES else AS_BOOL[result.value]
            for page, result in results.items()
        }

    async def _current(self, pages: Sequence[PageId]) -> Mapping[PageId, bool | None]:
        """Whether each entry is there and current, since rights outlive the archive and the trash."""
        try:
            listed = await self.cloud.listed(pages)
        except AdapterFailed:
            return dict.fromkeys(pages)
        async with together() as requests:
            others = {page: requests.start(partial(self._is_current, page)) for page in pages if page not in listed}
        return {page: entry.absent is None for page, entry in listed.items()} | {
            page: result.value for page, result in others.items()
        }

    async def _is_current(self, page: PageId) -> bool | None:
        try:
            return (await self.cloud.found(page)).absent is None
        except Missing:
            return False
        except AdapterFailed:
            return None

    async def service_identity(self) -> AccountId:
        """The connector's account id, from ``GET /rest/api/user/current``; an anonymous answer is a rejection."""
        async with within():
            user = await who(self.cloud.api)
        account = optional_text(user, "accountId")
        if user.get("type") == "anonymous" or not account:
            raise CredentialRejected("the site answers the connector as an anonymous visitor")
        return AccountId(account)

    async def check(self) -> tuple[str, ...]:
        """Tries who the connector is, reading, every scope, and asking for the right of another person."""
        try:
            async with within():
                return await self._checked()
        except AdapterFailed as error:
            return (explained(error, self.cloud.api),)

    async def _checked(self) -> tuple[str, ...]:
        lacks: list[str] = []
        own, listed = None, None
        try:
            own = await self.service_identity()
        except ScopeMissing:
            lacks.append(DETAILS)
        try:
            listed = entries(await self.cloud.api.get("/api/v2/pages", {"limit": 25, "status": "current"}))
        except ScopeMissing:
            lacks.append(PAGES)
        page = identifier(listed[0]) if listed else PageId("1")
        lacks += await lacked(self.cloud.api, page)
        try:
            may_ask = await self._may_ask(page, _other(listed or (), own)) or not listed
        except ScopeMissing:
            may_ask = True
            lacks.append("read:content.permission")
        if lacks:
            return (lacking(lacks),)
        if not listed:
            return ("the connector sees no page: give its account view rights in the spaces to share from",)
        await self.cloud.restricted(page, NodeKind.PAGE)
        return () if may_ask else (MAY_ASK,)

    async def _may_ask(self, page: PageId, other: str) -> bool:
        question = {"subject": {"type": "user", "identifier": other}, "operation": "read"}
        try:
            await self.cloud.api.post(f"/rest/api/content/{page}/permission/check", question)
        except (Forbidden, Invalid, Missing):
            return False
        return True


def _other(listed: Sequence[Json], own: AccountId | None) -> str:
    """Somebody else who is known to the site, or the connector itself where nobody is."""
    authors = [optional_text(optional_part(one, "version"), "authorId") for one in listed]
    authors += [optional_text(one, "authorId") for one in listed]
    return next((one for one in authors if one is not None and one != own), own or "0")
