"""Looking for words in a part of one site: which pages are worth reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from exshare_core.links import LabelFilter
from exshare_core.values import PageId, SpaceKey


@frozen(slots=True)
class Place:
    """Where to look: a page and everything below it, or a whole space."""

    root: PageId
    space: SpaceKey | None = None
    """The space to look in as a whole; None looks in and below the root only."""
    labels: LabelFilter | None = None
    """What all pages but the root must pass."""
    label: str = ""
    """A label that every page must have, in lower case; empty for none."""
    without: frozenset[PageId] = frozenset()
    """Pages that are left out with everything below them."""


class Search(Protocol):
    """Looks for words with the connector's eyes, parts that nobody else may see included.

    What it gives is therefore nothing to be told, but where to look: a page counts once it has been read and judged.
    """

    async def candidates(self, words: Sequence[str], place: Place, most: int) -> tuple[PageId, ...]:
        """Current pages and blog posts of the place whose title and text together may hold all of `words`, each at the
        beginning of a word; at most `most`, each once.

        Must take every word for nothing but letters and digits: no character of it may widen or break the search. Must
        put those whose titles hold all words first, and keep an order that the pages' words do not otherwise change.
        `place.labels` and `place.without` may be left unasked. Must raise Busy or Broken rather than find nothing.
        """
