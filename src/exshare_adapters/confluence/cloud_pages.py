"""Pages of a Cloud site, read live: the PageSource over v2 and v1 (spec L6, L15, L16)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

import structlog
from attrs import frozen

from exshare_adapters.confluence.cloud import WITH_BODY, Cloud
from exshare_adapters.confluence.cloud_entries import Entry
from exshare_adapters.confluence.cloud_way import Way, placed
from exshare_adapters.confluence.drafting import Shown, Written, draft, inventoried
from exshare_adapters.confluence.failures import Missing
from exshare_adapters.confluence.inventory import Inventory
from exshare_adapters.confluence.links import SiteAddresses
from exshare_adapters.confluence.shapes import possible
from exshare_adapters.confluence.together import together, within
from exshare_core.content import Absence, Absent, Attachment, Node, NodeKind, PageFacts, PageStatus, Reading
from exshare_core.errors import Busy
from exshare_core.values import AccountId, PageId, SpaceKey, page_id

_log = structlog.get_logger()

_SIBLINGS = 3
"""From so many pages on, the way to a page is read once for all pages below one parent."""


@frozen
class CloudLibrary:
    """What a draft needs to know of other pages."""

    cloud: Cloud

    @property
    def addresses(self) -> SiteAddresses:
        """The addresses of the site."""
        return self.cloud.api.site

    async def written(self, page: PageId) -> Written:
        """A current page or blog post in storage format."""
        try:
            entry = await self.cloud.entry(page, NodeKind.PAGE, "storage")
        except Missing:
            entry = await self.cloud.entry(page, NodeKind.BLOG_POST, "storage")
        if entry.absent is not None:
            raise Missing
        return written(entry, await self.cloud.space_key(entry.space))

    async def titled(self, space: str, title: str) -> PageId | None:
        """The page of a space with this title."""
        return await self.cloud.titled(space, title)

    async def home(self, space: str) -> PageId | None:
        """The home page of a space."""
        return await self.cloud.home(space)

    async def files_of(self, page: PageId) -> Sequence[Attachment]:
        """The current files of a page or blog post."""
        return await self.cloud.files(page)

    async def media_of(self, page: PageId) -> Mapping[str, Attachment]:
        """The same by the ids of the media host."""
        return await self.cloud.media(page)


def written(entry: Entry, space: SpaceKey) -> Written:
    """An entry read with its storage format."""
    return Written(entry.id, space, entry.title, entry.parent, entry.body or "")


@frozen
class CloudPages:
    """The PageSource of a Cloud site."""

    cloud: Cloud

    async def read(self, page: PageId, identity: AccountId) -> Reading | Absent:
        """The page with its facts; all requests that do not need each other's answers run at once."""
        page_id(page)
        shared = self.cloud.api.shared
        async with within():
            return await shared.share(("reading", page, identity), partial(self._read, page, identity))

    async def _read(self, page: PageId, identity: AccountId) -> Reading | Absent:
        try:
            return await self._page(possible(page), NodeKind.PAGE, identity)
        except Missing:
            kind = (await self.cloud.kinds([page])).get(page)
        try:
            if kind is NodeKind.BLOG_POST:
                return await self._page(page, kind, identity)
        except Missing:
            pass
        return Absent(page, Absence.MISSING)

    async def readings(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, Reading | Absent]:
        """Several pages at once."""
        async with together() as requests:
            results = {page: requests.start(partial(self.read, page, identity)) for page in dict.fromkeys(pages)}
        return {page: result.value for page, result in results.items()}

    async def facts(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, PageFacts | Absent]:
        """The facts of each; a page that vanishes between two requests is absent."""
        wanted = tuple(page_id(page) for page in dict.fromkeys(pages))
        shared = self.cloud.api.shared
        async with within():
            return await shared.share(("facts", wanted, identity), partial(self._facts, wanted, identity))

    async def _facts(self, wanted: tuple[PageId, ...], identity: AccountId) -> Mapping[PageId, PageFacts | Absent]:
        known: Mapping[PageId, Entry] = {}
        kinds: Mapping[PageId, NodeKind] = {}
        if len(wanted) > 1:
            known = await self.cloud.listed(wanted)
            unlisted = [page for page in wanted if page not in known]
            kinds = await self.cloud.kinds(unlisted) if unlisted else {}
        async with together() as requests:
            results = {
                page: requests.start(
                    partial(self._fact, page, identity, known.get(page), kinds, alone=len(wanted) < _SIBLINGS)
                )
                for page in wanted
            }
        return {page: result.value for page, result in results.items()}

    async def level(self, parent: PageId, limit: int, offset: int = 0) -> tuple[tuple[Node, ...], bool]:
        """The entries below a page, or below another entry when v2 says that `parent` is one."""
        page_id(parent)
        async with within():
            try:
                nodes = await self.cloud.children(possible(parent), NodeKind.PAGE)
            except Missing:
                kind = (await self.cloud.kinds([parent])).get(parent)
                if kind is None or kind in WITH_BODY:
                    return (), False
                try:
                    nodes = await self.cloud.children(parent, kind)
                except Missing:
                    return (), False
        return tuple(nodes[offset : offset + limit]), len(nodes) > offset + limit

    async def below(self, root: PageId, most: int) -> frozenset[PageId] | None:
        """Everything below a page, or below another entry when v2 says that `root` is one; nothing below a post."""
        page_id(root)
        async with within():
            try:
                return await self.cloud.below(possible(root), NodeKind.PAGE, most)
            except Missing:
                kind = (await self.cloud.kinds([root])).get(root)
            try:
                return frozenset() if kind is None or kind in WITH_BODY else await self.cloud.below(root, kind, most)
            except Missing:
                return frozenset()

    async def status(self, page: PageId) -> PageStatus | None:
        """What a page is said to be."""
        page_id(page)
        async with within():
            return await self.cloud.status(page)

    async def _page(self, page: PageId, kind: NodeKind, identity: AccountId) -> Reading | Absent:
        async with together() as requests:
            stored = requests.start(partial(self.cloud.entry, page, kind, "storage", labels=True))
            exported = requests.start(partial(self.cloud.entry, page, kind, "export_view"))
            way = requests.start(partial(self.cloud.ancestors, page, kind))
            allowed = requests.start(partial(self.cloud.allowed, page, identity))
        entry, rendered = stored.value, exported.value
        if (absent := entry.absent or rendered.absent) is not None:
            return absent
        found = await inventoried(entry.body or "")
        async with together() as requests:
            body = requests.start(partial(self._rendering, entry, rendered, found))
            labels = requests.start(partial(self.cloud.labels_of, entry))
            space = requests.start(partial(self.cloud.space_key, entry.space))
            place = requests.start(partial(placed, self.cloud, entry, way.value))
            author = requests.start(partial(self._author, entry))
        if body.value.absent is not None:
            return body.value.absent
        if body.value.version != entry.version:
            _log.info("page changed while it was read", page=page)
            raise Busy("the page changed while it was read", retry_after=1)
        facts = PageFacts(
            page=page,
            space=space.value,
            kind=kind,
            ancestors=place.value.ancestors,
            labels=labels.value,
            restricted=place.value.restricted,
            may_read=allowed.value,
            title=entry.title,
        )
        shown = Shown(body.value.body or "", entry.version, entry.changed_at, author.value)
        made = await draft(CloudLibrary(self.cloud), written(entry, space.value), found, shown)
        return Reading(made, facts)

    async def _rendering(self, entry: Entry, exported: Entry, found: Inventory) -> Entry:
        """The rendering to show: `view` names its macros and is used where some must be found in it."""
        if not found.locate:
            return exported
        return await self.cloud.entry(entry.id, entry.kind, "view")

    async def _author(self, entry: Entry) -> str | None:
        return None if entry.author is None else await self.cloud.display_name(entry.author)

    async def _fact(
        self,
        page: PageId,
        identity: AccountId,
        listed: Entry | None,
        kinds: Mapping[PageId, NodeKind],
        *,
        alone: bool,
    ) -> PageFacts | Absent:
        try:
            if listed is not None:
                entry = listed
            elif page in kinds:
                entry = await self.cloud.entry(page, kinds[page], labels=True)
            else:
                entry = await self.cloud.found(page)
            return entry.absent or await self._facts_of(entry, identity, alone=alone)
        except Missing:
            return Absent(page, Absence.MISSING)

    async def _facts_of(self, entry: Entry, identity: AccountId, *, alone: bool) -> PageFacts:
        async with together() as requests:
            way = requests.start(partial(self._way, entry, alone=alone))
            labels = requests.start(partial(self.cloud.labels_of, entry))
            space = requests.start(partial(self.cloud.space_key, entry.space))
            allowed = requests.start(partial(self.cloud.allowed, entry.id, identity))
        place = await placed(self.cloud, entry, way.value)
        return PageFacts(
            page=entry.id,
            space=space.value,
            kind=entry.kind,
            ancestors=place.ancestors,
            labels=labels.value,
            restricted=place.restricted,
            may_read=allowed.value,
            title=entry.title,
        )

    async def _way(self, entry: Entry, *, alone: bool) -> Way:
        """The ancestors. Of many pages below one parent the parent's are read once, for all of them."""
        if alone or entry.parent is None or entry.parent_kind is None:
            return await self.cloud.ancestors(entry.id, entry.kind)
        above = await self.cloud.ancestors(entry.parent, entry.parent_kind)
        return (*above, (entry.parent, entry.parent_kind))
