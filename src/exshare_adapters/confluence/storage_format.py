"""Reads a page's storage format: which macros read elsewhere, which parts are excluded, which files are named.

Rules: spec L8, L17.

Storage is untrusted XML without a root. It is read by expat in one pass, with no DTD and no entities but HTML's own,
and never changed. What cannot be read raises Broken: without the inventory nothing of the page may be shown.
"""

from __future__ import annotations

import re
import unicodedata
from html.entities import html5
from xml.parsers import expat

from attrs import Factory, define, frozen

from exshare_adapters.confluence.macros import (
    ARCHIVES,
    DIAGRAMS,
    EXCLUDE,
    LISTS,
    LISTS_OF_FILES,
    MARKED_BOXES,
    PREVIEWS,
    reads_elsewhere,
)
from exshare_core.errors import Broken

MOST_DEPTH = 512
"""Elements within elements; Confluence's own editors stay far below."""
MOST_BYTES = 16 * 1024 * 1024

_SPACES = {"ac": "urn:ac", "ri": "urn:ri", "at": "urn:at"}
_MACROS = ("urn:ac structured-macro", "urn:ac macro")
_PARAMETER = "urn:ac parameter"
_FILE = "urn:ri attachment"
_BLOG_POST = "urn:ri blog-post"
_OWNERS = ("urn:ri page", _BLOG_POST, "urn:ri content-entity")
_ADF_PARAMETER = "urn:ac adf-parameter"
_ENTITY = re.compile(r"<!\[CDATA\[.*?\]\]>|&([A-Za-z][A-Za-z0-9]*);", re.DOTALL)
_NAMING = frozenset({"", "page", "root", "pageId"})
"""Parameters by which macros name a page."""
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})


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
    """In Unicode NFC."""
    title: str | None = None
    space: str | None = None


@frozen(slots=True)
class Inventory:
    """What a page's storage holds that its rendering does not say."""

    macros: tuple[StorageMacro, ...] = ()
    """In document order of their beginnings."""
    shown_files: frozenset[FileRef] = frozenset()
    """Referenced outside excluded parts."""
    hidden_files: frozenset[FileRef] = frozenset()
    """Referenced inside excluded parts only."""

    @property
    def locate(self) -> bool:
        """Whether the rendering must say which macro is where: only the form ``view`` does."""
        return bool(self.macros)


def inventory(storage: str) -> Inventory:
    """The inventory of a page's storage format; raises Broken when it cannot be read to its end."""
    if len(storage) > MOST_BYTES:
        raise Broken("the storage format of the page is too large")
    reader = _Reader()
    try:
        _parse(storage, reader)
    except (expat.ExpatError, _TooDeep, ValueError) as error:
        raise Broken("the storage format of the page cannot be read") from error
    return reader.result()


class _TooDeep(Exception):
    """More elements within elements than anybody writes, or a document type."""


def _parse(storage: str, reader: _Reader) -> None:
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _SPACES.items())
    text = _ENTITY.sub(_character, storage)
    parser.Parse(f"<page {names}>{text}</page>".encode(), True)


def _refuse(*_: object) -> None:
    raise _TooDeep


def _character(found: re.Match[str]) -> str:
    name = found[1]
    if name is None or name in _XML_ENTITIES:
        return found[0]
    text = html5.get(f"{name};")
    return found[0] if text is None else "".join(f"&#{ord(char)};" for char in text)


@define
class _Macro:
    """A macro whose end has not come yet."""

    name: str
    id: str
    ordinal: int
    place: int
    parameters: dict[str, str] = Factory(dict)
    owner: tuple[str | None, str | None, str | None] | None = None
    shown: list[FileRef] = Factory(list)
    hidden: list[FileRef] = Factory(list)


@define
class _File:
    """A reference to a file whose end has not come yet."""

    name: str
    title: str | None = None
    space: str | None = None


