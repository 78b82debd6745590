"""The gates of a link in a browser: the password, the Open button, their order, and how long a proof is good."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

import pytest
from attrs import evolve
from starlette.testclient import TestClient

from exshare_core.decisions import Answer
from exshare_core.errors import Broken, Busy
from exshare_core.ports import LinkRepository
from exshare_core.testing import CheapHasher
from exshare_core.values import Networks, People, network_address
from exshare_core.visiting import Caller
from tests.integration.shell import CHILD, OF_CHILD, PASSWORD, PICTURE, PLAN, UNKNOWN_TOKEN, Made, Shell, run

ADA = People.parse(["ada@example.com"])
COOKIE = "__Host-exshare-visitor"


def gate(text: str) -> str:
    """Which page a visitor is shown."""
    for name, sign in {
        "password": 'name="password"',
        "code": 'name="code"',
        "address": 'name="address"',
        "open": 'name="open"',
        "page": "How we work.",
    }.items():
        if sign in text:
            return name
    return "none"


def kinds(shell: Shell, made: Made) -> list[str]:
    """What the activity says that visitors did."""
    return [event.kind.value for event in shell.events(made)]


def enter(client: TestClient, made: Made, **form: str) -> int:
    """The status of a posted form."""
    return client.post(made.path, data=form).status_code


def prove_address(shell: Shell, client: TestClient, made: Made, address: str = "ada@example.com") -> int:
    """Ask for a code, read it in the mailbox, bring it; the status of the answer."""
    client.post(made.path, data={"address": address})
    shell.send_letters()
    code = next(word for word in shell.mailer.sent[-1].text.split() if word.isdigit() and len(word) == 8)
    return client.post(made.path, data={"address": address, "code": code}).status_code


# --- the password ----------------------------------------------------------------------------------------------------


def test_the_right_password_opens_the_link_for_this_browser_only() -> None:
    """The right password leads to the page by a redirect, and another browser still meets the gate (spec G1)."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    ours, other = shell.client(), shell.client()
    posted = ours.post(made.path, data={"password": PASSWORD})

    assert (303, made.path) == (posted.status_code, posted.headers["location"])
    assert ("page", "password") == (gate(ours.get(made.path).text), gate(other.get(made.path).text))


@pytest.mark.parametrize(
    ("kept", "typed"), [("long pass ﬁne word", "long pass fine word"), ("café au lait noir", "café au lait noir")]
)
def test_a_password_verifies_whatever_keyboard_typed_it(kept: str, typed: str) -> None:
    """Forms that Unicode calls compatible are one password (SP 800-63B)."""
    shell = Shell()
    made = shell.make_link(password=kept)

    assert 303 == enter(shell.client(), made, password=typed)


def test_all_wrong_passwords_are_one_answer() -> None:
    """Wrong, empty, overlong and unwritable passwords get the same bytes, with 403, and say nothing (spec G8)."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    wrong = ["guess", "", PASSWORD.upper(), PASSWORD + " ", "x" * 5000, "\x00", "'; drop table links", "ä" * 900]
    answers = [shell.client(f"192.0.2.{n}").post(made.path, data={"password": one}) for n, one in enumerate(wrong)]

    assert [403] * len(wrong) == [answer.status_code for answer in answers]
    assert 1 == len({answer.content for answer in answers})
    assert "password" == gate(answers[0].text)


def test_a_wrong_password_costs_the_same_work_each_time() -> None:
    """However a password is wrong, it is counted, verified and noted alike."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    costs = []
    for number, guess in enumerate(["guess", "", "x" * 5000]):
        shell.recorder.calls.clear()
        enter(shell.client(f"192.0.2.{number}"), made, password=guess)
        costs.append(dict(shell.recorder.calls))

    expected = {"links.find": 1, "guesses.tally": 1, "guesses.wrong": 1, "activity.append": 1}

    assert [expected] * 3 == costs


def test_a_password_is_no_key_to_another_gate() -> None:
    """A member's own password, and the password of another link, do not open a link (security reference B04)."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    other = shell.make_link(password="another long sentence here")

    assert 403 == enter(shell.client(), made, password="a long sentence to sign in with")
    assert 403 == enter(shell.client(), made, password="another long sentence here")
    assert 303 == enter(shell.client(), other, password="another long sentence here")


def test_a_password_for_a_link_without_one_changes_nothing() -> None:
    """Where nobody asked for a password, one that is sent is not looked at: the link stands as it stood."""
    shell = Shell()
    open_one, mailed = shell.make_link(), shell.make_link(people=ADA)

    assert (303, 303) == (enter(shell.client(), open_one, password="x"), enter(shell.client(), mailed, password="x"))
    assert "address" == gate(shell.client().get(mailed.path).text)


def test_a_rehash_keeps_every_visitor_inside() -> None:
    """When hashes grow stronger the next right password makes a stronger one; proofs stay good (spec G1)."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    inside = shell.client()
    enter(inside, made, password=PASSWORD)
    before = shell.link(made).wish.password_hash
    shell.use(evolve(shell.services.visiting, hasher=CheapHasher(5)))
    status = enter(shell.client(), made, password=PASSWORD)

    assert 303 == status
    assert before != shell.link(made).wish.password_hash
    assert "page" == gate(inside.get(made.path).text)


