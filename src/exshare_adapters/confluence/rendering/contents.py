"""Draws tables of contents: those that Confluence wrote, and those that it leaves to a browser to write (spec V2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, unquote

from attrs import frozen
from selectolax.lexbor import LexborNode

from exshare_adapters.confluence.rendering.tree import Tree, attribute, children, classes, first, words
from exshare_adapters.confluence.rendering.words import word

_LEVEL = re.compile(r"[hH]([1-6])\Z")
_MOST = 1000


@frozen
class _Entry:
    """A heading: how deep it lies, what it says, and its id."""

    level: int
    text: str
    id: str


def contents(tree: Tree, *, whole: bool) -> None:
    """Each table of contents is a box of links; the numbers of headings stand in place of bullets.

    Of a page that is not `whole`, only the headings that are still there are named.
    """
    known = frozenset() if whole else _ids(tree)
    for node in tree.find(".toc-macro"):
        gone = [] if whole else [link for link in node.css("a[href]") if not _leads(link, known)]
        for link in gone:
            _let_go(tree, link)
        if gone:
            _close_ranks(tree, node)
        if "client-side-toc-macro" in classes(node) and first(node, "a") is None:
            _write(tree, node)
        if first(node, "a") is None and not words(node):
            tree.cut(node)
            continue
        numbered = first(node, "li .TOCOutline") is not None or "ex-outline" in classes(node)
        node.attrs["class"] = "ex-toc ex-outline" if numbered else "ex-toc"
        node.attrs["role"], node.attrs["aria-label"] = "group", word("contents")


def _ids(tree: Tree) -> frozenset[str]:
    """What an entry may lead to: ids of the body, and the words of its headings."""
    marks = {attribute(node, "id") for node in tree.find("[id]")}
    return frozenset(marks | {words(node) for node in tree.find("h1, h2, h3, h4, h5, h6")})


def _leads(link: LexborNode, known: frozenset[str]) -> bool:
    """Whether the heading of an entry is in the body, and not in a part of the page that is not shown (spec L8)."""
    href = attribute(link, "href")
    return not href.startswith("#") or unquote(href[1:]) in known or href[1:] in known or words(link) in known


def _let_go(tree: Tree, link: LexborNode) -> None:
    entry = link.parent
    tree.cut(link)
    while entry is not None and entry.tag in ("li", "ul", "span") and not _says(entry):
        above = entry.parent
        tree.cut(entry)
        entry = above


def _says(node: LexborNode) -> bool:
    """Whether there is more in an entry than the number of a heading."""
    return first(node, "a") is not None or any(
        not (child.is_element_node and "TOCOutline" in classes(child)) and words(child) for child in children(node)
    )


def _close_ranks(tree: Tree, node: LexborNode) -> None:
    """Entries that have gone leave no gap: others take their numbers, and in a line no marks stand around nothing."""
    list_ = first(node, "ul")
    if list_ is not None and list_.parent is not None:
        _renumber(tree, list_.parent, "", 0)
        return
    links = node.css("a")
    for child in children(node):
        tree.cut(child)
    _in_a_line(node, links)


def _renumber(tree: Tree, place: LexborNode, above: str, number: int) -> int:
    """Number the entries of the lists in a place from `number` on, and give the last number.

    What lies below an entry that has gone takes its place.
    """
    for item in [item for list_ in place.iter() if list_.tag == "ul" for item in list_.iter() if item.tag == "li"]:
        own = [child for child in item.iter() if child.tag != "ul"]
        outlines = [child for child in own if "TOCOutline" in classes(child)]
        if any(child.tag == "a" or first(child, "a") is not None for child in own):
            number += 1
            for outline in outlines:
                tree.replace(outline, tree.new("span", "TOCOutline", f"{above}{number}"))
            _renumber(tree, item, f"{above}{number}.", 0)
        else:
            for outline in outlines:
                tree.cut(outline)
            number = _renumber(tree, item, above, number)
    return number


def _in_a_line(node: LexborNode, links: Sequence[LexborNode]) -> None:
    for number, link in enumerate(links):
        if number:
            node.insert_child(" · ")
        node.insert_child(link, move=True)


def _write(tree: Tree, node: LexborNode) -> None:
    """A table of contents as its macro's parameters ask for it, where Confluence left an empty place."""
    wanted = attribute(node, "data-headerelements").lower() or "h1,h2,h3,h4,h5,h6"
    levels = frozenset(found[1] for name in wanted.split(",") if (found := _LEVEL.match(name.strip())))
    entries = _headings(tree, levels)
    if not entries:
        return
    if attribute(node, "data-structure").lower() == "flat":
        _in_a_line(node, [_link(tree, entry) for entry in entries])
        return
    numbered = attribute(node, "data-numberedoutline").lower() == "true"
    if numbered:
        node.attrs["class"] = "toc-macro ex-outline"
    _nest(tree, node, entries, numbered=numbered)


def _headings(tree: Tree, levels: frozenset[str]) -> Sequence[_Entry]:
    """The headings of the page that have words, of the levels that are asked for."""
    found = []
    for heading in tree.find("h1, h2, h3, h4, h5, h6")[:_MOST]:
        level, text = (heading.tag or "")[1:], words(heading)
        if level in levels and text:
            found.append(_Entry(int(level), text, attribute(heading, "id") or text.replace(" ", "-")))
    return found


def _nest(tree: Tree, node: LexborNode, entries: Sequence[_Entry], *, numbered: bool) -> None:
    """Lists in lists, as deep as the headings lie below each other."""
    way: list[tuple[int, LexborNode]] = []
    numbers: list[int] = []
    for entry in entries:
        while len(way) > 1 and entry.level <= way[-2][0]:
            way.pop()
            numbers.pop()
        if not way or entry.level > way[-1][0]:
            list_ = tree.new("ul")
            place = (way[-1][1].last_child or node) if way else node
            place.insert_child(list_, move=True)
            way.append((entry.level, list_))
            numbers.append(0)
        else:
            way[-1] = (entry.level, way[-1][1])
        numbers[-1] += 1
        item = tree.new("li")
        if numbered:
            item.insert_child(tree.new("span", text=".".join(map(str, numbers))), move=True)
            item.insert_child(" ")
        item.insert_child(_link(tree, entry), move=True)
        way[-1][1].insert_child(item, move=True)


def _link(tree: Tree, entry: _Entry) -> LexborNode:
    return tree.new("a", text=entry.text, attributes={"href": f"#{quote(entry.id, safe='')}"})
