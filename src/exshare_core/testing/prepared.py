"""The site that content contracts are held against, as its author prepares it.

The factory opens a `PreparedSite`: content with a handful of pages and files that the author has made in a
stand-in for Confluence, described as values. Hooks that disturb the site are optional: one that cannot be
offered is named in `cannot` with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

from attrs import field, frozen

from exshare_core.content import Absence, NodeKind, PageStatus
from exshare_core.ports import Content
from exshare_core.testing.contract import Contract
from exshare_core.values import AccountId, PageId, SpaceKey


@frozen
class PreparedComment:
    """A comment that the author has made, with the answers to it."""

    id: str
    words: str
    """Words that stand in it."""
    author: str
    """The name of who wrote it, as it is shown."""
    mark: str = ""
    """The marker of the words that it hangs on, if it does."""
    quote: str = ""
    """Those words."""
    resolved: bool = False
    readable: bool = True
    """Whether what it says is well-formed."""
    answers: tuple[PreparedComment, ...] = ()
    """Oldest first."""


@frozen
class PreparedVersion:
    """A version of a page that the author has made."""

    number: int
    words: str
    """Words that stand in this version only."""
    author: str
    message: str = ""
    excludes: bool = False
    """Whether it has an excluded part, with other words."""
    readable: bool = True
    """Whether what it says is well-formed."""


@frozen
class Preparation:
    """What the author has made."""

    space: SpaceKey
    reader: AccountId
    """May read everything here but `forbidden`."""
    page: PageId
    """An open page with the title `title`, the labels `labels`, right below `parent`."""
    title: str
    labels: frozenset[str]
    ancestors: tuple[PageId, ...]
    """Of `page`, from the top down to its parent."""
    home: PageId
    """The home page of `space`."""
    level: tuple[tuple[PageId, NodeKind], ...]
    """At least three entries right below `page` in order, a folder among them;
    others are archived or trashed.
    """
    restricted: PageId
    """A page with view restrictions that `reader` passes; `below_restricted` is its child."""
    below_restricted: PageId
    forbidden: PageId
    """A page that `reader` may not read."""
    absent: Mapping[PageId, Absence]
    """Ids of pages that are not there, at least a missing and a trashed one,
    with the reason that can be known.
    """
    locations: Mapping[str, PageId]
    """Ids and addresses, and the pages that they name."""
    foreign: tuple[str, ...]
    """Addresses on other hosts, other sites, and none at all."""
    words: str
    """A word that finds `page`."""
    named: PageId
    """A page below `page` with that word in its title, and `telling`, another there with it in its text alone."""
    telling: PageId
    files: Mapping[str, bytes] = field(repr=False)
    """Names and bytes of the current files of `page`; one of more than 256 KiB among them."""
    service: AccountId
    """The connector's own account."""
    groups: frozenset[str]
    """All groups that `reader` is in, at least two."""
    discussed: PageId
    """An open page with these comments and no others; other pages have comments too."""
    discussion: tuple[PreparedComment, ...]
    """Oldest first: at least one with an answer that is answered itself, one on words of the page, one that is resolved,
    and one that cannot be read but has an answer that can.
    """
    revised: PageId
    """An open page with at least three versions."""
    versions: tuple[PreparedVersion, ...]
    """Newest first: an older one excludes a part, one has a message, and one cannot be read."""
    statuses: Mapping[PageId, PageStatus | None]
    """What pages are said to be: where the site knows such a thing, one that is said to be something is among them."""


class PreparedSite(Protocol):
    """Content over what was prepared, and hooks that disturb it."""

    @property
    def content(self) -> Content:
        """The adapters under test."""

    @property
    def prepared(self) -> Preparation:
        """What there is."""

    async def retitle(self, page: PageId, title: str) -> None:
        """Change a page upstream, and let pass the second for which an answer may be shared."""

    async def answer_with_another_page(self, page: PageId) -> None:
        """Make the other side answer with another page than `page` when that is asked for."""

    async def stop_answering(self) -> None:
        """Make the other side answer everything with a passing failure."""

    async def stop_access_checks(self) -> None:
        """Make the other side answer everything but questions about who may read what."""

    async def answer_nonsense(self) -> None:
        """Make the other side answer everything with something that makes no sense."""

    async def reject_credential(self) -> None:
        """Make the other side reject the connector's credential."""

    async def shorten_files(self) -> None:
        """Make the other side send fewer bytes of a file than it said."""

    async def lengthen_files(self) -> None:
        """Make the other side send more bytes of a file than it said."""


class ContentAbilities(Contract[PreparedSite]):
    """What a prepared site may be asked to do."""

    abilities: ClassVar[frozenset[str]] = frozenset(
        {
            "retitle", "answer_with_another_page", "stop_answering", "stop_access_checks", "answer_nonsense",
            "reject_credential", "shorten_files", "lengthen_files",
        }
    )  # fmt: skip
