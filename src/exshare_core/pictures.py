"""What a picture file is made of: its kind, its size, whether all of it is there, and its bytes without what nobody sees.

Files carry more than they show: where a photograph was taken, words, a second file behind the first. They can also be
made to fill a reader's memory, or to move without end. So a file is taken apart by the rules of its kind (PNG 1.2,
JPEG ITU-T T.81, WebP RFC 9649), and put together again from the parts that make up a still picture.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

from attrs import frozen

from exshare_core.errors import InvalidValue

LARGEST_SIDE = 2048
"""Pixels that a picture is wide and high at most: far more than any place it is shown in, far less than fills a memory."""


@frozen
class Still:
    """A still picture: its kind, and the bytes that make it up."""

    media_type: str
    data: bytes


def still(data: bytes, field: str) -> Still:
    """The picture in `data`, by what it begins with; raises InvalidValue for any other file, and for one that moves, is
    too large or is not whole.

    What browsers take for a document or a program, such as SVG, is no picture.
    """
    for media_type, begins, read in _KINDS:
        if begins(data):
            try:
                parts, sides = read(data)
            except _Moves:
                raise InvalidValue(field, "a picture that moves") from None
            except (_Broken, IndexError):
                raise InvalidValue(field, "the picture is not whole, or not made as its kind is") from None
            if not all(0 < side <= LARGEST_SIDE for side in sides):
                raise InvalidValue(field, f"at most {LARGEST_SIDE} pixels wide and high")
            return Still(media_type, parts)
    raise InvalidValue(field, "not a picture in PNG, JPEG or WebP")


class _Broken(Exception):
    """The file is not as its kind has it."""


class _Moves(Exception):
    """The file holds several pictures, one after another."""


def _require(holds: object) -> None:
    if not holds:
        raise _Broken


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


# --- PNG -------------------------------------------------------------------------------------------------------------

_PNG = b"\x89PNG\r\n\x1a\n"
_SHOWS = frozenset([b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP"])
"""Chunks of the picture and of its colours."""

_DEPTHS = {0: (1, {1, 2, 4, 8, 16}), 2: (3, {8, 16}), 3: (1, {1, 2, 4, 8}), 4: (2, {8, 16}), 6: (4, {8, 16})}
"""For each type of colour: numbers of a pixel, and the bits that each may have."""

_WHOLE = ((0, 0, 1, 1),)
_INTERLACED = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""The first pixel and the step of each pass, across and down."""


