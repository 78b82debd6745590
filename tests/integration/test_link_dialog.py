"""The dialog of a link: its tabs, what it reaches before it is saved, two versions side by side, people's own addresses."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from exshare_core.capabilities import Capabilities
from exshare_core.errors import Busy
from exshare_core.events import Kind
from exshare_core.testing import CheapHasher
from exshare_core.values import Address, LinkId
from tests.integration.members import LINKS, NEW, Page, Seat, another_member, forms_of, sign_in
from tests.integration.shell import (
    BASE_URL,
    CHILD,
    MEMBER_PASSWORD,
    PASSWORD,
    PLAN,
    ROOT,
    SITE,
    UNKNOWN_TOKEN,
    Made,
    Shell,
    run,
)


@pytest.fixture
def seat() -> Seat:
    """Ada, signed in."""
    return Seat.of(Shell())


def words_of(page: Page) -> str:
    """What a person reads."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def made_with(seat: Seat, **form: Any) -> Made:
    """A link of Ada's."""
    return seat.shell.make_link(**form)


def added(seat: Seat, made: Made, recipient: str = "eve@example.com") -> tuple[str, str]:
    """An address of somebody's own: its id, and the path at which its owner opens the link."""
    ((one, url),) = run(seat.shell.sharing.add_personal(seat.shell.owner, made.id, [Address.parse(recipient)]))
    return one.id, url.removeprefix(BASE_URL)


def test_every_tab_is_on_the_page(seat: Seat) -> None:
    """Without a script: each tab is a place on the page, reached by a link, and one form holds all settings (M2)."""
    page = seat.get(f"{LINKS}/{made_with(seat).id}")
    targets = re.findall(r'<a href="#(\w+)"', page.text[page.text.index('class="tabs"') :])
    form = page.text[page.text.index('<form id="settings"') :].partition("</form>")[0]

    assert ["general", "security", "customise", "spaces", "activity"] == targets[:5]
    assert all(f'id="{name}"' in page.text for name in targets[:5])
    assert ["general", "security", "customise"] == re.findall(r'<section class="tab[^"]*" id="(\w+)"', form)


def test_what_a_new_link_would_reach_is_said_before_it_is_made(seat: Seat) -> None:
    """The button counts with the settings as they are typed, keeps every one of them, and makes nothing."""
    page = seat.new_form(ROOT)
    counted = seat.client.post(
        f"{NEW}/check", data={**forms_of(page)[NEW], "children": "on", "name": "Ours", "allow": "attachments=view"}
    )
    fields = forms_of(counted)[NEW]

    assert "3 pages, 3 files" in words_of(counted)
    assert "1 page is left out because of view restrictions." in words_of(counted)
    assert (["Ours"], ["on"]) == (fields["name"], fields["children"])
    assert () == run(seat.shell.storage.links.list(SITE))


def test_an_edit_says_both_numbers(seat: Seat) -> None:
    """Of a change both numbers are told, now and after saving, and nothing is stored."""
    made = made_with(seat, children=True)
    page = seat.get(f"{LINKS}/{made.id}")
    checked = seat.client.post(
        f"{LINKS}/{made.id}/check", data={**forms_of(page)[f"{LINKS}/{made.id}"], "carve_outs": CHILD}
    )
    words = words_of(checked)

    assert "3 pages, 1 file" in words
    assert "2 pages, 1 file" in words
    assert not seat.shell.link(made).scope.carve_outs
    assert "3 pages, 1 file" in words_of(seat.get(f"{LINKS}/{made.id}?reach=1"))


def test_what_cannot_be_counted_is_said(seat: Seat) -> None:
    """While Confluence is busy no number is shown, and what was typed stays."""
    made = made_with(seat)
    fields = forms_of(seat.new_form(ROOT))[NEW]
    seat.shell.content.failure = Busy("later")
    checked = seat.client.post(f"{NEW}/check", data={**fields, "name": "Ours"})
    shown = seat.get(f"{LINKS}/{made.id}?reach=1")

    assert (503, ["Ours"]) == (checked.status_code, forms_of(checked)[NEW]["name"])
    assert "What it reaches could not be counted" in words_of(shown)


