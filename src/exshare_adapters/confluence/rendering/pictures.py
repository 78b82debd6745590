"""Pictures, files and what apps draw: shown from our own addresses, or said in words (spec V2, V5; api.md 9.2)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

from selectolax.lexbor import LexborNode

from exshare_adapters.confluence.links import External, FileLink
from exshare_adapters.confluence.macros import DIAGRAMS
from exshare_adapters.confluence.rendering.addresses import Addresses
from exshare_adapters.confluence.rendering.job import Job
from exshare_adapters.confluence.rendering.redaction import hide
from exshare_adapters.confluence.rendering.tree import Tree, attribute, children, classes, first, move, words
from exshare_adapters.confluence.rendering.words import word
from exshare_core.values import AttachmentId, PageId

_RESOURCE = re.compile(r"(?:att)?([0-9]{1,19})\Z")
_DIAGRAM_NAME = re.compile(r"diagramName(?:=|\\?[\"']\s*:\s*\\?[\"'])([^|\"'\\&<>]{1,200})")
_DIAGRAM = "data-ex-diagram"
_TILE = "data-ex-tile"
_FORMULAS = frozenset({"latexmath-img", "latex", "latex-img", "math-img", "mathjax-img", "tex"})
"""Pictures of formulas, whose alternative text is the formula."""
_PAGE = re.compile(r"[1-9][0-9]{0,18}\Z")
_PIXELS = re.compile(r"[0-9]{1,5}\Z")
_FILMS = frozenset({"video/mp4", "video/webm"})
"""Types that browsers play and our own addresses serve as such."""
_PLACES = {
    "image-center-wrapper": "ex-center", "image-right-wrapper": "ex-right", "image-left-wrapper": "ex-left",
    "confluence-embedded-file-wrapper": "",
}  # fmt: skip


def canonical(job: Job, file: AttachmentId) -> str:
    """The one way in which the tree writes the address of a file whose id is known: ours, not yet permitted."""
    return job.view.files + file


def file_of(node: LexborNode, job: Job, addresses: Addresses, *names: str) -> AttachmentId | None:
    """The file that an element shows, if its page is in the share: by Confluence's own id, else by page and name."""
    kind = attribute(node, "data-linked-resource-type")
    found = _RESOURCE.match(attribute(node, "data-linked-resource-id"))
    if found and kind in ("", "attachment"):
        return AttachmentId(f"att{found[1]}") if addresses.reaches(_owner(node, addresses, names)) else None
    for name in names:
        if value := attribute(node, name):
            target = addresses.target(value)
            if isinstance(target, FileLink) and (file := addresses.file(target)) is not None:
                return file
    return None


def _owner(node: LexborNode, addresses: Addresses, names: Iterable[str]) -> PageId | None:
    """The page that an element's file belongs to, when the element says so."""
    container = attribute(node, "data-linked-resource-container-id")
    if _PAGE.match(container):
        return PageId(container)
    targets = (addresses.target(value) for name in names if (value := attribute(node, name)))
    return next((target.page for target in targets if isinstance(target, FileLink)), None)


def keep_diagram_names(tree: Tree) -> None:
    """Note on each app's element which diagram its script names, before scripts go."""
    for node in tree.find(".ap-container, .conf-macro[data-macro-name]"):
        if attribute(node, "data-macro-name").lower() not in DIAGRAMS:
            continue
        found = _DIAGRAM_NAME.search(node.text()) or _DIAGRAM_NAME.search(node.html or "")
        if found is not None:
            node.attrs[_DIAGRAM] = found[1].strip()


