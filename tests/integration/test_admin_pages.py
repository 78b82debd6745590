"""What else admins do: configurations, spaces, schemes, switches, history, documents, and why a link answers (M7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from exshare_core.errors import Broken, Busy
from exshare_core.events import Actor, Kind
from exshare_core.governance import DEFAULT, Configuration, Difference, PolicyChange, SpaceRules, assign
from exshare_core.policy import Limits
from exshare_core.policy_document import read_policy, write_policy
from exshare_core.schemes import EVERYONE, NOBODY, WITHOUT, Granted, Grantees, Scheme
from exshare_core.testing.samples import after
from exshare_core.values import MemberId, Networks, People, SpaceKey
from tests.integration.admins import (
    DOCUMENT,
    HISTORY,
    POLICY,
    SCHEME,
    SITE_FORM,
    SWITCH,
    TEAM,
    TEAM_PAGE,
    a_member,
    an_admin_of,
    policy_of,
    previewed,
    saved,
    store,
)
from tests.integration.members import LINKS, NEW, Seat, an_admin, another_member, forms_of, words_of
from tests.integration.shell import BOSS, OWNER, PASSWORD, ROOT, SITE, Shell, run

CREATE, REMOVE = f"{POLICY}/configurations", f"{POLICY}/configurations/remove"


@pytest.fixture
def shell() -> Shell:
    """The service with Ada, a member of its one site."""
    return Shell()


@pytest.fixture
def boss(shell: Shell) -> Seat:
    """An admin of the site at their browser."""
    return an_admin(shell)


def _with_partners(shell: Shell, limits: Limits) -> None:
    old = policy_of(shell)
    store(shell, evolve(old, configurations={**old.configurations, "partners": Configuration(limits)}))


# --- configurations and spaces -----------------------------------------------------------------------------------


def test_a_configuration_is_made_and_begins_as_another_one(shell: Shell, boss: Seat) -> None:
    """P1: with nothing set, or with the limits and defaults of one that is there; then its form opens."""
    shell.limit("configuration default", opens=5)
    first = boss.submit(boss.get(POLICY), CREATE, name="bare")
    second = boss.submit(boss.get(POLICY), CREATE, name=" for partners ", like="default")
    configurations = policy_of(shell).configurations

    assert f"{POLICY}/layer?of=configuration+bare&done=created" == first.headers["location"]
    assert 200 == boss.get(second.headers["location"]).status_code
    assert {"default", "bare", "for partners"} == set(configurations)
    assert (Limits(), Limits(opens=5)) == (configurations["bare"].limits, configurations["for partners"].limits)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "default"}, "there is a configuration of this name"),
        ({"name": ""}, "is no name: use 1 to 60 printable characters"),
        ({"name": "x" * 61}, "is no name: use 1 to 60 printable characters"),
        ({"name": "a\x00b"}, "is no name: use 1 to 60 printable characters"),
        ({"name": "new", "like": "none"}, "there is no configuration to begin from"),
        ({"name": "new", "surprise": "1"}, "there is no such field"),
    ],
)
def test_a_bad_name_is_named_beside_its_field(shell: Shell, boss: Seat, fields: dict[str, str], said: str) -> None:
    """M7: nothing is made then, and what was typed stands there still."""
    answer = boss.submit(boss.get(POLICY), CREATE, **fields)

    assert 400 == answer.status_code
    assert said in words_of(answer)
    assert 'id="name-error"' in answer.text
    assert [fields["name"].replace("\x00", "\ufffd")] == [forms_of(answer)[CREATE]["name"][0].replace("\x00", "\ufffd")]
    assert {DEFAULT} == set(policy_of(shell).configurations)


def test_a_configuration_in_use_is_not_removed(shell: Shell, boss: Seat) -> None:
    """P1: a clear sentence names the spaces; once none is left, it goes, and the default one never does."""
    _with_partners(shell, Limits(opens=3))
    store(shell, assign(policy_of(shell), TEAM, SpaceRules("partners")))
    page = boss.get(f"{POLICY}/layer?of=configuration+partners")
    refused = boss.post(REMOVE, name="partners", version=str(policy_of(shell).version))
    store(shell, assign(policy_of(shell), TEAM, SpaceRules()))
    gone = boss.submit(boss.get(f"{POLICY}/layer?of=configuration+partners"), REMOVE)
    default = boss.post(REMOVE, name="default", version=str(policy_of(shell).version))

    assert REMOVE not in forms_of(page)
    assert "It is in use by TEAM. Assign them to another configuration first." in words_of(page)
    assert [403, 303, 403] == [refused.status_code, gone.status_code, default.status_code]
    assert "It is in use by TEAM. Assign them to another configuration first." in words_of(refused)
    assert "The default configuration cannot be removed" in words_of(default)
    assert {DEFAULT} == set(policy_of(shell).configurations)


def test_removing_what_was_changed_meanwhile_is_refused(shell: Shell, boss: Seat) -> None:
    """L12: the button carries the version that its page showed."""
    _with_partners(shell, Limits())
    page = boss.get(f"{POLICY}/layer?of=configuration+partners")
    shell.limit("site", opens=1)
    answer = boss.submit(page, REMOVE)

    assert 412 == answer.status_code
    assert {DEFAULT, "partners"} == set(policy_of(shell).configurations)


def test_a_space_is_assigned_and_gets_admins(shell: Shell, boss: Seat) -> None:
    """P1, R3: by one form with a preview; its page and the overview show it, and its links obey at once."""
    made = shell.make_link(name="plain")
    _with_partners(shell, Limits(password_demanded=True))
    fields = {"configuration": "partners", "admins_groups": "leads\r\nA b", "admins_members": "ada"}
    preview = previewed(boss, TEAM_PAGE, **fields)
    boss.submit(preview, TEAM_PAGE, do="save")
    admins = Grantees(groups=frozenset({"leads", "A b"}), members=frozenset({MemberId(shell.owner.id)}))
    page = words_of(boss.get(TEAM_PAGE))

    assert f"plain {made.id} ada suspended a password is demanded configuration partners" in words_of(preview)
    assert SpaceRules("partners", admins=admins) == policy_of(shell).rules(TEAM)
    assert 403 == shell.client().get(made.path).status_code
    assert "Links 1 Configuration partners Admins of the space A b, leads, ada" in page
    assert "TEAM partners nothing yes no on" in words_of(boss.get(POLICY))
    saved(boss, TEAM_PAGE, configuration="", admins_groups="", admins_members="")
    assert {} == policy_of(shell).spaces


def test_an_admin_of_a_space_reads_who_else_is(shell: Shell) -> None:
    """R3: and cannot change it; the site's admins set its configuration and its admins."""
    page = an_admin_of(shell, TEAM, "tina").get(TEAM_PAGE)

    assert "Admins of the space tina" in words_of(page)
    assert "are set by the admins of the site" in words_of(page)
    assert {"/manage/sign-out"} == set(forms_of(page))


