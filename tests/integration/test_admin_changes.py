"""A change by a form: previewed, saved, taken back to the form, overtaken, refused; and it does what it said (P3-P6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from exshare_core.capabilities import Capabilities
from exshare_core.governance import DEFAULT, Defaults, Leavers, Loosening
from exshare_core.policy import GroupRule, Limits
from exshare_core.testing import strategies
from exshare_core.testing.samples import after
from exshare_core.values import Networks, People, SpaceKey
from exshare_web.admin.restrictions import FIELDS, SETTINGS, fields_of, read_limits
from exshare_web.manager.forms import Reading
from tests.integration.admins import (
    DEFAULT_FORM,
    DOCUMENT,
    POLICY,
    SCHEME,
    SITE_FORM,
    TEAM,
    TEAM_FORM,
    TEAM_PAGE,
    an_admin_of,
    policy_of,
    previewed,
    saved,
)
from tests.integration.members import LINKS, NEW, Page, Seat, an_admin, forms_of, locked_options, words_of
from tests.integration.shell import PASSWORD, ROOT, Made, Shell


@pytest.fixture
def shell() -> Shell:
    """The service with Ada, a member of its one site."""
    return Shell()


@pytest.fixture
def boss(shell: Shell) -> Seat:
    """An admin of the site at their browser."""
    return an_admin(shell)


EVERYTHING: Mapping[str, Any] = {
    "rung_attachments": "off",
    "children": "on",
    "restricted_pages": "on",
    "external_links": "on",
    "forbidden_labels": "Internal\r\nsecret",
    "demanded_labels": "public",
    "excluded_names": "only for us",
    "people_demanded": "on",
    "sign_in_demanded": "on",
    "sso_demanded": "on",
    "terms": "Keep it to yourself.\r\n\r\nNothing is copied.",
    "people_choice": "listed",
    "people": "ada@example.com\r\n*.example.org",
    "blocked_people": "eve@example.com",
    "networks_choice": "listed",
    "networks": "192.0.2.0/24",
    "blocked_networks": "192.0.2.99",
    "password_demanded": "on",
    "password_length": "20",
    "password_by_mail": "on",
    "expiry_demanded": "on",
    "lifetime": "2 weeks",
    "renewals": "0",
    "opens": "25",
    "frame_origins_choice": "listed",
    "frame_origins": "https://intranet.example.com",
    "indexing": "on",
}

SET = Limits(
    capabilities={"attachments": 0},
    children=False,
    restricted_pages=False,
    external_links=False,
    forbidden_labels=frozenset({"internal", "secret"}),
    demanded_labels=frozenset({"public"}),
    excluded_names=frozenset({"only for us"}),
    people_demanded=True,
    sign_in_demanded=True,
    sso_demanded=True,
    terms=frozenset({"Keep it to yourself.\n\nNothing is copied."}),
    people=People.parse(["ada@example.com", "*.example.org"]),
    blocked_people=frozenset({"eve@example.com"}),
    networks=Networks.parse(["192.0.2.0/24"]),
    blocked_networks=frozenset({"192.0.2.99"}),
    password_demanded=True,
    password_length=20,
    password_by_mail=False,
    expiry_demanded=True,
    lifetime=after(days=14) - after(),
    renewals=0,
    opens=25,
    frame_origins=frozenset({"https://intranet.example.com"}),
    indexing=False,
)
"""What the form of `EVERYTHING` means."""


# --- what the form means -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "layer"), [(SITE_FORM, "site"), (DEFAULT_FORM, "configuration default"), (TEAM_FORM, "space TEAM")]
)
def test_every_restriction_is_a_field(shell: Shell, boss: Seat, form: str, layer: str) -> None:
    """M7, P1, P2: each field of each layer means what it says, and none but the groups' rules is missing."""
    answer = saved(boss, form, **EVERYTHING)
    names = {setting.name for setting in SETTINGS} | {"capabilities"}

    assert 303 == answer.status_code
    assert SET == policy_of(shell).limits_of(layer)
    assert names == {name for name, _ in SET.given}


@given(strategies.limits())
def test_a_form_that_nobody_touches_changes_nothing(limits: Limits) -> None:
    """L12: whatever is set, also by a document, comes back from its own form as it was: absent, empty and idle apart."""
    reading = Reading(fields_of(limits))

    assert limits == read_limits(reading, limits)
    assert [] == reading.failures


