"""A small Confluence in memory: pages in a tree, files, restrictions, and who may read what."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager

from attrs import define, evolve, field, frozen

from exshare_core.content import (
    Absence,
    Absent,
    Attachment,
    ByteRange,
    Draft,
    MayRead,
    Node,
    NodeKind,
    PageFacts,
    PageStatus,
    Reading,
)
from exshare_core.errors import AdapterFailed, Broken, CredentialRejected
from exshare_core.finding import folded, plain_text
from exshare_core.history import Past
from exshare_core.ports import Content, Place
from exshare_core.testing.fakes.discussing import MemoryComment, MemoryDiscussions, MemoryHistories
from exshare_core.testing.fakes.rendering import MemoryRenderer
from exshare_core.values import AccountId, AttachmentId, PageId, SpaceKey

CHUNK = 64 * 1024


@frozen
class MemoryPage:
    """A page or other entry of the tree. Without `readers` it is as open as what is above it."""

    id: PageId
    title: str
    body: str = ""
    parent: PageId | None = None
    kind: NodeKind = NodeKind.PAGE
    space: SpaceKey = SpaceKey("TEAM")
    labels: frozenset[str] = frozenset()
    readers: frozenset[AccountId] | None = None
    absent: Absence | None = None
    draft: Draft | None = None
    """What else the draft holds, such as macros and links; page, title and body are put in."""


@define
class MemorySite:
    """What there is, and what is wrong with it. Change it as a test needs."""

    pages: dict[PageId, MemoryPage] = field(factory=dict)
    files: dict[AttachmentId, tuple[Attachment, bytes]] = field(factory=dict)
    accounts: set[AccountId] = field(factory=set)
    statuses: dict[PageId, PageStatus] = field(factory=dict)
    comments: list[MemoryComment] = field(factory=list)
    """In the order in which they were written."""
    versions: dict[PageId, list[Past]] = field(factory=dict)
    """What is kept of pages' versions, oldest first, the current one included."""
    groups: dict[AccountId, frozenset[str]] = field(factory=dict)
    """The groups of those accounts that are in any."""
    service: AccountId = AccountId("557058:connector")
    host: str = "confluence.example"
    failure: AdapterFailed | None = None
    """Raised by every call while it is set."""
    access_unknown: bool = False
    """Whether questions about rights and groups go unanswered."""
    mixed_up: dict[PageId, PageId] = field(factory=dict)
    """Pages that are answered with another one."""
    surplus: int = 0
    """How many bytes more (or fewer) flow than are said."""

    def add(self, *pages: MemoryPage) -> None:
        """Put pages into the tree, in the order of their siblings."""
        self.pages.update({page.id: page for page in pages})

    def attach(self, file: Attachment, data: bytes) -> None:
        """Put a file on its page."""
        self.files[file.id] = file, data

    def content(self) -> Content:
        """All ports over this site."""
        return Content(
            MemoryPages(self),
            MemoryFinder(self),
            MemoryFiles(self),
            MemoryAccess(self),
            MemoryDirectory(self),
            MemoryRenderer((self.host,)),
            MemorySearch(self),
            MemoryDiscussions(self),
            MemoryHistories(self),
            (f"https://{self.host}",),
        )

    def answer(self) -> None:
        """Raise what is wrong, if anything is."""
        if self.failure is not None:
            raise self.failure

    def current(self, page: PageId) -> MemoryPage | None:
        """The page, if it is there."""
        found = self.pages.get(page)
        return None if found is None or found.absent is not None else found

    def ancestors(self, page: MemoryPage) -> tuple[PageId, ...]:
        """From the top down to the parent."""
        parent = None if page.parent is None else self.pages[page.parent]
        return () if parent is None else (*self.ancestors(parent), parent.id)

    def may_read(self, page: MemoryPage, identity: AccountId) -> bool:
        """Whether page and ancestors admit the identity."""
        way = [page, *(self.pages[one] for one in self.ancestors(page))]
        return identity in self.accounts and all(one.readers is None or identity in one.readers for one in way)