def test_a_group_can_govern_a_space(shell: Shell) -> None:
    """R3: whoever is in it now; where groups cannot be found out, nobody is admitted and told to come back."""
    store(shell, assign(policy_of(shell), TEAM, SpaceRules(admins=Grantees(groups=frozenset({"leads"})))))
    bob = another_member(shell)
    shell.content.groups[BOSS] = frozenset({"leads"})
    inside = [bob.get(path).status_code for path in (POLICY, TEAM_PAGE, LINKS)]
    shell.content.groups[BOSS] = frozenset()
    outside = [bob.get(path).status_code for path in (POLICY, TEAM_PAGE, LINKS)]
    shell.content.groups[BOSS] = frozenset({"leads"})
    shell.content.access_unknown = True
    unknown = [bob.get(path).status_code for path in (POLICY, TEAM_PAGE, LINKS)]

    assert [200, 200, 200] == inside
    assert [403, 403, 200] == outside
    assert [403, 503, 200] == unknown


# --- schemes -----------------------------------------------------------------------------------------------------


def test_a_scheme_is_a_table_of_ten_rights(shell: Shell, boss: Seat) -> None:
    """R1: everyone, groups and members for each; where nothing is filled in, nobody, and the page says so."""
    fields = {
        "scheme_choice": "own",
        "create_everyone": None,
        "create_groups": "leads",
        "edit-others_members": "ada",
        "delete-own_everyone": None,
    }
    saved(boss, SCHEME, **fields)
    page = boss.get(SCHEME)
    expected = Scheme(
        {
            **dict.fromkeys((Granted.VIEW_OWN, Granted.EDIT_OWN, Granted.SEND_OWN), EVERYONE),
            Granted.CREATE: Grantees(groups=frozenset({"leads"})),
            Granted.EDIT_OTHERS: Grantees(members=frozenset({MemberId(shell.owner.id)})),
        }
    )

    assert expected == policy_of(shell).scheme
    assert 10 == page.text.count('class="right"')
    assert "Who may delete their own links nobody" in words_of(page)
    assert ["ada"] == forms_of(page)[SCHEME]["edit-others_members"]
    assert 403 == Seat.of(shell).new_form(ROOT).status_code


