"""Data Center: the bytes of files by the addresses that browsers use; there is no other way to them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from email.utils import format_datetime
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from exshare_demo.answers import html, traced
from exshare_demo.datacenter_calls import Call, to_login
from exshare_demo.datacenter_content import page
from exshare_demo.model import Attachment

SHOWN = ("image/png", "image/jpeg", "image/gif")
"""Media types that a browser may show in place; everything else is offered for saving."""


def attachment(call: Call) -> Response:
    """GET and HEAD download/attachments/{page}/{name}: the whole file or one range of it."""
    file = _file(call)
    return file if isinstance(file, Response) else sent(call, file)


def thumbnail(call: Call) -> Response:
    """GET download/thumbnails/{page}/{name}: a small picture, which only pictures have."""
    file = _file(call)
    if isinstance(file, Response):
        return file
    return sent(call, file) if file.media_type in SHOWN else _missing()


def embedded(call: Call) -> Response:
    """GET download/attachments/embedded-page/…: for browsers with a session only, whatever credential comes along."""
    return to_login(call)


def _file(call: Call) -> Attachment | Response:
    number, name = call.path("page"), call.path("name")
    owner = page(call, int(number)) if number.isdigit() else None
    if owner is None or owner.status != "current":
        return to_login(call) if call.user is None else _missing()
    found = next((a for a in call.site.files_of(owner.id) if a.title == name), None)
    version = call.query("version")
    if found is None or (version and version != str(found.version)):
        return _missing()
    return found


def _missing() -> Response:
    return html("<!DOCTYPE html><html><title>Page Not Found - Lantern Works</title><h1>Page Not Found</h1></html>", 404)


def sent(call: Call, file: Attachment) -> Response:
    """The bytes, with the name in both forms, and one range if one was asked for that can be had."""
    size = file.content.size
    inline = file.media_type in SHOWN and call.query("download") != "true"
    plain = re.sub(r'[^ -~]|["\\]', "_", file.title)
    headers = traced(
        {
            "content-type": file.media_type + (";charset=UTF-8" if file.media_type.startswith("text/") else ""),
            "content-disposition": f'{"inline" if inline else "attachment"}; filename="{plain}"; '
            f"filename*=UTF-8''{quote(file.title, safe='')}",
            "cache-control": "private, max-age=31536000",
            "last-modified": format_datetime(file.created, usegmt=True),
        }
    )
    start, stop, status = 0, size, 200
    if call.site.switches.download_ranges:
        headers["accept-ranges"] = "bytes"
        asked = _range(call.request.headers.get("range", ""), size)
        if asked is None:
            return Response(status_code=416, headers=traced({"content-range": f"bytes */{size}"}))
        start, stop, status = asked
    if status == 206:
        headers["content-range"] = f"bytes {start}-{stop - 1}/{size}"
    headers["content-length"] = str(stop - start)
    if call.request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(_chunks(file, start, stop), status, headers)


async def _chunks(file: Attachment, start: int, stop: int) -> AsyncIterator[bytes]:
    for chunk in file.content.chunks(start, stop):
        yield chunk


def _range(text: str, size: int) -> tuple[int, int, int] | None:
    """Start, end and status of one range; the whole for none, several or nonsense; nothing for one outside."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", text.strip())
    if match is None or not (match[1] or match[2]):
        return 0, size, 200
    if not match[1]:
        start, stop = max(0, size - int(match[2])), size
    else:
        start, stop = int(match[1]), min(size, int(match[2]) + 1 if match[2] else size)
    return (start, stop, 206) if start < stop else None
