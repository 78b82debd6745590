"""Draws Confluence's boxes, lists, tables and layouts as plain HTML that reads well without its own style (spec V2)."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from exshare_adapters.confluence.rendering import colours
from exshare_adapters.confluence.rendering.sanitising import GROUND, style
from exshare_adapters.confluence.rendering.tree import Tree, attribute, classes, first, move, words
from exshare_adapters.confluence.rendering.words import word

_NOTICES = {
    "information": ("ex-info", "information"),
    "note": ("ex-note", "note"),
    "tip": ("ex-tip", "tip"),
    "warning": ("ex-warning", "warning"),
    "success": ("ex-tip", "tip"),
    "error": ("ex-warning", "warning"),
    "hint": ("ex-tip", "tip"),
}
_OLD_NOTICES = {"info": "information", "note": "note", "tip": "tip", "warning": "warning"}
_LOZENGES = {
    "success": "ex-success", "complete": "ex-current", "error": "ex-error", "current": "ex-moved", "progress": "ex-new",
    "moved": "ex-moved", "new": "ex-new", "inprogress": "ex-current", "removed": "ex-error",
}  # fmt: skip
"""Green, blue, red, yellow and purple, as the status macro names them."""
_CELLS = ("td", "th")
_OF_CELLS = ("colspan", "rowspan", "style", "data-highlight-colour")
_COLOUR_ID = re.compile(r"(dark\]\s*)?\[data-colorid=[\"']?([a-z0-9]{1,40})[\"']?\]\s*\{\s*color:([^;}]{1,60})")


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


def old_notices(tree: Tree) -> None:
    """The boxes of old editors, tables of one row with a sign, become boxes as the others are."""
    for node in tree.find(".panelMacro > table"):
        kind = next((name for name in _OLD_NOTICES if f"{name}Macro" in classes(node)), None)
        cells = node.css("td")
        if kind is None or not cells:
            continue
        box = tree.new("div", f"confluence-information-macro confluence-information-macro-{_OLD_NOTICES[kind]}")
        move(cells[-1], box)
        tree.replace(node, box)


def notices(tree: Tree) -> None:
    """Info, note, tip and warning say what they are, also to those who do not see colours."""
    for node in reversed(tree.find(".confluence-information-macro, .aui-message")):
        said = {name.rpartition("-")[2] for name in classes(node)}
        kind = next((kind for kind in _NOTICES if kind in said), "information")
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
    """Panels keep their colours, of the border as well, and titles."""
    for node in reversed(tree.find("div.panel")):
        if classes(node) & {"code", "preformatted"}:
            continue
        node.attrs["class"] = "ex-box ex-panel"
        for child in node.iter():
            if "panelHeader" in classes(child):
                child.attrs["class"] = "ex-box-title"
            elif "panelContent" in classes(child) and "background" not in attribute(node, "style"):
                node.attrs["style"] = f"{attribute(node, 'style')};{attribute(child, 'style')}".lstrip(";")


def statuses(tree: Tree) -> None:
    """Status lozenges."""
    for node in tree.find(".status-macro, .aui-lozenge"):
        kinds = classes(node)
        colour = next((shown for name, shown in _LOZENGES.items() if f"aui-lozenge-{name}" in kinds), "ex-neutral")
        node.attrs["class"] = f"ex-lozenge {colour}"


def tasks(tree: Tree) -> None:
    """Task lists as marks that are read out and cannot be ticked; decisions as a list of their own."""
    for list_ in tree.find("ul.inline-task-list > ul"):
        if (item := _item_before(list_)) is not None:
            item.insert_child(list_, move=True)  # what lies below a task stands in it, not beside it
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


def _item_before(node: LexborNode) -> LexborNode | None:
    before = node.prev
    while before is not None and before.tag != "li":
        before = before.prev
    return before


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
    for node in tree.find("th"):
        if not words(node) and first(node, "img") is None:
            _head_of_nothing(tree, node)


def _head_of_nothing(tree: Tree, node: LexborNode) -> None:
    """A head without words, such as the corner of a table, is a cell that looks like one."""
    kept = {name: attribute(node, name) for name in _OF_CELLS if attribute(node, name)}
    tree.rename(node, "td", attribute(node, "class") + " ex-grey", kept)


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


def fonts(tree: Tree) -> None:
    """Words that the oldest pages colour by an element of its own say their colour as others do."""
    for node in tree.find("font[color]"):
        given = f"color:{attribute(node, 'color')};{attribute(node, 'style')}"
        tree.rename(node, "span", attributes={"style": given.rstrip(";")})


def colour(tree: Tree) -> None:
    """Colours are written one way; words on a coloured surface are told whether it is light or dark."""
    written: dict[str, str | None] = {}
    for node in tree.find("[style], [data-highlight-colour], td[class*=highlight-], th[class*=highlight-]"):
        given = attribute(node, "style")
        if highlight := attribute(node, "data-highlight-colour").lower() or _named(node):
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
        if ground := kept.partition(f"{GROUND}:")[2][:7]:
            for place in [cell for cell in node.iter() if cell.tag in _CELLS] if node.tag == "tr" else [node]:
                _paint(place, ground)


def _paint(node: LexborNode, ground: str) -> None:
    """Give an element a surface; a light grey is the page's own, which is dark on a dark page."""
    given = attribute(node, "style")
    if colours.is_pale_grey(ground):
        shade = "ex-grey"
        rest = [part for part in given.split(";") if part and not part.startswith(f"{GROUND}:")]
        if rest:
            node.attrs["style"] = ";".join(rest)
        elif given:
            del node.attrs["style"]
    else:
        shade = "ex-shaded" if colours.is_dim(ground) else "ex-tinted"
        if GROUND not in given:
            node.attrs["style"] = f"{given};{GROUND}:{ground}".lstrip(";")
    if shade not in classes(node):
        ours = [name for name in attribute(node, "class").split() if name.startswith("ex-")]
        node.attrs["class"] = " ".join([*ours, shade])


def _named(node: LexborNode) -> str:
    """The colour of a cell that only a class word names."""
    found = next((name for name in classes(node) if name.startswith("highlight-")), "")
    return found.removeprefix("highlight-").lower()


def dates(tree: Tree) -> None:
    """Dates that have passed are told by a class."""
    for node in tree.find("time.date-past"):
        node.attrs["class"] = "ex-late"


def properties(tree: Tree) -> None:
    """The page properties table."""
    for node in tree.find(".plugin-tabmeta-details"):
        node.attrs["class"] = "ex-properties"
