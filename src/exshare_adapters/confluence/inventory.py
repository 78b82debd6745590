"""What a page's storage format holds that its rendering does not say: macros, files and markers."""

from __future__ import annotations

from attrs import frozen

from exshare_adapters.confluence.media import MediaFile


@frozen(slots=True)
class StorageMacro:
    """A macro that reads elsewhere or marks an excluded part."""

    name: str
    id: str
    """The macro id; empty when the editor gave none."""
    ordinal: int
    """Its place among all macros of the same name in the page, from 0."""
    excluded: bool = False
    title: str | None = None
    """The title of the page that it names, if it names one; ``@self``, ``@parent`` and ``@home`` are no titles."""
    space: str | None = None
    """The key of that page's space; None means the space of the page itself."""
    page_id: str | None = None
    """The id of the page that it names, if it names one by id."""


@frozen(slots=True)
class FileRef:
    """A file that the page names: one of its own, or of the page with `title` in `space`."""

    name: str
    """In Unicode NFC; empty when only the media host's id is known."""
    title: str | None = None
    space: str | None = None
    media: MediaFile | None = None


@frozen(slots=True)
class Inventory:
    """What a page's storage holds that its rendering does not say."""

    macros: tuple[StorageMacro, ...] = ()
    """In document order of their beginnings."""
    shown_files: frozenset[FileRef] = frozenset()
    """Referenced outside excluded parts."""
    hidden_files: frozenset[FileRef] = frozenset()
    """Referenced inside excluded parts only."""
    marks: frozenset[str] = frozenset()
    """Markers of inline comments that stand outside excluded parts, and nowhere inside one."""

    @property
    def locate(self) -> bool:
        """Whether the rendering must say which macro is where: only the form ``view`` does."""
        return bool(self.macros)
