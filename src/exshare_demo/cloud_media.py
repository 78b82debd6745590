"""Cloud's files: the redirect of the interface, and the media host that serves bytes to whoever has the address."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from exshare_demo.answers import give, traced, v1_bad, v1_missing, v2_missing
from exshare_demo.calls import Call
from exshare_demo.model import Attachment, Content

if TYPE_CHECKING:
    from exshare_demo.site import Site

CLIENT = "66666666-2222-4333-8444-5555c11e0000"
_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


def _file(call: Call, name: str) -> Attachment | None:
    """The file of that id whose owner the caller may view."""
    raw = call.path(name).removeprefix("att")
    file = call.site.attachments.get(int(raw)) if raw.isascii() and raw.isdigit() else None
    owner = call.site.nodes.get(file.page) if file else None
    seen = file is not None and owner is not None and call.site.may_view(call.user, owner)
    return file if seen and file is not None and file.status == "current" else None


def signed(site: Site, file: Attachment, action: str) -> str:
    """The path of a file on the media host; its query is all that it takes, for a while."""
    expires = int(site.now()) + site.switches.media_seconds
    token = f"{expires}.{site.sign(file.file_id, expires)}"
    return f"/file/{file.file_id}/{action}?{urlencode({'token': token, 'client': CLIENT, 'name': file.title})}"


def download(call: Call) -> Response:
    """GET content/{id}/child/attachment/{attachmentId}/download: a redirect to another host, or at once the bytes."""
    file, node = _file(call, "attachment_id"), call.node()
    if file is None or node is None or file.page != node.id:
        return v1_missing(f"No content found with id: ContentId{{id={call.path('attachment_id')}}}", authorized=True)
    version = call.query("version", str(file.version))
    if not version.isdigit() or not 1 <= int(version) <= file.version:
        return v1_bad(f"Invalid version {version}")
    if call.site.switches.media_hops == 0:
        return served(call.request, file)
    return _moved(call.hosting.media_origin + signed(call.site, file, "binary"))


def thumbnail(call: Call) -> Response:
    """GET attachments/{id}/thumbnail/download: a redirect, for pictures."""
    file = _file(call, "attachment_id")
    if file is None or not file.media_type.startswith("image/"):
        return v2_missing(f"Cannot find an attachment with id [{call.path('attachment_id')}]")
    return _moved(call.hosting.media_origin + signed(call.site, file, "image"))


def _moved(location: str) -> Response:
    return Response(b"", 302, traced({"location": location}))


def media_app(site: Site) -> Starlette:
    """The media host. It knows no accounts: an address that is signed and fresh is served, a credential is an error.

    With two hops (`Switches.media_hops`) the first address leads on to a second one of the same host, by a
    Location without a host.
    """

    async def file(request: Request) -> Response:
        if "authorization" in request.headers or "cookie" in request.headers:
            return give(
                {"error": {"code": "BadRequest", "title": "Too many credentials"}}, site.switches.media_refuses_with
            )
        found = next((a for a in site.attachments.values() if a.file_id == request.path_params["file_id"]), None)
        if found is None or found.status != "current":
            return give({"error": {"code": "ResourceNotFound"}}, 404)
        if not _is_signed(site, found, request.query_params.get("token", "")):
            return give({"error": {"code": "JwtAuthoriser:InvalidToken"}}, 403)
        if site.switches.media_hops > 1 and request.path_params["action"] != "cdn":
            return _moved(signed(site, found, "cdn"))
        return served(request, found)

    return Starlette(routes=[Route("/file/{file_id}/{action:str}", file, methods=["GET"])])


def _is_signed(site: Site, file: Attachment, token: str) -> bool:
    expires, _, signature = token.partition(".")
    if not (expires.isascii() and expires.isdigit()):
        return False
    return signature == site.sign(file.file_id, int(expires)) and site.now() < int(expires)


def span(header: str, size: int) -> range | None:
    """The places of the bytes that a Range header asks for: None for the whole file, empty if it has none of them."""
    match = _RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    start, stop = int(first), int(last) + 1 if last else size
    if last and stop <= start:
        return None
    return range(start, max(start, min(stop, size)))


def served(request: Request, file: Attachment) -> Response:
    """The bytes, whole or the one range asked for. HEAD answers give the length without them."""
    content = file.content
    etag = f'"{file.file_id}-{file.version}"'
    headers = {
        "content-type": file.media_type,
        "accept-ranges": "bytes",
        "etag": etag,
        "cache-control": "private, max-age=3600",
        "content-disposition": f"attachment; filename*=UTF-8''{quote(file.title, safe='')}",
    }
    part = span(request.headers.get("range", ""), content.size)
    if request.headers.get("if-range", etag) != etag:
        part = None
    if part is not None and not part:
        return Response(b"", 416, traced({**headers, "content-range": f"bytes */{content.size}"}))
    status = 200
    if part is not None:
        status = 206
        headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{content.size}"
    part = part if part is not None else range(content.size)
    headers["content-length"] = str(len(part))
    pieces = _pieces(content, range(0) if request.method == "HEAD" else part)
    return StreamingResponse(pieces, status, traced(headers))


async def _pieces(content: Content, part: range) -> AsyncIterator[bytes]:
    for piece in content.chunks(part.start, part.stop):
        yield piece
