"""Files of a share, streamed through: our own decision on type, no credential and no address of Confluence (spec V5)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
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
from exshare_core.visiting import Admission
from exshare_web.headers import FILE_POLICY, PDF_POLICY
from exshare_web.visitor.pages import closed
from exshare_web.visitor.request import caller, shell

_log = structlog.get_logger()

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")


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
            if media_type.startswith("image/") and any(pattern.match(beginning) for pattern in patterns):
                return Kind(media_type, inline=True)
    return INERT


def wanted_range(header: str | None, size: int) -> ByteRange | None | int:
    """The one range that a ``Range`` header asks for, None for the whole file, 416 when it lies outside.

    Several ranges, and what cannot be read, mean the whole file, as RFC 9110 allows: nobody pays for a list of ranges.
    """
    if header is None:
        return None
    found = _RANGE.match(header.strip())
    if found is None or (not found[1] and not found[2]):
        return None
    if not found[1]:
        return ByteRange(-min(int(found[2]), size)) if int(found[2]) and size else 416
    first = int(found[1])
    if first >= size:
        return 416
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    return None if last < first else ByteRange(first, last)


def disposition(file: Attachment, kind: Kind) -> str:
    """The ``Content-Disposition`` with the file's name encoded by RFC 6266, harmless for any name."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", file.name)[:100] or "file"
    word = "inline" if kind.inline else "attachment"
    return f"{word}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name[:200], safe='')}"


async def fetch(request: Request) -> Response:
    """``GET`` and ``HEAD /s/{segment}/a/{attachment}``."""
    it = shell(request)
    visiting = it.services.visiting
    opening = await visiting.open(request.path_params["segment"], caller(request))
    if opening.admission is None:
        return closed(request, opening.answer)
    try:
        wanted_id = attachment_id(request.path_params["attachment"])
    except InvalidValue:
        return it.answers.stranger(Answer.ABSENT)
    try:
        file = await visiting.file(opening.admission, wanted_id)
        if isinstance(file, Answer):
            return it.answers.stranger(file)
        wanted = wanted_range(request.headers.get("range"), file.size)
        if wanted == 416:
            return Response(status_code=416, headers={"content-range": f"bytes */{file.size}"})
        assert not isinstance(wanted, int)
        return await _streamed(request, opening.admission, file, wanted)
    except AdapterFailed as error:
        _log.warning("file not fetched", failure=type(error).__name__, link=opening.admission.link.id)
        return it.answers.failure(error)


async def _streamed(
    request: Request, admission: Admission, file: Attachment, wanted: ByteRange | None
) -> Response:
    visiting = shell(request).services.visiting
    segment = request.path_params["segment"]
    async with AsyncExitStack() as opened:
        stream = await opened.enter_async_context(visiting.stream(admission, file, wanted))
        chunks = visiting.guarded(segment, admission, stream)
        first = await anext(chunks, b"")
        kind = kind_of(file, None if stream.first else first[:64])
        headers = _headers(file, kind, stream)
        if request.method == "HEAD":
            return Response(headers=headers, status_code=206 if stream.first is not None else 200)
        if wanted is None:
            await visiting.fetched(admission, file)
        kept = opened.pop_all()
    return StreamingResponse(
        _body(first, chunks, kept), 206 if stream.first is not None else 200, headers=headers
    )


async def _body(first: bytes, chunks: AsyncIterator[bytes], opened: AsyncExitStack) -> AsyncIterator[bytes]:
    async with opened:
        yield first
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
