"""The tone of a page's status: the nearest of the few that we have a look for, whatever colour Confluence says."""

from __future__ import annotations

import colorsys
import re

from exshare_core.content import Tone

_COLOUR = re.compile(r"#([0-9a-fA-F]{6})\Z")
_GREY = 0.25
"""Below this saturation a colour counts as none."""
_HUES: tuple[tuple[float, Tone], ...] = (
    (0.04, Tone.RED),
    (0.2, Tone.YELLOW),
    (0.48, Tone.GREEN),
    (0.69, Tone.BLUE),
    (0.86, Tone.PURPLE),
    (1.0, Tone.RED),
)
"""Up to which hue on the colour wheel each tone goes."""


def tone_of(colour: str) -> Tone:
    """The tone of a colour as Confluence writes it, such as ``#2684ff`` or a name like ``green``."""
    named = next((tone for tone in Tone if tone.value == colour.strip().lower()), None)
    found = _COLOUR.match(colour.strip())
    if named is not None or found is None:
        return named or Tone.NEUTRAL
    red, green, blue = (int(found[1][place : place + 2], 16) / 255 for place in (0, 2, 4))
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < _GREY:
        return Tone.NEUTRAL
    return next(tone for most, tone in _HUES if hue <= most)
