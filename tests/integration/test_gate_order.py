"""Every order of gates as a browser walks it, and every route while a gate is still shut (spec G8)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import httpx2
import pytest
from attrs import evolve, field, frozen
from starlette.routing import Route
from starlette.testclient import TestClient

from exshare_core.capabilities import Capabilities, offered
from exshare_core.testing.samples import after
from exshare_core.values import Networks, People, SpaceKey
from exshare_web.app import create_app
from tests.integration.shell import CHILD, PASSWORD, PICTURE, UNKNOWN_TOKEN, Made, Shell, run
from tests.integration.test_sign_in_pages import Office, signed_in
from tests.integration.test_visitor_gates import enter, prove_address

TERMS = "What you read here\nstays here.\n\nAnd nowhere else."
ADDRESS = "ada@example.org"
"""Of no domain that an organisation signs in."""

SIGNS: Mapping[str, str] = {
    "address": "Who are you?",
    "sign-in": "This page is only for people who have signed in.",
    "sso": "This page is only for people who sign in with their organisation.",
    "password": 'name="password"',
    "terms": 'name="terms"',
    "open": 'name="open"',
    "page": "How we work.",
}
"""What only one of the pages says that a visitor can be shown."""


@frozen
class Case:
    """What stands before a page."""

    who: str
    """``address``, ``sign-in``, ``sso`` or nothing."""
    password: bool
    terms: bool
    uses: bool

    def __str__(self) -> str:
        return " ".join(self.gates) or "nothing"

    @property
    def steps(self) -> tuple[str, ...]:
        """The gates at which something has to be done, in the order of spec G8."""
        asked = ((self.who, bool(self.who)), ("password", self.password), ("terms", self.terms))
        return tuple(name for name, there in asked if there)

    @property
    def gates(self) -> tuple[str, ...]:
        """Those and the Open button, which is no step of its own."""
        return (*self.steps, *(("open",) if self.uses else ()))

    @property
    def seen(self) -> list[tuple[str, str]]:
        """Every page on the way with the step it says it is, and the shared page at the end."""
        number = len(self.steps)
        steps = [(name, f"{step} of {number}" if number > 1 else "") for step, name in enumerate(self.steps, 1)]
        return [*steps, *([("open", "")] if self.uses else []), ("page", "")]

    @property
    def form(self) -> dict[str, Any]:
        """The link's form."""
        return {
            "people": People.parse([ADDRESS]) if self.who == "address" else None,
            "sign_in": self.who == "sign-in",
            "sso": self.who == "sso",
            "password": PASSWORD if self.password else None,
            "terms": TERMS if self.terms else "",
            "max_opens": 3 if self.uses else None,
        }


CASES = [
    Case(who, password, terms, uses)
    for who in ("", "address", "sign-in", "sso")
    for password, terms, uses in product((False, True), repeat=3)
]
EVERYTHING: Mapping[str, Any] = {
    "children": True,
    "name": "Secret plans",
    "description": "for the fair",
    "allow": Capabilities.parse(offered()),
}
"""A link that holds nothing back, with words that only members may see."""

SECRETS = (
    "Handbook", "How we work", "First steps", "Begin here", "Chapters", "Elsewhere", "picture.png", "plan.pdf",
    "Secret plans", "for the fair", "TEAM", "ada", "PNG",
)  # fmt: skip
"""What nobody may learn before the last gate: titles, words, files, the link's own names, its space and its owner."""


@frozen
class Walk:
    """One browser before one link."""

    case: Case
    office: Office = field(factory=Office)
    made: Made = field(init=False)
    client: TestClient = field(init=False)

    @made.default
    def _made(self) -> Made:
        return self.office.shell.make_link(**{**EVERYTHING, **self.case.form})

    @client.default
    def _client(self) -> TestClient:
        return self.office.shell.client()

    def shown(self) -> tuple[str, str]:
        """The page that the link shows now, and the step that it says it is, in its title and in its text."""
        text = self.client.get(self.made.path).text
        (name,) = (name for name, sign in SIGNS.items() if sign in text)
        said = re.findall(r"[Ss]tep (\d of \d)", text)
        assert said in ([], said[:1] * 2), "the title and the page name different steps"
        return name, said[0] if said else ""

    def early(self, gate: str) -> None:
        """Bring what every gate but this one asks for."""
        for name, fields in {
            "password": {"password": PASSWORD},
            "terms": {"terms": "0" * 64},
            "open": {"open": "1"},
            "code": {"address": ADDRESS, "code": "12345678"},
        }.items():
            if name != gate and not (name == "code" and gate == "address"):
                enter(self.client, self.made, **fields)

    def through(self, gate: str) -> None:
        """Bring what the gate asks for."""
        match gate:
            case "address":
                prove_address(self.office.shell, self.client, self.made, ADDRESS)
            case "sign-in" | "sso":
                signed_in(self.office, self.client, self.made)
            case "password":
                enter(self.client, self.made, password=PASSWORD)
            case "terms":
                enter(self.client, self.made, terms=version_on(self.client.get(self.made.path).text))
            case "open":
                enter(self.client, self.made, open="1")


