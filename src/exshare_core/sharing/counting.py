"""How many pages and files a link reaches now, counted by the judgement that visitors meet, within bounded work (M2).

INVARIANT: a number is never guessed. What could not be found out is counted apart, and where there is more than is
looked at, the number is the least there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from exshare_core.content import Absent, MayRead, NodeKind, PageFacts, may_serve, reach
from exshare_core.decisions import Answer
from exshare_core.links import Scope
from exshare_core.policy import Policy
from exshare_core.ports import Content
from exshare_core.values import AccountId, PageId

MOST_COUNTED = 200
"""Entries of the tree that are looked at; where there are more, the number of pages is the least there is (spec M2)."""
MOST_LEVELS = 40
"""Levels that are listed to find them, where the tree is too large to be named at once."""
MOST_WITH_FILES = 20
"""Pages whose files are looked at."""
A_LEVEL = 50

_PAGES = frozenset({NodeKind.PAGE, NodeKind.BLOG_POST})


@frozen(slots=True)
class Counted:
    """What a link reaches, as far as it was looked at."""

    pages: int
    files: int
    restricted: int
    """Pages that are left out for their view restrictions alone."""
    unknown: int
    """Pages whose reach could not be found out."""
    all_pages: bool
    """Whether every page was looked at; else `pages` is the least there is."""
    all_files: bool
    """The same of `files`."""


@frozen(slots=True)
class Counting:
    """Counts what a link that shares as `owner` reaches."""

    content: Content
    owner: AccountId

    async def count(self, scope: Scope, policy: Policy) -> Counted:
        """What a link with this scope reaches under `policy`; raises AdapterFailed where Confluence gives no answer."""
        wanted, all_pages = await self._entries(scope, policy)
        found = await self.content.pages.facts(wanted, self.owner)
        facts = [one for page in wanted if isinstance(one := found[page], PageFacts)]
        answers = [reach(scope, policy, one).strangers_face() for one in facts]
        there = [one for one, answer in zip(facts, answers, strict=True) if answer is Answer.ALLOW]
        pages = [one.page for one in there if one.kind in _PAGES]
        looked_at = pages[:MOST_WITH_FILES]
        return Counted(
            pages=len(pages),
            files=await self._files(scope, policy, looked_at),
            restricted=sum(_only_restricted(scope, policy, one) for one in facts if one.kind in _PAGES),
            unknown=answers.count(Answer.BUSY),
            all_pages=all_pages,
            all_files=all_pages and len(looked_at) == len(pages),
        )

    async def _entries(self, scope: Scope, policy: Policy) -> tuple[Sequence[PageId], bool]:
        """The root and what may be shared with it, up to the most that are counted; whether that is everything.

        Blog posts, and pages beside the home page of a space, stand in no tree, so that of a whole space never
        everything is seen.
        """
        if not scope.children or policy.limits.children is False:
            return [scope.root], True
        if scope.present is not None:
            chosen = sorted(scope.present - {scope.root})
            return [scope.root, *chosen[:MOST_COUNTED]], len(chosen) <= MOST_COUNTED
        below = await self.content.pages.below(scope.root, MOST_COUNTED)
        if below is not None:
            return [scope.root, *sorted(below - {scope.root})], not scope.whole_space
        return await self._walked(scope), False

    async def _walked(self, scope: Scope) -> Sequence[PageId]:
        """The entries nearest to the root, level by level; what is carved out is not gone into."""
        found, waiting, levels = [scope.root], [scope.root], 0
        while waiting and levels < MOST_LEVELS and len(found) <= MOST_COUNTED:
            parent, offset, more = waiting.pop(0), 0, True
            while more and levels < MOST_LEVELS and len(found) <= MOST_COUNTED:
                nodes, more = await self.content.pages.level(parent, A_LEVEL, offset)
                levels, offset = levels + 1, offset + A_LEVEL
                entries = [node for node in nodes if node.id not in scope.carve_outs]
                found.extend(node.id for node in entries)
                waiting.extend(node.id for node in entries if node.opens)
        return found[: MOST_COUNTED + 1]

    async def _files(self, scope: Scope, policy: Policy, pages: Sequence[PageId]) -> int:
        """The files of reached pages that may leave, asked as a visitor's request asks for them."""
        number = 0
        for page in pages:
            reading = await self.content.pages.read(page, self.owner)
            if isinstance(reading, Absent) or not reach(scope, policy, reading.facts).allowed:
                continue
            files = await self.content.files.attachments(page)
            number += sum(file.page == page and may_serve(reading.draft, file, policy).allowed for file in files)
        return number

    async def restricted(self, scope: Scope, policy: Policy) -> Sequence[PageId] | None:
        """The reached pages that have view restrictions; None where there are too many pages to look at each."""
        wanted, all_pages = await self._entries(scope, policy)
        if not all_pages:
            return None
        found: Mapping[PageId, PageFacts | Absent] = await self.content.pages.facts(wanted, self.owner)
        facts = [one for one in found.values() if isinstance(one, PageFacts) and one.restricted]
        # Whom the owner's right could not be found out of may be in reach the next moment
        hoped = [evolve(one, may_read=MayRead.YES) if one.may_read is MayRead.UNKNOWN else one for one in facts]
        return sorted(one.page for one in hoped if reach(scope, policy, one).allowed)


def _only_restricted(scope: Scope, policy: Policy, facts: PageFacts) -> bool:
    """Whether nothing but its view restrictions leaves a page out."""
    if not facts.restricted or reach(scope, policy, facts).strangers_face() in (Answer.ALLOW, Answer.BUSY):
        return False
    return reach(scope, policy, evolve(facts, restricted=frozenset(), may_read=MayRead.YES)).allowed