def test_no_scheme_is_another_thing_than_an_empty_one(shell: Shell, boss: Seat) -> None:
    """R1, R2: taking the last one out of a list closes the right, and never opens it to all."""
    nothing = {f"{one.value}_everyone": None for one in WITHOUT.grants}
    saved(boss, SCHEME, scheme_choice="own", **nothing)
    empty = policy_of(shell).scheme
    saved(boss, SCHEME, scheme_choice="none")

    assert (Scheme(), None) == (empty, policy_of(shell).scheme)
    assert "where nothing is filled in, nobody has the right." in words_of(boss.get(SCHEME)).lower()


def test_a_preview_of_a_scheme_counts_whom_it_concerns(shell: Shell, boss: Seat) -> None:
    """P6: how many members lose and win each right, whose groups could not be found out, and what shuts wholly."""
    a_member(shell, "bob")
    a_member(shell, "carol", identity=None)
    shell.content.groups[OWNER], shell.content.groups[BOSS] = frozenset({"leads"}), frozenset()
    own = {"scheme_choice": "own", "create_everyone": None}
    some = words_of(previewed(boss, SCHEME, **own, create_groups="leads", **{"view-all-in-space_groups": "leads"}))
    nobody = words_of(previewed(boss, SCHEME, **own))
    shell.content.access_unknown = True
    unknown = words_of(previewed(boss, SCHEME, **own, create_groups="leads"))

    assert "Who may make links: 2 members can no longer ." in some
    assert "Who may see all links of a space: 1 member can from now on." in some
    assert "Who may make links: 3 members can no longer ." in nobody
    assert "Mind: nobody but admins can make links on this site." in nobody
    assert "The groups of 2 members could not be found out" in unknown


def test_a_scheme_of_a_space_narrows_the_site(shell: Shell, boss: Seat) -> None:
    """R2: set on the space's own page; elsewhere nothing changes."""
    form = f"{SCHEME}?key=TEAM"
    saved(boss, form, scheme_choice="own", create_everyone=None)
    rules = policy_of(shell).rules(TEAM)

    assert rules.scheme is not None
    assert NOBODY == rules.scheme.of(Granted.CREATE)
    assert policy_of(shell).scheme is None
    assert "The space has a scheme of its own" in words_of(boss.get(TEAM_PAGE))
    assert 403 == Seat.of(shell).new_form(ROOT).status_code


# --- switches ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("query", "where"), [("", "the whole site"), ("?key=team", "the space TEAM")])
def test_a_switch_says_what_it_will_do_and_does_it(shell: Shell, boss: Seat, query: str, where: str) -> None:
    """P7: the page counts the links that stop; they answer as suspended at once and come back as they were."""
    open_one, locked = shell.make_link(), shell.make_link(password=PASSWORD)
    off = shell.make_link()
    boss.post(f"{LINKS}/{off.id}/disable")
    form = f"{SWITCH}{query.upper().replace('KEY', 'key')}"
    asked = boss.get(f"{SWITCH}{query}")
    stopped = boss.submit(asked, form)
    met = [shell.client().get(one.path).status_code for one in (open_one, locked, off)]
    again = boss.get(form)
    resumed = boss.submit(again, form)
    back = [shell.client().get(one.path).status_code for one in (open_one, locked, off)]

    assert f"Stop sharing {'on' if not query else 'in'} {where}?" in words_of(asked)
    assert "2 links that can be opened now will stop at once" in words_of(asked)
    assert "2 links will open again" in words_of(again)
    assert [303, 303] == [stopped.status_code, resumed.status_code]
    assert [403, 403, 404] == met
    assert [200, 200, 404] == back
    kinds = [event.kind for event in shell.storage.state.events.values() if event.link is None]
    assert [Kind.SHARING_STOPPED, Kind.SHARING_RESUMED] == [one for one in kinds if "sharing" in one.value]


