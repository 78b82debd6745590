"""Parts of running text: headings, paragraphs, lists, words, contents tables, anchors, dates, status, emoji."""

from __future__ import annotations

from datetime import date
from html import escape

from attrs import frozen

from exshare_demo.forms import Drawn, Mark, Part, Sheet, attributes, macro, write

TODAY = date(2026, 10, 1)


def anchor_of(title: str, name: str) -> str:
    """The legacy id of a heading or anchor: page title and name without spaces, `id-` before a non-letter."""
    joined = f"{title.replace(' ', '')}-{name.replace(' ', '')}"
    return joined if joined[:1].isalpha() else "id-" + joined


@frozen
class Heading:
    """A heading; repeated ones get `.1`, `.2` behind their id."""

    level: int
    text: str

    def __call__(self, sheet: Sheet) -> str:
        if sheet.storage:
            return f"<h{self.level}>{escape(self.text, quote=False)}</h{self.level}>"
        anchor = anchor_of(sheet.page.title, self.text)
        again = sheet.count("heading " + anchor)
        name = anchor + (f".{again}" if again else "")
        return f'<h{self.level} id="{escape(name)}">{escape(self.text, quote=False)}</h{self.level}>'


def h(level: int, text: str) -> Heading:
    """A heading."""
    return Heading(level, text)


def tag(name: str, *parts: Part, **attrs: str) -> Drawn:
    """An element that is the same in every form."""
    given = {k.strip("_").replace("_", "-"): v for k, v in attrs.items()}
    return lambda sheet: f"<{name}{attributes(given)}>{write(parts, sheet)}</{name}>"


def p(*parts: Part) -> Drawn:
    """A paragraph."""
    return tag("p", *parts)


def strong(*parts: Part) -> Drawn:
    """Bold words."""
    return tag("strong", *parts)


def em(*parts: Part) -> Drawn:
    """Slanted words."""
    return tag("em", *parts)


def code_words(text: str) -> Drawn:
    """Words in typewriter letters."""
    return tag("code", text)


def bullets(*items: Part) -> Drawn:
    """A list with dots."""
    return tag("ul", *(tag("li", tag("p", i)) for i in items))


def numbers(*items: Part) -> Drawn:
    """A list with numbers."""
    return tag("ol", *(tag("li", tag("p", i)) for i in items), start="1")


def coloured(text: str, colour: str) -> Drawn:
    """Coloured words: a style in storage and on Data Center, a colour id with a style block on Cloud."""

    def part(sheet: Sheet) -> str:
        if sheet.storage or not sheet.cloud:
            return f'<span style="color: {colour};">{escape(text, quote=False)}</span>'
        style = "<style>[data-colorid=w7lamp]{color:" + colour + "}</style>"
        return f'<span data-colorid="w7lamp">{escape(text, quote=False)}</span>{style}'

    return part


def contents(flat: bool = False) -> Drawn:
    """The table of contents of the page's own headings."""

    def draw(mark: Mark, _: str) -> str:
        sheet, seen = mark.sheet, dict[str, int]()
        links = []
        for part in sheet.tree.parts(sheet.page):
            if isinstance(part, Heading):
                anchor = anchor_of(sheet.page.title, part.text)
                seen[anchor] = seen.get(anchor, -1) + 1
                name = anchor + (f".{seen[anchor]}" if seen[anchor] else "")
                links.append(f'<a href="#{escape(name)}">{escape(part.text, quote=False)}</a>')
        if not sheet.cloud and not sheet.export:  # left to a script in the browser
            kind = "flat" if flat else "list"
            values = f' data-headerelements="H1,H2,H3" data-structure="{kind}" data-numberedoutline="{str(not flat).lower()}"'
            return f"<div{mark.attrs('toc-macro client-side-toc-macro')}{values}> </div>"
        rb = f"rbtoc17590000{sheet.page.id % 100000:05d}"
        if flat:
            return f"<div{mark.attrs('toc-macro ' + rb)}>" + " ".join(f"[ {link} ]" for link in links) + "</div>"
        style = f'<style type="text/css">/*<![CDATA[*/div.{rb} {{padding: 0px;}}/*]]>*/</style>'
        rows = "".join(f"<li><span class='TOCOutline'>{i}</span> {a}</li>" for i, a in enumerate(links, 1))
        return f'<div{mark.attrs("toc-macro " + rb)}>{style}<ul class="toc-indentation">{rows}</ul></div>'

    return macro("toc", draw, {"type": "flat"} if flat else {"maxLevel": "3"})


def anchor(name: str) -> Drawn:
    """An invisible place to link to."""

    def draw(mark: Mark, _: str) -> str:
        where = anchor_of(mark.sheet.page.title, name)
        return f"<span{mark.attrs('confluence-anchor-link', id=where)}> </span>"

    return macro("anchor", draw, {"": name}, inline=True)


