"""The use case of a visitor who looks for words inside a share (spec V6).

Confluence says where to look, and nothing more: each page is read, judged by `content.reach`, cut and rendered as for
this visitor, and counts only if the words stand in what is left (spec L8). What was looked for is written down nowhere.

INVARIANT: as far as pages are judged at all, neither what is shown nor the way on depends on whether a page that is not
shown has the words. There is a way on after every full part, and it can be taken with what a part gave only: nobody can
have a page passed over of their own choice, and see by what comes then whether it was among those to look at.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TypeVar

from attrs import field, frozen

from exshare_core.content import NodeKind, PageFacts, Reading, redact
from exshare_core.decisions import Answer
from exshare_core.errors import AdapterFailed, Broken, InvalidValue
from exshare_core.events import Kind
from exshare_core.finding import Found, Words, find
from exshare_core.ports import Place, View
from exshare_core.values import PageId, label_names
from exshare_core.visiting.browsing import Browsing
from exshare_core.visiting.entrance import Admission, event_of

T = TypeVar("T")

MOST_HITS = 10
"""Pages that are shown at once."""
MOST_CANDIDATES = 100
"""Pages among which one search looks, however often it is gone on with."""
MOST_JUDGED = 30
"""Of these, how many are judged in one request, and read if they are in reach."""
AT_ONCE = 5
"""How many bodies are held at once."""


@frozen(slots=True)
class Hit:
    """A page of the share that shows the words."""

    page: PageId
    kind: NodeKind
    found: Found


@frozen(slots=True)
class Hits:
    """What a search gave: no total, since that would count pages and parts that are not shown."""

    hits: tuple[Hit, ...]
    further: str = field(default="", repr=False)
    """What to go on with, where there may be more: which pages were shown, so that none of them comes again."""


@frozen(slots=True)
class _Look:
    """What is looked for, where, and in which language what we add is said."""

    words: Words
    place: Place
    language: str


@frozen
class Searching(Browsing):
    """A visitor's search inside an open link."""

    async def may_search(self, admission: Admission) -> Answer:
        """ALLOW where this link can be searched now; else what a stranger is told. Raises AdapterFailed."""
        if not searchable(admission):
            return Answer.ABSENT
        root = await self._root(admission)
        return root if isinstance(root, Answer) else Answer.ALLOW

    async def search(
        self, admission: Admission, text: str, *, label: str = "", further: str = "", language: str = "en"
    ) -> Hits | Answer:
        """Pages of the share that show all words of `text`, those that have them in their titles first, in each part
        the last changed first; with what a part gave as `further`, those that were not shown yet.

        A label counts only at a link that shows labels. Raises InvalidValue for words or a label that cannot be, and
        AdapterFailed when Confluence fails; an open that brought nothing is returned then (spec L14).
        """
        if not searchable(admission):
            return Answer.ABSENT
        try:
            if isinstance(root := await self._root(admission), Answer):
                await self._not_given(admission, root, is_root=True)
                return root
            look = _Look(Words.parse(text), _place(admission, label), language)
            found = await self._found(admission, look, await self._shown_before(admission, look, further))
        except AdapterFailed:
            await self._returned(admission)
            raise
        if found.hits:
            await self._seen(admission)
            await self._note_hits(admission, found.hits)
        return found

    async def _found(self, admission: Admission, look: _Look, before: tuple[PageId, ...]) -> Hits:
        search = self._content(admission).search
        candidates = await search.candidates(look.words.words, look.place, MOST_CANDIDATES)
        left = [page for page in candidates if page not in set(before)][:MOST_JUDGED]
        hits: list[Hit] = []
        for start in range(0, len(left), AT_ONCE):
            async for hit in self._hits(admission, look, left[start : start + AT_ONCE]):
                hits.append(hit)
                if len(hits) == MOST_HITS:
                    shown = (*before, *(one.page for one in hits))
                    return Hits(tuple(hits), await self._further(admission, look, shown))
        return Hits(tuple(hits))

    async def _hits(self, admission: Admission, look: _Look, candidates: Sequence[PageId]) -> AsyncIterator[Hit]:
        """Those of some candidates that are in reach and show the words, in their order."""
        content, link = self._content(admission), admission.link
        reached = await _spared(partial(self._reached, admission), candidates)
        wanted = [page for page in candidates if page in reached]
        readings = await _spared(partial(content.pages.readings, identity=link.acts_as), wanted)
        for page in wanted:
            reading = readings.get(page)
            if not isinstance(reading, Reading) or not self._counts(admission, reading.facts, look.place):
                continue
            found = await self._shown(admission, look, reading)
            if found is not None:
                yield Hit(page, reading.facts.kind, found)

    async def _further(self, admission: Admission, look: _Look, shown: Sequence[PageId]) -> str:
        """Pages that were shown, as only we can have said so: of this link, and for these words."""
        if len(shown) >= MOST_CANDIDATES:
            return ""
        pages = ".".join(shown)
        said = "\n".join([admission.link.id, pages, look.place.label, *look.words.words])
        return f"{pages}.{(await self.vault.keyed_digest(said.encode(), 'search', admission.link.site)).hex()}"

    async def _shown_before(self, admission: Admission, look: _Look, further: str) -> tuple[PageId, ...]:
        """The pages that earlier parts showed; none where that was not said by us of this very search."""
        pages = tuple(PageId(page) for page in further.split(".")[:-1])
        if not pages or not hmac.compare_digest(
            further.encode(), (await self._further(admission, look, pages)).encode()
        ):
            return ()
        return pages

    def _counts(self, admission: Admission, facts: PageFacts, place: Place) -> bool:
        labelled = not place.label or place.label in facts.labels
        return labelled and self._reach(admission, facts).allowed

    async def _shown(self, admission: Admission, look: _Look, reading: Reading) -> Found | None:
        """How a page shows the words to this visitor. Lists and links to other pages are no words of the page.

        A body that cannot be rendered shows nothing.
        """
        content, policy = self._content(admission), admission.prepared.policy
        draft, includes = reading.draft, policy.rung("includes") > 0
        sources = {macro.source for macro in draft.macros if macro.source is not None and not macro.excluded}
        view = View(
            files="",
            names=policy.rung("names") > 0,
            attachments=policy.rung("attachments") > 0,
            language=look.language,
        )
        try:
            without = redact(draft, dict.fromkeys(await self._reached(admission, sources, elsewhere=includes), True))
            rendered = await content.renderer.render(draft, without, {}, view)
        except Broken:
            return None
        return find(look.words, draft.title, rendered.html)

    async def _note_hits(self, admission: Admission, hits: Sequence[Hit]) -> None:
        """Write down which pages something was shown of, and nothing of what was looked for."""
        found, caller, at = admission.found, admission.caller, admission.at
        await self._note_all([event_of(Kind.VIEWED, found, caller, at, page=hit.page) for hit in hits], caller)


