"""Links without words of their own: the title of a page in reach as it is now, and of any other page nothing (V3)."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from exshare_core.content import Absence, Draft
from exshare_core.values import PageId
from tests.integration.shell import BOARD, CHILD, ELSEWHERE, FOLDER, INSIDE, OWNER, ROOT, SECRET, Made, Shell

ALL = (ROOT, CHILD, FOLDER, INSIDE, SECRET, BOARD, ELSEWHERE, PageId("999"))


def linking(page: PageId = ROOT) -> Shell:
    """A shell one of whose pages links to every page, by its address alone."""
    shell = Shell()
    body = "".join(f'<p>{one}: <a data-bare href="https://confluence.example/pages/{one}">x</a></p>' for one in ALL)
    found = shell.content.pages[page]
    shell.content.pages[page] = evolve(found, body=body, draft=Draft(page, "", "", links=frozenset(ALL)))
    return shell


def said(shell: Shell, made: Made, page: PageId = ROOT) -> dict[PageId, str]:
    """The words of the link to each page, without those that are neutral."""
    text = shell.client().get(made.page(page)).text
    rows = {one: text.partition(f"<p>{one}: ")[2].partition("</p>")[0] for one in ALL}
    words = {one: row.partition(">")[2].partition("<")[0] if row.startswith("<a") else row for one, row in rows.items()}
    return {one: word for one, word in words.items() if word != "linked page"}


IN_REACH = {
    ROOT: "Handbook", CHILD: "First steps", FOLDER: "Chapters", INSIDE: "Chapter one", BOARD: "Drawing board"
}  # fmt: skip


@pytest.mark.parametrize("page", [ROOT, CHILD])
def test_titles_are_those_of_pages_in_reach(page: PageId) -> None:
    """On the root and below it; restricted pages, pages outside and pages that are not there are not told."""
    shell = linking(page)

    assert IN_REACH == said(shell, shell.make_link(children=True), page)


def test_a_link_without_children_tells_its_own_title_only() -> None:
    """Child pages are off by default."""
    shell = linking()

    assert {ROOT: "Handbook"} == said(shell, shell.make_link())


@pytest.mark.parametrize(
    "change", [{"absent": Absence.TRASHED}, {"parent": PageId("1")}, {"readers": frozenset({OWNER})}]
)
def test_a_page_that_leaves_the_share_takes_its_title_along(change: dict[str, Any]) -> None:
    """Trashed, moved away, restricted: at the next request nothing is said of it."""
    shell = linking()
    made = shell.make_link(children=True)
    before = said(shell, made)
    shell.content.pages[CHILD] = evolve(shell.content.pages[CHILD], **change)

    assert (IN_REACH, "First steps" in said(shell, made).values()) == (before, False)


def test_a_title_is_as_it_is_now() -> None:
    """And no markup comes of it."""
    shell = linking()
    shell.content.pages[CHILD] = evolve(shell.content.pages[CHILD], title="<b>Steps</b>")

    assert "&lt;b&gt;Steps&lt;/b&gt;" == said(shell, shell.make_link(children=True))[CHILD]


def test_what_cannot_be_opened_is_told_and_not_linked() -> None:
    """A board keeps its title and leads nowhere (spec V4)."""
    shell = linking()
    text = shell.client().get(shell.make_link(children=True).path).text

    assert f"<p>{BOARD}: Drawing board</p>" in text


def test_pages_whose_files_a_page_shows_are_asked_for_like_those_that_it_links_to() -> None:
    """A renderer is told which of them are in the share (spec V5)."""
    shell = Shell()
    body = f'<p>{CHILD}: <a data-bare href="https://confluence.example/pages/{CHILD}">x</a></p>'
    draft = Draft(ROOT, "", "", owners=frozenset({CHILD, ELSEWHERE}))
    shell.content.pages[ROOT] = evolve(shell.content.pages[ROOT], body=body, draft=draft)
    text = shell.client().get(shell.make_link(children=True).path).text

    assert f"/p/{CHILD}" in text.partition('class="ex-body"')[2].partition("</article>")[0]