def day(when: date) -> Drawn:
    """A date, past or future as seen from the demo's today."""

    def part(sheet: Sheet) -> str:
        if sheet.storage:
            return f'<time datetime="{when.isoformat()}" />'
        kind = "date-past" if when < TODAY else "date-future"
        return f'<time datetime="{when.isoformat()}" class="{kind}">{when:%d %b %Y}</time>'

    return part


def status(title: str, colour: str = "Green") -> Drawn:
    """A small coloured word."""
    kinds = {"Green": "success", "Yellow": "current", "Red": "error", "Blue": "complete", "Purple": "progress"}

    def draw(mark: Mark, _: str) -> str:
        fresh = "aui-lozenge-visual-refresh " if mark.sheet.cloud else ""
        classes = f"status-macro aui-lozenge {fresh}aui-lozenge-{kinds.get(colour, 'default')}"
        return f"<span{mark.attrs(classes)}>{escape(title, quote=False)}</span>"

    return macro("status", draw, {"title": title, "colour": colour}, inline=True)


def emoji(short: str, fallback: str, emoji_id: str) -> Drawn:
    """A little picture; `fallback` is a character, or its own short name for pictures made by the site."""

    def part(sheet: Sheet) -> str:
        if sheet.storage:
            names = {"ac:emoji-shortname": short, "ac:emoji-id": emoji_id, "ac:emoji-fallback": fallback}
            return f'<ac:emoticon ac:name="blue-star"{attributes(names)} />'
        if not sheet.cloud:
            src = sheet.context + "/s/en_GB/9111/lamp/_/images/icons/emoticons/smile.svg"
            return f'<img class="emoticon emoticon-smile" src="{src}" data-emoticon-name="smile" alt="(smile)">'
        host = "https://pf-emoji-service--cdn.us-east-1.prod.public.atl-paas.net"
        values = {
            "data-emoji-id": emoji_id,
            "data-emoji-shortname": short,
            "data-emoji-fallback": fallback,
            "src": f"{host}/standard/64x64/{emoji_id}.png",
            "width": "16",
            "height": "16",
            "data-emoticon-name": "blue-star",
            "alt": "(blue star)",
        }
        return f'<img class="emoticon emoticon-blue-star"{attributes(values)}/>'

    return part


def tasks(*items: tuple[bool, tuple[Part, ...]]) -> Drawn:
    """A list of things to do."""

    def part(sheet: Sheet) -> str:
        rows = []
        for done, parts in items:
            number = sheet.count("task") + 1
            drawn = write(parts, sheet)
            if sheet.storage:
                state = "complete" if done else "incomplete"
                rows.append(
                    f"<ac:task><ac:task-id>{number}</ac:task-id><ac:task-status>{state}</ac:task-status>"
                    f"<ac:task-body>{drawn}</ac:task-body></ac:task>"
                )
            else:
                kind = ' class="checked"' if done else ""
                text = f'<span class="placeholder-inline-tasks">{drawn}</span>'
                rows.append(f'<li data-inline-task-id="{number}"{kind}>{text}</li>')
        if sheet.storage:
            return f"<ac:task-list>{''.join(rows)}</ac:task-list>"
        return f'<ul class="inline-task-list" data-inline-tasks-content-id="{sheet.page.id}">{"".join(rows)}</ul>'

    return part


def decisions(*texts: str) -> Drawn:
    """A list of decisions."""

    def part(sheet: Sheet) -> str:
        if not sheet.storage:
            return f'<ul class="decision-list">{"".join(f"<li>{escape(t)}</li>" for t in texts)}</ul>'
        item = (
            '<ac:adf-node type="decision-item"><ac:adf-attribute key="state">DECIDED</ac:adf-attribute>{}</ac:adf-node>'
        )
        nodes = "".join(item.format(f"<ac:adf-content>{escape(t)}</ac:adf-content>") for t in texts)
        rows = "".join(f"<li>{escape(t)}</li>" for t in texts)
        fallback = f'<ac:adf-fallback><ul class="decision-list">{rows}</ul></ac:adf-fallback>'
        return f'<ac:adf-extension><ac:adf-node type="decision-list">{nodes}</ac:adf-node>{fallback}</ac:adf-extension>'

    return part


def marked(text: str, ref: str, leak: bool = False) -> Drawn:
    """Words with an inline comment; `leak` leaves the storage element in the rendering, as it sometimes happens."""

    def part(sheet: Sheet) -> str:
        if sheet.storage or leak:
            return f'<ac:inline-comment-marker ac:ref="{ref}">{escape(text)}</ac:inline-comment-marker>'
        return f'<span class="inline-comment-marker" data-ref="{ref}">{escape(text)}</span>'

    return part