def apps(tree: Tree, job: Job) -> None:
    """What apps draw is not here: a diagram has a picture among the files, the rest becomes neutral words (spec L7)."""
    containers = tree.find(".ap-container[data-macro-name], .conf-macro[data-macro-name]")
    diagrams = [
        node
        for node in containers
        if attribute(node, "data-macro-name").lower() in DIAGRAMS and first(node, "img") is None
    ]
    for node in diagrams:
        if (picture := _diagram(node, job, alone=len(diagrams) == 1)) is not None:
            name, file = picture
            figure = tree.new("p", "ex-figure")
            figure.insert_child(_image(tree, canonical(job, file), name), move=True)
            tree.replace(node, figure)
    for node in tree.find(".ap-container, .wysiwyg-unknown-macro, iframe, object, embed, div.error, span.error"):
        hide(tree, node)
    for node in tree.find(".office-container .confluence-embedded-file ~ .media-viewer-content"):
        tree.cut(node)
    for node in tree.find(".geDiagramContainer, .chart-bootstrap-wrapper, .media-viewer-content, .plugin_pagetree"):
        if not words(node) and first(node, "img") is None:
            hide(tree, node)


def formulas(tree: Tree) -> None:
    """Formulas as their source: no MathML passes, and what draws them runs in browsers only (api.md 9.3)."""
    for node in tree.find(".katex, .MathJax, mjx-container, math"):
        source = first(node, "annotation[encoding='application/x-tex']")
        text = words(source) if source is not None else words(first(node, "math") or node)
        tree.replace(node, tree.new("span", "ex-math", text))


def _diagram(node: LexborNode, job: Job, *, alone: bool) -> tuple[str, AttachmentId] | None:
    """Name and picture of the diagram of an app's element; without a name, the page's only diagram if it is alone."""
    name = unicodedata.normalize("NFC", attribute(node, _DIAGRAM))
    pictures = {known: file for (page, known), file in job.files.items() if page == job.page and known.endswith(".png")}
    if name:
        file = pictures.get(f"{name}.png")
        return None if file is None else (name, file)
    likely = [known for known in pictures if known.removesuffix(".png") in job.shown_files]
    if not alone or len(likely) != 1:
        return None
    return likely[0].removesuffix(".png"), pictures[likely[0]]


def pictures(tree: Tree, job: Job, addresses: Addresses) -> None:
    """Pictures of the site's files get our addresses later; pictures of other sites become links, never loaded."""
    for node in tree.find("img"):
        if addresses.ours(attribute(node, "src")) is not None:
            continue
        _picture(tree, node, job, addresses)
    for node in tree.find(".image-wrap[style*=center]"):
        node.attrs["class"] = "ex-figure ex-center"  # as old editors centre a picture
    for node in tree.find(".confluence-embedded-file-wrapper"):
        places = [_PLACES[name] for name in classes(node) if name in _PLACES]
        node.attrs["class"] = " ".join(["ex-figure", *filter(None, places)])


def captions(tree: Tree) -> None:
    """The words below a picture."""
    for node in tree.find("p.caption, div.caption, .image-caption, .media-caption"):
        node.attrs["class"] = "ex-caption"


def galleries(tree: Tree) -> None:
    """Pictures that Confluence puts in the cells of a table, each with its words, stand in a grid."""
    for node in tree.find("table.gallery"):
        grid = tree.new("div", "ex-gallery")
        for cell in node.css("td"):
            if len(cell.css("td")) == 1:
                move(cell, _tile(tree, grid, cell, node))
        if (caption := first(node, "caption")) is not None:
            node.insert_before(tree.rename(caption, "p", "ex-caption"), move=True)
        tree.replace(node, grid)


def _tile(tree: Tree, grid: LexborNode, cell: LexborNode, gallery: LexborNode) -> LexborNode:
    """The place of a cell: that of the cells before it where they share a table in the gallery's own."""
    table = cell.parent
    while table is not None and table.tag != "table":
        table = table.parent
    inner = table is not None and table.mem_id != gallery.mem_id
    name = f"{table.mem_id}" if inner and table is not None else ""
    tile, place = grid.last_child, tree.new("div")
    if tile is None or not name or attribute(tile, _TILE) != name:
        tile = tree.new("div", attributes={_TILE: name})
        grid.insert_child(tile, move=True)
    tile.insert_child(place, move=True)
    return place


