"""What members are called where something is told of them: by name, and by id only where nobody here has that id."""

from __future__ import annotations

import re
from collections.abc import Mapping

from exshare_core.values import MemberId

_ID = re.compile(r"(?<![0-9A-Za-z])[0-9a-z]{20,40}(?![0-9A-Za-z])")
"""What a `TokenGenerator` gives for an id."""


def called(names: Mapping[MemberId, str], member: MemberId) -> str:
    """The name, or the id with a word where nobody has it any more."""
    return names.get(member) or f"{member} (gone)"


def with_names(names: Mapping[MemberId, str], text: str) -> str:
    """The text of an event or of a change, with names for the ids of members in it; other ids stay as they are."""
    return _ID.sub(lambda found: names.get(MemberId(found[0]), found[0]), text)
