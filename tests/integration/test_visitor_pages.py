"""Pages through a link: what its scope reaches, what the owner may read now, and the way around (spec L6, L15, V4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from exshare_core.capabilities import Capabilities
from exshare_core.content import Absence, Draft, MacroUse, NodeKind
from exshare_core.errors import Broken, Busy
from exshare_core.links import LabelFilter, LabelMode
from exshare_core.testing import MemoryPage
from exshare_core.testing.samples import NOW
from exshare_core.values import PageId, SpaceKey
from tests.integration.shell import (
    BOARD,
    BOSS,
    CHILD,
    ELSEWHERE,
    FOLDER,
    INSIDE,
    OWNER,
    PASSWORD,
    ROOT,
    SECRET,
    Made,
    Shell,
)

TREE = (ROOT, CHILD, FOLDER, INSIDE, SECRET, BOARD, ELSEWHERE, PageId("1"), PageId("999"))


def reached(shell: Shell, made: Made) -> dict[PageId, int]:
    """The status of every page's address through a link."""
    client = shell.client()
    return {page: client.get(made.page(page)).status_code for page in TREE}


def only(*pages: PageId) -> dict[PageId, int]:
    """These pages are there, all others are not in the share."""
    return {page: 200 if page in pages else 404 for page in TREE}


def listed(shell: Shell, made: Made, page: PageId = ROOT) -> list[str]:
    """The ids that the tree beside a page links to as the entries below it."""
    text = shell.client().get(made.page(page)).text
    level = text.partition('<ul class="level"')[2].partition("</ul>")[0]
    return re.findall(r'/p/([0-9]+)"', level)


def trail(shell: Shell, made: Made, page: PageId) -> list[str]:
    """The ids of the way from the share's root to a page."""
    text = shell.client().get(made.page(page)).text
    return re.findall(r'/p/([0-9]+)"', text.partition('<ol class="trail">')[2].partition("</ol>")[0])


def neighbours(shell: Shell, made: Made, page: PageId) -> dict[str, str]:
    """The ids of the previous and the next page."""
    text = shell.client().get(made.page(page)).text
    return dict(re.findall(r'<a class="(previous|next)" href="[^"]*/p/([0-9]+)"', text))


def test_a_link_without_children_reaches_its_own_page_only() -> None:
    """Every other page answers like one that does not exist, and no tree is shown."""
    shell = Shell()
    made = shell.make_link()

    assert only(ROOT) == reached(shell, made)
    assert 'id="tree"' not in shell.client().get(made.path).text


def test_a_link_with_children_reaches_what_is_below_its_root() -> None:
    """Children, folders and what lies in them; nothing above, beside, restricted or that is no page (spec L6)."""
    shell = Shell()
    made = shell.make_link(children=True)

    assert only(ROOT, CHILD, FOLDER, INSIDE) == reached(shell, made)
    assert [str(CHILD), str(FOLDER)] == listed(shell, made)
    assert [str(INSIDE)] == listed(shell, made, FOLDER)


def test_all_pages_that_are_not_in_the_share_have_one_answer() -> None:
    """Outside, restricted, trashed, missing and malformed pages are told with the same bytes (spec G8)."""
    shell = Shell()
    made = shell.make_link(children=True)
    shell.content.pages[INSIDE] = evolve(shell.content.pages[INSIDE], absent=Absence.TRASHED)
    client = shell.client()
    answers = [
        client.get(f"{made.path}/p/{page}") for page in (ELSEWHERE, SECRET, INSIDE, "999", "x", "%00", "-1", "10x")
    ]

    assert {(404, answers[0].content)} == {(answer.status_code, answer.content) for answer in answers}
    assert "not in the share" in answers[0].text
    assert f'<a href="{made.path}">Go to the start of this share</a>' in answers[0].text


def test_only_who_is_admitted_is_shown_a_way_back() -> None:
    """A stranger's answer, and what the gates lead to, name no address; at a start that is gone none leads to itself."""
    shell = Shell()
    made, locked = shell.make_link(), shell.make_link(password=PASSWORD)
    client = shell.client()
    shell.content.pages[ROOT] = evolve(shell.content.pages[ROOT], absent=Absence.MISSING)
    answers = [client.get(path) for path in ("/s/nothing/p/1", f"{locked.path}/a/att1", made.path, made.page(ROOT))]

    assert [404] * 4 == [answer.status_code for answer in answers]
    assert [False] * 4 == ["start of this share" in answer.text for answer in answers]
    assert answers[0].content == answers[1].content
    assert 303 == client.get(locked.page(ELSEWHERE), follow_redirects=False).status_code


