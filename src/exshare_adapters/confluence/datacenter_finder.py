"""Finds pages of a Data Center site for a member who shares: by id, address or words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from attrs import frozen

from exshare_adapters.confluence.cloud_finder import cql_text, named
from exshare_adapters.confluence.datacenter import KINDS, DataCenter
from exshare_adapters.confluence.failures import Missing
from exshare_adapters.confluence.shapes import identifier, optional_part, optional_text
from exshare_adapters.confluence.together import together, within
from exshare_adapters.http import Params
from exshare_core.content import Node
from exshare_core.values import PageId, SpaceKey, page_id


@frozen
class DataCenterFinder:
    """The PageFinder of a Data Center site."""

    site: DataCenter

    async def locate(self, text: str) -> PageId | None:
        """The page that an id or an address names; only names of spaces and titles are looked up."""
        target = named(text, self.site.api.site)
        if target is None or target.id is not None:
            return None if target is None else target.id
        assert target.space is not None
        async with within():
            try:
                if target.title is None:
                    return await self.site.home(target.space)
                return await self.site.titled(target.space, target.title)
            except Missing:
                return None

    async def home(self, space: SpaceKey) -> PageId | None:
        """The home page of the space with this key."""
        async with within():
            try:
                return await self.site.home(space)
            except Missing:
                return None

    async def search(self, words: str, limit: int) -> tuple[Node, ...]:
        """Current pages and blog posts by relevance."""
        quoted = cql_text(words)
        if quoted is None or limit < 1:
            return ()
        params: Params = {
            "cql": f"siteSearch ~ {quoted} and type in (page, blogpost)",
            "limit": min(limit, 50),
            "excerpt": "none",
        }
        async with within():
            hits = await self.site.api.every("/rest/api/search", params, most=limit)
        nodes: dict[PageId, Node] = {}
        for hit in hits:
            content = optional_part(hit, "content")
            kind, title = KINDS.get(optional_text(content, "type") or ""), optional_text(content, "title")
            if kind is not None and title is not None and content.get("status", "current") == "current":
                found = identifier(content)
                nodes.setdefault(found, Node(found, title, kind))
        return tuple(nodes.values())[:limit]

    async def titles(self, pages: Collection[PageId]) -> Mapping[PageId, str]:
        """Titles of those that are there and current."""

        async def title(page: PageId) -> str | None:
            try:
                content = await self.site.content(page)
            except Missing:
                return None
            return content.title if content.absent is None else None

        async with within(), together() as requests:
            results = {page: requests.start(partial(title, page_id(page))) for page in dict.fromkeys(pages)}
        return {page: result.value for page, result in results.items() if result.value is not None}
