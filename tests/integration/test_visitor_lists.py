"""Lists of pages in a page: drawn anew, with the pages that the link reaches and no others (spec L17)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from attrs import evolve

from exshare_core.capabilities import Capabilities
from exshare_core.content import Draft, MacroUse, Node
from exshare_core.errors import Busy
from exshare_core.links import LabelFilter, LabelMode
from exshare_core.testing import MemoryPage
from exshare_core.testing.fakes.content import MemoryPages
from exshare_core.values import PageId
from tests.integration.shell import CHILD, ELSEWHERE, FOLDER, INSIDE, OWNER, ROOT, SECRET, Shell

TOP = PageId("1")
NOT_SHOWN = "(not shown)"


def listing(lists: PageId | None, *, excluded: bool = False, shell: Shell | None = None) -> Shell:
    """A shell whose root holds a list of what lies below the page `lists`, as Confluence drew it for the connector."""
    return holding(MacroUse("children", "m1", 0, excluded=excluded, lists=lists), shell)


def outcome(*entries: PageId, excluded: bool = False) -> Shell:
    """A shell whose root holds a list of what Confluence found for the connector by a search."""
    return holding(MacroUse("contentbylabel", "m1", 0, excluded=excluded, entries=entries))


def holding(macro: MacroUse, shell: Shell | None = None) -> Shell:
    """A shell whose root holds a macro between two paragraphs."""
    shell = shell or Shell()
    body = '<p>Before.</p><ul data-macro-id="m1"><li>drawn by Confluence</li></ul><p>After.</p>'
    root = shell.content.pages[ROOT]
    draft = evolve(root.draft or Draft(ROOT, "", ""), macros=(macro,))
    shell.content.pages[ROOT] = evolve(root, body=body, draft=draft)
    return shell


def shown(shell: Shell, **form: Any) -> str:
    """What stands between the two paragraphs of the root."""
    text = shell.client().get(shell.make_link(**form).path).text
    found = re.search(r"Before\.</p>(.*)<p>After\.", text, re.DOTALL)

    assert "drawn by Confluence" not in text
    assert found is not None

    return found[1]


def titles(html: str) -> list[str]:
    """The entries of a list, in order."""
    return re.findall(r"<li>(?:<a [^>]*>)?([^<]*)", html)


def test_a_list_shows_the_children_that_the_link_reaches() -> None:
    """Pages and folders as links of ours; a board is not listed, and a restricted child neither there nor counted."""
    shell = listing(ROOT)
    made = shell.make_link(children=True)
    html = shown(shell, children=True)

    assert ["First steps", "Chapters"] == titles(html)
    assert ([CHILD, FOLDER], 0) == (re.findall(r"/p/(\d+)", html), html.count(NOT_SHOWN))
    assert "Salaries" not in shell.client().get(made.path).text


def test_a_restricted_child_is_listed_where_the_link_includes_it() -> None:
    """The same judgement as for the page itself (spec L6)."""
    shell = listing(ROOT)

    assert "Salaries" in titles(shown(shell, children=True, restricted_pages=True))


def test_a_carved_out_child_is_not_listed() -> None:
    """Nor is anything else told of it."""
    shell = listing(ROOT)
    made = shell.make_link(children=True)
    shell.alter_link(made, scope=evolve(shell.link(made).scope, carve_outs=frozenset({FOLDER})))
    text = shell.client().get(made.path).text

    assert "First steps" in text
    assert "Chapters" not in text


def test_a_label_filter_holds_for_lists() -> None:
    """Only pages that the filter admits are listed (spec L6)."""
    shell = listing(ROOT)
    made = shell.make_link(children=True)
    labels = LabelFilter(LabelMode.ANY, frozenset({"public"}))
    shell.alter_link(made, scope=evolve(shell.link(made).scope, labels=labels))
    text = shell.client().get(made.path).text
    html = text[text.index("Before.") : text.index("After.")]

    assert ["First steps"] == titles(html)


def test_a_list_of_another_page_in_the_share() -> None:
    """What lies below the page that the list names."""
    assert ["Chapter one"] == titles(shown(listing(FOLDER), children=True))


@pytest.mark.parametrize("lists", [TOP, ELSEWHERE, SECRET, PageId("999"), None])
def test_a_list_that_is_not_about_a_reached_page_is_a_placeholder(lists: PageId | None) -> None:
    """A page outside the share, a restricted one, a missing one, one that is unknown (spec L17)."""
    shell = listing(lists)
    shell.content.add(MemoryPage(PageId("21"), "Below it", "<p>x</p>", lists if lists in (ELSEWHERE, SECRET) else TOP))
    html = shown(shell, children=True)

    assert ([], True) == (titles(html), NOT_SHOWN in html)


def test_a_link_without_children_lists_nothing() -> None:
    """Child pages are off by default: their titles are nobody's business (spec L5)."""
    html = shown(listing(ROOT))

    assert ([], True) == (titles(html), NOT_SHOWN in html)


