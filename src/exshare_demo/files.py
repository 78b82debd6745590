"""Small valid files made of nothing: pictures, a document, a drawing, text, and big ones made while they are read."""

from __future__ import annotations

import struct
import zlib
from functools import cache

from exshare_demo.model import Content


def fixed(data: bytes) -> Content:
    """A file that is held whole."""
    return Content(len(data), lambda start, stop: data[start:stop])


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@cache
def picture(width: int, height: int, sky: tuple[int, int, int], lamp: tuple[int, int, int]) -> Content:
    """A PNG: a sky that darkens downwards, a tower, and a beam of light."""
    rows = bytearray()
    middle, reach = width // 2, height // 3
    for y in range(height):
        rows.append(0)
        shade = 1 - 0.6 * y / height
        base = bytes(int(c * shade) for c in sky)
        line = bytearray(base * width)
        half = max(2, width // 30) + y * width // (height * 12)
        if y > reach:
            line[(middle - half) * 3 : (middle + half) * 3] = bytes((236, 232, 222)) * (half * 2)
        elif abs(y - reach) < height // 8:
            beam = (reach - abs(y - reach)) * width // (height * 2) + 4
            line[max(0, middle - beam) * 3 : (middle + beam) * 3] = bytes(lamp) * (
                min(width, middle + beam) - max(0, middle - beam)
            )
        rows += line[: width * 3]
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(rows), 9)
    return fixed(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b""))


def document(title: str) -> Content:
    """A PDF of one page that shows its title."""
    text = title.replace("\\", "").replace("(", "").replace(")", "")
    stream = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, item in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return fixed(bytes(out))


def drawing() -> Content:
    """An SVG that also carries a script and a foreign reference, which a proxy must not let run."""
    return fixed(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="120" height="120" viewBox="0 0 120 120">'
        b'<script>parent.document.title="canary"</script>'
        b'<circle cx="60" cy="50" r="34" fill="#ffd166"/>'
        b'<path d="M40 118 L52 50 L68 50 L80 118 Z" fill="#264653"/></svg>'
    )


@cache
def _block(seed: int) -> bytes:
    return bytes((i * 31 + seed * 17 + (i >> 8)) & 0xFF for i in range(65536))


def generated(size: int, seed: int = 7) -> Content:
    """A file of any size whose bytes are made while they are read: byte i is a fixed function of i."""
    block = _block(seed)

    def read(start: int, stop: int) -> bytes:
        first = start % 65536
        need = first + stop - start
        return (block * (need // 65536 + 1))[first:need]

    return Content(size, read)