def _png(data: bytes) -> tuple[bytes, tuple[int, int]]:
    chunks = list(_chunks(data))
    name, header = chunks[0]
    _require(name == b"IHDR" and len(header) == 13 and chunks[-1] == (b"IEND", b""))
    _require(all(name in _SHOWS or name[0] & 0x20 for name, _ in chunks))  # what must be understood is
    if any(name == b"acTL" for name, _ in chunks):
        raise _Moves
    sides = _number(header[:4]), _number(header[4:8])
    if all(0 < side <= LARGEST_SIDE for side in sides):
        packed = b"".join(body for name, body in chunks if name == b"IDAT")
        _require(header[9] != 3 or any(name == b"PLTE" for name, _ in chunks))
        _require(_unpacked(packed, _rows(header, *sides)))
    shown = (_chunk(name, body) for name, body in chunks if name in _SHOWS)
    return _PNG + b"".join(shown), sides


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each chunk until the last; what comes behind it belongs to no picture."""
    at, name = len(_PNG), b""
    while name != b"IEND":
        size, name = _number(data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + size]
        at += 12 + size
        _require(at <= len(data) and _chunk(name, body) == data[at - 12 - size : at])
        yield name, body


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def _rows(header: bytes, width: int, height: int) -> int:
    """The bytes that all rows of a picture have, unpacked."""
    depth, kind, packing, filtering, interlacing = header[8:]
    numbers, depths = _DEPTHS.get(kind, (0, set[int]()))
    _require(depth in depths and (packing, filtering) == (0, 0) and interlacing in (0, 1))
    total = 0
    for left, top, across, down in _INTERLACED if interlacing else _WHOLE:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + -(-columns * numbers * depth // 8))
    return total


def _unpacked(packed: bytes, size: int) -> bool:
    """Whether so many bytes are in there and no more, without ever holding them all."""
    unpacking, found, some = zlib.decompressobj(), 0, True
    try:
        while some and found <= size:
            piece = unpacking.decompress(packed, 1 << 16)
            found, packed = found + len(piece), unpacking.unconsumed_tail
            some = bool(piece or packed) and not unpacking.eof
    except zlib.error:
        return False
    return unpacking.eof and found == size and not unpacking.unused_data


# --- JPEG ------------------------------------------------------------------------------------------------------------

_JPEG = b"\xff\xd8\xff"
_END, _SCAN = 0xD9, 0xDA
_FRAMES = frozenset([0xC0, 0xC1, 0xC2])
"""Begins a picture of the kinds that browsers show."""
_TABLES = frozenset([0xC4, 0xDB, 0xDD])
_WITHIN = frozenset([0x00, *range(0xD0, 0xD8)])
"""What may follow 0xFF within a scan."""


def _jpeg(data: bytes) -> tuple[bytes, tuple[int, int]]:
    shown, sides, at = [data[:2]], list[tuple[int, int]](), 2
    while True:
        _require(data[at] == 0xFF)
        while data[at + 1] == 0xFF:  # may fill the way to a marker
            at += 1
        marker = data[at + 1]
        if marker == _END:
            break
        end = at + 2 + _number(data[at + 2 : at + 4])
        part = data[at:end]
        _require(len(part) == end - at >= 4)
        if marker in _FRAMES:
            sides.append((_number(part[7:9]), _number(part[5:7])))
        elif marker == _SCAN:
            end = _end_of_scan(data, end)
            part = data[at:end]
        if marker in _FRAMES or marker in _TABLES or marker == _SCAN or _colours(marker, part):
            shown.append(part)
        else:
            _require(marker == 0xFE or 0xE0 <= marker <= 0xEF)
        at = end
    _require(len(sides) == 1 and len(shown) > 2)
    return b"".join(shown) + bytes((0xFF, _END)), sides[0]


def _end_of_scan(data: bytes, at: int) -> int:
    while True:
        at = data.find(b"\xff", at)
        _require(at >= 0)
        if data[at + 1] not in _WITHIN:
            return at
        at += 2


def _colours(marker: int, part: bytes) -> bool:
    """Whether an application's segment says how colours are meant."""
    begins = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}.get(marker)
    return begins is not None and part[4:].startswith(begins)


# --- WebP ------------------------------------------------------------------------------------------------------------

_STILL = frozenset([b"VP8X", b"ICCP", b"ALPH", b"VP8 ", b"VP8L"])
_UNSAID = 0xFF & ~0x0C
"""The flags of a picture without those for words and for where it was taken."""


def _webp(data: bytes) -> tuple[bytes, tuple[int, int]]:
    shown, sides = [], []
    at, end = 12, 8 + int.from_bytes(data[4:8], "little")
    _require(end <= len(data))
    while at < end:
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
        _require(at <= end)
        if name in (b"ANIM", b"ANMF"):
            raise _Moves
        if name in _STILL:
            sides += _webp_sides(name, body)
            body = bytes((body[0] & _UNSAID,)) + body[1:] if name == b"VP8X" else body
            shown.append(name + size.to_bytes(4, "little") + body + bytes(size % 2))
    _require(sum(part[:4] in (b"VP8 ", b"VP8L") for part in shown) == 1)
    whole = b"WEBP" + b"".join(shown)
    return b"RIFF" + len(whole).to_bytes(4, "little") + whole, (
        max(one[0] for one in sides),
        max(one[1] for one in sides),
    )


def _webp_sides(name: bytes, body: bytes) -> list[tuple[int, int]]:
    """How wide and high this part says that the picture is; each of several parts is believed."""
    if name == b"VP8X":
        _require(len(body) == 10)
        return [(1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little"))]
    if name == b"VP8 ":
        _require(len(body) > 10 and body[3:6] == b"\x9d\x01\x2a" and not body[0] & 1)
        return [(int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF)]
    if name == b"VP8L":
        _require(len(body) > 5 and body[0] == 0x2F)
        bits = int.from_bytes(body[1:5], "little")
        return [(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))]
    return []


_KINDS: tuple[tuple[str, Callable[[bytes], bool], Callable[[bytes], tuple[bytes, tuple[int, int]]]], ...] = (
    ("image/png", lambda data: data.startswith(_PNG), _png),
    ("image/jpeg", lambda data: data.startswith(_JPEG), _jpeg),
    ("image/webp", lambda data: data.startswith(b"RIFF") and data[8:12] == b"WEBP", _webp),
)
