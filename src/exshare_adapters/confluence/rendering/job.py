"""What one rendering needs and gives, as plain values that can be handed to another process."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from attrs import astuple, field, frozen

from exshare_adapters.confluence.links import SiteAddresses
from exshare_core.content import MacroUse, Node
from exshare_core.ports import View
from exshare_core.values import AttachmentId, PageId


@frozen
class Job:
    """One body with everything that decides how it is shown."""

    page: PageId
    title: str = field(repr=False)
    body: str = field(repr=False)
    macros: tuple[MacroUse, ...]
    without: frozenset[MacroUse]
    files: Mapping[tuple[PageId, str], AttachmentId] = field(repr=False)
    pages: Mapping[PageId, str] = field(repr=False)
    view: View = field(repr=False)
    site: SiteAddresses
    lists: Mapping[MacroUse, Sequence[Node]] = field(factory=dict, repr=False)
    """Entries to put in the place of macros that are cut."""
    shown_files: frozenset[str] = field(default=frozenset(), repr=False)
    """Names of the page's own files that storage refers to outside excluded parts."""
    titles: Mapping[PageId, str] = field(factory=dict, repr=False)
    """Of pages in the share that the body may link to without words of its own."""

    @property
    def key(self) -> Hashable:
        """Equal for two jobs if and only if everything in them is: made of every field, so that none is forgotten."""
        return tuple(_frozen(value) for value in astuple(self, recurse=False))


def _frozen(value: object) -> Hashable:
    if isinstance(value, dict):
        return frozenset((name, _frozen(one)) for name, one in value.items())
    if isinstance(value, list):
        return tuple(value)
    assert isinstance(value, Hashable)
    return value
