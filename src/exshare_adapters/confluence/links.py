"""Reads the addresses that stand in pages and that members paste, and says what they mean (api.md 9.4).

Pure functions: nothing is fetched, and what cannot be read offline stays unresolved.
"""

from __future__ import annotations

import binascii
import posixpath
import re
import unicodedata
from base64 import b64decode
from collections.abc import Callable, Sequence
from enum import Enum
from functools import cache
from urllib.parse import parse_qs, unquote, urlsplit

from attrs import frozen

from exshare_core.values import AttachmentId, PageId


class Flavour(Enum):
    """Which Confluence it is."""

    CLOUD = "cloud"
    DATA_CENTER = "data center"


@frozen(cache_hash=True)
class SiteAddresses:
    """The addresses under which one site is known: what people use, aliases, and where requests go."""

    flavour: Flavour
    bases: tuple[tuple[str, str], ...]
    """Host (with a port that is not the scheme's own) and context path of each; the first is what people
    use."""
    scheme: str = "https"
    """How people reach it: many a Data Center inside a network speaks http only."""

    @classmethod
    def of(cls, flavour: Flavour, *urls: str) -> SiteAddresses:
        """From base addresses such as ``https://acme.atlassian.net/wiki``; the one that people use comes
        first.
        """
        bases = []
        for url in urls:
            parts = urlsplit(url)
            bases.append((_host(parts.scheme, parts.hostname or "", parts.port), parts.path.rstrip("/")))
        return cls(flavour, tuple(dict.fromkeys(bases)), urlsplit(urls[0]).scheme)

    @property
    def path(self) -> str:
        """The context path of what people use: ``/wiki``, ``/confluence`` or nothing."""
        return self.bases[0][1]

    @property
    def origins(self) -> tuple[str, ...]:
        """Scheme and host of each address, the one that people use first."""
        return tuple(dict.fromkeys(f"{self.scheme}://{host}" for host, _ in self.bases))

    @property
    def hosts(self) -> frozenset[str]:
        """Every host of the site, lower case, with its port unless that is the scheme's own."""
        return frozenset(host for host, _ in self.bases)

    @property
    def host_names(self) -> frozenset[str]:
        """Every host of the site, lower case, without ports."""
        return frozenset(_without_port(host) for host in self.hosts)


@frozen
class PageLink:
    """A page, blog post or other entry of the tree: by `id`, or by `space` and `title`, or the home of
    `space`.
    """

    id: PageId | None = None
    space: str | None = None
    title: str | None = None
    anchor: str | None = None


@frozen
class FileLink:
    """An attachment: of the page with the id `page`, or of the page named by `space` and `title`.

    `name` is decoded once and in Unicode NFC; `attachment` is known when the address has it.
    """

    page: PageId | None
    name: str
    space: str | None = None
    title: str | None = None
    attachment: AttachmentId | None = None


@frozen
class Internal:
    """An address on the site's own hosts that names neither a page nor a file."""


@frozen
class External:
    """Everything else: another host, or another scheme such as mailto."""

    url: str


@frozen
class Anchor:
    """A place in the same page."""

    name: str


Target = PageLink | FileLink | Internal | External | Anchor

