"""How a page is written: one source of parts, drawn as storage, view, export view or anonymous export view."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, quote_plus

from attrs import Factory, define, frozen

if TYPE_CHECKING:
    from exshare_demo.model import Attachment, Node, User
    from exshare_demo.tree import Tree

Form = Literal["storage", "view", "export_view", "anonymous_export_view"]
Flavour = Literal["cloud", "data-center"]
FORMS: tuple[Form, ...] = ("storage", "view", "export_view", "anonymous_export_view")


@define
class Sheet:
    """One drawing of one page: in which form, for which flavour, at which base, and as whom macros read."""

    tree: Tree
    page: Node
    form: Form
    flavour: Flavour
    base: str
    context: str
    reader: User | None
    depth: int = 0
    counts: dict[str, int] = Factory(dict)
    macros: dict[str, str] = Factory(dict)
    """What each macro drawn so far became, by its id."""

    @property
    def storage(self) -> bool:
        """Whether this is the form the editor saves."""
        return self.form == "storage"

    @property
    def export(self) -> bool:
        """Whether addresses are absolute and macro names are gone."""
        return self.form in ("export_view", "anonymous_export_view")

    @property
    def cloud(self) -> bool:
        """Whether this is a Cloud site."""
        return self.flavour == "cloud"

    def url(self, path: str) -> str:
        """An address of this site as this form writes it: relative in view, absolute in the export forms."""
        return (self.base if self.export else self.context) + path

    def count(self, name: str) -> int:
        """How many of that name were drawn before on this sheet."""
        self.counts[name] = self.counts.get(name, -1) + 1
        return self.counts[name]

    def macro_id(self, name: str) -> str:
        """The id of the next macro of that name; the same in every form."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.page.id}/{name}/{self.count('macro ' + name)}"))

    def inside(self, page: Node) -> Sheet:
        """The sheet of a page that is pulled into this one."""
        reader = None if self.form == "anonymous_export_view" else self.reader
        form = "view" if self.storage else self.form
        return Sheet(self.tree, page, form, self.flavour, self.base, self.context, reader, self.depth + 1)

    def may_read(self, page: Node) -> bool:
        """Whether a macro of this drawing gets to see that page."""
        reader = None if self.form == "anonymous_export_view" else self.reader
        return self.tree.may_view(reader, page)


Drawn = Callable[[Sheet], str]
Part = str | Drawn


def write(parts: Iterable[Part], sheet: Sheet) -> str:
    """All parts drawn on the sheet; plain strings are text."""
    return "".join(escape(p, quote=False) if isinstance(p, str) else p(sheet) for p in parts)


def attributes(values: Mapping[str, object]) -> str:
    """Attributes with a leading space each; None is left out."""
    return "".join(f' {k}="{escape(str(v))}"' for k, v in values.items() if v is not None)


@frozen
class Mark:
    """What a macro needs to draw its outermost element."""

    sheet: Sheet
    name: str
    id: str
    body: bool
    inline: bool

    def attrs(self, classes: str = "", **more: object) -> str:
        """Its class and data attributes: with the macro's name and id in view, without them in export forms."""
        values: dict[str, object] = {}
        if self.sheet.export:
            values["class"] = classes or None
        else:
            output = "output-inline" if self.inline else "output-block"
            values["class"] = f"{classes} conf-macro {output}".strip()
            values["data-hasbody"] = "true" if self.body else "false"
            values["data-macro-name"] = self.name
            values["data-macro-id"] = self.id
        values |= {k.strip("_").replace("_", "-"): v for k, v in more.items()}
        return attributes(values)


def macro(
    name: str,
    draw: Callable[[Mark, str], str],
    params: Mapping[str, str] | None = None,
    body: Iterable[Part] | None = None,
    plain: str | None = None,
    inline: bool = False,
    raw_params: str = "",
) -> Drawn:
    """A macro: `draw` gets its mark and the drawn body; storage is made from name, parameters and body."""
    inner = tuple(body) if body is not None else None

    def part(sheet: Sheet) -> str:
        mark = Mark(sheet, name, sheet.macro_id(name), inner is not None or plain is not None, inline)
        drawn = write(inner, sheet) if inner is not None else plain or ""
        if not sheet.storage:
            return sheet.macros.setdefault(mark.id, draw(mark, drawn))
        given = "".join(
            f'<ac:parameter ac:name="{escape(k)}">{escape(v, quote=False)}</ac:parameter>'
            for k, v in (params or {}).items()
        )
        if inner is not None:
            drawn = f"<ac:rich-text-body>{drawn}</ac:rich-text-body>"
        elif plain is not None:
            drawn = f"<ac:plain-text-body><![CDATA[{plain.replace(']]>', ']]]]><![CDATA[>')}]]></ac:plain-text-body>"
        head = f'ac:name="{name}" ac:schema-version="1" ac:macro-id="{mark.id}"'
        whole = f"<ac:structured-macro {head}>{given}{raw_params}{drawn}</ac:structured-macro>"
        return sheet.macros.setdefault(mark.id, whole)

    return part


def raw(html: str, storage: str | None = None) -> Drawn:
    """Markup as given, for view and export forms and (if different) for storage."""
    return lambda sheet: storage if sheet.storage and storage is not None else html


def page_path(sheet: Sheet, node: Node) -> str:
    """The path of a node below the context, as the flavour's own links have it."""
    return node_path(node) if sheet.cloud else display_path(node)


def node_path(node: Node) -> str:
    """The newer form of address, with space key, kind and id."""
    if node.kind == "blogpost":
        return f"/spaces/{node.space}/blog/{node.created:%Y/%m/%d}/{node.id}/{quote_plus(node.title)}"
    if node.kind != "page":
        return f"/spaces/{node.space}/{node.kind}/{node.id}"
    return f"/spaces/{node.space}/pages/{node.id}/{quote_plus(node.title)}"


def display_path(node: Node) -> str:
    """The classic form of address, by title where the title allows it."""
    if node.kind == "blogpost":
        return f"/display/{node.space}/{node.created:%Y/%m/%d}/{quote_plus(node.title)}"
    if any(c in node.title for c in '/?&+%\\;"#'):
        return f"/pages/viewpage.action?pageId={node.id}"
    return f"/display/{node.space}/{quote_plus(node.title)}"


def file_path(attachment: Attachment, folder: str = "attachments") -> str:
    """The old path of a file below the context, with its version and time."""
    stamp = int(attachment.created.timestamp() * 1000)
    query = f"version={attachment.version}&modificationDate={stamp}&cacheVersion=1&api=v2"
    return f"/download/{folder}/{attachment.page}/{quote(attachment.title, safe='')}?{query}"
