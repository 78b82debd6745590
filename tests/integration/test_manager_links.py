"""Members share pages by forms: find, create, change, switch, rotate, send and delete, with nothing half done."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from exshare_core.capabilities import LADDERS, Capabilities, offered
from exshare_core.errors import Broken, Busy
from exshare_core.events import Kind
from exshare_core.links import LabelFilter, LabelMode, LinkState, ShareLink
from exshare_core.schemes import EVERYONE, WITHOUT, Granted, Scheme
from exshare_core.testing.samples import after
from exshare_core.values import LinkId, Networks, PageId, People, SiteId, SpaceKey
from exshare_web.manager.forms import SETTINGS
from tests.integration.admins import TEAM, TEAM_PAGE, an_admin_of, policy_of, store
from tests.integration.members import (
    LINKS,
    NEW,
    Seat,
    an_admin,
    another_member,
    forms_of,
    locked_options,
    words_of,
)
from tests.integration.shell import (
    BOARD,
    BOSS,
    CHILD,
    ELSEWHERE,
    FOLDER,
    MEMBER_PASSWORD,
    OWNER,
    PASSWORD,
    ROOT,
    SECRET,
    SITE,
    Made,
    Shell,
    run,
)


@pytest.fixture
def shell() -> Shell:
    """The service with Ada, a member of its one site."""
    return Shell()


@pytest.fixture
def seat(shell: Shell) -> Seat:
    """Ada at her browser."""
    return Seat.of(shell)


def _only(shell: Shell) -> ShareLink:
    (link,) = shell.storage.state.links.values()
    return link


def _create(seat: Seat, page: str = ROOT, **changes: Any) -> str:
    """Make a link by the form; the address of its own page."""
    answer = seat.submit(seat.new_form(page), NEW, **changes)
    assert answer.status_code == 303, words_of(answer)
    location: str = answer.headers["location"]
    return location.partition("?")[0]


# --- finding a page --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["11", "https://confluence.example/pages/11", " First steps ", "begin here"])
def test_a_page_is_found_by_id_address_and_words(seat: Seat, text: str) -> None:
    """Section 8, C1: each leads to the form of that page."""
    page = seat.client.get(NEW, params={"q": text})

    assert 200 == page.status_code
    assert f'href="{NEW}?page={CHILD}"' in page.text
    assert f"First steps {CHILD}" in words_of(page)
    assert "Choose another page Share First steps" in words_of(seat.new_form(CHILD))


def test_only_pages_that_the_member_reads_are_found(shell: Shell, seat: Seat) -> None:
    """R5: neither title nor id of a page hidden from the member is shown, by words, id or address."""
    bob = another_member(shell)

    for text in ("Salaries", SECRET, f"https://confluence.example/pages/{SECRET}"):
        hidden, seen = (who.client.get(NEW, params={"q": text}) for who in (bob, seat))
        assert "No page that you can read fits" in words_of(hidden)
        assert f"page={SECRET}" not in hidden.text
        assert f"page={SECRET}" in seen.text


def test_a_page_hidden_from_the_member_is_like_none(shell: Shell) -> None:
    """R5: its form answers as that of a page that does not exist."""
    bob = another_member(shell)
    hidden, gone = bob.new_form(SECRET), bob.new_form("999")

    assert [400, 400] == [hidden.status_code, gone.status_code]
    assert words_of(gone).replace("999", "") == words_of(hidden).replace(SECRET, "")
    assert "Salaries" not in hidden.text


def test_words_that_find_nothing_come_with_advice(seat: Seat) -> None:
    """Section 8: an empty result says what to try, and shows the words as text."""
    page = seat.client.get(NEW, params={"q": "<script>x</script>"})

    assert "Copy the page's address from your browser" in words_of(page)
    assert "<script>" not in page.text


def test_a_busy_confluence_is_told_as_busy(shell: Shell, seat: Seat) -> None:
    """L15: never as "nothing found" or "no right"."""
    shell.content.access_unknown = True
    unknown = seat.client.get(NEW, params={"q": "handbook"})
    shell.content.failure = Broken("no sense")
    broken = seat.client.get(NEW, params={"q": "handbook"})

    assert [503, 502] == [unknown.status_code, broken.status_code]
    for page in (unknown, broken):
        assert "Confluence cannot be asked right now." in words_of(page)


def test_what_cannot_be_shared_has_no_form(seat: Seat) -> None:
    """V4: a whiteboard is neither found nor offered."""
    assert "No page that you can read fits" in words_of(seat.client.get(NEW, params={"q": "drawing"}))
    assert 400 == seat.new_form(BOARD).status_code


def test_a_member_without_a_confluence_account_is_told_why(shell: Shell) -> None:
    """R5: at the search and at the form, in words that say whom to ask."""
    run(shell.services.membership.add("stray", site=SITE, password=MEMBER_PASSWORD))
    stray = Seat.of(shell, "stray")

    for page in (stray.client.get(NEW, params={"q": "handbook"}), stray.new_form(ROOT)):
        assert 403 == page.status_code
        assert "You are not tied to a Confluence account, so you cannot share: ask your operator." in words_of(page)
    assert 200 == stray.get(LINKS).status_code


# --- creating --------------------------------------------------------------------------------------------------


def test_the_form_as_it_comes_makes_the_least_link(shell: Shell, seat: Seat) -> None:
    """L5, B10: untouched, it shares one page with who has the address, and nothing more."""
    path = _create(seat)
    link = _only(shell)

    assert f"{LINKS}/{link.id}" == path
    assert (ROOT, False, False, Capabilities()) == (
        link.scope.root,
        link.scope.children,
        link.scope.restricted_pages,
        link.wish.capabilities,
    )
    assert (None, None, None, None, None, None) == (
        link.wish.password_hash,
        link.wish.people,
        link.wish.networks,
        link.wish.starts_at,
        link.wish.expires_at,
        link.wish.max_opens,
    )
    assert (shell.owner.id, OWNER, False) == (link.owner, link.acts_as, link.service_identity)


EVERYTHING: dict[str, Any] = {
    "name": "For our partners",
    "description": "Until the fair\r\nis over",
    "slug": "spring-fair",
    "password_choice": "new",
    "password": PASSWORD,
    "people_choice": "listed",
    "people": "Ada@Example.com\r\nexample.org, *.example.net",
    "networks_choice": "listed",
    "networks": "192.0.2.0/24\r\n2001:db8::/32",
    "starts": "2026-06-01T08:00",
    "expires": "2026-12-31T23:00",
    "max_opens": "25",
    "children": "on",
    "labels_choice": "without",
    "labels": "Draft\r\ninternal",
    "carve_outs": f"https://confluence.example/pages/{FOLDER}",
    "restricted_pages": "on",
    "allow": list(offered()),
}


def test_everything_that_the_form_holds_is_stored(shell: Shell, seat: Seat) -> None:
    """L1, L3, L5, L6, L14, G1, G2, G5: each field means what it says; times are UTC."""
    _create(seat, **EVERYTHING)
    link = _only(shell)

    assert ("For our partners", "Until the fair\r\nis over") == (link.name, link.description)
    assert People.parse(["ada@example.com", "example.org", "*.example.net"]) == link.wish.people
    assert Networks.parse(["192.0.2.0/24", "2001:db8::/32"]) == link.wish.networks
    assert (datetime(2026, 6, 1, 8, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC), 25) == (
        link.wish.starts_at,
        link.wish.expires_at,
        link.wish.max_opens,
    )
    assert (True, True) == (link.scope.children, link.scope.restricted_pages)
    assert LabelFilter(LabelMode.NONE, frozenset({"draft", "internal"})) == link.scope.labels
    assert {FOLDER} == link.scope.carve_outs
    assert tuple(sorted(offered())) == link.wish.capabilities.words()
    assert run(shell.hasher.verify(str(link.wish.password_hash), PASSWORD))


def test_the_form_of_a_link_shows_it_as_it_is_and_saves_it_so(shell: Shell, seat: Seat) -> None:
    """M2: what is sent back untouched changes nothing; the password is kept and never shown."""
    path = _create(seat, **EVERYTHING)
    before = _only(shell)
    page = seat.get(path)
    answer = seat.submit(page, path)
    now = _only(shell)

    assert 303 == answer.status_code
    assert (before.wish, before.scope, before.name, before.description.split(), before.security_version) == (
        now.wish,
        now.scope,
        now.name,
        now.description.split(),
        now.security_version,
    )
    assert PASSWORD not in page.text
    assert str(before.wish.password_hash) not in page.text


def test_times_that_are_not_touched_keep_their_seconds(shell: Shell, seat: Seat) -> None:
    """L14: an instant that the form can show only to the minute is not moved by saving the name."""
    made = shell.make_link(expires_at=after(days=3))
    path = f"{LINKS}/{made.id}"
    seat.submit(seat.get(path), path, name="Two")

    assert ("Two", after(days=3)) == (shell.link(made).name, shell.link(made).wish.expires_at)


def test_the_new_link_shows_its_address_which_opens(shell: Shell, seat: Seat) -> None:
    """C1: save, then copy; the address shown is the one that visitors open."""
    page = seat.get(f"{_create(seat)}?done=created")
    (address,) = [word for word in words_of(page).split() if word.startswith("https://share.example.com/s/")]

    assert "The link is ready." in words_of(page)
    assert shell.client().get(address).status_code in (200, 303)


BAD = [
    ({"password_choice": "new", "password": "short"}, ["password"]),
    ({"password_choice": "new", "password": ""}, ["password"]),
    ({"people_choice": "listed", "people": "ada@example.com\nno one\n@"}, ["people"]),
    ({"networks_choice": "listed", "networks": "192.0.2.0/24\nhome\n10.0.0.1/8"}, ["networks"]),
    ({"expires": "2026-05-15T12:30"}, ["expires"]),
    ({"expires": "tomorrow"}, ["expires"]),
    ({"expires": "9999-12-31T23:59-23:59"}, ["expires"]),
    ({"starts": "2026-06-02T00:00", "expires": "2026-06-01T00:00"}, ["expires"]),
    ({"max_opens": "many"}, ["max_opens"]),
    ({"max_opens": "0"}, ["max_opens"]),
    ({"max_opens": "-1"}, ["max_opens"]),
    ({"max_opens": "²"}, ["max_opens"]),
    ({"max_opens": "1" * 5000}, ["max_opens"]),
    ({"name": "x" * 201}, ["name"]),
    ({"description": "x" * 2001}, ["description"]),
    ({"children": "yes"}, ["children"]),
    ({"labels_choice": "any", "labels": "two words", "children": "on"}, ["labels"]),
    ({"labels_choice": "all", "children": "on"}, ["labels"]),
    ({"labels_choice": "without", "labels": "draft"}, ["labels"]),
    ({"labels": "draft", "children": "on"}, ["labels"]),
    ({"carve_outs": "nowhere", "children": "on"}, ["carve_outs"]),
    ({"carve_outs": ELSEWHERE, "children": "on"}, ["carve_outs"]),
    ({"carve_outs": CHILD}, ["carve_outs"]),
    ({"present_only": "on"}, ["present_only"]),
    ({"present_only": "on", "whole_space": "on"}, ["present_only"]),
    ({"leads_to": "nothing"}, ["leads_to"]),
    ({"slug": "Spring Fair"}, ["slug"]),
    ({"slug": "x" * 81}, ["slug"]),
    ({"slug": "../manage"}, ["slug"]),
    ({"allow": "edit"}, ["allow"]),
    ({"allow": "attachments=add"}, ["allow"]),
    ({"allow": "everything"}, ["allow"]),
    (
        {
            "max_opens": "many",
            "starts": "soon",
            "expires": "2020-01-01T00:00",
            "people_choice": "listed",
            "people": "@",
            "password_choice": "new",
            "password": "short",
        },
        ["people", "starts", "max_opens", "expires", "password"],
    ),
]


@pytest.mark.parametrize(("changes", "fields"), BAD)
def test_bad_input_is_named_beside_its_field_and_nothing_is_stored(
    shell: Shell, seat: Seat, changes: dict[str, str], fields: list[str]
) -> None:
    """L13, incident 12: the form comes back with everything typed but the password, and there is no link."""
    typed = {"name": "Ours", "description": "words", **changes}
    answer = seat.submit(seat.new_form(ROOT), NEW, **typed)
    filled = forms_of(answer)[NEW]

    assert 400 == answer.status_code
    for name in fields:
        assert f'id="{name}-error"' in answer.text
    assert {} == shell.storage.state.links
    for name, value in typed.items():
        if name not in ("password", "children", "allow"):
            assert [value] == filled[name]
    assert [""] == filled["password"]


def test_every_wrong_entry_of_a_list_is_named(seat: Seat) -> None:
    """G2: not only the first, so that all can be mended at once."""
    changes = {"people_choice": "listed", "people": "ada@example.com\nfirst wrong\nexample.com\nsecond wrong"}
    words = words_of(seat.submit(seat.new_form(ROOT), NEW, **changes))

    assert "first wrong" in words
    assert "`second wrong`" in words


@pytest.mark.parametrize(
    "choice", ["password_choice", "sign_in_choice", "people_choice", "networks_choice", "labels_choice"]
)
@pytest.mark.parametrize("value", [None, "", "both", "Listed", ["none", "new"]])
def test_a_choice_that_is_missing_or_unknown_is_never_read_as_open(
    shell: Shell, seat: Seat, choice: str, value: str | None
) -> None:
    """L13: a form that does not say who may open a link makes none, and changes none."""
    made = shell.make_link(password=PASSWORD, people=People.parse(["example.com"]))
    before, path = shell.link(made), f"{LINKS}/{made.id}"
    created = seat.submit(seat.new_form(ROOT), NEW, **{choice: value})
    changed = seat.submit(seat.get(path), path, **{choice: value})

    assert [400, 400] == [created.status_code, changed.status_code]
    assert before == _only(shell)


@pytest.mark.parametrize(
    "changes", [{"people": "example.com"}, {"networks": "192.0.2.0/24"}, {"password": "five words nobody would guess"}]
)
def test_a_gate_that_was_filled_in_but_not_chosen_is_a_mistake(
    shell: Shell, seat: Seat, changes: dict[str, str]
) -> None:
    """L13: who types a list or a password believes the link to be closed; it is not made open."""
    answer = seat.submit(seat.new_form(ROOT), NEW, **changes)

    assert 400 == answer.status_code
    assert "choose another, or clear this" in words_of(answer)
    assert {} == shell.storage.state.links


def test_a_list_can_be_switched_off_as_it_stands(shell: Shell, seat: Seat) -> None:
    """M2: choosing "everyone" needs no clearing of the list that was in force."""
    made = shell.make_link(people=People.parse(["example.com", "ada@example.com"]))
    path = f"{LINKS}/{made.id}"

    assert 303 == seat.submit(seat.get(path), path, people_choice="everyone").status_code
    assert shell.link(made).wish.people is None


def test_a_long_list_is_stored_whole_or_not_at_all(shell: Shell, seat: Seat) -> None:
    """G2: a list is never cut short, since that would let in others or keep out some; what is too long is refused."""
    entries = [f"person-number-{number:04}@example.com" for number in range(1500)]
    answer = seat.submit(seat.new_form(ROOT), NEW, people_choice="listed", people="\n".join(entries))
    too_long = seat.submit(seat.new_form(ROOT), NEW, people_choice="listed", people="\n".join(entries * 20))

    assert (303, 413) == (answer.status_code, too_long.status_code)
    assert People.parse(entries) == _only(shell).wish.people


def test_an_empty_list_is_nobody(shell: Shell, seat: Seat) -> None:
    """G2: on with an empty list means nobody, and the page says so."""
    path = _create(seat, people_choice="listed", people=" \n ,")

    assert People() == _only(shell).wish.people
    assert "Who nobody" in words_of(seat.get(path))


UNKNOWN_FIELDS = {
    "owner": "somebody",
    "acts_as": "557058:boss",
    "site": "beta",
    "state": "active",
    "security_version": "9",
    "service_identity": "1",
    "password_hash": "$hash$",
    "excluded_names": "x",
    "version": "1",
}


@pytest.mark.parametrize("name", UNKNOWN_FIELDS)
def test_fields_that_the_form_does_not_have_are_refused(shell: Shell, seat: Seat, name: str) -> None:
    """ASVS 15.3.3: no mass assignment; an unknown field is named and nothing is stored."""
    answer = seat.submit(seat.new_form(ROOT), NEW, **{name: UNKNOWN_FIELDS[name]})

    assert 400 == answer.status_code
    assert f"{name}: there is no such field" in words_of(answer)
    assert {} == shell.storage.state.links


def test_a_change_takes_no_fields_of_others(shell: Shell, seat: Seat) -> None:
    """ASVS 15.3.3: a change cannot move a link to another page or owner."""
    made = shell.make_link()
    before, path = shell.link(made), f"{LINKS}/{made.id}"
    form = {name: values[0] for name, values in forms_of(seat.get(path))[path].items()}
    for name, value in {"page": CHILD, "owner": "somebody", "created_by": "x"}.items():
        assert 400 == seat.client.post(path, data={**form, name: value}).status_code

    assert before == shell.link(made)


def test_what_is_not_built_is_not_offered(seat: Seat) -> None:
    """L5: the form offers what this version can do, and nothing else."""
    page = seat.new_form(ROOT)
    words = [f"{name}={rung}" if len(ladder) > 2 else name for name, ladder in LADDERS.items() for rung in ladder[1:]]

    assert set(offered()) == {word for word in words if f'name="allow" value="{word}"' in page.text}


def test_a_form_holds_no_field_that_is_not_read(seat: Seat) -> None:
    """M2: what the page sends and what is accepted are the same set."""
    made = _create(seat)
    sent = set(forms_of(seat.get(made))[made]) | {
        "children", "present_only", "whole_space", "restricted_pages", "indexing", "allow"
    }  # fmt: skip

    assert SETTINGS | {"csrf", "version", "preview_as"} == sent


# --- layers in the form ----------------------------------------------------------------------------------------


def test_locked_options_are_shown_locked_with_their_layer(shell: Shell, seat: Seat) -> None:
    """P5: they cannot be ticked, and say who locked them; what a layer demands stands beside its field."""
    shell.limit("site", capabilities={"attachments": 0}, password_demanded=True, password_length=20)
    shell.limit("space TEAM", children=False, lifetime=timedelta(days=30), opens=100)
    page = seat.new_form(ROOT)
    words = words_of(page)

    assert {"allow=attachments=view", "children=on", "present_only=on", "whole_space=on"} == locked_options(page)
    assert "List and download the page's files locked by site" in words
    assert "The pages below it as well locked by space TEAM" in words
    assert "never less than 20 (set by site); demanded (set by site)" in words
    assert "at most 30 days after the creation (set by space TEAM)" in words
    assert "at most 100 (set by space TEAM)" in words


def test_a_locked_option_is_refused_in_the_same_words(shell: Shell, seat: Seat) -> None:
    """P5: whoever sends it all the same is told the same layer, beside the field, and there is no link."""
    shell.limit("space TEAM", capabilities={"attachments": 0}, children=False)
    answer = seat.submit(seat.new_form(ROOT), NEW, children="on", allow="attachments=view")

    assert 400 == answer.status_code
    assert "Not accepted: child pages are not allowed (set by space TEAM)." in words_of(answer)
    assert "Not accepted: attachments is limited to off (set by space TEAM)." in words_of(answer)
    assert {} == shell.storage.state.links


def test_what_is_demanded_is_said_beside_the_field(shell: Shell, seat: Seat) -> None:
    """B11: 400, and no link exists afterwards."""
    shell.limit("site", password_demanded=True, people_demanded=True, expiry_demanded=True)
    answer = seat.submit(seat.new_form(ROOT), NEW)

    assert 400 == answer.status_code
    for name in ("password", "people", "expires"):
        assert f'id="{name}-error"' in answer.text
    assert {} == shell.storage.state.links


def test_a_wish_that_was_locked_later_is_kept_and_shown_as_held_back(shell: Shell, seat: Seat) -> None:
    """P4, P5: it is not in force, it is not lost by an edit, and it may be given up."""
    path = _create(seat, allow="attachments=view", children="on")
    shell.limit("site", capabilities={"attachments": 0}, children=False)
    page = seat.get(path)

    assert "List and download the page's files held back by site" in words_of(page)
    assert "Held back List and download the page's files (set by site)" in words_of(page)
    assert "Reaches this page only (set by site)" in words_of(page)
    assert set() == {one for one in locked_options(page) if "attachments" in one or "children" in one}
    seat.submit(page, path, name="Two")
    assert (("attachments=view",), True) == (_only(shell).wish.capabilities.words(), _only(shell).scope.children)
    seat.submit(seat.get(path), path, allow=None, children=None)
    assert ((), False) == (_only(shell).wish.capabilities.words(), _only(shell).scope.children)


def test_every_value_in_force_says_who_set_it(shell: Shell, seat: Seat) -> None:
    """P5: people, networks, expiry and opens of the layers above, with their names."""
    shell.limit("site", people=People.parse(["example.com"]), networks=Networks.parse(["192.0.2.0/24"]))
    shell.limit("space TEAM", lifetime=timedelta(days=30), opens=9)
    words = words_of(seat.get(_create(seat)))

    assert "Who example.com (set by site)" in words
    assert "From where 192.0.2.0/24 (set by site)" in words
    assert "Ends 2026-06-14 12:30 UTC (set by space TEAM)" in words
    assert "Opened 0 times of at most 9 (set by space TEAM)" in words


def test_restrictions_of_the_page_are_said_before_the_form_is_sent(shell: Shell, seat: Seat) -> None:
    """L6: the member chooses knowingly; without the choice there is no link."""
    form = seat.new_form(SECRET)
    refused = seat.submit(form, NEW)
    made = seat.submit(form, NEW, restricted_pages="on")

    assert "This page has view restrictions." in words_of(form)
    assert 400 == refused.status_code
    assert 'id="restricted_pages-error"' in refused.text
    assert (303, True) == (made.status_code, _only(shell).scope.restricted_pages)


def test_the_service_identity_is_shown_and_logged(shell: Shell) -> None:
    """R5: before the form is sent, on the link, and in its activity."""
    shell.content.accounts.add(shell.content.service)
    chief = an_admin(shell, "chief", identity=None)
    form = chief.new_form(ROOT)
    page = chief.get(_create(chief))

    assert "the link will share as the site's service identity" in words_of(form)
    assert "This link shares as the site's service identity" in words_of(page)
    assert "Owner chief, through the site's service identity" in words_of(page)
    assert "link created service identity chief" in words_of(page)
    assert (True, shell.content.service) == (_only(shell).service_identity, _only(shell).acts_as)


# --- trouble with Confluence -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("failure", "status"), [(Busy("rate limit", 3), 503), (Broken("no sense"), 502)])
def test_a_form_that_meets_a_failing_confluence_loses_nothing(
    shell: Shell, seat: Seat, failure: Busy | Broken, status: int
) -> None:
    """L13: what was typed stands in the form again, to be sent once Confluence answers."""
    form = seat.new_form(ROOT)
    shell.content.failure = failure
    answer = seat.submit(form, NEW, name="Ours", max_opens="7")
    filled = forms_of(answer)[NEW]

    assert status == answer.status_code
    assert "Confluence cannot be asked right now. Nothing was changed" in words_of(answer)
    assert (["Ours"], ["7"], [ROOT]) == (filled["name"], filled["max_opens"], filled["page"])
    assert {} == shell.storage.state.links
    shell.content.failure = None
    assert 303 == seat.submit(answer, NEW).status_code
    assert ("Ours", 7) == (_only(shell).name, _only(shell).wish.max_opens)


def test_lists_show_ids_where_titles_cannot_be_had(shell: Shell, seat: Seat) -> None:
    """L18: the list and the link stay usable without Confluence."""
    made = shell.make_link()
    shell.content.failure = Busy("rate limit", 3)

    assert f"Page {ROOT}" in words_of(seat.get(LINKS))
    page = seat.get(f"{LINKS}/{made.id}")
    assert 200 == page.status_code
    assert "Confluence cannot be asked right now." in words_of(page)
    assert made.token not in page.text
    assert 303 == seat.post(f"{LINKS}/{made.id}/disable").status_code


# --- the list --------------------------------------------------------------------------------------------------


def test_an_empty_list_says_how_to_begin(seat: Seat) -> None:
    """Section 8: the first thing to do is one click away."""
    assert "There are no links yet." in words_of(seat.get(LINKS))


def test_a_list_tells_what_matters_of_each_link(shell: Shell, seat: Seat) -> None:
    """M3: page, name, state, protection, end, opens; for admins the owner too."""
    shell.make_link(name="Ours", password=PASSWORD, people=People.parse(["example.com"]), max_opens=3, children=True)
    run(shell.services.membership.add("eve", site=SITE, admin=True, password=MEMBER_PASSWORD, identity=BOSS))
    own, all_of_them = words_of(seat.get(LINKS)), words_of(Seat.of(shell, "eve").get(LINKS))

    assert "Handbook and below Ours active password, people never 0 of 3 15 May 2026" in own
    assert "Handbook and below Ours active password, people never 0 of 3 ada 15 May 2026" in all_of_them
    assert ("My links" in own, "All links" in all_of_them) == (True, True)


def test_a_list_holds_no_address(shell: Shell, seat: Seat) -> None:
    """Incident 6: neither a token nor a hash stands in the source of a list, an admin's included."""
    made = shell.make_link(password=PASSWORD)
    boss = an_admin(shell)

    for page in (seat.get(LINKS), boss.get(LINKS)):
        assert made.token not in page.text
        assert str(shell.link(made).wish.password_hash) not in page.text


