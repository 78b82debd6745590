"""Search engines find a page only where a member wants it, no layer forbids it, and nothing stands before the link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from exshare_core.capabilities import Capabilities
from exshare_core.errors import Busy, InvalidValues
from exshare_core.testing.samples import after
from exshare_core.values import Networks, People
from tests.integration.members import LINKS, NEW, Seat, locked_options, words_of
from tests.integration.shell import CHILD, ELSEWHERE, PASSWORD, PICTURE, ROOT, UNKNOWN_TOKEN, Made, Shell

HIDDEN = "noindex, nofollow"
META = '<meta name="robots" content="noindex, nofollow">'


def told(shell: Shell, address: str) -> tuple[str, bool]:
    """What an answer tells search engines: in its header, and whether in its text as well."""
    answer = shell.client().get(address)
    return answer.headers["x-robots-tag"], META in answer.text


def hidden(shell: Shell, made: Made) -> bool:
    """Whether the root of a link is kept from search engines."""
    return (HIDDEN, True) == told(shell, made.path)


def test_a_link_is_found_only_if_it_asks_for_it() -> None:
    """V1: without a word, every page of every link says ``noindex``."""
    shell = Shell()
    silent, asking = shell.make_link(children=True), shell.make_link(children=True, indexing=True)

    assert [(HIDDEN, True)] * 2 == [told(shell, address) for address in (silent.path, silent.page(CHILD))]
    assert [("all", False)] * 2 == [told(shell, address) for address in (asking.path, asking.page(CHILD))]
    assert "all" == shell.client().head(asking.path).headers["x-robots-tag"]


def test_nothing_but_its_pages_is_found() -> None:
    """V1: files, errors, pages outside the share, and what is not there stay hidden."""
    shell = Shell()
    made = shell.make_link(children=True, indexing=True, allow=Capabilities.parse(["attachments=view"]))
    others = [made.file(PICTURE), made.page(ELSEWHERE), f"/s/{UNKNOWN_TOKEN}", "/manage/sign-in", "/healthz"]
    tags = [shell.client().get(address).headers["x-robots-tag"] for address in others]
    shell.content.failure = Busy("later")

    assert [HIDDEN] * 5 == tags
    assert hidden(shell, made)


GATES: list[dict[str, Any]] = [
    {"password": PASSWORD},
    {"people": People.parse(["example.com"])},
    {"people": People()},
    {"networks": Networks.parse(["192.0.2.0/24"])},
    {"starts_at": after(days=1)},
    {"expires_at": after(days=1)},
    {"max_opens": 5},
]


@pytest.mark.parametrize("gate", GATES, ids=[next(iter(gate)) for gate in GATES])
def test_a_link_with_a_gate_cannot_ask_for_it(gate: dict[str, Any]) -> None:
    """V1, L13: it is refused in one sentence, and no link is left behind; a gate added later is refused as well."""
    shell = Shell()
    with pytest.raises(InvalidValues) as made:
        shell.make_link(indexing=True, **gate)
    nothing = dict(shell.storage.state.links)
    open_link = shell.make_link(indexing=True)
    with pytest.raises(InvalidValues) as changed:
        shell.edit_link(open_link, indexing=True, **gate)

    sentence = ("indexing", "search engines find only links without a password, a list, a time or a limit")
    assert [sentence] * 2 == [(one.field, one.rule) for caught in (made, changed) for one in caught.value.failures]
    assert {} == nothing


LAYERS: list[dict[str, Any]] = [
    {"indexing": False},
    {"lifetime": timedelta(days=30)},
    {"networks": Networks.parse(["192.0.2.0/24"])},
    {"blocked_networks": frozenset({"198.51.100.0/24"})},
    {"opens": 100},
]


@pytest.mark.parametrize("limits", LAYERS, ids=[next(iter(limits)) for limits in LAYERS])
def test_a_layer_takes_it_back_at_once(limits: dict[str, Any]) -> None:
    """P3, V1: what forbids it, and what puts a gate before the link or an end after it, reaches the next request."""
    shell = Shell()
    made = shell.make_link(indexing=True)
    shell.limit("space TEAM", **limits)
    again = shell.client().get(made.path)

    assert HIDDEN == again.headers["x-robots-tag"]
    assert shell.link(made).wish.indexing


@pytest.mark.parametrize("limits", LAYERS, ids=[next(iter(limits)) for limits in LAYERS])
def test_under_such_a_layer_no_link_can_ask_for_it(limits: dict[str, Any]) -> None:
    """P5: it is refused with the layer's name; a link that has it from before may be changed otherwise."""
    shell = Shell()
    old = shell.make_link(indexing=True)
    shell.limit("space TEAM", **limits)
    with pytest.raises(InvalidValues) as caught:
        shell.make_link(indexing=True)
    shell.edit_link(old, indexing=True, name="kept")

    assert [("indexing", "space TEAM")] == [(one.field, one.layer) for one in caught.value.failures]
    assert ("kept", True) == ((now := shell.link(old)).name, now.wish.indexing)


def test_it_is_ticked_in_the_form_and_locked_with_its_layer() -> None:
    """M2, P5: the form offers it, says what it needs, and shows it locked where a layer forbids it."""
    shell = Shell()
    seat = Seat.of(shell)
    made = seat.submit(seat.new_form(ROOT), NEW, indexing="on")
    shell.limit("site", indexing=False)
    page = seat.new_form(ROOT)

    assert 303 == made.status_code
    assert [True] == [link.wish.indexing for link in shell.storage.state.links.values()]
    assert "indexing=on" in locked_options(page)
    assert "Search engines may find it locked by site" in words_of(page)
    assert made.headers["location"].startswith(LINKS)


def test_robots_may_fetch_what_says_noindex_by_itself() -> None:
    """V1: a page that crawlers may not fetch could never tell them ``noindex``; managers' pages are not for them."""
    text = Shell().client().get("/robots.txt").text

    assert {"User-agent: *", "Allow: /s/", "Disallow: /manage"} <= set(text.splitlines())
