"""The use cases of a visitor who looks at what a page of a share was before: its versions, one of them, two compared.

A page's versions are reached as the page is today: today's scope, restrictions, labels and owner's right (spec L15). Each
is cut by its own storage, so that what was excluded then stays out (spec L8). A version that the link does not show is
answered like one that the page never had; of one that it shows but that cannot be read, that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from attrs import evolve, field, frozen

from exshare_core.comparing import Change
from exshare_core.content import Draft, PageFacts, Reading, Rendered
from exshare_core.decisions import Answer
from exshare_core.errors import Broken
from exshare_core.history import Past, Version, may_recall, tells_why
from exshare_core.values import PageId
from exshare_core.visiting.browsing import Addresses, Browsing
from exshare_core.visiting.entrance import Admission

VERSIONS = 25
"""Versions per request."""


@frozen(slots=True)
class History:
    """Versions of a page, newest first."""

    page: PageId
    title: str = field(repr=False)
    current: int
    versions: tuple[Version, ...]
    next: int | None = None
    """The number before which the next versions come, when there are more."""


@frozen(slots=True)
class OldPage:
    """A version of a page, ready to be shown under the title that the page has now."""

    page: PageId
    title: str = field(repr=False)
    current: int
    version: Version
    html: str | None = field(repr=False)
    """None where it cannot be read, or not be cut and sanitised."""


@frozen(slots=True)
class Comparison:
    """What changed from one version of a page to another."""

    page: PageId
    title: str = field(repr=False)
    current: int
    older: Version
    newer: Version
    changes: Sequence[Change] | None = field(repr=False)
    """None where the two differ in too much to be compared, or one of them cannot be shown."""
    unreadable: tuple[int, ...] = ()
    """The numbers of those that cannot be shown."""


@frozen
class Recalling(Browsing):
    """A visitor's look at the history of pages."""

    async def history(
        self, admission: Admission, page: PageId, before: int | None, addresses: Addresses, *, shown: bool = True
    ) -> History | Answer:
        """The versions of a reached page that the link shows; needs the capability `history`.

        Answers, fails and returns an open as `page` does; the other looks at the history do so too.
        """
        looked = self._history(admission, page, before, addresses)
        return await self._given(admission, page, looked, shown=shown, detail="history")

    async def old_page(
        self, admission: Admission, page: PageId, version: int, addresses: Addresses, *, shown: bool = True
    ) -> OldPage | Answer:
        """A reached page as it was in one version that the link shows."""
        looked = self._old_page(admission, page, version, addresses)
        return await self._given(admission, page, looked, shown=shown, detail=f"version {version}")

    async def comparison(
        self,
        admission: Admission,
        page: PageId,
        older: int | None,
        newer: int | None,
        addresses: Addresses,
        *,
        shown: bool = True,
    ) -> Comparison | Answer:
        """What changed from one version that the link shows to a later one; both are compared as the link shows them.

        Without `newer` it is the one that is current, without `older` the one before the newer; given in the wrong
        order, they change places. From a version to itself nothing changed.
        """
        looked = self._comparison(admission, page, older, newer, addresses)
        return await self._given(admission, page, looked, shown=shown, detail="comparison")

    async def _history(
        self, admission: Admission, page: PageId, before: int | None, addresses: Addresses
    ) -> History | Answer:
        found = await self._remembered(admission, page)
        if isinstance(found, Answer):
            return found
        reading, root = found
        draft = reading.draft
        histories, names = self._content(admission).histories, self._names(admission)
        listed, more = await histories.versions(page, VERSIONS, before, names=names)
        versions = tuple(
            self._without_reasons(admission, one) for one in listed if self._shows(admission, one, draft.version)
        )
        # What is older than a version that is not shown is not shown either
        following = versions[-1].number if more and versions and len(versions) == len(listed) else None
        told = await self._told(admission, reading, root, versions, addresses)
        return History(page, draft.title, draft.version, told, following)

    async def _told(
        self,
        admission: Admission,
        reading: Reading,
        root: PageFacts | None,
        versions: Sequence[Version],
        addresses: Addresses,
    ) -> tuple[Version, ...]:
        """Versions with what was written about them, which is shown like words of the page: it may name the site."""
        page = reading.facts.page
        written = {one.number: Draft(page, "", escape(one.message)) for one in versions if one.message.strip()}
        if not written:
            return tuple(versions)
        renderer = self._content(admission).renderer
        rendered = await self._rendered(admission, reading.facts, root, tuple(written.values()), addresses)
        passages = [await renderer.passages(one) for one in rendered]
        words = {number: "\n".join([one.words for one in some]) for number, some in zip(written, passages, strict=True)}
        return tuple(evolve(one, message=words.get(one.number, "")) for one in versions)

    async def _old_page(
        self, admission: Admission, page: PageId, version: int, addresses: Addresses
    ) -> OldPage | Answer:
        found = await self._remembered(admission, page)
        if isinstance(found, Answer):
            return found
        reading, root = found
        past = await self._past(admission, reading, version)
        if isinstance(past, Answer):
            return past
        rendered = await self._as_it_was(admission, reading, root, past, addresses)
        html = None if rendered is None else rendered.html
        return OldPage(page, reading.draft.title, reading.draft.version, past.version, html)

    async def _comparison(
        self, admission: Admission, page: PageId, older: int | None, newer: int | None, addresses: Addresses
    ) -> Comparison | Answer:
        found = await self._remembered(admission, page)
        if isinstance(found, Answer):
            return found
        reading, root = found
        last = reading.draft.version if newer is None else newer
        numbers = sorted([last, last - 1 if older is None else older])
        pasts, shown = [], []
        for number in numbers:
            past = await self._past(admission, reading, number)
            if isinstance(past, Answer):
                return past
            pasts.append(past)
            shown.append(await self._as_it_was(admission, reading, root, past, addresses))
        unreadable = tuple(dict.fromkeys(one for one, it in zip(numbers, shown, strict=True) if it is None))
        rendered = [one for one in shown if one is not None]
        changes = None if unreadable else await self._content(admission).renderer.compare(*rendered)
        draft = reading.draft
        return Comparison(page, draft.title, draft.version, pasts[0].version, pasts[1].version, changes, unreadable)

    async def _remembered(self, admission: Admission, page: PageId) -> tuple[Reading, PageFacts | None] | Answer:
        """A reached page whose history is shared, as it is now."""
        if admission.prepared.policy.rung("history") < 1:
            return Answer.ABSENT
        return await self._stood(admission, page)

    async def _past(self, admission: Admission, reading: Reading, number: int) -> Past | Answer:
        """A version of a reached page, if the link shows it. The one that is current has just been read."""
        draft = reading.draft
        if number == draft.version:
            author = draft.author if self._names(admission) else None
            return Past(Version(number, draft.changed_at, author), draft)
        histories = self._content(admission).histories
        past = await histories.read(draft.page, number, names=self._names(admission)) if number > 0 else None
        if past is None or not self._shows(admission, past.version, draft.version):
            return Answer.ABSENT
        return Past(past.version, None if past.draft is None else evolve(past.draft, title=draft.title))

    async def _as_it_was(
        self, admission: Admission, reading: Reading, root: PageFacts | None, past: Past, addresses: Addresses
    ) -> Rendered | None:
        """A version as this link shows it; None for one that cannot be shown, which spoils no other."""
        if past.draft is None:
            return None
        try:
            (rendered,) = await self._shown_beside(admission, reading, root, [past.draft], addresses)
        except Broken:
            return None
        return rendered

    @staticmethod
    def _shows(admission: Admission, version: Version, current: int) -> bool:
        return may_recall(admission.prepared.policy, version, current, admission.link.created_at).allowed

    @staticmethod
    def _without_reasons(admission: Admission, version: Version) -> Version:
        """The same without what was written about it, where the link does not tell that."""
        told = tells_why(admission.prepared.policy, version, admission.link.created_at)
        return version if told else evolve(version, message="")

    @staticmethod
    def _names(admission: Admission) -> bool:
        return admission.prepared.policy.rung("names") > 0
