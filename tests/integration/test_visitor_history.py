"""The history of a page as a visitor meets it: versions since the link was made, each cut by its own storage."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from attrs import evolve

from exshare_core.capabilities import Capabilities
from exshare_core.content import Draft
from exshare_core.history import Past, Version
from tests.integration import talk
from tests.integration.shell import CHILD, ELSEWHERE, Made, Shell
from tests.integration.test_visitor_discussion import furnished, read


def history(made: Made, beside: str = "history") -> str:
    """An address beside the page."""
    return f"{made.page(CHILD)}/{beside}"


def versions(page: str) -> list[int]:
    """The versions that a page lists, in their order."""
    return [int(number) for number in re.findall(r"<h2><a [^>]*>Version ([0-9]+)</a>", page)]


def test_only_versions_since_the_link_are_listed() -> None:
    """L8: with `history` alone neither an older version nor its message is there; `old-versions` adds them."""
    shell, made = furnished("history=view")
    page = shell.client().get(history(made)).text
    whole, all_of_it = furnished("history=view", "old-versions")

    assert [3, 2] == versions(page)
    assert "Cut &lt;short&gt;" in page
    assert "Told too much" not in page
    assert "Lovelace" not in page
    assert [3, 2, 1] == versions(whole.client().get(history(all_of_it)).text)
    assert "Told too much" in whole.client().get(history(all_of_it)).text


def test_where_there_is_one_version_only_that_is_said() -> None:
    """A page that was not changed since it was shared has one version to show, and nothing to compare it with."""
    shell = Shell()
    talk.furnish(shell, shell.clock.now() - timedelta(days=1))
    made = shell.make_link(children=True, allow=Capabilities.parse(["history=view"]))
    page = shell.client().get(history(made)).text
    more, changed = furnished("history=view")

    assert [3] == versions(page)
    assert "There is no other version that can be shown here." in page
    assert "<form" not in page
    assert "no other version" not in more.client().get(history(changed)).text


def test_old_versions_without_history_show_nothing() -> None:
    """The capability `old-versions` adds to `history` and is none by itself."""
    shell, made = furnished("old-versions")

    assert "/history" not in shell.client().get(made.page(CHILD)).text
    assert 404 == shell.client().get(history(made)).status_code


def test_names_are_told_with_names() -> None:
    """Who made a version is told with the capability `names`."""
    shell, made = furnished("history=view", "names")

    assert "by Ada Lovelace" in read(shell, history(made))


@pytest.mark.parametrize("number", ["1", "0", "4", "99999999", "x", "-2", "2.0"])
def test_an_older_version_answers_like_one_that_never_was(number: str) -> None:
    """A version from before the link, one that the page never had, and what is no number: the same 404 to the byte."""
    shell, made = furnished("history=view")
    answer = shell.client().get(history(made, f"history/{number}"))

    assert (404, shell.client().get(made.page(ELSEWHERE)).content) == (answer.status_code, answer.content)


@pytest.mark.parametrize(
    "query",
    [
        "from=1&to=3",
        "from=1&to=2",
        "from=2&to=9",
        "from=1&to=1",
        "from=0&to=2",
        "from=-1&to=3",
        "from=2&to=x",
        "from=2.0&to=3",
        "from=99999999999999999999&to=3",
        "from=٢&to=3",
        "from=1",
        "to=2",
        "to=1",
    ],
)
def test_nothing_is_compared_with_a_version_that_is_not_shown(query: str) -> None:
    """A comparison with an older version, one that never was, or what is no number is the same 404."""
    shell, made = furnished("history=view")
    answer = shell.client().get(history(made, f"compare?{query}"))

    assert (404, shell.client().get(made.page(ELSEWHERE)).content) == (answer.status_code, answer.content)


def test_a_version_is_cut_by_its_own_storage() -> None:
    """L8: what a version excluded stays out of it; what only later versions exclude is shown of the one before them."""
    shell, made = furnished("history=view", "old-versions")
    second, first = read(shell, history(made, "history/2")), read(shell, history(made, "history/1"))

    assert "Begin there." in second
    assert "margin" not in second
    assert "The first secret." in first
    assert "The page has changed since." in second
    assert "current" not in second


def test_what_is_excluded_stays_out_of_comparisons() -> None:
    """A comparison tells of shown words only, with marks for those who do not see colours."""
    shell, made = furnished("history=view")
    page = shell.client().get(history(made, "compare")).text
    text = read(shell, history(made, "compare"))

    assert "margin" not in page
    assert "[removed: there ]" in text
    assert "[added: here, and mind the step ]" in text
    assert "<ins>" in page
    assert "<del>" in page


def test_versions_are_compared_in_either_order() -> None:
    """From the newer to the older is told as from the older to the newer; without numbers it is the last change."""
    shell, made = furnished("history=view")
    client = shell.client()
    pages = {client.get(history(made, f"compare{query}")).text for query in ("", "?from=2&to=3", "?from=3&to=2")}

    assert 1 == len(pages)


def test_a_version_that_cannot_be_read_says_so() -> None:
    """It is listed, its page says that it cannot be shown, and so does a comparison with it; the others are as ever."""
    shell, made = furnished("history=view", "old-versions")
    shell.content.versions[CHILD][1] = evolve(shell.content.versions[CHILD][1], draft=None)

    assert [3, 2, 1] == versions(shell.client().get(history(made)).text)
    assert "This version cannot be shown." in read(shell, history(made, "history/2"))
    assert "Version 2 cannot be shown." in read(shell, history(made, "compare?from=1&to=2"))
    assert "The first secret." in read(shell, history(made, "history/1"))
    assert "[added:" in read(shell, history(made, "compare?from=1&to=3"))


def test_a_version_of_unknown_age_that_cannot_be_read_is_older_than_the_link() -> None:
    """L8: without `old-versions` it answers like one that never was."""
    shell, made = furnished("history=view")
    shell.content.versions[CHILD][1] = Past(Version(2, None), None)

    assert 404 == shell.client().get(history(made, "history/2")).status_code
    assert 404 == shell.client().get(history(made, "compare?from=2&to=3")).status_code


def test_what_was_written_about_a_version_does_not_name_the_site() -> None:
    """V3: the site's own host becomes neutral words, and what looks like markup is text."""
    shell, made = furnished("history=view")
    past = shell.content.versions[CHILD][1]
    message = f"See <b>https://{shell.content.host}/pages/9</b>"
    shell.content.versions[CHILD][1] = evolve(past, version=evolve(past.version, message=message))
    page = shell.client().get(history(made)).text

    assert shell.content.host not in page
    assert "See &lt;b&gt;" in page