# --- how long a proof is good ----------------------------------------------------------------------------------------


def test_changes_of_the_gates_end_proofs_at_once() -> None:
    """A changed password, changed people or networks and a rotation end old proofs at the next request (spec G9)."""
    seen = {}
    changes: Mapping[str, Mapping[str, Any]] = {
        "same settings": {"keep_password": True},
        "password": {"password": "a sentence that is new here"},
        "people": {"keep_password": True, "people": ADA},
        "networks": {"keep_password": True, "networks": Networks.parse(["192.0.2.0/24"])},
    }
    for change, form in changes.items():
        shell = Shell()
        made = shell.make_link(password=PASSWORD)
        client = shell.client()
        enter(client, made, password=PASSWORD)
        shell.edit_link(made, **form)
        seen[change] = gate(client.get(made.path).text)

    assert {"same settings": "page", "password": "password", "people": "address", "networks": "password"} == seen


def test_a_rotation_ends_proofs_won_through_the_old_address() -> None:
    """After a rotation with grace both addresses ask for the password again, then the old one ends (spec L4, G9)."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    client = shell.client()
    enter(client, made, password=PASSWORD)
    _, url = run(shell.sharing.rotate(None, made.id, timedelta(minutes=5)))
    fresh = Made(made.id, url.rpartition("/")[2])
    gates = [gate(client.get(one.path).text) for one in (made, fresh)]
    enter(client, fresh, password=PASSWORD)
    during = [gate(client.get(one.path).text) for one in (made, fresh)]
    shell.clock.forward(minutes=5)
    statuses = [client.get(one.path).status_code for one in (made, fresh)]

    assert ["password", "password"] == gates
    assert ["page", "page"] == during
    assert [404, 200] == statuses


def test_a_password_set_later_closes_the_old_address() -> None:
    """A link that was open to all asks everybody once it has a password (security reference B78)."""
    shell = Shell()
    made = shell.make_link(children=True)
    client = shell.client()
    client.get(made.path)
    shell.edit_link(made, children=True, password=PASSWORD)

    assert "password" == gate(client.get(made.path).text)
    assert 404 == client.get(made.file(PICTURE)).status_code
    assert 303 == client.get(made.page(CHILD)).status_code


def test_a_proof_is_good_for_twelve_hours() -> None:
    """A proof opens the link until twelve hours after it was given, and not a microsecond longer (spec L14)."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    client = shell.client()
    enter(client, made, password=PASSWORD)
    shell.clock.forward(hours=12, microseconds=-1)
    before = gate(client.get(made.path).text)
    shell.clock.forward(microseconds=1)

    assert ("page", "password") == (before, gate(client.get(made.path).text))


def test_a_proof_of_one_link_opens_no_other() -> None:
    """Two links with the same password are proved apart (spec G9)."""
    shell = Shell()
    one, other = shell.make_link(password=PASSWORD), shell.make_link(password=PASSWORD)
    client = shell.client()
    enter(client, one, password=PASSWORD)

    assert ("page", "password") == (gate(client.get(one.path).text), gate(client.get(other.path).text))