def test_an_admin_of_a_space_stops_it_from_its_page(shell: Shell) -> None:
    """R3, P7: the space's page leads to its switch, which counts the links of that space and comes back there."""
    made = shell.make_link()
    tina = an_admin_of(shell, TEAM, "tina")
    form = f"{SWITCH}?key=TEAM"
    page = tina.get(TEAM_PAGE)
    asked = tina.get(form)
    answer = tina.submit(asked, form)
    met = shell.client().get(made.path).status_code
    resumed = tina.submit(tina.get(form), form)

    assert f'href="{form}"' in page.text
    assert "1 link that can be opened now will stop at once" in words_of(asked)
    assert (303, f"{TEAM_PAGE}&done=stopped") == (answer.status_code, answer.headers["location"])
    assert 403 == met
    assert f"{TEAM_PAGE}&done=resumed" == resumed.headers["location"]
    assert 200 == shell.client().get(made.path).status_code


def test_what_is_stopped_is_seen_at_a_glance(shell: Shell, boss: Seat) -> None:
    """P7: on the overview, also a space for which nothing else is set, and on the space's own page."""
    boss.post(SWITCH, turn_choice="off")
    boss.post(f"{SWITCH}?key=OTHER", turn_choice="off")
    words = words_of(boss.get(POLICY))

    assert "Sharing is stopped on the whole site." in words
    assert "OTHER default nothing no no stopped" in words
    assert "Stopped spaces: OTHER." in words
    assert "Sharing is stopped on the whole site" in words_of(boss.get(TEAM_PAGE))


@pytest.mark.parametrize("fields", [{}, {"turn_choice": "maybe"}, {"turn_choice": "off", "surprise": "1"}])
def test_a_switch_is_not_turned_by_what_makes_no_sense(shell: Shell, boss: Seat, fields: dict[str, str]) -> None:
    """P7: neither by an empty form nor by one with more in it."""
    answer = boss.post(SWITCH, **fields)

    assert 400 == answer.status_code
    assert {} == shell.storage.state.switches


# --- history -----------------------------------------------------------------------------------------------------


def test_the_history_says_who_when_and_from_what_to_what(shell: Shell, boss: Seat) -> None:
    """M7: newest first, in the words of the form; the operator is named as such."""
    saved(boss, SITE_FORM, opens="5")
    shell.clock.forward(minutes=20)
    saved(boss, SITE_FORM, opens="3", people_choice="listed", people="example.com")
    shell.limit("site", opens=4)
    words = words_of(boss.get(HISTORY))

    assert "Version 3 2026-05-15 12:50 UTC , boss site: most opens 5 → became 3" in words
    assert "site: allowed people not set → became example.com" in words
    assert "Version 2 2026-05-15 12:30 UTC , boss site: most opens not set → became 5" in words
    assert words.index("Version 4") < words.index("Version 3") < words.index("Version 2")
    assert ", operator" in words


def test_the_history_names_members(shell: Shell, boss: Seat) -> None:
    """M7: who changed it, and who is in what was changed, by name; one who is not known any more by id, with a word."""
    gone, ada = MemberId("fedcba9876543210fedcba9876543210"), shell.owner.id
    policy = run(shell.storage.policies.policy(SITE))
    assert policy is not None
    change = Difference("site: heir", ada, f"member {gone}")
    for version, member in ((policy.version + 1, ada), (policy.version + 2, gone)):
        told = PolicyChange(SITE, version, after(), Actor.MEMBER, member, (change,))
        run(shell.storage.policies.replace(evolve(policy, version=version), [], told))
    words = words_of(boss.get(HISTORY))

    assert f", {gone} (gone) site: new owner of links of leavers ada → became member {gone}" in words
    assert ", ada site: new owner" in words


