"""Use cases of a visitor inside an open link: see a page, and find the way around.

Everything is asked with an `Admission`, and everything of a page goes through `content.reach`. What a page may show of
others is worked out by `gathering`; its files are `fetching`'s business. What Confluence cannot answer is busy, never
allowed and never lost (spec L15).
"""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from attrs import field, frozen

from exshare_core.content import (
    UNREADABLE,
    Absent,
    Draft,
    Node,
    NodeKind,
    PageFacts,
    PageStatus,
    Reading,
    Rendered,
    may_serve,
    reach,
)
from exshare_core.decisions import Answer, Decision
from exshare_core.errors import AdapterFailed
from exshare_core.events import Kind
from exshare_core.links import Scope
from exshare_core.ports import Content, View
from exshare_core.values import AttachmentId, PageId
from exshare_core.visiting.entrance import Admission, Entrance
from exshare_core.visiting.gathering import LEVEL, Gathering

T = TypeVar("T")

MOST_BESIDE = 200
"""Entries of a level among which a page's neighbours are looked for."""
NEAR = 5
"""How many entries to each side may be out of reach before a page counts as the first or the last."""


@frozen(slots=True)
class Entry:
    """A page or another part of the tree, as lists name it."""

    id: PageId
    title: str
    kind: NodeKind


@frozen(slots=True)
class PageView:
    """A page of a share, ready to be shown."""

    page: PageId
    title: str
    html: str = field(repr=False)
    version: int
    changed_at: datetime | None
    author: str | None
    labels: tuple[str, ...]
    is_root: bool
    kind: NodeKind = NodeKind.PAGE
    with_attachments: bool = False
    status: PageStatus | None = None
    with_comments: bool = False
    with_history: bool = False
    root: Entry | None = None
    """The root of a share of which this is another page. It is known without a question of its own, unlike what lies
    between: that is the sidebar's."""


@frozen(slots=True)
class Sidebar:
    """Where the visitor is in the share: the way down from the root, one level of entries, and what lies beside."""

    trail: tuple[Entry, ...]
    """From the share's root to the page shown, both included."""
    entries: tuple[Entry, ...]
    next_offset: int | None = None
    """Where the next entries of this level begin, when there are more."""
    before: Entry | None = None
    """The nearest entry before this page below the same parent that can be opened."""
    after: Entry | None = None
    """The nearest entry after it."""


@frozen(slots=True)
class Addresses:
    """The shell's addresses within one share: what an id is appended to. And the language that it speaks there."""

    pages: str
    files: str
    onward: str = ""
    """Of pages outside the share, which may be in another."""
    search: str = ""
    """Where words are looked for; no id follows."""
    language: str = "en"


