"""What a page's body refers to: linked pages and files, found by a scan of its tags and made explicit (api.md
9.4).

The scan may find too much, never harmfully: what it finds is judged by `reach()` before anybody is led there.
Links by title are rewritten to links by id, so that a renderer needs no look-up.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

from attrs import field, frozen

from exshare_adapters.confluence.links import FileLink, PageLink, SiteAddresses, parse
from exshare_core.values import PageId

_TAG = re.compile(
    r"<(?:a|area|img|source|video|audio|iframe|embed|object|link)\s"
    r"((?:[^<>\"']{1,2000}+|\"[^\"]{0,8000}+\"|'[^']{0,8000}+'){0,200}+)>",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"([a-z][a-z0-9-]{0,60})\s{0,9}=\s{0,9}(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'=<>`]++))", re.IGNORECASE
)
_ADDRESSES = frozenset({"href", "src", "data-image-src", "data-file-src"})
_PAGE_TYPES = frozenset({"page", "blogpost"})

MOST_REFERENCES = 5_000
"""The most tags that are looked at."""

Titled = tuple[str, str | None]
"""A space and a title in it, or None for the space's home."""


@frozen
class References:
    """What a body refers to."""

    pages: frozenset[PageId] = frozenset()
    titled: tuple[Titled, ...] = ()
    """Pages named by space and title, in order of appearance."""
    files: tuple[tuple[PageId, str], ...] = ()
    """Files named by page and name only, without an id, in order of appearance."""
    files_of_titled: tuple[tuple[Titled, str], ...] = field(factory=tuple)
    """Files of pages that are named by space and title."""


def references(body: str, site: SiteAddresses) -> References:
    """Everything that `body`, a page of `site`, refers to."""
    pages: set[PageId] = set()
    titled: dict[Titled, None] = {}
    files: dict[tuple[PageId, str], None] = {}
    files_of_titled: dict[tuple[Titled, str], None] = {}
    for attributes in _tags(body):
        linked = attributes.get("data-linked-resource-id", "")
        if attributes.get("data-linked-resource-type") in _PAGE_TYPES and linked.isascii() and linked.isdigit():
            pages.add(PageId(linked[:19]))
        for name in _ADDRESSES & attributes.keys():
            target = parse(attributes[name], site)
            if isinstance(target, PageLink):
                if target.id is not None:
                    pages.add(target.id)
                elif target.space is not None:
                    titled[target.space, target.title] = None
            elif isinstance(target, FileLink) and target.name and not linked:
                if target.page is not None:
                    files[target.page, target.name] = None
                elif target.space is not None:
                    titled[target.space, target.title] = None
                    files_of_titled[(target.space, target.title), target.name] = None
    return References(frozenset(pages), tuple(titled), tuple(files), tuple(files_of_titled))


def with_ids(body: str, site: SiteAddresses, known: Mapping[Titled, PageId]) -> str:
    """`body` with every reference by title to one of the `known` pages made a reference by id."""
    if not known:
        return body

    def replace(target: PageLink | FileLink) -> str | None:
        if target.space is None:
            return None
        page = known.get((target.space, target.title))
        if page is None:
            return None
        if isinstance(target, PageLink):
            anchor = "" if target.anchor is None else f"#{quote(target.anchor, safe='')}"
            return f"{site.path}/pages/viewpage.action?pageId={page}{anchor}"
        return f"{site.path}/download/attachments/{page}/{quote(target.name, safe='')}"

    return _rewritten(body, site, replace)


def _rewritten(body: str, site: SiteAddresses, replace: Callable[[PageLink | FileLink], str | None]) -> str:
    def attribute(found: re.Match[str]) -> str:
        if found[1].lower() not in _ADDRESSES:
            return found[0]
        target = parse(_value(found), site)
        named = isinstance(target, FileLink) and target.page is None
        if not named and not (isinstance(target, PageLink) and target.id is None):
            return found[0]
        address = replace(target) if isinstance(target, (PageLink, FileLink)) else None
        return found[0] if address is None else f'{found[1]}="{html.escape(address)}"'

    def tag(found: re.Match[str]) -> str:
        start, end = found.start(1) - found.start(), found.end(1) - found.start()
        return found[0][:start] + _ATTRIBUTE.sub(attribute, found[1]) + found[0][end:]

    return _TAG.sub(tag, body)


def _tags(body: str) -> Iterator[dict[str, str]]:
    for number, found in enumerate(_TAG.finditer(body)):
        if number >= MOST_REFERENCES:
            return
        attributes: dict[str, str] = {}
        for one in _ATTRIBUTE.finditer(found[1]):
            attributes.setdefault(one[1].lower(), _value(one))
        yield attributes


def _value(found: re.Match[str]) -> str:
    return html.unescape(found[2] if found[2] is not None else found[3] if found[3] is not None else found[4])