def test_a_whiteboard_keeps_its_place_without_a_link() -> None:
    """Boards are named in the tree and cannot be opened (spec V4)."""
    shell = Shell()
    made = shell.make_link(children=True)
    text = shell.client().get(made.path).text

    assert "Drawing board" in text
    assert f"/p/{BOARD}" not in text


def test_carved_out_parts_are_left_out_everywhere() -> None:
    """A carved-out page and all below it answer as if they were not there, and the tree does not name them (L6)."""
    shell = Shell()
    made = shell.make_link(children=True)
    shell.alter_link(made, scope=evolve(shell.link(made).scope, carve_outs=frozenset({FOLDER})))

    assert only(ROOT, CHILD) == reached(shell, made)
    assert [str(CHILD)] == listed(shell, made)
    assert "Chapters" not in shell.client().get(made.path).text


def test_what_comes_later_stays_out_of_a_link_that_is_limited_to_what_was_there() -> None:
    """Made new or moved in, it is in no list and at no address; what was there stays in wherever it is below (L6)."""
    shell = Shell()
    made = shell.make_link(children=True, present_only=True)
    before = reached(shell, made)
    shell.content.add(MemoryPage(PageId("999"), "Later", "<p>x</p>", ROOT))
    shell.content.pages[ELSEWHERE] = evolve(shell.content.pages[ELSEWHERE], parent=CHILD)
    shell.content.pages[INSIDE] = evolve(shell.content.pages[INSIDE], parent=CHILD)

    assert only(ROOT, CHILD, FOLDER, INSIDE) == before == reached(shell, made)
    assert [str(CHILD), str(FOLDER)] == listed(shell, made)
    assert [str(INSIDE)] == listed(shell, made, CHILD)
    assert 200 == shell.client().get(shell.make_link(children=True).page(PageId("999"))).status_code


@pytest.mark.parametrize(
    ("mode", "pages"),
    [
        (LabelMode.ANY, (ROOT, CHILD)),
        (LabelMode.ALL, (ROOT, CHILD)),
        (LabelMode.NONE, (ROOT, FOLDER, INSIDE)),
    ],
)
def test_a_label_filter_chooses_children(mode: LabelMode, pages: tuple[PageId, ...]) -> None:
    """The filter of a link applies to every page below its root, and never to the root itself (spec L6)."""
    shell = Shell()
    made = shell.make_link(children=True)
    labels = LabelFilter(mode, frozenset({"public"}))
    shell.alter_link(made, scope=evolve(shell.link(made).scope, labels=labels))

    assert only(*pages) == reached(shell, made)


def test_labels_of_a_layer_are_judged_live() -> None:
    """A label that a layer forbids takes a page out at the next request; of the root, the whole link (spec P2)."""
    shell = Shell()
    made = shell.make_link(children=True)
    shell.limit(forbidden_labels=frozenset({"internal"}))
    shell.content.pages[CHILD] = evolve(shell.content.pages[CHILD], labels=frozenset({"internal"}))

    assert only(ROOT, FOLDER, INSIDE) == reached(shell, made)
    assert [str(FOLDER)] == listed(shell, made)


def test_restricted_pages_are_shown_only_by_choice() -> None:
    """With the choice, restricted pages that the owner may read are in; a layer can take the choice away (L6)."""
    shell = Shell()
    made = shell.make_link(children=True, restricted_pages=True)
    chosen = reached(shell, made)
    shell.content.pages[SECRET] = evolve(shell.content.pages[SECRET], readers=frozenset({BOSS}))
    not_the_owners = reached(shell, made)
    shell.content.pages[SECRET] = evolve(shell.content.pages[SECRET], readers=frozenset({OWNER}))
    shell.limit(restricted_pages=False)

    assert only(ROOT, CHILD, FOLDER, INSIDE, SECRET) == chosen
    assert only(ROOT, CHILD, FOLDER, INSIDE) == not_the_owners
    assert only(ROOT, CHILD, FOLDER, INSIDE) == reached(shell, made)


def test_a_restriction_is_inherited() -> None:
    """A page below a restricted page is left out too, and so is its name (security reference B72)."""
    shell = Shell()
    made = shell.make_link(children=True)
    shell.content.pages[FOLDER] = evolve(shell.content.pages[FOLDER], readers=frozenset({OWNER}))

    assert only(ROOT, CHILD) == reached(shell, made)