def test_a_long_list_comes_in_pages(shell: Shell, seat: Seat) -> None:
    """M3: newest first, each link once, and a way on and back."""
    ids = []
    for _ in range(51):
        ids.append(shell.make_link().id)
        shell.clock.forward(seconds=1)
    first = seat.get(LINKS)
    (way,) = re.findall(rf'href="({LINKS}[?]after=[^"]+)"', first.text)
    older = seat.get(way)

    assert (50, 1) == (first.text.count('class="lead"'), older.text.count('class="lead"'))
    assert f"{LINKS}/{ids[0]}" in older.text
    assert f'<a href="{LINKS}">Newest links</a>' in older.text
    assert (400, True) == ((bad := seat.get(f"{LINKS}?after=nolink")).status_code, "After" in words_of(bad))


def test_an_admin_of_a_space_lists_all_its_links(shell: Shell, seat: Seat) -> None:
    """R3: from the page of the space, with owners; a key is taken in any case, and other spaces are refused."""
    made = shell.make_link(name="Ours")
    tina = an_admin_of(shell, TEAM, "tina")
    listed = tina.get(f"{LINKS}?space=team")
    refused = tina.get(f"{LINKS}?space=OTHER")

    assert f'href="{LINKS}?space=TEAM"' in tina.get(TEAM_PAGE).text
    assert "Links of the space TEAM" in words_of(listed)
    assert "Ours active none never 0 ada 15 May 2026" in words_of(listed)
    assert {"TEAM"} == {*forms_of(listed)[LINKS]["space"]}
    assert "There are no links yet." in words_of(tina.get(LINKS))
    assert (403, True) == (refused.status_code, "You may not see all links of this space." in words_of(refused))
    assert ["OTHER"] == forms_of(refused)[LINKS]["space"]
    assert 200 == tina.get(f"{LINKS}/{made.id}").status_code


