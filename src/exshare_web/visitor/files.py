"""Files of a share, streamed through: our own decision on type, nothing of Confluence's in the headers (spec V5)."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from urllib.parse import quote

import structlog
from attrs import frozen
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from exshare_core.content import Attachment, ByteRange
from exshare_core.decisions import Answer
from exshare_core.errors import AdapterFailed, InvalidValue
from exshare_core.ports import FileStream
from exshare_core.values import attachment_id
from exshare_core.visiting import Admission, Opening
from exshare_web.headers import FILE_POLICY, PDF_POLICY, framed
from exshare_web.visitor.request import GATES, callers, link_path, shell

_log = structlog.get_logger()

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})\Z", re.IGNORECASE)
_BEGINNING = 64
"""Bytes by which a file's type is judged."""
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f"*/:<>?\\|\u200e\u200f\u2028-\u202e\u2066-\u2069]')
"""What no file name may hold: control characters, separators of paths, marks that turn the direction of writing."""


@frozen
class Kind:
    """How a file is served: its type, whether inline, and under which policy."""

    media_type: str
    inline: bool
    policy: str = FILE_POLICY


INERT = Kind("application/octet-stream", inline=False)
PDF = Kind("application/pdf", inline=True, policy=PDF_POLICY)
SVG = Kind("image/svg+xml", inline=False, policy="default-src 'none'; style-src 'unsafe-inline'; sandbox")