def test_where_the_owner_may_not_read_a_sub_page_it_is_left_out() -> None:
    """The owner's right is asked of each page: without it a sub-page is not in the share (spec L15)."""
    shell = Shell()
    made = shell.make_link(children=True, restricted_pages=True)
    shell.content.pages[CHILD] = evolve(shell.content.pages[CHILD], readers=frozenset({BOSS}))

    assert only(ROOT, FOLDER, INSIDE, SECRET) == reached(shell, made)
    assert "First steps" not in shell.client().get(made.path).text


def test_a_page_moved_out_of_the_tree_leaves_the_share() -> None:
    """Moved away, into another space or under a page outside, it is gone; moved back, it is there (spec L6)."""
    shell = Shell()
    made = shell.make_link(children=True)
    child = shell.content.pages[CHILD]
    shell.content.pages[CHILD] = evolve(child, parent=ELSEWHERE)
    away = shell.client().get(made.page(CHILD)).status_code
    shell.content.pages[CHILD] = evolve(child, space=SpaceKey("OTHER"))
    other_space = shell.client().get(made.page(CHILD)).status_code
    shell.content.pages[CHILD] = child

    assert (404, 404, 200) == (away, other_space, shell.client().get(made.page(CHILD)).status_code)


@pytest.mark.parametrize("absence", [Absence.MISSING, Absence.TRASHED, Absence.ARCHIVED, Absence.DRAFT])
def test_a_page_that_is_gone_is_said_to_be_gone(absence: Absence) -> None:
    """A link whose page was removed says so after its gates, at each of that page's addresses (spec G8, B37)."""
    shell = Shell()
    made = shell.make_link(children=True)
    shell.content.pages[ROOT] = evolve(shell.content.pages[ROOT], absent=absence)
    answers = [shell.client().get(path) for path in (made.path, made.page(ROOT))]

    assert 404 == shell.client().get(made.page(CHILD)).status_code
    assert {(404, answers[0].content)} == {(answer.status_code, answer.content) for answer in answers}
    assert "not in the share" in answers[0].text


def test_another_page_of_the_same_title_is_not_the_shared_one() -> None:
    """Links are bound to ids: a new page with the old one's title opens nothing (security reference B38)."""
    shell = Shell()
    made = shell.make_link()
    shell.content.pages[ROOT] = evolve(shell.content.pages[ROOT], absent=Absence.TRASHED)
    shell.content.add(MemoryPage(PageId("99"), "Handbook", "<p>Another.</p>", PageId("1")))

    assert 404 == shell.client().get(made.path).status_code


def test_a_folder_can_be_shared() -> None:
    """A link whose root is a folder shows what lies in it, and is suspended like any when the owner loses it."""
    shell = Shell()
    made = shell.make_link(FOLDER, children=True)
    shown = shell.client().get(made.path)
    child = shell.client().get(made.page(INSIDE)).status_code
    shell.content.accounts.remove(OWNER)

    assert (200, True, 200) == (shown.status_code, "Chapter one" in shown.text, child)
    assert 403 == shell.client().get(made.path).status_code


def crumbs(shell: Shell, made: Made, page: PageId) -> list[str]:
    """The ids that the breadcrumbs above a page's title link to."""
    head = shell.client().get(made.page(page)).text.partition("<h1>")[0]
    return re.findall(r'/p/([0-9]+)"', head.partition('<nav class="crumbs"')[2].partition("</nav>")[0])


def test_breadcrumbs_start_at_the_root_and_ask_for_nothing_more() -> None:
    """Above the title stands the way up to the share's root, whatever lies between; at the root itself there is none."""
    shell = Shell()
    made = shell.make_link(children=True)
    below = shell.make_link(CHILD, children=True)

    assert [[], [str(ROOT)], [str(ROOT)], [str(ROOT)]] == [
        crumbs(shell, made, page) for page in (ROOT, CHILD, FOLDER, INSIDE)
    ]
    assert [] == crumbs(shell, below, CHILD)
    assert '<li aria-current="page">' in shell.client().get(made.page(CHILD)).text


def test_a_folder_without_a_list_names_none() -> None:
    """A folder shared without the pages below it does not point to a list that is not there (spec V4)."""
    shell = Shell()
    alone = shell.client().get(shell.make_link(FOLDER).path).text

    assert (True, False) == ("This is a folder." in alone, "Pages in this share" in alone)


