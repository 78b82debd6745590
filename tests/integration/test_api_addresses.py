"""Over the API: addresses of people's own, what a link reaches, and a preview (spec M2, M5)."""

from __future__ import annotations

from exshare_core.api_keys import Operation
from exshare_core.errors import Busy
from tests.integration.shell import BASE_URL, ROOT
from tests.integration.test_api import LINKS, Program, problem


def test_addresses_are_made_shown_and_withdrawn() -> None:
    """Made with where each leads; listed without; one shown by itself; withdrawn one by one."""
    program = Program()
    place = f"{LINKS}/{program.make()['id']}/addresses"
    made = program.client.post(place, json={"recipients": ["eve@example.com", "max@example.com"]})
    first, second = made.json()["addresses"]
    listed = program.client.get(place).json()["addresses"]
    shown = program.client.get(f"{place}/{first['id']}").json()
    gone = program.client.delete(f"{place}/{first['id']}").json()
    visitor = program.shell.client()
    statuses = [visitor.get(one["url"].removeprefix(BASE_URL)).status_code for one in (first, second)]

    assert (201, "eve@example.com") == (made.status_code, first["recipient"])
    assert first["url"] == shown["url"]
    assert not any("url" in one for one in listed)
    assert (False, True) == (gone["alive"], "revoked_at" in gone)
    assert [404, 200] == statuses


def test_every_wrong_recipient_is_named_and_none_is_made() -> None:
    """All or nothing, with every broken rule."""
    program = Program()
    place = f"{LINKS}/{program.make(people=['example.com'])['id']}/addresses"
    unread = program.client.post(place, json={"recipients": ["nobody", "eve@example.com", "@"]})
    outside = program.client.post(place, json={"recipients": ["eve@example.com", "mallory@example.net"]})

    assert [(422, "invalid")] * 2 == [problem(unread), problem(outside)]
    assert 2 == len(unread.json()["errors"])
    assert [] == program.client.get(place).json()["addresses"]


def test_letters_can_hold_personal_addresses() -> None:
    """Each recipient's letter leads by an address of their own."""
    program = Program()
    link = program.make()["id"]
    sent = program.client.post(f"{LINKS}/{link}/send", json={"to": ["eve@example.com"], "personal": True})
    listed = program.client.get(f"{LINKS}/{link}/addresses").json()["addresses"]

    assert {"letters": 1} == sent.json()
    assert ["eve@example.com"] == [one["recipient"] for one in listed]


def test_what_a_link_reaches_is_counted() -> None:
    """Pages, files and what is left out; busy is busy, never a number."""
    program = Program()
    place = f"{LINKS}/{program.make(children=True)['id']}/reach"
    counted = program.client.get(place).json()
    program.shell.content.failure = Busy("later")

    assert {
        "pages": 3,
        "files": 1,
        "restricted": 1,
        "unknown": 0,
        "all_pages": True,
        "all_files": True,
    } == counted
    assert (503, "busy") == problem(program.client.get(place))


def test_what_would_be_reached_is_counted_before_it_is_stored() -> None:
    """Of a new link one number, of a change two; a stale version is told, and nothing is stored by either."""
    program = Program()
    new = program.client.post(LINKS.replace("/links", "/reach"), json={"page": ROOT, "children": True}).json()
    made = program.make()
    place, seen = f"{LINKS}/{made['id']}/reach", {"if-match": f'"{made["version"]}"'}
    change = program.client.post(place, json={"children": True}, headers=seen).json()
    stale = program.client.post(place, json={"children": True}, headers={"if-match": '"9"'})

    assert 3 == new["pages"]
    assert (1, 3) == (change["now"]["pages"], change["after"]["pages"])
    assert (412, "stale") == problem(stale)
    assert made == {**program.client.get(f"{LINKS}/{made['id']}").json()}
    assert 1 == len(program.client.get(LINKS).json()["links"])


def test_a_preview_begins_in_a_browser() -> None:
    """What is given is an address for a person, who goes on from there without the key."""
    program = Program(operations=frozenset({Operation.LINKS_READ, Operation.LINKS_CREATE}))
    link = program.make(people=["example.com"])["id"]
    url = program.client.post(f"{LINKS}/{link}/preview", json={"visitor": "eve@example.com"}).json()["url"]
    browser, path = program.shell.client(), url.removeprefix(BASE_URL)
    offered = browser.get(path)
    begun = browser.post(path)

    assert "prove an allowed mailbox" in offered.text
    assert "How we work." in browser.get(begun.headers["location"]).text
