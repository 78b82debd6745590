"""Streams files of Confluence: ranges, honest lengths, and redirects to media hosts without any credential
(api.md 2.4).

A stream ends with Broken when fewer or more bytes come than were promised; nothing is padded and nothing
guessed.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NoReturn
from urllib.parse import urljoin

from attrs import define, frozen

from exshare_adapters.confluence.failures import RateLimited, Unavailable, UnexpectedAnswer
from exshare_adapters.http import Arriving, Client, media_type, origin_of, retry_after
from exshare_core.content import Attachment, ByteRange
from exshare_core.errors import Broken, CredentialRejected

MEDIA_HOSTS = ("*.atlassian.com", "*.atlassian.net", "*.confluence-data.com", "*.atl-paas.net")
"""Hosts that Cloud keeps files on (api.md 2.4)."""
MOST_HOPS = 2

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_RUN_OUT = frozenset({401, 403, 404, 410})
"""How a media host may answer a redirect whose token has run out."""

_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)\Z")
_LENGTH = re.compile(r"[0-9]{1,18}\Z")


@frozen
class Place:
    """Which part of a file is asked for."""

    first: int
    last: int


@define(eq=False)
class Flow:
    """An open file. `length` bytes flow, from `first` when this is a part of the file of `total` bytes."""

    length: int
    first: int | None
    total: int
    _arriving: Arriving
    _skip: int

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes, at most 256 KiB at a time."""
        left, skip = self.length, self._skip
        whole = self._skip == 0 and (self.first is None or self._arriving.status == 206)
        async for chunk in self._arriving.chunks():
            if skip:
                dropped = min(skip, len(chunk))
                skip, chunk = skip - dropped, chunk[dropped:]
            if len(chunk) > left:
                if whole:
                    raise Broken("the site sent more bytes of a file than it said")
                chunk = chunk[:left]
            if chunk:
                left -= len(chunk)
                yield chunk
            if not left and not whole:
                return
        if left:
            raise Broken("the site sent fewer bytes of a file than it said")


@frozen
class MediaHosts:
    """The hosts that a redirect of a file may lead to."""

    patterns: tuple[str, ...]
    insecure: bool

    def judge(self, url: str) -> None:
        """Raises CredentialRejected where no redirect is expected at all, and Broken for one to another host."""
        if not self.patterns:
            raise CredentialRejected("the site wants a browser to sign in before it gives files")
        if not self.allow(url):
            raise Broken("a file leads to a host that is not allowed; if it is right, add it to `media_hosts`")

    def allow(self, url: str) -> bool:
        """Whether a redirect may lead to `url`: https unless the site is insecure, and a host of the list."""
        scheme, host, port = origin_of(url)
        if scheme != "https" and not self.insecure:
            return False
        usual = port == (443 if scheme == "https" else 80)
        for pattern in self.patterns:
            name, named_port = _split(pattern.lower())
            fits_port = port == named_port if named_port is not None else usual or self.insecure
            below = name.startswith("*.") and host.endswith(name[1:]) and len(host) > len(name) - 1
            if fits_port and (host == name or below):
                return True
        return False


def _split(pattern: str) -> tuple[str, int | None]:
    host, colon, port = pattern.rpartition(":")
    if colon and port.isdigit():
        return host.strip("[]"), int(port)
    return pattern.strip("[]"), None


@asynccontextmanager
async def opened(
    url: str,
    attachment: Attachment,
    wanted: ByteRange | None,
    *,
    site: Client,
    media: Client,
    hosts: MediaHosts,
) -> AsyncIterator[Flow]:
    """The bytes at `url`, asked of `site` with its credential, after redirects of `media` without any.

    A redirect whose own token has run out is asked for once more. Without `hosts` no redirect is followed. The
    connections are released when the context ends.
    """
    place = located(wanted, attachment.size)
    headers = {} if place is None else {"range": f"bytes={place.first}-{place.last}"}
    async with AsyncExitStack() as connections:
        for _ in range(2):
            arriving = await connections.enter_async_context(site.stream(url, headers=headers))
            at, strayed = url, False
            for _ in range(MOST_HOPS):
                if arriving.status not in _REDIRECTS:
                    break
                at, strayed = urljoin(at, arriving.headers.get("location", "")), True
                hosts.judge(at)
                await connections.aclose()
                arriving = await connections.enter_async_context(media.stream(at, headers=headers))
            if not (strayed and arriving.status in _RUN_OUT):
                break
            await connections.aclose()
        yield _flow(arriving, attachment, place, strayed=strayed)


def located(wanted: ByteRange | None, size: int) -> Place | None:
    """The first and last byte of a range within a file of `size` bytes, or None for the whole file.

    A range that lies outside means the whole file, as RFC 9110 allows.
    """
    if wanted is None or size == 0:
        return None
    if wanted.first < 0:
        return Place(max(0, size + wanted.first), size - 1)
    last = size - 1 if wanted.last is None else min(wanted.last, size - 1)
    return Place(wanted.first, last) if wanted.first <= last else None


def _flow(arriving: Arriving, attachment: Attachment, place: Place | None, *, strayed: bool) -> Flow:
    if arriving.status not in (200, 206):
        _refused(arriving, strayed=strayed)
    kind = media_type(arriving.headers)
    length = _length(arriving.headers)
    # A sign-in page has the type of a file that is a page itself, but hardly its size
    other_size = arriving.status == 200 and length not in (None, attachment.size)
    if kind in _PAGES and (attachment.media_type != kind or other_size):
        raise UnexpectedAnswer("the site answered with a page instead of a file")
    if arriving.status == 206:
        return _part(arriving, attachment, place, length)
    total = attachment.size if length is None else length
    if place is None:
        return Flow(total, None, total, arriving, 0)
    if total != attachment.size:
        raise UnexpectedAnswer("a file has not the size that was said of it")
    return Flow(place.last - place.first + 1, place.first, total, arriving, place.first)


def _part(arriving: Arriving, attachment: Attachment, place: Place | None, length: int | None) -> Flow:
    found = _CONTENT_RANGE.match(arriving.headers.get("content-range", "").strip())
    if place is None or found is None:
        raise UnexpectedAnswer("a part of a file came that was not asked for")
    first, last = int(found[1]), int(found[2])
    total = attachment.size if found[3] == "*" else int(found[3])
    if (first, last) != (place.first, place.last) or last >= total:
        raise UnexpectedAnswer("another part of a file came than was asked for")
    if length is not None and length != last - first + 1:
        raise UnexpectedAnswer("the part of a file has not the length that was said of it")
    return Flow(last - first + 1, first, total, arriving, 0)


def _length(headers: Mapping[str, str]) -> int | None:
    value = headers.get("content-length")
    if value is None:
        return None
    if not _LENGTH.match(value):
        raise UnexpectedAnswer("the length of a file cannot be read")
    return int(value)


def _refused(arriving: Arriving, *, strayed: bool) -> NoReturn:
    status = arriving.status
    if status == 404:
        raise UnexpectedAnswer("the site does not find a file that it has just listed")
    if status in (401, 403) and strayed:
        raise Unavailable("the media host does not accept the site's redirect any more")
    if status in (401, 403):
        raise CredentialRejected("the site does not give the file to the connector")
    if status == 429:
        raise RateLimited("the site asks for fewer requests", retry_after(arriving.headers.get("retry-after")))
    if status >= 500:
        raise Unavailable(f"the site answered with status {status}", retry_after(arriving.headers.get("retry-after")))
    raise UnexpectedAnswer(f"the site answered a request for a file with status {status}")
