"""Versions of the pages of a Data Center site, read live: the Histories over REST (spec V6; api.md 6.1)."""

from __future__ import annotations

from functools import partial

from attrs import frozen

from exshare_adapters.confluence.datacenter import Content, DataCenter
from exshare_adapters.confluence.datacenter_pages import DataCenterLibrary, written
from exshare_adapters.confluence.drafting import Shown, draft, inventoried
from exshare_adapters.confluence.failures import Malformed, Missing, UnexpectedAnswer
from exshare_adapters.confluence.together import together, within
from exshare_core.content import Draft
from exshare_core.history import Past, Version
from exshare_core.values import PageId, page_id


@frozen
class DataCenterHistories:
    """The Histories of a Data Center site.

    The list of versions was an experiment of some releases; each version by its number is there in all of them.
    """

    site: DataCenter
    export_view: bool = False
    """Whether bodies are read as `export_view` where no macro must be found in them."""

    async def versions(
        self, page: PageId, limit: int, before: int | None = None, *, names: bool
    ) -> tuple[tuple[Version, ...], bool]:
        """The versions by their numbers, counted down from the one that is current."""
        page_id(page)
        async with within():
            try:
                current = await self.site.content(page)
            except Missing:
                return (), False
            if current.absent is not None:
                return (), False
            newest = current.version if before is None else min(current.version, before - 1)
            numbers = range(newest, max(newest - limit, 0), -1)
            async with together() as requests:
                results = [requests.start(partial(self._listed, current, number)) for number in numbers]
        found = [_version(result.value, names=names) for result in results if result.value is not None]
        return tuple(found), newest - limit > 0

    async def read(self, page: PageId, version: int, *, names: bool) -> Past | None:
        """A version in one answer; the rendering again where macros must be located in it."""
        page_id(page)
        async with within():
            try:
                content = await self._content(page, version, "storage", "export_view" if self.export_view else "view")
            except Missing:
                return None
            except Malformed:
                return Past(Version(version, None), None)
            told = _version(content, names=names)
            try:
                return Past(told, await self._draft(content, told))
            except Missing:
                return None
            except Malformed:
                return Past(told, None)

    async def _draft(self, content: Content, told: Version) -> Draft:
        found = await inventoried(content.storage or "")
        body = content.shown or ""
        if found.locate and self.export_view:
            body = (await self._content(content.id, told.number, "view")).shown or ""
        shown = Shown(body, told.number, content.changed_at, told.author)
        return await draft(DataCenterLibrary(self.site), written(content), found, shown)

    async def _listed(self, current: Content, number: int) -> Content | None:
        """One version without its body; None for one that was deleted just now, or that cannot be read."""
        if number == current.version:
            return current
        try:
            return await self._content(current.id, number)
        except (Missing, Malformed):
            return None

    async def _content(self, page: PageId, version: int, *bodies: str) -> Content:
        """A version; never another one. The one that is current answers to its status only."""
        try:
            content = await self.site.content(page, *bodies, version=version)
        except Missing:
            content = await self.site.content(page, *bodies)
            if content.version != version or content.absent is not None:
                raise
        if content.version != version:
            raise UnexpectedAnswer("the site answered with another version than the one asked for")
        return content


def _version(content: Content, *, names: bool) -> Version:
    return Version(content.version, content.changed_at, content.author if names else None, content.message)