def inside(shell: Shell, made: Made) -> str:
    """What a folder's page shows as what is in it."""
    text = shell.client().get(made.path).text
    return text.partition('<h2 id="inside-heading">')[2].partition("</section>")[0]


def test_a_folder_shows_what_is_in_it() -> None:
    """In place of a body: its entries in reach, linked where they can be opened."""
    shell = Shell()
    shell.content.add(
        MemoryPage(PageId("41"), "Sketches", parent=FOLDER, kind=NodeKind.WHITEBOARD),
        MemoryPage(PageId("42"), "Hidden", "<p>x</p>", FOLDER, readers=frozenset({OWNER})),
    )
    html = inside(shell, shell.make_link(FOLDER, children=True))

    assert ["Chapter one"] == re.findall(r'<a href="[^"]*/p/[0-9]+">([^<]*)</a>', html)
    assert (True, False) == ("Sketches (cannot be opened here)" in html, "Hidden" in html)


def test_an_empty_folder_says_so() -> None:
    """And not whether anything in it is hidden."""
    shell = Shell()
    shell.content.pages[INSIDE] = evolve(shell.content.pages[INSIDE], readers=frozenset({OWNER}))
    html = inside(shell, shell.make_link(FOLDER, children=True))

    assert "There is nothing in it that can be shown here." in html
    assert "Chapter one" not in html


def test_an_unanswered_right_to_a_folder_is_busy() -> None:
    """When nobody can say whether the owner may see a folder, the answer is 503, not 404 (spec L15)."""
    shell = Shell()
    made = shell.make_link(FOLDER, children=True)
    shell.content.access_unknown = True

    assert 503 == shell.client().get(made.path).status_code


# --- the way around --------------------------------------------------------------------------------------------------


def test_the_trail_begins_at_the_root_of_the_share() -> None:
    """Nothing above the shared page is named; the page shown is marked as the current one (spec V4)."""
    shell = Shell()
    made = shell.make_link(children=True)
    text = shell.client().get(made.page(INSIDE)).text

    assert [str(ROOT), str(FOLDER), str(INSIDE)] == trail(shell, made, INSIDE)
    assert f'/p/{INSIDE}" aria-current="page"' in text
    assert "Home" not in text


def test_previous_and_next_are_the_nearest_that_can_be_opened() -> None:
    """Boards and pages out of reach are passed over; the first has no previous, the last no next (spec V4)."""
    shell = Shell()
    shell.content.add(MemoryPage(PageId("21"), "Last step", "<p>End.</p>", ROOT))
    made = shell.make_link(children=True)

    assert {"next": str(FOLDER)} == neighbours(shell, made, CHILD)
    assert {"previous": str(CHILD), "next": "21"} == neighbours(shell, made, FOLDER)
    assert {"previous": str(FOLDER)} == neighbours(shell, made, PageId("21"))
    assert {} == neighbours(shell, made, INSIDE)
    assert {} == neighbours(shell, made, ROOT)


def test_a_long_level_comes_in_pages_of_fifty() -> None:
    """The tree gives fifty entries a request, in Confluence's order, and leads on until there are no more (V4)."""
    shell = Shell()
    shell.content.add(*(MemoryPage(PageId(str(1000 + n)), f"Page {n}", parent=INSIDE) for n in range(120)))
    made = shell.make_link(children=True)
    client = shell.client()
    path, found = made.page(INSIDE), []
    for _ in range(3):
        text = client.get(path).text
        found.append(re.findall(r"/p/(1[0-9]{3})\"", text))
        more = re.search(r'href="([^"]*\?from=[0-9]+)#tree"', text)
        path = more[1] if more else ""

    assert [50, 50, 20] == [len(ids) for ids in found]
    assert [str(1000 + n) for n in range(120)] == [id for ids in found for id in ids]
    assert "" == path


@pytest.mark.parametrize("start", ["-1", "x", "", "1e3", "٣", "9999999999", "0x10", "50&from=0"])
def test_a_senseless_place_in_a_level_is_its_beginning(start: str) -> None:
    """What is no offset is read as none."""
    shell = Shell()
    made = shell.make_link(children=True)

    assert 200 == shell.client().get(f"{made.path}?from={start}").status_code
    assert [str(CHILD), str(FOLDER)] == listed(shell, made)