def test_the_list_of_a_space_is_offered_to_who_may_see_one(shell: Shell, seat: Seat) -> None:
    """R1, R3: a plain member is neither offered it nor given it; who is granted all links of a space is."""
    shell.make_link(name="Ours")
    bob = another_member(shell)
    plain, refused = bob.get(LINKS), bob.get(f"{LINKS}?space=TEAM")
    granted = Scheme({**WITHOUT.grants, Granted.VIEW_SPACE: EVERYONE})
    store(shell, evolve(policy_of(shell), scheme=granted))
    offered, given = bob.get(LINKS), bob.get(f"{LINKS}?space=TEAM")

    assert (False, False) == ("space" in forms_of(plain).get(LINKS, {}), "space" in forms_of(refused)[LINKS])
    assert (403, False) == (refused.status_code, "Ours" in refused.text)
    assert (True, True) == ("space" in forms_of(offered)[LINKS], "space" in forms_of(given)[LINKS])
    assert "Ours active none never 0 ada" in words_of(given)


def test_the_list_of_a_space_comes_in_pages_of_that_space(shell: Shell, seat: Seat) -> None:
    """M3: the ways on and back keep to the space, whatever stands in its key."""
    boss = an_admin(shell)
    ids = []
    for _ in range(51):
        ids.append(shell.make_link().id)
        shell.clock.forward(seconds=1)
    first = boss.get(f"{LINKS}?space=TEAM")
    (way,) = re.findall(rf'href="({LINKS}[?]space=TEAM&amp;after=[^"]+)"', first.text)
    older = boss.get(way.replace("&amp;", "&"))
    nothing = boss.get(f"{LINKS}?space=%26%3C~a%2B")

    assert (50, 1) == (first.text.count('class="lead"'), older.text.count('class="lead"'))
    assert f'<a href="{LINKS}?space=TEAM">Newest links</a>' in older.text
    assert "There are no links in this space." in words_of(nothing)
    assert ["&<~A+"] == forms_of(nothing)[LINKS]["space"]


