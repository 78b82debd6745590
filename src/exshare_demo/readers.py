"""Macros that read elsewhere: what they show is what the reading account may see at that moment."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from exshare_demo.canaries import FORM_TOKEN
from exshare_demo.forms import Drawn, Mark, Sheet, file_path, macro, page_path, write

if TYPE_CHECKING:
    from exshare_demo.model import Node

DEPTH = 4


def _page_param(sheet: Sheet, node: Node, name: str = "") -> str:
    space = f' ri:space-key="{node.space}"' if node.space != sheet.page.space else ""
    target = f'<ac:link><ri:page{space} ri:content-title="{escape(node.title)}" /></ac:link>'
    return f'<ac:parameter ac:name="{name}">{target}</ac:parameter>'


def _error(name: str, title: str) -> str:
    text = f"Error rendering macro '{name}'"
    why = f"No link could be created for '{escape(title)}'."
    return f'<div class="error"><span class="error">{text}</span> : {why}</div>'


def _link(sheet: Sheet, node: Node) -> str:
    return f'<a href="{escape(sheet.url(page_path(sheet, node)))}">{escape(node.title, quote=False)}</a>'


def include(page: int) -> Drawn:
    """The whole of another page, with the reader's rights and, in export forms, without any mark of its source."""

    def part(sheet: Sheet) -> str:
        node = sheet.tree.nodes[page]

        def draw(mark: Mark, _: str) -> str:
            if not sheet.may_read(node) or node.status != "current" or sheet.depth >= DEPTH:
                return _error("include", node.title)
            return f"<div{mark.attrs()}>{write(node.latest.parts, sheet.inside(node))}</div>"

        return macro("include", draw, raw_params=_page_param(sheet, node))(sheet)

    return part


def excerpt_include(page: int, name: str) -> Drawn:
    """A named excerpt of another page in a titled panel."""

    def part(sheet: Sheet) -> str:
        node = sheet.tree.nodes[page]

        def draw(mark: Mark, _: str) -> str:
            if not sheet.may_read(node) or node.status != "current" or sheet.depth >= DEPTH:
                return _error("excerpt-include", node.title)
            inner = sheet.tree.excerpt_of(node, name)
            drawn = write(inner, sheet.inside(node))
            head = f'<div class="panelHeader"><b>{escape(node.title)}</b></div>'
            return f'<div{mark.attrs("panel")}>{head}<div class="panelContent">{drawn}</div></div>'

        named = f'<ac:parameter ac:name="name">{escape(name)}</ac:parameter>'
        return macro("excerpt-include", draw, raw_params=named + _page_param(sheet, node))(sheet)

    return part


def _seen(sheet: Sheet, node: Node) -> bool:
    return node.kind in ("page", "blogpost") and node.status == "current" and sheet.may_read(node)


def _titles(sheet: Sheet, node: Node) -> str:
    rows = ""
    for child in sheet.tree.children(node.id):
        below = _titles(sheet, child)
        if _seen(sheet, child):
            rows += f"<li>{_link(sheet, child)}{below}</li>"
    return f"<ul>{rows}</ul>" if rows else ""


def children(page: int | None = None, everything: bool = True) -> Drawn:
    """The titles of the pages below this (or another) page."""

    def part(sheet: Sheet) -> str:
        root = sheet.page if page is None else sheet.tree.nodes[page]

        def draw(mark: Mark, _: str) -> str:
            rows = ""
            for child in sheet.tree.children(root.id):
                if _seen(sheet, child):
                    rows += f"<li>{_link(sheet, child)}{_titles(sheet, child) if everything else ''}</li>"
            return f"<ul{mark.attrs('childpages-macro')}>{rows}</ul>"

        given = "" if page is None else _page_param(sheet, root, "page")
        return macro("children", draw, {"all": "true"} if everything else {}, raw_params=given)(sheet)

    return part


def page_tree(root: int) -> Drawn:
    """A tree that a script would fill: hidden inputs and an empty list."""

    def part(sheet: Sheet) -> str:
        node = sheet.tree.nodes[root]

        def draw(mark: Mark, _: str) -> str:
            fields = {
                "treeId": "",
                "rootPageId": str(node.id),
                "spaceKey": node.space,
                "treePageId": str(sheet.page.id),
            }
            inputs = "".join(f'<input type="hidden" name="{k}" value="{v}">' for k, v in fields.items())
            hidden = f'<fieldset class="hidden">{inputs}</fieldset>'
            return f'<div{mark.attrs("plugin_pagetree")}><ul class="plugin_pagetree_children_list"></ul>{hidden}</div>'

        return macro("pagetree", draw, raw_params=_page_param(sheet, node, "root"))(sheet)

    return part


