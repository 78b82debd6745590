"""Draws Confluence's boxes, lists, tables and layouts as plain HTML that reads well without its own style (spec V2)."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from exshare_adapters.confluence.rendering import colours
from exshare_adapters.confluence.rendering.highlighting import highlight
from exshare_adapters.confluence.rendering.sanitising import style
from exshare_adapters.confluence.rendering.tree import Tree, attribute, children, classes, first, move, words
from exshare_adapters.confluence.rendering.words import word

_NOTICES = {
    "information": ("ex-info", "information"),
    "note": ("ex-note", "note"),
    "tip": ("ex-tip", "tip"),
    "warning": ("ex-warning", "warning"),
    "success": ("ex-tip", "tip"),
    "error": ("ex-warning", "warning"),
}
_BRUSH = re.compile(r"brush:\s*([^;]+)")
_LOZENGES = {
    "success": "ex-success", "complete": "ex-current", "error": "ex-error", "current": "ex-moved", "progress": "ex-new",
    "moved": "ex-moved", "new": "ex-new", "inprogress": "ex-current", "removed": "ex-error",
}  # fmt: skip
"""Green, blue, red, yellow and purple, as the status macro names them."""
_COLOUR_ID = re.compile(r"(dark\]\s*)?\[data-colorid=[\"']?([a-z0-9]{1,40})[\"']?\]\s*\{\s*color:([^;}]{1,60})")
_MOST_CODE = 128 * 1024
"""Characters of code that are coloured on one page; the rest stays plain."""


def _region() -> dict[str, str]:
    """What makes a wide table scroll by itself, for the keyboard as well."""
    return {"role": "group", "aria-label": word("table"), "tabindex": "0"}


def expands(tree: Tree) -> None:
    """Expand becomes details and summary, innermost first."""
    for node in reversed(tree.find(".expand-container")):
        control, content = first(node, ".expand-control"), first(node, ".expand-content")
        if content is None:
            continue
        label = first(control, ".expand-control-text") if control is not None else None
        title = words(label if label is not None else control) if control is not None else ""
        details = tree.new("details", "ex-expand")
        details.insert_child(tree.new("summary", text=title or word("expand")), move=True)
        inside = tree.new("div")
        move(content, inside)
        details.insert_child(inside, move=True)
        tree.replace(node, details)


def notices(tree: Tree) -> None:
    """Info, note, tip and warning say what they are, also to those who do not see colours."""
    for node in reversed(tree.find(".confluence-information-macro")):
        kinds = classes(node)
        kind = next((kind for kind in _NOTICES if f"confluence-information-macro-{kind}" in kinds), "information")
        name, label = _NOTICES[kind]
        box = node if node.tag == "div" else tree.rename(node, "div")
        box.attrs["class"], box.attrs["role"], box.attrs["aria-label"] = f"ex-box {name}", "note", word(label)
        titled = False
        for child in list(box.iter()):
            inside = classes(child)
            if "confluence-information-macro-icon" in inside:
                tree.unwrap(child)  # written as an empty tag, it holds the box's text once parsed as HTML
            elif "title" in inside and not titled:
                child.attrs["class"], titled = "ex-box-title", True


def panels(tree: Tree) -> None:
    """Panels keep their colours and titles."""
    for node in reversed(tree.find("div.panel")):
        if classes(node) & {"code", "preformatted"}:
            continue
        node.attrs["class"] = "ex-box ex-panel"
        for child in node.iter():
            if "panelHeader" in classes(child):
                child.attrs["class"] = "ex-box-title"
            elif "panelContent" in classes(child) and "background" not in attribute(node, "style"):
                node.attrs["style"] = attribute(child, "style")


def code(tree: Tree) -> None:
    """Code in its colours, preformatted text as it was typed; what is too wide scrolls by keyboard as well."""
    left = _MOST_CODE
    for pre in tree.find("pre"):
        if "ex-code" in classes(pre) or first(pre, "code") is not None:
            continue
        parameters = attribute(pre, "data-syntaxhighlighter-params")
        brush = _BRUSH.search(parameters)
        text = pre.text()
        left -= len(text)
        block = tree.new("pre", "ex-code")
        block.attrs["tabindex"] = "0"
        if brush is not None and left > 0:
            fill(tree, block, highlight(text.rstrip("\n"), brush[1]))
        else:
            move(pre, block)
        tree.replace(pre, block)
    for node in reversed(tree.find("div.code, div.preformatted")):
        for header in node.css(".codeHeader, .preformattedHeader"):
            header.attrs["class"] = "ex-code-title"
        node.attrs["class"] = "ex-plain"


def fill(tree: Tree, target: LexborNode, html: str) -> None:
    """Put HTML of ours into an element."""
    for child in children(Tree(f"<div>{html}</div>").body):
        for part in children(child):
            target.insert_child(part)


def statuses(tree: Tree) -> None:
    """Status lozenges."""
    for node in tree.find(".status-macro, .aui-lozenge"):
        kinds = classes(node)
        colour = next((shown for name, shown in _LOZENGES.items() if f"aui-lozenge-{name}" in kinds), "ex-neutral")
        node.attrs["class"] = f"ex-lozenge {colour}"


def tasks(tree: Tree) -> None:
    """Task lists as marks that are read out and cannot be ticked; decisions as a list of their own."""
    for list_ in tree.find("ul.inline-task-list"):
        list_.attrs["class"] = "ex-tasks"
        for item in list_.iter():
            if item.tag != "li":
                continue
            done = "checked" in classes(item)
            item.attrs["class"] = "ex-task ex-done" if done else "ex-task"
            _before(tree, item, tree.new("span", "ex-sr", f"{word('done' if done else 'open')} "))
    for list_ in tree.find("ul.decision-list"):
        list_.attrs["class"] = "ex-decisions"
        for item in list_.iter():
            if item.tag == "li":
                item.attrs["class"] = "ex-decision"
                _before(tree, item, tree.new("span", "ex-sr", f"{word('decided')} "))


def _before(tree: Tree, node: LexborNode, new: LexborNode) -> None:
    inside = node.first_child
    if inside is None:
        node.insert_child(new, move=True)
    else:
        inside.insert_before(new, move=True)


def layouts(tree: Tree) -> None:
    """Sections and columns of both editors."""
    for node in tree.find(".columnLayout, .sectionMacroRow"):
        sides = "three-with-sidebars" in classes(node)
        cells = [child for child in node.iter() if classes(child) & {"cell", "columnMacro"}]
        if len(cells) > 1:
            node.attrs["class"] = "ex-columns " + ("ex-two" if len(cells) == 2 else "ex-three")
        for place, cell in enumerate(cells):
            aside = "aside" in classes(cell) or (sides and place != 1)
            cell.attrs["class"] = "ex-column ex-side" if aside else "ex-column"


def tables(tree: Tree) -> None:
    """Wide tables scroll in a region of their own, whether Confluence put one around them or not."""
    for node in tree.find(".table-wrap"):
        node.attrs["class"] = "ex-table"
        for name, value in _region().items():
            node.attrs[name] = value
    bare = tree.find(":not(.ex-table) > table")
    inner = {node.mem_id for node in tree.find("table table, .ex-table table")} if bare else frozenset()
    for node in bare:
        if node.mem_id not in inner:
            region = tree.new("div", "ex-table", attributes=_region())
            node.insert_before(region, move=True)
            region.insert_child(node, move=True)
    for node in tree.find(".numberingColumn"):
        if node.tag == "th" and not words(node):
            tree.rename(node, "td", "ex-number")  # the head of the numbers, which has no words, heads nothing
        else:
            node.attrs["class"] = "ex-number"


def inks(tree: Tree) -> None:
    """Words that Confluence colours by an id and a style block say their colour themselves."""
    found: dict[str, str] = {}
    for node in tree.find("style"):
        for dark, id, colour in _COLOUR_ID.findall(node.text()):
            if not dark:
                found.setdefault(id, colour)
    for node in tree.find("[data-colorid]") if found else ():
        if (colour := found.get(attribute(node, "data-colorid"))) is not None:
            node.attrs["style"] = f"color:{colour}"


def colour(tree: Tree) -> None:
    """Colours are written one way; words on a coloured surface are told whether it is light or dark."""
    written: dict[str, str | None] = {}
    for node in tree.find("[style], [data-highlight-colour]"):
        given = attribute(node, "style")
        if highlight := attribute(node, "data-highlight-colour").lower():
            given = f"{given};background-color:{colours.HIGHLIGHTS.get(highlight, highlight)}"
        if given not in written:
            written[given] = style(given)
        kept = written[given]
        if kept is None:
            if "style" in node.attrs:
                del node.attrs["style"]
            continue
        if kept != attribute(node, "style"):
            node.attrs["style"] = kept
        ground = kept.partition("background-color:")[2][:7]
        if ground and node.tag not in ("col", "tr"):
            shade = "ex-shaded" if colours.is_dim(ground) else "ex-tinted"
            if shade not in classes(node):
                ours = [name for name in attribute(node, "class").split() if name.startswith("ex-")]
                node.attrs["class"] = " ".join([*ours, shade])


def contents(tree: Tree) -> None:
    """The table of contents."""
    for node in tree.find(".toc-macro"):
        node.attrs["class"] = "ex-toc"
        node.attrs["role"], node.attrs["aria-label"] = "group", word("contents")
        for outline in node.css("span.TOCOutline"):
            if first(outline, "a, li") is None:
                tree.cut(outline)


def dates(tree: Tree) -> None:
    """Dates that have passed are told by a class."""
    for node in tree.find("time.date-past"):
        node.attrs["class"] = "ex-late"


def properties(tree: Tree) -> None:
    """The page properties table."""
    for node in tree.find(".plugin-tabmeta-details"):
        node.attrs["class"] = "ex-properties"
