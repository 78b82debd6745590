"""Labels, status and comments of a page as a visitor meets them, each only with its capability."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from attrs import evolve

from exshare_core.capabilities import Capabilities
from exshare_core.content import UNREADABLE, MacroUse
from exshare_core.discussion import Anchor
from exshare_core.errors import Broken, Busy
from exshare_core.links import LabelFilter
from exshare_core.testing.fakes.content import MemoryPage
from exshare_core.testing.fakes.rendering import MemoryRenderer
from exshare_core.values import PageId
from tests.integration import talk
from tests.integration.shell import CHILD, ELSEWHERE, OF_CHILD, ROOT, SECRET, UNKNOWN_TOKEN, Made, Shell


def furnished(*allow: str, **form: Any) -> tuple[Shell, Made]:
    """A share of everything below the root whose page is talked about, made before its last version."""
    shell = Shell()
    made = shell.make_link(children=True, allow=Capabilities.parse(allow), **form)
    talk.furnish(shell)
    return shell, made


def read(shell: Shell, address: str, status: int = 200) -> str:
    """The text of a page, without its markup and with single spaces."""
    answer = shell.client().get(address)

    assert status == answer.status_code

    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def comments(made: Made, page: PageId = CHILD) -> str:
    """The address of the comments."""
    return f"{made.page(page)}/comments"


def test_comments_stand_in_threads() -> None:
    """Comments come oldest first, each answer below its thread, without names, with dates for people and for machines."""
    shell, made = furnished("comments=view")
    answer = shell.client().get(comments(made))
    text = read(shell, comments(made))

    assert ["How long", "A day.", "Which step?", "All done."] == re.findall(
        r"How long|A day\.|Which step\?|All done\.", text
    )
    assert 4 == text.count("A member")
    assert "Lovelace" not in answer.text
    assert "Hopper" not in answer.text
    assert f'<time datetime="{shell.clock.now().isoformat()}">' in answer.text
    assert " UTC" in text


def test_names_are_shown_with_names() -> None:
    """With the capability `names` each comment says who wrote it."""
    shell, made = furnished("comments=view", "names")

    assert ["Ada Lovelace", "Grace Hopper"] == re.findall(r"Ada Lovelace|Grace Hopper", read(shell, comments(made)))[:2]


def test_a_resolved_comment_is_folded_up() -> None:
    """What is resolved stands in an element that is closed at first."""
    shell, made = furnished("comments=view")
    page = shell.client().get(comments(made)).text
    folded = re.findall(r"<details>.*?</details>", page, re.DOTALL)

    assert [True] == ["All done." in one and "Resolved" in one for one in folded]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "This comment cannot be shown."),
        ("de", "Dieser Kommentar kann nicht gezeigt werden."),
        ("pl", "Tego komentarza nie można pokazać."),
    ],
)
def test_a_comment_that_cannot_be_read_spoils_no_other(
    language: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Words stand in its place, whatever answers it is shown, and the log has its id and nothing that was written."""
    shell, made = furnished("comments=view")
    talk.say(shell, "850", "", shell.clock.now())
    shell.content.comments[-1] = evolve(shell.content.comments[-1], draft=None)
    talk.say(shell, "851", "Say that again.", shell.clock.now(), parent="850")
    page = shell.client().get(comments(made), headers={"accept-language": language})
    noted = [line for line in capsys.readouterr().out.splitlines() if "comment not shown" in line]

    assert 200 == page.status_code
    assert [words, "Say that again."] == re.findall(f"{re.escape(words)}|Say that again\\.", page.text)
    assert ["850"] == [found for line in noted for found in re.findall(r"comment=(\d+)", line)]
    assert "Say" not in "".join(noted)