@pytest.mark.parametrize("cookie", ["", "x", "N" * 42, "N" * 44, "é" * 43, "N" * 42 + "%", UNKNOWN_TOKEN])
def test_a_made_up_session_proves_nothing(cookie: str) -> None:
    """A malformed or invented session id meets the gate like a browser without one."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD)
    enter(shell.client(), made, password=PASSWORD)
    answer = shell.client().get(made.path, headers={b"cookie": f"{COOKIE}={cookie}".encode()})

    assert (200, "password") == (answer.status_code, gate(answer.text))


# --- the order of the gates ------------------------------------------------------------------------------------------


def test_gates_are_asked_in_their_order() -> None:
    """Address, then password, then Open, then the page; a proof for a later gate is not even looked at (spec G8)."""
    shell = Shell()
    made = shell.make_link(people=ADA, password=PASSWORD, max_opens=2)
    client = shell.client()
    asked = [gate(client.get(made.path).text)]
    early = (enter(client, made, password=PASSWORD), enter(client, made, open="1"))
    asked.append(gate(client.get(made.path).text))
    prove_address(shell, client, made)
    asked.append(gate(client.get(made.path).text))
    enter(client, made, password=PASSWORD)
    asked.append(gate(client.get(made.path).text))
    enter(client, made, open="1")
    asked.append(gate(client.get(made.path).text))

    assert (303, 303) == early
    assert ["address", "address", "password", "open", "page"] == asked
    assert ["code asked", "proved", "proved", "opened", "viewed"] == kinds(shell, made)


def test_an_earlier_gate_hides_that_a_link_is_used_up() -> None:
    """Who has not passed the password cannot learn that no open is left; who passes it is told so (spec G8)."""
    shell = Shell()
    made = shell.make_link(password=PASSWORD, max_opens=1)
    first, second = shell.client(), shell.client()
    enter(first, made, password=PASSWORD)
    enter(first, made, open="1")
    before = second.get(made.path)
    wrong, right = (second.post(made.path, data={"password": one}) for one in ("guess", PASSWORD))

    assert (200, "password") == (before.status_code, gate(before.text))
    assert (403, "password") == (wrong.status_code, gate(wrong.text))
    assert (403, "none") == (right.status_code, gate(right.text))


# --- opens and visits ------------------------------------------------------------------------------------------------


def test_a_limited_link_is_opened_exactly_as_often_as_it_says() -> None:
    """With three opens the fourth browser is refused, before and after; those inside go on (spec L14)."""
    shell = Shell()
    made = shell.make_link(max_opens=3)
    clients = [shell.client() for _ in range(4)]
    statuses = [enter(client, made, open="1") for client in clients]
    pages = [client.get(made.path).status_code for client in clients]

    assert [303, 303, 303, 403] == statuses
    assert [200, 200, 200, 403] == pages
    assert 3 == shell.record(made).opens


def test_nothing_but_the_open_button_uses_an_open() -> None:
    """GET, HEAD, link scanners, previews and posts of forms that are not ours burn nothing (spec L14, incident 21)."""
    shell = Shell()
    made = shell.make_link(max_opens=1)
    scanner = shell.client("203.0.113.9", headers={"user-agent": "Slackbot-LinkExpanding 1.0", "purpose": "prefetch"})
    for path in (made.path, f"{made.path}?open=1", made.page(CHILD), made.file(PLAN)):
        scanner.get(path)
        scanner.head(path)
    for body in (b"", b"{}", b"url=x&challenge=y"):
        scanner.post(made.path, content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    scanner.post(made.path, json={"open": "1"})

    assert 0 == shell.record(made).opens
    assert [] == kinds(shell, made)
    assert 303 == enter(shell.client(), made, open="1")


def test_a_visit_goes_on_without_further_opens() -> None:
    """Pages and files within a visit cost nothing, also a second press of the button (spec L14)."""
    shell = Shell()
    made = shell.make_link(max_opens=1, children=True)
    client = shell.client()
    enter(client, made, open="1")
    statuses = [client.get(path).status_code for path in (made.path, made.page(CHILD), made.file(PICTURE), made.path)]

    assert [200, 200, 200, 200] == statuses
    assert 303 == enter(client, made, open="1")
    assert 1 == shell.record(made).opens
    assert ["opened", "viewed", "viewed", "file fetched", "viewed"] == kinds(shell, made)


def test_a_visit_ends_after_half_an_hour_without_use() -> None:
    """A visit is kept by use, and ends thirty minutes after the last one (spec L14)."""
    shell = Shell()
    made = shell.make_link(max_opens=1)
    client = shell.client()
    enter(client, made, open="1")
    statuses = []
    for minutes in (0, 29, 29, 30):
        shell.clock.forward(minutes=minutes)
        statuses.append(client.get(made.path).status_code)

    assert [200, 200, 200, 403] == statuses


def test_a_visit_ends_after_twelve_hours_of_use() -> None:
    """However much it is used, a visit ends twelve hours after it began (spec L14)."""
    shell = Shell()
    made = shell.make_link(max_opens=1)
    client = shell.client()
    enter(client, made, open="1")
    statuses = []
    for _ in range(48):
        statuses.append(client.get(made.path).status_code)
        shell.clock.forward(minutes=15)

    assert {200} == set(statuses)
    assert 403 == client.get(made.path).status_code


def test_views_of_an_open_link_are_no_opens() -> None:
    """A link without gates and limits is *viewed*, never *opened*, and a HEAD is nothing at all (spec L14)."""
    shell = Shell()
    made = shell.make_link()
    client = shell.client()
    client.get(made.path)
    client.head(made.path)

    assert (["viewed"], 0) == (kinds(shell, made), shell.record(made).opens)


FAILURES: Mapping[str, Any] = {"busy": Busy("slow down"), "broken": Broken("nonsense")}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
@pytest.mark.parametrize("below", ["", f"/p/{CHILD}", f"/a/{PICTURE}", f"/a/{OF_CHILD}"])
def test_an_open_that_brought_nothing_is_returned(failure: Any, below: str) -> None:
    """When the first fetch fails before its first byte, the use is given back and can be used again (spec L14)."""
    shell = Shell()
    made = shell.make_link(max_opens=1, children=True)
    client = shell.client()
    enter(client, made, open="1")
    shell.content.failure = failure
    failed = client.get(made.path + below).status_code
    opens = shell.record(made).opens
    shell.content.failure = None

    assert failed in (502, 503)
    assert (0, ["opened", "open returned"]) == (opens, kinds(shell, made))
    assert ("open", 303, 200) == (
        gate(client.get(made.path).text),
        enter(client, made, open="1"),
        client.get(made.path).status_code,
    )


def test_an_open_is_returned_when_the_owners_right_is_unanswered() -> None:
    """A first answer of 503 gives the use back although nothing failed outright (spec L14, L15)."""
    shell = Shell()
    made = shell.make_link(max_opens=1)
    client = shell.client()
    enter(client, made, open="1")
    shell.content.access_unknown = True

    assert 503 == client.get(made.path).status_code
    assert 0 == shell.record(made).opens


def test_an_open_that_brought_something_is_kept() -> None:
    """Once a page was shown, a later failure, a page outside the share or a HEAD gives nothing back."""
    shell = Shell()
    made = shell.make_link(max_opens=1, children=True)
    client = shell.client()
    enter(client, made, open="1")
    client.get(made.page("999"))  # type: ignore[arg-type]
    client.get(made.path)
    shell.content.failure = Busy("slow down")
    client.get(made.path)
    client.head(made.path)

    assert 1 == shell.record(made).opens


def test_a_file_whose_first_byte_does_not_come_returns_the_open() -> None:
    """The use is given back as well when the file is there but its bytes fail before the first (spec L14)."""
    shell = Shell()
    made = shell.make_link(max_opens=1)
    client = shell.client()
    enter(client, made, open="1")
    file, data = shell.content.files[PICTURE]
    shell.content.files[PICTURE] = file, b""
    shell.content.surplus = 1
    empty = client.get(made.file(PICTURE)).status_code
    shell.content.surplus = 0
    shell.content.files[PICTURE] = file, data

    assert (502, 0) == (empty, shell.record(made).opens)


# --- the Open button ---------------------------------------------------------------------------------------------


def test_pressing_open_twice_is_one_open() -> None:
    """A second press, while the first is under way or after it, leads on and counts nothing (spec L14)."""
    shell = Shell()
    made = shell.make_link(max_opens=1)
    client = shell.client()
    client.get(made.path)
    presses = [client.post(made.path, data={"open": ""}) for _ in range(3)]

    assert [(303, made.path)] * 3 == [(one.status_code, one.headers.get("location")) for one in presses]
    assert 1 == shell.record(made).opens
    assert ["opened"] == [kind for kind in kinds(shell, made) if kind == "opened"]
    assert "page" == gate(client.get(made.path).text)


class SlowLinks:
    """Links that everyone who comes at once has found before the first of them is admitted."""

    def __init__(self, links: Any) -> None:
        self.links = links

    def __getattr__(self, name: str) -> Any:
        return getattr(self.links, name)

    async def admit(self, *given: Any, **more: Any) -> bool:
        """After everyone else's turn."""
        await asyncio.sleep(0.01)
        admitted: bool = await self.links.admit(*given, **more)
        return admitted


