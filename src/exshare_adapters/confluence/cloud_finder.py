"""Finds pages of a Cloud site for a member who shares: by id, address or words (api.md 2.7, 9.4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from attrs import frozen

from exshare_adapters.confluence.cloud import Cloud
from exshare_adapters.confluence.failures import Missing
from exshare_adapters.confluence.links import PageLink, SiteAddresses, parse
from exshare_adapters.confluence.shapes import identifier, optional_part, optional_text
from exshare_adapters.confluence.together import together, within
from exshare_adapters.http import Params
from exshare_core.content import Node, NodeKind
from exshare_core.values import PageId, SpaceKey, page_id

_KINDS = {"page": NodeKind.PAGE, "blogpost": NodeKind.BLOG_POST}
MOST_WORDS = 200
"""The most characters of a search."""


@frozen
class CloudFinder:
    """The PageFinder of a Cloud site."""

    cloud: Cloud

    async def locate(self, text: str) -> PageId | None:
        """The page that an id or an address names; only names of spaces and titles are looked up."""
        target = named(text, self.cloud.api.site)
        if target is None or target.id is not None:
            return None if target is None else target.id
        assert target.space is not None
        async with within():
            try:
                if target.title is None:
                    return await self.cloud.home(target.space)
                return await self.cloud.titled(target.space, target.title)
            except Missing:
                return None

    async def home(self, space: SpaceKey) -> PageId | None:
        """The home page of the space with this key."""
        async with within():
            return await self.cloud.home(space)

    async def search(self, words: str, limit: int) -> tuple[Node, ...]:
        """Current pages and blog posts by relevance. Cursor paging alone moves on; short answers are not the
        end.
        """
        quoted = cql_text(words)
        if quoted is None or limit < 1:
            return ()
        cql = f"siteSearch ~ {quoted} AND text ~ {quoted} AND type in (page, blogpost)"
        params: Params = {"cql": cql, "limit": min(limit, 50), "excerpt": "none"}
        async with within():
            hits = await self.cloud.api.every("/rest/api/search", params, most=limit)
        nodes: dict[PageId, Node] = {}
        for hit in hits:
            content = optional_part(hit, "content")
            kind = _KINDS.get(optional_text(content, "type") or "")
            title = optional_text(content, "title")
            if kind is not None and title is not None and content.get("status", "current") == "current":
                found = identifier(content)
                nodes.setdefault(found, Node(found, title, kind))
        return tuple(nodes.values())[:limit]

    async def titles(self, pages: Collection[PageId]) -> Mapping[PageId, str]:
        """Titles of those that are there and current, whatever their kind."""
        wanted = [page_id(page) for page in dict.fromkeys(pages)]
        if not wanted:
            return {}

        async def title(page: PageId, kind: NodeKind) -> str | None:
            try:
                entry = await self.cloud.entry(page, kind)
            except Missing:
                return None
            return entry.title if entry.absent is None else None

        async with within():
            listed = await self.cloud.listed(wanted)
            others = [page for page in wanted if page not in listed]
            kinds = await self.cloud.kinds(others) if others else {}
            async with together() as requests:
                results = {page: requests.start(partial(title, page, kind)) for page, kind in kinds.items()}
        found = {page: entry.title for page, entry in listed.items() if entry.absent is None}
        found.update({page: result.value for page, result in results.items() if result.value is not None})
        return found


def named(text: str, site: SiteAddresses) -> PageLink | None:
    """The page that an id or an address of the site names, resolved as far as can be offline."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return PageLink(page_id(text)) if len(text) <= 19 else None
    if not text.lower().startswith(("http://", "https://", "/")) or len(text) > 4_000:
        return None
    target = parse(text, site)
    return target if isinstance(target, PageLink) else None


def cql_text(words: str) -> str | None:
    """`words` as a quoted string of CQL, or None when there is nothing to search for (api.md 2.7)."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in words).split())[:MOST_WORDS]
    if not any(char.isalnum() for char in plain):
        return None
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
