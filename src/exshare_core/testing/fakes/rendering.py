"""A small BodyRenderer on the standard library's parser: it writes anew what it knows and drops everything
else.

Only for testing: real bodies of Confluence have far more in them than this knows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from html import escape
from html.parser import HTMLParser

from attrs import field, frozen

from exshare_core.comparing import Change, Passage, Sort, TooDifferent, compare
from exshare_core.content import Draft, MacroUse, Node, Rendered
from exshare_core.ports import NO_LISTS, NO_TITLES, View
from exshare_core.values import AttachmentId, PageId

PLACEHOLDER = "<p>(not shown)</p>"
BARE = "linked page"
_KEPT = frozenset(
    [
        "h1",
        "h2",
        "h3",
        "h4",
        "p",
        "div",
        "ul",
        "ol",
        "li",
        "strong",
        "em",
        "code",
        "pre",
        "table",
        "tr",
        "td",
        "th",
        "br",
        "span",
    ]
)
_VOID = frozenset({"br"})
_SILENT = frozenset(["script", "style", "template", "iframe", "object", "svg", "math", "textarea", "noscript", "form"])
_PAGE = re.compile(r"/pages/([0-9]+)\Z")
_FILE = re.compile(r"/files/(att[0-9]+)\Z")


@frozen
class MemoryRenderer:
    """Knows addresses ``https://{host}/pages/1`` and ``/files/att1``,
    ``data-macro-id``, ``data-mention`` and, on links whose words are their address, ``data-bare``.
    """

    hosts: tuple[str, ...] = field(default=("confluence.example",))

    async def render(
        self,
        draft: Draft,
        without: Collection[MacroUse],
        pages: Mapping[PageId, str],
        view: View,
        lists: Mapping[MacroUse, Sequence[Node]] = NO_LISTS,
        titles: Mapping[PageId, str] = NO_TITLES,
    ) -> Rendered:
        """The body, written anew."""
        if any(f'data-macro-id="{macro.id}"' not in draft.body or not macro.id for macro in without):
            return Rendered(PLACEHOLDER)
        cut = {macro.id: _list(lists[macro], pages) if macro in lists else PLACEHOLDER for macro in without}
        writer = _Writer(self.hosts, cut, pages, titles, view)
        writer.feed(draft.body)
        writer.close()
        return Rendered("".join(writer.written), frozenset(writer.files))

    async def passages(self, rendered: Rendered) -> tuple[Passage, ...]:
        """The words, block by block."""
        reader = _Reader()
        reader.feed(rendered.html)
        reader.close()
        return tuple(reader.passages)

    async def compare(self, before: Rendered, after: Rendered) -> tuple[Change, ...] | None:
        """What became of the words, at once."""
        try:
            return compare(await self.passages(before), await self.passages(after))
        except TooDifferent:
            return None


class _Reader(HTMLParser):
    """Collects the words of a rendering, block by block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.passages: list[Passage] = []
        self._words: list[str] = []
        self._sort = Sort.TEXT
        self._begins = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self._end(_SORTS.get(tag, Sort.TEXT))
        if tag == "tr":
            self._begins = True

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self._end(Sort.TEXT)

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def close(self) -> None:
        super().close()
        self._end(Sort.TEXT)

    def _end(self, following: Sort) -> None:
        if words := " ".join("".join(self._words).split()):
            self.passages.append(Passage(words, self._sort, begins=self._begins and self._sort is Sort.CELL))
            self._begins = False
        self._words, self._sort = [], following


_INLINE = frozenset({"a", "span", "strong", "em", "code", "img"})
_SORTS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4"), Sort.HEADING),
    **dict.fromkeys(("td", "th"), Sort.CELL),
    "li": Sort.ITEM,
    "pre": Sort.CODE,
}


def _list(entries: Sequence[Node], pages: Mapping[PageId, str]) -> str:
    words = {node: escape(node.title) for node in entries}
    linked = {node: f'<a href="{escape(pages[node.id])}">{words[node]}</a>' for node in entries if node.id in pages}
    rows = "".join(f"<li>{linked.get(node, words[node])}</li>" for node in entries)
    return f"<ul>{rows}</ul>" if entries else ""


class _Writer(HTMLParser):
    def __init__(
        self,
        hosts: tuple[str, ...],
        without: Mapping[str, str],
        pages: Mapping[PageId, str],
        titles: Mapping[PageId, str],
        view: View,
    ) -> None:
        super().__init__(convert_charrefs=True)
        self._hosts, self._without, self._pages, self._titles, self._view = hosts, without, pages, titles, view
        self._open: list[tuple[str, str, bool]] = []
        self.written: list[str] = []
        self.files: set[AttachmentId] = set()

    @property
    def _silent(self) -> bool:
        return any(silent for _, _, silent in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        cut = given.get("data-macro-id") in self._without
        unnamed = "data-mention" in given and not self._view.names
        if cut and not self._silent:
            self.written.append(self._without[given["data-macro-id"]])
        start = "" if self._silent or cut else self._started(tag, given)
        self.written.append(start)
        bare = "data-bare" in given
        if bare and not self._silent:
            found = _PAGE.search(given.get("href", ""))
            self.written.append(escape(self._titles.get(PageId(found[1]), BARE) if found else BARE))
        if tag not in ("br", "img", "input", "link", "meta", "base", "embed"):
            self._open.append((tag, f"</{tag}>" if start else "", cut or unnamed or bare or tag in _SILENT))

    def handle_endtag(self, tag: str) -> None:
        if tag in [name for name, _, _ in self._open]:
            while True:
                name, end, _ = self._open.pop()
                self.written.append(end)
                if name == tag:
                    return

    def handle_data(self, data: str) -> None:
        if not self._silent:
            for host in self._hosts:
                data = re.sub(re.escape(host), "(internal link)", data, flags=re.IGNORECASE)
            self.written.append(escape(data))

    def close(self) -> None:
        super().close()
        while self._open:
            self.written.append(self._open.pop()[1])

    def _started(self, tag: str, given: Mapping[str, str]) -> str:
        if tag == "a":
            address = self._led(given.get("href", ""))
            return "" if address is None else f'<a href="{escape(address)}" rel="noopener noreferrer nofollow">'
        if tag == "img":
            file = self._file(given.get("src", ""))
            return "" if file is None else f'<img src="{escape(file)}" alt="">'
        return f"<{tag}>" if tag in _KEPT else ""

    def _led(self, address: str) -> str | None:
        if not address.startswith(("https://", "http://")):
            return None
        if not self._ours(address):
            return address if self._view.external_links else None
        if (page := _PAGE.search(address)) is not None and (shared := self._pages.get(PageId(page[1]))) is not None:
            return shared
        if page is not None and self._view.onward:
            return f"{self._view.onward}{page[1]}"
        if _FILE.search(address) is not None:
            return self._file(address) if self._view.attachments else None
        return address if self._view.confluence_links else None

    def _file(self, address: str) -> str | None:
        found = _FILE.search(address)
        if found is None or not self._ours(address) or found[1] in self._view.withheld:
            return None
        self.files.add(AttachmentId(found[1]))
        return f"{self._view.files}{found[1]}"

    def _ours(self, address: str) -> bool:
        return address.partition("://")[2].partition("/")[0].lower() in self._hosts
