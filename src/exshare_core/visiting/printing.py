"""The use case of a visitor who takes a page, or it and those below it, away as one document (spec V7).

Every page of it passes `content.reach` at that moment and is cut and rendered as for a view, every picture passes
`content.may_serve`. Pages may be read ahead of their turn; one that was judged more than a moment before it is put in is
judged anew. Between pages, and before the document is handed out, the link must still be open (spec G9). Everything is
held in memory until then, and nothing of it rests.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, suppress
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

from attrs import define, field, frozen

from exshare_core.content import NodeKind
from exshare_core.decisions import Answer
from exshare_core.errors import AdapterFailed, InvalidValue
from exshare_core.events import Kind
from exshare_core.ports import Booklet, PdfPrinter, Sheet
from exshare_core.values import AttachmentId, PageId, attachment_id
from exshare_core.visiting.browsing import Addresses, PageView
from exshare_core.visiting.entrance import Admission, event_of
from exshare_core.visiting.fetching import CHECK_EVERY, Fetching
from exshare_core.visiting.gathering import LEVEL

MOST_SHEETS = 200
"""Pages of one document; what comes after them is left out, and the document says so."""
MOST_HTML = 20_000_000
"""Characters of all pages together."""
DEEPEST = 20
"""Levels below the first page."""
MOST_PICTURES = 300
LARGEST_PICTURE = 8 * 1024 * 1024
"""Bytes of one picture; a larger one is left out for its words, as is what would exceed `ALL_PICTURES`."""
ALL_PICTURES = 40 * 1024 * 1024

_RASTER = frozenset({"image/png", "image/jpeg", "image/gif"})
T = TypeVar("T")


class Sayings(Protocol):
    """Our own words in a document, in the language of whoever asks for it."""

    def about(self, view: PageView) -> str:
        """The line below a page's title."""

    def booklet(self, booklet: Booklet, at: datetime, *, whole: bool) -> Booklet:
        """The document with its language, header, footer and headings; `whole` is False where pages were left out."""


