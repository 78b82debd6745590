"""Reads a rendering of ours as words, block by block: what a visitor reads, without how it looks."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from exshare_core.comparing import Change, Passage, Sort, TooDifferent, compare

_SORTS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), Sort.HEADING),
    **dict.fromkeys(("li", "dt", "dd"), Sort.ITEM),
    **dict.fromkeys(("td", "th"), Sort.CELL),
    "pre": Sort.CODE,
}
_BLOCKS = frozenset(_SORTS) | {
    "blockquote", "body", "caption", "details", "div", "dl", "figcaption", "figure", "hr", "ol", "p", "section", "summary",
    "table", "tbody", "tfoot", "thead", "tr", "ul", "video",
}  # fmt: skip


def passages_of(html: str) -> tuple[Passage, ...]:
    """The words of each block in reading order; of code, of each line."""
    body = LexborHTMLParser(html).body
    return () if body is None else tuple(_passages(body))


def changes_of(before: str, after: str) -> tuple[Change, ...] | None:
    """What became of the words of one rendering on the way to another; None where that is too much to tell."""
    try:
        return compare(passages_of(before), passages_of(after))
    except TooDifferent:
        return None


def _passages(body: LexborNode) -> Iterator[Passage]:
    blocks: dict[int, LexborNode] = {}
    current: LexborNode | None = None
    words: list[str] = []
    rows: set[int] = set()
    for node in body.traverse(include_text=True):
        if node.is_text_node:
            block = _block(node, blocks)
            if current is not None and block.mem_id != current.mem_id:
                yield from _made(current, words, rows)
                words = []
            current = block
            words.append(node.text_content or "")
        elif node.tag == "br":
            words.append("\n")
    if current is not None:
        yield from _made(current, words, rows)


def _block(node: LexborNode, known: dict[int, LexborNode]) -> LexborNode:
    """The innermost block around some text."""
    way = []
    above = node.parent
    while above is not None and above.mem_id not in known and above.tag not in _BLOCKS:
        way.append(above.mem_id)
        above = above.parent
    assert above is not None
    block = known.get(above.mem_id, above)
    known |= dict.fromkeys(way, block)
    return block


def _made(block: LexborNode, words: list[str], rows: set[int]) -> Iterator[Passage]:
    """The passages of one block; `rows` are those of tables that have begun."""
    sort = _sort(block)
    text = "".join(words)
    lines = text.splitlines() if sort is Sort.CODE else [" ".join(text.split())]
    for line in lines:
        if line.strip():
            yield Passage(line.rstrip(), sort, begins=sort is Sort.CELL and _begins(block, rows))


def _begins(cell: LexborNode, rows: set[int]) -> bool:
    """Whether nothing of the row around a cell has been read yet; it has from now on."""
    row: LexborNode | None = cell
    while row is not None and row.tag != "tr":
        row = row.parent
    if row is None or row.mem_id in rows:
        return False
    rows.add(row.mem_id)
    return True


def _sort(block: LexborNode) -> Sort:
    """What kind of block it is: a paragraph within a list or a table belongs to that."""
    above: LexborNode | None = block
    while above is not None and above.tag in ("p", "div"):
        above = above.parent
    return _SORTS.get((above or block).tag or "", Sort.TEXT)