@pytest.mark.parametrize("key", ["a%00b", "%E2%80%8B", "x" * 256])
def test_what_can_be_no_key_of_a_space_is_said(shell: Shell, key: str) -> None:
    """Nothing is asked of the store with it."""
    page = an_admin(shell).get(f"{LINKS}?space={key}")

    assert 400 == page.status_code
    assert "is not the key of a space." in words_of(page)


# --- others' links ---------------------------------------------------------------------------------------------


def _foreign(shell: Shell) -> str:
    """A link that lies on another site of the same deployment."""
    made = shell.make_link()
    link, address = shell.link(made), shell.record(made).addresses[0]
    elsewhere = evolve(link, id=LinkId("elsewhere"), site=SiteId("beta"))
    moved = evolve(address, link=elsewhere.id, site=elsewhere.site, digest=b"e" * 32)
    run(shell.storage.links.add(elsewhere, moved, []))
    return str(elsewhere.id)


@pytest.mark.parametrize("act", ["", "/disable", "/enable", "/rotate", "/delete", "/send"])
def test_links_of_others_and_of_other_sites_answer_as_unknown(shell: Shell, act: str) -> None:
    """Incident 5: by GET and POST, to the byte, and nothing happens to them."""
    bob = another_member(shell)
    boss = an_admin(shell)
    made, foreign = shell.make_link(), _foreign(shell)
    before = dict(shell.storage.state.links)
    unknown = bob.get(f"{LINKS}/nolink")
    fields = {"version": "1", "recipients": "eve@example.com", "name": "mine now"}
    answers = [
        bob.post(f"{LINKS}/{made.id}{act}", **fields),
        bob.post(f"{LINKS}/{foreign}{act}", **fields),
        boss.post(f"{LINKS}/{foreign}{act}", **fields),
        boss.post(f"{LINKS}/nolink{act}", **fields),
    ]
    if not act:
        answers += [bob.get(f"{LINKS}/{made.id}"), boss.get(f"{LINKS}/{foreign}")]

    assert {(404, unknown.text)} == {(answer.status_code, answer.text) for answer in answers}
    assert before == shell.storage.state.links
    assert {} == shell.storage.state.letters


