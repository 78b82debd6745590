"""Pages, files and rights of one site, read live, and how a page becomes HTML."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from types import MappingProxyType
from typing import Protocol

from attrs import frozen

from exshare_core.comparing import Change, Passage
from exshare_core.content import (
    Absent,
    Attachment,
    ByteRange,
    Draft,
    MacroUse,
    Node,
    PageFacts,
    PageStatus,
    Reading,
    Rendered,
)
from exshare_core.ports.discussing import Discussions, Histories
from exshare_core.ports.machine import Checked
from exshare_core.ports.searching import Search
from exshare_core.values import (
    AccountId,
    AttachmentId,
    PageId,
    SpaceKey,
)


@frozen(slots=True)
class View:
    """How a page is to be shown on one link."""

    files: str
    """The prefix of our addresses of files; an attachment's id follows it."""
    names: bool = False
    """Whether names of people may be shown (spec L5)."""
    confluence_links: bool = False
    """Whether links to the site's own hosts may be shown (spec V3)."""
    attachments: bool = False
    """Whether files other than shown images may be linked."""
    onward: str = ""
    """The prefix of our addresses of pages outside the share that may lead on to other shares; empty for none."""
    external_links: bool = True
    """Whether http and https links to other hosts stay links; their words stay in any case (spec V3)."""
    withheld: frozenset[AttachmentId] = frozenset()
    """Files that this link does not serve, although what is shown refers to them: neither shown nor linked."""
    language: str = "en"
    """Of the few words that a renderer adds of its own, such as ``de``; English where it does not know it (spec V8)."""


NO_LISTS: Mapping[MacroUse, Sequence[Node]] = MappingProxyType({})
"""No macro whose output is a list of ours."""


NO_TITLES: Mapping[PageId, str] = MappingProxyType({})
"""No page whose title may be told."""


class PageSource(Protocol):
    """Pages of one site, read live."""

    async def read(self, page: PageId, identity: AccountId) -> Reading | Absent:
        """The page as it is now, with facts and whether `identity` may read it.

        Must read afresh, but may share one upstream answer among callers for at most a second, in memory only. Must
        check that the answer is of the page asked for. Must name in `MacroUse.lists` the page that a list of child
        pages is about, and in `MacroUse.entries` the pages that a list made by a search shows, and None where that is
        not certain; `MacroUse.told` must hold no page that has an excluded part or a macro that reads elsewhere. Must be Absent for a page that is missing, trashed, archived
        or a draft. Must raise Busy or Broken rather than guess; `may_read` alone may be UNKNOWN.
        """

    async def readings(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, Reading | Absent]:
        """Several pages read at once, each as `read` does; must have an entry for every page asked for.

        Whole bodies are held until all are there: callers ask for a few at a time.
        """

    async def facts(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, PageFacts | Absent]:
        """The facts of several pages at once, without their bodies; must have an entry for every page asked for."""

    async def level(self, parent: PageId, limit: int, offset: int = 0) -> tuple[tuple[Node, ...], bool]:
        """The entries right below `parent` in Confluence's order, folders and other kinds included, without what is
        archived or trashed: those from `offset`, at most `limit`, and whether there are more.
        """

    async def below(self, root: PageId, most: int) -> frozenset[PageId] | None:
        """Everything below `root`, however deep and of whatever kind, without what is archived or trashed; must be None
        where there is more than `most`, and never a part of it.
        """

    async def status(self, page: PageId) -> PageStatus | None:
        """What a current page is said to be; None where nothing is said, or where the site knows no such thing.

        Must raise Busy or Broken rather than say nothing.
        """


class PageFinder(Protocol):
    """Finds pages for a member who shares. Must raise Busy or Broken rather than find nothing."""

    async def locate(self, text: str) -> PageId | None:
        """The page that an id or an address of this site (any form of api.md 9.4) names; must never fetch `text`."""

    async def home(self, space: SpaceKey) -> PageId | None:
        """The home page of the space with this key, compared without case; must be None for a key of no space."""

    async def search(self, words: str, limit: int) -> tuple[Node, ...]:
        """Pages whose title or text has `words`; must quote them safely. Shows what the connector sees: every hit
        must still pass `AccessChecker` for the member who asks.
        """

    async def titles(self, pages: Collection[PageId]) -> Mapping[PageId, str]:
        """Titles now, for those pages that are there; fetched live and never stored (spec S1)."""


