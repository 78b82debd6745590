"""Looking for words inside a share (spec V6, L8): what is found, what never is, and what the page does."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from exshare_core.capabilities import Capabilities
from exshare_core.content import Draft, MacroUse
from exshare_core.errors import Broken, Busy
from exshare_core.links import LabelFilter
from exshare_core.testing import MemoryPage
from exshare_core.testing.fakes.content import MemoryPages
from exshare_core.testing.fakes.rendering import MemoryRenderer
from exshare_core.values import PageId
from exshare_web.turns import Turns
from tests.integration.shell import CHILD, ELSEWHERE, INSIDE, OWNER, PASSWORD, ROOT, SECRET, Made, Shell, run

SEARCH = Capabilities.parse(["search"])
LABELLED = Capabilities.parse(["search", "labels"])
SUPPLIER, SOURCE, CARVED, INCLUDES = map(PageId, ("40", "41", "42", "43"))


def a_shell() -> Shell:
    """The handbook with pages that say `foghorn` where visitors may see it, and where they may not."""
    shell = Shell()
    excluded = MacroUse("excerpt", "m1", 0, excluded=True)
    included = MacroUse("include", "m2", 0, source=SOURCE)
    shell.content.add(
        MemoryPage(SUPPLIER, "Suppliers", "", ROOT, draft=_draft("<p>Ropes.</p>", excluded, "<p>foghorn margin</p>")),
        MemoryPage(SOURCE, "Prices", "<p>foghorn</p>", PageId("1")),
        MemoryPage(INCLUDES, "Included", "", ROOT, draft=_draft("<p>Chains.</p>", included, "<p>foghorn prices</p>")),
        MemoryPage(CARVED, "Carved", "<p>foghorn</p>", ROOT),
    )
    for page, body in ((CHILD, "<p>Sound the <em>fog</em>horn.</p>"), (INSIDE, "<p>Once, a foghorn.</p>")):
        shell.content.add(_with_body(shell, page, body))
    for page in (SECRET, ELSEWHERE):
        shell.content.add(_with_body(shell, page, "<p>A foghorn that is not shared.</p>"))
    return shell


def _draft(body: str, macro: MacroUse, output: str) -> Draft:
    return Draft(PageId("0"), "", f'{body}<div data-macro-id="{macro.id}">{output}</div>', macros=(macro,))


def _with_body(shell: Shell, page: PageId, body: str) -> MemoryPage:
    old = shell.content.pages[page]
    return MemoryPage(page, old.title, body, old.parent, labels=old.labels, readers=old.readers)


def looked(shell: Shell, made: Made, words: str, **fields: str) -> Any:
    """The answer to a search."""
    return shell.client().post(f"{made.path}/find", data={"words": words, **fields})


def found(answer: Any) -> list[str]:
    """The ids of the pages that were found, in order."""
    return re.findall(r'<li><h3><a href="[^"]+/p/(\d+)">', answer.text)


def way_on(answer: Any) -> str:
    """What to go on with; empty where there is no way on."""
    further = re.search(r'name="further" value="([^"]*)"', answer.text)
    return further[1] if further else ""


def text_of(answer: Any) -> str:
    """The page without its markup."""
    return html.unescape(re.sub(r"<[^>]+>", "", answer.text))


def test_pages_are_found_by_what_this_visitor_sees() -> None:
    """Excluded parts, macros from out of reach, restricted pages, carved out ones and pages elsewhere find nothing."""
    shell = a_shell()
    made = shell.make_link(children=True, carve_outs=("42",), allow=SEARCH)
    answer = looked(shell, made, "FOGHORN")

    assert [INSIDE, CHILD] == found(answer)
    assert "Sound the foghorn." in text_of(answer)
    assert "<mark>foghorn</mark>" in answer.text
    assert [] == found(looked(shell, made, "margin"))
    assert [] == found(looked(shell, made, "foghorn prices"))
    assert [SUPPLIER] == found(looked(shell, made, "ropes"))


def test_what_is_hidden_changes_nothing_of_an_answer() -> None:
    """An answer is the same to the byte whether or not what the visitor may not see has the words."""
    shell, bare = a_shell(), a_shell()
    for page in (SECRET, CARVED, ELSEWHERE):
        bare.content.add(_with_body(bare, page, "<p>Nothing.</p>"))
    bare.content.add(MemoryPage(SUPPLIER, "Suppliers", "<p>Ropes.</p>", ROOT))
    links = [one.make_link(children=True, carve_outs=("42",), allow=SEARCH) for one in (shell, bare)]

    assert links[0].token == links[1].token
    for words in ("foghorn", "margin", "figures", "nothing"):
        assert looked(shell, links[0], words).content == looked(bare, links[1], words).content


def test_a_search_needs_its_capability_and_child_pages() -> None:
    """Without either the search is nowhere, and no page has its form."""
    shell = a_shell()
    for made in (shell.make_link(children=True), shell.make_link(allow=SEARCH)):
        assert 404 == looked(shell, made, "foghorn").status_code
        assert 404 == shell.client().get(f"{made.path}/find").status_code
        assert "find" not in shell.client().get(made.path).text


def test_a_page_of_a_share_has_the_form_and_may_send_it() -> None:
    """The form is beside the page, labelled, sent by POST; the page's policy lets it be sent to us and nobody else."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=SEARCH)
    page = shell.client().get(made.path)

    assert f'role="search" method="post" action="{made.path}/find#results"' in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert 200 == shell.client().get(f"{made.path}/find").status_code


