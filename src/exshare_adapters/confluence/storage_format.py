"""Reads a page's storage format: which macros read elsewhere, which parts are excluded, which files are named.

Rules: spec L8, L17.

Storage is untrusted XML without a root. It is read by expat in one pass, with no DTD and no entities but HTML's own,
and never changed. What cannot be read raises Malformed: without the inventory nothing of the page may be shown.
"""

from __future__ import annotations

import re
import unicodedata
from html.entities import html5
from xml.parsers import expat

from attrs import Factory, define

from exshare_adapters.confluence.extension_nodes import NODE, PARTS, ExtensionNode
from exshare_adapters.confluence.failures import Malformed
from exshare_adapters.confluence.inventory import FileRef, Inventory, StorageMacro
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
from exshare_adapters.confluence.media import media_file, media_link

MOST_DEPTH = 512
"""Elements within elements where they are followed; Confluence's own editors stay far below."""
MOST_BYTES = 16 * 1024 * 1024

_SPACES = {"ac": "urn:ac", "ri": "urn:ri", "at": "urn:at"}
_MARKS = ("<ac:", "<ri:", "xmlns")
"""One of these stands in all storage that has an element of which anything is kept; the rest is read, not followed."""
_MACROS = ("urn:ac structured-macro", "urn:ac macro")
_PARAMETER = "urn:ac parameter"
_FILE = "urn:ri attachment"
_URL = "urn:ri url"
_BLOG_POST = "urn:ri blog-post"
_OWNERS = ("urn:ri page", _BLOG_POST, "urn:ri content-entity")
_EXTENSION = "urn:ac adf-extension"
_FALLBACK = "urn:ac adf-fallback"
_MARKER = "urn:ac inline-comment-marker"
_NAME = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_ENTITY = re.compile(r"<!\[CDATA\[.*?\]\]>|&([A-Za-z][A-Za-z0-9]*);", re.DOTALL)
_NAMING = frozenset({"", "page", "root", "pageId"})
"""Parameters by which macros name a page."""
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})


def inventory(storage: str) -> Inventory:
    """The inventory of a page's storage format; raises Malformed when it cannot be read to its end."""
    if len(storage) > MOST_BYTES:
        raise Malformed("the storage format of the page is too large")
    try:
        reader = _parse(storage)
    except (expat.ExpatError, _TooDeep, ValueError) as error:
        raise Malformed("the storage format of the page cannot be read") from error
    return reader.result()


class _TooDeep(Exception):
    """More elements within elements than anybody writes, or a document type."""


def _parse(storage: str) -> _Reader:
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    reader = _Reader(parser)
    if any(mark in storage for mark in _MARKS):
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _SPACES.items())
    foreign = any(name not in _XML_ENTITIES for name in set(_NAME.findall(storage)))
    text = _ENTITY.sub(_character, storage) if foreign else storage
    try:
        parser.Parse(f"<page {names}>{text}</page>".encode(), True)
    finally:
        # Else the two keep each other, with words of the page, until somebody collects garbage
        parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None
    return reader


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
    marks: list[str] = Factory(list)
    hidden_marks: list[str] = Factory(list)


@define
class _Extension:
    """What the newer editor keeps in its own form, whose end has not come yet: nodes, and the fallback that is shown."""

    nodes: list[_Macro] = Factory(list)
    """The macros among its nodes."""
    in_fallback: bool = False
    within: int = 0
    """How many macros of the fallback have not ended yet."""
    shown: set[str] = Factory(set)
    """Names of the macros in the fallback."""
    has_words: bool = False
    """Whether the fallback has words outside macros."""


@define
class _File:
    """A reference to a file whose end has not come yet."""

    name: str
    title: str | None = None
    space: str | None = None