@pytest.mark.parametrize("max_opens", [1, 5])
def test_pressing_open_twice_at_once_is_one_open(max_opens: int) -> None:
    """Of presses at the same moment one begins the visit, and the others find it begun: nobody locks themselves out."""
    shell = Shell()
    made = shell.make_link(max_opens=max_opens)
    shell.storage.links = cast("LinkRepository", SlowLinks(shell.storage.links))
    who = Caller(network_address("192.0.2.7"), b"s" * 32, fresh=b"f" * 32)

    async def pressed() -> list[Answer]:
        visiting = shell.services.visiting
        return [one.answer for one in await asyncio.gather(*(visiting.begin(made.token, who) for _ in range(4)))]

    assert [Answer.ALLOW] * 4 == run(pressed())
    assert 1 == shell.record(made).opens


def test_the_open_page_gives_a_session_and_no_other_gate_does() -> None:
    """Who has no session gets one with the Open button, before it is pressed; reading it counts nothing."""
    shell = Shell()
    limited, gated = shell.make_link(max_opens=1), shell.make_link(password=PASSWORD, max_opens=1)
    client = shell.client()
    first, again = client.get(limited.path), client.get(limited.path)

    assert (True, False) == ("set-cookie" in first.headers, "set-cookie" in again.headers)
    assert "set-cookie" not in shell.client().get(gated.path).headers
    assert (0, 0) == (shell.record(limited).opens, shell.record(gated).opens)
