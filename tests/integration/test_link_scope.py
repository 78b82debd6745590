"""What of a tree or a space a link reaches, set by a member and met by a visitor: addresses, lists and files agree."""

from __future__ import annotations

import re
from typing import Any

import pytest
from attrs import evolve

from exshare_core.capabilities import Capabilities
from exshare_core.content import Attachment, Draft, NodeKind
from exshare_core.links import LabelFilter
from exshare_core.testing import MemoryPage
from exshare_core.values import AttachmentId, LinkId, PageId, SpaceKey
from tests.integration.members import LINKS, NEW, Page, Seat, forms_of, words_of
from tests.integration.shell import CHILD, ELSEWHERE, FOLDER, INSIDE, OF_CHILD, ROOT, SECRET, Made, Shell

HOME, POST, ASIDE, BELOW_ASIDE, FOREIGN = map(PageId, ("1", "60", "61", "62", "63"))
OF_POST = AttachmentId("att560")


def statuses(shell: Shell, *addresses: str) -> list[int]:
    """What a new visitor is answered at each address."""
    return [shell.client().get(address).status_code for address in addresses]


CHOICES: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [200, 200, 200]),
    ({"labels": LabelFilter.parse("any: Public")}, [200, 404, 404]),
    ({"labels": LabelFilter.parse("without: public")}, [404, 200, 200]),
    ({"labels": LabelFilter.parse("all: public, final")}, [404, 404, 404]),
    ({"carve_outs": (CHILD,)}, [404, 200, 200]),
    ({"carve_outs": (FOLDER,)}, [200, 404, 404]),
    ({"carve_outs": (INSIDE,)}, [200, 200, 404]),
]


@pytest.mark.parametrize(("form", "expected"), CHOICES, ids=[str(sorted(form)) for form, _ in CHOICES])
def test_pages_below_are_reached_as_chosen(form: dict[str, Any], expected: list[int]) -> None:
    """L6: a page that is not chosen answers as one that does not exist, and stands in no list; the root always opens."""
    shell = Shell()
    made = shell.make_link(children=True, **form)
    root = shell.client().get(made.path)

    assert expected == statuses(shell, made.page(CHILD), made.page(FOLDER), made.page(INSIDE))
    assert ["First steps" in root.text, "Chapters" in root.text] == [status == 200 for status in expected[:2]]
    assert 200 == root.status_code


@pytest.fixture
def spacious() -> Shell:
    """A shell with a blog post and a page at the top of the space, and a page of another space."""
    shell = Shell()
    shell.content.add(
        MemoryPage(POST, "The new lamp", "<p>It shines.</p>", kind=NodeKind.BLOG_POST),
        MemoryPage(ASIDE, "Aside", "<p>Not below home.</p>"),
        MemoryPage(BELOW_ASIDE, "Below aside", "<p>Deeper.</p>", ASIDE),
        MemoryPage(FOREIGN, "Foreign", "<p>Another space.</p>", space=SpaceKey("HR")),
    )
    shell.content.attach(Attachment(OF_POST, POST, "lamp.txt", "text/plain", 4), b"lamp")
    return shell


def test_a_whole_space_is_reached_page_by_page(spacious: Shell) -> None:
    """L1, L6: everything in the space, blog posts too; what is restricted or in another space stays out."""
    made = spacious.make_link("TEAM", whole_space=True)

    assert [200] * 6 + [404] * 2 == statuses(
        spacious,
        made.path, *map(made.page, (ELSEWHERE, CHILD, POST, ASIDE, BELOW_ASIDE, SECRET, FOREIGN)),
    )  # fmt: skip


def test_the_way_to_a_page_of_a_space_begins_with_its_home_page(spacious: Shell) -> None:
    """V4: the sidebar lists what is below; a blog post and a page beside the home page have the home page above them."""
    made = spacious.make_link("TEAM", whole_space=True)
    pages = {page: spacious.client().get(made.page(page)).text for page in (HOME, POST, BELOW_ASIDE)}
    trails = {
        page: re.findall(r"/p/(\d+)", text.partition('class="trail"')[2].partition("</ol>")[0])
        for page, text in pages.items()
    }

    assert {HOME: [HOME], POST: [HOME, POST], BELOW_ASIDE: [HOME, ASIDE, BELOW_ASIDE]} == trails
    assert "Handbook" in pages[HOME]