def test_a_comment_that_cannot_be_rendered_spoils_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes too long to render, or links to what cannot be judged, is left out by itself."""
    shell, made = furnished("comments=view")
    render = MemoryRenderer.render

    async def fails(self: Any, draft: Any, *given: Any, **named: Any) -> Any:
        if "A day" in draft.body:
            raise Broken("the page took too long to render")
        return await render(self, draft, *given, **named)

    monkeypatch.setattr(MemoryRenderer, "render", fails)
    text = read(shell, comments(made))

    assert ["How long", "This comment cannot be shown.", "Which step"] == re.findall(
        r"How long|This comment cannot be shown\.|A day|Which step", text
    )


def test_a_comment_quotes_words_that_the_page_shows() -> None:
    """An inline comment is shown with its words, however they were spaced."""
    shell, made = furnished("comments=view")

    assert "About these words: mind the step" in read(shell, comments(made))


def test_a_comment_on_an_excluded_part_is_nowhere() -> None:
    """L8: neither the comment nor the words that it hangs on are there, nor any sign of them."""
    shell, made = furnished("comments=view", "names")
    page = shell.client().get(comments(made)).text

    assert "margin" not in page
    assert 4 == page.count('class="remark"')


def test_words_that_are_not_shown_any_more_are_not_quoted() -> None:
    """A marker in a shown part whose words the rendering has not is said to be about some words."""
    shell, made = furnished("comments=view")
    talk.say(shell, "801", "And this?", shell.clock.now(), anchor=Anchor(talk.MARK, "the secret margin"))
    page = read(shell, comments(made))

    assert "And this?" in page
    assert "About some words of the page" in page
    assert "margin" not in page


def test_comments_on_one_marker_quote_their_own_words() -> None:
    """What one comment is about is never taken for what another is about, though both hang on the same place."""
    shell, made = furnished("comments=view")
    talk.say(shell, "801", "And this?", shell.clock.now(), anchor=Anchor(talk.MARK, "Begin here"))
    talk.say(shell, "802", "And that?", shell.clock.now(), anchor=Anchor(talk.MARK, "the secret margin"))

    assert ["mind the step", "Begin here"] == re.findall(
        r"About these words: (mind the step|Begin here)", read(shell, comments(made))
    )


def test_a_comment_is_cut_and_sanitised_like_a_page() -> None:
    """An excluded part of a comment is cut, a macro that reads out of reach is hidden, nothing runs, and links lead to
    the share only.
    """
    shell, made = furnished("comments=view")
    host = shell.content.host
    hidden = MacroUse("include", "m-include", 0, source=ELSEWHERE)
    for number, (words, macros) in enumerate(
        (
            ('<div data-macro-id="m-excluded">a number</div>kept', (talk.EXCLUDED,)),
            ('<div data-macro-id="m-include">of elsewhere</div>kept', (hidden,)),
            ("<script>alert(1)</script><img src=x onerror=alert(1)>kept", ()),
            (f'<a href="https://{host}/pages/{ELSEWHERE}">kept</a>', ()),
        )
    ):
        talk.say(shell, str(810 + number), words, shell.clock.now(), macros=macros)
    page = shell.client().get(comments(made)).text

    assert 4 == page.count("kept")
    for word in ("a number", "of elsewhere", "alert", host, "onerror"):
        assert word not in page


@pytest.mark.parametrize("word", ["attachments=view", "names", "history=view", "labels"])
def test_comments_need_their_capability(word: str) -> None:
    """Without the capability `comments` the page has no way to its comments, and their address answers as nothing."""
    shell, made = furnished(word)

    assert "/comments" not in shell.client().get(made.page(CHILD)).text
    assert shell.client().get(made.page(ELSEWHERE)).content == shell.client().get(comments(made)).content
    assert 404 == shell.client().get(comments(made)).status_code


def test_a_layer_takes_comments_away() -> None:
    """What a layer does not allow is not shown, whatever the link wishes."""
    shell, made = furnished("comments=view", "status", "history=view")
    shell.limit(capabilities={"comments": 0, "status": 0, "history": 0})

    assert "review" not in shell.client().get(made.page(CHILD)).text
    assert [404, 404] == [
        shell.client().get(f"{made.page(CHILD)}/{one}").status_code for one in ("comments", "history")
    ]


@pytest.mark.parametrize("page", [ELSEWHERE, SECRET, PageId("999"), "x", "0"])
def test_comments_of_what_is_not_shared_are_nowhere(page: PageId) -> None:
    """The comments of a page that is out of reach answer like the page itself: not in the share."""
    shell, made = furnished("comments=view", "history=view")
    talk.say(shell, "820", "out of reach", shell.clock.now(), page=page)
    for beside in ("comments", "history", "history/1", "compare"):
        answer = shell.client().get(f"{made.page(page)}/{beside}")

        assert (404, shell.client().get(made.page(page)).content) == (answer.status_code, answer.content)


def test_a_long_discussion_comes_in_parts() -> None:
    """At most twenty-five comments come at once; the way on needs no script, and every comment comes exactly once but
    for the beginning of a thread that goes on, which is told again.
    """
    shell, made = furnished("comments=view")
    shell.content.comments.clear()
    now = shell.clock.now()
    for number in range(1, 31):
        talk.say(shell, str(1000 + number), f"thread-{number}.", now)
    for number in range(1, 41):
        talk.say(shell, str(2000 + number), f"answer-{number}.", now, parent="1002")
    seen, address, parts = [], comments(made), []
    for _ in range(10):
        page = shell.client().get(address).text
        words = re.findall(r"(?:thread|answer)-[0-9]+\.", page)
        parts.append(len(words))
        seen += words
        following = re.search(r'href="([^"]*\?from=[0-9.]*)#main"', page)
        if following is None:
            break
        address = following[1]
    expected = [f"thread-{number}." for number in range(1, 31)] + [f"answer-{number}." for number in range(1, 41)]

    assert max(parts) <= 25
    assert sorted(expected) == sorted(dict.fromkeys(seen))
    assert {"thread-2."} == {word for word in seen if seen.count(word) > 1}


@pytest.mark.parametrize("gone", ["1026", "1001"], ids=["the next thread", "one that was shown"])
def test_what_is_deleted_meanwhile_makes_nobody_miss_a_comment(gone: str) -> None:
    """A part begins with the thread that it names, or with the one after it: none is skipped, and none comes twice."""
    shell, made = furnished("comments=view")
    shell.content.comments.clear()
    for number in range(1001, 1031):
        talk.say(shell, str(number), f"thread-{number}.", shell.clock.now())
    first = shell.client().get(comments(made)).text
    (address,) = re.findall(r'href="([^"]*\?from=[0-9.]*)#main"', first)
    shell.content.comments[:] = [one for one in shell.content.comments if one.comment.id != gone]
    second = shell.client().get(address).text
    seen = re.findall(r"thread-([0-9]+)\.", first + second)

    assert [str(number) for number in range(1001, 1031) if str(number) != gone or gone == "1001"] == seen


def test_a_place_tells_nothing_of_comments_that_are_not_told() -> None:
    """L8: a part that begins with a comment on an excluded part begins as one with an id that nobody ever had."""
    shell, made = furnished("comments=view")
    pages = [shell.client().get(f"{comments(made)}?from={one}").text for one in ("704", "704.702", "705", "704.9")]

    assert 1 == len(set(pages))


@pytest.mark.parametrize("start", ["99999", "1.99999", "-1", "x", "1.x", "9" * 30])
def test_a_part_that_is_not_there_is_empty_or_the_first(start: str) -> None:
    """Whatever is asked for as a beginning, the page answers."""
    shell, made = furnished("comments=view")

    read(shell, f"{comments(made)}?from={start}")


def test_a_label_that_cannot_be_read_is_not_shown_and_may_be_one_that_forbids() -> None:
    """It is no label to look at; where labels leave pages out, the page is left out, since it may be one of those."""
    shell, made = furnished("labels")
    page = shell.content.pages[CHILD]
    shell.content.add(evolve(page, labels=frozenset({"public", UNREADABLE})))
    labels = re.findall(r'<ul class="labels".*?</ul>', shell.client().get(made.page(CHILD)).text)

    assert [1] == [one.count("<li>") for one in labels]

    without = shell.make_link(children=True, labels=LabelFilter.parse("without: internal"))
    those = shell.make_link(children=True, labels=LabelFilter.parse("any: public"))

    assert [404, 200] == [shell.client().get(one.page(CHILD)).status_code for one in (without, those)]
    shell.limit(forbidden_labels=frozenset({"internal"}))
    assert 404 == shell.client().get(made.page(CHILD)).status_code


def test_labels_and_status_are_shown_with_their_capabilities() -> None:
    """Labels and what a page is said to be are words as they were written, and only where the link shows them."""
    shell, made = furnished("labels", "status")
    page = shell.client().get(made.page(CHILD)).text
    plain, without = furnished("comments=view")

    assert '<span class="lozenge blue">In &lt;review&gt;</span>' in page
    assert "<li>public</li>" in page
    for word in ("lozenge", "public", "review"):
        assert word not in plain.client().get(without.page(CHILD)).text


def test_a_status_that_cannot_be_found_out_keeps_no_page_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure for the status alone leaves it out."""
    shell, made = furnished("status")

    async def fails(*_: object) -> None:
        raise Busy("the site is busy")

    monkeypatch.setattr("exshare_core.testing.fakes.content.MemoryPages.status", fails)
    page = shell.client().get(made.page(CHILD))

    assert (200, False) == (page.status_code, "lozenge" in page.text)


