"""Pages of a Data Center site, read live: the PageSource over REST (spec L6, L15, L16)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from attrs import frozen

from exshare_adapters.confluence.datacenter import Content, DataCenter
from exshare_adapters.confluence.datacenter_rights import Rights
from exshare_adapters.confluence.drafting import Shown, Written, draft, inventoried
from exshare_adapters.confluence.failures import Missing
from exshare_adapters.confluence.links import SiteAddresses
from exshare_adapters.confluence.together import together, within
from exshare_core.content import Absence, Absent, Attachment, Node, PageFacts, PageStatus, Reading
from exshare_core.errors import Busy
from exshare_core.values import AccountId, PageId, page_id


@frozen
class DataCenterLibrary:
    """What a draft needs to know of other pages."""

    site: DataCenter

    @property
    def addresses(self) -> SiteAddresses:
        """The addresses of the site."""
        return self.site.api.site

    async def written(self, page: PageId) -> Written:
        """A current page or blog post in storage format."""
        content = await self.site.content(page, "storage")
        if content.absent is not None:
            raise Missing
        return written(content)

    async def titled(self, space: str, title: str) -> PageId | None:
        """The page of a space with this title."""
        return await self.site.titled(space, title)

    async def home(self, space: str) -> PageId | None:
        """The home page of a space."""
        return await self.site.home(space)

    async def files_of(self, page: PageId) -> Sequence[Attachment]:
        """The current files of a page."""
        return [stored.file for stored in await self.site.files(page)]

    async def media_of(self, page: PageId) -> Mapping[str, Attachment]:
        """None: a Data Center site has no media host."""
        return {}


def written(content: Content) -> Written:
    """A page read with its storage format."""
    parent = content.ancestors[-1] if content.ancestors else None
    return Written(content.id, content.key, content.title, parent, content.storage or "")


@frozen
class DataCenterPages:
    """The PageSource of a Data Center site."""

    site: DataCenter
    rights: Rights
    export_view: bool = False
    """Whether bodies are read as `export_view` where no macro must be found in them."""

    async def read(self, page: PageId, identity: AccountId) -> Reading | Absent:
        """The page with its facts: body, storage format and ancestors come in one answer."""
        page_id(page)
        shared = self.site.api.shared
        async with within():
            return await shared.share(("reading", page, identity), partial(self._read, page, identity))

    async def _read(self, page: PageId, identity: AccountId) -> Reading | Absent:
        try:
            content = await self.site.content(page, "storage", "export_view" if self.export_view else "view")
            if content.absent is not None:
                return content.absent
            found = await inventoried(content.storage or "")
            body = content.shown or ""
            if found.locate and self.export_view:
                body = await self._located(content)
            facts = await self._facts_of(content, identity)
            shown = Shown(body, content.version, content.changed_at, content.author)
            made = await draft(DataCenterLibrary(self.site), written(content), found, shown)
        except Missing:
            return Absent(page, Absence.MISSING)
        return Reading(made, facts)

    async def readings(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, Reading | Absent]:
        """Several pages at once."""
        async with together() as requests:
            results = {page: requests.start(partial(self.read, page, identity)) for page in dict.fromkeys(pages)}
        return {page: result.value for page, result in results.items()}

    async def facts(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, PageFacts | Absent]:
        """The facts of each; what concerns the person and the space is asked once for all of them."""
        wanted = tuple(page_id(page) for page in dict.fromkeys(pages))
        shared = self.site.api.shared
        async with within():
            return await shared.share(("facts", wanted, identity), partial(self._facts, wanted, identity))

    async def _facts(self, wanted: tuple[PageId, ...], identity: AccountId) -> Mapping[PageId, PageFacts | Absent]:
        async with together() as requests:
            results = {page: requests.start(partial(self._fact, page, identity)) for page in wanted}
        return {page: result.value for page, result in results.items()}

    async def level(self, parent: PageId, limit: int, offset: int = 0) -> tuple[tuple[Node, ...], bool]:
        """The pages below a page; none below what is not there."""
        page_id(parent)
        async with within():
            try:
                nodes = await self.site.children(parent)
            except Missing:
                return (), False
        return tuple(nodes[offset : offset + limit]), len(nodes) > offset + limit

    async def below(self, root: PageId, most: int) -> frozenset[PageId] | None:
        """Every page below a page; none below what is not there."""
        page_id(root)
        async with within():
            try:
                return await self.site.below(root, most)
            except Missing:
                return frozenset()

    async def status(self, page: PageId) -> PageStatus | None:
        """Nothing: pages of a Data Center site are not said to be anything (api.md 6)."""
        page_id(page)
        return None

    async def _located(self, content: Content) -> str:
        """The rendering that names its macros, of the same version."""
        shown = await self.site.content(content.id, "view")
        if shown.version != content.version:
            raise Busy("the page changed while it was read", retry_after=1)
        return shown.shown or ""

    async def _fact(self, page: PageId, identity: AccountId) -> PageFacts | Absent:
        try:
            content = await self.site.content(page)
            return content.absent or await self._facts_of(content, identity)
        except Missing:
            return Absent(page, Absence.MISSING)

    async def _facts_of(self, content: Content, identity: AccountId) -> PageFacts:
        async with together() as requests:
            levels = requests.start(partial(self.rights.levels, content.id, content.ancestors))
            allowed = requests.start(
                partial(self.rights.may_read, content.id, content.key, content.ancestors, identity)
            )
        return PageFacts(
            page=content.id,
            space=content.space,
            kind=content.kind,
            ancestors=content.ancestors,
            labels=content.labels,
            restricted=frozenset(level.page or content.id for level in levels.value if level.restricts),
            may_read=allowed.value,
            title=content.title,
        )