def test_what_was_wrong_is_named_with_its_tab(seat: Seat) -> None:
    """A refused form begins in the tab with the fault, counts the faults of each tab, and leads to each field."""
    page = seat.new_form(ROOT)
    refused = seat.submit(page, NEW, password_choice="new", password="short", slug="Not so", name="Ours")

    assert 400 == refused.status_code
    assert '<section class="tab first" id="security"' in refused.text
    assert 2 == words_of(refused).count("1 to mend")
    assert {"password", "slug"} <= set(re.findall(r'<li><a href="#(\w+)"', refused.text))
    assert ["Ours"] == forms_of(refused)[NEW]["name"]


def test_a_typed_password_is_kept_over_pages_that_store_nothing(seat: Seat) -> None:
    """After a count, and after a refusal of another field, it need not be typed again: the page carries it sealed, and
    the link that is made asks for it.
    """
    counted = seat.client.post(
        f"{NEW}/check", data={**forms_of(seat.new_form(ROOT))[NEW], "password_choice": "new", "password": PASSWORD}
    )
    refused = seat.submit(counted, NEW, slug="Not so")
    made = seat.submit(refused, NEW, slug="so")
    (record,) = run(seat.shell.storage.links.list(SITE))

    assert PASSWORD not in counted.text + refused.text
    assert "The one that you typed is kept for 15 minutes." in words_of(counted)
    assert "Type the password again" not in words_of(refused)
    assert (400, 303) == (refused.status_code, made.status_code)
    assert run(CheapHasher().verify(record.link.wish.password_hash or "", PASSWORD))


@pytest.mark.parametrize("foul", ["time", "session", "place", "text", "long"])
def test_a_kept_password_is_good_in_its_place_only(seat: Seat, foul: str) -> None:
    """Fifteen minutes, one session and one form; elsewhere it is as if nothing had been typed, and nothing is stored."""
    made, other = made_with(seat), made_with(seat)
    action = f"{LINKS}/{made.id}"
    fields = {**forms_of(seat.get(action))[action], "password_choice": "new", "password": PASSWORD}
    kept = forms_of(seat.client.post(f"{action}/check", data=fields))[action]["held"][0]
    if foul == "time":
        seat.shell.clock.forward(minutes=15)
    if foul == "session":
        seat = Seat.of(seat.shell)
    if foul == "place":
        action = f"{LINKS}/{other.id}"
    kept = {"text": "nonsense", "long": kept + "A" * 5000}.get(foul, kept)
    refused = seat.submit(seat.get(action), action, password_choice="new", held=kept)

    assert 400 == refused.status_code
    assert "at least 15 characters" in words_of(refused)
    assert None is seat.shell.link(made).wish.password_hash is seat.shell.link(other).wish.password_hash


def test_a_new_password_wins_over_the_kept_one(seat: Seat) -> None:
    """What is typed is what is meant, and a refused password is not kept."""
    made = made_with(seat)
    action = f"{LINKS}/{made.id}"
    fields = {**forms_of(seat.get(action))[action], "password_choice": "new", "password": PASSWORD}
    counted = seat.client.post(f"{action}/check", data=fields)
    refused = seat.submit(counted, action, password="short")
    seat.submit(counted, action, password=f"{PASSWORD} and more")

    assert 'name="held"' not in refused.text
    assert "Type the password again" in words_of(refused)
    assert run(CheapHasher().verify(seat.shell.link(made).wish.password_hash or "", f"{PASSWORD} and more"))


def test_two_versions_stand_side_by_side(seat: Seat) -> None:
    """A stale form shows every field that differs, theirs and yours, keeps all of yours, and can be saved over it (L12)."""
    made = made_with(seat, name="first")
    action = f"{LINKS}/{made.id}"
    mine = seat.get(action)
    seat.shell.edit_link(made, name="theirs", children=True)
    stale = seat.submit(mine, action, name="mine", password_choice="new", password=PASSWORD, people="")
    words = words_of(stale)
    again = seat.submit(stale, action, password=PASSWORD)

    assert 412 == stale.status_code
    assert "Name theirs mine" in words
    assert "The pages below yes –" in words
    assert "Password none a new one" in words
    assert PASSWORD not in stale.text
    assert (303, "mine", False) == (
        again.status_code,
        seat.shell.link(made).name,
        seat.shell.link(made).scope.children,
    )


