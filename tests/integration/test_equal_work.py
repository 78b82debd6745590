"""Every refusal at a gate costs the work of any other: the same questions to the storage, hashes, seals and letters.

What takes equal work takes equal time, on any machine; ``benchmarks/refusing.py`` looks at the time itself (spec G2, G8).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from attrs import define, evolve, field, frozen
from starlette.testclient import TestClient

from exshare_core.testing import CheapHasher, FakeVault
from exshare_core.values import Networks, People, Sealed, SiteId
from tests.integration.shell import PASSWORD, SITE, UNKNOWN_TOKEN, Made, Shell, run

LISTED, UNLISTED = "ada@example.com", "eve@example.net"


class WatchedVault(FakeVault):
    """A vault that says how often it was asked for what."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    async def seal(self, value: bytes, purpose: str, site: SiteId, id: str) -> Sealed:
        """Seal, and note it."""
        self.asked[f"seal {purpose}"] += 1
        return await super().seal(value, purpose, site, id)

    async def open(self, sealed: Sealed, purpose: str, site: SiteId, id: str) -> bytes:
        """Open, and note it."""
        self.asked[f"open {purpose}"] += 1
        return await super().open(sealed, purpose, site, id)

    async def keyed_digest(self, value: bytes, purpose: str, site: SiteId) -> bytes:
        """Digest, and note it."""
        self.asked[f"digest {purpose}"] += 1
        return await super().keyed_digest(value, purpose, site)