def test_a_label_narrows_a_search_where_labels_are_shown() -> None:
    """With the capability `labels` only pages with the label are found; without it a label is not heard."""
    shell = a_shell()
    made, silent = (shell.make_link(children=True, allow=allow) for allow in (LABELLED, SEARCH))

    assert [CHILD] == found(looked(shell, made, "foghorn", label="Public"))
    assert [] == found(looked(shell, made, "foghorn", label="nosuch"))
    assert found(looked(shell, silent, "foghorn")) == found(looked(shell, silent, "foghorn", label="public"))
    assert 'name="label"' in looked(shell, made, "foghorn").text
    assert 'name="label"' not in looked(shell, silent, "foghorn").text


def test_the_links_own_filter_holds() -> None:
    """A page that the link's label filter leaves out is not found."""
    shell = a_shell()
    made = shell.make_link(children=True, labels=LabelFilter.parse("any: public"), allow=SEARCH)

    assert [CHILD] == found(looked(shell, made, "foghorn"))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"words": ""}, "Words: must have at least one letter or digit"),
        ({"words": "x" * 900}, "Words: must be at most 200 characters"),
        ({"words": "a b c d e f g h i j"}, "Words: must be at most 8 words"),
        ({"words": "foghorn", "label": "two words"}, "Label: must be one label, without spaces"),
    ],
)
def test_what_cannot_be_looked_for_is_told(fields: dict[str, str], told: str) -> None:
    """The form comes again with the rule that was broken, and says at which field."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=LABELLED)
    answer = shell.client().post(f"{made.path}/find", data=fields)

    assert 400 == answer.status_code
    assert told in text_of(answer)
    assert 'aria-invalid="true"' in answer.text


def test_many_hits_come_ten_at_a_time_without_a_number() -> None:
    """Each page of results goes on after the last hit of the one before; each hit comes once; no total is told."""
    shell = a_shell()
    numbers = [PageId(str(number)) for number in range(100, 125)]
    shell.content.add(*(MemoryPage(one, f"Buoy {one}", "<p>a buoy</p>", ROOT) for one in numbers))
    made = shell.make_link(children=True, allow=SEARCH)
    seen: list[str] = []
    further = ""
    for _ in range(3):
        answer = looked(shell, made, "buoy", further=further)
        seen += found(answer)
        further = way_on(answer)

    assert sorted(numbers, reverse=True) == seen
    assert not further
    assert "25" not in text_of(answer)


@pytest.mark.parametrize("hidden", [0, 1, 5])
def test_the_way_on_tells_nothing_of_what_is_hidden(hidden: int) -> None:
    """L8: after a full part there is a way on, whether pages that are not shown have the words or not; at its end nothing."""
    shell = a_shell()
    for number in range(100, 110 + hidden):
        readers = frozenset({OWNER}) if number >= 110 else None
        shell.content.add(MemoryPage(PageId(str(number)), f"Buoy {number}", "<p>a buoy</p>", ROOT, readers=readers))
    made = shell.make_link(children=True, allow=SEARCH)
    first = looked(shell, made, "buoy")
    last = looked(shell, made, "buoy", further=way_on(first))

    assert [str(number) for number in range(109, 99, -1)] == found(first)
    assert ([], "") == (found(last), way_on(last))
    assert "There are no more pages with these words." in last.text


def test_nobody_can_ask_whether_a_hidden_page_has_the_words() -> None:
    """What to go on with counts only as we gave it, for the words, the label and the link that it was given for.

    If a page could be named to go on after, what came next would tell whether it was among those to look at.
    """
    shell = a_shell()
    numbers = [PageId(str(number)) for number in range(100, 115)]
    shell.content.add(*(MemoryPage(one, f"Buoy bell {one}", "<p>a buoy</p>", ROOT) for one in numbers))
    made, other = (shell.make_link(children=True, allow=LABELLED) for _ in range(2))
    given = way_on(looked(shell, made, "buoy"))
    whole = found(looked(shell, made, "buoy"))
    forged = [
        "99999",
        SECRET,
        f"{SECRET}.{given}",
        given[:-1],
        given.replace("114", SECRET),
        "." * 50,
        "é.é",
        "x" * 9000,
    ]

    assert 5 == len(found(looked(shell, made, "buoy", further=given)))
    assert [whole] * len(forged) == [found(looked(shell, made, "buoy", further=one)) for one in forged]
    assert whole == found(looked(shell, made, "bell", further=given))
    assert whole == found(looked(shell, other, "buoy", further=given))


def test_what_is_changed_meanwhile_comes_neither_twice_nor_never() -> None:
    """A page that was shown and then changed comes first among the candidates, and is not shown again; none is skipped."""
    shell = a_shell()
    numbers = [PageId(str(number)) for number in range(100, 115)]
    shell.content.add(*(MemoryPage(one, f"Buoy {one}", "<p>a buoy</p>", ROOT) for one in numbers))
    made = shell.make_link(children=True, allow=SEARCH)
    first = looked(shell, made, "buoy")
    for page in ("105", "102"):
        shell.content.add(shell.content.pages.pop(PageId(page)))
    second = looked(shell, made, "buoy", further=way_on(first))

    assert sorted(numbers) == sorted(found(first) + found(second))


@pytest.mark.parametrize("where", ["facts", "readings"])
def test_a_page_that_makes_no_sense_spoils_no_other(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that cannot be read, or not be judged, is not found; the others are."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=SEARCH)
    ask = getattr(MemoryPages, where)

    async def fails(self: Any, pages: Any, identity: Any) -> Any:
        if INSIDE in pages:
            raise Broken("the storage format of the page cannot be read")
        return await ask(self, pages, identity)

    monkeypatch.setattr(MemoryPages, where, fails)

    assert {CHILD, CARVED} == set(found(looked(shell, made, "foghorn")))


def test_what_we_add_to_a_page_is_said_in_the_visitors_language() -> None:
    """An excerpt that reaches over a placeholder has it as the page has it."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=SEARCH)
    views: list[str] = []
    render = MemoryRenderer.render

    async def watched(self: Any, draft: Any, without: Any, pages: Any, view: Any, *given: Any) -> Any:
        views.append(view.language)
        return await render(self, draft, without, pages, view, *given)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(MemoryRenderer, "render", watched)
        shell.client().post(f"{made.path}/find", data={"words": "foghorn"}, headers={"accept-language": "pl"})

    assert {"pl"} == set(views)