def test_the_layer_behind_each_value_is_told(seat: Seat) -> None:
    """The tab of spaces names who set what, and the other links of the page that this member may see (P5)."""
    seat.shell.limit(password_demanded=True)
    made = made_with(seat, password=PASSWORD, name="one")
    other = made_with(seat, password=PASSWORD, name="another")
    page = seat.get(f"{LINKS}/{made.id}")
    spaces = page.text[page.text.index('id="spaces"') :]

    assert "a password is demanded yes site" in words_of(page)
    assert f'{LINKS}/{other.id}">another</a>' in spaces
    assert f'{LINKS}/{other.id}">another</a>' not in another_member(seat.shell).new_form(ROOT).text


@pytest.mark.parametrize(("grace", "word"), [("0", "rotate"), ("86400", "grace")])
def test_an_old_address_can_go_on_for_a_time(seat: Seat, grace: str, word: str) -> None:
    """A new address ends the old one at once, or after the time that is chosen."""
    made = made_with(seat)
    refused = seat.post(f"{LINKS}/{made.id}/rotate", grace="31536000")
    answer = seat.post(f"{LINKS}/{made.id}/rotate", grace=grace)
    visitor = seat.shell.client()
    statuses = [visitor.get(made.path).status_code]
    seat.shell.clock.forward(days=1)

    assert 400 == refused.status_code
    assert answer.headers["location"].endswith(f"?done={word}")
    assert [404 if grace == "0" else 200, 404] == [*statuses, visitor.get(made.path).status_code]


def test_a_link_that_ends_soon_is_renewed_by_one_button(seat: Seat) -> None:
    """Near the end of the longest life that layers allow, the renewal is offered by itself; an end of its own is not (M6)."""
    seat.shell.limit(lifetime=timedelta(days=30), renewals=2)
    capped = made_with(seat)
    own = made_with(seat, expires_at=seat.shell.clock.now() + timedelta(days=5))
    early = seat.get(f"{LINKS}/{capped.id}").text.count("Renew it")
    seat.shell.clock.forward(days=17)
    seat = Seat.of(seat.shell)
    page = seat.get(f"{LINKS}/{capped.id}")
    seat.submit(page, f"{LINKS}/{capped.id}/renew")

    assert (0, 1) == (early, page.text.count("Renew it"))
    assert "Renew it" not in seat.get(f"{LINKS}/{own.id}").text
    assert seat.shell.clock.now() == seat.shell.link(capped).renewed_at


def test_a_link_comes_back_under_a_new_address(seat: Seat) -> None:
    """Switching on offers a new address; chosen, the old one stays dead (L4)."""
    made = made_with(seat)
    seat.post(f"{LINKS}/{made.id}/disable")
    offered = seat.get(f"{LINKS}/{made.id}")
    seat.post(f"{LINKS}/{made.id}/enable", address="new")

    assert "Under a new address" in offered.text
    assert 404 == seat.shell.client().get(made.path).status_code
    assert "active" == run(seat.shell.sharing.show(seat.shell.owner, made.id)).state


def test_a_preview_goes_on_at_the_visitors_address(seat: Seat) -> None:
    """The managers' page shows nothing of the content; it leads to the visitors' address, where the preview begins."""
    made = made_with(seat)
    page = seat.post(f"{LINKS}/{made.id}/preview", **{"as": "named", "visitor": "Eve@Example.com"})
    (url,) = set(re.findall(r'href="(https://[^"]+preview=[^"]+)"', page.text))
    begun = seat.client.get(unescape(url))
    wrong = seat.post(f"{LINKS}/{made.id}/preview", **{"as": "named", "visitor": "nobody"})

    assert "How we work." not in page.text
    assert "Preview as Eve@example.com" in words_of(begun)
    assert (400, True) == (wrong.status_code, 'id="visitor-error"' in wrong.text)


