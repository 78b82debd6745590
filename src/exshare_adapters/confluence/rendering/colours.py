"""Colours that authors chose: read, written one way, and judged for the words that they can carry (spec V2, V8)."""

from __future__ import annotations

import re

_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\Z")
_RGB = re.compile(r"rgba?\(\s*([0-9.]+%?)[\s,]+([0-9.]+%?)[\s,]+([0-9.]+%?)(?:\s*[,/]\s*([0-9.]+%?))?\s*\)\Z")
_NAMES = {
    "aqua": "#00ffff", "beige": "#f5f5dc", "black": "#000000", "blue": "#0000ff", "brown": "#a52a2a",
    "coral": "#ff7f50", "crimson": "#dc143c", "cyan": "#00ffff", "darkblue": "#00008b", "darkgreen": "#006400",
    "darkorange": "#ff8c00", "darkred": "#8b0000", "fuchsia": "#ff00ff", "gold": "#ffd700", "gray": "#808080",
    "green": "#008000", "grey": "#808080", "indigo": "#4b0082", "khaki": "#f0e68c", "lavender": "#e6e6fa",
    "lightblue": "#add8e6", "lightgray": "#d3d3d3", "lightgreen": "#90ee90", "lightgrey": "#d3d3d3",
    "lightpink": "#ffb6c1", "lightyellow": "#ffffe0", "lime": "#00ff00", "magenta": "#ff00ff",
    "maroon": "#800000", "navy": "#000080", "olive": "#808000", "orange": "#ffa500", "pink": "#ffc0cb",
    "purple": "#800080", "red": "#ff0000", "salmon": "#fa8072", "silver": "#c0c0c0", "skyblue": "#87ceeb",
    "tan": "#d2b48c", "teal": "#008080", "tomato": "#ff6347", "turquoise": "#40e0d0", "violet": "#ee82ee",
    "white": "#ffffff", "yellow": "#ffff00",
}  # fmt: skip
HIGHLIGHTS = {
    "grey": "#f4f5f7", "red": "#ffebe6", "green": "#e3fcef", "blue": "#deebff", "yellow": "#fffae6",
}  # fmt: skip
"""The colours of table cells that older editors name instead of writing them."""
_PALE = 0xE4
_COLOURLESS = 8
"""Of 255, by how much the channels of a grey differ at most: greys of Confluence lean towards blue."""
_DIM = 0.19
"""On surfaces of less relative luminance than this, white words have more contrast than black ones."""


def opaque(text: str) -> str | None:
    """A colour as ``#rrggbb``, what shines through taken as white; None when it is not one, or is hardly there."""
    value = text.strip().lower()
    value = _NAMES.get(value, value)
    if _HEX.match(value):
        digits = value[1:] if len(value) > 5 else "".join(digit * 2 for digit in value[1:])
        channels = [float(int(digits[at : at + 2], 16)) for at in range(0, len(digits), 2)]
        red, green, blue = channels[:3]
        alpha = channels[3] / 255 if len(channels) > 3 else 1.0
    elif (found := _RGB.match(value)) is not None:
        try:
            red, green, blue = (_channel(part, 255) for part in found.group(1, 2, 3))
            alpha = _channel(found[4], 1) if found[4] else 1.0
        except ValueError:
            return None
    else:
        return None
    if alpha < 0.05:
        return None
    return "#" + "".join(f"{round(one * alpha + 255 * (1 - alpha)):02x}" for one in (red, green, blue))


def surface(text: str) -> str | None:
    """A background as ``#rrggbb``; None for none, and for white, which is no colour but the paper."""
    colour = opaque(text)
    return None if colour == "#ffffff" else colour


def is_dim(colour: str) -> bool:
    """Whether words on a surface ``#rrggbb`` must be light: relative luminance as WCAG 2.2 defines it."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < _DIM


def is_pale_grey(colour: str) -> bool:
    """Whether a surface ``#rrggbb`` has next to no colour and is nearly white, as heads of tables are."""
    channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return min(channels) >= _PALE and max(channels) - min(channels) <= _COLOURLESS


def _channel(text: str, full: int) -> float:
    value = float(text[:-1]) * full / 100 if text.endswith("%") else float(text)
    return min(value, full)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