@pytest.mark.parametrize("failure", [Busy("slow down"), Broken("nonsense")])
def test_a_page_is_shown_though_its_surroundings_fail(failure: Any) -> None:
    """When the tree or the files cannot be fetched the article stands, and says what is missing (spec V10)."""
    shell = Shell()
    made = shell.make_link(children=True, allow=Capabilities.parse(["attachments=view"]))
    content = shell.content.content()

    class Failing:
        """Ports of which the later questions fail."""

        async def level(self, *_: Any) -> Any:
            raise failure

        async def attachments(self, *_: Any) -> Any:
            raise failure

        def __getattr__(self, name: str) -> Any:
            return getattr(content.pages, name)

    failing: Any = Failing()
    visiting = shell.services.visiting
    contents = {shell.site: evolve(content, pages=failing, files=failing)}
    shell.use(evolve(visiting, contents=contents))
    text = shell.client().get(made.path).text

    assert "How we work." in text
    assert "The other pages cannot be listed right now" in text
    assert "The files cannot be listed right now" in text
    assert text.rstrip().endswith("</html>")


# --- what a page tells -----------------------------------------------------------------------------------------------


def told(shell: Shell, *allowed: str) -> str:
    """The page with these capabilities."""
    made = shell.make_link(allow=Capabilities.parse(allowed))
    return shell.client().get(made.path).text


def with_draft(**changes: Any) -> Shell:
    """A shell whose root page has this in its draft."""
    shell = Shell()
    root = shell.content.pages[ROOT]
    draft = evolve(root.draft or Draft(ROOT, "", ""), author="Ada Lovelace", changed_at=NOW, **changes)
    shell.content.pages[ROOT] = evolve(root, draft=draft, labels=frozenset({"how-to"}))
    return shell


def test_names_and_labels_are_shown_by_capability_only() -> None:
    """The author and the labels stay inside unless the link shows them; the day of the last change does not."""
    bare, full = told(with_draft()), told(with_draft(), "names", "labels")

    assert ("Ada" in bare, "how-to" in bare, "15 May 2026" in bare) == (False, False, True)
    assert ("by Ada Lovelace" in full, "how-to" in full) == (True, True)


@pytest.mark.parametrize("body", ["<p></p>", '<p class="x"><br></p>\n<p>&nbsp;</p>'])
def test_a_page_without_words_says_so_and_has_its_files(body: str) -> None:
    """Nobody has to guess whether the page was lost on the way; what is attached to it is listed all the same."""
    shell = with_draft(body=body)
    text = told(shell, "attachments=view")

    assert '<p class="ex-placeholder">There is nothing on this page.</p>' in text
    assert '<h2 id="files-heading">Files</h2>' in text
    assert "nothing on this page" not in told(with_draft(body="<p>.</p>"))


def test_titles_are_text_wherever_they_stand() -> None:
    """A hostile title, label or name of a file is shown as written, in the page and around it (spec V1)."""
    shell = Shell()
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    for page in (ROOT, CHILD):
        shell.content.pages[page] = evolve(shell.content.pages[page], title=hostile, labels=frozenset({hostile}))
    for id, (file, data) in shell.content.files.items():
        shell.content.files[id] = evolve(file, name=f"{id}{hostile}", media_type=hostile), data
    made = shell.make_link(children=True, allow=Capabilities.parse(["attachments=view", "labels"]))
    text = shell.client().get(made.path).text

    assert "&lt;script&gt;" in text
    assert ("<script" in text, "<img src=x" in text) == (False, False)


def test_a_title_that_cannot_be_written_is_shown_as_far_as_it_can() -> None:
    """Half a surrogate pair in a title breaks nothing."""
    shell = Shell()
    shell.content.pages[ROOT] = evolve(shell.content.pages[ROOT], title="broken \ud83d title")
    made = shell.make_link(children=True)

    assert "broken ? title" in shell.client().get(made.path).text


def test_links_lead_to_pages_of_the_share_only() -> None:
    """A link to a reached page becomes ours; to any other page of the site it is plain text (spec V3)."""
    shell = with_draft(links=frozenset({CHILD, ELSEWHERE, SECRET}))
    root = shell.content.pages[ROOT]
    body = "".join(
        f'<a href="https://confluence.example/pages/{page}">to {page}</a>' for page in (CHILD, ELSEWHERE, SECRET)
    )
    shell.content.pages[ROOT] = evolve(root, body=body)
    made = shell.make_link(children=True)
    text = shell.client().get(made.path).text

    assert f'href="{made.path}/p/{CHILD}"' in text
    assert [False, False] == [f"/p/{page}" in text for page in (ELSEWHERE, SECRET)]
    assert "confluence.example" not in text


