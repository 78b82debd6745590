"""Lists of ours in the place of Confluence's: the pages in reach by their titles, and of reports their rows (L17)."""

from __future__ import annotations

from collections.abc import Sequence

from selectolax.lexbor import LexborNode

from exshare_adapters.confluence.outcomes import page_of_row
from exshare_adapters.confluence.rendering.job import Job
from exshare_adapters.confluence.rendering.tree import Tree, attribute, children, first, words
from exshare_core.content import MacroUse, Node

_CELLS = ("td", "th")


def put_list(tree: Tree, node: LexborNode, entries: Sequence[Node], job: Job) -> None:
    """Put a list of ours in the place of a macro's output; of no entries, nothing."""
    if not entries:
        tree.cut(node)
        return
    list_ = tree.new("ul", "ex-children")
    for entry in entries:
        item = tree.new("li")
        _name(tree, item, entry, job)
        list_.insert_child(item, move=True)
    tree.replace(node, list_)


def put_report(tree: Tree, node: LexborNode, macro: MacroUse, entries: Sequence[Node], job: Job) -> None:
    """Put the rows of those pages that may be named in the place of a report; a list where its table is not plain.

    What a page says of itself stays where `MacroUse.told` has it. A column in which nothing is left goes: its name is
    one that a page gave it.
    """
    table = node if node.tag == "table" else first(node, "table")
    rows = [] if table is None else _rows(table)
    heads = [cell for row in rows[:1] for cell in children(row) if cell.tag == "th"]
    kept = _kept(rows[1:], macro, entries, job)
    if not heads or not kept or any(len(cells) != len(heads) for _, cells in kept):
        put_list(tree, node, entries, job)
        return
    for entry, cells in kept:
        for cell in cells if entry.id not in macro.told else cells[:1]:
            for inside in children(cell):
                tree.cut(inside)
        _name(tree, cells[0], entry, job)
    new, head, body = tree.new("table"), tree.new("thead"), tree.new("tbody")
    columns = [place for place in range(len(heads)) if any(_says(cells[place]) for _, cells in kept)]
    for section, cells in ((head, heads), *((body, cells) for _, cells in kept)):
        row = tree.new("tr")
        for place in columns:
            row.insert_child(cells[place], move=True)
        section.insert_child(row, move=True)
    new.insert_child(head, move=True)
    new.insert_child(body, move=True)
    tree.replace(node, new)


def _kept(
    rows: Sequence[LexborNode], macro: MacroUse, entries: Sequence[Node], job: Job
) -> list[tuple[Node, list[LexborNode]]]:
    """The rows of the entries, with their cells; a page has one row."""
    known = {entry.id: entry for entry in entries}
    kept = []
    for row in rows:
        page = page_of_row(row, job.site)
        entry = None if page is None else known.pop(page, None)
        if entry is not None:
            kept.append((entry, [cell for cell in children(row) if cell.tag in _CELLS]))
    return kept


def _rows(table: LexborNode) -> list[LexborNode]:
    """The rows of a table itself, none of a table in it; none where a cell reaches over others."""
    sections = [child for child in children(table) if child.tag in ("thead", "tbody", "tfoot")]
    rows = [row for part in (table, *sections) for row in children(part) if row.tag == "tr"]
    spans = any(attribute(cell, "colspan") or attribute(cell, "rowspan") for row in rows for cell in children(row))
    return [] if spans else rows


def _says(cell: LexborNode) -> bool:
    return bool(words(cell)) or first(cell, "img") is not None


def _name(tree: Tree, place: LexborNode, entry: Node, job: Job) -> None:
    """Put a page's title somewhere, as a link where the page is in the share."""
    if entry.id not in job.pages:
        place.insert_child(entry.title)
        return
    address = f"{job.site.path}/pages/viewpage.action?pageId={entry.id}"
    place.insert_child(tree.new("a", text=entry.title, attributes={"href": address}), move=True)
