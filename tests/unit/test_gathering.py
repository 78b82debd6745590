"""What a page shows of others costs a bounded number of questions, however much the page names."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

import pytest
from attrs import field, frozen

from exshare_core.content import Draft, MacroUse, MayRead, NodeKind, PageFacts, Reading
from exshare_core.testing.fakes.content import MemoryPage, MemoryPages, MemorySite
from exshare_core.values import PageId, SpaceKey
from exshare_core.visiting.gathering import Gathered, Gathering

ROOT, HOME = PageId("10"), PageId("1")
MANY = tuple(PageId(str(number)) for number in range(1000, 1100))
"""More pages than one page may ask for, in the order in which they are asked for."""


def facts(page: PageId) -> PageFacts:
    """A page of the space, titled by its id."""
    return PageFacts(page, SpaceKey("TEAM"), NodeKind.PAGE, (), frozenset(), frozenset(), MayRead.YES, f"Page {page}")


@frozen
class Everywhere:
    """A link that reaches every page but those in `closed`, and remembers what it was asked."""

    closed: Collection[PageId] = ()
    asked: list[tuple[frozenset[PageId], bool]] = field(factory=list)
    """The pages, and whether the scope was not to be asked; without questions about nothing."""

    async def __call__(self, pages: Collection[PageId], *, elsewhere: bool = False) -> Mapping[PageId, PageFacts]:
        """All of them that are not closed."""
        if pages:
            self.asked.append((frozenset(pages), elsewhere))
        return {page: facts(page) for page in pages if page not in self.closed}


def gather(link: Everywhere, draft: Draft, *tree: MemoryPage, below: bool = True, includes: bool = False) -> Gathered:
    """What the root may show of others, given what its draft names and what the site has."""
    pages = MemoryPages(MemorySite({page.id: page for page in tree}))
    return asyncio.run(Gathering(pages, link, below, includes).gather(Reading(draft, facts(ROOT)), None))


def drafted(*macros: MacroUse, links: Collection[PageId] = (), owners: Collection[PageId] = ()) -> Draft:
    """The root's draft."""
    return Draft(ROOT, "Handbook", "", macros, frozenset(links), frozenset(owners))


def test_sixty_linked_pages_are_asked_for() -> None:
    """V3: links beyond the first sixty pages, by id, stay text."""
    link = Everywhere()
    gathered = gather(link, drafted(links=MANY))

    assert [(frozenset(MANY[:60]), False)] == link.asked
    assert {ROOT, *MANY[:60]} == gathered.linked.keys()


def test_the_pages_of_twenty_files_are_asked_for_beside_the_links() -> None:
    """V5: files of pages beyond the first twenty stay words; they take no place of the pages that are linked."""
    link = Everywhere()
    gathered = gather(link, drafted(links=MANY[30:40], owners=MANY[:30]))

    assert {ROOT, *MANY[:20], *MANY[30:40]} == gathered.linked.keys()
    assert 1 == len(link.asked)


def test_five_lists_of_child_pages_are_filled() -> None:
    """L17: a sixth list stays a placeholder; a macro that has no entry here is not known to the renderer as a list."""
    tree = [MemoryPage(page, f"Page {page}") for page in MANY[:6]]
    tree += [MemoryPage(PageId(f"{page}1"), "Child", parent=page) for page in MANY[:6]]
    lists = [MacroUse("children", f"list-{page}", number, lists=page) for number, page in enumerate(MANY[:6])]
    gathered = gather(Everywhere(), drafted(*lists), *tree)

    assert {macro: [PageId(f"{macro.lists}1")] for macro in lists[:5]} == {
        macro: [node.id for node in nodes] for macro, nodes in gathered.lists.items()
    }


def test_fifty_outcomes_of_a_search_are_listed() -> None:
    """L17: what Confluence found beyond fifty pages is neither asked for nor named."""
    link = Everywhere()
    macro = MacroUse("contentbylabel", "found", 0, entries=MANY)
    gathered = gather(link, drafted(macro))

    assert [(frozenset(MANY[:50]), False)] == link.asked
    assert [f"Page {page}" for page in MANY[:50]] == [node.title for node in gathered.lists[macro]]


@pytest.mark.parametrize("includes", [False, True])
def test_the_scope_is_waived_for_sources_by_the_capability_alone(includes: bool) -> None:
    """L17: with `includes`, the source of a macro may lie outside the share; one that is not reached is cut."""
    link = Everywhere(closed={HOME})
    inside, outside = (MacroUse("include", name, 0, source=page) for name, page in (("a", MANY[0]), ("b", HOME)))
    gathered = gather(link, drafted(inside, outside), includes=includes)

    assert [(frozenset({MANY[0], HOME}), includes)] == link.asked
    assert {outside} == gathered.without


def test_a_link_to_one_page_asks_nothing_for_links_and_lists() -> None:
    """L1: without child pages nothing else is in the share, so that nothing has to be found out."""
    link = Everywhere()
    gathered = gather(link, drafted(MacroUse("children", "list", 0, lists=HOME), links=MANY, owners=MANY), below=False)

    assert [] == link.asked
    assert {ROOT} == gathered.linked.keys()
    assert not gathered.lists