@pytest.mark.parametrize(("failure", "status"), [(Busy("slow"), 503), (Broken("odd"), 502)])
@pytest.mark.parametrize("beside", ["comments", "history", "history/2", "compare"])
def test_what_fails_upstream_fails_as_pages_do(beside: str, failure: Exception, status: int) -> None:
    """Busy is 503, broken is 502, and the open of a visit that was given nothing is given back."""
    shell, made = furnished("comments=view", "history=view", max_opens=1)
    client = shell.client()
    client.post(made.path, data={"open": "open"})
    shell.content.failure = failure  # type: ignore[assignment]

    assert status == client.get(f"{made.page(CHILD)}/{beside}").status_code
    assert 0 == shell.record(made).opens


def test_a_look_beside_a_page_keeps_a_visit_and_is_written_down() -> None:
    """Reading comments or history is a view with its kind and no words; a HEAD shows and writes down nothing."""
    shell, made = furnished("comments=view", "history=view", "old-versions")
    client = shell.client()
    for beside in ("comments", "history", "history/1", "compare?from=1&to=3"):
        assert 200 == client.head(f"{made.page(CHILD)}/{beside}").status_code
        assert 200 == client.get(f"{made.page(CHILD)}/{beside}").status_code
    events = [(event.kind.value, event.page, event.detail) for event in shell.events(made)]

    assert [("viewed", CHILD, detail) for detail in ("comments", "history", "version 1", "comparison")] == events