def test_an_empty_list_of_people_is_nobody_and_none_is_everyone(shell: Shell, boss: Seat) -> None:
    """P1: the two are two choices of the form."""
    saved(boss, SITE_FORM, people_choice="listed", people="")
    nobody = policy_of(shell).limits.people
    saved(boss, SITE_FORM, people_choice="open")

    assert (People(), None) == (nobody, policy_of(shell).limits.people)


def test_a_rule_for_a_group_is_a_form_of_its_own(shell: Shell, boss: Seat) -> None:
    """P8: kept beside the layer's own limits, listed on its page, and gone when nothing is left of it."""
    form = f"{SITE_FORM}&group=out+side"
    saved(boss, SITE_FORM, opens="9")
    saved(boss, form, opens="3")
    rule = GroupRule("out side", Limits(opens=3))

    assert Limits(opens=9, group_rules=frozenset({rule})) == policy_of(shell).limits
    assert "site: 9. In force: 3 this layer and those above" in words_of(boss.get(form))
    assert "out side" in words_of(boss.get(SITE_FORM))
    saved(boss, form, opens="")
    assert Limits(opens=9) == policy_of(shell).limits


def test_defaults_stand_apart_from_what_is_enforced(shell: Shell, boss: Seat) -> None:
    """L9: a configuration has both; the form of a new link begins with the defaults, within what layers allow."""
    page = boss.get(DEFAULT_FORM)
    saved(
        boss,
        DEFAULT_FORM,
        default_name="{space} {page}, {date}",
        default_days="60",
        default_children="on",
        default_allow=["labels", "attachments=view"],
        rung_attachments="off",
        lifetime="30 days",
    )
    defaults = Defaults("{space} {page}, {date}", Capabilities.parse(["labels", "attachments=view"]), 60, True)
    new = Seat.of(shell).get(f"{NEW}?page={ROOT}")
    filled = forms_of(new)[NEW]

    assert words_of(page).index("Enforced") < words_of(page).index("Defaults")
    assert "Defaults" not in words_of(boss.get(SITE_FORM))
    assert defaults == policy_of(shell).configurations[DEFAULT].defaults
    assert ["TEAM 10, 2026-05-15"] == filled["name"]
    assert ["2026-06-14T12:30"] == filled["expires"]
    assert ["on"] == filled["children"]
    assert ["labels"] == filled["allow"]
    assert "allow=attachments=view" in locked_options(new)


def test_a_prefilled_form_makes_the_link_that_it_shows(shell: Shell, boss: Seat) -> None:
    """L9: untouched, what the defaults fill in is accepted and stored."""
    saved(boss, DEFAULT_FORM, default_name="{space}", default_days="7", default_allow="labels", lifetime="3 days")
    ada = Seat.of(shell)
    answer = ada.submit(ada.new_form(ROOT), NEW)
    (link,) = shell.storage.state.links.values()
    minute = datetime(2026, 5, 18, 12, 30, tzinfo=UTC)

    assert 303 == answer.status_code
    assert ("TEAM", minute, ("labels",)) == (link.name, link.wish.expires_at, link.wish.capabilities.words())


# --- origins and locks -------------------------------------------------------------------------------------------


def test_every_value_from_above_names_its_layer(shell: Shell, boss: Seat) -> None:
    """P5: each setting says what stands above it, who set it, and what is in force with its own value."""
    shell.limit("site", lifetime=after(days=30) - after(), password_demanded=True, capabilities={"labels": 0})
    shell.limit("configuration default", opens=5, lifetime=after(days=60) - after())
    shell.limit("space TEAM", opens=8)
    words = words_of(boss.get(TEAM_FORM))

    assert "site: 30 days; configuration default: 60 days" in words
    assert "configuration default: 5. In force: 5 configuration default" in words
    assert "Demand a password so already, by site" in words
    assert "at most off (set by site)" in words
    assert "30 days (set by site)" in words_of(boss.get(TEAM_PAGE))


# --- the preview -------------------------------------------------------------------------------------------------


