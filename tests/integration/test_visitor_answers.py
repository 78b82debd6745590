"""What strangers are told (spec G8): one 404 and one 403, equal to the byte and in the work behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from exshare_core.errors import Broken, Busy, CredentialRejected
from exshare_core.testing import MemoryPage
from exshare_core.testing.samples import after
from exshare_core.values import Networks, PageId, People, SiteId, SpaceKey
from exshare_web.answers import TOO_MANY, Answers
from exshare_web.rendering import Pages
from tests.integration.shell import BOSS, CHILD, OWNER, PASSWORD, PLAN, ROOT, UNKNOWN_TOKEN, Made, Shell, run

Spoil = Callable[[Shell, Made], None]


def deleted(shell: Shell, made: Made) -> None:
    run(shell.sharing.delete(None, made.id))


def disabled(shell: Shell, made: Made) -> None:
    run(shell.sharing.disable(None, made.id))


def rotated(shell: Shell, made: Made) -> None:
    run(shell.sharing.rotate(None, made.id))


def rotated_with_grace(shell: Shell, made: Made) -> None:
    run(shell.sharing.rotate(None, made.id, timedelta(hours=1)))
    shell.clock.forward(hours=1)


def without_layers(shell: Shell, _: Made) -> None:
    shell.storage.state.policies.clear()


def of_a_foreign_site(shell: Shell, made: Made) -> None:
    """The link moves to a site that this deployment does not serve."""
    state, other = shell.storage.state, SiteId("rival")
    key = shell.site, made.id
    state.links[other, made.id] = evolve(state.links.pop(key), site=other)
    state.opens[other, made.id] = state.opens.pop(key)
    state.addresses = {digest: evolve(one, site=other) for digest, one in state.addresses.items()}


NOT_THERE: Mapping[str, Spoil] = {
    "deleted": deleted,
    "disabled": disabled,
    "rotated out": rotated,
    "rotated out after its grace": rotated_with_grace,
    "without layers": without_layers,
    "of a foreign site": of_a_foreign_site,
}
"""Every reason why a token that was once good leads nowhere."""

MALFORMED = {
    "short": "abc",
    "one too short": "N" * 42,
    "decorated without a hyphen": "x" + "N" * 43,
    "overlong": "a" * 400 + "-" + "N" * 43,
    "very long": "a" * 7000,
    "Unicode": "ż" * 43,
    "a Unicode digit": "٣" * 43,
    "an encoded slash": "N" * 20 + "%2F" + "N" * 22,
    "an encoded backslash": "N" * 20 + "%5C" + "N" * 22,
    "dots": "..%2f..%2fetc%2fpasswd",
    "a null byte": "N" * 43 + "%00",
    "a line break": "N" * 43 + "%0d%0aSet-Cookie:%20a=b",
    "a trailing newline": "N" * 43 + "%0A",
    "not UTF-8": "%ff%fe" + "N" * 43,
    "encoded twice": "%254e" * 43,
    "an empty decoration": "-",
    "a reserved word": "admin",
}


def closed_site(shell: Shell, _: Made) -> None:
    run(shell.storage.policies.switch(shell.site, None, False, []))


def closed_space(shell: Shell, _: Made) -> None:
    run(shell.storage.policies.switch(shell.site, SpaceKey("TEAM"), False, []))


def expired(shell: Shell, made: Made) -> None:
    """The very instant of the expiry is closed."""
    shell.edit_link(made, expires_at=after(hours=1))
    shell.clock.set(after(hours=1))


def not_started(shell: Shell, made: Made) -> None:
    shell.edit_link(made, starts_at=after(hours=1))
    shell.clock.set(after(hours=1) - timedelta(microseconds=1))


def outlived(shell: Shell, _: Made) -> None:
    shell.limit(lifetime=timedelta(days=7))
    shell.clock.forward(days=7)


def used_up(shell: Shell, made: Made) -> None:
    shell.edit_link(made, max_opens=1)

    assert 303 == shell.client().post(made.path, data={"open": "1"}).status_code


def wrong_network(shell: Shell, made: Made) -> None:
    shell.edit_link(made, networks=Networks.parse(["198.51.100.0/24"]))


def blocked_network(shell: Shell, _: Made) -> None:
    shell.limit(blocked_networks=frozenset({"192.0.2.0/24"}))


def owner_lost_access(shell: Shell, _: Made) -> None:
    shell.content.accounts.remove(OWNER)


def restricted_since(shell: Shell, _: Made) -> None:
    shell.content.pages[ROOT] = evolve(shell.content.pages[ROOT], readers=frozenset({OWNER, BOSS}))


def label_forbidden(shell: Shell, _: Made) -> None:
    shell.content.pages[ROOT] = evolve(shell.content.pages[ROOT], labels=frozenset({"internal"}))
    shell.limit(forbidden_labels=frozenset({"internal"}))


def demanding(what: str) -> Spoil:
    def tighten(shell: Shell, _: Made) -> None:
        limits: dict[str, Any] = {what: True}
        shell.limit(**limits)

    return tighten


UNAVAILABLE: Mapping[str, Spoil] = {
    "the site is switched off": closed_site,
    "the space is switched off": closed_space,
    "a password is demanded": demanding("password_demanded"),
    "an expiry is demanded": demanding("expiry_demanded"),
    "people are demanded": demanding("people_demanded"),
    "expired at this instant": expired,
    "not started by a microsecond": not_started,
    "older than a layer allows": outlived,
    "used up": used_up,
    "from a wrong network": wrong_network,
    "from a blocked network": blocked_network,
    "the owner lost access": owner_lost_access,
    "the root is restricted": restricted_since,
    "a label forbids it": label_forbidden,
}
"""Every reason why a link that is there is not available."""


def seen(answer: Any) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that a stranger sees of an answer."""
    headers = [(name.lower(), value) for name, value in answer.headers.items()]
    return answer.status_code, answer.content, sorted(pair for pair in headers if pair[0] != "date")