class _Reader:
    """Follows the elements and keeps what an inventory needs."""

    def __init__(self) -> None:
        self._depth = 0
        self._macros: list[_Macro] = [_Macro("", "", 0, -1)]
        self._counts: dict[str, int] = {}
        self._found: list[tuple[int, StorageMacro]] = []
        self._archives: list[tuple[int, StorageMacro]] = []
        self._places = 0
        self._parameters: list[tuple[str, list[str]]] = []
        self._diagrams: list[list[str] | None] = []
        self._file: _File | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise _TooDeep
        if name in _MACROS:
            self._begin_macro(attributes)
        elif name == _PARAMETER:
            self._parameters.append((attributes.get("urn:ac name", ""), []))
        elif name == _ADF_PARAMETER:
            is_name = attributes.get("key", attributes.get("urn:ac key")) == "diagram-name"
            self._diagrams.append([] if is_name else None)
        elif name == _FILE:
            self._file = _File(_nfc(attributes.get("urn:ri filename", "")))
        elif name in _OWNERS:
            self._owner(name, attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        self._depth -= 1
        if name in _MACROS:
            self._end_macro()
        elif name == _PARAMETER:
            key, words = self._parameters.pop()
            self._macros[-1].parameters.setdefault(key, "".join(words).strip())
        elif name == _ADF_PARAMETER:
            self._end_diagram(self._diagrams.pop())
        elif name == _FILE and self._file is not None:
            self._refer(FileRef(self._file.name, self._file.title, self._file.space))
            self._file = None

    def text(self, words: str) -> None:
        """Text, a CDATA section's included."""
        if self._diagrams and self._diagrams[-1] is not None:
            self._diagrams[-1].append(words)
        elif self._parameters:
            self._parameters[-1][1].append(words)

    def result(self) -> Inventory:
        """What was found."""
        page = self._macros[0]
        shown = frozenset(page.shown)
        hidden = frozenset(page.hidden) - shown
        # A list of all files of the page would name those that only an excluded part refers to
        found = self._found + self._archives if hidden else self._found
        macros = tuple(macro for _, macro in sorted(found, key=lambda pair: pair[0]))
        return Inventory(macros, shown, hidden)

    def _begin_macro(self, attributes: dict[str, str]) -> None:
        name = attributes.get("urn:ac name", "").strip().lower()
        ordinal = self._counts.get(name, 0)
        self._counts[name] = ordinal + 1
        self._macros.append(_Macro(name, attributes.get("urn:ac macro-id", "").strip(), ordinal, self._places))
        self._places += 1

    def _end_macro(self) -> None:
        macro = self._macros.pop()
        around = self._macros[-1]
        self._files_of(macro)
        excluded = _excludes(macro)
        title, space, page_id = macro.owner or _meant(macro) or _named(macro)
        elsewhere = reads_elsewhere(macro.name) or (
            macro.name in ARCHIVES and (macro.owner is not None or bool(macro.parameters.get("page")))
        )
        if excluded or elsewhere:
            self._found.append(
                (
                    macro.place,
                    StorageMacro(macro.name, macro.id, macro.ordinal, excluded, title, space, page_id),
                )
            )
        elif macro.name in LISTS_OF_FILES:
            self._archives.append((macro.place, StorageMacro(macro.name, macro.id, macro.ordinal)))
        if excluded:
            around.hidden += macro.shown + macro.hidden
        else:
            around.shown += macro.shown
            around.hidden += macro.hidden

    def _files_of(self, macro: _Macro) -> None:
        if macro.name in DIAGRAMS:
            for key in ("diagramName", "name"):
                if name := _nfc(macro.parameters.get(key, "")):
                    macro.shown += [FileRef(name), FileRef(f"{name}.png")]
        elif macro.name in PREVIEWS and (name := _nfc(macro.parameters.get("name", ""))):
            macro.shown.append(FileRef(name, macro.parameters.get("page") or None))

    def _end_diagram(self, words: list[str] | None) -> None:
        if words is not None and (name := _nfc("".join(words).strip())):
            self._macros[-1].shown += [FileRef(name), FileRef(f"{name}.png")]

    def _owner(self, name: str, attributes: dict[str, str]) -> None:
        title, space = attributes.get("urn:ri content-title"), attributes.get("urn:ri space-key")
        id = attributes.get("urn:ri content-id")
        if self._file is not None:
            # A file of a page that is named by id alone is not one of the page's own
            named = title or (f"#{id}" if id else None)
            self._file.title, self._file.space = named or self._file.title, space or self._file.space
        elif self._parameters and self._macros[-1].owner is None:
            # A page may have the title of a blog post, and would be taken for it
            self._macros[-1].owner = (None if name == _BLOG_POST else title, space, id)

    def _refer(self, file: FileRef) -> None:
        if file.name:
            self._macros[-1].shown.append(file)


def _excludes(macro: _Macro) -> bool:
    """Whether a macro marks an excluded part: an excerpt of that name, or a box of that title (spec L8)."""
    parameters = macro.parameters
    if macro.name == "excerpt":
        return EXCLUDE in (_word(parameters.get("name", "")), _word(parameters.get("", "")))
    return macro.name in MARKED_BOXES and _word(parameters.get("title", "")) == EXCLUDE


def _meant(macro: _Macro) -> tuple[str | None, str | None, str | None] | None:
    """The page that a list is about when no parameter names any; what cannot be read in one is no page of its own."""
    if macro.name not in LISTS or not _NAMING.isdisjoint(macro.parameters):
        return None
    return LISTS[macro.name], None, None


def _named(macro: _Macro) -> tuple[str | None, str | None, str | None]:
    """The page that plain parameters name, as older editors wrote them: ``SPACE:Title`` or a title alone."""
    text = macro.parameters.get("") or macro.parameters.get("page") or macro.parameters.get("root") or ""
    if not text or macro.name.startswith("jira"):
        return None, None, macro.parameters.get("pageId") or None
    space, colon, title = text.partition(":")
    if colon and re.fullmatch(r"~?[A-Za-z0-9._-]{1,255}", space) and title.strip():
        return title.strip(), space, None
    return text, None, None


def _word(text: str) -> str:
    return text.strip().lower()


def _nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name)