def _links(shell: Shell) -> Mapping[str, Made]:
    """Links of several kinds, each by the name that it has."""
    forms: Mapping[str, Mapping[str, Any]] = {
        "plain": {},
        "locked": {"password": PASSWORD},
        "listed": {"people": People.parse(["ada@example.com", "example.org"])},
        "ending": {"expires_at": after(days=3)},
        "tree": {"children": True, "allow": Capabilities.parse(["attachments=view"])},
        "far": {"networks": Networks.parse(["198.51.100.0/24"])},
    }
    return {name: shell.make_link(name=name, **form) for name, form in forms.items()}


def _seen(shell: Shell, links: Mapping[str, Made]) -> Mapping[str, tuple[int, str]]:
    """What a stranger meets behind each link: the status, and the words of the page."""
    answers = {name: shell.client(follow_redirects=True).get(made.path) for name, made in links.items()}
    return {name: (answer.status_code, words_of(answer)) for name, answer in answers.items()}


def _foretold(preview: Page, links: Mapping[str, Made], word: str) -> set[str]:
    """The links of which a preview says that they would be suspended, cut or restored."""
    rows = preview.text.split('<tr role="row">')
    return {name for name, made in links.items() for row in rows if made.id in row and f">{word}<" in row}


CHANGES: Mapping[str, tuple[str, Mapping[str, Any], set[str], set[str]]] = {
    "a password is demanded": (SITE_FORM, {"password_demanded": "on"}, {"plain", "listed", "ending", "tree"}, set()),
    "a list is demanded": (TEAM_FORM, {"people_demanded": "on"}, {"plain", "locked", "ending", "tree"}, set()),
    "an expiry is demanded": (DEFAULT_FORM, {"expiry_demanded": "on"}, {"plain", "locked", "listed", "tree"}, set()),
    "no pages below": (SITE_FORM, {"children": "on"}, set(), {"tree"}),
    "no files": (SITE_FORM, {"rung_attachments": "off"}, set(), {"tree"}),
    "another network": (
        SITE_FORM,
        {"networks_choice": "listed", "networks": "203.0.113.0/24"},
        {"plain", "locked", "listed", "ending", "tree"},
        set(),
    ),
    "one open at most": (SITE_FORM, {"opens": "1"}, set(), {"plain", "tree", "ending"}),
}
"""A change: its form, what is filled in, and what a stranger then sees: links that stop, and links that change."""


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_preview_says_is_what_then_happens(shell: Shell, boss: Seat, change: str) -> None:
    """P6: for every link, what a stranger met before the change and meets after it fits what the preview had said.

    A list of networks stops whoever comes from elsewhere: the preview calls the links cut, since they open for others.
    """
    form, fields, stops, changes = CHANGES[change]
    links = _links(shell)
    before = _seen(shell, links)
    preview = previewed(boss, form, **fields)
    unsaved = _seen(shell, links)
    boss.submit(preview, form, do="save")
    behind = _seen(shell, links)
    suspended, cut = _foretold(preview, links, "suspended"), _foretold(preview, links, "cut")

    assert before == unsaved
    assert stops == {name for name in links if before[name][0] == 200 and behind[name][0] == 403}
    assert changes == {name for name in links if behind[name] != before[name]} - stops
    assert stops <= suspended | (cut if "network" in change else set())
    assert changes <= cut
    for name in links.keys() - suspended - cut:
        assert before[name] == behind[name], name


def test_a_preview_counts_and_names(shell: Shell, boss: Seat) -> None:
    """P6: how many links are suspended, cut and restored, and for each its name, owner, reason and layer."""
    links = _links(shell)
    words = words_of(previewed(boss, SITE_FORM, password_demanded="on", opens="2", forbidden_labels="internal"))

    assert "suspended 5 cut 1 restored 0 looked at 6" in words
    assert f"plain {links['plain'].id} ada suspended a password is demanded site" in words
    assert f"locked {links['locked'].id} ada cut most opens site" in words
    assert "Decided live, when a visitor comes: labels that forbid sharing." in words
    assert "site: most opens not set → becomes 2" in words