@frozen
class Browsing(Entrance):
    """A visitor's acts inside an open link."""

    async def page(
        self, admission: Admission, page: PageId | None, addresses: Addresses, *, shown: bool = True
    ) -> PageView | Answer:
        """A page of the share as it is now, cut and sanitised; the root when `page` is None.

        Gives an Answer when it is not reached. Raises AdapterFailed when Confluence fails. If this was to be the first
        content of a visit, its open is returned then (spec L14). With `shown` False nothing of it will be shown, as
        for a HEAD, and nothing is written down.
        """
        target = admission.link.scope.root if page is None else page
        return await self._given(admission, target, self._page(admission, target, addresses), shown=shown)

    async def _page(self, admission: Admission, target: PageId, addresses: Addresses) -> PageView | Answer:
        link, content = admission.link, self._content(admission)
        is_root = target == link.scope.root
        root = None if is_root else await self._root(admission)
        if isinstance(root, Answer):
            return root
        reading = await content.pages.read(target, link.acts_as)
        if isinstance(reading, Absent):
            return await self._folder(admission, target, root)
        decision = self._reach(admission, reading.facts)
        if not decision.allowed:
            return _live_answer(decision, is_root=is_root)
        policy = admission.prepared.policy
        draft = reading.draft
        status = await self._status(admission, target)
        (rendered,) = await self._rendered(admission, reading.facts, root, [draft], addresses)
        return PageView(
            page=target,
            title=draft.title,
            html=rendered.html,
            version=draft.version,
            changed_at=draft.changed_at,
            author=draft.author if policy.rung("names") else None,
            labels=tuple(sorted(reading.facts.labels - {UNREADABLE})) if policy.rung("labels") else (),
            is_root=is_root,
            kind=reading.facts.kind,
            with_attachments=policy.rung("attachments") > 0,
            status=status,
            with_comments=policy.rung("comments") > 0,
            with_history=policy.rung("history") > 0,
            root=_named(root),
        )

    async def _rendered(
        self,
        admission: Admission,
        facts: PageFacts,
        root: PageFacts | None,
        drafts: Sequence[Draft],
        addresses: Addresses,
        withheld: frozenset[AttachmentId] = frozenset(),
    ) -> tuple[Rendered, ...]:
        """What is written in or about the reached page that `facts` describe, each cut and sanitised for this link.

        What they show of other pages is found out once for all of them, and is bounded as it is for one page.
        """
        link, content, policy = admission.link, self._content(admission), admission.prepared.policy
        view = View(
            files=addresses.files,
            names=policy.rung("names") > 0,
            confluence_links=policy.rung("confluence-links") > 0,
            attachments=policy.rung("attachments") > 0,
            onward=addresses.onward if link.wish.leads_to else "",
            external_links=policy.limits.external_links is not False,
            withheld=withheld,
            language=addresses.language,
        )
        gathered = await self._gathering(admission).gather(Reading(_together(drafts), facts), root)
        linked = gathered.linked
        pages = {page: f"{addresses.pages}{page}" for page, facts in linked.items() if facts.kind.opens}
        made = []
        for draft in drafts:
            without = gathered.without.intersection(draft.macros)
            titles = {page: linked[page].title for page in draft.links if page in linked}
            made.append(await content.renderer.render(draft, without, pages, view, gathered.lists, titles))
        return tuple(made)

    async def _shown_beside(
        self,
        admission: Admission,
        reading: Reading,
        root: PageFacts | None,
        drafts: Sequence[Draft],
        addresses: Addresses,
    ) -> tuple[Rendered, ...]:
        """The same for what is said about a page, or what it was: its files are shown as the page of today allows."""
        rendered = await self._rendered(admission, reading.facts, root, drafts, addresses)
        wanted: frozenset[AttachmentId] = frozenset().union(*(one.files for one in rendered))
        if not wanted:
            return rendered
        policy = admission.prepared.policy
        files = await self._content(admission).files.attachments(reading.facts.page)
        withheld = frozenset(
            file.id for file in files if file.id in wanted and not may_serve(reading.draft, file, policy).allowed
        )
        if not withheld:
            return rendered
        return await self._rendered(admission, reading.facts, root, drafts, addresses, withheld)

    async def _status(self, admission: Admission, page: PageId) -> PageStatus | None:
        """What the page is said to be, where the link shows that; no page is kept back because it cannot be found out."""
        if admission.prepared.policy.rung("status") < 1:
            return None
        try:
            return await self._content(admission).pages.status(page)
        except AdapterFailed:
            return None

    async def sidebar(self, admission: Admission, page: PageId, offset: int = 0) -> Sidebar | None:
        """One level of the share's tree below `page`, the way to it and its neighbours; None without child pages.

        An entry is shown only after its reach is known; what cannot be found out is left out (spec V4).
        """
        link, content = admission.link, self._content(admission)
        if not link.scope.children:
            return None
        here = (await self._reached(admission, [page])).get(page)
        if here is None:
            return None
        way = _from_root(link.scope, (*here.ancestors, page))
        nodes, more = await content.pages.level(page, LEVEL, offset)
        before, after = await self._beside(content, way)
        reached = await self._reached(admission, {node.id for node in (*nodes, *before, *after)} | {*way})
        return Sidebar(
            tuple(Entry(one, reached[one].title, reached[one].kind) for one in way if one in reached),
            tuple(_entry(node) for node in nodes if node.id in reached),
            offset + LEVEL if more else None,
            next((_entry(node) for node in before if node.id in reached), None),
            next((_entry(node) for node in after if node.id in reached), None),
        )

    # --- what may be given ---------------------------------------------------------------------------------------

    async def _given(
        self,
        admission: Admission,
        target: PageId,
        looked: Awaitable[T | Answer],
        *,
        shown: bool = True,
        detail: str = "",
    ) -> T | Answer:
        """What a look at a page gives, written down unless nothing of it is shown, as for a HEAD.

        An open that brought nothing is given back (spec L14).
        """
        try:
            found = await looked
        except AdapterFailed:
            if shown:
                await self._returned(admission)
            raise
        if not shown:
            return found
        if isinstance(found, Answer):
            await self._not_given(admission, found, is_root=target == admission.link.scope.root)
        else:
            await self._seen(admission)
            await self._note(Kind.VIEWED, admission.found, admission.caller, admission.at, page=target, detail=detail)
        return found

    async def _not_given(self, admission: Admission, answer: Answer, *, is_root: bool) -> None:
        """Write down what live facts have closed, and give back an open that brought nothing."""
        if answer is Answer.UNAVAILABLE:
            await self._note(Kind.DENIED, admission.found, admission.caller, admission.at, detail="content")
        if is_root or answer is not Answer.ABSENT:
            await self._returned(admission)

    def _reach(self, admission: Admission, facts: PageFacts, *, elsewhere: bool = False) -> Decision:
        return reach(admission.link.scope, admission.prepared.policy, facts, elsewhere=elsewhere)

    async def _root(self, admission: Admission) -> PageFacts | Answer:
        """The live facts of the root, or what stops the whole link by them: asked for every page and file."""
        link, content = admission.link, self._content(admission)
        facts = (await content.pages.facts([link.scope.root], link.acts_as)).get(link.scope.root)
        if not isinstance(facts, PageFacts):
            return Answer.ABSENT
        decision = self._reach(admission, facts)
        return facts if decision.allowed else _live_answer(decision, is_root=True)

    async def _reading(self, admission: Admission, page: PageId) -> Reading | Answer:
        found = await self._stood(admission, page)
        return found if isinstance(found, Answer) else found[0]

    async def _stood(self, admission: Admission, page: PageId) -> tuple[Reading, PageFacts | None] | Answer:
        """A reached page, and what is known of the link's root when the page is another."""
        link, content = admission.link, self._content(admission)
        root = None if page == link.scope.root else await self._root(admission)
        if isinstance(root, Answer):
            return root
        reading = await content.pages.read(page, link.acts_as)
        if isinstance(reading, Absent):
            return Answer.ABSENT
        decision = self._reach(admission, reading.facts)
        return (reading, root) if decision.allowed else _live_answer(decision, is_root=root is None)

    async def _reached(
        self, admission: Admission, pages: Collection[PageId], *, elsewhere: bool = False
    ) -> Mapping[PageId, PageFacts]:
        """Those of `pages` that the link reaches now, as `exshare_core.visiting.gathering.Reached` says."""
        link, content = admission.link, self._content(admission)
        if not pages:
            return {}
        facts = await content.pages.facts(sorted(pages), link.acts_as)
        return {
            page: one
            for page, one in facts.items()
            if isinstance(one, PageFacts) and self._reach(admission, one, elsewhere=elsewhere).allowed
        }

    def _gathering(self, admission: Admission) -> Gathering:
        return Gathering(
            self._content(admission).pages,
            partial(self._reached, admission),
            below=admission.link.scope.children,
            includes=admission.prepared.policy.rung("includes") > 0,
        )

    # --- the tree ------------------------------------------------------------------------------------------------

    async def _folder(self, admission: Admission, target: PageId, root: PageFacts | None) -> PageView | Answer:
        """A folder of the tree: it has no body, and is shown as the place of what lies in it (spec V4)."""
        link, content = admission.link, self._content(admission)
        facts = (await content.pages.facts([target], link.acts_as)).get(target)
        if not isinstance(facts, PageFacts) or facts.kind is not NodeKind.FOLDER:
            return Answer.ABSENT
        decision = self._reach(admission, facts)
        is_root = target == link.scope.root
        if not decision.allowed:
            return _live_answer(decision, is_root=is_root)
        return PageView(target, facts.title, "", 0, None, None, (), is_root, NodeKind.FOLDER, root=_named(root))

    async def _beside(self, content: Content, way: Sequence[PageId]) -> tuple[Sequence[Node], Sequence[Node]]:
        """The nearest entries before and after the end of `way`, nearest first, that could be opened."""
        if len(way) < 2:
            return (), ()
        nodes, _ = await content.pages.level(way[-2], MOST_BESIDE)
        place = next((index for index, node in enumerate(nodes) if node.id == way[-1]), None)
        if place is None:
            return (), ()
        before = [node for node in reversed(nodes[:place]) if node.opens]
        after = [node for node in nodes[place + 1 :] if node.opens]
        return before[:NEAR], after[:NEAR]