class FileSource(Protocol):
    """Files of one site, streamed live. Must raise Busy or Broken rather than say that a file is not there."""

    async def attachments(self, page: PageId) -> tuple[Attachment, ...]:
        """All current files of a page, complete over paging, by name."""

    async def attachment(self, attachment: AttachmentId) -> Attachment | None:
        """One current file, or None."""

    def stream(self, attachment: Attachment, wanted: ByteRange | None) -> AbstractAsyncContextManager[FileStream]:
        """Open the file's bytes. Must send no credential to another host, must end with an error when upstream sends
        fewer or more bytes than it said, and must release the upstream connection when the context ends.
        """


class FileStream(Protocol):
    """An open file."""

    @property
    def length(self) -> int:
        """How many bytes will flow."""

    @property
    def first(self) -> int | None:
        """The offset of the first byte when this is a part of the file, else None."""

    @property
    def total(self) -> int:
        """The size of the whole file in bytes."""

    def chunks(self) -> AsyncIterator[bytes]:
        """The bytes, at most 256 KiB at a time."""


class AccessChecker(Checked, Protocol):
    """Asks Confluence what a member may read, and who the connector is."""

    async def may_read(self, pages: Collection[PageId], identity: AccountId) -> Mapping[PageId, bool | None]:
        """For each page whether the identity may read it now; must be None where that could not be found out."""

    async def service_identity(self) -> AccountId:
        """The connector's own account, looked up from Confluence (spec R5)."""

    async def check(self) -> tuple[str, ...]:
        """What is wrong with the connection, in sentences that say how to mend it; empty when all is well.

        Must prove that the connector may read, and may ask for others' rights (spec L15).
        """


class Directory(Protocol):
    """Knows the groups of the organisation's people (spec P8, R4)."""

    async def groups(self, identity: AccountId) -> frozenset[str] | None:
        """The names of all groups that the person is in.

        May be remembered, but must be at most five minutes old. Must be None, and never an empty set, where it could
        not be found out: no answer, no such person, no right to ask. Must not raise for a failure of the other side.
        """


class BodyRenderer(Protocol):
    """Turns a draft into HTML that is safe to show."""

    async def render(
        self,
        draft: Draft,
        without: Collection[MacroUse],
        pages: Mapping[PageId, str],
        view: View,
        lists: Mapping[MacroUse, Sequence[Node]] = NO_LISTS,
        titles: Mapping[PageId, str] = NO_TITLES,
    ) -> Rendered:
        """Sanitise, cut and rewrite. Must cut the output of every macro in `without`; what cannot be cut with
        certainty must become a placeholder. Must link to the addresses in `pages`, to files at `view.files`, and where
        `view.onward` is given to any other page of the site by its id there, with words that tell nothing of it, only;
        must show no address, host or identity of the site except as `view` allows (spec V3). A link to a page whose
        only words are its address must say the title that `titles` has for the page, and else neutral words.

        Where a file in `view.withheld` is shown or linked, words must stand in its place, and nothing must lead to it.

        For a macro in `without` that `lists` knows, its entries must stand in the place of what was cut, in their
        order and as plain words, linked where `pages` has their address; of no entries nothing must stand there.
        """

    async def passages(self, rendered: Rendered) -> tuple[Passage, ...]:
        """The words that a rendering shows, block by block in reading order: all of them, and no others.

        Must give no passage without words, and say of the first cell with words of each row of a table that the row
        begins with it.
        """

    async def compare(self, before: Rendered, after: Rendered) -> tuple[Change, ...] | None:
        """What became of the passages of one rendering on the way to the other, as `exshare_core.comparing.compare`
        tells it; None where that takes too much work. Must keep nobody else waiting.
        """


@frozen(slots=True)
class Content:
    """All content ports of one site."""

    pages: PageSource
    finder: PageFinder
    files: FileSource
    access: AccessChecker
    directory: Directory
    renderer: BodyRenderer
    search: Search
    discussions: Discussions
    histories: Histories
    origins: tuple[str, ...] = ()
    """Where people read the site's pages, such as ``https://acme.atlassian.net``: who may show a badge in a frame."""