def test_settings_are_previewed_before_they_are_saved(seat: Seat) -> None:
    """The visitors' way with what is typed: the planned gates are asked for, the planned pages shown, nothing stored."""
    made = made_with(seat, children=True)
    action = f"{LINKS}/{made.id}"
    form = {
        **forms_of(seat.get(action))[action],
        "carve_outs": CHILD,
        "people_choice": "listed",
        "people": "eve@example.com",
    }
    form |= {"password_choice": "new", "password": PASSWORD, "preview_as": " eve@example.com\r\n"}
    left = seat.client.post(f"{action}/preview-unsaved", data=form)
    url = re.search(r'<a href="([^"]+\?preview=[^"]+)"', left.text)
    assert url is not None
    path, browser = unescape(url[1]).removeprefix(BASE_URL), seat.shell.client()
    first = words_of(browser.get(path))
    begun = browser.post(path)
    here = begun.headers["location"]

    assert (200, 303) == (left.status_code, begun.status_code)
    assert "enter the password" in first
    assert "prove an allowed mailbox" in first
    assert "Preview of settings that are not saved, as eve@example.com." in words_of(browser.get(here))
    assert 404 == browser.get(f"{here}/p/{CHILD}").status_code
    assert (1, None) == (seat.shell.link(made).version, seat.shell.link(made).wish.password_hash)
    assert 200 == seat.shell.client().get(made.page(CHILD)).status_code
    assert "as somebody named, with settings that were not saved" in {
        one.detail for one in seat.shell.storage.state.events.values()
    }
    seat.shell.edit_link(made, name="another")
    assert 404 == browser.get(here).status_code


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"preview_as": "nobody"}, 400, "Not accepted"),
        ({"max_opens": "many"}, 400, "write a whole number"),
        ({"version": "9"}, 412, "Somebody changed this link"),
        (
            {"people_choice": "listed", "people": "\n".join(f"someone{number}@example.com" for number in range(99))},
            400,
            "too long to be previewed before they are saved",
        ),
    ],
)
def test_settings_that_cannot_be_previewed_stay_typed(
    seat: Seat, typed: dict[str, str], status: int, words: str
) -> None:
    """What is in the way is said, and all that was typed stays in the form."""
    action = f"{LINKS}/{made_with(seat).id}"
    form = {**forms_of(seat.get(action))[action], "name": "Ours", **typed}
    page = seat.client.post(f"{action}/preview-unsaved", data=form)

    assert status == page.status_code
    assert words.lower() in words_of(page).lower()
    assert ["Ours"] == forms_of(page)[action]["name"]


def test_a_preview_leaves_the_members_host() -> None:
    """Where members have a host of their own, a preview begins and goes on at the visitors' host, and nowhere else (M11)."""
    shell = Shell(manage_url="https://manage.example.com")
    seat = Seat(shell, TestClient(shell.app, shell.manage_url, client=("192.0.2.7", 50000), follow_redirects=False))
    sign_in(seat.client, "ada", MEMBER_PASSWORD)
    made = made_with(seat)
    page = seat.post(f"{LINKS}/{made.id}/preview", **{"as": "unknown"})
    (url,) = set(re.findall(r'href="(https://[^"]+preview=[^"]+)"', page.text))
    here, there = unescape(url).removeprefix(BASE_URL), seat.shell.client()
    begun = there.post(here)

    assert url.startswith(f"{BASE_URL}/s/")
    assert 404 == seat.get(here).status_code
    assert "How we work." in there.get(begun.headers["location"]).text