def reference() -> tuple[int, bytes, list[tuple[str, str]]]:
    """The 404 of a token that nobody was ever given."""
    return seen(Shell().client().get(f"/s/{UNKNOWN_TOKEN}"))


@pytest.mark.parametrize("spoil", NOT_THERE.values(), ids=NOT_THERE.keys())
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
@pytest.mark.parametrize("below", ["", f"/p/{ROOT}", f"/p/{CHILD}", f"/a/{PLAN}", "/a/x", "/nothing"])
def test_what_is_not_there_has_one_answer(spoil: Spoil, method: str, below: str) -> None:
    """A dead link answers as an unknown token does, at each of its addresses and to each method."""
    shell = Shell()
    made = shell.make_link()
    spoil(shell, made)

    assert reference() == seen(shell.client().request(method, made.path + below))


@pytest.mark.parametrize("segment", MALFORMED.values(), ids=MALFORMED.keys())
@pytest.mark.parametrize("below", ["", "/p/10", "/a/att500", "/p/%2e%2e", "/x"])
def test_malformed_means_unknown(segment: str, below: str) -> None:
    """A segment that can be no token answers as an unknown token does, below it too."""
    assert reference() == seen(Shell().client().get(f"/s/{segment}{below}"))


@pytest.mark.parametrize("path", ["/", "/s", "/s/", "/nothing", "/favicon.ico", "/.git/config", "/static/../app.py"])
def test_no_route_means_unknown(path: str) -> None:
    """A path of no route has the same answer."""
    assert reference() == seen(Shell().client().get(path))


def test_a_head_has_the_headers_of_its_get() -> None:
    """HEAD of an address that leads nowhere has the status and headers of GET, and no body."""
    status, _, headers = reference()
    head = Shell().client().head(f"/s/{UNKNOWN_TOKEN}")

    assert (status, b"", headers) == seen(head)


def test_a_slug_before_the_token_is_ignored() -> None:
    """Decoration before a good token opens the link; before a bad one it helps nothing (spec L2)."""
    shell = Shell()
    made = shell.make_link()

    assert 200 == shell.client().get(f"/s/our-plan-{made.token}").status_code
    assert reference() == seen(shell.client().get(f"/s/our-plan-{UNKNOWN_TOKEN}"))


@pytest.mark.parametrize("spoil", UNAVAILABLE.values(), ids=UNAVAILABLE.keys())
@pytest.mark.parametrize("below", ["", f"/p/{ROOT}", f"/p/{CHILD}", f"/a/{PLAN}"])
def test_what_is_not_available_has_one_answer(spoil: Spoil, below: str) -> None:
    """A link that is closed for whatever reason has one 403, at each of its addresses; it names no reason."""
    shell = Shell()
    made = shell.make_link(children=True)
    spoil(shell, made)
    other = Shell()
    open_one = other.make_link()
    closed_site(other, open_one)
    one = seen(other.client().get(open_one.path))

    assert one == seen(shell.client().get(made.path + below))
    assert 403 == one[0]