def version_on(text: str) -> str:
    """What the page of the terms says back."""
    (version,) = re.findall(r'name="terms" value="([0-9a-f]{64})"', text)
    return str(version)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_order_of_gates_is_walked_one_at_a_time(case: Case) -> None:
    """G8: the gates come one by one in their order and say which step they are; what is brought early opens nothing."""
    walk, seen = Walk(case), []
    for gate in case.gates:
        seen.append(walk.shown())
        walk.early(gate)
        seen.append(walk.shown())
        walk.through(gate)
    end = walk.shown()

    assert [page for page in case.seen[:-1] for _ in range(2)] == seen
    assert ("page", "") == end


# --- every route, while a gate is shut -------------------------------------------------------------------------------

NEUTRAL = "There is nothing at this address"

AT_A_GATE: Mapping[tuple[str, str], tuple[int, str]] = {
    ("GET", "/s/{segment}"): (200, "gate"),
    ("HEAD", "/s/{segment}"): (200, ""),
    ("POST", "/s/{segment}"): (200, "gate"),
    ("GET", "/s/{segment}/p/{page}"): (303, ""),
    ("HEAD", "/s/{segment}/p/{page}"): (303, ""),
    ("POST", "/s/{segment}/p/{page}"): (404, NEUTRAL),
    **{
        (method, f"/s/{{segment}}/p/{{page}}/{beside}"): answer
        for beside in ("comments", "history", "history/{version}", "compare")
        for method, answer in (("GET", (303, "")), ("HEAD", (303, "")), ("POST", (404, NEUTRAL)))
    },
    **{
        (method, path): (303, "")
        for path in ("/s/{segment}/find", "/s/{segment}/p/{page}/pdf")
        for method in ("GET", "HEAD", "POST")
    },
    ("GET", "/s/{segment}/to/{page}"): (303, ""),
    ("HEAD", "/s/{segment}/to/{page}"): (303, ""),
    ("POST", "/s/{segment}/to/{page}"): (404, NEUTRAL),
    ("GET", "/s/{segment}/a/{attachment}"): (404, NEUTRAL),
    ("HEAD", "/s/{segment}/a/{attachment}"): (404, ""),
    ("POST", "/s/{segment}/a/{attachment}"): (404, NEUTRAL),
    ("GET", "/s/{segment}/sign-in/{provider}"): (404, NEUTRAL),
    ("HEAD", "/s/{segment}/sign-in/{provider}"): (404, ""),
}
"""What every route of a link answers while any of its gates is shut; a form for signing in is a case of its own."""

SIGN_IN_FORM = ("POST", "/s/{segment}/sign-in/{provider}")


def routes_of(shell: Shell) -> list[str]:
    """The paths of all routes of links, from the table of the application."""
    paths = (route.path for route in shell.app.routes if isinstance(route, Route))
    return list(dict.fromkeys(path for path in paths if path.startswith("/s/")))


def everywhere(shell: Shell, client: TestClient, made: Made) -> Iterator[tuple[tuple[str, str], httpx2.Response]]:
    """The answer of every route of links to each method, for things that the link shares."""
    given = {"segment": made.token, "page": CHILD, "attachment": PICTURE, "provider": "staff", "version": 2}
    for path in routes_of(shell):
        for method in ("GET", "HEAD", "POST"):
            yield (method, path), client.request(method, path.format(**given))


def summed_up(answer: httpx2.Response) -> tuple[int, str]:
    """The status, and whether the body is the neutral page's or a gate's."""
    text = answer.text
    if NEUTRAL in text:
        return answer.status_code, NEUTRAL
    return answer.status_code, "gate" if any(sign in text for name, sign in SIGNS.items() if name != "page") else ""


def told(answer: httpx2.Response) -> list[str]:
    """The secrets that an answer gives away, in its body or in its headers."""
    everything = f"{answer.headers}{answer.content!r}"
    return [secret for secret in SECRETS if secret in everything]


