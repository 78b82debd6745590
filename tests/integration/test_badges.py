"""Whether a page is shared: over the API, and as a badge in a frame of Confluence (spec M10)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from exshare_core.errors import Busy
from exshare_web.api.declaring import ROOT as API
from tests.integration.admins import a_member
from tests.integration.members import an_admin, words_of
from tests.integration.shell import CHILD, ELSEWHERE, INSIDE, ROOT, SECRET, SITE, Shell, run
from tests.integration.test_api import Program, problem

PAGES = f"{API}/sites/{SITE}/pages"


def told(program: Program, page: str = ROOT) -> tuple[bool, dict[str, int]]:
    """What the API says of a page."""
    answer = program.client.get(f"{PAGES}/{page}/shared").json()
    return answer["shared"], {one["state"]: one["links"] for one in answer["links"]}


def badge(program: Program, page: str = ROOT, seconds: int = 3600) -> str:
    """The address of a new badge."""
    made = program.client.post(f"{PAGES}/{page}/badge", json={"seconds": seconds})
    assert 201 == made.status_code, made.text
    return str(made.json()["url"])


def test_a_page_is_shared_by_what_begins_with_it_and_by_what_reaches_it() -> None:
    """Trees and spaces reach their pages; what is carved out, labelled otherwise or restricted is not reached."""
    shell = Shell()
    program = Program(shell)
    nothing = told(program)
    shell.make_link(children=True, carve_outs=(CHILD,))
    shell.make_link(whole_space=True)
    off = shell.make_link(CHILD)
    run(shell.sharing.disable(None, off.id))
    gone = shell.make_link(CHILD)
    run(shell.sharing.delete(None, gone.id))

    assert (False, {}) == nothing
    assert (True, {"active": 2}) == told(program)
    assert (True, {"active": 1, "disabled": 1}) == told(program, CHILD)
    assert (True, {"active": 2}) == told(program, INSIDE)
    assert (False, {}) == told(program, SECRET)
    assert (True, {"active": 1}) == told(program, ELSEWHERE)


def test_what_stops_a_link_shows() -> None:
    """A link that a layer suspends, and one that is over, share nothing; one that will begin does."""
    shell = Shell()
    program = Program(shell)
    shell.make_link(expires_at=shell.clock.now() + timedelta(hours=1))
    shell.make_link(starts_at=shell.clock.now() + timedelta(days=1))
    before = told(program)
    shell.clock.forward(hours=2)
    after = told(program)
    shell.limit("site", password_demanded=True)

    assert (True, {"active": 1, "not started": 1}) == before
    assert (True, {"expired": 1, "not started": 1}) == after
    assert not told(program)[0]


def test_nobody_is_told_more_than_they_may_see() -> None:
    """R1, L18: others' links do not count for a plain member, do for an admin; what they cannot read is not there."""
    shell = Shell()
    shell.make_link()
    bob = Program(shell, a_member(shell, "bob"))
    an_admin(shell)
    boss = Program(shell, run(shell.services.membership.named("boss", SITE)))
    answers = [bob.client.get(f"{PAGES}/{page}/shared") for page in (SECRET, "999", "../10", "x")]

    assert (False, {}) == told(bob)
    assert (True, {"active": 1}) == told(boss)
    assert {(404, "not-found")} == {problem(one) for one in answers}


def test_a_badge_tells_in_a_frame_of_confluence_alone() -> None:
    """Without a script and without a cookie; no other page may show it, and nothing of a link is in it."""
    shell = Shell()
    made = shell.make_link(name="secret name")
    answer = shell.client().get(badge(Program(shell)))
    policy = answer.headers["content-security-policy"]

    assert 200 == answer.status_code
    assert "shared With outsiders, by 1 link." in words_of(answer)
    assert "frame-ancestors https://confluence.example;" in policy
    assert "default-src 'none'" in policy
    assert "x-frame-options" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert [] == [one for one in ("<script", made.id, made.token, "secret name", "ada") if one in answer.text]


def test_a_badge_tells_how_it_is_now() -> None:
    """What changes after it was made shows, with the rights that its member has now."""
    shell = Shell()
    url, client = badge(Program(shell)), shell.client()
    before = words_of(client.get(url))
    shell.make_link()
    after = words_of(client.get(url))

    assert "not shared No link opens this page." in before
    assert "by 1 link." in after


def _late(shell: Shell, url: str) -> str:
    shell.clock.forward(seconds=60)
    return url


def _locked_out(shell: Shell, url: str) -> str:
    run(shell.services.membership.disable(shell.owner.id))
    return url


def _hidden(shell: Shell, url: str) -> str:
    del shell.content.pages[ROOT]
    return url


@pytest.mark.parametrize(
    "spoilt",
    [
        _late,
        _locked_out,
        _hidden,
        lambda _, url: url[:-1] + ("A" if url[-1] != "A" else "B"),
        lambda _, url: url.replace(f"/{SITE}/", "/beta/"),
        lambda _, url: url + "A" * 2000,
        lambda _, url: url.rpartition("/")[0] + "/x",
        lambda _, url: url.rpartition("/")[0] + "/%C3%A4",
    ],
)
def test_a_badge_that_is_no_good_is_nowhere(spoilt: Any) -> None:
    """Over, changed, of another site, of a member who is locked out or cannot read the page: the one 404, in no frame."""
    shell = Shell()
    url = badge(Program(shell), seconds=60)
    answer, nothing = shell.client().get(spoilt(shell, url)), shell.client().get("/nothing")

    assert (404, nothing.content) == (answer.status_code, answer.content)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_badge_of_another_page_needs_another_address() -> None:
    """Nothing in the address can be changed: it is sealed, and says nothing."""
    shell = Shell()
    one, other = badge(Program(shell)), badge(Program(shell), CHILD)

    assert one != other
    assert [] == [word for word in (ROOT, shell.owner.id) if f"/{word}" in one or word in one.rpartition("/")[2]]


@pytest.mark.parametrize("seconds", [0, 59, 2_592_001, -1, 10**15])
def test_a_badge_ends(seconds: int) -> None:
    """From a minute to thirty days."""
    answer = Program().client.post(f"{PAGES}/{ROOT}/badge", json={"seconds": seconds})

    assert (422, "invalid") == problem(answer)
    assert "seconds" == answer.json()["errors"][0]["field"]


def test_while_confluence_is_silent_nothing_is_told() -> None:
    """Neither yes nor no."""
    shell = Shell()
    program = Program(shell)
    url = badge(program)
    shell.content.failure = Busy("slow down")

    assert [503, 503] == [shell.client().get(url).status_code, program.client.get(f"{PAGES}/{ROOT}/shared").status_code]