def _from_root(scope: Scope, way: tuple[PageId, ...]) -> tuple[PageId, ...]:
    """The way to a page from the share's root on. What is in the space but not below its home page comes after that."""
    if scope.root in way:
        return way[way.index(scope.root) :]
    return (scope.root, *way) if scope.whole_space else way[-1:]


def _together(drafts: Sequence[Draft]) -> Draft:
    """All that several drafts about one page refer to, in a draft without words."""
    first = drafts[0]
    if len(drafts) == 1:
        return first
    return Draft(
        first.page,
        first.title,
        "",
        macros=tuple(dict.fromkeys(macro for draft in drafts for macro in draft.macros)),
        links=frozenset().union(*(draft.links for draft in drafts)),
        owners=frozenset().union(*(draft.owners for draft in drafts)),
    )


def _named(facts: PageFacts | None) -> Entry | None:
    """A reached page as an entry."""
    return None if facts is None else Entry(facts.page, facts.title, facts.kind)


def _entry(node: Node) -> Entry:
    return Entry(node.id, node.title, node.kind)


def _live_answer(decision: Decision, *, is_root: bool) -> Answer:
    """A root that is not reached suspends the link (spec L6, L15); any other page is simply not in the share."""
    answer = decision.strangers_face()
    if is_root and answer is Answer.ABSENT:
        return Answer.UNAVAILABLE
    return answer