def content_by_label(label: str, space: str | None = None) -> Drawn:
    """Links to the pages that bear a label."""
    cql = f'label = "{label}"' + (f' and space = "{space}"' if space else "")

    def draw(mark: Mark, _: str) -> str:
        sheet = mark.sheet
        found = [n for n in sheet.tree.labelled(label, space) if _seen(sheet, n)]
        rows = "".join(f'<li><div class="details">{_link(sheet, n)}</div></li>' for n in found)
        return f"<ul{mark.attrs('content-by-label')}>{rows}</ul>"

    return macro("contentbylabel", draw, {"cql": cql})


def properties_report(label: str, space: str, heading: str) -> Drawn:
    """A table of the page properties of all pages that bear a label."""
    cql = f'label = "{label}" and space = "{space}"'

    def draw(mark: Mark, _: str) -> str:
        sheet = mark.sheet
        found = [n for n in sheet.tree.labelled(label, space) if _seen(sheet, n)]
        rows = "".join(
            f'<tr><td class="title">{_link(sheet, n)}</td><td>{escape(sheet.tree.owner_named_in(n))}</td></tr>'
            for n in found
        )
        head = f"<thead><tr><th>Title</th><th>{escape(heading)}</th></tr></thead>"
        attrs = mark.attrs(
            "aui metadata-summary-macro null",
            data_cql=cql,
            data_headings=heading,
            data_current_content_id=sheet.page.id,
        )
        return f"<table{attrs}>{head}<tbody>{rows}</tbody></table>"

    return macro("detailssummary", draw, {"cql": cql, "headings": heading})


def attachments_table(page: int | None = None) -> Drawn:
    """The files of this (or another) page with the form to add one."""

    def part(sheet: Sheet) -> str:
        owner = sheet.page if page is None else sheet.tree.nodes[page]

        def draw(mark: Mark, _: str) -> str:
            rows = ""
            for file in sheet.tree.files_of(owner.id) if sheet.may_read(owner) else []:
                link = f'<a class="filename" href="{escape(sheet.url(file_path(file)))}">{escape(file.title)}</a>'
                rows += f'<tr data-attachment-id="{file.number}"><td class="filename-column">{link}</td></tr>'
            action = sheet.url(f"/pages/doattachfile.action?pageId={owner.id}")
            secret = f'<input type="hidden" name="atl_token" value="{FORM_TOKEN}"><input type="file" name="file_0">'
            form = f'<form action="{action}" method="post" enctype="multipart/form-data">{secret}</form>'
            body = f'<table class="attachments aui"><tbody>{rows}</tbody></table>{form}'
            return f"<div{mark.attrs('plugin_attachments_container')}>{body}</div>"

        given = "" if page is None else _page_param(sheet, owner, "page")
        return macro("attachments", draw, raw_params=given)(sheet)

    return part


def picture_gallery() -> Drawn:
    """The pictures of this page, each in a cell of a table with its name below."""

    def part(sheet: Sheet) -> str:
        def draw(mark: Mark, _: str) -> str:
            cells = ""
            for file in sheet.tree.files_of(sheet.page.id):
                if file.media_type == "image/png":
                    small = (
                        f'<img src="{escape(sheet.url(file_path(file, "thumbnails")))}" alt="{escape(file.title)}"/>'
                    )
                    link = f'<a href="{escape(sheet.url(file_path(file)))}">{small}</a>'
                    words = f"<tr><td>{escape(file.title)}</td></tr>"
                    cells += f"<td><table><tbody><tr><td>{link}</td></tr>{words}</tbody></table></td>"
            table = f'<table class="gallery" cellspacing="20"><tbody><tr>{cells}</tr></tbody></table>'
            return f"<div{mark.attrs('gallery')}>{table}</div>"

        return macro("gallery", draw)(sheet)

    return part


def recently_updated(space: str) -> Drawn:
    """What changed lately in a space."""

    def draw(mark: Mark, _: str) -> str:
        sheet = mark.sheet
        found = [n for n in sheet.tree.nodes.values() if n.space == space and _seen(sheet, n)]
        newest = sorted(found, key=lambda n: n.latest.at, reverse=True)[:4]
        rows = "".join(f'<li class="update-item">{_link(sheet, n)}</li>' for n in newest)
        box = f'<div class="results-container"><ul>{rows}</ul></div><div class="hidden parameters"></div>'
        return f"<div{mark.attrs('recently-updated')}>{box}</div>"

    return macro("recently-updated", draw, {"spaces": space})


def blog_posts(space: str) -> Drawn:
    """The newest posts of a space."""

    def draw(mark: Mark, _: str) -> str:
        sheet = mark.sheet
        posts = [n for n in sheet.tree.nodes.values() if n.kind == "blogpost" and n.space == space and _seen(sheet, n)]
        rows = "".join(f'<div class="blogHeading">{_link(sheet, n)}</div>' for n in posts)
        return f"<div{mark.attrs('blog-post-list')}>{rows}</div>"

    return macro("blog-posts", draw, {"spaces": space, "content": "titles"})
