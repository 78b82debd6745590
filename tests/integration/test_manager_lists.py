"""Members find their links by pages: filters, order, columns, files, and one thing done to many of them (M3)."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from exshare_core.links import LinkState
from exshare_core.testing.samples import after
from exshare_web import csv_cells
from exshare_web.list_queries import FILTERS
from tests.corpora import inputs
from tests.integration.members import LINKS, Page, Seat, an_admin, another_member, forms_of, words_of
from tests.integration.shell import CHILD, OWNER, PASSWORD, SECRET, SITE, Made, Shell

BULK = f"/manage/{SITE}/bulk"


@pytest.fixture
def shell() -> Shell:
    """The service with Ada, a member of its one site."""
    return Shell()


@pytest.fixture
def seat(shell: Shell) -> Seat:
    """Ada at her browser."""
    return Seat.of(shell)


def _names(page: Page) -> list[str]:
    """The names of the links on a page, in order."""
    return re.findall(r"<bdi>([^<]*)</bdi>", page.text)


def _shelf(shell: Shell) -> dict[str, Made]:
    made = {
        "plain": shell.make_link(),
        "guarded": shell.make_link(password=PASSWORD),
        "child": shell.make_link(CHILD),
        "ending": shell.make_link(expires_at=after(days=3)),
    }
    for name, one in made.items():
        shell.alter_link(one, name=name)
        shell.clock.forward(seconds=1)
    return made


FOUND = [
    ("", ["plain", "guarded", "child", "ending"]),
    ("name=guard", ["guarded"]),
    ("name=uard", []),
    (f"page={CHILD}", ["child"]),
    ("page=First+steps", ["child"]),
    ("page=nothing+like+it", []),
    ("protection=password", ["guarded"]),
    ("protection=none&expires_before=2026-06-30", ["ending"]),
    ("state=active", ["plain", "guarded", "child", "ending"]),
    ("state=deleted", []),
    ("never_opened=yes&created_from=2026-05-15", ["plain", "guarded", "child", "ending"]),
    ("created_before=2026-05-15", []),
    ("owner=me", ["plain", "guarded", "child", "ending"]),
    ("creator=ada&modifier=nobody", []),
    ("people=eve%40example.com", []),
    ("owner_inactive=yes", []),
]


@pytest.mark.parametrize(("query", "expected"), FOUND)
def test_filters_find_what_they_say(shell: Shell, query: str, expected: list[str]) -> None:
    """M3: each by itself and together; what is on is shown, and comes off by a link."""
    _shelf(shell)
    page = Seat.of(shell).get(f"{LINKS}?{query}")

    assert 200 == page.status_code
    assert sorted(expected) == sorted(_names(page))
    assert query.count("=") == page.text.count("Take off the filter")


def test_a_list_is_ordered_both_ways_and_says_so(shell: Shell, seat: Seat) -> None:
    """M3: by the form and by the head of a column; the order is told to screen readers and kept over pages."""
    _shelf(shell)

    assert ["child", "ending", "guarded", "plain"] == _names(seat.get(f"{LINKS}?sort=name"))
    assert ["plain", "guarded", "ending", "child"] == _names(seat.get(f"{LINKS}?sort=-name"))
    ending = seat.get(f"{LINKS}?sort=expires")
    assert "ending" == _names(ending)[0]
    assert 'aria-sort="ascending"><a href="/manage/acme/links?sort=-expires">Ends' in ending.text


def test_columns_are_chosen_and_remembered(shell: Shell, seat: Seat) -> None:
    """M3: by the address at once, by the browser from then on; what is no column is none."""
    _shelf(shell)
    chosen = seat.get(f"{LINKS}?columns=chosen&column=space&column=opened&column=%3Cscript%3E")
    again = seat.get(LINKS)

    for page in (chosen, again):
        assert 'data-label="Space"' in page.text
        assert 'data-label="Last opened"' in page.text
        assert 'data-label="State"' not in page.text
        assert "<script>" not in page.text
    seat.client.cookies.set("__Host-exshare-columns", "<x>.state", domain="share.example.com")
    assert 'data-label="Protection"' not in seat.get(f"{LINKS}?columns=chosen").text


BAD = [
    ("state=broken", "state"),
    ("protection=magic", "protection"),
    ("people=nobody", "people"),
    ("expires_from=tomorrow", "expires_from"),
    ("created_before=2026-13-45", "created_before"),
    ("name=%E2%80%AE", "name"),
    ("name=...", "name"),
    ("name=" + "x" * 3000, "name"),
    ("page=%00", "page"),
    ("never_opened=perhaps", "never_opened"),
    ("after=nolink", "after"),
    ("sort=password", "sort"),
    ("sort=created%3Bdrop", "sort"),
    ("sort=name&after=WyJjcmVhdGVkIix0cnVlLDEsIngiXQ", "after"),
]


@pytest.mark.parametrize(("query", "name"), BAD)
def test_a_filter_that_means_nothing_is_named(shell: Shell, seat: Seat, query: str, name: str) -> None:
    """M3: with 400, beside what was typed; no list is shown in its place."""
    _shelf(shell)
    page = seat.get(f"{LINKS}?{query}")

    assert 400 == page.status_code
    assert [] == _names(page)
    assert 'role="alert"' in page.text
    assert name not in FILTERS or name in forms_of(page)[LINKS]


def test_what_is_no_filter_changes_nothing(shell: Shell, seat: Seat) -> None:
    """Mass assignment: an address cannot say who asks, or what of whom."""
    _shelf(shell)
    bob = another_member(shell)

    assert [] == _names(bob.get(f"{LINKS}?member={OWNER}&site=beta&wanted=all&one_by_one=0"))
    refused = bob.get(f"{LINKS}?owner=ada")
    assert (403, []) == (refused.status_code, _names(refused))
    assert 403 == bob.get(f"/manage/{SITE}/links.csv?owner=ada").status_code


# --- files ---------------------------------------------------------------------------------------------------------


def _rows(page: Page) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page.content.decode("utf-8-sig"))))


def test_a_list_is_saved_as_csv(shell: Shell, seat: Seat) -> None:
    """M3: the same filter and order, with titles of now; in UTF-8 with its mark, as an attachment, kept by nobody."""
    made = _shelf(shell)
    page = seat.get(f"/manage/{SITE}/links.csv?sort=name&protection=none")

    assert ["child", "ending", "plain"] == [row["name"] for row in _rows(page)]
    assert ("First steps", made["child"].id, "ada") == tuple(_rows(page)[0][name] for name in ("title", "id", "owner"))
    assert page.content.startswith("\ufeff".encode())
    assert "text/csv; charset=utf-8" == page.headers["content-type"]
    assert f'attachment; filename="links-{SITE}.csv"' == page.headers["content-disposition"]
    assert "no-store" in page.headers["cache-control"]


def test_a_file_tells_no_title_that_the_member_cannot_read(shell: Shell) -> None:
    """L18."""
    shell.make_link(SECRET, restricted_pages=True)
    (row,) = _rows(an_admin(shell).get(f"/manage/{SITE}/links.csv"))

    assert (SECRET, "") == (row["page"], row["title"])


def test_no_name_becomes_a_formula(shell: Shell, seat: Seat) -> None:
    """CWE-1236: every case of the corpus, and the wide and hidden beginnings, as the name of a link in the file."""
    cases = [
        *inputs("csv-formula-injection"),
        "\t=1",
        "\r=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(1)",
        " =1",
        '"=1"',
        'a";=1',
    ]
    for text in cases:
        (parsed,) = next(csv.reader(io.StringIO(csv_cells.line([text]))))[:1]
        assert not parsed.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    made = shell.make_link()
    shell.alter_link(made, name="=cmd|' /C calc'!A0")

    assert "'=cmd|' /C calc'!A0" == _rows(seat.get(f"/manage/{SITE}/links.csv"))[0]["name"]


# --- one thing to many ---------------------------------------------------------------------------------------------


def _picked(*made: Made) -> list[str]:
    return [f"{one.id}.2" for one in made]


def _confirmed(seat: Seat, page: Page) -> Page:
    form = forms_of(page)[f"{BULK}/do"]
    return seat.client.post(f"{BULK}/do", data=form)


def test_one_thing_is_done_to_the_selected_links(shell: Shell, seat: Seat) -> None:
    """M3: said first, with numbers and reasons, then done and told; the others stay as they are."""
    made = _shelf(shell)
    picked = _picked(made["plain"], made["child"])
    before = dict(shell.storage.state.links)
    page = seat.post(BULK, deed="disable", which="selected", link=picked)

    assert "Would be done 2" in words_of(page)
    assert before == shell.storage.state.links
    assert page.text.rstrip().endswith("</html>")

    told = _confirmed(seat, page)
    assert "Done 2" in words_of(told)
    assert {"plain", "child"} == {
        one.name for one in shell.storage.state.links.values() if one.state is LinkState.DISABLED
    }


def test_everything_that_is_found_but_the_selected(shell: Shell, seat: Seat) -> None:
    """M3: by the filter that was on."""
    made = _shelf(shell)
    page = seat.post(BULK, deed="delete", which="others", link=_picked(made["plain"]), query="protection=none")

    assert "A deleted link never comes back." in words_of(page)
    told = _confirmed(seat, page)
    assert "Done 2" in words_of(told)
    left = {one.name for one in shell.storage.state.links.values() if one.state is LinkState.ACTIVE}
    assert {"plain", "guarded"} == left


def test_what_changed_between_looking_and_doing_is_left_alone(shell: Shell, seat: Seat) -> None:
    """L12: told as such, and never overwritten."""
    made = _shelf(shell)
    page = seat.post(BULK, deed="expire", which="found", query="", expires="2026-07-01T10:00")
    shell.clock.forward(seconds=1)
    shell.edit_link(made["child"], name="renamed")
    told = _confirmed(seat, page)

    assert "Done 3" in words_of(told)
    assert "changed meanwhile" in words_of(told)
    assert ("renamed", None) == (shell.link(made["child"]).name, shell.link(made["child"]).wish.expires_at)
    assert shell.link(made["guarded"]).wish.password_hash is not None


def test_links_are_given_away_together(shell: Shell) -> None:
    """L15, L18: what the new owner may not have is named with its reason."""
    made = _shelf(shell)
    secret = shell.make_link(SECRET, restricted_pages=True)
    bob, boss = another_member(shell), an_admin(shell)
    page = boss.post(BULK, deed="transfer", which="selected", link=[made["plain"].id, secret.id], owner=bob.name)
    told = _confirmed(boss, page)

    assert "the new owner cannot read the page of this link in Confluence" in words_of(told)
    assert bob.name in words_of(bob.get(f"{LINKS}/{made['plain'].id}"))
    assert shell.link(secret).owner == shell.owner.id


ORDERS: list[dict[str, Any]] = [
    {"deed": "rotate", "which": "found"},
    {"deed": "", "which": "found"},
    {"deed": "delete", "which": "all"},
    {"deed": "delete", "which": "selected"},
    {"deed": "delete", "which": "selected", "link": "../x.1"},
    {"deed": "delete", "which": "found", "query": "state=broken"},
    {"deed": "delete", "which": "found", "after": "nolink"},
    {"deed": "delete", "which": "found", "seen_at": "soon"},
    {"deed": "transfer", "which": "found", "owner": "nobody"},
    {"deed": "transfer", "which": "found", "owner": "\u202e"},
    {"deed": "expire", "which": "found", "expires": "later"},
]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("path", [BULK, f"{BULK}/do"])
def test_an_order_that_means_nothing_does_nothing(shell: Shell, seat: Seat, path: str, order: dict[str, Any]) -> None:
    """M3: refused with the reason, whichever page it is sent to."""
    _shelf(shell)
    before = dict(shell.storage.state.links)
    page = seat.post(path, **order)

    assert 400 == page.status_code
    assert 'role="alert"' in page.text
    assert before == shell.storage.state.links


def test_others_links_cannot_be_ordered_about(shell: Shell, seat: Seat) -> None:
    """R1, incident 5: by id they are not there, and by a filter they are not found."""
    made = _shelf(shell)
    bob = another_member(shell)
    before = dict(shell.storage.state.links)
    told = bob.post(f"{BULK}/do", deed="delete", which="selected", link=_picked(*made.values()))
    found = bob.post(f"{BULK}/do", deed="delete", which="found", query="")

    assert "Done 0" in words_of(told)
    assert "there is no such link on this site" in words_of(told)
    assert "Links looked at 0" in words_of(found)
    assert before == shell.storage.state.links


def test_who_is_signed_out_meanwhile_orders_nothing_any_more(shell: Shell, seat: Seat) -> None:
    """R4: a form that is older than the end of its session does nothing."""
    _shelf(shell)
    page = seat.post(BULK, deed="disable", which="found", query="")
    seat.client.cookies.clear()
    answer = seat.client.post(f"{BULK}/do", data=forms_of(page)[f"{BULK}/do"])

    assert 303 == answer.status_code
    assert {LinkState.ACTIVE} == {one.state for one in shell.storage.state.links.values()}


def test_a_link_is_given_away_from_its_page(shell: Shell, seat: Seat) -> None:
    """L18: who may not see it any more is brought to their list; a name that is nobody's is said."""
    made = shell.make_link()
    bob = another_member(shell)
    path = f"{LINKS}/{made.id}"
    unknown = seat.submit(seat.get(path), f"{path}/transfer", owner="nobody")
    given = seat.submit(seat.get(path), f"{path}/transfer", owner=bob.name)

    assert (403, True) == (unknown.status_code, "There is no such member on this site." in words_of(unknown))
    assert (303, f"{LINKS}?done=transfer") == (given.status_code, given.headers["location"])
    assert 200 == bob.get(path).status_code
