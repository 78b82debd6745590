"""What crosses the ports in words of authors names no host of the site: titles and names of files, as bodies do (spec V3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager

from attrs import evolve, field, frozen

from exshare_adapters.confluence.links import SiteAddresses
from exshare_adapters.confluence.rendering.linking import without_hosts
from exshare_core.content import Absent, Attachment, ByteRange, Node, PageFacts, PageStatus, Reading
from exshare_core.ports import FileSource, FileStream, PageFinder, PageSource
from exshare_core.values import AccountId, AttachmentId, PageId, SpaceKey


@frozen
class Neutral:
    """Puts neutral words where a host of the site stands in a text."""

    site: SiteAddresses
    _hosts: tuple[str, ...] = field(init=False)

    @_hosts.default
    def _names(self) -> tuple[str, ...]:
        return tuple(self.site.host_names)

    def text(self, text: str) -> str:
        """The same text without hosts."""
        low = text.lower()
        return without_hosts(text, self.site) if any(host in low for host in self._hosts) else text


@frozen
class NeutralPages:
    """A PageSource whose titles and statuses are neutral."""

    pages: PageSource
    neutral: Neutral

    async def read(self, page: PageId, identity: AccountId) -> Reading | Absent:
        """See `PageSource.read`."""
        return self._reading(await self.pages.read(page, identity))

    async def readings(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, Reading | Absent]:
        """See `PageSource.readings`."""
        return {page: self._reading(one) for page, one in (await self.pages.readings(pages, identity)).items()}

    async def facts(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, PageFacts | Absent]:
        """See `PageSource.facts`."""
        return {page: self._facts(one) for page, one in (await self.pages.facts(pages, identity)).items()}

    async def level(self, parent: PageId, limit: int, offset: int = 0) -> tuple[tuple[Node, ...], bool]:
        """See `PageSource.level`."""
        nodes, more = await self.pages.level(parent, limit, offset)
        return tuple([self._node(one) for one in nodes]), more

    async def below(self, root: PageId, most: int) -> frozenset[PageId] | None:
        """See `PageSource.below`."""
        return await self.pages.below(root, most)

    async def status(self, page: PageId) -> PageStatus | None:
        """See `PageSource.status`."""
        status = await self.pages.status(page)
        return None if status is None else evolve(status, name=self.neutral.text(status.name))

    def _reading(self, one: Reading | Absent) -> Reading | Absent:
        if isinstance(one, Absent):
            return one
        title = self.neutral.text(one.draft.title)
        if title == one.draft.title:
            return one
        return Reading(evolve(one.draft, title=title), evolve(one.facts, title=title))

    def _facts(self, one: PageFacts | Absent) -> PageFacts | Absent:
        if isinstance(one, Absent):
            return one
        title = self.neutral.text(one.title)
        return one if title == one.title else evolve(one, title=title)

    def _node(self, one: Node) -> Node:
        title = self.neutral.text(one.title)
        return one if title == one.title else evolve(one, title=title)


@frozen
class NeutralFinder:
    """A PageFinder whose titles are neutral; what members look for, they find by its own words."""

    finder: PageFinder
    neutral: Neutral

    async def locate(self, text: str) -> PageId | None:
        """See `PageFinder.locate`."""
        return await self.finder.locate(text)

    async def home(self, space: SpaceKey) -> PageId | None:
        """See `PageFinder.home`."""
        return await self.finder.home(space)

    async def search(self, words: str, limit: int) -> tuple[Node, ...]:
        """See `PageFinder.search`."""
        return await self.finder.search(words, limit)

    async def titles(self, pages: Collection[PageId]) -> Mapping[PageId, str]:
        """See `PageFinder.titles`."""
        return {page: self.neutral.text(title) for page, title in (await self.finder.titles(pages)).items()}


@frozen
class NeutralFiles:
    """A FileSource whose files are told under neutral names, and judged and fetched by their own."""

    files: FileSource
    neutral: Neutral

    async def attachments(self, page: PageId) -> tuple[Attachment, ...]:
        """See `FileSource.attachments`."""
        return tuple([self._told(one) for one in await self.files.attachments(page)])

    async def attachment(self, attachment: AttachmentId) -> Attachment | None:
        """See `FileSource.attachment`."""
        found = await self.files.attachment(attachment)
        return None if found is None else self._told(found)

    def stream(self, attachment: Attachment, wanted: ByteRange | None) -> AbstractAsyncContextManager[FileStream]:
        """See `FileSource.stream`."""
        return self.files.stream(attachment, wanted)

    def _told(self, file: Attachment) -> Attachment:
        told = self.neutral.text(file.name)
        return file if told == file.name else evolve(file, neutral=told)