def test_the_history_is_read_page_by_page(shell: Shell, boss: Seat) -> None:
    """M7: twenty changes at a time, and a way back; a number that makes no sense shows the newest."""
    for number in range(1, 26):
        shell.limit("site", opens=number)
    first, last = boss.get(HISTORY), boss.get(f"{HISTORY}?before=7")

    assert ["Version 26", "Version 7"] == [f"Version {n}" for n in (26, 7) if f">Version {n}<" in first.text]
    assert f'href="{HISTORY}?before=7"' in first.text
    assert [False, True, True] == [f">Version {n}<" in last.text for n in (7, 6, 2)]
    assert "Older changes" not in words_of(last)
    assert "Newest changes" in words_of(last)
    assert "There are no older changes." in words_of(boss.get(f"{HISTORY}?before=1"))
    assert words_of(first) == words_of(boss.get(f"{HISTORY}?before=x"))


# --- the document ------------------------------------------------------------------------------------------------


def test_the_document_is_taken_away_and_applied_again(shell: Shell, boss: Seat) -> None:
    """P10: the file is the document; sent back changed, it is previewed and applied as a whole."""
    shell.limit("site", opens=5, people=People.parse(["example.com"]))
    made = shell.make_link(name="plain", people=People.parse(["example.com"]))
    file = boss.get(f"{DOCUMENT}.toml")
    changed = file.text.replace("opens = 5", "opens = 2").replace("\n", "\r\n")
    preview = previewed(boss, DOCUMENT, document=changed)
    boss.submit(preview, DOCUMENT, do="save")

    assert write_policy(policy_of(shell)) == file.text.replace("opens = 5", "opens = 2")
    assert 'attachment; filename="exshare-acme.toml"' == file.headers["content-disposition"]
    assert "application/toml" in file.headers["content-type"]
    assert "site: most opens 5 → becomes 2" in words_of(preview)
    assert f"plain {made.id} ada cut most opens site" in words_of(preview)


def test_the_form_of_the_document_is_the_document(shell: Shell, boss: Seat) -> None:
    """P10: what stands in the field is what the file has, and applying it changes nothing."""
    store(shell, evolve(policy_of(shell), limits=Limits(forbidden_labels=frozenset({"a", "b"}), renewals=0)))
    (text,) = forms_of(boss.get(DOCUMENT))[DOCUMENT]["document"]

    assert policy_of(shell) == read_policy(text, policy_of(shell))
    assert "This is what is saved already" in words_of(previewed(boss, DOCUMENT))


def test_every_fault_of_a_document_is_named(shell: Shell, boss: Seat) -> None:
    """P10: with the key that it stands at; nothing is applied and the text is kept."""
    before = policy_of(shell)
    document = '[site]\nopens = "many"\nlifetyme = "3 days"\n[configurations.default]\n'
    answer = boss.submit(boss.get(DOCUMENT), DOCUMENT, do="save", document=document)
    broken = boss.submit(boss.get(DOCUMENT), DOCUMENT, do="save", document="[site")

    assert [400, 400] == [answer.status_code, broken.status_code]
    assert "site.opens: must be a whole number" in words_of(answer)
    assert "did you mean `lifetime`?" in words_of(answer)
    assert "not TOML" in words_of(broken)
    assert document.strip() == forms_of(answer)[DOCUMENT]["document"][0].strip()
    assert before == policy_of(shell)


def test_a_large_document_fits_and_nothing_else_so_large_does(shell: Shell, boss: Seat) -> None:
    """P10: lists of thousands are no reason to use another way; every other form keeps its bound."""
    people = ", ".join(f'"person{number}@example.com"' for number in range(9000))
    document = f"[site]\npeople = [{people}]\n[configurations.default]\n"
    answer = previewed(boss, DOCUMENT, document=document)

    assert 200 == answer.status_code
    assert 303 == boss.submit(answer, DOCUMENT, do="save").status_code
    assert 413 == boss.submit(boss.get(SITE_FORM), SITE_FORM, do="save", blocked_people=people * 3).status_code


# --- why a link answers ------------------------------------------------------------------------------------------