@frozen
class MemoryPages:
    """A PageSource over a `MemorySite`."""

    site: MemorySite

    async def read(self, page: PageId, identity: AccountId) -> Reading | Absent:
        """The page as it is now."""
        self.site.answer()
        facts = self._facts(page, identity)
        if isinstance(facts, Absent) or facts.kind not in (NodeKind.PAGE, NodeKind.BLOG_POST):
            return facts if isinstance(facts, Absent) else Absent(page, Absence.MISSING)
        found = self.site.pages[self.site.mixed_up.get(page, page)]
        if found.id != page:
            raise Broken("the answer is of another page")
        draft = found.draft or Draft(page, "", "")
        return Reading(evolve(draft, page=page, title=found.title, body=draft.body or found.body), facts)

    async def readings(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, Reading | Absent]:
        """Several pages as they are now."""
        return {page: await self.read(page, identity) for page in pages}

    async def facts(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, PageFacts | Absent]:
        """The facts of several pages."""
        self.site.answer()
        return {page: self._facts(page, identity) for page in pages}

    async def level(self, parent: PageId, limit: int, offset: int = 0) -> tuple[tuple[Node, ...], bool]:
        """The entries right below a page."""
        self.site.answer()
        nodes = [
            Node(one.id, one.title, one.kind, parent)
            for one in self.site.pages.values()
            if one.parent == parent and one.absent is None
        ]
        return tuple(nodes[offset : offset + limit]), len(nodes) > offset + limit

    async def below(self, root: PageId, most: int) -> frozenset[PageId] | None:
        """Everything below a page."""
        self.site.answer()
        current = [one for one in self.site.pages.values() if one.absent is None]
        found = frozenset(one.id for one in current if root in self.site.ancestors(one))
        return found if len(found) <= most else None

    async def status(self, page: PageId) -> PageStatus | None:
        """What a page is said to be."""
        self.site.answer()
        return self.site.statuses.get(page) if self.site.current(page) is not None else None

    def _facts(self, page: PageId, identity: AccountId) -> PageFacts | Absent:
        found = self.site.pages.get(page)
        if found is None or found.absent is not None:
            return Absent(page, Absence.MISSING if found is None or found.absent is None else found.absent)
        ancestors = self.site.ancestors(found)
        restricted = frozenset(one for one in (*ancestors, page) if self.site.pages[one].readers is not None)
        right = MayRead.YES if self.site.may_read(found, identity) else MayRead.NO
        if self.site.access_unknown:
            right = MayRead.UNKNOWN
        return PageFacts(page, found.space, found.kind, ancestors, found.labels, restricted, right, found.title)


