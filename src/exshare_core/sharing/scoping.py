"""From what a member's form names to what a link reaches: each page that is named is found, and asked for its readers.

Whoever changes what a link reaches must be able to read the pages concerned, and so must its owner (spec L18).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence

from attrs import evolve, frozen

from exshare_core.content import Absence, Absent, MayRead, PageFacts
from exshare_core.errors import Busy, InvalidValue, InvalidValues
from exshare_core.links import MAX_CARVE_OUTS, MAX_PRESENT, Scope
from exshare_core.ports import Content
from exshare_core.values import AccountId, PageId
from exshare_core.wishes import LinkForm


@frozen(slots=True)
class Scoping:
    """Finds what a form names, for a link that shares as `owner`."""

    content: Content
    owner: AccountId
    actor: Callable[[], Awaitable[AccountId | None]]
    """Finds out who else must be able to read the pages concerned; asked only where any is."""

    async def scope(self, form: LinkForm, plain: Scope, old: Scope | None = None) -> tuple[Scope, LinkForm]:
        """`plain` with what the form chooses of the pages below, and the form with what could not be found noted in it.

        Raises Busy where it cannot be found out who may read a page.
        """
        plain = evolve(
            plain,
            children=form.below,
            whole_space=form.whole_space,
            labels=form.labels,
            restricted_pages=form.restricted_pages,
            present=None,
        )
        try:
            if form.whole_space and old is not None and not old.whole_space:
                await self._check_home(plain)
            if form.present_only and form.children and not form.whole_space:
                plain = evolve(plain, present=await self._present(plain, old))
            named = await self._located(form.carve_outs[:MAX_CARVE_OUTS])
            before = frozenset[PageId]() if old is None else old.carve_outs
            if plain.children:
                await self._check_carving(plain, named - before, before - named)
        except InvalidValues as error:
            return plain, evolve(form, unread=(*form.unread, *error.failures))
        return evolve(plain, carve_outs=named), form

    async def _present(self, scope: Scope, old: Scope | None) -> frozenset[PageId]:
        """What is below the root now; for a link that has been limited so before, what it was limited to."""
        if old is not None and old.children and old.present is not None:
            return old.present
        found = await self.content.pages.below(scope.root, MAX_PRESENT)
        if found is None:
            rule = f"there are more than {MAX_PRESENT} pages below: leave this off, or share a smaller part"
            raise InvalidValues((InvalidValue("present_only", rule),))
        return found

    async def _located(self, texts: Iterable[str]) -> frozenset[PageId]:
        found = {text.strip(): await self.content.finder.locate(text.strip()) for text in texts}
        _refuse(
            f"`{text[:80]}` is neither a page id nor an address of this site"
            for text, page in found.items()
            if page is None
        )
        return frozenset(page for page in found.values() if page is not None)

    async def _check_home(self, scope: Scope) -> None:
        """A link keeps its root, so that only one for a home page can become one for the whole space."""
        if await self.content.finder.home(scope.space) != scope.root:
            rule = "this page is not the home page of its space: make a new link to share the space"
            raise InvalidValues((InvalidValue("whole_space", rule),))

    async def _check_carving(self, scope: Scope, added: Collection[PageId], dropped: Collection[PageId]) -> None:
        """Refuse to leave out what is not below the root, and to take in again what somebody concerned cannot read.

        A page that is gone may be dropped: there is nothing that could be read.
        """
        if not added and not dropped:
            return
        pages = sorted({*added, *dropped})
        facts = await self.content.pages.facts(pages, self.owner)
        gone = {page for page in dropped if facts[page] == Absent(page, Absence.MISSING)}
        readable = await self._readable([page for page in pages if page not in gone], facts.values())
        _refuse(
            f"there is no page {page} that you and the link's owner can read"
            for page in pages
            if page not in {*readable, *gone}
        )
        _refuse(f"page {page} is not below the page that is shared" for page in added if not _below(scope, facts[page]))

    async def _readable(self, pages: Sequence[PageId], facts: Iterable[PageFacts | Absent]) -> frozenset[PageId]:
        """Those of `pages` that the owner can read, and who acts as well; raises Busy where that is not known."""
        rights = {one.page: one.may_read for one in facts if isinstance(one, PageFacts)}
        readable = {page for page in pages if rights.get(page, MayRead.NO) is not MayRead.NO}
        if any(rights[page] is MayRead.UNKNOWN for page in readable):
            raise Busy("the owner's access to a page could not be confirmed")
        if (actor := await self.actor()) is None:
            return frozenset(readable)
        allowed = await self.content.access.may_read(sorted(readable), actor)
        if any(allowed.get(page) is None for page in readable):
            raise Busy("your access to a page could not be confirmed")
        return frozenset(page for page in readable if allowed[page])


def _refuse(rules: Iterable[str]) -> None:
    if failures := tuple(InvalidValue("carve_outs", rule) for rule in rules):
        raise InvalidValues(failures)


def _below(scope: Scope, facts: PageFacts | Absent) -> bool:
    if not isinstance(facts, PageFacts) or facts.space != scope.space or facts.page == scope.root:
        return False
    return scope.whole_space or scope.root in facts.ancestors
