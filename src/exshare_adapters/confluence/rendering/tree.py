"""A body as a tree that the steps change. Nothing is ever freed while it is worked on: what is cut moves to a bin."""

from __future__ import annotations

from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

from exshare_adapters.confluence.rendering.caps import MOST_DEPTH, TooMuch

_TOO_DEEP = ">".join(["*"] * (MOST_DEPTH + 1))


class Tree:
    """The parsed body of one page."""

    def __init__(self, html: str) -> None:
        """Parse; raises TooMuch when elements lie too deep in each other."""
        self._parser = LexborHTMLParser(html)
        self._bin = self._parser.create_node("div")
        body = self._parser.body
        if body is None:
            raise TooMuch
        self.body = body
        if self._parser.css_first(_TOO_DEEP) is not None:
            raise TooMuch

    def html(self) -> str:
        """The body as HTML again."""
        return self.body.inner_html or ""

    def find(self, selector: str) -> list[LexborNode]:
        """All elements in the body that a CSS selector matches, in document order, each once."""
        found = self.body.css(selector)
        return list({node.mem_id: node for node in found}.values()) if "," in selector else found

    def new(
        self, tag: str, classes: str = "", text: str = "", attributes: Mapping[str, str] | None = None
    ) -> LexborNode:
        """A new element, not yet anywhere."""
        node = self._parser.create_node(tag)
        if classes:
            node.attrs["class"] = classes
        for name, value in (attributes or {}).items():
            node.attrs[name] = value
        if text:
            node.insert_child(text)
        return node

    def cut(self, node: LexborNode) -> None:
        """Take an element with all that is in it out of the body."""
        self._bin.insert_child(node, move=True)

    def replace(self, node: LexborNode, *others: LexborNode) -> None:
        """Put others in the place of an element."""
        for other in others:
            node.insert_before(other, move=True)
        self.cut(node)

    def unwrap(self, node: LexborNode) -> None:
        """Put what is in an element in its place."""
        for child in children(node):
            node.insert_before(child, move=True)
        self.cut(node)

    def rename(
        self, node: LexborNode, tag: str, classes: str = "", attributes: Mapping[str, str] | None = None
    ) -> LexborNode:
        """Put an element of another name, with the same children, in the place of an element."""
        new = self.new(tag, classes, attributes=attributes)
        move(node, new)
        self.replace(node, new)
        return new


def children(node: LexborNode) -> list[LexborNode]:
    """The direct children, text included."""
    return list(node.iter(include_text=True))


def move(source: LexborNode, target: LexborNode) -> None:
    """Move all children to the end of another element."""
    for child in children(source):
        target.insert_child(child, move=True)


def attribute(node: LexborNode, name: str) -> str:
    """The value of an attribute; empty when there is none, and for what is no element, such as a comment."""
    return (node.attrs.sget(name) or "") if node.is_element_node else ""


def classes(node: LexborNode) -> frozenset[str]:
    """The class words of an element."""
    return frozenset(attribute(node, "class").split())


def first(node: LexborNode, selector: str) -> LexborNode | None:
    """The first element inside that a selector matches."""
    return node.css_first(selector)


def words(node: LexborNode) -> str:
    """The text inside, with single spaces."""
    return " ".join(node.text().split())
