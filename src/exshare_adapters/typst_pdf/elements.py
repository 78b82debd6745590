"""The tree of a page's HTML, which a renderer has sanitised: elements, attributes and words, and nothing that runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from attrs import define, field

_VOID = frozenset(["br", "hr", "img", "col", "wbr", "source", "input", "meta", "link"])
_SILENT = frozenset(["script", "style", "template", "title", "head"])
"""Elements whose words are none. A renderer lets none of them pass; if one did, it would say nothing here."""
_SPACE = re.compile(r"[ \t\r\n\f]+")


@define
class Element:
    """An element of a page."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(factory=list)

    @property
    def classes(self) -> frozenset[str]:
        """The names in its class."""
        return frozenset(self.attributes.get("class", "").split())

    def within(self) -> Iterator[Element]:
        """All elements below it, in their order."""
        left = [one for one in reversed(self.children) if isinstance(one, Element)]
        while left:
            element = left.pop()
            yield element
            left += [one for one in reversed(element.children) if isinstance(one, Element)]

    def text(self) -> str:
        """All words in it."""
        words, left = [], list(reversed(self.children))
        while left:
            one = left.pop()
            if isinstance(one, str):
                words.append(one)
            elif one.tag == "br":
                words.append("\n")
            else:
                left += reversed(one.children)
        return "".join(words)

    def rows(self) -> Iterator[list[Element]]:
        """The cells of each row of a table, not of tables within it."""
        for child in self.children:
            if isinstance(child, Element):
                if child.tag == "tr":
                    yield [one for one in child.children if isinstance(one, Element) and one.tag in ("td", "th")]
                elif child.tag in ("thead", "tbody", "tfoot"):
                    yield from child.rows()


def parsed(html: str) -> Element:
    """The tree below a root of its own. Never fails: what is not closed ends with what is around it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self.open) - 1, 0, -1):
            if self.open[place].tag == tag:
                del self.open[place:]
                return

    def handle_data(self, data: str) -> None:
        if self.open[-1].tag in _SILENT:
            return
        preformatted = any(element.tag == "pre" for element in self.open[-4:])
        self.open[-1].children.append(data if preformatted else _SPACE.sub(" ", data))