def test_addresses_are_made_shown_and_withdrawn_on_the_page(seat: Seat) -> None:
    """All typed are made or none; each is shown when it is asked for, and withdrawn after a word (M5)."""
    made = made_with(seat)
    action = f"{LINKS}/{made.id}/addresses"
    refused = seat.post(action, recipients="eve@example.com\nnobody")
    seat.post(action, recipients="eve@example.com, max@example.com", valid_until="2026-06-01T12:00")
    listed = seat.get(f"{LINKS}/{made.id}")
    (first, second) = [one.id for one in run(seat.shell.sharing.personal(seat.shell.owner, made.id))]
    shown = seat.get(f"{LINKS}/{made.id}?address={first}")
    url = re.findall(r'<code class="address">([^<]+)</code>', shown.text)[1]
    opened = seat.shell.client().get(url.removeprefix(BASE_URL))
    gone = seat.post(f"{LINKS}/{made.id}/addresses/{first}/revoke")

    assert (400, ["eve@example.com\nnobody"]) == (refused.status_code, forms_of(refused)[action]["recipients"])
    assert {"eve@example.com", "max@example.com"} <= set(words_of(listed).split())
    assert (200, 303) == (opened.status_code, gone.status_code)
    assert 404 == seat.shell.client().get(url.removeprefix(BASE_URL)).status_code
    assert "withdrawn" in words_of(seat.get(f"{LINKS}/{made.id}"))
    assert first != second


def test_who_opens_by_which_address_is_told(seat: Seat) -> None:
    """Opens and views by a personal address carry its short code, never its token; others carry none."""
    shell = seat.shell
    made = made_with(seat, max_opens=5)
    id, path = added(seat, made)
    unused, _ = added(seat, made, "max@example.com")
    visitor, other = shell.client(), shell.client()
    for client, place in ((visitor, path), (other, made.path)):
        client.get(place)
        client.post(place, data={"open": "1"})
        client.get(place)
    details = [(event.kind, event.detail) for event in shell.events(made)]

    assert [
        (Kind.OPENED, f"personal address {id}"),
        (Kind.VIEWED, f"personal address {id}"),
        (Kind.OPENED, ""),
        (Kind.VIEWED, ""),
    ] == details
    told = {one.id: (one.opens, one.used_at) for one in run(shell.sharing.personal(shell.owner, made.id))}

    assert {id: (1, shell.clock.now()), unused: (0, None)} == told
    assert "once on" in words_of(seat.get(f"{LINKS}/{made.id}"))


def test_a_withdrawn_address_is_like_none_at_all(seat: Seat) -> None:
    """Its page, its files and what was proved through it end at once; the answer is that of an address never given."""
    shell = seat.shell
    made = made_with(seat, password=PASSWORD, allow=Capabilities.parse(["attachments=view"]))
    id, path = added(seat, made)
    visitor = shell.client()
    visitor.post(path, data={"password": PASSWORD})
    before = visitor.get(f"{path}/a/{PLAN}").status_code
    run(shell.sharing.revoke_personal(shell.owner, made.id, id))
    nowhere = visitor.get(f"/s/{UNKNOWN_TOKEN}")
    after = [visitor.get(path), visitor.get(f"{path}/a/{PLAN}"), visitor.post(path, data={"password": PASSWORD})]

    assert 200 == before
    assert {(404, nowhere.content)} == {(one.status_code, one.content) for one in after}
    assert 200 == visitor.get(made.path).status_code


def test_letters_with_personal_addresses_are_sent_from_the_page(seat: Seat) -> None:
    """With the box ticked, each letter leads by its recipient's own address."""
    made = made_with(seat)
    seat.post(f"{LINKS}/{made.id}/send", recipients="eve@example.com\nmax@example.com", note="", personal="on")
    seat.shell.send_letters()
    texts = [letter.text for letter in seat.shell.mailer.sent]
    found = [re.findall(rf"{BASE_URL}/s/(\S+)", text) for text in texts]

    assert 2 == len(texts) == len({one for urls in found for one in urls})
    assert made.token not in "".join(texts)


def test_a_stranger_meets_no_part_of_the_dialog(seat: Seat) -> None:
    """To a member who may not see the link there is no such page, address, count or preview."""
    made = made_with(seat)
    id, _ = added(seat, made)
    bob = another_member(seat.shell)
    acts = [
        bob.post(f"{LINKS}/{made.id}/{act}", recipients="eve@example.com", **{"as": "unknown"})
        for act in ("check", "preview", "addresses", f"addresses/{id}/revoke")
    ]

    assert {404} == {one.status_code for one in (*acts, bob.get(f"{LINKS}/{made.id}?reach=1&address={id}"))}
    assert run(seat.shell.sharing.personal(seat.shell.owner, LinkId(made.id)))[0].lives