def test_a_preview_of_a_loosening_says_what_comes_back(shell: Shell, boss: Seat) -> None:
    """P4, P6: with "confirm" nothing comes back by itself; choosing "restore" brings it, and says so before."""
    made = shell.make_link(name="plain")
    shell.clock.forward(minutes=1)
    saved(boss, SITE_FORM, password_demanded="on")
    kept = words_of(saved_preview := previewed(boss, SITE_FORM, password_demanded=None))
    boss.submit(saved_preview, SITE_FORM, do="save")
    held = shell.client().get(made.path).status_code
    way = f"{POLICY}/loosening"
    preview = boss.submit(boss.get(POLICY), way, loosening="restore", do="preview")
    boss.submit(preview, way, do="save")

    assert "suspended 0 cut 0 restored 0" in kept
    assert 403 == held
    assert "suspended 0 cut 0 restored 1" in words_of(preview)
    assert Loosening.RESTORE is policy_of(shell).loosening
    assert 200 == shell.client().get(made.path).status_code


def test_a_preview_stores_nothing_and_goes_back_with_everything_typed(shell: Shell, boss: Seat) -> None:
    """L12: from the preview to the form and on to saving, nothing that was typed is lost."""
    before = policy_of(shell)
    preview = previewed(boss, SITE_FORM, **EVERYTHING)
    again = boss.submit(preview, SITE_FORM, do="edit")

    assert before == policy_of(shell)
    assert 200 == again.status_code
    for name, value in EVERYTHING.items():
        assert str(value).split() == " ".join(forms_of(again)[SITE_FORM][name]).split(), name
    assert "Saved now: not set" in words_of(again)
    assert 303 == boss.submit(preview, SITE_FORM, do="save").status_code
    assert SET == policy_of(shell).limits


def test_a_preview_of_nothing_offers_nothing_to_save(boss: Seat) -> None:
    """P6: what is saved already is said to be so."""
    preview = previewed(boss, SITE_FORM)

    assert "This is what is saved already: nothing would change." in words_of(preview)
    assert "Save it" not in words_of(preview)


def test_a_preview_of_one_space_looks_at_its_links_only(shell: Shell) -> None:
    """R3: an admin of another space learns neither of a link nor how many there are."""
    shell.make_link(name="plain")
    form = f"{POLICY}/layer?of=space+OTHER"
    otto = an_admin_of(shell, SpaceKey("OTHER"), "otto")
    words = words_of(previewed(otto, form, password_demanded="on"))

    assert "suspended 0 cut 0 restored 0 looked at 0" in words


def test_an_admin_of_a_space_sets_its_layer(shell: Shell) -> None:
    """R3: by the same form, preview included, which shows the links of the space."""
    made = shell.make_link(name="plain")
    tina = an_admin_of(shell, TEAM, "tina")
    preview = previewed(tina, TEAM_FORM, password_demanded="on")
    answer = tina.submit(preview, TEAM_FORM, do="save")

    assert f"plain {made.id} ada suspended a password is demanded space TEAM" in words_of(preview)
    assert 303 == answer.status_code
    assert 403 == shell.client().get(made.path).status_code
    assert "Saved." in words_of(tina.get(answer.headers["location"]))


# --- refusals ----------------------------------------------------------------------------------------------------

BAD: list[tuple[str, dict[str, Any], list[str]]] = [
    (SITE_FORM, {"lifetime": "soon"}, ["lifetime"]),
    (SITE_FORM, {"lifetime": "0 days"}, ["lifetime"]),
    (SITE_FORM, {"opens": "many"}, ["opens"]),
    (SITE_FORM, {"opens": "0"}, ["opens"]),
    (SITE_FORM, {"opens": "9" * 40}, ["opens"]),
    (SITE_FORM, {"password_length": "1000"}, ["password_length"]),
    (SITE_FORM, {"renewals": "-1"}, ["renewals"]),
    (SITE_FORM, {"people_choice": "listed", "people": "nobody at all\n@"}, ["people"]),
    (SITE_FORM, {"people_choice": "open", "people": "ada@example.com"}, ["people"]),
    (SITE_FORM, {"people_choice": "some"}, ["people"]),
    (SITE_FORM, {"networks_choice": "listed", "networks": "home"}, ["networks"]),
    (SITE_FORM, {"blocked_people": "@"}, ["blocked_people"]),
    (SITE_FORM, {"blocked_networks": "home"}, ["blocked_networks"]),
    (SITE_FORM, {"forbidden_labels": "two words"}, ["forbidden_labels"]),
    (SITE_FORM, {"forbidden_labels": "public", "demanded_labels": "public"}, ["forbidden_labels"]),
    (SITE_FORM, {"frame_origins_choice": "listed", "frame_origins": "example.com"}, ["frame_origins"]),
    (SITE_FORM, {"children": "yes"}, ["children"]),
    (SITE_FORM, {"rung_attachments": "all"}, ["rung_attachments"]),
    (DEFAULT_FORM, {"default_days": "0"}, ["default_days"]),
    (DEFAULT_FORM, {"default_days": "soon"}, ["default_days"]),
    (DEFAULT_FORM, {"default_name": "x" * 501}, ["default_name"]),
    (DEFAULT_FORM, {"default_allow": "everything"}, ["default_allow"]),
    (TEAM_PAGE, {"configuration": "none"}, ["configuration"]),
    (TEAM_PAGE, {"admins_members": "ada\nnobody"}, ["admins_members"]),
    (TEAM_PAGE, {"admins_groups": "x" * 501}, ["admins_groups"]),
    (SCHEME, {"scheme_choice": "some"}, ["scheme_choice"]),
    (SCHEME, {"scheme_choice": "own", "create_members": "nobody"}, ["create_members"]),
    (
        SITE_FORM,
        {"lifetime": "soon", "opens": "many", "blocked_people": "@", "forbidden_labels": "two words"},
        ["lifetime", "opens", "blocked_people", "forbidden_labels"],
    ),
]