def test_a_page_without_comments_says_so() -> None:
    """Where there is nothing to show, that is said."""
    shell, made = furnished("comments=view")
    shell.content.add(MemoryPage(PageId("15"), "Quiet", "<p>Nothing.</p>", ROOT))

    assert "There are no comments to show." in read(shell, comments(made, PageId("15")))


def test_an_unknown_link_has_no_comments() -> None:
    """An address that leads nowhere answers the one 404, whatever stands behind it."""
    shell, _ = furnished("comments=view")
    client = shell.client()
    plain = client.get(f"/s/{UNKNOWN_TOKEN}").content

    assert {plain} == {
        client.get(f"/s/{UNKNOWN_TOKEN}/p/{CHILD}/{beside}").content
        for beside in ("comments", "history", "history/1", "compare")
    }


@pytest.mark.parametrize(("allow", "shown"), [("comments=view", False), ("attachments=view", True)])
def test_a_picture_is_shown_only_where_its_file_is_served(allow: str, shown: bool) -> None:
    """A picture in a comment or in an old version whose file this link does not serve is no broken picture: it is not
    there. One that the page of today shows is, and so is any with the capability `attachments`.
    """
    shell, made = furnished("comments=view", "history=view", allow)
    picture = f'<img src="https://{shell.content.host}/files/{OF_CHILD}">'
    talk.say(shell, "830", f"see {picture}", shell.clock.now())
    shell.content.versions[CHILD][1] = talk.past(2, shell.clock.now(), f"<p>see {picture}</p>", "")
    client = shell.client()
    served = client.get(made.file(OF_CHILD)).status_code == 200

    assert shown == served
    for beside in ("comments", "history/2"):
        assert shown == (made.file(OF_CHILD) in client.get(f"{made.page(CHILD)}/{beside}").text)


def test_what_stands_beside_a_page_may_be_framed_as_the_page_may() -> None:
    """The sites whose pages may show a share in a frame may show all of it, and no others."""
    shell, made = furnished("comments=view", "history=view", frame_origins=frozenset({"https://intranet.example"}))
    for beside in ("", "/comments", "/history", "/history/2", "/compare"):
        policy = shell.client().get(f"{made.page(CHILD)}{beside}").headers["content-security-policy"]

        assert "frame-ancestors https://intranet.example" in policy
        assert "script" not in policy.replace("default-src 'none'", "")
