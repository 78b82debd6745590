"""The REST API over HTTP: what programs can do with a key, and how they are told what went wrong (spec A1, A2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from starlette.routing import Route
from starlette.testclient import TestClient

from exshare_core.accounts import Member
from exshare_core.api_keys import KeyForm, Operation
from exshare_core.capabilities import Capabilities
from exshare_core.errors import Busy
from exshare_core.governance import SpaceRules, assign
from exshare_core.schemes import Grantees
from exshare_core.values import MemberId, Networks, SiteId
from exshare_web.api.declaring import ROOT as API
from exshare_web.api.operations import OPERATIONS
from exshare_web.manager.keys import SAYS
from tests.integration.admins import TEAM, a_member, policy_of, store
from tests.integration.members import Places, Seat
from tests.integration.shell import BASE_URL, BOSS, CHILD, ROOT, SITE, Shell, run

LINKS = f"{API}/sites/{SITE}/links"
POLICY = f"{API}/sites/{SITE}/policy"
SWITCH = f"{API}/sites/{SITE}/switch"
PASSWORD = "lamp oil and a wick"


@define
class Program:
    """A program with a key of a member; the owner of the shell unless another is named."""

    shell: Shell = field(factory=Shell)
    named: Member | None = None
    operations: frozenset[Operation] = frozenset(Operation)
    key: str = field(init=False)
    client: TestClient = field(init=False)

    def __attrs_post_init__(self) -> None:
        form = KeyForm("our script", self.operations)
        member = self.named or self.shell.owner
        _, self.key = run(self.shell.services.keying.make(member, self.shell.site, form))
        self.client = self.shell.client(headers={"authorization": f"Bearer {self.key}"})

    def make(self, **settings: Any) -> dict[str, Any]:
        """A link, as the API gives it."""
        answer = self.client.post(LINKS, json={"page": ROOT, **settings})
        assert 201 == answer.status_code, answer.text
        return dict(answer.json())


def an_admin(shell: Shell) -> Member:
    """An admin of the site."""
    added, _ = run(shell.services.membership.add("boss", site=shell.site, admin=True, password=PASSWORD, identity=BOSS))
    return added


def problem(answer: Any) -> tuple[int, str]:
    """The status and the kind of a problem."""
    assert "application/problem+json" == answer.headers["content-type"]
    told = answer.json()
    assert answer.status_code == told["status"]
    return answer.status_code, told["type"].rpartition("/")[2]


# --- whose request it is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer exshare_" + "A" * 43}, {"authorization": "Basic YTpi"}, {"authorization": "Bearer"}],
)
def test_every_operation_asks_for_a_key(headers: Mapping[str, str]) -> None:
    """Without a good one there is nothing but the demand for it."""
    shell = Shell()
    answers = [
        shell.client(f"192.0.2.{place}").request(one.method, one.address.format_map(Places(site=SITE)), headers=headers)
        for place, one in enumerate(OPERATIONS, 1)
    ]

    assert {(401, "unauthenticated")} == {problem(one) for one in answers}
    assert {'Bearer realm="exshare"'} == {one.headers["www-authenticate"] for one in answers}


def test_a_members_cookie_is_no_key() -> None:
    """What a browser sends by itself opens nothing here, so that no page can forge a request."""
    seat = Seat.of(Shell())

    assert (401, "unauthenticated") == problem(seat.client.get(LINKS))


def test_a_key_does_what_it_was_made_for() -> None:
    """With every operation but the one that is needed, it is refused by name."""
    shell = Shell()
    programs = {one: Program(shell, operations=frozenset(Operation) - {one}) for one in Operation}
    answers = {
        one.name: (
            one.needs.value,
            programs[one.needs].client.request(one.method, one.address.format_map(Places(site=SITE))),
        )
        for one in OPERATIONS
        if one.needs is not None
    }

    assert {(403, "refused")} == {problem(answer) for _, answer in answers.values()}
    assert [] == [name for name, (needed, answer) in answers.items() if needed not in answer.json()["detail"]]


def test_a_key_says_who_it_is() -> None:
    """The site, the member, and what it may be used for; every answer counts down the minute."""
    program = Program(operations=frozenset({Operation.LINKS_READ}))
    answer = program.client.get(f"{API}/key")
    told = answer.json()

    assert {"site": SITE, "member": "ada", "name": "our script", "operations": ["links:read"], "uses": 1} == told
    assert ("600", "599") == (answer.headers["ratelimit-limit"], answer.headers["ratelimit-remaining"])


def test_another_site_is_not_there() -> None:
    """A key is for its own site; of others it cannot even tell whether they exist."""
    program = Program()

    assert [(404, "not-found")] * 2 == [
        problem(program.client.get(f"{API}/sites/{site}/links")) for site in ("beta", "nowhere")
    ]


# --- links -----------------------------------------------------------------------------------------------------------


def test_a_link_is_made_seen_listed_and_opened() -> None:
    """The address that is given opens the page; every setting comes back as it was asked for."""
    program = Program()
    settings = {
        "name": "For partners",
        "description": "two\nlines",
        "slug": "spring-fair",
        "people": ["ada@example.com", "example.org"],
        "networks": ["192.0.2.0/24"],
        "terms": "Keep it to yourself.",
        "expires_at": "2026-12-31T23:00:00Z",
        "max_opens": 5,
        "children": True,
        "labels": "any: public",
        "frame_origins": ["https://intranet.example.com"],
        "allow": ["attachments=view", "labels"],
    }
    made = program.make(**settings)
    seen = program.client.get(f"{LINKS}/{made['id']}")
    listed = program.client.get(LINKS).json()["links"]
    gate = program.shell.client().get(made["url"])

    assert settings == {name: seen.json()["settings"][name] for name in settings}
    assert made == seen.json()
    assert '"1"' == seen.headers["etag"]
    assert [made["id"]] == [one["id"] for one in listed]
    assert "url" not in listed[0]
    assert (200, True) == (gate.status_code, "spring-fair-" in made["url"])


def test_a_password_is_nowhere_in_any_answer() -> None:
    """It is said that there is one, and nothing of it."""
    program = Program()
    made = program.make(password=PASSWORD)
    answers = [program.client.get(f"{LINKS}/{made['id']}").text, program.client.get(LINKS).text, str(made)]

    assert made["has_password"]
    assert not [text for text in answers if PASSWORD in text or "$" in text]


def test_every_broken_rule_is_named_with_its_layer() -> None:
    """L13, P5: unknown fields, wrong types, rules and layers, all at once; and no link is left behind."""
    program = Program()
    program.shell.limit("space TEAM", password_demanded=True, opens=3)
    wrong_form = program.client.post(LINKS, json={"page": ROOT, "peple": [], "max_opens": "5", "children": 1})
    wrong_value = program.client.post(LINKS, json={"page": ROOT, "max_opens": 9, "people": ["nobody"], "slug": "A b"})
    named = {(one["field"], one.get("layer")) for one in wrong_value.json()["errors"]}

    assert (422, "invalid") == problem(wrong_form)
    assert ["peple", "max_opens", "children"] == [one["field"] for one in wrong_form.json()["errors"]]
    assert {("people", None), ("max_opens", "space TEAM"), ("password", "space TEAM"), ("slug", None)} == named
    assert [] == program.client.get(LINKS).json()["links"]


def test_a_change_touches_what_is_sent_and_nothing_else() -> None:
    """RFC 7396: the rest stays, the password too; null takes away what may be absent."""
    program = Program()
    made = program.make(name="old", people=["ada@example.com"], password="lamp oil", max_opens=5)
    path = f"{LINKS}/{made['id']}"
    named = program.client.patch(path, json={"name": "new"}, headers={"if-match": '"1"'}).json()
    opened = program.client.patch(
        path, json={"people": None, "no_password": True, "max_opens": None}, headers={"if-match": '"2"'}
    ).json()

    assert ("new", ["ada@example.com"], 5) == tuple(named["settings"][one] for one in ("name", "people", "max_opens"))
    assert (True, False) == (named["has_password"], opened["has_password"])
    assert ("new", None, None) == tuple(opened["settings"].get(one) for one in ("name", "people", "max_opens"))


def test_who_has_not_seen_the_last_version_changes_nothing() -> None:
    """L12: without If-Match nothing is changed, and with a stale one the fresh version is told."""
    program = Program()
    made = program.make(name="first")
    path = f"{LINKS}/{made['id']}"
    program.client.patch(path, json={"name": "second"}, headers={"if-match": '"1"'})
    blind = program.client.patch(path, json={"name": "third"})
    stale = program.client.patch(path, json={"name": "third"}, headers={"if-match": '"1"'})
    odd = program.client.patch(path, json={"name": "third"}, headers={"if-match": "*"})

    assert [(428, "unconditional"), (412, "stale"), (422, "invalid")] == [problem(one) for one in (blind, stale, odd)]
    assert 2 == stale.json()["current"]
    assert "second" == program.client.get(path).json()["settings"]["name"]


def test_a_repeat_makes_no_second_link() -> None:
    """With an Idempotency-Key the same request gives the same link, and another one under that name is refused."""
    program, other = Program(), None
    first, again = (
        program.client.post(LINKS, json={"page": ROOT, "name": "once"}, headers={"idempotency-key": "order 7"})
        for _ in range(2)
    )
    another = program.client.post(LINKS, json={"page": CHILD}, headers={"idempotency-key": "order 7"})
    other = Program(program.shell)
    theirs = other.client.post(LINKS, json={"page": CHILD}, headers={"idempotency-key": "order 7"})

    assert (201, 200) == (first.status_code, again.status_code)
    assert first.json() == again.json()
    assert (422, "Idempotency-Key") == (another.status_code, another.json()["errors"][0]["field"])
    assert 201 == theirs.status_code
    assert 2 == len(program.client.get(LINKS).json()["links"])


def test_a_link_lives_through_all_acts() -> None:
    """Off, on, a new address, renewed, confirmed, gone: each answer says how the link is now."""
    program = Program()
    program.shell.limit("site", lifetime=timedelta(days=30), renewals=3)
    made = program.make()
    path = f"{LINKS}/{made['id']}"
    states = [program.client.post(f"{path}/{act}").json()["state"] for act in ("disable", "enable", "renew", "confirm")]
    rotated = program.client.post(f"{path}/rotate", json={"grace_seconds": 0}).json()
    gone = program.client.delete(path)
    visitor = program.shell.client()

    assert ["disabled", "active", "active", "active"] == states
    assert made["url"] != rotated["url"]
    assert 204 == gone.status_code
    assert [404, 404] == [visitor.get(one["url"]).status_code for one in (made, rotated)]
    assert "deleted" == program.client.get(path).json()["state"]


def test_a_link_comes_back_under_a_new_address_alone() -> None:
    """As one act: the answer has the new address, and the old one stays dead."""
    program = Program()
    made = program.make()
    path = f"{LINKS}/{made['id']}"
    program.client.post(f"{path}/disable")
    back = program.client.post(f"{path}/enable", json={"new_address": True}).json()
    visitor = program.shell.client()

    assert "active" == back["state"]
    assert [404, 200] == [visitor.get(one["url"]).status_code for one in (made, back)]


def test_a_link_is_sent_by_mail() -> None:
    """One letter each; an address that is none is named, and then nothing is sent."""
    program = Program()
    made = program.make()
    path = f"{LINKS}/{made['id']}/send"
    sent = program.client.post(path, json={"to": ["a@example.com", "b@example.com"], "note": "here it is"})
    wrong = program.client.post(path, json={"to": ["c@example.com", "nobody"]})
    program.shell.send_letters()

    assert (202, {"letters": 2}) == (sent.status_code, sent.json())
    assert (422, "to") == (wrong.status_code, wrong.json()["errors"][0]["field"])
    assert {"a@example.com", "b@example.com"} == {str(one.recipient) for one in program.shell.mailer.sent}


def test_what_happened_and_why_is_told() -> None:
    """The activity, newest first, and each gate with its rule, layer and remedy (spec P9)."""
    program = Program()
    made = program.make(people=["ada@example.com"])
    path = f"{LINKS}/{made['id']}"
    events = program.client.get(f"{path}/activity", params={"limit": 1}).json()["events"]
    asked = program.client.get(f"{path}/explanation").json()
    proved = program.client.get(f"{path}/explanation", params={"as": "ada@example.com", "from": "192.0.2.7"}).json()
    wrong = program.client.get(f"{path}/explanation", params={"as": "nobody"})

    assert [("link created", "member", "ada")] == [(one["kind"], one["actor"], one["member"]) for one in events]
    assert ("ask", "allow") == (asked["effect"], proved["effect"])
    assert ["link"] == next(one for one in asked["gates"] if one["stage"] == "people")["layers"]
    assert 422 == wrong.status_code


def test_a_list_goes_on_where_it_stopped() -> None:
    """Cursor paging: all links once, newest first, in pages of the size that was asked for."""
    program = Program()
    made = [program.make(name=str(number))["id"] for number in range(5)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = program.client.get(LINKS, params=query).json()
        seen += [one["id"] for one in page["links"]]
        if "next" not in page:
            break
        query["after"] = page["next"]

    assert sorted(made) == sorted(seen)
    assert 5 == len(set(seen))


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "x"},
        {"limit": "201"},
        {"pag": "1"},
        {"page": ""},
        {"state": "broken"},
        {"sort": "x"},
        {"people": "x"},
        {"after": "../x"},
        {"space": ""},
    ],
)
def test_a_parameter_that_is_none_is_refused(query: dict[str, str]) -> None:
    """Unknown names and impossible values are named."""
    answer = Program().client.get(LINKS, params=query)

    assert (422, "invalid") == problem(answer)
    assert [*query] == [one["field"] for one in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", "body"),
        (b"[]", "body"),
        (b"\xff", "body"),
        (b'{"page": "\\ud800"}', "body"),
        (b"", "page"),
        (b"{}", "page"),
    ],
)
def test_a_body_that_is_none_is_refused(body: bytes, field: str) -> None:
    """Broken JSON, another value than an object, and broken characters."""
    answer = Program().client.post(LINKS, content=body, headers={"content-type": "application/json"})

    assert (422, "invalid") == problem(answer)
    assert field == answer.json()["errors"][0]["field"]


def test_another_member_sees_nothing_of_it() -> None:
    """IDOR: for who may not see a link it is not there, by every operation on it."""
    program = Program()
    made = program.make()
    bob, _ = run(program.shell.services.membership.add("bob", site=SITE, password=PASSWORD, identity=BOSS))
    theirs = Program(program.shell, bob)
    answers = [
        theirs.client.request(
            one.method, one.address.format_map(Places(site=SITE, link=made["id"])), headers={"if-match": '"1"'}
        )
        for one in OPERATIONS
        if "{link}" in one.address and one.content is None
    ]

    assert {(404, "not-found")} == {problem(one) for one in answers}
    assert [] == theirs.client.get(LINKS).json()["links"]


@pytest.mark.parametrize(
    "field", ["id", "site", "state", "version", "opens", "acts_as", "security_version", "created_by"]
)
def test_what_nobody_may_set_cannot_be_set(field: str) -> None:
    """Mass assignment: a field that is not of the form is refused, at making and at changing."""
    program = Program()
    made = program.make()
    answers = [
        program.client.post(LINKS, json={"page": ROOT, field: "x"}),
        program.client.patch(f"{LINKS}/{made['id']}", json={field: "x"}, headers={"if-match": '"1"'}),
    ]

    assert [(422, field)] * 2 == [(one.status_code, one.json()["errors"][0]["field"]) for one in answers]


def test_a_link_is_seen_without_its_address_where_that_cannot_be_shown() -> None:
    """L18: while Confluence is silent, and when the page is gone, the link is there for its member, its address is not."""
    program = Program()
    made = program.make()
    path = f"{LINKS}/{made['id']}"
    program.shell.content.failure = Busy("slow down")
    silent = program.client.get(path)
    program.shell.content.failure = None
    del program.shell.content.pages[ROOT]
    gone = program.client.get(path)

    assert (200, 200) == (silent.status_code, gone.status_code)
    assert [False, False] == ["url" in one.json() for one in (silent, gone)]
    assert "suspended" == gone.json()["state"]


def test_a_database_that_does_not_answer_is_a_problem_too() -> None:
    """A program is never answered with a page, also before its key could be looked up."""
    program = Program()
    program.shell.recorder.failure = Busy("the database does not answer")
    answer = program.client.get(LINKS)

    assert (503, "busy") == problem(answer)
    assert "retry-after" in answer.headers


def test_only_an_admin_makes_links_for_others() -> None:
    """An owner who is somebody else is refused to a plain member and taken from an admin."""
    shell = Shell()
    admin = Program(shell, an_admin(shell))
    refused = Program(shell).client.post(LINKS, json={"page": ROOT, "owner": "boss"})

    assert (403, "refused") == problem(refused)
    assert "ada" == admin.make(owner="ada")["owner"]


# --- policy ----------------------------------------------------------------------------------------------------------


def test_the_policy_goes_out_and_in_again() -> None:
    """P10, P6: what was given can be sent back; a dry run says what a change would do and changes nothing."""
    shell = Shell()
    program = Program(shell, an_admin(shell))
    made = program.make(owner="ada")
    given = program.client.get(POLICY)
    etag = {"if-match": given.headers["etag"]}
    stricter = given.text.replace("[site]", "[site]\npassword_demanded = true", 1)
    tried = program.client.put(POLICY, content=stricter, params={"dry_run": "true"}, headers=etag).json()
    before = program.client.get(POLICY)
    changed = program.client.put(POLICY, content=stricter, headers=etag)
    stale = program.client.put(POLICY, content=given.text, headers=etag)

    assert "application/toml" == given.headers["content-type"]
    assert (1, [(made["id"], "suspended")]) == (
        tried["suspended"],
        [(one["link"], one["consequence"]) for one in tried["links"]],
    )
    assert given.text == before.text
    assert (200, (412, "stale")) == (changed.status_code, problem(stale))
    assert "suspended" == program.client.get(f"{LINKS}/{made['id']}").json()["state"]


def test_a_hostile_document_changes_nothing() -> None:
    """Unknown keys, broken text and a missing version are refused, each with its rule."""
    shell = Shell()
    program = Program(shell, an_admin(shell))
    etag = program.client.get(POLICY).headers["etag"]
    answers = [
        program.client.put(POLICY, content=body, headers={"if-match": etag}) for body in (b"sites = 1", b"\xff", b"[[")
    ]
    blind = program.client.put(POLICY, content=b"")

    assert [(422, "invalid")] * 3 + [(428, "unconditional")] == [problem(one) for one in (*answers, blind)]
    assert etag == program.client.get(POLICY).headers["etag"]


def test_the_kill_switch_is_turned() -> None:
    """P7: of a space or of the site, after a dry run; links stop and go on."""
    shell = Shell()
    program = Program(shell, an_admin(shell))
    made = program.make(owner="ada")
    visitor = shell.client()
    tried = program.client.put(SWITCH, json={"on": False}, params={"dry_run": "true"}).json()
    answers = [visitor.get(made["url"]).status_code]
    for query, on in (({"space": "TEAM"}, False), ({"space": "TEAM"}, True), ({}, False), ({}, True)):
        program.client.put(SWITCH, json={"on": on}, params=query)
        answers.append(visitor.get(made["url"]).status_code)

    assert 1 == tried["suspended"]
    assert [200, 403, 200, 403, 200] == answers


@pytest.mark.parametrize("path", [POLICY, SWITCH])
def test_a_plain_member_governs_nothing(path: str) -> None:
    """R3: whatever the key says, it can do no more than its member."""
    program = Program()
    answers = [
        program.client.get(path),
        program.client.put(
            path, content=b'{"on": false}', headers={"if-match": '"1"', "content-type": "application/json"}
        ),
    ]

    assert {(403, "refused")} == {problem(one) for one in answers}


def test_an_admin_of_a_space_governs_it_over_the_api() -> None:
    """R3: sees what is set for their space and above it, tries a change, makes it, and stops there."""
    shell = Shell()
    shell.limit("site", opens=9)
    tina = a_member(shell, "tina")
    store(shell, assign(policy_of(shell), TEAM, SpaceRules(admins=Grantees(members=frozenset({tina.id})))))
    program, space = Program(shell, tina), f"{API}/sites/{SITE}/spaces/TEAM"
    made = shell.make_link()
    seen = program.client.get(space)
    etag, stricter = {"if-match": seen.headers["etag"]}, {"limits": "password_demanded = true\n"}
    tried = program.client.put(space, json=stricter, params={"dry_run": "true"}, headers=etag).json()
    changed = program.client.put(space, json=stricter, headers=etag)
    answers = [
        program.client.put(space, json=stricter, headers=etag),
        program.client.put(space, json={"limits": "password = 1"}, headers={"if-match": changed.headers["etag"]}),
        program.client.put(space.replace("TEAM", "OTHER"), json=stricter, headers={"if-match": '"9"'}),
        program.client.get(POLICY),
    ]

    assert ["TEAM"] == program.client.get(f"{API}/sites/{SITE}/spaces").json()["spaces"]
    assert [{"restriction": "opens", "value": "9", "layers": ["site"]}] == seen.json()["above"]
    assert (["member:" + tina.id], "", True) == tuple(seen.json()[one] for one in ("admins", "limits", "on"))
    assert (1, made.id) == (tried["suspended"], tried["links"][0]["link"])
    assert "password_demanded = true" in changed.json()["limits"]
    assert [(412, "stale"), (422, "invalid"), (403, "refused"), (403, "refused")] == [problem(one) for one in answers]


def test_the_history_of_policy_is_told_in_pages() -> None:
    """M7: who changed what, from what to what, newest first."""
    shell = Shell()
    program = Program(shell, an_admin(shell))
    for opens in (7, 8):
        etag = {"if-match": program.client.get(POLICY).headers["etag"]}
        program.client.put(POLICY, content=f"[site]\nopens = {opens}\n", headers=etag)
    first = program.client.get(f"{POLICY}/history", params={"limit": "1"}).json()
    second = program.client.get(f"{POLICY}/history", params={"limit": "1", "after": first["next"]}).json()

    assert [{"what": "site: opens", "old": "7", "new": "8"}] == first["changes"][0]["changes"]
    assert ("member", "boss") == tuple(first["changes"][0][one] for one in ("actor", "member"))
    assert [{"what": "site: opens", "old": "not set", "new": "7"}] == second["changes"][0]["changes"]
    assert "next" not in second


def test_pages_to_share_are_found() -> None:
    """By id or words; only what the member may read, and nothing for nothing."""
    program, path = Program(), f"{API}/sites/{SITE}/pages"
    found = program.client.get(path, params={"text": ROOT}).json()["pages"]

    assert [{"id": ROOT, "title": "Handbook"}] == found
    assert (422, "invalid") == problem(program.client.get(path))


# --- people ----------------------------------------------------------------------------------------------------------


def test_an_admin_locks_a_member_out_and_lets_them_in() -> None:
    """L15, L12: as they were seen; their links stop, their keys are worth nothing, and both come back."""
    shell = Shell()
    program, theirs = Program(shell, an_admin(shell)), Program(shell)
    made, path = theirs.make()["id"], f"{API}/sites/{SITE}/members/{shell.owner.id}"
    seen = program.client.get(path)
    etag = {"if-match": seen.headers["etag"]}
    out = program.client.post(f"{path}/disable", headers=etag)
    stopped = (program.client.get(f"{LINKS}/{made}").json()["state"], theirs.client.get(LINKS).status_code)
    stale = program.client.post(f"{path}/enable", headers=etag)
    back = program.client.post(f"{path}/enable", headers={"if-match": out.headers["etag"]})

    assert ("ada", False, False) == tuple(seen.json()[one] for one in ("name", "admin", "disabled"))
    assert ("stop", [made]) == (out.json()["became"], out.json()["links"])
    assert ("suspended", 401) == stopped
    assert (412, "stale") == problem(stale)
    assert (200, False) == (back.status_code, back.json()["disabled"])
    assert 200 == theirs.client.get(LINKS).status_code
    assert {"password", "hash", "digest"}.isdisjoint(seen.json())


def test_an_admin_of_a_site_cannot_reach_beyond_it() -> None:
    """R6: neither themselves nor members of all sites are locked out, and members of other sites are not there."""
    shell = Shell()
    boss = an_admin(shell)
    program, members = Program(shell, boss), f"{API}/sites/{SITE}/members"
    add = shell.services.membership.add
    ops, _ = run(add("ops", site=None, admin=True, password=PASSWORD))
    far, _ = run(add("far", site=SiteId("beta"), password=PASSWORD))
    refused = [
        program.client.post(f"{members}/{one.id}/disable", headers={"if-match": '"1"'}) for one in (boss, ops, far)
    ]
    listed = program.client.get(members, params={"limit": "2"}).json()
    rest = program.client.get(members, params={"limit": "2", "after": listed["next"]}).json()

    assert [(403, "refused"), (403, "refused"), (404, "not-found")] == [problem(one) for one in refused]
    assert ["ada", "boss", "ops"] == [one["name"] for one in (*listed["members"], *rest["members"])]
    assert "next" not in rest


def test_a_key_passes_on_no_more_than_it_has() -> None:
    """A2: neither more operations, nor a longer life, nor other networks; what it makes works, and is revoked."""
    shell = Shell()
    few = frozenset({Operation.KEYS_MANAGE, Operation.LINKS_READ})
    form = KeyForm("few", few, None, shell.clock.now() + timedelta(days=1), Networks.parse(["192.0.2.0/24"]))
    _, text = run(shell.services.keying.make(shell.owner, SITE, form))
    client, keys = shell.client(headers={"authorization": f"Bearer {text}"}), f"{API}/sites/{SITE}/keys"
    until = (shell.clock.now() + timedelta(hours=1)).isoformat()
    wide = client.post(keys, json={"name": "wide", "operations": ["links:delete"]})
    narrow = {"name": "narrow", "operations": ["links:read"], "valid_until": until, "networks": ["192.0.2.0/25"]}
    made, again = (client.post(keys, json=narrow, headers={"idempotency-key": "one"}) for _ in range(2))
    other = shell.client(headers={"authorization": f"Bearer {made.json()['text']}"})
    worked = other.get(LINKS).status_code
    revoked = client.delete(f"{keys}/{made.json()['id']}")

    assert ["operations", "valid_until", "networks"] == [one["field"] for one in wide.json()["errors"]]
    assert (201, (409, "taken")) == (made.status_code, problem(again))
    assert (200, 401) == (worked, other.get(LINKS).status_code)
    assert "revoked_at" in revoked.json()
    assert [] == [one for one in client.get(keys).json()["keys"] if "text" in one]


# --- the description -------------------------------------------------------------------------------------------------


def test_every_operation_is_a_route_and_described() -> None:
    """The table, the routes and the document are of the same operations, each with a name of its own."""
    shell = Shell()
    document = shell.client().get(f"{API}/openapi.json").json()
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    routed = {
        (method, route.path)
        for route in shell.app.routes
        if isinstance(route, Route) and route.path.startswith(f"{API}/") and "openapi" not in route.path
        for method in (route.methods or set()) - {"HEAD"}
    }

    assert {(one.method, one.address) for one in OPERATIONS} == described == routed
    assert len(OPERATIONS) == len({one.name for one in OPERATIONS})


def test_every_right_of_a_key_is_explained() -> None:
    """In the documentation, and where keys are made."""
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")

    assert [] == [one.value for one in Operation if f"| `{one.value}` |" not in page]
    assert set(Operation) == set(SAYS)


def test_the_page_names_every_operation_and_every_field() -> None:
    """People read the same, without a key, and nothing of any site is in it."""
    page = Shell().client().get(API)

    assert 200 == page.status_code
    assert [] == [one.summary for one in OPERATIONS if one.summary not in page.text]
    assert "grace_seconds" in page.text
    assert SITE not in page.text


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", f"{API}/nothing", (404, "not-found")),
        ("PUT", LINKS, (405, "method")),
        ("POST", f"{API}/key", (405, "method")),
    ],
)
def test_what_is_not_there_is_a_problem_too(method: str, path: str, expected: tuple[int, str]) -> None:
    """A program is never answered with a page."""
    assert expected == problem(Program().client.request(method, path))


def test_links_of_everything_are_shown_as_they_stand() -> None:
    """State, reason and layers of a link that policy suspends, and its capabilities."""
    program = Program()
    made = program.shell.make_link(allow=Capabilities.parse(["attachments=view"]))
    program.shell.limit("space TEAM", password_demanded=True)
    told = program.client.get(f"{LINKS}/{made.id}").json()

    assert ("suspended", "a password is demanded", ["space TEAM"]) == (told["state"], told["reason"], told["layers"])
    assert ["attachments=view"] == told["settings"]["allow"]
    assert MemberId(program.shell.owner.id) == program.shell.link(made).owner
    assert BASE_URL in told["url"]