def test_an_admin_sees_and_ends_everybodys_links(shell: Shell, seat: Seat) -> None:
    """R3: with the owner named and the admin named in the activity."""
    path = _create(seat)
    boss = an_admin(shell)
    page = boss.get(path)

    assert "Owner ada" in words_of(page)
    assert 303 == boss.submit(page, f"{path}/delete").status_code
    assert LinkState.DELETED is _only(shell).state
    assert "link deleted boss" in words_of(seat.get(path))


def test_who_cannot_read_the_page_sees_neither_title_nor_address(shell: Shell) -> None:
    """L18: an admin may manage such a link; its title shows as the id, its address not at all."""
    made = shell.make_link(SECRET, restricted_pages=True)
    boss = an_admin(shell)
    page = boss.get(f"{LINKS}/{made.id}")

    assert "Salaries" not in page.text + boss.get(LINKS).text
    assert f"Page {SECRET}" in words_of(page)
    assert "You cannot read the page of this link in Confluence." in words_of(page)
    assert made.token not in page.text
    assert 403 == boss.post(f"{LINKS}/{made.id}/rotate").status_code
    assert 303 == boss.post(f"{LINKS}/{made.id}/disable").status_code


# --- changing --------------------------------------------------------------------------------------------------


def test_a_stale_form_is_refused_and_keeps_everything_typed(shell: Shell, seat: Seat) -> None:
    """L12: 412 with the link as it is now beside what was typed; sent again, it is saved."""
    made = shell.make_link(name="One")
    path = f"{LINKS}/{made.id}"
    stale = seat.get(path)
    shell.edit_link(made, name="Two", max_opens=9)
    typed = {
        "name": "Three",
        "description": "mine",
        "people_choice": "listed",
        "people": "example.com",
        "expires": "2026-12-31T23:00",
        "allow": ["labels"],
    }
    answer = seat.submit(stale, path, **typed)
    filled = forms_of(answer)[path]

    assert 412 == answer.status_code
    assert "Your entries are kept below and not saved yet" in words_of(answer)
    assert "Opened 0 times of at most 9" in words_of(answer)
    assert {name: value if isinstance(value, list) else [value] for name, value in typed.items()} == {
        name: filled[name] for name in typed
    }
    assert "Two" == shell.link(made).name
    assert 303 == seat.submit(answer, path).status_code
    assert ("Three", None) == (shell.link(made).name, shell.link(made).wish.max_opens)