class Ahead(Protocol):
    """Work that can be begun before its result is wanted."""

    @property
    def most(self) -> int:
        """How many pieces of work are begun before the result of the first is wanted."""

    def begin(self, work: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
        """What gives the result of `work`, or raises what it raises, when it is called. It need not begin before that."""


@frozen(slots=True)
class InTurn:
    """Nothing is begun before it is wanted."""

    most: int = 0

    def begin(self, work: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
        """See `Ahead`."""
        return work


IN_TURN = InTurn()


@frozen(slots=True)
class Step:
    """How far it is: so many pages are ready."""

    ready: int


@frozen(slots=True)
class Printed:
    """A document."""

    title: str = field(repr=False)
    pdf: bytes = field(repr=False)


@frozen(slots=True)
class Printable:
    """A page that can be taken away."""

    page: PageId
    title: str
    below: bool
    """Whether pages below it can be taken along."""


@frozen(slots=True)
class _Entry:
    """A page that has its place in the document, if it can be opened."""

    page: PageId
    depth: int


@frozen(slots=True)
class _Sight:
    """What was found of a page, and when that was begun: no judgement in it is older."""

    view: PageView | Answer = field(repr=False)
    since: datetime


@define
class _Work:
    """A document in the making."""

    segment: str
    admission: Admission
    addresses: Addresses
    sayings: Sayings
    ahead: Ahead
    checked: datetime
    """When it was last asked whether the link is open."""
    sheets: list[Sheet] = field(factory=list)
    pictures: dict[AttachmentId, bytes] = field(factory=dict)
    size: int = 0
    whole: bool = True

    @property
    def full(self) -> bool:
        """Whether there is no room for another page."""
        return len(self.sheets) >= MOST_SHEETS or self.size > MOST_HTML

    @property
    def room(self) -> int:
        """Bytes that the next picture may have."""
        if len(self.pictures) >= MOST_PICTURES:
            return 0
        return min(LARGEST_PICTURE, ALL_PICTURES - sum(map(len, self.pictures.values())))


@frozen
class Printing(Fetching):
    """A visitor's way to a document."""

    async def printable(self, admission: Admission, page: PageId) -> Printable | Answer:
        """What can be taken away at this page; else what a stranger is told. Raises AdapterFailed."""
        if not prints(admission):
            return Answer.ABSENT
        if isinstance(answer := await self._root(admission), Answer):
            return answer
        facts = (await self._reached(admission, [page])).get(page)
        if facts is None or not facts.kind.opens:
            return Answer.ABSENT
        return Printable(page, facts.title, admission.link.scope.children)

    async def printed(
        self,
        segment: str,
        admission: Admission,
        page: PageId,
        addresses: Addresses,
        printer: PdfPrinter,
        sayings: Sayings,
        *,
        below: bool = False,
        ahead: Ahead = IN_TURN,
    ) -> AsyncGenerator[Step | Printed | Answer, None]:
        """Steps, and then the document; or the Answer that a stranger is told in its place.

        With `below` what is below the page comes along, in the order of the tree, as far as it is in reach now, and
        what comes next is read `ahead`; whoever gave it ends what is not wanted any more. Raises Cut within a second
        of the link's end, and AdapterFailed as a view does; an open that brought nothing is returned then (spec L14).
        """
        if not prints(admission):
            yield Answer.ABSENT
            return
        work = _Work(segment, admission, addresses, sayings, ahead, self.clock.now())
        try:
            first = _Entry(page, 0)
            put = await self._put(work, first, ahead.begin(partial(self._sight, work, first)))
            if put is not Answer.ALLOW:
                await self._not_given(admission, put, is_root=page == admission.link.scope.root)
                yield put
                return
            yield Step(len(work.sheets))
            if below and admission.link.scope.children:
                async with aclosing(self._below(work, page)) as steps:
                    async for step in steps:
                        yield step
            pdf = await printer.print(self._booklet(work))
            await self._check(work, at_once=True)
        except AdapterFailed:
            await self._returned(admission)
            raise
        found, caller = admission.found, admission.caller
        await self._seen(work.admission)
        await self._note_all(
            [event_of(Kind.VIEWED, found, caller, work.checked, page=sheet.page) for sheet in work.sheets], caller
        )
        yield Printed(work.sheets[0].title, pdf)

    async def _below(self, work: _Work, page: PageId) -> AsyncGenerator[Step, None]:
        """Put in what is below a page, as far as there is room for it."""
        async with aclosing(self._begun(work, page)) as coming:
            async for entry, look in coming:
                if work.full:
                    work.whole = False
                    return
                if await self._put(work, entry, look) is Answer.ALLOW:
                    yield Step(len(work.sheets))

    async def _begun(
        self, work: _Work, page: PageId
    ) -> AsyncGenerator[tuple[_Entry, Callable[[], Awaitable[_Sight]]], None]:
        """What is below a page, with what gives the look at it; looks at the next ones are under way."""
        coming: deque[tuple[_Entry, Callable[[], Awaitable[_Sight]]]] = deque()
        async with aclosing(self._entries(work, page, 1)) as entries:
            async for entry in entries:
                coming.append((entry, work.ahead.begin(partial(self._sight, work, entry))))
                if len(coming) > work.ahead.most:
                    yield coming.popleft()
        for one in coming:
            yield one

    async def _entries(self, work: _Work, page: PageId, depth: int) -> AsyncGenerator[_Entry, None]:
        """What is below a page, each entry with what is below it. What cannot be opened has no place in a document."""
        content, offset, more = self._content(work.admission), 0, True
        while more:
            nodes, more = await content.pages.level(page, LEVEL, offset)
            reached = await self._reached(work.admission, [node.id for node in nodes if node.opens])
            for node in nodes:
                if node.id not in reached:
                    continue
                yield _Entry(node.id, depth)
                if depth < DEEPEST:
                    async with aclosing(self._entries(work, node.id, depth + 1)) as further:
                        async for one in further:
                            yield one
            offset += LEVEL

    async def _sight(self, work: _Work, entry: _Entry) -> _Sight:
        now = self.clock.now()
        return _Sight(await self._page(work.admission, entry.page, work.addresses), now)

    async def _put(self, work: _Work, entry: _Entry, look: Callable[[], Awaitable[_Sight]]) -> Answer:
        """Put a page into the document, if it may be seen now; what a stranger is told of it otherwise."""
        await self._check(work)
        seen = await look()
        await self._check(work)
        if isinstance(seen.view, Answer):
            return seen.view
        if self.clock.now() - seen.since >= CHECK_EVERY:
            needed = {entry.page, work.admission.link.scope.root}
            if not needed <= (await self._reached(work.admission, needed)).keys():
                return Answer.ABSENT
        html = "" if seen.view.kind is NodeKind.FOLDER else seen.view.html
        work.sheets.append(Sheet(entry.page, seen.view.title, html, entry.depth, work.sayings.about(seen.view)))
        work.size += len(html)
        await self._pictures(work, html)
        return Answer.ALLOW

    async def _pictures(self, work: _Work, html: str) -> None:
        """The pictures that a page shows, each judged as a file is, as long as there is room for them."""
        coming: deque[tuple[AttachmentId, Callable[[], Awaitable[bytes | None]]]] = deque()
        for file in _shown(html, work.addresses.files):
            if file not in work.pictures and work.room > 0:
                coming.append((file, work.ahead.begin(partial(self._picture, work.admission, file, work.room))))
            if len(coming) > work.ahead.most:
                await self._show(work, *coming.popleft())
        for one in coming:
            await self._show(work, *one)

    async def _show(self, work: _Work, file: AttachmentId, picture: Callable[[], Awaitable[bytes | None]]) -> None:
        """Put in a picture, if there still is room for it."""
        await self._check(work)
        data = await picture()
        if data is not None and len(data) <= work.room:
            work.pictures[file] = data

    async def _picture(self, admission: Admission, file: AttachmentId, most: int) -> bytes | None:
        """The bytes of a picture that may leave and is not too large. One that cannot be fetched is left out."""
        try:
            found = await self._file(admission, file)
            if isinstance(found, Answer) or found.media_type not in _RASTER or found.size > most:
                return None
            data = bytearray()
            async with self._content(admission).files.stream(found, None) as stream:
                async for chunk in stream.chunks():
                    data += chunk
                    if len(data) > most:
                        return None
        except AdapterFailed:
            return None
        return bytes(data)

    async def _check(self, work: _Work, *, at_once: bool = False) -> None:
        """Raises Cut unless the link would still let this caller in; asked no more often than a stream asks."""
        now = self.clock.now()
        if at_once or now - work.checked >= CHECK_EVERY:
            work.admission = await self._still_open(work.segment, work.admission)
            work.checked = now

    def _booklet(self, work: _Work) -> Booklet:
        addresses = work.addresses
        booklet = Booklet(
            work.sheets[0].title, "en", tuple(work.sheets), addresses.pages, addresses.files, work.pictures
        )
        return work.sayings.booklet(booklet, self.clock.now(), whole=work.whole)


def _shown(html: str, prefix: str) -> Iterator[AttachmentId]:
    """The files that a page shows as pictures, each once, in their order."""
    for name in dict.fromkeys(re.findall(rf'<img [^>]*?\bsrc="{re.escape(prefix)}([a-z0-9]{{1,30}})"', html)):
        with suppress(InvalidValue):
            yield attachment_id(name)


def prints(admission: Admission) -> bool:
    """Whether a link has the capability."""
    return admission.prepared.policy.rung("pdf") > 0