def test_the_cells_of_a_row_stand_in_one_line() -> None:
    """A table is compared row by row, and unchanged rows are folded up whole."""
    shell, made = furnished("history=view")
    now = shell.clock.now()
    rows = "".join(f"<tr><td>lens {number}</td><td>{number} euros</td></tr>" for number in range(9))
    old, new = f"<table>{rows}</table>", f"<table>{rows.replace('4 euros', '5 euros')}</table>"
    shell.content.versions[CHILD][1] = talk.past(2, now, old, "")
    shell.content.pages[CHILD] = evolve(shell.content.pages[CHILD], draft=Draft(CHILD, "", new, version=3))
    page = shell.client().get(history(made, "compare")).text
    seen = re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)
    told = [re.sub(r"<[^>]*>|\s", "", row) for row in re.findall(r'<div class="row">.*?</div>', seen, re.DOTALL)]

    assert ["lens33euros", "lens4[removed:4][added:5]euros", "lens55euros"] == told
    assert ["3", "3"] == re.findall(r"([0-9]+) unchanged passages", page)


def test_versions_without_a_difference_say_so() -> None:
    """Where no shown words changed, that is said, also when what is excluded changed."""
    shell, made = furnished("history=view")
    now = shell.clock.now()
    shell.content.versions[CHILD][1] = talk.past(
        2, now, talk.BODY.replace("secret margin", "other margin"), "", talk.EXCLUDED
    )

    assert "No words changed between these versions." in read(shell, history(made, "compare"))
    assert "No words changed between these versions." in read(shell, history(made, "compare?from=2&to=2"))


def test_versions_that_differ_in_too_much_say_so() -> None:
    """Two versions of thousands of paragraphs with nothing in common are not compared, and that is said kindly."""
    shell, made = furnished("history=view")
    now = shell.clock.now()
    for place, letter in ((1, "a"), (2, "b")):
        last = "".join(f"<p>{letter}{number}</p>" for number in range(1800))
        shell.content.versions[CHILD][place] = talk.past(place + 1, now, last, "")
    shell.content.pages[CHILD] = evolve(
        shell.content.pages[CHILD],
        draft=Draft(CHILD, "", last, version=3),
    )

    assert "These versions differ in too much to be compared." in read(shell, history(made, "compare"))


def test_unchanged_passages_are_folded_up() -> None:
    """Of many passages that stayed only those beside a change are in sight; the others are counted and can be opened."""
    shell, made = furnished("history=view")
    now = shell.clock.now()
    old = "".join(f"<p>Line {number}.</p>" for number in range(20))
    new = old.replace("Line 10.", "Line ten.")
    shell.content.versions[CHILD][1] = talk.past(2, now, old, "")
    shell.content.pages[CHILD] = evolve(shell.content.pages[CHILD], draft=Draft(CHILD, "", new, version=3))
    page = shell.client().get(history(made, "compare")).text
    open_parts = re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)

    assert ["9", "8"] == re.findall(r"([0-9]+) unchanged passages", page)
    assert ["9", "10", "11"] == re.findall(r"Line .*?([0-9]+)", open_parts)


def test_a_long_history_comes_in_parts() -> None:
    """Twenty-five versions come at once; older ones follow until the link's own time, and no further."""
    shell, made = furnished("history=view")
    now = shell.clock.now()
    dates = [now - timedelta(days=1)] * 10 + [now] * 50
    shell.content.versions[CHILD] = [talk.past(number, at, "<p>x</p>", "") for number, at in enumerate(dates, 1)]
    shell.content.pages[CHILD] = evolve(shell.content.pages[CHILD], draft=Draft(CHILD, "", "<p>x</p>", version=60))
    seen, address = [], history(made)
    while address:
        page = shell.client().get(address).text
        seen.append(versions(page))
        following = re.search(r'href="([^"]*\?before=[0-9]+)#main"', page)
        address = following[1] if following else ""

    assert [[*range(60, 35, -1)], [*range(35, 10, -1)], []] == seen


def test_the_current_version_is_shown_as_such() -> None:
    """The version that is current can be looked at like the others, also when it is older than the link."""
    shell = Shell()
    talk.furnish(shell, shell.clock.now() - timedelta(days=1))
    made = shell.make_link(children=True, allow=Capabilities.parse(["history=view"]))
    page = read(shell, history(made, "history/3"))

    assert [3] == versions(shell.client().get(history(made)).text)
    assert "This is the version that is current" in page
    assert "mind the step" in page
