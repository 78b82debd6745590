"""Gives headings every id by which links may name them (api.md 9.3): Confluence's old form, its new one, and a slug."""

from __future__ import annotations

import re
from html import escape, unescape

from exshare_adapters.confluence.rendering.scan import SHELL_IDS

_HEADING = re.compile(r"<[hH]([1-6])([\s/][^>]*)?>")
_ID = re.compile(r"""\bid\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_NOT_SLUG = re.compile(r"[^\w]+")
_LONGEST = 4000
_MOST = 3000


def add_anchors(html: str, title: str = "") -> str:
    """The same HTML, with empty marks of further ids at the beginning of each heading. Repeated ones get ``.1``.

    The old form is made of the page's title and the heading; it is added where a heading has no id of its own.
    """
    page = "".join(title.split())
    page = page if not page or page[0].isalpha() else f"id-{page}"
    used: dict[str, int] = {}
    parts: list[str] = []
    done = 0
    for count, heading in enumerate(_HEADING.finditer(html)):
        if count >= _MOST:
            break
        if heading.start() < done:
            continue
        begin = heading.end()
        end = html.find("</h", begin, begin + _LONGEST)
        inside = html[begin : end if end >= 0 else begin + _LONGEST]
        text = " ".join((unescape(_TAG.sub("", inside)) if "<" in inside or "&" in inside else inside).split())
        if not text or "ex-anchor" in inside:
            continue
        own = _ID.search(heading[2] or "")
        names = _names(text, used, unescape(own[1]) if own else "", page)
        marks = "".join([f'<span class="ex-anchor" id="{escape(name)}"></span>' for name in names])
        parts += (html[done:begin], marks)
        done = begin
    return "".join(parts) + html[done:] if parts else html


def _names(text: str, used: dict[str, int], own: str, page: str) -> list[str]:
    """The further ids of one heading."""
    found: list[str] = []
    used.setdefault(own, 0)
    dashed = text.replace(" ", "-")
    slug = _NOT_SLUG.sub("-", dashed.lower()).strip("-")
    forms = [dashed] if slug == dashed else [dashed, slug]
    if page and not own:
        forms.append(f"{page}-{text.replace(' ', '')}")
    for form in forms:
        if not form or form == own or len(form) > 300 or form in SHELL_IDS:
            continue
        times = used.get(form)
        used[form] = 0 if times is None else times + 1
        name = form if times is None else f"{form}.{times + 1}"
        if name != own and (times is None or name not in used):
            used.setdefault(name, 0)
            found.append(name)
    return found
