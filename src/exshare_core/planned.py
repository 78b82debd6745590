"""Settings of a link that are not saved, in words: what differs from the link as it is, for a preview of them (spec M2).

Neither a password nor its hash is ever in the words, nor a text to accept: that visitors are asked for them is all that
a preview has to know.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from attrs import asdict, evolve

from exshare_core.capabilities import Capabilities
from exshare_core.errors import InvalidValue
from exshare_core.links import LabelFilter, Scope, ShareLink, Wish
from exshare_core.values import LinkId, Networks, PageId, People

MOST = 1200
"""Bytes of such words at most: a browser has to carry them, sealed, in an address and in a cookie."""

_ASKED = "…"
"""Stands in a planned link for a text to accept."""

Both = tuple[Callable[[Any], object], Callable[[Any], Any]]
"""How a value that is not None is written and read."""

_AS_IT_IS: Both = (lambda value: value, lambda value: value)
_MOMENT: Both = (datetime.isoformat, datetime.fromisoformat)

_WISH: Mapping[str, Both] = {
    "capabilities": (lambda value: list(value.words()), Capabilities.parse),
    "people": (lambda value: list(value.entries()), People.parse),
    "networks": (lambda value: list(value.entries()), Networks.parse),
    "starts_at": _MOMENT,
    "expires_at": _MOMENT,
    "max_opens": _AS_IT_IS,
    "password_hash": (lambda _: True, lambda _: ""),
    "sign_in": _AS_IT_IS,
    "sso": _AS_IT_IS,
    "terms": (bool, lambda asked: _ASKED if asked else ""),
    "frame_origins": (sorted, frozenset),
    "indexing": _AS_IT_IS,
    "leads_to": (sorted, lambda value: frozenset(map(LinkId, value))),
}
_SCOPE: Mapping[str, Both] = {
    "children": _AS_IT_IS,
    "labels": (lambda value: value.words, LabelFilter.parse),
    "carve_outs": (sorted, lambda value: frozenset(map(PageId, value))),
    "restricted_pages": _AS_IT_IS,
    "whole_space": _AS_IT_IS,
    "present": (sorted, lambda value: frozenset(map(PageId, value))),
}


def written(old: ShareLink, new: ShareLink) -> str:
    """What `new` asks for that `old` does not; empty where that is nothing. Raises InvalidValue where it is more than a
    browser can carry.
    """
    wish, scope = _differing(old.wish, new.wish, _WISH), _differing(old.scope, new.scope, _SCOPE)
    if not wish and not scope:
        return ""
    words = json.dumps([wish, scope], ensure_ascii=False, separators=(",", ":"))
    if len(words.encode()) > MOST:
        raise InvalidValue("", "these settings are too long to be previewed before they are saved")
    return words


def applied(old: ShareLink, words: str, at: datetime) -> ShareLink:
    """`old` as it would be, had what `written` gave for it been saved at `at`."""
    wish, scope = json.loads(words)
    return old.edited(
        at,
        wish=evolve(old.wish, **_read(wish, _WISH)),
        scope=evolve(old.scope, **_read(scope, _SCOPE)),
        name=old.name,
        description=old.description,
    )


def _differing(old: Wish | Scope, new: Wish | Scope, fields: Mapping[str, Both]) -> dict[str, object]:
    before, after = asdict(old, recurse=False), asdict(new, recurse=False)
    changed = {name: after[name] for name in fields if before[name] != after[name]}
    return {name: None if value is None else fields[name][0](value) for name, value in changed.items()}


def _read(words: Mapping[str, Any], fields: Mapping[str, Both]) -> dict[str, Any]:
    return {name: None if value is None else fields[name][1](value) for name, value in words.items()}
