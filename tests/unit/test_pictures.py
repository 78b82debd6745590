"""Pictures of a site's look (spec V9): what is taken is a still picture and nothing else, whatever else the file was."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exshare_core.errors import InvalidValue
from exshare_core.pictures import LARGEST_SIDE, Still, still
from exshare_core.testing.printing import png

SIGN = b"\x89PNG\r\n\x1a\n"
WORDS = b"<script>alert(1)</script>canary"


def chunk(name: bytes, body: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def drawn(head: tuple[int, ...], rows: bytes, *between: bytes) -> bytes:
    """A PNG with this header and these rows."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *head))
    return SIGN + header + b"".join(between) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def segment(marker: int, body: bytes) -> bytes:
    """A part of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(
    *between: bytes, sides: tuple[int, int] = (5, 7), frame: int = 0xC0, scan: bytes = b"\x12\xff\x00\xff\xd3\x34"
) -> bytes:
    """What a JPEG is made of, with these segments in it."""
    width, height = sides
    parts = (
        b"\xff\xd8",
        segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        *between,
        segment(0xDB, bytes(65)),
        segment(frame, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"),
        segment(0xC4, bytes(17)),
        segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + scan,
    )
    return b"".join(parts) + b"\xff\xd9"


def riff(*parts: tuple[bytes, bytes]) -> bytes:
    """A WebP of these parts."""
    whole = b"WEBP" + b"".join(
        name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2) for name, body in parts
    )
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def lossy(width: int, height: int) -> tuple[bytes, bytes]:
    """The picture in a WebP as photographs have it."""
    return b"VP8 ", b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + b"data"


def lossless(width: int, height: int) -> tuple[bytes, bytes]:
    """The same as drawings have it."""
    return b"VP8L", b"\x2f" + struct.pack("<I", width - 1 | height - 1 << 14) + b"dat"


def canvas(width: int, height: int, flags: int) -> tuple[bytes, bytes]:
    """The head of a WebP of several parts."""
    return b"VP8X", bytes((flags, 0, 0, 0)) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")


ADAM7 = drawn(
    (5, 5, 8, 0, 0, 0, 1), bytes((1 + 1) + (1 + 1) + (1 + 2) + 2 * (1 + 1) + (1 + 3) + 3 * (1 + 2) + 2 * (1 + 5))
)
"""A grey PNG of 5 by 5 in seven passes: columns and rows of each as they fall."""

KEPT = [
    ("image/png", png(2, 2)),
    ("image/png", png(LARGEST_SIDE, 1)),
    ("image/png", drawn((9, 2, 1, 3, 0, 0, 0), bytes(2 * 3), chunk(b"PLTE", bytes(6)), chunk(b"tRNS", b"\0"))),
    (
        "image/png",
        drawn((2, 1, 16, 6, 0, 0, 0), bytes(17), chunk(b"sRGB", b"\0"), chunk(b"iCCP", b"x\0\0" + zlib.compress(b""))),
    ),
    ("image/jpeg", jpeg()),
    ("image/jpeg", jpeg(segment(0xE2, b"ICC_PROFILE\0\x01\x01"), segment(0xEE, b"Adobe\0"), frame=0xC2)),
    ("image/webp", riff(lossy(9, 3))),
    ("image/webp", riff(lossless(9, 3))),
    ("image/webp", riff(canvas(9, 3, 0x30), (b"ICCP", b"icc"), (b"ALPH", b"a"), lossy(9, 3))),
]
"""Files that hold a still picture and its colours."""


@pytest.mark.parametrize(("media_type", "data"), KEPT)
def test_a_picture_is_kept_byte_for_byte(media_type: str, data: bytes) -> None:
    """V9: where nothing but the picture is in it."""
    assert Still(media_type, data) == still(data, "logo")


MORE = [
    (png(2, 2) + WORDS, png(2, 2)),
    (png(2, 2) + b"PK\x03\x04" + bytes(90), png(2, 2)),
    (
        drawn((1, 1, 8, 0, 0, 0, 0), b"\0\0", chunk(b"tEXt", b"Comment\0" + WORDS)),
        drawn((1, 1, 8, 0, 0, 0, 0), b"\0\0"),
    ),
    (drawn((1, 1, 8, 0, 0, 0, 0), b"\0\0", chunk(b"eXIf", WORDS)), drawn((1, 1, 8, 0, 0, 0, 0), b"\0\0")),
    (jpeg() + WORDS, jpeg()),
    (jpeg(segment(0xE1, b"Exif\0\0" + WORDS), segment(0xFE, WORDS), segment(0xE2, b"MPF\0" + WORDS)), jpeg()),
    (jpeg(b"\xff\xff\xff" + segment(0xFE, WORDS)[1:]), jpeg()),
    (riff(lossy(9, 3)) + WORDS, riff(lossy(9, 3))),
    (riff(lossy(9, 3), (b"<js>", WORDS)), riff(lossy(9, 3))),
    (riff(canvas(9, 3, 0x0C), lossy(9, 3), (b"EXIF", WORDS), (b"XMP ", WORDS)), riff(canvas(9, 3, 0), lossy(9, 3))),
]


@pytest.mark.parametrize(("data", "kept"), MORE)
def test_what_nobody_sees_is_left_out(data: bytes, kept: bytes) -> None:
    """V9: words, places where a photograph was taken, and whatever file stands behind the picture."""
    assert kept == still(data, "logo").data
    assert kept == still(kept, "logo").data


NONE, BROKEN = "not a picture in PNG, JPEG or WebP", "the picture is not whole, or not made as its kind is"
MOVES, LARGE = "a picture that moves", "at most 2048 pixels wide and high"

REFUSED = [
    (b"", NONE),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", NONE),
    (b"<?xml version='1.0'?><svg/>", NONE),
    (b"<!doctype html><script>alert(1)</script>", NONE),
    (b"GIF89a/*\x01\x00*/=1;alert(1)", NONE),
    (b"BM" + bytes(60), NONE),
    (b"\0\0\x01\0" + bytes(60), NONE),
    (b"\0\0\0\x1cftypavif" + bytes(60), NONE),
    (b"%PDF-1.7", NONE),
    (b"RIFF\x04\0\0\0WAVE", NONE),
    (b" " + png(), NONE),
    (b"\xef\xbb\xbf" + png(), NONE),
    (SIGN, BROKEN),
    (SIGN + WORDS, BROKEN),
    (png()[:-1], BROKEN),
    (png()[:40], BROKEN),
    (png().replace(b"IDAT", b"IDAX"), BROKEN),
    (SIGN + chunk(b"IEND", b""), BROKEN),
    (drawn((1, 1, 8, 0, 0, 0, 0), b"\0\0", chunk(b"XXXX", b"")), BROKEN),
    (drawn((1, 1, 8, 0, 0, 0, 0), b"\0"), BROKEN),
    (drawn((1, 1, 8, 0, 0, 0, 0), b"\0\0\0"), BROKEN),
    (drawn((1, 1, 8, 3, 0, 0, 0), b"\0\0"), BROKEN),
    (drawn((1, 1, 3, 0, 0, 0, 0), b"\0\0"), BROKEN),
    (drawn((1, 1, 8, 5, 0, 0, 0), b"\0\0"), BROKEN),
    (drawn((1, 1, 8, 0, 0, 0, 2), b"\0\0"), BROKEN),
    (SIGN + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(b"IDAT", b"no zlib") + chunk(b"IEND", b""), BROKEN),
    (drawn((1, 1, 8, 0, 0, 0, 0), bytes(5_000_000)), BROKEN),
    (drawn((2, 2, 8, 0, 0, 0, 0), bytes(6), chunk(b"acTL", bytes(8))), MOVES),
    (drawn((0, 1, 8, 0, 0, 0, 0), b""), LARGE),
    (drawn((2049, 1, 8, 0, 0, 0, 0), b""), LARGE),
    (drawn((2**31 - 1, 2**31 - 1, 16, 6, 0, 0, 1), b""), LARGE),
    (b"\xff\xd8\xff", BROKEN),
    (b"\xff\xd8\xff\xd9", BROKEN),
    (jpeg()[:-2], BROKEN),
    (jpeg()[:30], BROKEN),
    (jpeg(frame=0xC3), BROKEN),
    (jpeg(segment(0xC0, bytes(9))), BROKEN),
    (jpeg(b"\xff\xe1\x00\x00"), BROKEN),
    (jpeg(WORDS), BROKEN),
    (jpeg(sides=(65535, 65535)), LARGE),
    (jpeg(sides=(0, 1)), LARGE),
    (riff(), BROKEN),
    (riff(lossy(9, 3))[:-3], BROKEN),
    (riff(lossy(9, 3), lossy(9, 3)), BROKEN),
    (riff((b"VP8 ", b"\x10\0\0\x9d\x01\x2a")), BROKEN),
    (riff((b"VP8L", b"\0" * 9)), BROKEN),
    (riff(canvas(9, 3, 0)), BROKEN),
    (riff(canvas(9, 3, 2), (b"ANIM", bytes(6)), (b"ANMF", bytes(16))), MOVES),
    (riff(lossy(16383, 3)), LARGE),
    (riff(lossless(3, 16384)), LARGE),
    (riff(canvas(9, 3, 0), lossy(9, 9999)), LARGE),
    (riff(canvas(1 << 24, 1 << 24, 0), lossy(9, 3)), LARGE),
]  # fmt: skip


@pytest.mark.parametrize(("data", "rule"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_whole_still_picture_is_refused(data: bytes, rule: str) -> None:
    """V9: nothing that browsers may run, nothing that ends in the middle, moves, or fills the memory of who looks at it."""
    with pytest.raises(InvalidValue) as raised:
        still(data, "icon")

    assert ("icon", rule) == (raised.value.field, raised.value.rule)


def test_a_picture_in_passes_is_known_to_be_whole() -> None:
    """V9: seven passes of which each has rows of its own."""
    assert ADAM7 == still(ADAM7, "logo").data


@settings(max_examples=30)
@given(st.sampled_from([data for _, data in KEPT]), st.data())
def test_whatever_is_done_to_a_file_it_is_refused_or_comes_out_sober(data: bytes, draw: st.DataObject) -> None:
    """V9: no other failure, and what comes out of it is the same the second time."""
    at = draw.draw(st.integers(0, len(data)))
    bent = data[:at] + draw.draw(st.binary(max_size=6)) + data[at + draw.draw(st.integers(0, 6)) :]
    try:
        kept = still(bent, "logo")
    except InvalidValue:
        return

    assert kept == still(kept.data, "logo")