@pytest.mark.parametrize("version", ["", "0", "2", "²", "x", "9" * 5000, "-1"])
def test_a_version_that_is_none_is_stale(shell: Shell, seat: Seat, version: str) -> None:
    """L12: nothing is saved on a guess."""
    made = shell.make_link(name="One")
    path = f"{LINKS}/{made.id}"

    assert 412 == seat.submit(seat.get(path), path, version=version, name="Two").status_code
    assert "One" == shell.link(made).name


def test_a_refused_change_names_the_field_and_changes_nothing(shell: Shell, seat: Seat) -> None:
    """B19: the old password stays in force, and what was typed stands in the form."""
    made = shell.make_link(password=PASSWORD)
    before, path = shell.link(made), f"{LINKS}/{made.id}"
    answer = seat.submit(seat.get(path), path, name="Two", password_choice="new", password="short")

    assert 400 == answer.status_code
    assert 'id="password-error"' in answer.text
    assert (["Two"], ["new"]) == (forms_of(answer)[path]["name"], forms_of(answer)[path]["password_choice"])
    assert before == shell.link(made)


def test_a_changed_password_ends_earlier_proofs(shell: Shell, seat: Seat) -> None:
    """G9, C5: who came in with the old one is asked again at the next click."""
    made = shell.make_link(password=PASSWORD)
    visitor = shell.client()
    visitor.post(made.path, data={"password": PASSWORD, "act": "password"})
    path = f"{LINKS}/{made.id}"
    seat.submit(seat.get(path), path, password_choice="new", password="another five words to guess")

    assert 2 == shell.link(made).security_version
    assert "How we work." not in visitor.get(made.page(ROOT)).text