async def _spared(
    ask: Callable[[Collection[PageId]], Awaitable[Mapping[PageId, T]]], pages: Sequence[PageId]
) -> Mapping[PageId, T]:
    """What is answered of pages; where that makes no sense each is asked for by itself, and spoils no other."""
    try:
        return await ask(pages)
    except Broken:
        if len(pages) < 2:
            return {}
    each = [await _spared(ask, [page]) for page in pages]
    return {page: one for known in each for page, one in known.items()}


def searchable(admission: Admission) -> bool:
    """Whether a link has the capability, and anything to search beside the page that it opens with."""
    return admission.prepared.policy.rung("search") > 0 and admission.link.scope.children


def labelled(admission: Admission) -> bool:
    """Whether a search may ask for a label."""
    return admission.prepared.policy.rung("labels") > 0


def _place(admission: Admission, label: str) -> Place:
    scope = admission.link.scope
    wanted = label.strip() if labelled(admission) else ""
    return Place(
        root=scope.root,
        space=scope.space if scope.whole_space else None,
        labels=scope.labels,
        label=_label(wanted) if wanted else "",
        without=scope.carve_outs,
    )


def _label(text: str) -> str:
    try:
        (label,) = label_names([text])
    except (InvalidValue, ValueError):
        raise InvalidValue("label", "must be one label, without spaces") from None
    return label