@frozen
class MemoryFinder:
    """A PageFinder over a `MemorySite`."""

    site: MemorySite

    async def locate(self, text: str) -> PageId | None:
        """The page with this id or address."""
        start = f"https://{self.site.host}/pages/"
        digits = text.removeprefix(start)
        return PageId(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None

    async def home(self, space: SpaceKey) -> PageId | None:
        """The first page at the top of the space."""
        self.site.answer()
        tops = (one for one in self.site.pages.values() if one.parent is None and one.kind is NodeKind.PAGE)
        return next((one.id for one in tops if one.space.upper() == space.upper() and one.absent is None), None)

    async def search(self, words: str, limit: int) -> tuple[Node, ...]:
        """Pages that have the words in title or body."""
        self.site.answer()
        wanted = words.casefold()
        hits = [one for one in self.site.pages.values() if one.absent is None]
        hits = [one for one in hits if wanted in f"{one.title}\n{one.body}".casefold()]
        return tuple(Node(one.id, one.title, one.kind, one.parent) for one in hits[:limit])

    async def titles(self, pages: Collection[PageId]) -> Mapping[PageId, str]:
        """Titles of the pages that are there."""
        self.site.answer()
        return {page: found.title for page in pages if (found := self.site.current(page)) is not None}


@frozen
class MemorySearch:
    """A Search over a `MemorySite`, whose pages were changed in the order in which they stand in it."""

    site: MemorySite

    async def candidates(self, words: Sequence[str], place: Place, most: int) -> tuple[PageId, ...]:
        """Pages that have all words in their titles, then those that have them in titles and bodies."""
        self.site.answer()
        asked = [part for word in words for part in re.findall(r"\w+", word)]
        if not asked:
            return ()
        there = [page for page in reversed(self.site.pages.values()) if self._within(page, place)]
        titled = [page for page in there if _has(page.title, asked)]
        others = [page for page in there if _has(f"{page.title}\n{self._text(page)}", asked)]
        return tuple(dict.fromkeys(page.id for page in (*titled, *others)))[:most]

    def _text(self, page: MemoryPage) -> str:
        """All of a page, parts included that are never shown."""
        return plain_text(page.body or (page.draft.body if page.draft is not None else ""))

    def _within(self, page: MemoryPage, place: Place) -> bool:
        way = {*self.site.ancestors(page), page.id}
        if page.absent is not None or page.kind not in (NodeKind.PAGE, NodeKind.BLOG_POST) or way & place.without:
            return False
        inside = place.root in way if place.space is None else page.space == place.space
        return inside and (not place.label or place.label in page.labels)


def _has(text: str, words: Sequence[str]) -> bool:
    """Whether all words stand in a text, each at the beginning of a word."""
    return all(re.search(rf"(?<!\w){re.escape(folded(word))}", folded(text)) for word in words)


@frozen
class MemoryStream:
    """A part of some bytes, or all."""

    data: bytes = field(repr=False)
    length: int
    first: int | None
    total: int

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes in chunks; raises Broken when there are fewer or more than said."""
        for start in range(0, min(self.length, len(self.data)), CHUNK):
            yield self.data[start : min(start + CHUNK, self.length)]
        if len(self.data) != self.length:
            raise Broken("the file has another size than was said")


@frozen
class MemoryFiles:
    """A FileSource over a `MemorySite`."""

    site: MemorySite

    async def attachments(self, page: PageId) -> tuple[Attachment, ...]:
        """The files of a page by name."""
        self.site.answer()
        files = [file for file, _ in self.site.files.values() if file.page == page]
        return tuple(sorted(files, key=lambda file: file.name))

    async def attachment(self, attachment: AttachmentId) -> Attachment | None:
        """One file."""
        self.site.answer()
        found = self.site.files.get(attachment)
        return None if found is None else found[0]

    @asynccontextmanager
    async def stream(self, attachment: Attachment, wanted: ByteRange | None) -> AsyncIterator[MemoryStream]:
        """The bytes of a file."""
        self.site.answer()
        _, data = self.site.files[attachment.id]
        total = len(data)
        if wanted is None:
            start, end = 0, total
        else:
            start = max(0, total + wanted.first) if wanted.first < 0 else wanted.first
            end = total if wanted.last is None else min(wanted.last + 1, total)
        part = data[start:end]
        sent = part + b"\x00" * self.site.surplus if self.site.surplus > 0 else part[: len(part) + self.site.surplus]
        yield MemoryStream(sent, end - start, None if wanted is None else start, total)


@frozen
class MemoryAccess:
    """An AccessChecker over a `MemorySite`."""

    site: MemorySite

    async def may_read(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, bool | None]:
        """Whether the identity may read each page."""
        self.site.answer()
        if self.site.access_unknown:
            return dict.fromkeys(pages)
        found = {page: self.site.current(page) for page in pages}
        return {page: one is not None and self.site.may_read(one, identity) for page, one in found.items()}

    async def service_identity(self) -> AccountId:
        """The connector's own account."""
        self.site.answer()
        return self.site.service

    async def check(self) -> tuple[str, ...]:
        """What is wrong."""
        if isinstance(self.site.failure, CredentialRejected):
            return ("the credential is not accepted: make a new one",)
        if self.site.failure is not None:
            return ("the site does not answer: try again later",)
        if self.site.access_unknown:
            return ("others' rights cannot be asked for: give the connector that permission",)
        return ()


@frozen
class MemoryDirectory:
    """A Directory over a `MemorySite`."""

    site: MemorySite

    async def groups(self, identity: AccountId) -> frozenset[str] | None:
        """The groups of an account that is there."""
        if self.site.failure is not None or self.site.access_unknown or identity not in self.site.accounts:
            return None
        return self.site.groups.get(identity, frozenset())