_MAGIC: tuple[tuple[str, tuple[re.Pattern[bytes], ...]], ...] = (
    ("image/png", (re.compile(rb"\x89PNG\r\n\x1a\n"),)),
    ("image/jpeg", (re.compile(rb"\xff\xd8\xff"),)),
    ("image/gif", (re.compile(rb"GIF8[79]a"),)),
    ("image/webp", (re.compile(rb"RIFF....WEBP", re.DOTALL),)),
    ("image/avif", (re.compile(rb"....ftypavi[fs]", re.DOTALL),)),
    ("image/bmp", (re.compile(rb"BM"),)),
    ("application/pdf", (re.compile(rb"%PDF-"),)),
    ("video/mp4", (re.compile(rb"....ftyp", re.DOTALL),)),
    ("video/webm", (re.compile(rb"\x1a\x45\xdf\xa3"),)),
    ("audio/mpeg", (re.compile(rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"),)),
    ("audio/ogg", (re.compile(rb"OggS"),)),
)
"""Types that browsers show without running anything, and how such files begin."""

PICTURES = frozenset(media_type for media_type, _ in _MAGIC if media_type.startswith("image/"))
"""Types of pictures that are served inline."""


def kind_of(file: Attachment, beginning: bytes | None) -> Kind:
    """How to serve `file`: what its first bytes prove, else as an inert download.

    `beginning` is None for a part of a file that does not hold its first bytes; Confluence's word counts then, since
    a browser asks for parts only of what it has begun to show.
    """
    if file.media_type == "image/svg+xml":
        return SVG
    for media_type, patterns in _MAGIC:
        claimed = file.media_type == media_type
        if claimed and (beginning is None or any(pattern.match(beginning) for pattern in patterns)):
            return PDF if media_type == "application/pdf" else Kind(media_type, inline=True)
    if beginning is not None and beginning.startswith(b"%PDF-"):
        return PDF
    if beginning is not None and file.media_type.startswith("image/"):
        for media_type, patterns in _MAGIC:
            if media_type in PICTURES and any(pattern.match(beginning) for pattern in patterns):
                return Kind(media_type, inline=True)
    return INERT


@frozen
class Outside:
    """A range that asks for bytes which the file does not have."""


def wanted_range(header: str | None, size: int) -> ByteRange | Outside | None:
    """The one range that a ``Range`` header asks for, None for the whole file, Outside for one that it has nothing of.

    Several ranges, and what cannot be read, mean the whole file, as RFC 9110 allows: nobody pays for a list of ranges.
    """
    if header is None:
        return None
    found = _RANGE.match(header.strip())
    if found is None or (not found[1] and not found[2]):
        return None
    if not found[1]:
        return ByteRange(-min(int(found[2]), size)) if int(found[2]) and size else Outside()
    first = int(found[1])
    if first >= size:
        return Outside()
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    return None if last < first else ByteRange(first, last)


def disposition(file: Attachment, kind: Kind) -> str:
    """The ``Content-Disposition`` with the file's name encoded by RFC 6266, harmless for any name."""
    return named(file.told, inline=kind.inline)


def named(name: str, *, inline: bool) -> str:
    """The same for a name alone."""
    name = file_name(name)
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    word = "inline" if inline else "attachment"
    return f"{word}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"


def file_name(name: str) -> str:
    """The name without what no file name may hold, and not too long."""
    return _short(_UNSAFE.sub("_", name).strip(" .")) or "file"


def _short(name: str, most: int = 150) -> str:
    """A long name cut in its middle, since what it ends in says what it is."""
    return name if len(name) <= most else f"{name[: most - 20]}{name[-20:]}"


async def fetch(request: Request) -> Response:
    """``GET`` and ``HEAD /s/{segment}/a/{attachment}``.

    Before the last gate an address of a file answers as if there were no link: it is no way to ask which files there
    are, and no browser shows a gate where an image should be (security reference B05).
    """
    it = shell(request)
    opening = await _opened(request)
    if opening.admission is None:
        return it.answers.stranger(Answer.UNKNOWN) if opening.answer in GATES else it.answers.closed(opening)
    return framed(await _fetched(request, opening.admission), opening.admission.frames)


async def _opened(request: Request) -> Opening:
    """The way in by the first of the sessions which may be asking that gets past the gates."""
    first, *others = callers(request)
    visiting = shell(request).services.visiting
    opening = await visiting.open(request.path_params["segment"], first)
    for other in others:
        if opening.answer in GATES:
            opening = await visiting.open(request.path_params["segment"], other)
    return opening


async def _fetched(request: Request, admission: Admission) -> Response:
    it = shell(request)
    try:
        wanted_id = attachment_id(request.path_params["attachment"])
    except InvalidValue:
        return it.answers.inside(Answer.ABSENT, link_path(request))
    try:
        file = await it.services.visiting.file(admission, wanted_id)
        if isinstance(file, Answer):
            return it.answers.inside(file, link_path(request))
        wanted = _asked_range(request, file)
        if isinstance(wanted, Outside):
            return Response(status_code=416, headers={"content-range": f"bytes */{file.size}"})
        return await _streamed(request, admission, file, wanted)
    except AdapterFailed as error:
        _log.warning("file not fetched", failure=type(error).__name__, link=admission.link.id)
        return it.answers.failure(error)


def _asked_range(request: Request, file: Attachment) -> ByteRange | Outside | None:
    """The range of this request; a HEAD has none (RFC 9110, 14.2), and no ``If-Range`` can name what we never told."""
    if request.method == "HEAD" or "if-range" in request.headers:
        return None
    return wanted_range(request.headers.get("range"), file.size)


async def _streamed(request: Request, admission: Admission, file: Attachment, wanted: ByteRange | None) -> Response:
    visiting = shell(request).services.visiting
    async with AsyncExitStack() as opened:
        stream = await opened.enter_async_context(visiting.stream(admission, file, wanted))
        guarded = visiting.guarded(request.path_params["segment"], admission, stream)
        chunks = await opened.enter_async_context(aclosing(guarded))
        beginning = await _beginning(chunks)
        headers = _headers(file, kind_of(file, None if stream.first else beginning[:_BEGINNING]), stream)
        status = 200 if stream.first is None else 206
        if request.method == "HEAD":
            return Response(headers=headers, status_code=status)
        await visiting.fetched(admission, file, part=stream.first is not None)
        kept = opened.pop_all()
    return StreamingResponse(_body(beginning, chunks, kept), status, headers=headers)


async def _beginning(chunks: AsyncGenerator[bytes, None]) -> bytes:
    """The first bytes, enough of them to judge by unless there are no more."""
    beginning = b""
    while len(beginning) < _BEGINNING and (chunk := await anext(chunks, b"")):
        beginning += chunk
    return beginning


async def _body(beginning: bytes, chunks: AsyncIterator[bytes], opened: AsyncExitStack) -> AsyncIterator[bytes]:
    async with opened:
        yield beginning
        async for chunk in chunks:
            yield chunk


def _headers(file: Attachment, kind: Kind, stream: FileStream) -> dict[str, str]:
    headers = {
        "content-type": kind.media_type,
        "content-length": str(stream.length),
        "content-disposition": disposition(file, kind),
        "content-security-policy": kind.policy,
        "accept-ranges": "bytes",
    }
    if stream.first is not None:
        last = stream.first + stream.length - 1
        headers["content-range"] = f"bytes {stream.first}-{last}/{stream.total}"
    return headers