# --- acts ------------------------------------------------------------------------------------------------------


def test_off_and_on_again(shell: Shell, seat: Seat) -> None:
    """L4: both say what they did; the settings stay; on again warns of an address that has leaked."""
    path = _create(seat, name="Ours", max_opens="5")
    before = _only(shell)
    off = seat.submit(seat.get(path), f"{path}/disable")
    page = seat.get(off.headers["location"])

    assert "The link is off." in words_of(page)
    assert "disabled" in words_of(page)
    on = seat.submit(page, f"{path}/enable")
    assert "Has that leaked? Then make a new one." in words_of(seat.get(on.headers["location"]))
    assert (LinkState.ACTIVE, before.wish, before.scope) == (_only(shell).state, _only(shell).wish, _only(shell).scope)


def test_a_new_address_replaces_the_old_one_at_once(shell: Shell, seat: Seat) -> None:
    """L4, C5: the old address answers like one that never was; the page shows the new one."""
    made = shell.make_link()
    path = f"{LINKS}/{made.id}"
    seat.submit(seat.get(path), f"{path}/rotate")
    page = seat.get(path)
    (address,) = [word for word in words_of(page).split() if word.startswith("https://share.example.com/s/")]

    assert made.token not in page.text
    assert 404 == shell.client().get(made.path).status_code
    assert shell.client().get(address).status_code in (200, 303)


def test_a_deleted_link_stays_to_be_looked_at_and_offers_nothing(shell: Shell, seat: Seat) -> None:
    """L4: final; its page shows what it was and what happened, and has no form but the sign-out."""
    made = shell.make_link(name="Ours")
    path = f"{LINKS}/{made.id}"
    seat.submit(seat.get(path), f"{path}/delete")
    page = seat.get(path)

    assert {"/manage/sign-out"} == set(forms_of(page))
    assert "deleted" in words_of(page)
    assert "link deleted ada" in words_of(page)
    assert made.token not in page.text
    for act in ("enable", "disable", "rotate", "delete", "send"):
        refused = seat.post(f"{path}/{act}", recipients="eve@example.com")
        assert 403 == refused.status_code
        assert refused.text.count('role="alert"') == 1
    choices = {
        "sign_in_choice": "none",
        "people_choice": "everyone",
        "networks_choice": "everywhere",
        "labels_choice": "every",
    }
    edit = {"version": "2", "password_choice": "none", **choices}
    assert 403 == seat.post(path, **edit).status_code
    assert LinkState.DELETED is shell.link(made).state


def test_every_act_that_cannot_be_taken_back_is_explained_first(seat: Seat) -> None:
    """Section 8: each of them asks a second time, and says what will happen."""
    words = words_of(seat.get(_create(seat)))

    assert "Nobody can open it any more, also who is reading now." in words
    assert "The present address stops working at once, for everyone who has it." in words
    assert "The link is gone for good. Nothing in Confluence changes." in words


@pytest.mark.parametrize("act", ["", "purge", "create", "reveal", "show", "DISABLE", "../x"])
def test_there_are_no_other_acts(shell: Shell, seat: Seat, act: str) -> None:
    """What the route does not name is unknown, whatever methods the core has."""
    made = shell.make_link()
    before = shell.link(made)

    assert 404 == seat.post(f"{LINKS}/{made.id}/{act}").status_code
    assert before == shell.link(made)


