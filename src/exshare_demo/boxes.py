"""Parts that hold other parts: panels, code, expands, layouts, tables, page properties, excerpts."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from exshare_demo.forms import Drawn, Mark, Part, Sheet, attributes, macro, write
from exshare_demo.writing import p

_OPENER = (
    '<span class="collapse-source expand-control" style="display:none;"><span class="expand-control-icon icon">&nbsp;</span>'
    '<span class="expand-control-text">Expand source</span></span><span class="collapse-spinner-wrapper"></span>'
)
"""What a script of Confluence's unfolds code with."""
NOTE_KINDS = {"info": "information", "note": "note", "tip": "tip", "warning": "warning"}


def notice(kind: str, *body: Part, title: str = "") -> Drawn:
    """An info, note, tip or warning box."""

    def draw(mark: Mark, inner: str) -> str:
        classes = f"confluence-information-macro confluence-information-macro-{NOTE_KINDS[kind]}"
        heading = f'<p class="title">{escape(title)}</p>' if title else ""
        icon = f'<span class="aui-icon aui-icon-small aui-iconfont-{kind} confluence-information-macro-icon"></span>'
        inside = f'<div class="confluence-information-macro-body">{inner}</div>'
        return f"<div{mark.attrs(classes)}>{heading}{icon}{inside}</div>"

    return macro(kind, draw, {"title": title} if title else {}, body)


def panel(*body: Part, title: str = "", colour: str = "#EAE6FF") -> Drawn:
    """A coloured panel with an optional title."""

    def draw(mark: Mark, inner: str) -> str:
        head = (
            f'<div class="panelHeader" style="background-color: {colour};"><b>{escape(title)}</b></div>'
            if title
            else ""
        )
        style = f"background-color: {colour};border-width: 1px;"
        content = f'<div class="panelContent" style="background-color: {colour};">{inner}</div>'
        return f"<div{mark.attrs('panel', style=style)}>{head}{content}</div>"

    return macro("panel", draw, ({"title": title} if title else {}) | {"bgColor": colour}, body)


def code(language: str, text: str, title: str = "", *, first_line: int = 0, folded: bool = False) -> Drawn:
    """A code block; with `first_line` its lines are counted from there, and a folded one opens on a click."""

    def draw(mark: Mark, inner: str) -> str:
        opener = _OPENER if folded else ""
        head = f'<div class="codeHeader panelHeader pdl"><b>{escape(title)}</b>{opener}</div>' if title else ""
        gutter = f"gutter: true; first-line: {first_line}" if first_line else "gutter: false"
        params = f"brush: {language}; {gutter}; theme: Confluence" + ("; collapse: true" if folded else "")
        pre = f'<pre class="syntaxhighlighter-pre" data-syntaxhighlighter-params="{params}" data-theme="Confluence">'
        content = f'<div class="codeContent panelContent pdl">{pre}{escape(inner, quote=False)}</pre></div>'
        return f"<div{mark.attrs('code panel pdl', style='border-width: 1px;')}>{head}{content}</div>"

    given = {"language": language} | ({"title": title} if title else {})
    counted = {"linenumbers": "true", "firstline": str(first_line)} if first_line else {}
    return macro("code", draw, given | counted | ({"collapse": "true"} if folded else {}), plain=text)


def noformat(text: str) -> Drawn:
    """Text as typed."""

    def draw(mark: Mark, inner: str) -> str:
        content = f'<div class="preformattedContent panelContent"><pre>{escape(inner, quote=False)}</pre></div>'
        return f"<div{mark.attrs('preformatted panel')}>{content}</div>"

    return macro("noformat", draw, plain=text)


def expand(title: str, *body: Part) -> Drawn:
    """A part that opens on a click."""

    def draw(mark: Mark, inner: str) -> str:
        number = f"{mark.sheet.page.id}{mark.sheet.count('expander')}"
        icon = '<span class="expand-icon aui-icon aui-icon-small aui-iconfont-chevron-right">&nbsp;</span>'
        control = f'{icon}<span class="expand-control-text">{escape(title)}</span>'
        return (
            f"<div{mark.attrs('expand-container', id='expander-' + number)}>"
            f'<div id="expander-control-{number}" class="expand-control" aria-expanded="true">{control}</div>'
            f'<div id="expander-content-{number}" class="expand-content">{inner}</div></div>'
        )

    return macro("expand", draw, {"title": title}, body)