def _why(seat: Seat, link: str, **asked: str) -> Any:
    return seat.client.get(f"{LINKS}/{link}/explain", params=asked)


def test_a_link_explains_every_gate_and_every_value(shell: Shell, boss: Seat) -> None:
    """P9: each with its verdict, its layer and what would satisfy it, for whoever may see the link."""
    made = shell.make_link(people=People.parse(["example.com"]), networks=Networks.parse(["192.0.2.0/24"]))
    shell.limit("site", lifetime=timedelta(days=30))
    shell.limit("space TEAM", networks=Networks.parse(["192.0.2.0/28"]))
    ada = Seat.of(shell)
    stranger = words_of(_why(ada, made.id, **{"from": "203.0.113.9"}))
    friend = words_of(_why(ada, made.id, **{"as": "bo@example.com", "from": "192.0.2.7"}))
    late = words_of(_why(ada, made.id, at="2026-07-01T00:00"))

    assert "Would not be let in." in stranger
    assert "Network stops" in stranger
    assert "To pass: come from one of the allowed networks" in stranger
    assert "People asks" in stranger
    assert "Would be let in." in friend
    assert "allowed networks 192.0.2.0/28 space TEAM space TEAM: 192.0.2.0/28 link: 192.0.2.0/24" in friend
    assert "Ends 2026-06-14 12:30 UTC." in friend
    assert "Time stops" in late


def test_what_cannot_be_read_of_the_attempt_is_named_beside_its_field(shell: Shell) -> None:
    """P9: and nothing is explained then, since it would be of another attempt."""
    made, ada = shell.make_link(), Seat.of(shell)
    answer = _why(ada, made.id, **{"as": "nobody", "from": "home", "at": "soon"})

    assert 400 == answer.status_code
    for name in ("as", "from", "at"):
        assert f'id="{name}-error"' in answer.text
    assert "Would be let in" not in words_of(answer)


def test_what_confluence_does_not_say_is_not_made_up(shell: Shell) -> None:
    """P9, L15: a busy Confluence is told as such, among the gates that can be judged."""
    made, ada = shell.make_link(), Seat.of(shell)
    shell.content.failure = Busy("too many requests")

    assert "Page stops Confluence does not answer now" in words_of(_why(ada, made.id))


def test_an_explanation_is_for_those_who_may_see_the_link(shell: Shell, boss: Seat) -> None:
    """P9: another member's link is not there; its own page leads the way for who sees it."""
    made = shell.make_link()

    assert 404 == _why(another_member(shell), made.id).status_code
    assert 200 == _why(boss, made.id).status_code
    assert f'href="{LINKS}/{made.id}/explain"' in boss.get(f"{LINKS}/{made.id}").text


def test_the_link_page_of_a_suspended_link_names_the_layer(shell: Shell, boss: Seat) -> None:
    """P3, P5: its owner reads which layer stops it and why; a stranger does not."""
    made = shell.make_link()
    shell.limit("configuration default", password_demanded=True)
    words = words_of(Seat.of(shell).get(f"{LINKS}/{made.id}"))

    assert "It cannot be opened: a password is demanded (set by configuration default)." in words


def test_a_busy_confluence_does_not_keep_admins_from_governing(shell: Shell, boss: Seat) -> None:
    """P7: what needs nothing of Confluence works without it, the switch above all."""
    shell.content.failure = Broken("no sense")
    statuses = [boss.get(path).status_code for path in (POLICY, SITE_FORM, TEAM_PAGE, SCHEME, HISTORY, DOCUMENT)]
    stopped = boss.client.post(SWITCH, data={"csrf": forms_of(boss.get(SWITCH))[SWITCH]["csrf"], "turn_choice": "off"})

    assert [200] * 6 == statuses
    assert 303 == stopped.status_code


def test_the_form_of_a_new_link_is_empty_where_nothing_is_filled_in(shell: Shell) -> None:
    """B10, L9: without defaults, least privilege."""
    filled = forms_of(Seat.of(shell).new_form(ROOT))[NEW]

    assert ([""], [""], None) == (filled["name"], filled["expires"], filled.get("allow"))
    assert (f"/manage/{SITE}/new", SpaceKey("TEAM")) == (NEW, TEAM)
