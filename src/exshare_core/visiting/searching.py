"""The use case of a visitor who looks for words inside a share (spec V6).

Confluence says where to look, and nothing more: each page is read, judged by `content.reach`, cut and rendered as for
this visitor, and counts only if the words stand in what is left (spec L8). What was looked for is written down nowhere.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from attrs import frozen

from exshare_core.content import NodeKind, PageFacts, Reading, redact
from exshare_core.decisions import Answer
from exshare_core.errors import AdapterFailed, Broken, InvalidValue
from exshare_core.events import Kind
from exshare_core.finding import Found, Words, find
from exshare_core.ports import Place, View
from exshare_core.values import PageId, label_names
from exshare_core.visiting.browsing import Browsing
from exshare_core.visiting.entrance import Admission, event_of

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
    after: PageId | None = None
    """What to go on after, where there may be more. It tells of nothing that is not shown."""


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
        self, admission: Admission, text: str, *, label: str = "", after: PageId | None = None
    ) -> Hits | Answer:
        """Pages of the share that show all words of `text`, those that have them in their titles first, in each part
        the last changed first; from the hit `after` on, if one is given.

        A label counts only at a link that shows labels. Raises InvalidValue for words or a label that cannot be, and
        AdapterFailed when Confluence fails; an open that brought nothing is returned then (spec L14).
        """
        if not searchable(admission):
            return Answer.ABSENT
        try:
            if isinstance(root := await self._root(admission), Answer):
                await self._not_given(admission, root, is_root=True)
                return root
            found = await self._found(admission, Words.parse(text), _place(admission, label), after)
        except AdapterFailed:
            await self._returned(admission)
            raise
        if found.hits:
            await self._seen(admission)
            await self._note_hits(admission, found.hits)
        return found

    async def _found(self, admission: Admission, words: Words, place: Place, after: PageId | None) -> Hits:
        search = self._content(admission).search
        candidates = await search.candidates(words.words, place, MOST_CANDIDATES)
        if after is not None:
            candidates = candidates[candidates.index(after) + 1 :] if after in candidates else ()
        hits: list[Hit] = []
        for start in range(0, min(len(candidates), MOST_JUDGED), AT_ONCE):
            some = candidates[start : min(start + AT_ONCE, MOST_JUDGED)]
            async for hit in self._hits(admission, words, place, some):
                hits.append(hit)
                if len(hits) == MOST_HITS:
                    return Hits(tuple(hits), hit.page if hit.page != candidates[-1] else None)
        return Hits(tuple(hits))

    async def _hits(
        self, admission: Admission, words: Words, place: Place, candidates: Sequence[PageId]
    ) -> AsyncIterator[Hit]:
        """Those of some candidates that are in reach and show the words, in their order."""
        content, link = self._content(admission), admission.link
        reached = await self._reached(admission, candidates)
        readings = await content.pages.readings([page for page in candidates if page in reached], link.acts_as)
        for page, reading in readings.items():
            if not isinstance(reading, Reading) or not self._counts(admission, reading.facts, place):
                continue
            found = await self._shown(admission, words, reading)
            if found is not None:
                yield Hit(page, reading.facts.kind, found)

    def _counts(self, admission: Admission, facts: PageFacts, place: Place) -> bool:
        labelled = not place.label or place.label in facts.labels
        return labelled and self._reach(admission, facts).allowed

    async def _shown(self, admission: Admission, words: Words, reading: Reading) -> Found | None:
        """How a page shows the words to this visitor. Lists and links to other pages are no words of the page.

        A body that cannot be rendered shows nothing.
        """
        content, policy = self._content(admission), admission.prepared.policy
        draft, includes = reading.draft, policy.rung("includes") > 0
        sources = {macro.source for macro in draft.macros if macro.source is not None and not macro.excluded}
        without = redact(draft, dict.fromkeys(await self._reached(admission, sources, elsewhere=includes), True))
        view = View(files="", names=policy.rung("names") > 0, attachments=policy.rung("attachments") > 0)
        try:
            rendered = await content.renderer.render(draft, without, {}, view)
        except Broken:
            return None
        return find(words, draft.title, rendered.html)

    async def _note_hits(self, admission: Admission, hits: Sequence[Hit]) -> None:
        """Write down which pages something was shown of, and nothing of what was looked for."""
        found, caller, at = admission.found, admission.caller, admission.at
        await self._note_all([event_of(Kind.VIEWED, found, caller, at, page=hit.page) for hit in hits], caller)


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