@pytest.mark.parametrize(
    "words",
    ['foghorn"', "foghorn\\", 'x" or space = "HR', "fog* OR title ~ secret", "foghorn~2", "f?ghorn", "AND", "not the",
     "(foghorn", "foghorn\x00", "\u202efoghorn", "ｆｏｇｈｏｒｎ", "фог", "хорн" * 40, "_", "__ *", "'; drop", "a" * 10_000],
)  # fmt: skip
def test_no_words_break_or_widen_a_search(words: str) -> None:
    """Whatever is typed is letters and digits to look for, or is refused in words; nothing that is not shared is found."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=LABELLED)
    for fields in ({"words": words}, {"words": "foghorn", "label": words}):
        answer = looked(shell, made, **fields)

        assert answer.status_code in (200, 400)
        assert set(found(answer)) <= {CHILD, INSIDE, CARVED}


def test_a_search_is_closed_with_its_link() -> None:
    """Gates come first, a suspended root answers as the link does, and other pages cannot send the form."""
    shell = a_shell()
    made, gated = (
        shell.make_link(children=True, allow=SEARCH),
        shell.make_link(children=True, allow=SEARCH, password=PASSWORD),
    )

    assert (303, gated.path) == (looked(shell, gated, "x").status_code, looked(shell, gated, "x").headers["location"])
    forged = shell.client().post(f"{made.path}/find", data={"words": "x"}, headers={"origin": "https://evil.example"})
    assert 403 == forged.status_code
    shell.content.accounts.discard(OWNER)
    assert 403 == looked(shell, made, "foghorn").status_code


def test_what_was_seen_is_written_down_and_what_was_sought_is_not() -> None:
    """The activity names each page that something was shown of, and the words stand nowhere in it."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=SEARCH)
    looked(shell, made, "foghorn sound")
    looked(shell, made, "zebra")

    assert [("viewed", CHILD)] == [(one.kind.value, one.page) for one in shell.events(made)]
    assert "zebra" not in repr(shell.storage.state)


@pytest.mark.parametrize(("failure", "status"), [(Busy("later"), 503), (Broken("what"), 502)])
def test_a_search_that_cannot_be_made_is_busy_or_broken(failure: Busy | Broken, status: int) -> None:
    """What Confluence cannot answer is never told as nothing found."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=SEARCH)
    shell.content.failure = failure

    assert status == looked(shell, made, "foghorn").status_code


def test_a_visit_that_brought_nothing_is_returned() -> None:
    """An open whose first act was a search that failed is given back."""
    shell = a_shell()
    made = shell.make_link(children=True, allow=SEARCH, max_opens=1)
    client = shell.client()
    client.post(made.path, data={"open": "open"})
    shell.content.failure = Busy("later")

    assert 503 == client.post(f"{made.path}/find", data={"words": "foghorn"}).status_code
    assert 0 == shell.record(made).opens


def test_too_many_searches_at_once_are_busy() -> None:
    """So many run, some wait, and one more is told to come again; then all goes on."""

    async def crowd() -> list[str]:
        turns, told = Turns(at_once=1, waiting=0), []
        async with turns.one():
            try:
                async with turns.one():
                    told.append("in")
            except Busy as busy:
                told.append(f"again in {busy.retry_after:.0f}")
        async with turns.one():
            told.append("in")
        return told

    assert ["again in 5", "in"] == run(crowd())
