"""What a page's body refers to: linked pages and files, found by a scan of its tags and made explicit (api.md
9.4).

The scan may find too much, never harmfully: what it finds is judged by `reach()` before anybody is led there.
Links by title are rewritten to links by id, so that a renderer needs no look-up.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from urllib.parse import quote

from attrs import field, frozen

from exshare_adapters.confluence.links import FileLink, PageLink, SiteAddresses, parse
from exshare_adapters.confluence.media import MediaFile, media_file, media_link
from exshare_core.content import Attachment
from exshare_core.values import PageId

_TAG = re.compile(
    r"<(?=[aeilosv])(?:a|area|img|source|video|audio|iframe|embed|object|link)\s"
    r"((?:[^<>\"']{1,2000}+|\"[^\"]{0,8000}+\"|'[^']{0,8000}+'){0,200}+)>",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"([a-z][a-z0-9-]{0,60})\s{0,9}=\s{0,9}(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'=<>`]++))", re.IGNORECASE
)
_NAMED = re.compile(
    r"[\s\"'](href|src|data-(?:image-src|file-src|media-id|linked-resource-(?:id|type)))\s{0,9}=\s{0,9}"
    r"(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'=<>`]++))",
    re.IGNORECASE,
)
"""The attributes that name a page or a file."""
_ADDRESSES = frozenset({"href", "src", "data-image-src", "data-file-src"})
_PAGE_TYPES = frozenset({"page", "blogpost"})

_MEDIA = ("data-media-id", "/file/", "blob:")
"""One of these stands in every reference to the media host."""
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
    media: tuple[MediaFile, ...] = ()
    """Files named as the media host knows them only, in order of appearance."""
    owners: frozenset[PageId] = frozenset()
    """Pages whose files are shown or linked, by id."""


def references(body: str, site: SiteAddresses) -> References:
    """Everything that `body`, a page of `site`, refers to."""
    pages: set[PageId] = set()
    titled: dict[Titled, None] = {}
    files: dict[tuple[PageId, str], None] = {}
    files_of_titled: dict[tuple[Titled, str], None] = {}
    media: dict[MediaFile, None] = {}
    owners: set[PageId] = set()
    for tag in _tags(body):
        attributes = _attributes(tag)
        linked = attributes.get("data-linked-resource-id", "")
        if attributes.get("data-linked-resource-type") in _PAGE_TYPES and linked.isascii() and linked.isdigit():
            pages.add(PageId(linked[:19]))
        if any(mark in tag for mark in _MEDIA) and (file := _media(attributes)) is not None:
            media[file] = None
        for name in _ADDRESSES & attributes.keys():
            target = parse(attributes[name], site)
            if isinstance(target, PageLink):
                if target.id is not None:
                    pages.add(target.id)
                elif target.space is not None:
                    titled[target.space, target.title] = None
            elif isinstance(target, FileLink):
                if target.page is not None:
                    owners.add(target.page)
                if linked or not target.name:
                    continue
                if target.page is not None:
                    files[target.page, target.name] = None
                elif target.space is not None:
                    titled[target.space, target.title] = None
                    files_of_titled[(target.space, target.title), target.name] = None
    return References(
        frozenset(pages), tuple(titled), tuple(files), tuple(files_of_titled), tuple(media), frozenset(owners)
    )


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


def with_files(body: str, site: SiteAddresses, known: Mapping[MediaFile, Attachment]) -> str:
    """`body` with every reference to one of the `known` files of the media host made a reference by id.

    A picture of what is no picture, such as a document's first page, becomes a link to the file.
    """
    if not known:
        return body

    def tag(found: re.Match[str]) -> str:
        media = _media(_attributes(found[0]))
        file = None if media is None else known.get(media)
        if file is None:
            return found[0]
        number = file.id.removeprefix("att")
        marks = f'data-linked-resource-type="attachment" data-linked-resource-id="{number}"'
        if found[0][1:4].lower() == "img" and not file.media_type.startswith("image/"):
            name, kind = html.escape(file.name), html.escape(file.media_type)
            alias = f'data-linked-resource-default-alias="{name}" data-mime-type="{kind}"'
            return f'<a class="confluence-embedded-file" {alias} {marks}>{name}</a>'
        address = f"{site.path}/rest/api/content/{file.page}/child/attachment/{file.id}/download"

        def attribute(one: re.Match[str]) -> str:
            named = one[1].lower() in _ADDRESSES and media_link(_value(one)) is not None
            return f'{one[1]}="{html.escape(address)}"' if named else one[0]

        start, end = found.start(1) - found.start(), found.end(1) - found.start()
        return f"{found[0][:start]}{marks} {_ATTRIBUTE.sub(attribute, found[1])}{found[0][end:]}"

    return _TAG.sub(tag, body)


def _media(attributes: Mapping[str, str]) -> MediaFile | None:
    """The file that an element shows as the media host knows it, unless it has Confluence's own id as well."""
    if attributes.get("data-linked-resource-id"):
        return None
    for name in ("data-image-src", "src", "data-file-src", "href"):
        if (file := media_link(attributes.get(name, ""))) is not None:
            return file
    return media_file(attributes.get("data-media-id", ""))


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


def _tags(body: str) -> Iterator[str]:
    return (found[0] for found in islice(_TAG.finditer(body), MOST_REFERENCES))


def _attributes(tag: str) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, double, single, bare in _NAMED.findall(tag):
        attributes.setdefault(name.lower(), _meant(double or single or bare))
    return attributes


def _value(found: re.Match[str]) -> str:
    return _meant(found[2] or found[3] or found[4] or "")


def _meant(value: str) -> str:
    return html.unescape(value) if "&" in value else value