@pytest.mark.parametrize("case", [case for case in CASES if case.gates], ids=str)
def test_no_route_gives_anything_while_a_gate_is_shut(case: Case) -> None:
    """G8: before each gate of each order every route by every method answers with the gate, on to it, or not at all."""
    walk = Walk(case)
    for gate in case.gates:
        answers = dict(everywhere(walk.office.shell, walk.client, walk.made))
        leaving = answers.pop(SIGN_IN_FORM)

        assert dict(AT_A_GATE) == {key: summed_up(answer) for key, answer in answers.items()}
        assert (200 if gate in ("address", "sign-in", "sso") else 303) == leaving.status_code
        assert {} == {key: told(answer) for key, answer in [*answers.items(), (SIGN_IN_FORM, leaving)] if told(answer)}
        walk.through(gate)


def test_the_same_walk_finds_it_all_after_the_last_gate() -> None:
    """The walk above would see what it looks for: behind the gates the same requests give pages, titles and bytes."""
    walk = Walk(Case("address", password=True, terms=True, uses=True))
    for gate in walk.case.gates:
        walk.through(gate)
    answers = dict(everywhere(walk.office.shell, walk.client, walk.made))
    found = {secret for answer in answers.values() for secret in told(answer)}

    assert {"Handbook", "How we work", "First steps", "picture.png", "plan.pdf", "PNG"} <= found
    assert 200 == answers["GET", "/s/{segment}/a/{attachment}"].status_code


SHUT: Mapping[str, tuple[int, dict[str, Any], dict[str, Any]]] = {
    "suspended": (403, {}, {"password_demanded": True}),
    "not started": (403, {"starts_at": after(days=1)}, {}),
    "another network": (403, {"networks": Networks.parse(["198.51.100.0/24"])}, {}),
    "a blocked network": (403, {}, {"blocked_networks": frozenset({"192.0.2.0/24"})}),
    "expired": (403, {"expires_at": after(minutes=1)}, {}),
    "used up": (403, {"max_opens": 1}, {}),
    "switched off": (403, {}, {}),
    "disabled": (404, {}, {}),
    "deleted": (404, {}, {}),
    "rotated": (404, {}, {}),
}
"""What shuts a link for everybody, whatever they have proved: the status, the link's form and the site's limits."""


@pytest.mark.parametrize("why", SHUT)
def test_no_route_tells_why_a_link_is_shut(why: str) -> None:
    """G8: whatever shuts a link, every route by every method gives one of the two neutral answers, bytes and all."""
    status, form, limits = SHUT[why]
    shell = Shell()
    other = shell.make_link(starts_at=after(days=2))
    made = shell.make_link(**{**EVERYTHING, **form})
    if limits:
        shell.limit(**limits)
    shut(shell, made, why)
    client = shell.client()
    reference = client.get(f"/s/{UNKNOWN_TOKEN}") if status == 404 else client.get(other.path)
    nothing = client.get("/nothing")
    statuses = {}
    for (method, path), answer in everywhere(shell, client, made):
        expected = reference if takes(shell, path, method) else nothing
        statuses[method, path] = answer.status_code

        assert (b"" if method == "HEAD" else expected.content) == answer.content, (method, path)
        assert [] == told(answer)

    assert {status, 404} >= set(statuses.values())
    assert status == statuses["GET", "/s/{segment}"]


def takes(shell: Shell, path: str, method: str) -> bool:
    """Whether a route of this path knows the method."""
    return any(
        isinstance(one, Route) and one.path == path and method in (one.methods or ()) for one in shell.app.routes
    )


def shut(shell: Shell, made: Made, why: str) -> None:
    """Bring about what no form or layer can."""
    match why:
        case "expired":
            shell.clock.forward(minutes=2)
        case "used up":
            enter(shell.client(), made, open="1")
        case "switched off":
            run(shell.services.governing[shell.site].switch(None, SpaceKey("TEAM"), False))
        case "disabled":
            run(shell.sharing.disable(None, made.id))
        case "deleted":
            run(shell.sharing.delete(None, made.id))
        case "rotated":
            run(shell.sharing.rotate(None, made.id))


# --- where nobody can sign in ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "said"), [({"sign_in": True}, "have signed in"), ({"sso": True}, "sign in with their organisation")]
)
def test_a_site_without_ways_says_so_and_whom_to_ask(form: dict[str, Any], said: str) -> None:
    """V10: an embedding host need not offer any way to sign in; the page tells that, with the contact, and never fails."""
    shell = Shell(contact="Write to sharing@example.com")
    shell.services = evolve(shell.services, ways={})
    shell.app = create_app(shell.services)
    made, client = shell.make_link(**form), shell.client()
    page = client.get(made.path)
    tried = [client.post(made.path, data={"way": way}).status_code for way in ("sign-in", "join", "go-on", "x")]

    assert f"who {said}, and signing in is not set up here yet" in page.text
    assert "Need help? Write to sharing@example.com" in page.text
    assert "<form" not in page.text
    assert {200, 303} >= set(tried)