WAITS = {1: "half a minute", 30: "half a minute", 31: "a minute", 60: "a minute", 61: "five minutes",
         900: "a quarter of an hour", 1800: "half an hour", 3600: "an hour", 10800: "three hours", 43200: "half a day",
         86400: "a day"}  # fmt: skip


@pytest.mark.parametrize("seconds", WAITS)
def test_a_wait_is_said_in_words(seconds: int) -> None:
    """V10: as long as it can be, rounded up, and to the second for programs."""
    answer = Answers(Pages()).neutral(TOO_MANY, seconds)

    assert (429, str(seconds)) == (answer.status_code, answer.headers["retry-after"])
    assert f"Please try again in {WAITS[seconds]}." in bytes(answer.body).decode()


def test_a_wait_beyond_words_is_a_little() -> None:
    """V10: nothing is promised that is not so."""
    assert (
        "Please wait a little before you try again." in bytes(Answers(Pages()).neutral(TOO_MANY, 90_000).body).decode()
    )


def test_the_instants_around_a_start_and_an_end() -> None:
    """A link opens at its very start and until a microsecond before its expiry (spec L14)."""
    shell = Shell()
    made = shell.make_link(starts_at=after(hours=1), expires_at=after(hours=2))
    statuses = []
    for moment in (after(hours=1), after(hours=2) - timedelta(microseconds=1), after(hours=2)):
        shell.clock.set(moment)
        statuses.append(shell.client().get(made.path).status_code)

    assert [200, 200, 403] == statuses


@pytest.mark.parametrize("spoil", [*NOT_THERE.values(), *UNAVAILABLE.values()], ids=[*NOT_THERE, *UNAVAILABLE])
def test_a_closed_link_tells_nothing_of_itself(spoil: Spoil) -> None:
    """No title, name, date or id of the link stands in the answer, and no cookie, nonce or request id is given."""
    shell = Shell()
    made = shell.make_link(name="For the bank", description="ask Ada")
    spoil(shell, made)
    answer = shell.client().get(made.path)
    told = f"{answer.text}{answer.headers}".lower()

    assert "set-cookie" not in answer.headers
    assert [] == [
        word for word in ("handbook", "bank", "ada", "2026", made.id, made.token.lower(), "nonce") if word in told
    ]


def work(shell: Shell, path: str, method: str = "GET") -> Mapping[str, int]:
    """The calls of the storage that one request costs."""
    shell.recorder.calls.clear()
    shell.client().request(method, path)
    return dict(shell.recorder.calls)


@pytest.mark.parametrize(
    ("method", "below"),
    [(method, below) for method in ("GET", "HEAD") for below in ("", "/p/10", "/a/att500")] + [("POST", "")],
)
def test_a_dead_link_costs_what_an_unknown_token_costs(method: str, below: str) -> None:
    """The storage is called as often, and in the same ways, for every reason behind the 404 (spec G8)."""
    unknown = work(Shell(), f"/s/{UNKNOWN_TOKEN}{below}", method)
    costs = {"malformed": work(Shell(), f"/s/short{below}", method)}
    for reason, spoil in NOT_THERE.items():
        shell = Shell()
        made = shell.make_link()
        spoil(shell, made)
        costs[reason] = work(shell, made.path + below, method)

    assert {"links.find": 1, "guesses.tally": 1, "guesses.wrong": 1} == unknown
    assert {} == {reason: cost for reason, cost in costs.items() if cost != unknown}


def test_a_closed_link_costs_the_same_for_every_reason() -> None:
    """The storage is called as often for every reason behind the 403: one look-up and one note."""
    costs = {}
    for reason, spoil in UNAVAILABLE.items():
        shell = Shell()
        made = shell.make_link()
        spoil(shell, made)
        costs[reason] = work(shell, made.path)

    assert {reason: {"links.find": 1, "activity.append": 1} for reason in UNAVAILABLE} == costs


def test_a_refusal_is_noted_for_the_members() -> None:
    """A closed link leaves *denied* with the stage that closed it in the activity; members may know (spec P9)."""
    noted = {}
    for reason in (
        "the site is switched off",
        "expired at this instant",
        "from a wrong network",
        "the owner lost access",
    ):
        shell = Shell()
        made = shell.make_link()
        UNAVAILABLE[reason](shell, made)
        shell.client().get(made.path)
        noted[reason] = [(event.kind.value, event.detail, event.network) for event in shell.events(made)]

    assert {
        "the site is switched off": [("denied", "policy", "192.0.2.7")],
        "expired at this instant": [("denied", "time", "192.0.2.7")],
        "from a wrong network": [("denied", "network", "192.0.2.7")],
        "the owner lost access": [("denied", "content", "192.0.2.7")],
    } == noted


