"""The picture of a QR code: every module where it belongs, a white ground, a margin, and nothing that a page may not have."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import segno

from exshare_web.qr import picture

URI = "otpauth://totp/exshare:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=exshare"
MARGIN = 4
"""Modules of white around the code that cameras need (ISO/IEC 18004)."""


def _drawn(path: str) -> set[tuple[int, int]]:
    """The dark modules that strokes of one module's width draw, by column and row: ``M4 4.5h7m3 0h1`` and so on."""
    x, y, dark = 0.0, 0.0, set()
    for command, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", path):
        if command == "h":
            dark |= {(int(x) + step, int(y)) for step in range(int(first))}
            x += float(first)
        else:
            x, y = (float(first), float(second)) if command == "M" else (x + float(first), y + float(second))
    return dark


def test_every_module_is_where_it_belongs() -> None:
    """The picture is the code of the text, with its margin of four modules on a ground that covers all of it."""
    svg = ET.fromstring(picture(URI))  # noqa: S314 - ours
    ground, code = svg.findall("path")
    modules = [list(row) for row in segno.make(URI, error="m", micro=False).matrix]
    size = len(modules) + 2 * MARGIN
    dark = {(x + MARGIN, y + MARGIN) for y, row in enumerate(modules) for x, module in enumerate(row) if module}

    assert f"0 0 {size} {size}" == svg.attrib["viewBox"]
    assert ("#fff", f"M0 0h{size}v{size}h-{size}z") == (ground.attrib["fill"], ground.attrib["d"])
    assert ("#000", dark) == (code.attrib["stroke"], _drawn(code.attrib["d"]))


def test_a_text_cannot_leave_the_picture() -> None:
    """Whatever the text says, the picture holds drawing and nothing else: no script, no style, no address."""
    svg = ET.fromstring(picture('"><script>alert(1)</script><a href="//evil.example">'))  # noqa: S314 - ours
    names = {name for element in svg.iter() for name in element.attrib}

    assert {"svg", "path"} == {element.tag for element in svg.iter()}
    assert {"viewBox", "d", "fill", "stroke"} >= names - {"transform"}