def test_a_suspended_link_says_why_and_by_whom(shell: Shell, seat: Seat) -> None:
    """L4, P3, P5: the reason and the layer for its member, where a stranger gets neither."""
    made = shell.make_link()
    shell.limit("space TEAM", password_demanded=True)
    words = words_of(seat.get(f"{LINKS}/{made.id}"))

    assert "suspended" in words
    assert "It cannot be opened: a password is demanded (set by space TEAM)." in words
    assert "space TEAM" not in shell.client().get(made.path).text


def test_a_link_whose_page_was_restricted_later_is_shown_as_suspended(shell: Shell, seat: Seat) -> None:
    """L6: as Confluence says now."""
    made = shell.make_link()
    shell.content.pages[ROOT] = evolve(shell.content.pages[ROOT], readers=frozenset({OWNER}))

    assert "It cannot be opened: the page has view restrictions." in words_of(seat.get(f"{LINKS}/{made.id}"))


# --- sending ---------------------------------------------------------------------------------------------------


def test_a_link_is_sent_in_one_letter_each(shell: Shell, seat: Seat) -> None:
    """M5, C3: separated by lines, commas or semicolons; each recipient once; no password inside."""
    path = _create(seat, password_choice="new", password=PASSWORD)
    recipients = "eve@example.com, EVE@example.com\r\ndan@example.org; \r\n"
    answer = seat.submit(seat.get(path), f"{path}/send", recipients=recipients, note="See page 2.")
    shell.send_letters()

    assert "The letters are on their way." in words_of(seat.get(answer.headers["location"]))
    assert ["dan@example.org", "eve@example.com"] == sorted(one.recipient.key for one in shell.mailer.sent)
    for letter in shell.mailer.sent:
        assert PASSWORD not in letter.text + letter.html
        assert "See page 2." in letter.text
    assert "link sent 2 letters ada" in words_of(seat.get(path))
    assert "The password is not in the letter." in words_of(seat.get(path))


@pytest.mark.parametrize(
    "recipients",
    [
        "",
        "nobody",
        "eve@example.com\r\nBcc: dan@example.org",
        "eve@example.com%0aBcc:dan@example.org",
        "Eve <eve@example.com>",
        '"a\r\nb"@example.com',
        "=?utf-8?q?x?=@example.com",
        "\n".join(f"p{number}@example.com" for number in range(51)),
    ],
)
def test_recipients_that_are_none_send_nothing(shell: Shell, seat: Seat, recipients: str) -> None:
    """CVE-2024-6923, M5: nothing gets into a header, nothing beyond the limit; what was typed is kept."""
    path = _create(seat)
    answer = seat.submit(seat.get(path), f"{path}/send", recipients=recipients, note="words")
    shell.send_letters()

    assert 400 == answer.status_code
    assert 'id="recipients-error"' in answer.text
    assert ["words"] == forms_of(answer)[f"{path}/send"]["note"]
    assert [] == shell.mailer.sent


def test_a_link_that_does_not_open_offers_no_sending(shell: Shell, seat: Seat) -> None:
    """M5: neither the form nor the act."""
    made = shell.make_link()
    path = f"{LINKS}/{made.id}"
    seat.post(f"{path}/disable")

    assert f"{path}/send" not in forms_of(seat.get(path))
    refused = seat.post(f"{path}/send", recipients="eve@example.com")
    assert 403 == refused.status_code
    assert "The link cannot be sent: it is disabled." in words_of(refused)


# --- what comes from others is text ----------------------------------------------------------------------------


def test_titles_names_and_words_of_others_are_text(shell: Shell, seat: Seat) -> None:
    """V1: nothing that a page, a member or a visitor is called runs or shows as markup."""
    evil = "<img src=x onerror=alert(1)>\"'"
    shell.content.pages[ROOT] = evolve(shell.content.pages[ROOT], title=evil)
    path = _create(seat, name=evil, description=evil)
    pages = [seat.get(LINKS), seat.get(path), seat.new_form(ROOT), seat.client.get(NEW, params={"q": "onerror"})]

    for page in pages:
        assert "<img" not in page.text
        assert "&lt;img" in page.text


def test_activity_tells_who_did_what(shell: Shell, seat: Seat) -> None:
    """M4: the operator and members by name; visitors by network for admins alone."""
    made = shell.make_link()
    shell.client(network="198.51.100.9").get(made.page(ROOT))
    words = words_of(seat.get(f"{LINKS}/{made.id}"))

    assert "link created operator" in words
    assert "198.51.100.9" not in words
    assert " From " not in words.partition("viewed visitor")[0].rpartition("When What Who")[2]
    assert "viewed visitor 198.51.100.9" in words_of(an_admin(shell).get(f"{LINKS}/{made.id}"))
    assert Kind.LINK_CREATED in {event.kind for event in shell.storage.state.events.values()}


def test_a_page_of_another_space_follows_its_own_layer(shell: Shell, seat: Seat) -> None:
    """P1: the form shows the layers of the space in which the page lies."""
    shell.content.pages[PageId("50")] = evolve(
        shell.content.pages[PageId("30")], id=PageId("50"), space=SpaceKey("OPS")
    )
    shell.limit("space OPS", children=False)

    assert {"children=on", "present_only=on", "whole_space=on"} == locked_options(seat.new_form("50"))
    assert set() == locked_options(seat.new_form(ROOT))


def test_made_links_are_links_of_the_page_alone(shell: Shell) -> None:
    """The helper of these tests makes what the form makes: one address for one link."""
    made: Made = shell.make_link()

    assert [made.id] == [one.link for one in shell.storage.state.addresses.values()]