WEB = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:[/?#][^\s\\]*)?\Z")
"""Addresses elsewhere as they are usually written."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_CROOKED = re.compile(r"//|/\.|/\Z")
"""What the shortest way to write a path has nothing of."""
_IGNORED = re.compile(r"[\t\r\n]")
_EDGES = "".join(map(chr, range(0x21)))
_DIGITS = re.compile(r"[0-9]{1,19}\Z")
_ATTACHMENT = re.compile(r"(?:att)?([0-9]{1,19})\Z")
_TREE_OBJECTS = frozenset({"folder", "whiteboard", "database", "embed"})


def parse(href: str, site: SiteAddresses) -> Target:
    """What `href`, with character references already resolved, means on a page of `site`. Never fails."""
    common = _common(site)
    if (page := common.page.match(href)) is not None:
        return PageLink(PageId(page[2] or page[3]), page[1], anchor=unquote(page[4]) if page[4] else None)
    if (own := common.own.match(href)) is not None:
        return _on_site(own[1], own[2] or "", own[3] or "", ())
    if (web := WEB.match(href)) is not None and web[1] not in common.names:
        return External(href)
    return _parsed(href, site)


@frozen
class _Common:
    """The forms that nearly all addresses have, of which a page may have thousands: they are read without ado."""

    page: re.Pattern[str]
    own: re.Pattern[str]
    """Any address of the site."""
    names: frozenset[str]
    """The site's host names."""


@cache
def _common(site: SiteAddresses) -> _Common:
    bases = "|".join(rf"https?://{re.escape(host)}{re.escape(path)}" for host, path in site.bases)
    base = rf"(?:{bases}|{re.escape(site.path)})"
    page = re.compile(
        rf"{base}(?:/spaces/([A-Za-z0-9~_-][A-Za-z0-9~._-]*)/pages/([1-9][0-9]{{0,18}})(?:/(?!\.)[\w+%.,()-]*)?"
        r"|/pages/viewpage\.action\?pageId=([1-9][0-9]{0,18}))(?:#([\w.%-]+))?\Z"
    )
    own = re.compile(
        rf"{base}((?:/[\w~%+@!$&'()*,;=:-][\w~%+@!$&'()*,;=:.-]*)+)(?:\?([!\"$-\[\]-~]*))?(?:#([!-\[\]-~]*))?\Z"
    )
    return _Common(page, own, site.host_names)


def _parsed(href: str, site: SiteAddresses) -> Target:
    text = _IGNORED.sub("", href.strip(_EDGES))
    if text.startswith("#") or not text:
        return Anchor(unquote(text[1:]))
    scheme = _SCHEME.match(text)
    if scheme is not None and scheme[1].lower() not in ("http", "https"):
        return External(text)
    text = text.replace("\\", "/") if scheme is not None or text.startswith(("/", "\\")) else text
    elsewhere = scheme is not None or text.startswith("//")
    try:
        parts = urlsplit(f"https:{text}" if text.startswith("//") else text)
        host, port = (parts.hostname, parts.port) if elsewhere else (None, None)
    except ValueError:
        return External(text)
    if elsewhere:
        if host is None:
            return External(text)
        found = [path for known, path in site.bases if known in _same_hosts(parts.scheme, host, port)]
        if not found:
            return External(text)
        return _on_site(parts.path, parts.query, parts.fragment, found)
    path = parts.path
    if not path.startswith("/"):
        near = _on_site(f"/{path}", parts.query, parts.fragment, [site.path])
        if not isinstance(near, Internal):
            return near
        path = f"/pages/{path}"
    return _on_site(path, parts.query, parts.fragment, [site.path])


def tiny(text: str) -> PageId | None:
    """The id in a tiny link's last segment, or None when it holds none."""
    if not text or len(text) > 11:
        return None
    encoded = text.replace("-", "/").replace("_", "+").ljust(11, "A") + "="
    try:
        number = int.from_bytes(b64decode(encoded, validate=True)[:8], "little")
    except (binascii.Error, ValueError):
        return None
    return _id(str(number)) if number else None


def _on_site(path: str, query: str, fragment: str, contexts: Sequence[str]) -> Target:
    slashed = posixpath.normpath(re.sub(r"/{2,}", "/", path or "/")) if _CROOKED.search(path) or not path else path
    for context in contexts:
        if context and (slashed == context or slashed.startswith(f"{context}/")):
            slashed = slashed.removeprefix(context)
            break
    raw = [segment for segment in slashed.split("/") if segment]
    if not raw:
        return Internal()
    read = _READERS.get(raw[0].lower())
    if read is None:
        return Internal()
    return read(raw[1:], query, unquote(fragment) or None)


def _spaces(raw: Sequence[str], query: str, anchor: str | None) -> Target:
    words = [unquote(segment) for segment in raw]
    if not words:
        return Internal()
    space, rest = words[0], words[1:]
    if not rest or rest == ["overview"]:
        return PageLink(space=space, anchor=anchor)
    found: PageId | None = None
    if rest[0] == "pages" and len(rest) >= 2:
        found = _id(rest[2]) if rest[1] in ("edit-v2", "edit") and len(rest) >= 3 else _id(rest[1])
    elif rest[0] == "blog" and len(rest) >= 5:
        found = _id(rest[4])
    elif rest[0] in _TREE_OBJECTS and len(rest) >= 2:
        found = _id(rest[1])
    return Internal() if found is None else PageLink(found, space=space, anchor=anchor)


def _tiny(raw: Sequence[str], query: str, anchor: str | None) -> Target:
    found = tiny(unquote(raw[0])) if len(raw) == 1 else None
    return Internal() if found is None else PageLink(found, anchor=anchor)


def _pages(raw: Sequence[str], query: str, anchor: str | None) -> Target:
    if len(raw) == 2 and raw[0] in ("edit-v2", "edit"):
        found = _id(raw[1])
        return Internal() if found is None else PageLink(found, anchor=anchor)
    if list(raw) != ["viewpage.action"]:
        return Internal()
    try:
        fields = parse_qs(query, max_num_fields=50)
    except ValueError:
        return Internal()
    page = _id(fields.get("pageId", [""])[0])
    if page is not None:
        return PageLink(page, anchor=anchor)
    space, title = fields.get("spaceKey", [""])[0], fields.get("title", [""])[0]
    return PageLink(space=space, title=title, anchor=anchor) if space and title else Internal()


def _display(raw: Sequence[str], query: str, anchor: str | None) -> Target:
    words = [unquote(segment.replace("+", " ")) for segment in raw]
    if not words:
        return Internal()
    if len(words) == 1:
        return PageLink(space=unquote(raw[0]), anchor=anchor)
    if len(words) >= 5 and all(word.isdigit() for word in words[1:4]):
        return Internal()
    return PageLink(space=unquote(raw[0]), title="/".join(words[1:]), anchor=anchor)


def _download(raw: Sequence[str], query: str, anchor: str | None) -> Target:
    words = [unquote(segment) for segment in raw]
    if len(words) < 3 or words[0] not in ("attachments", "thumbnails"):
        return Internal()
    if words[1] == "embedded-page":
        if len(words) < 5:
            return Internal()
        return FileLink(None, _nfc(words[-1]), space=words[2], title="/".join(words[3:-1]))
    page = _id(words[1])
    return Internal() if page is None else FileLink(page, _nfc("/".join(words[2:])))


def _rest(raw: Sequence[str], query: str, anchor: str | None) -> Target:
    """``/rest/api/content/{page}/child/attachment/{id}/download``."""
    shape = [*raw[:2], *raw[3:5], *raw[6:]]
    if len(raw) != 7 or shape != ["api", "content", "child", "attachment", "download"]:
        return Internal()
    page, attachment = _id(raw[2]), _ATTACHMENT.match(raw[5])
    if page is None or attachment is None:
        return Internal()
    return FileLink(page, "", attachment=AttachmentId(f"att{attachment[1]}"))


_READERS: dict[str, Callable[[Sequence[str], str, str | None], Target]] = {
    "spaces": _spaces,
    "x": _tiny,
    "pages": _pages,
    "display": _display,
    "download": _download,
    "rest": _rest,
}


def _id(text: str) -> PageId | None:
    return PageId(str(int(text))) if text.isascii() and _DIGITS.match(text) else None


def _nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _host(scheme: str, host: str, port: int | None) -> str:
    own = 443 if scheme == "https" else 80
    bare = host.lower().rstrip(".")
    bare = f"[{bare}]" if ":" in bare else bare
    return bare if port is None or port == own else f"{bare}:{port}"


def _same_hosts(scheme: str, host: str, port: int | None) -> frozenset[str]:
    """The spellings that name the host: http and https of one host are one site, each with its own port."""
    if port in (None, 80, 443):
        return frozenset({_host(scheme, host, None)})
    return frozenset({_host(scheme, host, port)})


def _without_port(host: str) -> str:
    bare, colon, port = host.rpartition(":")
    return bare if colon and port.isdigit() else host
