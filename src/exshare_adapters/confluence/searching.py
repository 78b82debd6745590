"""Looks for words in a part of a site by CQL, on Cloud and Data Center alike (api.md 2.7, 6.1).

What is asked for is wider than what is shown: each word as it was typed, without its accents, and as the beginning of
a longer one. A page is thus among the hits whenever the words stand where visitors may see them, and what stands where
they may not changes nothing of what they are shown. For the same reason hits come by date, never by relevance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from attrs import frozen

from exshare_adapters.confluence.client import Api
from exshare_adapters.confluence.failures import Malformed
from exshare_adapters.confluence.shapes import Json, identifier, optional_part, optional_text
from exshare_adapters.confluence.together import together, within
from exshare_adapters.http import Params
from exshare_core.finding import folded, words_in
from exshare_core.links import LabelFilter, LabelMode
from exshare_core.ports import Place
from exshare_core.values import PageId, page_id

MOST_NAMED = 20
"""The most labels, or pages that are left out, that a question names; of more than these nothing is asked."""
_KINDS = frozenset({"page", "blogpost"})


@frozen
class ConfluenceSearch:
    """The Search of one site."""

    api: Api

    async def candidates(self, words: Sequence[str], place: Place, most: int) -> tuple[PageId, ...]:
        """Pages by their titles first, then by their texts; in each part what was changed last comes first."""
        asked = [part for word in words for part in words_in(word)]
        if not asked or most < 1:
            return ()
        async with within(), together() as requests:
            titled = requests.start(partial(self._hits, query("title", asked, place), most))
            others = requests.start(partial(self._hits, query("text", asked, place), most))
        found = dict.fromkeys(page for hit in (*titled.value, *others.value) if (page := _page(hit)) is not None)
        return tuple(found)[:most]

    async def _hits(self, cql: str, most: int) -> Sequence[Json]:
        params: Params = {"cql": cql, "limit": min(most, 100), "excerpt": "none"}
        return await self.api.every("/rest/api/search", params, most=most)


def query(field: str, words: Sequence[str], place: Place) -> str:
    """The CQL for pages of `place` whose `field` may hold all `words`, each of letters and digits only."""
    return " and ".join([*_where(place), *(_one_word(field, word) for word in words)]) + " order by lastmodified desc"


def _where(place: Place) -> Iterator[str]:
    root = page_id(place.root)
    yield "type in (page, blogpost)"
    yield f"(id = {root} or ancestor = {root})" if place.space is None else f"space = {quoted(place.space)}"
    if place.label:
        yield f"label = {quoted(place.label)}"
    if place.labels is not None and (labelled := _labelled(place.labels)):
        yield f"(id = {root} or ({labelled}))"
    if 0 < len(place.without) <= MOST_NAMED:
        ids = ", ".join(page_id(page) for page in sorted(place.without))
        yield f"id not in ({ids}) and ancestor not in ({ids})"


def _labelled(labels: LabelFilter) -> str:
    """The filter where it asks for labels; of pages that have none no question is certain."""
    names = [quoted(name) for name in sorted(labels.labels)]
    if not 0 < len(names) <= MOST_NAMED or labels.mode not in (LabelMode.ANY, LabelMode.ALL):
        return ""
    return (
        f"label in ({', '.join(names)})"
        if labels.mode is LabelMode.ANY
        else " and ".join(f"label = {name}" for name in names)
    )


def _one_word(field: str, word: str) -> str:
    """A word in lower case, since some in capitals are operators: itself or longer, with its accents or without."""
    spellings = dict.fromkeys((word.lower(), folded(word)))
    asked = [quoted(form) for one in spellings for form in (one, f"{one}*")]
    return f"({' or '.join(f'{field} ~ {form}' for form in asked)})"


def quoted(value: str) -> str:
    """A text of CQL that says nothing but `value`."""
    plain = "".join(char if char.isprintable() else " " for char in value)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _page(hit: Json) -> PageId | None:
    """The page that a hit is; None for one of another kind, and for one that cannot be read: it spoils no other."""
    try:
        content = optional_part(hit, "content")
        if optional_text(content, "type") not in _KINDS or content.get("status", "current") != "current":
            return None
        return identifier(content)
    except Malformed:
        return None