@pytest.mark.parametrize(("form", "changes", "fields"), BAD)
@pytest.mark.parametrize("step", ["preview", "save"])
def test_bad_input_is_named_beside_its_field_and_nothing_is_stored(
    shell: Shell, boss: Seat, form: str, changes: dict[str, Any], fields: list[str], step: str
) -> None:
    """M7: every fault at once, beside its field, with everything that was typed."""
    before = policy_of(shell)
    answer = boss.submit(boss.get(form), form, do=step, **changes)

    assert 400 == answer.status_code
    for name in fields:
        assert f'id="{name}-error"' in answer.text, name
    assert before == policy_of(shell)
    for name in changes.keys() & (FIELDS | {"admins_members", "create_members", "default_days"}):
        if not name.endswith("_choice") and name not in ("children", "rung_attachments"):
            assert [changes[name]] == forms_of(answer)[form][name]


def test_every_wrong_entry_of_a_list_is_named(boss: Seat) -> None:
    """Not only the first, so that all can be mended at once."""
    changes = {"people_choice": "listed", "people": "first wrong\nada@example.com\nsecond wrong"}
    words = words_of(previewed(boss, SITE_FORM, **changes))

    assert "first wrong" in words
    assert "`second wrong`" in words


@pytest.mark.parametrize("form", [SITE_FORM, DEFAULT_FORM, TEAM_FORM, TEAM_PAGE, SCHEME, DOCUMENT])
def test_a_field_that_is_not_on_the_form_is_refused(shell: Shell, boss: Seat, form: str) -> None:
    """L12: nothing is set by a field that nobody sees."""
    before = policy_of(shell)
    answer = boss.submit(boss.get(form), form, do="save", surprise="on", opens2="1")

    assert 400 == answer.status_code
    assert "surprise: there is no such field" in words_of(answer)
    assert before == policy_of(shell)


# --- somebody else was first -------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["preview", "save"])
def test_who_was_overtaken_sees_both_and_loses_nothing(shell: Shell, boss: Seat, step: str) -> None:
    """L12: 412 with what is saved now beside what was typed; sent once more, it is taken."""
    stale = boss.get(SITE_FORM)
    shell.limit("site", lifetime=after(days=30) - after(), opens=7)
    answer = boss.submit(stale, SITE_FORM, do=step, opens="3")
    filled = forms_of(answer)[SITE_FORM]

    assert 412 == answer.status_code
    assert "Somebody changed what is set here while you were editing." in words_of(answer)
    assert ["3"] == filled["opens"]
    assert "Saved now: 7" in words_of(answer)
    assert "Saved now: 30 days" in words_of(answer)
    assert 7 == policy_of(shell).limits.opens
    boss.submit(boss.submit(answer, SITE_FORM, do="preview", lifetime="30 days"), SITE_FORM, do="save")
    assert Limits(opens=3, lifetime=after(days=30) - after()) == policy_of(shell).limits


