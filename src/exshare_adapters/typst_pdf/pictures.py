"""Pictures as the engine takes them: each within a drawing of its own size, so that the source stays text.

The size is read from the first bytes. What is no picture of a kind that browsers show is none here.
"""

from __future__ import annotations

from base64 import b64decode

from attrs import field, frozen

_LARGEST, _MOST = 20_000, 50_000_000
"""Pixels of a side, and of the whole: few bytes can stand for many of them."""


@frozen
class Drawing:
    """A picture within a drawing."""

    svg: str = field(repr=False)
    width: int
    height: int
    """Pixels."""


def drawing(encoded: str) -> Drawing | None:
    """The picture whose bytes `encoded` holds in base64, or None where it is none that can be drawn."""
    data = b64decode(encoded) if encoded else b""
    found = _kind_and_size(data)
    if found is None:
        return None
    kind, width, height = found
    if not (0 < width <= _LARGEST and 0 < height <= _LARGEST and width * height <= _MOST):
        return None
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" xlink:href="data:image/{kind};base64,{encoded}"/></svg>'
    )
    return Drawing(svg, width, height)


def _kind_and_size(data: bytes) -> tuple[str, int, int] | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        return "png", int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if data.startswith((b"GIF87a", b"GIF89a")) and len(data) >= 10:
        return "gif", int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP" and len(data) >= 30:
        return _webp(data)
    return None


def _webp(data: bytes) -> tuple[str, int, int] | None:
    """Each of the three ways to write one says its size in a way of its own (RFC 9649)."""
    kind = data[12:16]
    if kind == b"VP8X":
        return "webp", int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return "webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (26, 28))
        return "webp", width, height
    return None


def _jpeg(data: bytes) -> tuple[str, int, int] | None:
    """The frame of a JPEG holds its size; segments before it are passed over."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker == 0xFF:
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return "jpeg", int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + length
    return None