def test_macros_show_only_sources_that_are_reached() -> None:
    """A macro that reads another page is cut unless that page passes reach; excluded parts always are (L8, L17)."""
    sources: Mapping[str, PageId | None] = {"a": CHILD, "b": ELSEWHERE, "c": SECRET, "d": None}
    macros = [MacroUse("include", id, 0, source=page) for id, page in sources.items()]
    macros.append(MacroUse("excerpt", "e", 0, excluded=True, source=CHILD))
    body = "".join(f'<div data-macro-id="{id}">part {id}</div>' for id in "abcde")
    seen = {}
    for allowed in ((), ("includes",)):
        shell = with_draft(macros=tuple(macros))
        shell.content.pages[ROOT] = evolve(shell.content.pages[ROOT], body=body)
        made = shell.make_link(children=True, allow=Capabilities.parse(allowed))
        text = shell.client().get(made.path).text
        seen[allowed] = [id for id in "abcde" if f"part {id}" in text]

    assert {(): ["a"], ("includes",): ["a", "b"]} == seen


def test_a_view_is_read_afresh() -> None:
    """Each request shows the page as it is now; nothing is kept from the one before (spec V1)."""
    shell = Shell()
    made = shell.make_link()
    client = shell.client()
    client.get(made.path)
    shell.content.pages[ROOT] = evolve(shell.content.pages[ROOT], title="Renamed", body="<p>Anew.</p>")

    assert "Anew." in client.get(made.path).text


def test_nothing_of_a_page_rests_with_us() -> None:
    """After pages, trees and files were shown, no title, word or file name is in the storage (spec S1)."""
    shell = with_draft()
    made = shell.make_link(children=True, allow=Capabilities.parse(["attachments=view", "names", "labels"]))
    client = shell.client()
    for path in (made.path, made.page(CHILD), made.page(INSIDE), f"{made.path}/a/att501"):
        assert 200 == client.get(path).status_code
    resting = repr(shell.storage.state)

    assert [] == [
        word for word in ("Handbook", "How we work", "First steps", "plan.pdf", "Lovelace", "how-to") if word in resting
    ]


def test_a_head_of_a_page_is_no_view() -> None:
    """HEAD has the headers of GET and no body, and leaves nothing in the activity (security reference B57)."""
    shell = Shell()
    made = shell.make_link(children=True)
    client = shell.client()
    head, got = client.head(made.path), client.get(made.path)

    assert (200, b"", dict(got.headers)) == (head.status_code, head.content, dict(head.headers))
    assert ["viewed"] == [event.kind.value for event in shell.events(made)]


def test_a_preview_parameter_of_a_visitor_is_ignored() -> None:
    """Nothing in the query makes a visitor into somebody (security reference B75)."""
    shell = Shell()
    made = shell.make_link(max_opens=1)

    assert 'name="open"' in shell.client().get(f"{made.path}?preview=1&as=admin&share={made.id}").text


def test_a_blog_post_can_be_shared() -> None:
    """A blog post shows like a page (spec L1)."""
    shell = Shell()
    shell.content.add(MemoryPage(PageId("60"), "News", "<p>Fresh.</p>", kind=NodeKind.BLOG_POST))
    made = shell.make_link(PageId("60"))

    assert "Fresh." in shell.client().get(made.path).text


def test_tightening_reaches_a_page_that_is_open() -> None:
    """What a layer takes away is gone at the next request of a browser that is inside (spec P3, B71)."""
    shell = Shell()
    made = shell.make_link(children=True)
    client = shell.client()
    before = client.get(made.page(CHILD)).status_code
    shell.limit(children=False)
    without_children = client.get(made.page(CHILD)).status_code
    shell.limit(lifetime=timedelta(seconds=0))

    assert (200, 404, 403) == (before, without_children, client.get(made.path).status_code)


def test_links_to_other_sites_become_words_when_a_layer_says_so() -> None:
    """V3, P3: the site or the space decides for all pages below it, and the next view follows; nobody can loosen it."""
    shell = Shell()
    root = shell.content.pages[ROOT]
    shell.content.pages[ROOT] = evolve(root, body='<p>See <a href="https://elsewhere.example/x">the map</a>.</p>')
    made = shell.make_link()
    before = shell.client().get(made.path).text
    shell.limit("site", external_links=False)
    shell.limit("space TEAM", external_links=True)
    after = shell.client().get(made.path).text

    assert 'href="https://elsewhere.example/x"' in before
    assert ("elsewhere.example" in after, "the map" in after) == (False, True)