@pytest.mark.parametrize(
    "form", [DEFAULT_FORM, TEAM_FORM, TEAM_PAGE, SCHEME, DOCUMENT, f"{POLICY}/loosening", f"{POLICY}/leavers"]
)
def test_no_form_overwrites_what_it_did_not_see(shell: Shell, boss: Seat, form: str) -> None:
    """L12: every form of admins carries the version that it was made from."""
    at = POLICY if form.endswith(("loosening", "leavers")) else form
    stale = boss.get(at)
    shell.limit("site", opens=7)
    before = policy_of(shell)
    answer = boss.submit(stale, form, do="save")

    assert 412 == answer.status_code
    assert before == policy_of(shell)


def test_what_becomes_of_leavers_links_is_chosen_with_a_new_owner(shell: Shell, boss: Seat) -> None:
    """L15: the new owner is named and must be a member of the site; the choice is previewed, saved and shown."""
    way = f"{POLICY}/leavers"
    nobody = boss.submit(boss.get(POLICY), way, leavers="transfer", heir="Nobody", do="preview")
    preview = boss.submit(boss.get(POLICY), way, leavers="transfer", heir="Ada", do="preview")
    boss.submit(preview, way, do="save")
    shown = forms_of(boss.get(POLICY))[way]

    assert 400 == nobody.status_code
    assert "there is no member of this name on the site" in words_of(nobody)
    assert (Leavers.TRANSFER, shell.owner.id) == (policy_of(shell).leavers, policy_of(shell).heir)
    assert (["transfer"], ["ada"]) == (shown["leavers"], shown["heir"])


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "9999999999999"])
def test_a_form_without_a_version_overwrites_nothing(shell: Shell, boss: Seat, version: str) -> None:
    """L12: a version that is missing or makes no sense is that of no policy."""
    before = policy_of(shell)
    answer = boss.post(SITE_FORM, version=version, do="save", opens="1")

    assert answer.status_code in (400, 412)
    assert before == policy_of(shell)


# --- what a link's page says of it -------------------------------------------------------------------------------


def test_what_is_held_back_is_confirmed_by_one_button(shell: Shell, boss: Seat) -> None:
    """P4: the link's page names the layer, and its owner brings back what it took."""
    made = shell.make_link()
    shell.clock.forward(minutes=1)
    saved(boss, SITE_FORM, password_demanded="on")
    saved(boss, SITE_FORM, password_demanded=None)
    ada = Seat.of(shell)
    page = ada.get(f"{LINKS}/{made.id}")
    way = f"{LINKS}/{made.id}/confirm"
    answer = ada.submit(page, way)

    assert "site was loosened since this link was last saved." in words_of(page)
    assert f"{LINKS}/{made.id}?done=confirm" == answer.headers["location"]
    assert 200 == shell.client().get(made.path).status_code
    assert way not in forms_of(ada.get(f"{LINKS}/{made.id}"))


def test_a_link_is_renewed_as_often_as_layers_say(shell: Shell, boss: Seat) -> None:
    """P3: one button counts its life anew; when its renewals are used up, an admin must do it."""
    saved(boss, SITE_FORM, lifetime="10 days", renewals="1")
    made, ada = shell.make_link(), Seat.of(shell)
    at, way = f"{LINKS}/{made.id}", f"{LINKS}/{made.id}/renew"
    shell.clock.forward(minutes=20)
    first = ada.submit(ada.get(at), way)
    second = ada.submit(ada.get(at), way)
    by_admin = boss.submit(boss.get(at), way)

    assert [303, 403, 303] == [first.status_code, second.status_code, by_admin.status_code]
    assert "All of its 1 renewals are used: an admin must renew it (set by site)." in words_of(second)
    assert shell.clock.now() == shell.link(made).renewed_at


def test_nothing_is_offered_where_there_is_nothing_to_renew(shell: Shell, boss: Seat) -> None:
    """P3: neither without a longest life nor where links are never renewed; whoever asks all the same is told."""
    made, ada = shell.make_link(), Seat.of(shell)
    at, way = f"{LINKS}/{made.id}", f"{LINKS}/{made.id}/renew"
    answers = [(way in forms_of(ada.get(at)), ada.post(way).status_code)]
    saved(boss, SITE_FORM, lifetime="10 days", renewals="0")
    answers.append((way in forms_of(ada.get(at)), ada.post(way).status_code))

    assert [(False, 400), (False, 403)] == answers