def _picture(tree: Tree, node: LexborNode, job: Job, addresses: Addresses) -> None:
    alt = attribute(node, "alt") or attribute(node, "data-linked-resource-default-alias")
    file = file_of(node, job, addresses, "data-image-src", "src")
    if file is not None and addresses.withholds(file):
        tree.replace(node, tree.new("span", "ex-placeholder", alt or word("picture")))
        return
    if file is not None:
        image = _image(tree, canonical(job, file), alt or (word("linked") if _in_link(node) else ""))
        for name in ("width", "height"):
            if _PIXELS.match(value := attribute(node, name)):
                image.attrs[name] = value
        tree.replace(node, image)
        return
    if (drawn := classes(node)) & _FORMULAS and attribute(node, "alt"):
        tree.replace(node, tree.new("span", "ex-math", attribute(node, "alt")))
        return
    source = attribute(node, "data-image-src") or attribute(node, "src")
    target = addresses.target(source)
    linked = isinstance(target, External) and addresses.link(source) == source
    if linked and source.lower().startswith(("http:", "https:", "//")) and not _in_link(node):
        tree.replace(node, tree.new("a", "ex-external", alt or word("outside picture"), {"href": source}))
    else:
        words_of_it = alt if linked or "confluence-embedded-image" in drawn else ""
        tree.replace(node, tree.new("span", "ex-placeholder", words_of_it or word("picture")))


def _image(tree: Tree, source: str, alt: str) -> LexborNode:
    return tree.new("img", attributes={"src": source, "alt": alt, "loading": "lazy"})


def _in_link(node: LexborNode) -> bool:
    above = node.parent
    while above is not None:
        if above.tag == "a":
            return True
        above = above.parent
    return False


def cards(tree: Tree, job: Job, addresses: Addresses) -> None:
    """Files that stand in a page as cards, and rows of its own attachment list, become links by name."""
    for node in tree.find("a.confluence-embedded-file"):
        file = file_of(node, job, addresses, "data-file-src", "href")
        target = addresses.target(attribute(node, "href"))
        name = (
            attribute(node, "data-linked-resource-default-alias")
            or words(node)
            or (target.name if isinstance(target, FileLink) else "")
        )
        for child in children(node):
            tree.cut(child)
        node.insert_child(name or word("file"))
        node.attrs["class"] = "ex-file"
        node.attrs["href"] = "" if file is None else canonical(job, file)
        if file is None:
            node.attrs["data-linked-resource-id"] = ""
        if file is not None and job.view.attachments and attribute(node, "data-mime-type") in _FILMS:
            node.insert_before(_film(tree, canonical(job, file)), move=True)
    for row in tree.find("tr[data-attachment-id]"):
        found = _RESOURCE.match(attribute(row, "data-attachment-id"))
        for link in row.css("a.filename"):
            target = addresses.target(attribute(link, "href"))
            if found and (not isinstance(target, FileLink) or addresses.reaches(target.page)):
                link.attrs["href"] = canonical(job, AttachmentId(f"att{found[1]}"))
    for node in tree.find("tr[class*=attachment-summary], .attachment-summary-toggle"):
        tree.cut(node)  # what a script unfolds below a file
    for node in tree.find(".media-group"):
        node.attrs["class"] = "ex-files"


def films(tree: Tree, job: Job, addresses: Addresses) -> None:
    """Films of the share's files can be played; all others, and sounds, are not there."""
    for node in tree.find("video, audio"):
        source = attribute(node, "src")
        if not source and (inside := first(node, "source")) is not None:
            source = attribute(inside, "src")
        address = addresses.picture(source) if job.view.attachments and node.tag == "video" else None
        if address is None:
            hide(tree, node)
        else:
            tree.replace(node, _film(tree, address))


def _film(tree: Tree, source: str) -> LexborNode:
    return tree.new("video", "ex-video", attributes={"src": source, "controls": "", "preload": "none"})


def display_path(job: Job, space: str, title: str) -> str:
    """A page's classic address on the site, relative."""
    return f"{job.site.path}/display/{quote(space, safe='~')}/{quote(title, safe='')}"