def layout(kind: str, *cells: tuple[Part, ...]) -> Drawn:
    """A row of columns; kinds as the storage format names them, with underscores."""

    def part(sheet: Sheet) -> str:
        if sheet.storage:
            inside = "".join(f"<ac:layout-cell>{write(c, sheet)}</ac:layout-cell>" for c in cells)
            return f'<ac:layout><ac:layout-section ac:type="{kind}">{inside}</ac:layout-section></ac:layout>'
        name = kind.replace("_", "-")
        inside = ""
        for index, cell in enumerate(cells):
            side = "sidebar" in name and index == (0 if "left" in name else len(cells) - 1)
            role = "aside" if side else "normal"
            inside += (
                f'<div class="cell {role}" data-type="{role}"><div class="innerCell">{write(cell, sheet)}</div></div>'
            )
        row = f'<div class="columnLayout {name}" data-layout="{name}">{inside}</div>'
        return f'<div class="contentLayout2">{row}</div>'

    return part


def columns(*cells: tuple[Part, ...]) -> Drawn:
    """The old section and column macros."""
    return macro(
        "section",
        lambda mark, inner: (
            f'<div{mark.attrs("sectionColumnWrapper")}><div class="sectionMacro">'
            f'<div class="sectionMacroRow">{inner}</div></div></div>'
        ),
        body=[
            macro("column", lambda mark, inner: f"<div{mark.attrs('columnMacro')}>{inner}</div>", body=c) for c in cells
        ],
    )


def cell(*parts: Part, head: bool = False, colour: str = "", rows: int = 1, cols: int = 1) -> Drawn:
    """A cell of a table."""

    def part(sheet: Sheet) -> str:
        kind = "th" if head else "td"
        values = {
            "class": None if sheet.storage else f"confluenceT{kind[1]}",
            "data-highlight-colour": colour or None,
            "rowspan": rows if rows > 1 else None,
            "colspan": cols if cols > 1 else None,
        }
        return f"<{kind}{attributes(values)}>{write([p(*parts)], sheet)}</{kind}>"

    return part


def table(*rows: Iterable[Drawn], wide: bool = False, numbered: bool = False, widths: tuple[int, ...] = ()) -> Drawn:
    """A table of cells; `numbered` adds the counting column of the newer editor."""
    fixed = tuple(tuple(r) for r in rows)

    def part(sheet: Sheet) -> str:
        plan = "".join(f'<col style="width: {w}.0px;"/>' for w in widths)
        kind = "wide" if wide else "default"
        body = ""
        for index, row in enumerate(fixed):
            first = ""
            if numbered:
                inner = "th" if index == 0 else "td"
                classes = "numberingColumn" if sheet.storage else f"numberingColumn confluenceT{inner[1]}"
                first = f'<{inner} class="{classes}">{index or ""}</{inner}>'
            body += f"<tr>{first}{write(row, sheet)}</tr>"
        width = f'data-layout="{kind}" data-table-width="{960 if wide else 760}"'
        inside = f"<colgroup>{plan}</colgroup><tbody>{body}</tbody>" if plan else f"<tbody>{body}</tbody>"
        if sheet.storage:
            return f"<table {width}>{inside}</table>"
        return f'<div class="table-wrap"><table class="confluenceTable" {width}>{inside}</table></div>'

    return part


def properties(*pairs: tuple[str, tuple[Part, ...]], name: str = "") -> Drawn:
    """The page properties macro: a two-column table that reports read."""
    rows = [(cell(k, head=True), cell(*v)) for k, v in pairs]
    return macro(
        "details",
        lambda mark, inner: f"<div{mark.attrs('plugin-tabmeta-details')}>{inner}</div>",
        {"id": name} if name else {},
        [table(*rows)],
    )


def excerpt(name: str, *body: Part, hidden: bool = False) -> Drawn:
    """A named part that other pages may pull in; a hidden one is drawn nowhere on its own page."""
    return macro(
        "excerpt",
        lambda mark, inner: "" if hidden else f"<div{mark.attrs()}>{inner}</div>",
        {"name": name} | ({"hidden": "true"} if hidden else {}),
        body,
    )