class WatchedHasher(CheapHasher):
    """A hasher that says how often it was asked for what."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    async def verify(self, stored: str, password: str) -> bool:
        """Verify, and note it."""
        self.asked["verify"] += 1
        return await super().verify(stored, password)

    async def verify_dummy(self, password: str) -> None:
        """Verify for nobody, and note it as any other."""
        self.asked["verify"] += 1
        await super().verify_dummy(password)

    async def hash(self, password: str) -> str:
        """Hash, and note it."""
        self.asked["hash"] += 1
        return await super().hash(password)


@frozen
class Cost:
    """What an answer cost, and what of it a stranger can see."""

    calls: Mapping[str, int]
    sealed: Mapping[str, int]
    hashed: Mapping[str, int]
    letters: int
    tallies: int
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


@define
class Place:
    """A shell whose work can be looked at."""

    vault: WatchedVault = field(factory=WatchedVault)
    hasher: WatchedHasher = field(factory=WatchedHasher)
    shell: Shell = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.shell = Shell(vault=self.vault, hasher=self.hasher)

    def cost(self, client: TestClient, path: str, fields: Mapping[str, str] | None = None, hide: str = "") -> Cost:
        """What a GET, or a POST of these fields, costs; `hide` is what the answer repeats of the fields."""
        state = self.shell.storage.state
        before = (len(state.letters), len(state.tallies))
        for counter in (self.shell.recorder.calls, self.vault.asked, self.hasher.asked):
            counter.clear()
        answer = client.get(path) if fields is None else client.post(path, data=dict(fields))
        told = ("content-length", "date", "set-cookie")
        body = answer.text.replace(hide, "…") if hide else answer.text
        return Cost(
            dict(self.shell.recorder.calls),
            dict(self.vault.asked),
            dict(self.hasher.asked),
            len(state.letters) - before[0],
            len(state.tallies) - before[1],
            answer.status_code,
            tuple(sorted((name, value) for name, value in answer.headers.items() if name not in told)),
            body,
        )


FORMS: Mapping[str, Mapping[str, str] | None] = {
    "GET": None,
    "a password": {"password": PASSWORD},
    "an address": {"address": LISTED},
    "a code": {"address": LISTED, "code": "00000000"},
    "terms": {"terms": "x"},
    "the Open button": {"open": ""},
    "nothing of ours": {"x": ""},
}


@pytest.mark.parametrize("form", FORMS)
def test_addresses_that_lead_nowhere_cost_the_same(form: str) -> None:
    """Unknown, malformed, deleted, disabled and withdrawn: one answer, one look-up, one count, whatever is sent (G8)."""
    place = Place()
    shell = place.shell
    gates: Mapping[str, Any] = {"password": PASSWORD, "people": People.parse([LISTED]), "max_opens": 1}
    deleted, disabled, rotated = (shell.make_link(**gates) for _ in range(3))
    run(shell.sharing.delete(None, deleted.id))
    run(shell.sharing.disable(None, disabled.id))
    run(shell.sharing.rotate(None, rotated.id))
    paths = [f"/s/{UNKNOWN_TOKEN}", "/s/short", f"/s/{'x' * 200}", deleted.path, disabled.path, rotated.path]
    costs = [place.cost(shell.client(f"203.0.113.{number}"), path, FORMS[form]) for number, path in enumerate(paths, 1)]

    assert [costs[0]] * len(paths) == costs
    assert 404 == costs[0].status
    assert {"links.find": 1, "guesses.tally": 1, "guesses.wrong": 1} == costs[0].calls
    assert ({}, 0) == (costs[0].hashed, costs[0].letters)


def _unavailable(shell: Shell) -> list[Made]:
    """Links that exist and let nobody in, each for another reason."""
    now = shell.clock.now()
    early = shell.make_link(starts_at=now + timedelta(days=1))
    late = shell.make_link(expires_at=now + timedelta(hours=1))
    used = shell.make_link(max_opens=1)
    opener = shell.client("198.51.100.9")
    opener.post(used.path, data={"open": ""})
    elsewhere = shell.make_link(networks=Networks.parse(["198.51.100.0/24"]))
    shell.clock.forward(hours=1)
    return [early, late, used, elsewhere]


@pytest.mark.parametrize("form", FORMS)
def test_links_that_let_nobody_in_cost_the_same(form: str) -> None:
    """Not started, expired, used up, another network: one answer after one look-up and one note (G8)."""
    place = Place()
    links = _unavailable(place.shell)
    costs = [place.cost(place.shell.client(f"203.0.113.{n}"), made.path, FORMS[form]) for n, made in enumerate(links)]

    assert [costs[0]] * len(links) == costs
    assert 403 == costs[0].status
    assert {"links.find": 1, "activity.append": 1} == costs[0].calls
    assert ({}, {}, 0) == (costs[0].hashed, costs[0].sealed, costs[0].letters)


def test_suspended_links_cost_what_others_do_that_let_nobody_in() -> None:
    """A switch, a password and a list that are demanded, and an expiry: none is told from the others."""
    costs = []
    demands: list[dict[str, Any]] = [{"password_demanded": True}, {"people_demanded": True}, {"expiry_demanded": True}]
    for limits in (*demands, None):
        place = Place()
        made = place.shell.make_link()
        if limits is None:
            run(place.shell.services.governing[SITE].switch(None, None, on=False))
        else:
            place.shell.limit(**limits)
        costs.append(place.cost(place.shell.client(), made.path))

    assert [costs[0]] * 4 == costs
    assert (403, {"links.find": 1, "activity.append": 1}) == (costs[0].status, costs[0].calls)


def test_wrong_passwords_cost_the_same() -> None:
    """Short, long, empty, almost right and the hash itself: one hash, one answer (G8)."""
    place = Place()
    made = place.shell.make_link(password=PASSWORD)
    other = place.shell.make_link(password="another sentence of words")
    stored = place.shell.link(made).wish.password_hash or ""
    words = ["wrong", "", "x" * 1000, PASSWORD + " ", PASSWORD.upper(), stored, "another sentence of words", "\x00"]
    costs = [
        place.cost(place.shell.client(f"203.0.113.{number}"), made.path, {"password": word})
        for number, word in enumerate(words)
    ]
    costs.append(place.cost(place.shell.client("198.51.100.1"), other.path, {"password": PASSWORD}))

    assert [evolve(costs[0], tallies=1)] * len(words) == [evolve(one, tallies=1) for one in costs[: len(words)]]
    assert (403, {"verify": 1}) == (costs[0].status, costs[0].hashed)
    assert [costs[0].calls, costs[0].hashed, costs[0].sealed] == [costs[-1].calls, costs[-1].hashed, costs[-1].sealed]


ADDRESSES = {
    "listed": LISTED,
    "in other letters": "ADA@Example.COM",
    "of a listed domain": "who@example.org",
    "below a listed domain": "who@deep.example.edu",
    "not listed": UNLISTED,
    "blocked": "bob@example.org",
    "a look-alike": "ada@ex\u0430mple.com",
}


def test_asking_for_a_code_costs_the_same_for_every_address() -> None:
    """Listed or not, blocked or alike: one pending code, one sealed letter, the same counters, one answer (G2)."""
    costs = {}
    for name, address in ADDRESSES.items():
        place = Place()
        place.shell.limit(blocked_people=frozenset({"bob@example.org"}))
        made = place.shell.make_link(people=People.parse([LISTED, "example.org", "*.example.edu"]))
        costs[name] = place.cost(place.shell.client(), made.path, {"address": address}, hide=address)
        sent = [one.fate.value for one in place.shell.send_letters()]

        assert ["dropped" if name in ("not listed", "blocked", "a look-alike") else "sent"] == sent, name

    first = costs["listed"]
    assert dict.fromkeys(ADDRESSES, first) == costs
    assert (200, 1, 3, {}) == (first.status, first.letters, first.tallies, first.hashed)
    assert 1 == first.sealed["seal letter"]


def test_bringing_a_wrong_code_costs_the_same_for_every_address() -> None:
    """Wrong, expired, of another browser, for an address that is not listed or is none: one answer after equal work."""
    place = Place()
    shell = place.shell
    made = shell.make_link(people=People.parse([LISTED, "example.org"]))
    asked = {}
    for number, address in enumerate(("who@example.org", UNLISTED, "late@example.org")):
        asked[address] = shell.client(f"203.0.113.{number}")
        asked[address].post(made.path, data={"address": address})
    shell.clock.forward(minutes=11)
    fresh = shell.client("203.0.113.9")
    fresh.post(made.path, data={"address": LISTED})
    tries = [
        (fresh, LISTED),
        (asked["who@example.org"], "who@example.org"),
        (asked[UNLISTED], UNLISTED),
        (asked["late@example.org"], "else@example.org"),
        (shell.client("203.0.113.10"), LISTED),
        (shell.client("203.0.113.11"), "none at all"),
    ]
    costs = [
        place.cost(client, made.path, {"address": address, "code": "00000000"}, hide=address)
        for client, address in tries
    ]
    seen = [(one.status, one.headers, one.body, one.calls, one.hashed, one.sealed) for one in costs]

    assert [seen[0]] * len(tries) == seen
    assert 403 == costs[0].status


@pytest.mark.parametrize("gate", ["password", "address", "code"])
def test_too_many_tries_cost_the_same(gate: str) -> None:
    """Once a network has to wait, right and wrong, listed and unlisted are refused before they are looked at (G7)."""
    place = Place()
    shell = place.shell
    made = (
        shell.make_link(password=PASSWORD)
        if gate == "password"
        else shell.make_link(people=People.parse([LISTED, "example.org"]))
    )
    forms = {
        "password": [{"password": PASSWORD}, {"password": "wrong"}],
        "address": [{"address": LISTED}, {"address": UNLISTED}],
        "code": [
            {"address": LISTED, "code": "00000000"},
            {"address": UNLISTED, "code": "1"},
            {"address": "", "code": ""},
        ],
    }[gate]
    for number in range(25):
        shell.client().post(made.path, data={**forms[-1], "address": f"a{number}@example.org"})
    costs = [place.cost(shell.client(), made.path, form) for form in forms]

    assert [costs[0]] * len(forms) == costs
    assert (429, {}, 0) == (costs[0].status, costs[0].hashed, costs[0].letters)
