"""Draws code: in its colours, with the line numbers that its author chose, and folded where it was folded (spec V2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from exshare_adapters.confluence.rendering.highlighting import highlight
from exshare_adapters.confluence.rendering.tree import Tree, attribute, children, classes, first, move, words
from exshare_adapters.confluence.rendering.words import word

_BRUSH = re.compile(r"brush:\s*([^;]+)")
_NUMBERED = re.compile(r"gutter:\s*true\b")
_FOLDED = re.compile(r"collapse:\s*true\b")
_FIRST_LINE = re.compile(r"first-?line:\s*([0-9]{1,5})\b")
_PARAMETERS = "data-syntaxhighlighter-params"
_MOST_CODE = 128 * 1024
"""Characters of code that are coloured on one page; the rest stays plain."""
_MOST_LINES = 2000
"""Lines that are numbered in one block."""
_SPAN = re.compile(r"(</?span[^>]*>)|\n")
_OPENERS = "[data-ex-folded]"


def scripted(tree: Tree) -> None:
    """Code that older Confluence leaves in scripts, for a browser to draw, becomes preformatted text."""
    for node in tree.find("script[type=syntaxhighlighter]"):
        text = node.text().strip("\n").removeprefix("<![CDATA[").removesuffix("]]>").replace("]]]]><![CDATA[>", "]]>")
        tree.replace(node, tree.new("pre", text=text, attributes={_PARAMETERS: attribute(node, "class")}))


def code(tree: Tree) -> None:
    """Code in its colours, preformatted text as it was typed; what is too wide scrolls by keyboard as well."""
    left = _MOST_CODE
    for pre in tree.find("pre"):
        if "ex-code" in classes(pre) or first(pre, "code") is not None:
            continue
        parameters = attribute(pre, _PARAMETERS) or attribute(pre, "class")
        brush = _BRUSH.search(parameters)
        text = pre.text()
        left -= len(text)
        block = tree.new("pre", "ex-code")
        block.attrs["tabindex"] = "0"
        if brush is not None and left > 0:
            _draw(tree, block, text.rstrip("\n"), brush[1], parameters)
        else:
            move(pre, block)
        if _FOLDED.search(parameters):
            block.attrs["data-ex-folded"] = ""
        tree.replace(pre, block)
    for node in reversed(tree.find("div.code, div.preformatted")):
        _box(tree, node)


def _draw(tree: Tree, block: LexborNode, text: str, language: str, parameters: str) -> None:
    html = highlight(text, language)
    if _NUMBERED.search(parameters) and text.count("\n") < _MOST_LINES:
        begin = _FIRST_LINE.search(parameters)
        html = "\n".join(_numbered(html, int(begin[1]) if begin else 1))
        block.attrs["class"] = "ex-code ex-numbered"
    _fill(block, html)


def _numbered(html: str, number: int) -> Iterator[str]:
    """Each line as an element of its own, which content.css counts; a colour goes on in the next line."""
    colour, line, done = "", "", 0
    start = f' style="counter-set:ex-line {number}"'
    for mark in _SPAN.finditer(html):
        line += html[done : mark.start()]
        done = mark.end()
        if mark[1]:
            colour = "" if mark[1].startswith("</") else mark[1]
            line += mark[1]
        else:
            yield f'<span class="ex-line"{start}>{line}{"</span>" if colour else ""}</span>'
            start, line = "", colour
    yield f'<span class="ex-line"{start}>{line}{html[done:]}</span>'


def _fill(target: LexborNode, html: str) -> None:
    """Put HTML of ours into an element."""
    for child in children(Tree(f"<div>{html}</div>").body):
        for part in children(child):
            target.insert_child(part)


def _box(tree: Tree, node: LexborNode) -> None:
    """The box around code: its title above it; one that was folded opens on a click."""
    for mark in node.css(".collapse-source, .collapse-spinner-wrapper"):
        tree.cut(mark)  # what a script unfolds the code with
    title = ""
    for header in node.css(".codeHeader, .preformattedHeader"):
        title = title or words(header)
        header.attrs["class"] = "ex-code-title"
        if not words(header):
            tree.cut(header)
    node.attrs["class"] = "ex-plain"
    if first(node, _OPENERS) is None:
        return
    for header in node.css(".ex-code-title"):
        tree.cut(header)
    details = tree.new("details", "ex-expand")
    details.insert_child(tree.new("summary", text=title or word("expand")), move=True)
    inside = tree.new("div", "ex-plain")
    move(node, inside)
    details.insert_child(inside, move=True)
    tree.replace(node, details)