class _Reader:
    """Follows the elements and keeps what an inventory needs. Text is listened to only where some of it may be kept."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        self._depth = 0
        self._macros: list[_Macro] = [_Macro("", "", 0, -1)]
        self._counts: dict[str, int] = {}
        self._found: list[tuple[int, StorageMacro]] = []
        self._archives: list[tuple[int, StorageMacro]] = []
        self._places = 0
        self._parameters: list[tuple[str, list[str]]] = []
        self._extensions: list[_Extension] = []
        self._nodes: list[ExtensionNode] = []
        self._file: _File | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise _TooDeep
        if " " not in name:
            return  # HTML's own
        if name in _MACROS:
            self._begin_macro(attributes)
        elif name == _PARAMETER:
            self._parameters.append((attributes.get("urn:ac name", ""), []))
        elif name in PARTS and self._nodes:
            self._nodes[-1].start(name, attributes)
        elif name == NODE:
            self._nodes.append(ExtensionNode())
            self._macros.append(_Macro("", "", 0, self._place()))
        elif name == _EXTENSION:
            self._extensions.append(_Extension())
            self._macros.append(_Macro("", "", 0, self._place()))
        elif name == _FALLBACK and self._extensions:
            self._extensions[-1].in_fallback = True
        elif name == _MARKER:
            self._macros[-1].marks.append(attributes.get("urn:ac ref", ""))
        elif name == _FILE:
            self._file = _File(_nfc(attributes.get("urn:ri filename", "")))
        elif name == _URL:
            if (media := media_link(attributes.get("urn:ri value", ""))) is not None:
                self._macros[-1].shown.append(FileRef("", media=media))
        elif name in _OWNERS:
            self._owner(name, attributes)
        self._listen()

    def end(self, name: str) -> None:
        """An element ends."""
        self._depth -= 1
        if " " not in name:
            return
        if name in _MACROS:
            self._end_macro()
        elif name == _PARAMETER:
            key, words = self._parameters.pop()
            self._macros[-1].parameters.setdefault(key, "".join(words).strip())
        elif name in PARTS and self._nodes:
            self._nodes[-1].end()
        elif name == NODE:
            self._end_node(self._nodes.pop())
        elif name == _EXTENSION:
            self._end_extension(self._extensions.pop())
        elif name == _FALLBACK and self._extensions:
            self._extensions[-1].in_fallback = False
        elif name == _FILE and self._file is not None:
            self._refer(FileRef(self._file.name, self._file.title, self._file.space))
            self._file = None
        self._listen()

    def _listen(self) -> None:
        keeps = self._parameters or self._nodes or self._extensions
        self._parser.CharacterDataHandler = self.text if keeps else None

    def text(self, words: str) -> None:
        """Text, a CDATA section's included."""
        if self._parameters:
            self._parameters[-1][1].append(words)
        elif (not self._nodes or not self._nodes[-1].text(words)) and self._extensions and not words.isspace():
            extension = self._extensions[-1]
            extension.has_words |= extension.in_fallback and not extension.within

    def result(self) -> Inventory:
        """What was found."""
        page = self._macros[0]
        shown = frozenset(page.shown)
        hidden = frozenset(page.hidden) - shown
        # A list of all files of the page would name those that only an excluded part refers to
        found = self._found + self._archives if hidden else self._found
        macros = tuple(macro for _, macro in sorted(found, key=lambda pair: pair[0]))
        marks = frozenset(filter(None, page.marks)) - frozenset(page.hidden_marks)
        return Inventory(macros, shown, hidden, marks)

    def _place(self) -> int:
        self._places += 1
        return self._places

    def _ordinal(self, name: str) -> int:
        self._counts[name] = self._counts.get(name, -1) + 1
        return self._counts[name]

    def _begin_macro(self, attributes: dict[str, str]) -> None:
        name = attributes.get("urn:ac name", "").strip().lower()
        id = attributes.get("urn:ac macro-id", "").strip()
        self._macros.append(_Macro(name, id, self._ordinal(name), self._place()))
        if self._extensions and self._extensions[-1].in_fallback:
            self._extensions[-1].shown.add(name)
            self._extensions[-1].within += 1

    def _end_macro(self) -> None:
        macro = self._macros.pop()
        if self._extensions and self._extensions[-1].in_fallback:
            self._extensions[-1].within -= 1
        self._files_of(macro)
        self._keep(macro)
        self._pass_on(macro, _excludes(macro))

    def _keep(self, macro: _Macro) -> None:
        """Note a macro that is to be judged."""
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

    def _pass_on(self, macro: _Macro, excluded: bool) -> None:
        """Give the files and markers in a macro to what is around it."""
        around = self._macros[-1]
        if excluded:
            around.hidden += macro.shown + macro.hidden
            around.hidden_marks += macro.marks + macro.hidden_marks
        else:
            around.shown += macro.shown
            around.hidden += macro.hidden
            around.marks += macro.marks
            around.hidden_marks += macro.hidden_marks

    def _files_of(self, macro: _Macro) -> None:
        if macro.name in DIAGRAMS:
            for key in ("diagramName", "name"):
                if name := _nfc(macro.parameters.get(key, "")):
                    macro.shown += [FileRef(name), FileRef(f"{name}.png")]
        elif macro.name in PREVIEWS and (name := _nfc(macro.parameters.get("name", ""))):
            macro.shown.append(FileRef(name, macro.parameters.get("page") or None))

    def _end_node(self, node: ExtensionNode) -> None:
        """A node of the newer editor: the same macro as in storage's own form, where its key is a macro's name."""
        macro = self._macros.pop()
        macro.parameters = node.parameters
        if name := _nfc(node.parameters.get("diagram-name", "")):
            macro.shown += [FileRef(name), FileRef(f"{name}.png")]
        if (file := media_file(node.file)) is not None:
            macro.shown.append(FileRef("", media=file))
        if node.is_macro and self._extensions:
            macro.name, macro.id = node.key, node.id
            self._files_of(macro)
            extension = self._extensions[-1]
            if not extension.in_fallback or all(known.name != macro.name for known in extension.nodes):
                extension.nodes.append(macro)
        self._pass_on(macro, _excludes(macro))

    def _end_extension(self, extension: _Extension) -> None:
        """Keep the nodes that are macros; one whose fallback is nothing but a macro of its name is that macro."""
        fallback = self._macros.pop()
        if self._extensions:
            self._extensions[-1].has_words |= extension.has_words
        for node in extension.nodes:
            if extension.has_words or node.name not in extension.shown:
                node.ordinal = self._ordinal(node.name)
                self._keep(node)
        self._pass_on(fallback, any(_excludes(node) for node in extension.nodes))

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