def test_a_link_in_a_page_leads_to_a_blog_post_of_the_space(spacious: Shell) -> None:
    """L1, V3: posts stand in no tree, and are reached by links in pages."""
    home = spacious.content.pages[HOME]
    body = f'<p><a href="https://confluence.example/pages/{POST}">lamp</a></p>'
    spacious.content.pages[HOME] = evolve(home, body=body, draft=Draft(HOME, "", "", links=frozenset({POST})))
    space, tree = spacious.make_link("TEAM", whole_space=True), spacious.make_link(HOME, children=True)

    assert f'href="{space.page(POST)}"' in spacious.client().get(space.path).text
    assert "lamp" in (text := spacious.client().get(tree.path).text)
    assert POST not in re.findall(r"/p/(\d+)", text)


def test_a_blog_post_is_shared_like_a_page(spacious: Shell) -> None:
    """L1: alone, with its files, and without anything of the space around it."""
    made = spacious.make_link(POST, allow=Capabilities.parse(["attachments=view"]))
    page = spacious.client().get(made.path)

    assert (200, True, True) == (page.status_code, "It shines." in page.text, "lamp.txt" in page.text)
    assert [200, 404] == statuses(spacious, made.file(OF_POST), made.page(HOME))


def test_a_layer_that_forbids_child_pages_leaves_the_home_page(spacious: Shell) -> None:
    """P2, P3: tightening reaches the link at the next request."""
    made = spacious.make_link("TEAM", whole_space=True)
    spacious.limit(children=False)

    assert [200, 404, 404] == statuses(spacious, made.path, made.page(CHILD), made.page(POST))


def test_a_space_is_shared_by_ticking_it(spacious: Shell) -> None:
    """M2, L1: the form for any page of the space makes a link that begins with the home page, and says so."""
    seat = Seat.of(spacious)
    made = seat.submit(seat.new_form(CHILD), NEW, whole_space="on")
    page = seat.get(made.headers["location"])

    assert 303 == made.status_code
    assert "Home" in words_of(page)
    assert "this page and the whole space" in words_of(page)
    assert ["on"] == forms_of(page)[made.headers["location"].partition("?")[0]]["whole_space"]


def test_files_of_a_page_that_is_left_out_stay_there() -> None:
    """L6, V5: a carve-out leaves out the files as well, at once, and through an address that was known before."""
    shell = Shell()
    files = Capabilities.parse(["attachments=view"])
    made = shell.make_link(children=True, allow=files)
    before = statuses(shell, made.file(OF_CHILD))
    shell.edit_link(made, children=True, allow=files, carve_outs=(CHILD,))

    assert [200, 404] == before + statuses(shell, made.file(OF_CHILD))


def test_the_link_page_says_what_is_left_out() -> None:
    """M2, L6: labels and carve-outs are told in words where the link is shown."""
    shell = Shell()
    made = shell.make_link(children=True, labels=LabelFilter.parse("without: draft, internal"), carve_outs=(CHILD,))
    words = words_of(Seat.of(shell).get(f"{LINKS}/{made.id}"))

    assert "this page and those below without the labels draft, internal" in words
    assert f"leaving out {CHILD} and what is below" in words


def test_a_carve_out_at_an_address_of_the_root_is_no_way_around() -> None:
    """L6: the page is refused under every spelling of its address, and by every method."""
    shell = Shell()
    made = shell.make_link(ROOT, children=True, carve_outs=(CHILD,))
    client = shell.client()

    assert [404, 404, 404] == [
        client.get(f"{made.page(CHILD)}?from=0").status_code,
        client.head(made.page(CHILD)).status_code,
        client.get(f"/s/some-words-{made.token}/p/{CHILD}").status_code,
    ]


def test_a_link_is_limited_to_what_is_there_by_its_form(spacious: Shell) -> None:
    """L6: what comes later stays out until the box is emptied; the form shows how it is."""
    seat = Seat.of(spacious)
    answer = seat.submit(seat.new_form(ROOT), NEW, children="on", present_only="on")
    where = answer.headers["location"].partition("?")[0]
    made = Made(LinkId(where.rpartition("/")[2]), _token(seat.get(answer.headers["location"])))
    spacious.content.add(MemoryPage(PageId("70"), "Later", "<p>x</p>", ROOT))
    limited = statuses(spacious, made.page(PageId("70")))
    page = seat.get(where)
    seat.submit(page, where, present_only=None)

    assert ["on"] == forms_of(page)[where]["present_only"]
    assert "this page and those below, no pages that came later" in words_of(page)
    assert ([404], [200]) == (limited, statuses(spacious, made.page(PageId("70"))))


def _token(page: Page) -> str:
    """The token in the address that a link's page shows."""
    found = re.search(r"/s/([\w-]{43})", page.text)
    assert found is not None
    return found[1]