def test_no_child_in_reach_leaves_no_trace() -> None:
    """Of a page that has none, and of one all of whose children are restricted, the same is shown: nothing."""
    childless, hidden = listing(INSIDE), listing(INSIDE)
    hidden.content.add(MemoryPage(PageId("22"), "Hidden", "<p>x</p>", INSIDE, readers=frozenset({OWNER})))

    assert ("", "") == (shown(childless, children=True).strip(), shown(hidden, children=True).strip())


def test_a_list_in_an_excluded_part_is_not_shown() -> None:
    """Excluded parts never leave (spec L8)."""
    html = shown(listing(ROOT, excluded=True), children=True)

    assert [] == titles(html)


class Deaf(MemoryPages):
    """Has no tree to tell of now."""

    async def level(self, parent: PageId, limit: int, offset: int = 0) -> tuple[tuple[Node, ...], bool]:
        """Be busy."""
        raise Busy("the tree cannot be read now")


def test_a_tree_that_cannot_be_read_takes_the_list_and_not_the_page() -> None:
    """The page is shown, with a placeholder for the list."""
    shell = listing(ROOT)
    content = evolve(shell.content.content(), pages=Deaf(shell.content))
    shell.use(evolve(shell.services.visiting, contents={shell.site: content}))
    html = shown(shell, children=True)

    assert ([], True) == (titles(html), NOT_SHOWN in html)


def test_a_list_has_at_most_fifty_entries_in_order_of_the_tree() -> None:
    """As the sidebar has (spec V4)."""
    shell = listing(INSIDE)
    for number in range(60):
        shell.content.add(MemoryPage(PageId(str(900 - number)), f"Part {number}", "<p>x</p>", INSIDE))

    assert [f"Part {number}" for number in range(50)] == titles(shown(shell, children=True))


def test_titles_are_those_of_the_tree_at_this_moment() -> None:
    """And no markup comes of them."""
    shell = listing(ROOT)
    shell.content.pages[CHILD] = evolve(shell.content.pages[CHILD], title="<b>Steps</b> & more")
    html = shown(shell, children=True)

    assert "&lt;b&gt;Steps&lt;/b&gt; &amp; more" in html


FOUND = (INSIDE, SECRET, ELSEWHERE, CHILD, PageId("999"), ROOT)


def test_what_was_found_is_listed_where_the_link_reaches_it() -> None:
    """In Confluence's order, by title, as links of ours; of the other pages nothing is told."""
    shell = outcome(*FOUND)
    html = shown(shell, children=True)

    assert ["Chapter one", "First steps", "Handbook"] == titles(html)
    assert [INSIDE, CHILD, ROOT] == re.findall(r"/p/(\d+)", html)
    assert NOT_SHOWN not in html


def test_a_page_that_was_found_and_is_restricted_is_listed_by_choice() -> None:
    """The same judgement as for the page itself (spec L6)."""
    assert "Salaries" in titles(shown(outcome(*FOUND), children=True, restricted_pages=True))


def test_a_link_without_children_lists_its_own_page_at_most() -> None:
    """All others are outside it."""
    assert ["Handbook"] == titles(shown(outcome(*FOUND)))


@pytest.mark.parametrize("children", [True, False])
def test_with_includes_pages_outside_are_named_and_not_linked(children: bool) -> None:
    """The scope is not asked, all else is: a restricted page stays unnamed (spec L17)."""
    html = shown(outcome(SECRET, ELSEWHERE), children=children, allow=Capabilities.parse(("includes",)))

    assert (["Elsewhere"], []) == (titles(html), re.findall(r"/p/(\d+)", html))


def test_with_includes_child_pages_outside_are_named_and_not_linked() -> None:
    """The same of the pages below a page: of one outside, and of the page itself where child pages are not shared."""
    shell = listing(ELSEWHERE)
    shell.content.add(
        MemoryPage(PageId("21"), "Below it", "<p>x</p>", ELSEWHERE),
        MemoryPage(PageId("22"), "Hidden", "<p>x</p>", ELSEWHERE, readers=frozenset({OWNER})),
    )
    includes = Capabilities.parse(("includes",))
    outside, own = shown(shell, children=True, allow=includes), shown(listing(ROOT), allow=includes)

    assert (["Below it"], ["First steps", "Chapters"]) == (titles(outside), titles(own))
    assert [] == re.findall(r"/p/(\d+)", outside + own)


def test_nothing_found_in_reach_leaves_no_trace() -> None:
    """A search that found nothing and one that found what is out of reach look the same."""
    assert ("", "") == tuple(
        shown(shell, children=True).strip() for shell in (outcome(), outcome(SECRET, ELSEWHERE, PageId("999")))
    )


def test_a_search_whose_outcome_cannot_be_told_is_a_placeholder() -> None:
    """As is one in an excluded part gone."""
    untold = shown(holding(MacroUse("contentbylabel", "m1", 0)), children=True)
    excluded = shown(outcome(CHILD, excluded=True), children=True)

    assert ([], True) == (titles(untold), NOT_SHOWN in untold)
    assert [] == titles(excluded)