@pytest.mark.parametrize(
    "form", [{"password": PASSWORD}, {"people": People.parse(["ada@example.com"])}, {"max_opens": 3}]
)
def test_before_the_last_gate_files_are_unknown_and_pages_lead_to_the_gate(form: dict[str, Any]) -> None:
    """A file's address is no oracle; every page's address, there or not, leads to the gate alike (spec G8, B05)."""
    shell = Shell()
    made = shell.make_link(children=True, **form)
    client = shell.client()
    files = {seen(client.get(f"{made.path}/a/{id}"))[:2] for id in (PLAN, "att999", "x")}
    pages = [client.get(f"{made.path}/p/{id}") for id in (ROOT, CHILD, "999", "x")]

    assert {reference()[:2]} == files
    assert [(303, made.path, b"")] * 4 == [(one.status_code, one.headers["location"], one.content) for one in pages]


def test_gates_say_nothing_of_what_is_behind_them() -> None:
    """The gate pages of two links with one kind of gate are equal to the byte, and hold no word of the page.

    Only the end of its own address stands on the page of a password, for password managers to tell links apart by.
    """
    forms: Mapping[str, Mapping[str, Any]] = {
        "password": {"password": PASSWORD},
        "address": {"people": People.parse(["ada@example.com"])},
        "open": {"max_opens": 1},
    }
    bodies = {}
    for name, form in forms.items():
        shell = Shell()
        shell.content.add(MemoryPage(PageId("77"), "Quite another page"))
        one, other = shell.make_link(**form), shell.make_link(PageId("77"), name="Other", **form)
        bodies[name] = {seen(shell.client().get(made.path))[:2] for made in (one, other)}

    assert [1, 1, 1] == [len(answers) for answers in bodies.values()]
    assert [] == [name for name, [(_, body)] in bodies.items() if b"Handbook" in body or b"Other" in body]


@pytest.mark.parametrize(
    ("failure", "status", "retry"),
    [
        (Busy("slow down", 17.2), 503, "18"),
        (Busy("slow down"), 503, "5"),
        (Busy("slow down", 9000), 503, "60"),
        (CredentialRejected("no more"), 503, "60"),
        (Broken("nonsense"), 502, None),
    ],
)
@pytest.mark.parametrize("below", ["", f"/p/{CHILD}", f"/a/{PLAN}"])
def test_a_failing_confluence_is_told_apart(failure: Any, status: int, retry: str | None, below: str) -> None:
    """Busy is 503 with a hint when to come again, broken is 502; both say nothing of the failure (spec G8, V10)."""
    shell = Shell()
    made = shell.make_link(children=True)
    shell.content.failure = failure
    answer = shell.client().get(made.path + below)

    assert (status, retry) == (answer.status_code, answer.headers.get("retry-after"))
    assert str(failure) not in answer.text


@pytest.mark.parametrize("below", ["", f"/p/{CHILD}", f"/a/{PLAN}"])
def test_an_unanswered_right_is_busy(below: str) -> None:
    """When the owner's right cannot be asked for, the answer is 503: never the page, never a refusal (spec L15)."""
    shell = Shell()
    made = shell.make_link(children=True)
    shell.content.access_unknown = True

    assert 503 == shell.client().get(made.path + below).status_code


def test_a_storage_that_does_not_answer_is_busy() -> None:
    """When the storage fails, visitors are told to come again; readiness says so, liveness does not (spec O4)."""
    shell = Shell()
    made = shell.make_link()
    client = shell.client()
    shell.recorder.failure = Busy("the storage does not answer")
    shell.storage.reachable = False

    assert (503, 503) == (client.get(made.path).status_code, client.post(made.path).status_code)
    assert (503, 200) == (client.get("/readyz").status_code, client.get("/healthz").status_code)


def test_neutral_pages_name_the_contact_that_all_sites_share() -> None:
    """What the operator wrote stands on every neutral page alike; two sites with two contacts get none."""
    one, none = Shell(contact="Write to help@example.com <b>"), Shell()
    pages = [one.client().get(path).text for path in (f"/s/{UNKNOWN_TOKEN}", "/nothing")]

    assert ["Write to help@example.com &lt;b&gt;" in page for page in pages] == [True, True]
    assert "Need help" not in none.client().get("/nothing").text
