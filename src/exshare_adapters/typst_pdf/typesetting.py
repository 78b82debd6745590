"""From a booklet to the source of a document: our own words in Typst, everything of a page's in quoted strings.

INVARIANT: nothing of a page stands in the source but inside a string literal that `quoted` wrote. What the source does is
ours; what it says is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define

from exshare_adapters.typst_pdf.elements import Element, parsed
from exshare_adapters.typst_pdf.pictures import drawing
from exshare_adapters.typst_pdf.words import (
    FROM_THE_RIGHT,
    LONGEST_CODE,
    LONGEST_WORD,
    clean,
    from_the_right,
    quoted,
    words_of,
)

STYLE = Path(__file__).with_name("style.typ")
"""What a document looks like: what stands before it names what it needs."""
LOGO_TALL, LOGO_WIDE = 20, 150
"""Points that a logo is high and wide at most."""
LONGEST_HEAD = 300
"""Characters of the title at the head; the title itself is set whole where the page begins."""
DEEPEST = 24
"""Elements within one another that are set as such; what lies deeper is words."""
LONGEST_ROW = 60
"""Columns of a table that are set; further cells are left out."""
ALL_PIXELS = 300_000_000
"""Of all pictures of a document together; further ones are left for their words."""

_BOXES = {
    "ex-info": "#2563b0", "ex-note": "#9a6700", "ex-warning": "#b3261e", "ex-error": "#b3261e",
    "ex-tip": "#1d6b3f", "ex-success": "#1d6b3f", "ex-box": "#77808f", "ex-decision": "#1d6b3f",
}  # fmt: skip
_PLAIN = {"strong": "strong", "b": "strong", "em": "emph", "i": "emph", "cite": "emph", "dfn": "emph", "var": "emph",
          "u": "underline", "ins": "underline", "s": "strike", "del": "strike", "strike": "strike", "sub": "sub",
          "sup": "super", "mark": "highlight", "small": "text.with(0.85em)"}  # fmt: skip
_DIRECTED = frozenset(
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "td", "th", "blockquote", "figcaption", "summary"]
)  # fmt: skip
"""Elements whose words begin at the side where their script does."""
_BLOCKS = frozenset(
    ["p", "div", "section", "figure", "ul", "ol", "table", "pre", "blockquote", "dl", "details", "hr",
     "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "summary", "dt", "dd", "li", "video"]
)  # fmt: skip
_COLOUR = re.compile(
    r"--ex-(ink|ground):\s*(#[0-9a-fA-F]{3,8}|rgb\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*\))\s*(?:;|$)"
)


def typeset(job: Mapping[str, Any], *, deepest: int = DEEPEST, lacking: bool = False) -> str:
    """The source of the whole document; `deepest` is how many elements within one another are set as such.

    With `lacking` it says at its end that there are letters for which no font has a shape.
    """
    so_far = _SoFar()
    sheets = [_Sheet(job, so_far, deepest, *sheet) for sheet in job["sheets"]]
    places = {place for sheet in sheets for place in sheet.places}
    body = "\n".join(sheet.source(places) for sheet in sheets)
    many = len(sheets) > 1
    return "\n".join(
        [
            f"#set document(title: {quoted(job['title'])}, date: none)",
            f"#let the-language = {quoted(job['language'])}",
            f"#let the-header = {quoted(job['header'])}",
            f"#let the-title = {quoted(_shortened(job['title']))}",
            f"#let the-footer = {quoted(job['footer'])}",
            f"#let the-number(one, all) = {_number(job['number'])}",
            f"#let the-accent = {f'rgb({quoted(accent)})' if (accent := job['accent']) else 'none'}",
            f"#let the-logo = {_logo(job['logo'])}",
            STYLE.read_text("utf-8"),
            _contents(job) if many else "",
            body,
            f"#quiet({quoted(job['missing'])})" if lacking else "",
        ]
    )


def _contents(job: Mapping[str, Any]) -> str:
    title = f"#block(text(20pt, strong({quoted(job['title'])})))"
    return f"{title}\n#outline(title: {quoted(job['contents'])}, target: <sheet>)\n#pagebreak()"


def _shortened(title: str) -> str:
    """A title as it stands at the head of every sheet of paper, which has to leave room for the page."""
    return title if len(title) <= LONGEST_HEAD else f"{title[:LONGEST_HEAD]}…"


def _number(words: str) -> str:
    """The words around the number of a sheet of paper and that of all of them."""
    before, between, after = [*words.split("{}", 2), "", ""][:3]
    return f"{{ {quoted(before)}; str(one); {quoted(between)}; str(all); {quoted(after)} }}"


def _logo(encoded: str) -> str:
    """The picture at the head, within its bounds; none where it cannot be drawn."""
    drawn = drawing(encoded)
    if drawn is None:
        return "none"
    tall = min(LOGO_TALL, LOGO_WIDE * drawn.height / drawn.width)
    return f'image(bytes({quoted(drawn.svg)}), format: "svg", height: {tall:.2f}pt)'


@define
class _SoFar:
    """What the sheets of one document have in common."""

    level: int = 0
    """That of the last heading: the next one is at most a level below it."""
    pixels: int = 0

    def heading(self, level: int) -> int:
        """The level of a heading that would be of `level` by itself."""
        self.level = min(level, self.level + 1)
        return self.level


class _Sheet:
    """One page of the booklet on its way to source."""

    def __init__(
        self,
        job: Mapping[str, Any],
        so_far: _SoFar,
        deepest: int,
        page: str,
        title: str,
        html: str,
        depth: int,
        about: str,
    ) -> None:
        self.page, self.title, self.depth, self.about, self.deepest = page, title, depth, about, deepest
        self.so_far, self.longest = so_far, LONGEST_WORD
        self.turns = bool(FROM_THE_RIGHT.search(html))
        self.pages, self.files, self.pictures = job["pages"], job["files"], job["pictures"]
        self.root = parsed(html)
        own = (f"{page} {name}" for element in self.root.within() if (name := element.attributes.get("id")))
        self.places = dict.fromkeys([page, *own])
        self.left = set(self.places)
        """Places that have not been set yet: of several with one name the first counts."""
        self.known: set[str] = set()
        self.ticked = False
        """Whether what is set stands beside a sign that says whether it is done."""

    def source(self, known: set[str]) -> str:
        """A heading and everything below it."""
        self.known = known
        title = words_of(clean(self.title).strip() or "–")
        heading = f"heading(level: {self.so_far.heading(self.base)}, {title})"
        turned = "#set text(dir: rtl)\n" if from_the_right(self.title) else ""
        breaks = "#pagebreak(weak: true)\n" if self.depth == 0 else ""
        # Two labels cannot be on one heading: the table of contents takes one, links take the other
        head = f"{breaks}#[{turned}#metadata(none){self._label(self.page)}#{heading}<sheet>]"
        about = f"\n#block(sticky: true, quiet({quoted(self.about)}))" if self.about else ""
        return f"{head}{about}\n#{{{self._inside(self.root, 0)}}}"

    def _label(self, place: str) -> str:
        if place not in self.left:
            return ""
        self.left.discard(place)
        return f"#label({quoted(place)})"

    @property
    def base(self) -> int:
        """The level of its heading by itself."""
        return min(self.depth, 5) + 1

    def _inside(self, element: Element, deep: int) -> str:
        if deep > self.deepest:
            return self._said(element.text())
        some = element.children
        parts = [
            ("" if self._between(some, at) else self._said(child))
            if isinstance(child, str)
            else self._set(child, deep + 1)
            for at, child in enumerate(some)
        ]
        return "; ".join(filter(None, parts)) or '""'

    def _said(self, text: str) -> str:
        return words_of(text, self.longest)

    @staticmethod
    def _between(some: Sequence[Element | str], at: int) -> bool:
        """Whether a text is only the room between two blocks."""
        beside = [*some[max(0, at - 1) : at], *some[at + 1 : at + 2]]
        return not str(some[at]).strip() and any(isinstance(one, Element) and one.tag in _BLOCKS for one in beside)

    def _item(self, element: Element, deep: int) -> str:
        """What stands beside a bullet or in a cell: its paragraphs are parted, and the first begins where it begins."""
        if deep > self.deepest:
            return self._said(element.text())
        parts: list[str] = []
        for child in element.children:
            if isinstance(child, Element) and child.tag == "p" and not child.attributes.get("id"):
                parts += ["parbreak()"] if parts else []
                parts.append(self._inside(child, deep + 1))
            elif isinstance(child, Element) or child.strip() or parts:
                parts.append(self._said(child) if isinstance(child, str) else self._set(child, deep + 1))
        return "; ".join(filter(None, parts)) or '""'

    def _set(self, element: Element, deep: int) -> str:
        shape = self._shape(element, deep)
        if self.turns and element.tag in _DIRECTED and from_the_right(element.text()):
            shape = f"text(dir: rtl, {shape})"
        for kind, colour in _COLOUR.findall(element.attributes.get("style", "")) if element.tag == "span" else ():
            shape = f"in-ink({_colour(colour)}, {shape})" if kind == "ink" else shape
        place = f"{self.page} {element.attributes.get('id', '')}"
        if place in self.left and not element.tag.startswith("h"):
            return f"[#metadata(none){self._label(place)}]; {shape}"
        return shape

    def _shape(self, element: Element, deep: int) -> str:
        tag, classes = element.tag, element.classes
        if tag == "p" and not element.text().strip() and not any(one.tag == "img" for one in element.within()):
            return '""'
        inside = f"{{{self._inside(element, deep)}}}" if tag not in ("table", "pre", "img", "ul", "ol", "dl") else ""
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            label = self._label(f"{self.page} {element.attributes.get('id', '')}")
            if not clean(element.text()).strip():
                return f"[#metadata(none){label}]"
            level = self.so_far.heading(self.base + max(1, int(tag[1]) - 1))
            return f"[#heading(level: {level}, outlined: false, bookmarked: true, {inside}){label}]"
        if tag == "br":
            return "linebreak()"
        if tag == "hr":
            return "line(length: 100%, stroke: 0.5pt + luma(170))"
        if tag == "a":
            return self._link(element, inside)
        if tag == "img":
            return self._image(element)
        if tag in ("code", "kbd", "samp", "tt"):
            return f"raw({self._said(element.text())})"
        if tag == "pre":
            longest = LONGEST_CODE if self.longest == LONGEST_WORD else self.longest
            return f"raw(block: true, {words_of(element.text().strip(chr(10)), longest)})"
        if tag in ("ul", "ol"):
            return self._list(element, deep)
        if tag == "table":
            return self._table(element, deep)
        if tag == "dl":
            return f"part({{{self._inside(element, deep)}}})"
        if tag == "blockquote":
            return f"quote(block: true, {inside})"
        if tag in ("dt", "summary") or "ex-box-title" in classes or "ex-code-title" in classes:
            return f"name-of({inside})"
        if "ex-columns" in classes:
            return self._columns(element, deep)
        if "ex-figure" in classes and classes & {"ex-center", "ex-left", "ex-right"}:
            return f"align(center, {inside})" if "ex-center" in classes else f"part({inside})"
        if "ex-sr" in classes and self.ticked:
            return '""'
        if "ex-lozenge" in classes:
            return f"lozenge({inside})"
        if "ex-placeholder" in classes or tag == "figcaption" or "ex-caption" in classes:
            return f"part(quiet({inside}))" if tag in _BLOCKS else f"quiet({inside})"
        if (colour := next((_BOXES[one] for one in _BOXES if one in classes), None)) is not None:
            return f'box-of(rgb("{colour}"), {inside})'
        if tag in {"details", "dd"}:
            return f"block(inset: (left: 12pt), {inside})"
        if tag in _PLAIN:
            return f"{_PLAIN[tag]}({inside})"
        return f"part({inside})" if tag in _BLOCKS else inside

    def _link(self, element: Element, inside: str) -> str:
        """To a place in the document or to another web site; any other address is left out, its words stay."""
        href = element.attributes.get("href", "")
        place = f"{self.page} {href[1:]}" if href.startswith("#") else ""
        if href.startswith(self.pages):
            page, _, anchor = href.removeprefix(self.pages).partition("#")
            place = f"{page} {anchor}" if f"{page} {anchor}" in self.known else page
        if place:
            return f"link(label({quoted(place)}), {inside})" if place in self.known else inside
        return f"link({quoted(href)}, {inside})" if href.startswith(("http://", "https://", "mailto:")) else inside

    def _image(self, element: Element) -> str:
        words = element.attributes.get("alt", "")
        file = element.attributes.get("src", "").removeprefix(self.files)
        drawn = drawing(self.pictures.get(file, ""))
        if drawn is None:
            return f"quiet({quoted(f'[{words}]')})" if words else '""'
        pixels = drawn.width * drawn.height
        if self.so_far.pixels + pixels > ALL_PIXELS:
            return f"quiet({quoted(f'[{words}]')})" if words else '""'
        self.so_far.pixels += pixels
        asked = element.attributes.get("width", "").removesuffix("px")
        width = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 and int(asked) else drawn.width
        beside = ", beside: true" if "ex-emoji" in element.classes else ""
        ratio = drawn.width / drawn.height
        return f"picture({quoted(drawn.svg)}, {quoted(words)}, {width} * 0.75pt, {ratio:.6f}{beside})"

    def _columns(self, element: Element, deep: int) -> str:
        """What stands side by side, a narrow column at the side half as wide."""
        columns = [one for one in element.children if isinstance(one, Element)][:LONGEST_ROW]
        if not columns:
            return '""'
        widths = ", ".join("1fr" if "ex-side" in one.classes else "2fr" for one in columns)
        before, self.longest = self.longest, max(8, self.longest // len(columns))
        cells = ", ".join(f"{{{self._inside(one, deep + 2)}}}" for one in columns)
        self.longest = before
        return f"grid(columns: ({widths},), column-gutter: 1.6em, {cells})"

    def _list(self, element: Element, deep: int) -> str:
        marks = {"ex-tasks"} & element.classes
        before, self.ticked = self.ticked, bool(marks)
        items = []
        for child in element.children:
            if isinstance(child, Element):
                sign = ("☑ " if "ex-done" in child.classes else "☐ ") if marks else ""
                items.append(f"{{{quoted(sign)}; {self._item(child, deep + 1)}}}")
        self.ticked = before
        if not items:
            return '""'
        if element.tag == "ul":
            return f"list({'marker: [], ' if marks else ''}{', '.join(items)})"
        start = element.attributes.get("start", "1")
        first = start if start.isascii() and start.isdigit() and len(start) < 7 else "1"
        return f"enum(start: {first}, {', '.join(items)})"

    def _table(self, element: Element, deep: int) -> str:
        rows = list(element.rows())
        grid, columns = _placed(rows)
        if not columns:
            return '""'
        titles = 0
        while titles < len(rows) - 1 and rows[titles] and all(cell.tag == "th" for cell in rows[titles]):
            titles += 1
        titles = titles if all(row + down <= titles for row, _, down, _, _ in grid if row < titles) else 0
        cells: list[list[str]] = [[], []]
        before, self.longest = self.longest, max(8, self.longest // columns)
        for row, column, down, right, cell in grid:
            fill = ", fill: luma(243)" if cell.tag == "th" or "ex-number" in cell.classes else _ground(cell)
            words = f"{{{self._item(cell, deep + 2)}}}"
            words = f"strong({words})" if cell.tag == "th" else words
            cells[row >= titles].append(
                f"table.cell(x: {column}, y: {row}, rowspan: {down}, colspan: {right}{fill}, {words})"
            )
        self.longest = before
        head = f"table.header({', '.join(cells[0])}), " if cells[0] else ""
        size = "10pt" if columns <= 5 else "8pt" if columns <= 9 else "6pt"
        return f"small-table({size}, columns: {columns}, {head}{', '.join(cells[1])})"


def _colour(found: str) -> str:
    """A colour of a page as Typst takes it."""
    if found.startswith("#"):
        return f"rgb({quoted(found)})" if len(found) in (4, 5, 7, 9) else "black"
    return f"rgb({', '.join(str(min(255, int(one))) for one in re.findall(r'[0-9]+', found))})"


def _ground(cell: Element) -> str:
    """The colour of a cell's ground, where the page gives it one that dark words can be read on."""
    grounds = [colour for kind, colour in _COLOUR.findall(cell.attributes.get("style", "")) if kind == "ground"]
    return f", fill: {_colour(grounds[0])}" if grounds and "ex-tinted" in cell.classes else ""


def _placed(rows: Sequence[Sequence[Element]]) -> tuple[list[tuple[int, int, int, int, Element]], int]:
    """Where each cell of a table is: row, column, rows, columns; and how many columns there are."""
    taken: set[tuple[int, int]] = set()
    grid, columns = [], 0
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            right = min(_span(cell, "colspan"), LONGEST_ROW - column)
            if right < 1:
                break
            down = min(_span(cell, "rowspan"), len(rows) - row)
            while any((row + y, column + x) in taken for y in range(down) for x in range(right)):
                right, down = (right - 1, down) if right > 1 else (1, 1)
                if (right, down) == (1, 1):
                    break
            taken |= {(row + y, column + x) for y in range(down) for x in range(right)}
            grid.append((row, column, down, right, cell))
            columns = max(columns, column + right)
    return grid, columns


def _span(cell: Element, name: str) -> int:
    text = cell.attributes.get(name, "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 5 else 1
